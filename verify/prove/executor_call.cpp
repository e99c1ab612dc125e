// Calls, as a side that is run symbolically makes them: what the callee is given, and what is known behind it.
#include <fmt/format.h>

#include <algorithm>

#include "verify/prove/executor.h"

namespace portolan::prove {

using terms::APInt;
using verify::BoundaryValue;
using verify::Place;

// What was written from the stack pointer upward, up to where a register was saved.
std::pair<int64_t, int64_t> Executor::unknown_stack_arguments(const State& state, int64_t from) const {
  int64_t end = from;
  for (; state.frame.contains(end); ++end) {
    Term byte = state.frame.at(end);
    if (pool_.kind(byte) == terms::Kind::extract) byte = pool_.operands(byte)[0];
    if (pool_.kind(byte) == terms::Kind::variable && pool_.name(byte).ends_with("@entry")) break;
  }
  return {from, end};
}

// What a call passes for a parameter.
std::optional<Term> Executor::argument(State& state, const BoundaryValue& parameter, unsigned above) {
  const Place& place = place_of(parameter, side_.which());
  Term value;
  if (place.kind == Place::Kind::stack) {
    // Where the stack is memory so are they.
    const Term at =
        pool_.add(state.slots[side_.machine().stack_pointer], pool_.constant(64, above + 8 * uint64_t{place.index}));
    const auto offset = frame_offset(at);
    if (!offset && frame_.objects.empty() && survey_ == nullptr)
      return fail("unresolved-address", "the stack pointer is not known at a call"), std::nullopt;
    value = offset ? frame_bytes(state, *offset, 8) : pool_.load(state.memory, at, 64);
  } else {
    const Slot slot = slot_of(side_.machine(), place);
    if (slot == assembly::kNoSlot) return fail("unsupported", "an argument's register is not known"), std::nullopt;
    value = state.slots[slot];
  }
  return pool_.extract(value, 0, std::min(parameter.bits, pool_.width(value)));
}

// All registers, and what may be arguments on the stack.
bool Executor::pass_all(Thread& thread, const ir::CallTarget& target, CallEvent& event, uint32_t line, unsigned above) {
  Path& path = thread.path;
  const assembly::Machine& machine = side_.machine();
  if (survey_ != nullptr) survey_->escapes = true;
  for (const Slot s : side_.unnamed_arguments()) event.arguments.push_back(path.state.slots[s]);
  // Nested functions of GNU C find their caller's locals by a register that is no argument's.
  for (const Slot s : side_.clobbered_by(target))
    if (mentions_base(path.state.slots[s]) && !computed(path.state.slots[s], "a register with the address", line) &&
        survey_ == nullptr)
      return false;
  const Term pointer = path.state.slots[machine.stack_pointer];
  const auto stack = frame_offset(pointer);
  if (!stack && survey_ == nullptr && !(mentions_base(pointer) && computed(pointer, "the stack below", line)) &&
      frame_.objects.empty()) {
    fail("unresolved-address", "the stack pointer is not known at a call");
    return false;
  }
  if (!stack && survey_ != nullptr && mentions_base(pointer)) computed(pointer, "the stack below", line);
  // Where that part of the frame is memory it is compared with the rest of memory, if it has the same address.
  if (!stack) event.arguments.push_back(pointer);
  const auto [from, end] = stack ? unknown_stack_arguments(path.state, *stack + above) : std::pair<int64_t, int64_t>();
  for (int64_t at = from; at < end; ++at) {
    event.arguments.push_back(path.state.frame.at(at));
    path.state.frame[at] = pool_.variable(fmt::format("call:{}.stack{}", path.calls.size(), at - from), 8);
  }
  return true;
}

// Scalars are on the stack only where the registers are used up. Places that the call may have arguments in; nothing:
// it can't be said.
std::optional<uint32_t> Executor::stack_places_passed(const State& state, uint32_t call, unsigned above) {
  if (!side_.fills_argument_registers(call)) return 0;
  const Term pointer = state.slots[side_.machine().stack_pointer];
  const auto stack = frame_offset(pointer);
  if (!constant_offset(pointer)) return std::nullopt;
  if (side_.which() == Which::target) {
    if (source_ == nullptr) return kUnknownStackArguments;
    // What the source has in registers may be on the stack here.
    const size_t there = source_->side_.machine().integer_arguments.size();
    const size_t here = side_.machine().integer_arguments.size();
    return source_->most_stack_places_ + static_cast<uint32_t>(there > here ? there - here : 0);
  }
  // What the function keeps above them may look like more; where the stack is memory nobody knows what was written.
  uint32_t places = kUnknownStackArguments;
  if (stack) {
    const auto [from, end] = unknown_stack_arguments(state, *stack + above);
    places = std::min(places, static_cast<uint32_t>((end - from) / 8));
  }
  most_stack_places_ = std::max(most_stack_places_, places);
  return places;
}

// What a callee of unknown signature is given, one scalar after the other.
bool Executor::pass_scalars(Thread& thread, uint32_t call, CallEvent& event, unsigned above) {
  const ir::CallTarget& target = side_.function().calls[call];
  const assembly::Machine& machine = side_.machine();
  const auto places = stack_places_passed(thread.path.state, call, above);
  // AMD64 psABI 3.2.3: a variadic callee is given as many vector registers as al says, at most.
  bool no_floats = false;
  const bool counted = side_.is_variadic(target) && machine.vector_count != assembly::kNoSlot;
  if (side_.which() == Which::source && counted) {
    const APInt* vectors = pool_.constant_value(pool_.extract(thread.path.state.slots[machine.vector_count], 0, 8));
    no_floats = vectors != nullptr && vectors->isZero();
  }
  const bool needs_none = side_.which() == Which::source && counted && !side_.unknown().variadic_floats;
  if (!places || (needs_none && !no_floats)) {
    fail("unsupported", fmt::format("it calls {}, whose signature is not known, with more than registers can hold",
                                    target.indirect ? "through a pointer" : "'" + target.symbol.name + "'"));
    return false;
  }
  for (const BoundaryValue& p : event.boundary->parameters) {
    const Place& place = place_of(p, side_.which());
    const Slot slot = slot_of(machine, place);
    const bool unset = place.kind == Place::Kind::stack
                           ? side_.which() == Which::source && place.index >= *places
                           : slot != assembly::kNoSlot &&
                                 (side_.is_unset(call, slot) || (no_floats && p.kind == BoundaryValue::Kind::floating));
    const auto value = unset ? fresh(thread, "undefined", 64) : argument(thread.path.state, p, above);
    if (!value) return false;
    event.arguments.push_back(*value);
    event.registers.push_back(slot == assembly::kNoSlot ? Term{} : thread.path.state.slots[slot]);
  }
  event.stack_places = *places;
  return true;
}

// The callee's results, and what it did to memory, are variables named after the call's place in the sequence of calls:
// the same on both sides, which is right once the two calls are shown to be the same.
void Executor::call(Thread& thread, uint32_t call, Term address, uint32_t line, unsigned above) {
  const ir::CallTarget& target = side_.function().calls[call];
  Path& path = thread.path;
  const assembly::Machine& machine = side_.machine();
  const verify::Boundary* boundary = side_.boundary_of(target);
  if (!boundary)
    return fail("unsupported", fmt::format("it calls {}, whose signature is not known",
                                           target.indirect ? "through a pointer" : "'" + target.symbol.name + "'"));
  CallEvent event;
  bool unknown = side_.is_unknown(boundary);
  event.callee = target.indirect ? "" : unknown ? target.symbol.name : boundary->name;
  event.target = address;
  event.memory = path.state.memory;
  event.boundary = boundary;
  event.line = line;
  event.outside = target.indirect || !side_.defines(target.symbol.name);
  // All three conventions: the stack pointer is a multiple of 16 where a function is called. Compilers leave that be
  // only between functions of one unit, and only on x86-64.
  if (const auto stack = constant_offset(path.state.slots[machine.stack_pointer]);
      stack && (event.outside || side_.isa() != Isa::x86_64) && (*stack + above) % 16 != 0)
    return fail("unsupported", fmt::format("{}:{}: the stack pointer is no multiple of 16 at a call",
                                           side_.index().unit().file, line));
  if (boundary->format) {
    const auto where = argument(path.state, boundary->parameters[*boundary->format], above);
    if (!where) return;
    const auto text = symbols_.constant_string(side_.which(), pool_.linear(*where));
    const verify::Boundary* exact = text ? side_.boundary_of(*boundary, *text) : nullptr;
    if (exact && machine.vector_count != assembly::kNoSlot)
      event.vector_count = pool_.extract(path.state.slots[machine.vector_count], 0, 8);
    if (!exact && side_.shares_registers()) exact = side_.unknown_callee();
    if (!exact)
      return fail("unsupported", fmt::format("it calls '{}' with a format that is {}", event.callee,
                                             text ? "not understood" : "no constant"));
    unknown = side_.is_unknown(exact);
    event.boundary = boundary = exact;
  }
  const bool scalars = unknown && !side_.shares_registers();
  if (scalars && !pass_scalars(thread, call, event, above)) return;
  for (const BoundaryValue& p : boundary->parameters) {
    if (scalars) break;
    const auto value = argument(path.state, p, above);
    if (!value) return;
    event.arguments.push_back(*value);
    const Slot slot = slot_of(machine, place_of(p, side_.which()));
    event.registers.push_back(slot == assembly::kNoSlot ? Term{} : path.state.slots[slot]);
  }
  for (const Term value : event.arguments) {
    if (!mentions_base(value)) continue;
    if (survey_ != nullptr) survey_->escapes = true;
    if (!computed(value, "an argument that is the address", line) && survey_ == nullptr) return;
  }
  if (unknown && side_.shares_registers() && !pass_all(thread, target, event, line, above)) return;
  const size_t index = path.calls.size();
  path.calls.push_back(std::move(event));
  note_event(thread, {Event::Kind::call, line, {}, {}, 0});
  path.state.memory = pool_.memory(fmt::format("memory.call{}", index));
  if (above == 0) forget_callee_stack(path.state, path.calls.back(), scalars, above);
  const std::vector<Slot>& halves = machine.callee_saved_low_half;
  for (const Slot s : side_.clobbered_by(target)) {
    const unsigned width = machine.slots[s].width;
    Term& slot = path.state.slots[s];
    auto left = [&](unsigned bits) {
      if (!unknown || scalars)
        return pool_.variable(
            fmt::format("{}:clobbered:{}.{}:{}@{}", owner(), machine.slots[s].name, index, bits, segment_), bits);
      return pool_.variable(fmt::format("call:{}.{}:{}", index, machine.slots[s].name, bits), bits);
    };
    if (std::find(halves.begin(), halves.end(), s) == halves.end())
      slot = left(width);
    else
      slot = pool_.concat(left(width / 2), pool_.extract(slot, 0, width / 2));
  }
  const std::vector<BoundaryValue>& results = side_.results_of(target, *boundary);
  for (size_t r = 0; r < results.size(); ++r) {
    const BoundaryValue& value = results[r];
    const Slot slot = slot_of(machine, place_of(value, side_.which()));
    if (slot == assembly::kNoSlot) return fail("unsupported", "a result's register is not known");
    const unsigned width = machine.slots[slot].width;
    const unsigned bits_wide = std::min(value.bits, width);
    const bool stated = boundary->origin != verify::Boundary::Origin::inferred;
    const bool second = (scalars || !stated) && place_of(value, side_.which()).index > 0;
    const Term bits =
        pool_.variable(side_.may_be_left_over(*boundary, r)
                           ? fmt::format("{}:clobbered:result{}.{}:{}@{}", owner(), r, index, bits_wide, segment_)
                           : fmt::format("call:{}.{}{}:{}", index, second ? "second" : "result", r, bits_wide),
                       bits_wide);
    path.calls.back().results.push_back(bits);
    path.state.slots[slot] = in_register(pool_, side_.isa(), value, bits, width, path.state.slots[slot]);
  }
}

// The callee's frame, and the arguments that it got on the stack, are its own to change.
void Executor::forget_callee_stack(State& state, const CallEvent& call, bool scalars, unsigned above) {
  const auto stack = constant_offset(state.slots[side_.machine().stack_pointer]);
  if (!stack) return;
  int64_t end = *stack + above + 8 * int64_t{call.stack_places};
  for (const BoundaryValue& p : call.boundary->parameters)
    if (const Place& place = place_of(p, side_.which()); place.kind == Place::Kind::stack && !scalars)
      end = std::max(end, *stack + above + 8 * (static_cast<int64_t>(place.index) + 1));
  state.frame.erase(state.frame.begin(), state.frame.lower_bound(end));
  ++state.forgotten;
}

}  // namespace portolan::prove
