#include "verify/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <set>

namespace portolan::verify {
namespace {

using emulate::Ending;
using emulate::ExternalCall;
using emulate::Outcome;

uint64_t byte_at(uint64_t word, unsigned n) {
  return word >> (8 * n) & 0xff;
}

bool is_nan(uint64_t bits, bool is_double) {
  return is_double ? (bits & ~(1ull << 63)) > 0x7ff0000000000000 : (bits & 0x7fffffff) > 0x7f800000;
}

// What an operation makes when no operand is NaN, on x86-64 and elsewhere.
bool is_default_nan(uint64_t bits, bool is_double) {
  return is_double ? (bits & ~(1ull << 63)) == 0x7ff8000000000000 : (bits & 0x7fffffff) == 0x7fc00000;
}

bool nan_pair(uint64_t s, uint64_t t, bool is_double, bool surely_floating) {
  return is_nan(s, is_double) && is_nan(t, is_double) &&
         (surely_floating || is_default_nan(s, is_double) || is_default_nan(t, is_double));
}

// Calls of functions that change nothing but what is compared anyway. Compilers put them in and take them out at will.
bool counts(const ExternalCall& call) {
  static const std::set<std::string> kFree = {
      "strchr",  "strrchr", "memchr", "strcmp",   "strncmp",  "strnlen",   "memrchr",    "rawmemchr", "memcpy",
      "memmove", "memset",  "memcmp", "bcmp",     "strlen",   "floor",     "ceil",       "trunc",     "rint",
      "round",   "fma",     "sqrt",   "fmod",     "floorf",   "ceilf",     "truncf",     "rintf",     "roundf",
      "fmaf",    "sqrtf",   "fmodf",  "fabs",     "fabsf",    "nearbyint", "nearbyintf", "roundeven", "fmin",
      "fmax",    "fminf",   "fmaxf",  "copysign", "copysignf"};
  return kFree.count(call.name) == 0;
}

std::vector<ExternalCall> calls_of(const Outcome& outcome) {
  std::vector<ExternalCall> calls;
  std::copy_if(outcome.calls.begin(), outcome.calls.end(), std::back_inserter(calls), counts);
  return calls;
}

class Comparer {
 public:
  Comparer(const Side& source, const Side& target, const AddressMap& map, const Runs& runs)
      : source_(source), target_(target), map_(map), runs_(runs) {}

  Comparison run(const Boundary& boundary, const Input& input);

 private:
  Finding word(uint64_t first, uint64_t second, uint64_t target, bool surely_floating);
  bool lies_beyond_data(const Outcome& outcome) const;
  bool ending();
  bool stack_is_used_up() const;
  void results(const Boundary& boundary, const Input& input);
  void result_address(const Boundary& boundary, const Input& input);
  void extension(const BoundaryValue& value, size_t index);
  void preserved();
  void modes(const emulate::MachineState& before, const emulate::MachineState& after);
  void regions(const Input& input);
  void data();
  void data_byte(uint64_t source_address, uint64_t target_address);
  uint64_t data_word(const Side& side, const Outcome& outcome, uint64_t address) const;
  void calls();
  void differs(std::string what, const Spot& spot = {}) {
    const bool first = out_.finding != Finding::differs, surer = out_.perhaps_nan && !perhaps_nan_;
    if (first || surer) out_.what = std::move(what), out_.spot = spot, out_.perhaps_nan = perhaps_nan_;
    perhaps_nan_ = false;
    out_.finding = Finding::differs;
  }
  void inconclusive(std::string why) {
    if (out_.finding != Finding::agrees) return;
    out_.finding = Finding::inconclusive;
    out_.what = std::move(why);
  }

