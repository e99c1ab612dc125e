#include "translate/mapping/compare.h"

#include <fmt/format.h>

#include <cmath>

namespace portolan::mapping {

using namespace accelerator;

namespace {

std::string index_text(const std::vector<Number>& index) {
  std::string text;
  for (Number i : index) text += fmt::format("[{}]", to_string(i));
  return text;
}

// Every element within its tolerance.
std::string compare_reals(const State& state, const Store& tensor, const RealFormat* format, const ResultAt& got_at) {
  if (!format || !state.type.real) return fmt::format("{} isn't of real numbers on the chip", state.name);
  const auto wanted_at = [&](uint64_t flat) { return state.type.real->value(tensor.read(flat).bits); };
  double squares = 0;  // an element that is no number says nothing of the others
  for (uint64_t i = 0; i < static_cast<uint64_t>(state.elements()); ++i)
    if (std::isfinite(wanted_at(i))) squares += wanted_at(i) * wanted_at(i);
  const double mean = std::sqrt(squares / static_cast<double>(state.elements()));
  std::string difference;
  for_elements(state.extent, [&](uint64_t flat, const std::vector<Number>& index) {
    if (!difference.empty()) return;
    const Result got = got_at(flat, index);
    const double value = format->value(got.bits), wanted = wanted_at(flat);
    const double allowed = state.within * (std::abs(wanted) + mean);
    const bool fits = std::isfinite(wanted) ? std::abs(value - wanted) <= allowed
                                            : (std::isnan(wanted) ? std::isnan(value) : value == wanted);
    if (got.defined && fits) return;
    difference = fmt::format("{}{} is {}, and the specification says {}, within {:.3g}", state.name, index_text(index),
                             got.defined ? fmt::format("{}", value) : "undefined", wanted, allowed);
  });
  return difference;
}

}  // namespace

std::string compare_tensor(const Description& specification, uint32_t tensor, Reference& reference,
                           const RealFormat* format, const ResultAt& got_at) {
  const State& state = specification.states[tensor];
  const Store& wanted = reference.tensor(tensor);
  if (state.within > 0) return compare_reals(state, wanted, format, got_at);
  std::string difference;
  for_elements(state.extent, [&](uint64_t flat, const std::vector<Number>& index) {
    if (!difference.empty()) return;
    const auto [bits, defined] = got_at(flat, index);
    const uint64_t right = wanted.read(flat).bits;
    if (!defined || bits != right)
      difference = fmt::format("{}{} is {}, and the specification says {}", state.name, index_text(index),
                               defined ? element_text(state.type, bits) : "undefined", element_text(state.type, right));
  });
  return difference;
}

}  // namespace portolan::mapping
