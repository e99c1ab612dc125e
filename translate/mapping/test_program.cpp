// Programs against their specifications: every bit for integers, the stated tolerance for real numbers.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "translate/mapping/host_blocks.h"
#include "translate/mapping/kernel.h"
#include "translate/mapping/test_inputs.h"

namespace portolan::mapping {

using namespace accelerator;

namespace {

std::string index_text(const std::vector<Number>& index) {
  std::string text;
  for (Number i : index) text += fmt::format("[{}]", to_string(i));
  return text;
}

// Calls body(flat, index) for each element of a tensor.
template <class Body>
void for_elements(const std::vector<Number>& extent, const Body& body) {
  std::vector<Number> index(extent.size(), 0);
  for (uint64_t flat = 0;; ++flat) {
    body(flat, index);
    size_t d = extent.size();
    while (d > 0 && ++index[d - 1] == extent[d - 1]) index[--d] = 0;
    if (d == 0) return;
  }
}

void put_bytes(Store& memory, uint64_t address, uint64_t bits, unsigned width) {
  for (unsigned b = 0; b < (width + 7) / 8; ++b) memory.write(address + b, {(bits >> (8 * b)) & 0xff, true});
}

// Bytes of the inputs that the host writes for the operation that loads them. What the chip reads from these is what
// the specification starts from.
std::map<size_t, std::vector<std::vector<uint8_t>>> write_blocks(const Description& specification,
                                                                 const Program& program, Reference& reference) {
  std::map<size_t, std::vector<std::vector<uint8_t>>> images;
  for (size_t t = 0; t < program.tensors.size(); ++t) {
    const HostTensor& tensor = program.tensors[t];
    if (!tensor.blocks || tensor.is_output) continue;
    const size_t at_once = tensor.blocks->elements(), bytes = tensor.width / 8;
    std::vector<double> values(tensor.bytes / bytes, 0.0);
    const bool constants = tensor.state == kNone;
    const auto place = [&](const std::vector<Number>& index) { return (tensor.address(index) - tensor.base) / bytes; };
    const std::vector<Number> extent = constants ? std::vector<Number>{static_cast<Number>(tensor.rows.size()),
                                                                       static_cast<Number>(tensor.rows[0].size())}
                                                 : specification.states[tensor.state].extent;
    const Type type = constants ? Type{} : specification.states[tensor.state].type;
    for_elements(extent, [&](uint64_t flat, const std::vector<Number>& index) {
      values[place(index)] = constants ? tensor.rows[static_cast<size_t>(index[0])][static_cast<size_t>(index[1])]
                                       : type.real->value(reference.tensor(tensor.state).read(flat).bits);
    });
    auto& image = images[t];
    for (const uint64_t size : tensor.stream_bytes) image.emplace_back(size, 0);
    std::vector<double> read(values.size());
    for (size_t c = 0; c * at_once < values.size(); ++c) {
      std::vector<double> part;
      const auto begin = values.begin() + static_cast<std::ptrdiff_t>(c * at_once);
      const auto written = tensor.blocks->encode({begin, begin + static_cast<std::ptrdiff_t>(at_once)}, part);
      for (size_t s = 0; s < written.size(); ++s)
        std::ranges::copy(written[s], image[s].begin() + static_cast<std::ptrdiff_t>(c * written[s].size()));
      std::ranges::copy(part, read.begin() + static_cast<std::ptrdiff_t>(c * at_once));
    }
    if (constants) continue;
    for_elements(extent, [&](uint64_t flat, const std::vector<Number>& index) {
      reference.tensor(tensor.state).write(flat, {type.real->bits(type.real->round(read[place(index)])), true});
    });
  }
  return images;
}

// Of real elements, wherever they lie: their bits in the host's memory or in one of the chip's.
struct Result {
  uint64_t bits = 0;
  bool defined = true;
};

Result result_at(Machine& machine, const Description& chip, const HostTensor& tensor, uint64_t place) {
  if (tensor.memory != kNone) {
    const Cell cell = machine.memory(chip.states[tensor.memory].name)->read(place);
    return {cell.bits, cell.defined};
  }
  Result result;
  for (unsigned b = 0; b < (tensor.width + 7) / 8; ++b) {
    const Cell cell = machine.external()->read(place + b);
    result.bits |= cell.bits << (8 * b);
    result.defined &= cell.defined;
  }
  return result;
}

const RealFormat* real_format(const Description& chip, const Description& specification, const HostTensor& tensor) {
  if (tensor.memory != kNone) return chip.states[tensor.memory].type.real;
  if (tensor.stored.empty()) return specification.states[tensor.state].type.real;
  for (const RealFormat& format : chip.reals) {
    Type type;
    type.real = &format;
    if (type_key(type) == tensor.stored) return &format;
  }
  return nullptr;
}

// Every element within its tolerance; what the first one that isn't comes to.
std::string compare_reals(const Description& chip, const Description& specification, const HostTensor& tensor,
                          Reference& reference, Machine& machine) {
  const State& state = specification.states[tensor.state];
  const RealFormat* format = real_format(chip, specification, tensor);
  if (!format || !state.type.real) return fmt::format("{} isn't of real numbers on the chip", state.name);
  const auto wanted_at = [&](uint64_t flat) {
    return state.type.real->value(reference.tensor(tensor.state).read(flat).bits);
  };
  double squares = 0;
  for (uint64_t i = 0; i < static_cast<uint64_t>(state.elements()); ++i) squares += wanted_at(i) * wanted_at(i);
  const double mean = std::sqrt(squares / static_cast<double>(state.elements()));
  std::string difference;
  for_elements(state.extent, [&](uint64_t flat, const std::vector<Number>& index) {
    if (!difference.empty()) return;
    const Result got = result_at(machine, chip, tensor, tensor.address(index));
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

// What differs from the specification on these inputs; empty: nothing.
std::string compare(const Description& chip, const Description& specification, const Program& program,
                    Reference& reference, const std::map<size_t, std::vector<std::vector<uint8_t>>>& images,
                    uint32_t first) {
  Machine machine(chip);
  Store& host = *machine.external();
  for (const auto& [t, image] : images)
    for (size_t s = 0; s < image.size(); ++s)
      for (size_t b = 0; b < image[s].size(); ++b) host.write(program.tensors[t].streams[s] + b, {image[s][b], true});
  for (const HostTensor& tensor : program.tensors) {
    if (tensor.blocks || tensor.on_the_way) continue;
    // Padding is zero.
    for (uint64_t b = 0; b < tensor.bytes && !tensor.is_output; ++b) host.write(tensor.base + b, {0, true});
    if (tensor.state == kNone)
      for (size_t i = 0; i < program.constants.size(); ++i)
        put_bytes(host, tensor.address({static_cast<Number>(i)}), program.constants[i], tensor.width);
    else if (!tensor.is_output)
      for_elements(specification.states[tensor.state].extent, [&](uint64_t flat, const std::vector<Number>& index) {
        put_bytes(host, tensor.address(index), reference.tensor(tensor.state).read(flat).bits, tensor.width);
      });
  }
  std::map<uint64_t, Cell> given;  // bytes that have to stay
  for (const HostTensor& tensor : program.tensors)
    for (uint64_t b = 0; b < tensor.bytes && !tensor.is_output && !tensor.on_the_way; ++b)
      given[tensor.base + b] = host.read(tensor.base + b);
  const RunResult result = machine.run(program.words, first);
  if (result.outcome.kind != Outcome::Kind::finished)
    return fmt::format("the program ends as {} at word {}: {}", to_string(result.outcome.kind),
                       result.outcome.instruction, result.outcome.why);
  for (const auto& [address, cell] : given)
    if (host.read(address).bits != cell.bits) return fmt::format("the program overwrites its input at {:#x}", address);
  std::string difference;
  for (const HostTensor& tensor : program.tensors) {
    if (!tensor.is_output || tensor.on_the_way) continue;
    const State& state = specification.states[tensor.state];
    if (state.within > 0 && difference.empty()) {
      difference = compare_reals(chip, specification, tensor, reference, machine);
      continue;
    }
    for_elements(state.extent, [&](uint64_t flat, const std::vector<Number>& index) {
      if (!difference.empty()) return;
      const auto [bits, defined] = result_at(machine, chip, tensor, tensor.address(index));
      const uint64_t wanted = reference.tensor(tensor.state).read(flat).bits;
      if (!defined || bits != wanted)
        difference =
            fmt::format("{}{} is {}, and the specification says {}", state.name, index_text(index),
                        defined ? element_text(state.type, bits) : "undefined", element_text(state.type, wanted));
    });
  }
  return difference;
}

}  // namespace

TestCounts test_program(const Description& chip, const Description& specification, const Program& program,
                        uint64_t seed, size_t rounds) {
  TestCounts counts;
  std::mt19937_64 random(seed);
  for (const char* kind : {"small", "any", "ramp", "ends"}) {
    counts.kinds.emplace_back(kind);
    for (size_t round = 0; round < rounds; ++round) {
      Reference reference(specification);
      uint64_t period = 67;
      for (uint32_t s : inputs_of(specification)) {
        const State& state = specification.states[s];
        period = period > 20 ? period - 6 : 67;
        for (uint64_t i = 0; i < static_cast<uint64_t>(state.elements()); ++i)
          reference.tensor(s).write(i, {drawn(state.type, kind, i, random, state.lowest, state.highest, period), true});
      }
      const auto images = write_blocks(specification, program, reference);
      if (reference.run().kind != Outcome::Kind::finished) {
        ++counts.undefined;
        continue;
      }
      std::string why;
      // Whichever unit goes first.
      for (uint32_t first = 0; first < std::max<size_t>(1, chip.units.size()) && why.empty(); ++first)
        why = compare(chip, specification, program, reference, images, first);
      ++(why.empty() ? counts.passed : counts.failed);
      if (counts.first_failure.empty() && !why.empty())
        counts.first_failure = fmt::format("inputs '{}': {}", kind, why);
    }
  }
  return counts;
}

}  // namespace portolan::mapping