  const Side& source_;
  const Side& target_;
  const AddressMap& map_;
  const Runs& runs_;
  Comparison out_;
  bool perhaps_nan_ = false;  // the last word() that differed
};

// Bytes that differ between the source's runs are undefined. When they are more than rubbish passed on, the rest of the
// word may depend on it too, and proves nothing.
Finding Comparer::word(uint64_t first, uint64_t second, uint64_t target, bool surely_floating) {
  perhaps_nan_ = false;
  uint64_t defined = 0;
  bool passed_on = true;
  for (unsigned n = 0; n < 8; ++n) {
    const uint64_t difference = byte_at(first, n) ^ byte_at(second, n);
    if (difference == 0) defined |= uint64_t{0xff} << (8 * n);
    passed_on &= difference == 0 || difference == 0xff;
  }
  if (((first ^ target) & defined) == 0) return Finding::agrees;
  if (!passed_on) return Finding::inconclusive;
  if (defined == ~uint64_t{0}) {
    if (map_.same(first, target)) return Finding::agrees;
    if (map_.are_private(first, target)) return Finding::inconclusive;
    if (nan_pair(first, target, true, surely_floating)) return ++out_.nan_differences, Finding::agrees;
  }
  // Other pairs of NaNs: perhaps a sign that differs as it may, perhaps two integers that look like NaNs. Of the upper
  // half of what an operation makes nobody can tell.
  auto both_nan = [](uint64_t a, uint64_t b, bool is_double) {
    return a != b && is_nan(a, is_double) && is_nan(b, is_double);
  };
  const uint64_t s = first & defined, t = target & defined;
  auto half_agrees = [&](unsigned shift) {
    const uint32_t a = static_cast<uint32_t>(s >> shift), b = static_cast<uint32_t>(t >> shift);
    if (a == b) return true;
    if (!nan_pair(a, b, false, surely_floating)) return false;
    return ++out_.nan_differences, true;
  };
  const bool low = half_agrees(0), high = half_agrees(32);
  if (low && high) return Finding::agrees;
  const bool excused = both_nan(s, t, true) || ((low || both_nan(s & 0xffffffff, t & 0xffffffff, false)) &&
                                                (high || both_nan(s >> 32, t >> 32, false)));
  auto half_of_default = [](uint64_t word) {
    constexpr uint64_t kUpperHalf = 0x7ff80000, kAbsolute = 0x7fffffff;
    return (word & kAbsolute) == kUpperHalf || (word >> 32 & kAbsolute) == kUpperHalf;
  };
  if (excused && (half_of_default(s) || half_of_default(t))) return Finding::inconclusive;
  perhaps_nan_ = excused;
  return Finding::differs;
}

// Frames are not of the same size on both sides, and recursion multiplies that: of what does not fit into the tester's
// stack nothing is known, as of what does not end within its limits.
bool Comparer::stack_is_used_up() const {
  const Outcome& t = runs_.target;
  constexpr uint64_t kFrame = 64 * 1024;
  const uint64_t bottom = emulate::kStackTop - emulate::page_ceil(runs_.target_request.stack_size);
  const uint64_t pointer = t.state.general[emulate::stack_pointer_index(target_.isa())];
  return t.ending == Ending::trapped && t.trap.kind == emulate::TrapKind::segmentation && t.trap.address < bottom &&
         t.trap.address >= bottom - kFrame && pointer < bottom + emulate::kPageSize && pointer >= bottom - kFrame;
}

// Whether it trapped at data that is not mapped there, but may be on the other side: an array of the files' own that is
// left at its end, the frame of a caller that does not exist, a thread's block.
bool Comparer::lies_beyond_data(const Outcome& outcome) const {
  constexpr uint64_t kBeyondStack = 1 << 20, kBelowStack = 64 << 20;
  const emulate::Trap& trap = outcome.trap;
  const bool by_the_image = trap.address >= emulate::kHarnessBase && trap.address < emulate::kImageEnd;
  const bool by_the_stack =
      trap.address >= emulate::kStackTop - kBelowStack && trap.address < emulate::kStackTop + kBeyondStack;
  const std::vector<emulate::Segment>& segments = target_.image().segments;
  return trap.kind == emulate::TrapKind::segmentation && trap.address != outcome.state.pc &&
         (by_the_image || by_the_stack) &&
         std::none_of(segments.begin(), segments.end(), [&trap](const emulate::Segment& s) {
           return trap.address >= s.address && trap.address - s.address < s.memory_size;
         });
}

bool Comparer::ending() {
  const Outcome& t = runs_.target;
  if (stack_is_used_up()) {
    out_.doubt = Comparison::Doubt::stack;
    inconclusive("the target needs a larger stack than it is given");
    return false;
  }
  switch (t.ending) {
    case Ending::unsupported:
    case Ending::limit:
    case Ending::external_unhandled:
      if (t.ending == Ending::limit) out_.doubt = Comparison::Doubt::limit;
      inconclusive("the target " + describe_ending(t));
      return false;
    case Ending::trapped:
      // No caller's frame is there to be written to.
      if (lies_beyond_data(t) && !(t.trap.access == emulate::Access::write && t.trap.address >= emulate::kStackTop)) {
        out_.doubt = Comparison::Doubt::beside_data;
        inconclusive("the target " + describe_ending(t) + ", beside the files' data or the stack, which end elsewhere");
        return false;
      }
      differs(fmt::format("the target {}, the source {}", describe_ending(t), describe_ending(runs_.first)),
              {.kind = Spot::Kind::ending});
      return false;
    default:
      break;
  }
  if (t.ending == runs_.first.ending) return true;
  differs(fmt::format("the target {}, the source {}", describe_ending(t), describe_ending(runs_.first)),
          {.kind = Spot::Kind::ending});
  return false;
}

void Comparer::results(const Boundary& boundary, const Input& input) {
  for (size_t r = 0; r < boundary.results.size(); ++r) {
    const BoundaryValue& value = boundary.results[r];
    const Value first = source_.result(value, runs_.first), second = source_.result(value, runs_.second),
                target = target_.result(value, runs_.target);
    for (unsigned half = 0; half < 2; ++half) {
      const Finding finding =
          word(first[half], second[half], target[half], value.kind == BoundaryValue::Kind::floating);
      if (finding == Finding::inconclusive)
        inconclusive("the result is undefined, or points to what has no name on the other side");
      if (finding == Finding::differs)
        differs(fmt::format("result {}{}: source {:#x}, target {:#x}", r + 1, half == 0 ? "" : " (upper half)",
                            first[half], target[half]),
                {.kind = Spot::Kind::result, .index = static_cast<uint32_t>(r), .half = half});
    }
    extension(value, r + 1);
  }
  if (target_.isa() == Isa::x86_64 && source_.isa() != Isa::x86_64) result_address(boundary, input);
}

// AMD64 psABI 3.2.3: the caller of a function whose result is in memory finds its address in rax. Of two sides that
// have to say it is a result like others.
void Comparer::result_address(const Boundary& boundary, const Input& input) {
  for (size_t p = 0; p < boundary.parameters.size(); ++p) {
    if (boundary.parameters[p].kind != BoundaryValue::Kind::result_address) continue;
    const uint64_t given = input.values[p][0],
                   found = runs_.target.state.general[integer_result_register(Isa::x86_64, 0)];
    if (given != found)
      differs(fmt::format("the result's address is to be in rax, which is {:#x} instead of {:#x}", found, given),
              {.kind = Spot::Kind::register_, .index = integer_result_register(Isa::x86_64, 0)});
  }
}

// RISC-V's callers count on 32-bit integers being sign-extended, whatever their sign, and on narrower ones being
// extended by theirs (psABI, "Integer Calling Convention").
void Comparer::extension(const BoundaryValue& value, size_t index) {
  if (target_.isa() != Isa::riscv64 || value.kind != BoundaryValue::Kind::integer || value.bits > 32 || !value.whole)
    return;
  if (source_.result(value, runs_.first) != source_.result(value, runs_.second)) return;
  const uint64_t whole = runs_.target.state.general[integer_result_register(Isa::riscv64, value.target.index)];
  // What the source's caller got away with the target's does too.
  if (source_.isa() == Isa::riscv64 &&
      whole == runs_.first.state.general[integer_result_register(Isa::riscv64, value.source.index)])
    return;
  const unsigned above = 64 - value.bits;
  const uint64_t top = whole << above;
  const bool is_signed = value.is_signed || value.bits == 32;
  if (whole != (is_signed ? static_cast<uint64_t>(static_cast<int64_t>(top) >> above) : top >> above))
    differs(fmt::format("result {} is not extended as RISC-V's calling convention wants: {:#x}", index, whole),
            {.kind = Spot::Kind::result, .index = static_cast<uint32_t>(index - 1)});
}

void Comparer::preserved() {
  const Isa isa = target_.isa();
  std::vector<uint8_t> stack;
  const emulate::MachineState before = entry_state(target_.image(), runs_.target_request, stack);
  const emulate::MachineState& after = runs_.target.state;
  for (const uint8_t n : emulate::callee_saved_general(isa))
    if (before.general[n] != after.general[n])
      differs(
          fmt::format("callee-saved general register {} was {:#x}, is {:#x}", n, before.general[n], after.general[n]),
          {.kind = Spot::Kind::register_, .index = n});
  for (const uint8_t n : emulate::callee_saved_vector(isa))
    if (std::memcmp(before.vector[n].data(), after.vector[n].data(), 8) != 0)
      differs(fmt::format("callee-saved vector register {} has changed", n));
  const unsigned sp = emulate::stack_pointer_index(isa);
  const uint64_t expected = before.general[sp] + (isa == Isa::x86_64 ? 8 : 0);
  if (after.general[sp] != expected)
    differs(fmt::format("the stack pointer is {:#x} instead of {:#x}", after.general[sp], expected),
            {.kind = Spot::Kind::register_, .index = sp});
  modes(before, after);
}

// All three conventions: rounding and the like are left as they were, and on x86-64 the direction flag is clear. But a
// source may be there to change them.
void Comparer::modes(const emulate::MachineState& before, const emulate::MachineState& after) {
  const emulate::MachineState& source = runs_.first.state;
  if (after.fp_control != before.fp_control && source.fp_control == emulate::initial_state(source_.isa()).fp_control)
    differs(fmt::format("the floating-point mode was {:#x}, is {:#x}", before.fp_control, after.fp_control));
  constexpr uint64_t kDirection = 0x400;
  if (target_.isa() == Isa::x86_64 && (after.flags & kDirection) != 0 &&
      (source_.isa() != Isa::x86_64 || (source.flags & kDirection) == 0))
    differs("the direction flag is left set");
}

void Comparer::regions(const Input& input) {
  if (!runs_.target.stray_writes.empty() && runs_.first.stray_writes.empty())
    differs(fmt::format("the target writes past a buffer, at {:#x}", runs_.target.stray_writes[0]));
  const size_t count = std::min(runs_.first.regions.size(), runs_.target.regions.size());
  for (size_t r = 0; r < count; ++r) {
    const auto &first = runs_.first.regions[r], &second = runs_.second.regions[r], &target = runs_.target.regions[r];
    if (first == target || first.size() != target.size()) continue;
    for (size_t at = 0; at + 8 <= first.size(); at += 8) {
      uint64_t a, b, t;
      std::memcpy(&a, first.data() + at, 8), std::memcpy(&b, second.data() + at, 8);
      std::memcpy(&t, target.data() + at, 8);
      if (a == t) continue;
      const Finding finding = word(a, b, t, false);
      if (finding == Finding::inconclusive) inconclusive("what is in memory is undefined");
      if (finding == Finding::differs)
        differs(fmt::format("{} + {}: source {:#x}, target {:#x}",
                            r < input.regions.size() ? fmt::format("buffer {}", r + 1) : "heap", at, a, t),
                {.kind = Spot::Kind::region, .index = static_cast<uint32_t>(r), .source = at, .target = at});
    }
  }
}

uint64_t Comparer::data_word(const Side& side, const Outcome& outcome, uint64_t address) const {
  uint64_t word = 0;
  for (unsigned n = 0; n < 8; ++n) {
    uint8_t byte = 0;
    if (side.byte_after(outcome, address + n, byte)) word |= static_cast<uint64_t>(byte) << (8 * n);
  }
  return word;
}

// Only where the byte differs does the word around it matter: it may be a pointer or a NaN.
void Comparer::data_byte(uint64_t source_address, uint64_t target_address) {
  uint8_t first = 0, second = 0, target = 0;
  const bool there = source_.byte_after(runs_.first, source_address, first) &&
                     source_.byte_after(runs_.second, source_address, second) &&
                     target_.byte_after(runs_.target, target_address, target);
  if (!there) return inconclusive("it writes to data that has no name on the other side");
  if (first == target || first != second) return;
  const uint64_t lead = source_address & 7;
  const uint64_t a = data_word(source_, runs_.first, source_address - lead),
                 b = data_word(source_, runs_.second, source_address - lead),
                 t = data_word(target_, runs_.target, target_address - lead);
  const Finding finding = word(a, b, t, false);
  if (finding == Finding::inconclusive) inconclusive("what is in memory is undefined");
  if (finding == Finding::differs)
    differs(
        fmt::format("data at {:#x} (target: {:#x}): source {:#x}, target {:#x}", source_address, target_address, a, t),
        {.kind = Spot::Kind::data, .source = source_address - lead, .target = target_address - lead});
}

void Comparer::data() {
  // Piece by piece: there may be a hundred thousand bytes of it, and most are the same.
  std::vector<uint8_t> there;
  auto each = [&](const std::vector<emulate::MemoryChange>& changes, bool of_source) {
    const Side& other_side = of_source ? target_ : source_;
    for (const emulate::MemoryChange& change : changes)
      for (uint64_t at = 0, size = 0; at < change.bytes.size(); at += size) {
        uint64_t other = 0;
        size = change.bytes.size() - at;
        const uint64_t address = change.address + at;
        const bool named = of_source ? map_.to_target(address, other, size) : map_.to_source(address, other, size);
        there.resize(size);
        if (!named || !other_side.is_writable_data(other) ||
            !other_side.bytes_after(of_source ? runs_.target : runs_.first, other, there)) {
          inconclusive(of_source ? "it writes to data that has no name in the target"
                                 : "the target writes to data that has no name in the source");
          continue;
        }
        for (uint64_t n = 0; n < size; ++n)
          if (there[n] != change.bytes[at + n])
            of_source ? data_byte(address + n, other + n) : data_byte(other + n, address + n);
      }
  };
  each(runs_.first.changes, true);
  each(runs_.target.changes, false);
}

void Comparer::calls() {
  const std::vector<ExternalCall> source = calls_of(runs_.first), target = calls_of(runs_.target);
  const size_t count = std::max(source.size(), target.size());
  for (size_t n = 0; n < count; ++n) {
    if (n < source.size() && n < target.size() && source[n] == target[n]) continue;
    auto name = [n](const std::vector<ExternalCall>& calls) {
      return n < calls.size() ? "'" + calls[n].name + "'" : std::string("nothing");
    };
    return differs(fmt::format("call {} to the outside: source {}, target {}{}", n + 1, name(source), name(target),
                               name(source) == name(target) ? " with other arguments" : ""));
  }
}

Comparison Comparer::run(const Boundary& boundary, const Input& input) {
  if (!ending()) return out_;
  calls();
  if (runs_.target.ending == Ending::returned) {
    results(boundary, input);
    preserved();
  }
  regions(input);
  data();
  return out_;
}

}  // namespace

std::string describe_ending(const Outcome& outcome) {
  static constexpr const char* kTraps[] = {"a division",
                                           "a floating-point operation",
                                           "an illegal instruction",
                                           "a memory access",
                                           "a misaligned access",
                                           "a breakpoint",
                                           "a system call",
                                           "something"};
  switch (outcome.ending) {
    case Ending::returned:
      return "returns";
    case Ending::trapped:
      return fmt::format("traps at {} (address {:#x}, pc {:#x})", kTraps[static_cast<size_t>(outcome.trap.kind)],
                         outcome.trap.address, outcome.state.pc);
    case Ending::limit:
      return "runs longer than the limit";
    case Ending::external_unhandled:
      return fmt::format("calls '{}', which the tester does not know",
                         outcome.calls.empty() ? "?" : outcome.calls.back().name);
    case Ending::stopped:
      return "ends the program";
    case Ending::unsupported:
      return fmt::format("cannot be run: {}", outcome.detail);
  }
  return "ends somehow";
}

std::string unfit(const Outcome& first, const Outcome& second) {
  for (const Outcome* outcome : {&first, &second})
    if (outcome->ending != Ending::returned && outcome->ending != Ending::stopped)
      return "the source " + describe_ending(*outcome);
  if (first.ending != second.ending || calls_of(first) != calls_of(second))
    return "what the source does depends on what is undefined";
  // What bits are set in, or cleared, shows against one of two opposite fillings only.
  if (!first.stray_writes.empty() || !second.stray_writes.empty()) return "the source writes past a buffer";
  return {};
}

Comparison compare(const Side& source, const Side& target, const AddressMap& map, const Boundary& boundary,
                   const Input& input, const Runs& runs) {
  return Comparer(source, target, map, runs).run(boundary, input);
}

}  // namespace portolan::verify
