#include "gpu/lifting/agree.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace portolan::lifting {

using differential::Given;

uint32_t tensor_named(const accelerator::Description& specification, const std::string& name) {
  for (uint32_t s = 0; s < specification.states.size(); ++s)
    if (specification.states[s].name == name) return s;
  return accelerator::kNone;
}

void give_inputs(accelerator::Reference& reference, const accelerator::Description& specification,
                 const differential::Instance& instance, const std::vector<std::string>& names, Algebra* algebra) {
  for (size_t n = 0; n < instance.arguments.size(); ++n) {
    const Given& g = instance.arguments[n];
    const uint32_t s = tensor_named(specification, names[n]);
    if (g.direction == manifest::Argument::out || s == accelerator::kNone || !specification.states[s].given) continue;
    for (size_t at = 0; at + g.type.bytes <= g.bytes.size(); at += g.type.bytes) {
      uint64_t bits = 0;
      for (size_t b = 0; b < g.type.bytes; ++b) bits |= uint64_t{g.bytes[at + b]} << (8 * b);
      reference.tensor(s).write(at / g.type.bytes, {bits, true});
      if (algebra) algebra->input(s, at / g.type.bytes, static_cast<uint32_t>(n), specification.states[s].type);
    }
  }
}

std::string difference_of(const accelerator::State& state, const accelerator::Store& wanted, const Given& g,
                          const uint8_t* bytes) {
  const auto count = static_cast<uint64_t>(state.elements());
  if (!state.type.real) {
    for (uint64_t n = 0; n < count; ++n) {
      const llvm::APInt bits(8 * g.type.bytes, wanted.read(n).bits);
      const bool is_signed = g.type.kind == manifest::Element::is_signed;
      const int64_t right = is_signed ? bits.getSExtValue() : static_cast<int64_t>(bits.getZExtValue());
      if (const int64_t got = differential::integer_at(g.type, bytes + n * g.type.bytes); got != right)
        return fmt::format("{}[{}] is {}, and the specification says {}", g.name, n, got, right);
    }
    return {};
  }
  std::vector<std::pair<double, double>> pairs;
  double squares = 0;
  for (uint64_t n = 0; n < count; ++n) {
    const double right = state.type.real->value(wanted.read(n).bits);
    const double got = differential::number_at(g.type, bytes + n * g.type.bytes);
    if (!std::isfinite(right) || !std::isfinite(got)) continue;
    pairs.emplace_back(got, right);
    squares += right * right;
  }
  if (2 * pairs.size() < count) return fmt::format("{} is mostly beyond what its format holds", g.name);
  const double mean = std::sqrt(squares / static_cast<double>(std::max<size_t>(1, pairs.size())));
  for (const auto& [got, right] : pairs)
    if (std::fabs(got - right) > state.within * (std::fabs(right) + mean))
      return fmt::format("an element of {} is {}, and the specification says {}", g.name, got, right);
  return {};
}

}  // namespace portolan::lifting
