#include "verify/side.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>

namespace portolan::verify {
namespace {

using emulate::MachineState;

// The emulated program's heap, above everything that Arena hands out and below the tags of input.cpp.
constexpr uint64_t kHeap = emulate::kArenaBase + 0x4'0000'0000;
constexpr uint64_t kHeapSize = 64 * 1024;
constexpr uint64_t kBehindHeap = 16;  // bytes of the region that nobody gets: LibraryHandler::declare()
// The translation has longer: its engine is mostly the slower one, and a limit there proves nothing.
constexpr std::chrono::milliseconds kSourceTime{30}, kTargetTime{200};

// What stands in the register or stack slot of an integer of at most 32 bits. RISC-V keeps 32-bit integers
// sign-extended whatever their sign (psABI, "Integer Calling Convention"); the other two say nothing of the upper half,
// and AArch64 of nothing above the type (AAPCS64 6.8.2), while callers on x86-64 extend to 32 bits.
uint64_t widened(Isa isa, const BoundaryValue& v, uint64_t value, const Rubbish& rubbish) {
  if (v.kind != BoundaryValue::Kind::integer || v.bits > 32) return value;
  if (isa == Isa::riscv64 && v.whole)
    return v.bits == 32 ? static_cast<uint64_t>(static_cast<int64_t>(static_cast<int32_t>(value))) : value;
  const uint64_t kept = isa == Isa::aarch64 && v.whole && v.bits <= 16 ? v.bits <= 8 ? 0xff : 0xffff : 0xffffffff;
  return (value & kept) | (uint64_t{rubbish.fill} * 0x0101010101010101 & ~kept);
}

void put(MachineState& state, std::vector<uint8_t>& stack, Isa isa, const BoundaryValue& v, const Place& place,
         const Value& value, const Rubbish& rubbish) {
  uint64_t low = widened(isa, v, value[0], rubbish);
  switch (place.kind) {
    case Place::Kind::integer_argument:
      state.general[emulate::integer_arguments(isa)[place.index]] = low;
      break;
    case Place::Kind::float_argument: {
      emulate::Vector& vector = state.vector[emulate::float_arguments(isa)[place.index]];
      if (isa == Isa::riscv64 && v.bits == 32) low |= ~uint64_t{0} << 32;
      std::memcpy(vector.data(), &low, 8);
      if (v.bits > 64) std::memcpy(vector.data() + 8, &value[1], 8);
      break;
    }
    case Place::Kind::stack:
      if (stack.size() < 8 * (place.index + 1)) stack.resize(8 * (place.index + 1));
      std::memcpy(stack.data() + 8 * place.index, &low, 8);
      break;
    case Place::Kind::indirect_result:
      state.general[8] = low;
      break;
    case Place::Kind::vector_count:
      state.general[0] = low;
      break;
    case Place::Kind::integer_result:
    case Place::Kind::float_result:
      break;
  }
}

void fill_registers(MachineState& state, Isa isa, const Rubbish& rubbish) {
  Random random(rubbish.seed);
  const auto word = [&] { return rubbish.seed == 0 ? rubbish.fill * 0x0101010101010101u : random.next(); };
  for (unsigned i = 0; i < emulate::general_count(isa); ++i) {
    // RISC-V: gp and tp belong to the program, not to the function.
    const uint64_t value = word();
    if (isa == Isa::riscv64 && (i == 0 || i == 3 || i == 4)) continue;
    state.general[i] = value;
  }
  for (unsigned i = 0; i < emulate::vector_count(isa); ++i)
    for (unsigned b = 0; b < emulate::vector_bytes(isa) && b < 16; b += 8) {
      const uint64_t value = word();
      std::memcpy(state.vector[i].data() + b, &value, 8);
    }
}

// Another for another input.
uint64_t number_of(const Input& input) {
  uint64_t number = 0x9e3779b97f4a7c15;
  auto add = [&number](uint64_t word) { number = Random(number ^ word).next(); };
  for (const Value& value : input.values) add(value[0]), add(value[1]);
  constexpr size_t kLookedAt = 256;  // bytes of each buffer
  for (const emulate::Region& region : input.regions)
    for (size_t at = 0; at + 8 <= std::min(region.bytes.size(), kLookedAt); at += 8) {
      uint64_t word = 0;
      std::memcpy(&word, region.bytes.data() + at, 8);
      add(word);
    }
  return std::max<uint64_t>(number, 1);
}

}  // namespace

Rubbish target_rubbish(const Input& input) {
  const uint64_t number = number_of(input);
  switch (number % 8) {
    case 0:
      return {0, 0x00};
    case 1:
      return {0, 0xff};
    default:
      return {number, 0xc3};
  }
}

unsigned integer_result_register(Isa isa, uint32_t index) {
  static constexpr uint8_t kX86[] = {0, 2, 1};
  return isa == Isa::x86_64 ? kX86[std::min(index, 2u)] : isa == Isa::aarch64 ? index : 10 + index;
}

unsigned float_result_register(Isa isa, uint32_t index) {
  return isa == Isa::riscv64 ? 10 + index : index;
}

Expected<std::unique_ptr<Side>> Side::make(Which which, Isa isa, const emulate::Object& object,
                                           const std::set<std::string>& missing, std::string_view engine_name) {
  auto side = std::make_unique<Side>();
  side->which_ = which;
  emulate::LinkOptions options;
  options.functions = missing;
  Expected<emulate::Image> image = emulate::link_image(isa, {&object, 1}, options);
  if (!image) return image.error();
  side->image_ = std::move(*image);
  auto engine = emulate::make_engine(engine_name.empty() ? "native" : engine_name, isa);
  if (!engine && engine_name.empty()) engine = emulate::make_engine("unicorn", isa);
  if (!engine) return engine.error();
  side->engine_ = std::move(*engine);
  if (auto reason = side->engine_->refuses(side->image_))
    return error_at({}, fmt::format("{}: {}", side->engine_->name(), *reason));
  side->handler_ = std::make_unique<emulate::LibraryHandler>(isa, kHeap, kHeapSize - kBehindHeap, &side->image_);
  return side;
}

void Side::stand_in_for(const std::map<std::string, std::string>& signatures) {
  draws_answers_ = !signatures.empty();
  for (const auto& [address, name] : image_.externals)
    if (const auto at = signatures.find(name);
        at != signatures.end() && emulate::find_library_function(name) == nullptr)
      handler_->declare(name, at->second);
}

bool Side::stands_in() const {
  return handler_->has_declarations();
}

emulate::Request Side::request(const Boundary& boundary, const Input& input, const Rubbish& rubbish, bool coverage) {
  emulate::Request request;
  if (const uint64_t* entry = image_.find_symbol(symbol_of(boundary))) request.entry = *entry;
  request.state = emulate::initial_state(isa());
  fill_registers(request.state, isa(), rubbish);
  for (size_t p = 0; p < boundary.parameters.size(); ++p)
    put(request.state, request.stack_arguments, isa(), boundary.parameters[p], place_of(boundary.parameters[p]),
        input.values[p], rubbish);
  request.regions = input.regions;
  if (!image_.externals.empty()) request.regions.push_back(emulate::heap_region(kHeap, kHeapSize));
  if (draws_answers_ && !image_.externals.empty()) {
    const uint64_t answers = number_of(input);  // the same on both sides
    uint8_t* const behind = request.regions.back().bytes.data() + kHeapSize - kBehindHeap;
    std::memcpy(behind, &answers, 8);
    std::memset(behind + 8, rubbish.fill, 8);
  }
  for (const DataPiece& piece : input.data)
    if (const uint64_t* object = image_.find_symbol(piece.object))
      request.data.push_back({*object + piece.offset, piece.bytes});
  request.fill = rubbish.fill;
  request.limits.time = which_ == Which::source ? kSourceTime : kTargetTime;
  request.externals = handler_.get();
  request.coverage = coverage;
  return request;
}

Value Side::result(const BoundaryValue& value, const emulate::Outcome& outcome) const {
  const Place& place = place_of(value);
  Value result{};
  if (place.kind == Place::Kind::integer_result)
    result[0] = outcome.state.general[integer_result_register(isa(), place.index)];
  else
    std::memcpy(result.data(), outcome.state.vector[float_result_register(isa(), place.index)].data(), 16);
  if (value.bits < 64) result[0] &= (uint64_t{1} << value.bits) - 1;
  if (value.bits <= 64) result[1] = 0;
  return result;
}

bool Side::is_writable_data(uint64_t address) const {
  return std::any_of(image_.segments.begin(), image_.segments.end(), [address](const emulate::Segment& s) {
    return s.writable && address >= s.address && address - s.address < s.memory_size;
  });
}

bool Side::bytes_after(const emulate::Outcome& outcome, uint64_t address, std::span<uint8_t> bytes) const {
  const auto segment = std::find_if(image_.segments.begin(), image_.segments.end(), [&](const emulate::Segment& s) {
    return address >= s.address && address - s.address <= s.memory_size &&
           bytes.size() <= s.memory_size - (address - s.address);
  });
  if (segment == image_.segments.end()) return false;
  const uint64_t offset = address - segment->address;
  const size_t stored = offset < segment->bytes.size() ? std::min(bytes.size(), segment->bytes.size() - offset) : 0;
  std::fill(bytes.begin(), bytes.end(), 0);
  std::copy_n(segment->bytes.begin() + static_cast<ptrdiff_t>(std::min(offset, segment->bytes.size())), stored,
              bytes.begin());
  auto change = std::upper_bound(outcome.changes.begin(), outcome.changes.end(), address,
                                 [](uint64_t a, const emulate::MemoryChange& c) { return a < c.address; });
  if (change != outcome.changes.begin()) --change;
  for (; change != outcome.changes.end() && change->address < address + bytes.size(); ++change)
    for (size_t n = 0; n < change->bytes.size(); ++n)
      if (const uint64_t at = change->address + n - address; at < bytes.size()) bytes[at] = change->bytes[n];
  return true;
}

std::vector<emulate::MemoryChange> Side::written(const emulate::Request& request,
                                                 const emulate::Outcome& outcome) const {
  std::map<uint64_t, uint8_t> before;
  for (const emulate::DataPatch& patch : request.data)
    for (size_t n = 0; n < patch.bytes.size(); ++n) before[patch.address + n] = patch.bytes[n];
  std::map<uint64_t, uint8_t> now;
  for (const emulate::MemoryChange& change : outcome.changes)
    for (size_t n = 0; n < change.bytes.size(); ++n) {
      const auto was = before.find(change.address + n);
      if (was == before.end() || was->second != change.bytes[n]) now[change.address + n] = change.bytes[n];
    }
  // Where the run put back what the image has, no change is told.
  for (const auto& [address, byte] : before)
    if (uint8_t after = 0; byte_after(outcome, address, after) && after != byte) now[address] = after;
  std::vector<emulate::MemoryChange> changes;
  for (const auto& [address, byte] : now) {
    if (changes.empty() || changes.back().address + changes.back().bytes.size() != address)
      changes.push_back({address, {}});
    changes.back().bytes.push_back(byte);
  }
  return changes;
}

bool Side::byte_after(const emulate::Outcome& outcome, uint64_t address, uint8_t& byte) const {
  // Changes ascend, and there may be a hundred thousand of them: every second byte of a table, say.
  auto after = std::upper_bound(outcome.changes.begin(), outcome.changes.end(), address,
                                [](uint64_t a, const emulate::MemoryChange& change) { return a < change.address; });
  if (after != outcome.changes.begin()) {
    const emulate::MemoryChange& change = *std::prev(after);
    if (address - change.address < change.bytes.size()) {
      byte = change.bytes[address - change.address];
      return true;
    }
  }
  for (const emulate::Segment& s : image_.segments) {
    if (address < s.address || address - s.address >= s.memory_size) continue;
    const uint64_t offset = address - s.address;
    byte = offset < s.bytes.size() ? s.bytes[offset] : 0;
    return true;
  }
  return false;
}

}  // namespace portolan::verify
