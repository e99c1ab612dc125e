#include "verify/guided.h"

#include <cstring>

namespace portolan::verify {
namespace {

constexpr size_t kMostExchanges = 6;  // of one number by another

// Loads that trapped are among those that were seen: the end may be beyond the last address.
bool lies_in(uint64_t address, uint64_t size, uint64_t base, uint64_t length) {
  return address >= base && size <= length && address - base <= length - size;
}

std::optional<Input> with_number(const emulate::Image& image, Input input, uint64_t address, uint32_t size,
                                 uint64_t number) {
  for (emulate::Region& region : input.regions) {
    if (!lies_in(address, size, region.address, region.bytes.size())) continue;
    std::memcpy(region.bytes.data() + (address - region.address), &number, size);
    return input;
  }
  for (const emulate::DataObject& object : image.objects) {
    if (!lies_in(address, size, object.address, object.size)) continue;
    const uint64_t offset = address - object.address;
    for (DataPiece& piece : input.data) {
      if (piece.object != object.name || !lies_in(offset, size, piece.offset, piece.bytes.size())) continue;
      std::memcpy(piece.bytes.data() + (offset - piece.offset), &number, size);
      return input;
    }
    DataPiece piece{object.name, offset, std::vector<uint8_t>(size), object.local};
    std::memcpy(piece.bytes.data(), &number, size);
    input.data.push_back(std::move(piece));
    return input;
  }
  return std::nullopt;
}

uint64_t number_at_start(const emulate::Image& image, const emulate::Request& request, uint64_t address,
                         uint32_t size) {
  uint64_t number = 0;
  for (uint32_t n = 0; n < size; ++n)
    number |= uint64_t{byte_at_start(image, request, address + n).value_or(0)} << (8 * n);
  return number;
}

// What was added to the number, of so many bytes, to make this one, as ranges are compared; nothing: it is another.
std::optional<uint64_t> added_to(uint64_t number, uint64_t sum, uint32_t bytes) {
  constexpr int64_t kMost = 1 << 15;
  const int unused = 64 - 8 * static_cast<int>(bytes);
  const int64_t added = static_cast<int64_t>((sum - number) << unused) >> unused;
  if (added > kMost || added < -kMost) return std::nullopt;
  return static_cast<uint64_t>(added);
}

// The other side has its objects, its code and its locals elsewhere; and no argument reaches a callee's frame.
bool differs_by_side(uint64_t number) {
  return (number >= emulate::kHarnessBase && number < emulate::kImageEnd) || may_be_on_stack(number);
}

// Whether the number may stand in so many bytes.
bool fits(uint64_t number, uint64_t bytes) {
  if (bytes == 8) return true;
  const auto as_signed = static_cast<int64_t>(number);
  const int64_t limit = int64_t{1} << (8 * bytes);
  return as_signed < limit && as_signed >= -(limit >> 1);
}

// The input with a number that stands in it exchanged, in all ways that are found soon.
std::vector<Input> exchanged(const Boundary& boundary, const Shape& shape, const Input& input, uint64_t number,
                             uint64_t by) {
  std::vector<Input> all;
  for (size_t p = 0; p < input.values.size() && p < shape.parameters.size(); ++p) {
    const BoundaryValue& parameter = boundary.parameters[p];
    if (shape.parameters[p] != Shape::kNumber || parameter.bits > 64 || parameter.kind != BoundaryValue::Kind::integer)
      continue;
    const uint64_t mask = parameter.bits >= 64 ? ~uint64_t{0} : (uint64_t{1} << parameter.bits) - 1;
    if (((input.values[p][0] ^ number) & mask) != 0) continue;
    all.push_back(input);
    const uint64_t value = by & mask;
    const bool negative = parameter.is_signed && (value >> (parameter.bits - 1) & 1) != 0;
    all.back().values[p][0] = negative ? value | ~mask : value;
  }
  auto search = [&](size_t count, auto bytes_of) {
    for (size_t r = 0; r < count; ++r)
      for (const size_t size : {8, 4, 2, 1}) {
        if (!fits(number, size) || !fits(by, size)) continue;
        const size_t end = bytes_of(input, r).size();
        for (size_t at = 0; at + size <= end && all.size() < kMostExchanges; at += size) {
          if (std::memcmp(bytes_of(input, r).data() + at, &number, size) != 0) continue;
          all.push_back(input);
          std::memcpy(bytes_of(all.back(), r).data() + at, &by, size);
        }
      }
  };
  search(input.regions.size(), [](auto& i, size_t r) -> auto& { return i.regions[r].bytes; });
  search(input.data.size(), [](auto& i, size_t r) -> auto& { return i.data[r].bytes; });
  return all;
}

}  // namespace

std::optional<uint8_t> byte_at_start(const emulate::Image& image, const emulate::Request& request, uint64_t address) {
  for (const emulate::Region& region : request.regions)
    if (address >= region.address && address - region.address < region.bytes.size())
      return region.bytes[address - region.address];
  for (const emulate::DataPatch& patch : request.data)
    if (address >= patch.address && address - patch.address < patch.bytes.size())
      return patch.bytes[address - patch.address];
  for (const emulate::Segment& segment : image.segments)
    if (address >= segment.address && address - segment.address < segment.memory_size)
      return address - segment.address < segment.bytes.size() ? segment.bytes[address - segment.address] : 0;
  return std::nullopt;
}

bool WayFinder::look_at(emulate::Request request, uint64_t most) {
  ways_.begin();
  request.limits.instructions = most;
  const auto outcome = engine_->run(image_, request);
  const bool whole =
      outcome && outcome->ending != emulate::Ending::unsupported && outcome->ending != emulate::Ending::limit;
  if (!whole) ways_.forget();
  return whole;
}

std::optional<uint64_t> WayFinder::before(uint64_t pc, std::span<const llvm::APInt>, emulate::MemoryAccess& memory) {
  ways_.before(pc, memory);
  return pc;
}

void WayFinder::after(const emulate::IrStep& step, std::span<const llvm::APInt> slots, std::span<const Access> accesses,
                      bool completed) {
  ways_.after(step, slots, accesses, completed);
}

// Counts and indices that decide how far things go are small numbers.
std::vector<Input> guided(Bench& bench, const Boundary& boundary, const Shape& shape, const Input& input,
                          const Ways& ways, bool in_turn, size_t most) {
  std::vector<Input> all;
  const emulate::Request request = bench.source_request(boundary, input);
  const emulate::Image& image = bench.source().image();
  const auto add = [&](std::optional<Input> changed) {
    if (changed && all.size() < most) all.push_back(std::move(*changed));
  };
  const auto add_small = [&] {
    for (const uint64_t number : {1, 2, 3, 6, 0, 16})
      for (const auto& [address, size] : ways.loads()) {
        const uint64_t before = number_at_start(image, request, address, size);
        if (before != number && before < emulate::kHarnessBase) add(with_number(image, input, address, size, number));
      }
  };
  if (!in_turn) add_small();
  for (const uint64_t step : {uint64_t{0}, uint64_t{1}, ~uint64_t{0}})
    for (const auto& [a, b] : ways.compared(in_turn)) {
      if (differs_by_side(a) || differs_by_side(b) || a == b + step) continue;
      for (const auto& [address, size] : ways.loads())
        if (const auto added = added_to(number_at_start(image, request, address, size), a, size))
          add(with_number(image, input, address, size, b + step - *added));
      for (Input& changed : exchanged(boundary, shape, input, a, b + step)) add(std::move(changed));
    }
  if (in_turn) add_small();
  return all;
}

}  // namespace portolan::verify
