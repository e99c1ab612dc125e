// Programs against their specifications: every bit for integers, the stated tolerance for real numbers.
#include <fmt/format.h>

#include <algorithm>

#include "emulate/accelerator/compiled/meanings.h"
#include "translate/mapping/compare.h"
#include "translate/mapping/host_blocks.h"
#include "translate/mapping/kernel.h"
#include "translate/mapping/test_inputs.h"

namespace portolan::mapping {

using namespace accelerator;

namespace {

void put_bytes(Store& memory, uint64_t address, uint64_t bits, unsigned width) {
  for (unsigned b = 0; b < (width + 7) / 8; ++b) memory.write(address + b, {(bits >> (8 * b)) & 0xff, true});
}

// Bytes of one input as the host writes them for the operation that loads them. Each element becomes what the chip
// reads from these; how many change by that.
size_t write_tensor(const Description& specification, const HostTensor& tensor, Reference& reference,
                    std::vector<std::vector<uint8_t>>& image) {
  const size_t at_once = tensor.blocks->elements(), bytes = tensor.width / 8;
  std::vector<double> values(tensor.bytes / bytes, 0.0);
  const bool constants = tensor.state == kNone;
  const auto place = [&](const std::vector<Number>& index) { return (tensor.address(index) - tensor.base) / bytes; };
  std::vector<Number> extent;
  if (constants)
    extent = {static_cast<Number>(tensor.rows.size()), static_cast<Number>(tensor.rows[0].size())};
  else
    for (const HostTensor::Dimension& dimension : tensor.dimensions) extent.push_back(dimension.extent);
  const Type type = constants ? Type{} : specification.states[tensor.state].type;
  const auto number_of = [&](const std::vector<Number>& index) {
    const auto element = tensor.viewed(index);
    uint64_t flat = 0;
    // Of a single number the host has a list of one.
    const auto& extents = specification.states[tensor.state].extent;
    for (size_t d = 0; d < extents.size(); ++d)
      flat = flat * static_cast<uint64_t>(extents[d]) + static_cast<uint64_t>(element[d]);
    return flat;
  };
  for_elements(extent, [&](uint64_t, const std::vector<Number>& index) {
    values[place(index)] = constants ? tensor.rows[static_cast<size_t>(index[0])][static_cast<size_t>(index[1])]
                                     : type.real->value(reference.tensor(tensor.state).read(number_of(index)).bits);
  });
  image.clear();
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
  size_t changed = 0;
  if (constants) return changed;
  for_elements(extent, [&](uint64_t, const std::vector<Number>& index) {
    const uint64_t flat = number_of(index), bits = type.real->bits(type.real->round(read[place(index)]));
    changed += reference.tensor(tensor.state).read(flat).bits != bits;
    reference.tensor(tensor.state).write(flat, {bits, true});
  });
  return changed;
}

using Images = std::map<size_t, std::vector<std::vector<uint8_t>>>;

// Of all inputs. What the chip reads from these is what the specification starts from: where an element is written
// several times, all of them have to be read as the same number. No value: they don't come to that.
std::optional<Images> write_blocks(const Description& specification, const Program& program, Reference& reference) {
  constexpr unsigned kTurns = 12;
  Images images;
  std::map<uint32_t, size_t> times;
  bool once = true;
  for (const HostTensor& tensor : program.tensors)
    if (tensor.blocks && !tensor.is_output && tensor.state != kNone)
      once &= ++times[tensor.state] == 1 && tensor.view.empty();
  for (unsigned turn = 0; turn < kTurns; ++turn) {
    size_t changed = 0;
    for (size_t t = 0; t < program.tensors.size(); ++t)
      if (program.tensors[t].blocks && !program.tensors[t].is_output)
        changed += write_tensor(specification, program.tensors[t], reference, images[t]);
    if (once || changed == 0) return images;
  }
  return std::nullopt;
}

// Wherever it lies: its bits in the host's memory or in one of the chip's.
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

// What differs from the specification on these inputs; empty: nothing.
std::string compare(const Description& chip, const Description& specification, const Program& program,
                    Reference& reference, const Images& images, uint32_t first, CompiledMeanings* compiled) {
  Machine machine(chip, {}, compiled);
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
    if (!difference.empty()) break;
    difference = compare_tensor(specification, tensor.state, reference, real_format(chip, specification, tensor),
                                [&](uint64_t, const std::vector<Number>& index) {
                                  return result_at(machine, chip, tensor, tensor.address(index));
                                });
  }
  return difference;
}

}  // namespace

TestCounts test_program(const Description& chip, const Description& specification, const Program& program,
                        uint64_t seed, size_t rounds) {
  TestCounts counts;
  std::mt19937_64 random(seed);
  // The program only: the specification stays interpreted, so that both don't rest on the same machine code.
  const std::unique_ptr<CompiledMeanings> compiled = compiled_meanings(chip);
  for (const char* kind : {"small", "any", "ramp", "ends"}) {
    counts.kinds.emplace_back(kind);
    for (size_t round = 0; round < rounds; ++round) {
      Reference reference(specification);
      draw_inputs(specification, kind, random, reference);
      const auto images = write_blocks(specification, program, reference);
      if (reference.run().kind != Outcome::Kind::finished) {
        ++counts.undefined;
        continue;
      }
      std::string why;
      if (!images) why = "elements that the host writes several times aren't read as one number";
      // Whichever unit goes first.
      for (uint32_t first = 0; first < std::max<size_t>(1, chip.units.size()) && why.empty(); ++first)
        why = compare(chip, specification, program, reference, *images, first, compiled.get());
      ++(why.empty() ? counts.passed : counts.failed);
      if (counts.first_failure.empty() && !why.empty())
        counts.first_failure = fmt::format("inputs '{}': {}", kind, why);
    }
  }
  return counts;
}

}  // namespace portolan::mapping
