#include "verify/prove/executor.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "verify/terms/domain.h"
#include "verify/terms/rewrite.h"

namespace portolan::prove {

using ir::Instruction;
using ir::Op;
using terms::APInt;
using verify::BoundaryValue;
using verify::Place;

namespace {

constexpr uint64_t kMostTableEntries = 1024;

Term signed_constant(terms::Pool& pool, int64_t value) {
  return pool.constant(APInt(64, static_cast<uint64_t>(value), true));
}

}  // namespace

// RISC-V keeps integers of 32 bits sign-extended whatever their sign, narrower ones extended by their sign to 32 first,
// and boxes floats (psABI, "Integer Calling Convention"). The other two leave what is above open.
Term in_register(terms::Pool& pool, Isa isa, const BoundaryValue& value, Term bits, unsigned width, Term above) {
  const unsigned n = pool.width(bits);
  if (n >= width) return pool.extract(bits, 0, width);
  if (isa == Isa::riscv64 && value.kind == BoundaryValue::Kind::floating)
    return pool.concat(pool.constant(APInt::getAllOnes(width - n)), bits);
  if (isa == Isa::riscv64 && value.whole) {
    if (n < 32 && !value.is_signed) return pool.zext(bits, width);
    return pool.sext(bits, width);
  }
  return pool.concat(pool.extract(above, 0, width - n), bits);
}

Executor::Executor(terms::Pool& pool, const Side& side, Symbols& symbols, FrameLayout frame)
    : pool_(pool), side_(side), symbols_(symbols), frame_(std::move(frame)), values_(side.function().values.size()) {}

Term Executor::base() const {
  return pool_.add(frame_.variable, signed_constant(pool_, frame_.displacement));
}

void Executor::survey(FrameSurvey* survey, const State& entry) {
  survey_ = survey;
  const assembly::Machine& machine = side_.machine();
  for (const Slot s : machine.callee_saved) entry_values_.push_back(entry.slots[s]);
  for (const Slot s : machine.callee_saved_low_half) entry_values_.push_back(pool_.extract(entry.slots[s], 0, 64));
  if (machine.return_address != assembly::kNoSlot) entry_values_.push_back(entry.slots[machine.return_address]);
}

void Executor::fail(std::string reason, std::string detail) {
  if (!failure_) failure_ = Failure{std::move(reason), std::move(detail)};
}

Term Executor::fresh(Thread& thread, std::string_view what, unsigned width) {
  return pool_.variable(fmt::format("{}:{}{}:{}@{}", owner(), what, thread.path.undefined++, width, segment_), width);
}

Term Executor::frame_bytes(State& state, int64_t offset, unsigned bytes) {
  std::vector<Term> parts;
  for (unsigned n = 0; n < bytes; ++n) {
    auto [at, missing] = state.frame.emplace(offset + n, Term{});
    if (missing)
      at->second = pool_.variable(fmt::format("{}:frame{:+}.{}@{}", owner(), offset + n, state.forgotten, segment_), 8);
    parts.push_back(at->second);
  }
  return pool_.join(parts);
}

void Executor::set_frame_bytes(State& state, int64_t offset, Term value) {
  for (unsigned n = 0; 8 * n < pool_.width(value); ++n) state.frame[offset + n] = pool_.extract(value, 8 * n, 8);
}

// AMD64 psABI 3.2.2: 128 bytes below rsp are the function's own; the other two conventions have no such zone.
std::optional<int64_t> Executor::stack_end(const State& state) const {
  const auto pointer = constant_offset(state.slots[side_.machine().stack_pointer]);
  if (!pointer) return std::nullopt;  // a dynamic frame, whose accesses are computed ones
  return *pointer - (side_.isa() == Isa::x86_64 ? 128 : 0);
}

void Executor::note_access(Thread& thread, int64_t offset) {
  thread.lowest_access = std::min(thread.lowest_access.value_or(offset), offset);
}

void Executor::look_at_stack(const State& state) {
  if (survey_ == nullptr) return;
  const auto pointer = constant_offset(state.slots[side_.machine().stack_pointer]);
  survey_->stack = std::min(survey_->stack, pointer.value_or(0));
  if (!pointer) survey_->moves = survey_->escapes = true;
}

void Executor::begin_instruction(Thread& thread, uint32_t line) {
  look_at_stack(thread.path.state);
  const auto end = stack_end(thread.path.state);
  if (thread.lowest_access && end && thread.stack_before &&
      *thread.lowest_access < std::min(*end, *thread.stack_before))
    fail("unsupported",
         fmt::format("{}:{}: an access below the stack pointer", side_.index().unit().file, thread.path.line));
  thread.lowest_access.reset();
  thread.stack_before = end;
  if (line != 0) thread.path.line = line;
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

bool Executor::is_harmful(const Thread& thread, const Access& access, std::optional<int64_t> frame_offset) {
  auto says = [&](std::string_view what) {
    fail("unsupported", fmt::format("{}:{}: {}", side_.index().unit().file, access.line, what));
    return true;
  };
  if ((frame_offset || mentions_base(access.address)) && side_.isa() == Isa::aarch64 && thread.stack_before &&
      *thread.stack_before % 16 != 0)  // Arm ARM D1.3.8: it faults where SCTLR_EL1.SA0 is set, as Linux does
    return says("the stack is accessed while sp is no multiple of 16");
  if (frame_offset && *frame_offset % static_cast<int64_t>(access.alignment.bytes) != 0)
    return says("an access of the frame that is not aligned as it has to be");
  // What a caller has above the stack arguments is its own.
  if (frame_offset && access.write && *frame_offset + access.bytes > 8 * int64_t{side_.stack_arguments()})
    return says("a write into the caller's frame");
  if (!frame_offset && symbols_.is_code(pool_.linear(access.address))) return says("code is accessed as data");
  return false;
}

Term Executor::read(Thread& thread, Term address, unsigned width, uint32_t line, Alignment alignment) {
  const unsigned bytes = width / 8;
  if (is_harmful(thread, {address, bytes, false, line, alignment}, frame_offset(address)))
    return fresh(thread, "unknown", width);
  show(thread, address, frame_offset(address));
  if (const auto offset = frame_offset(address)) {
    note_access(thread, *offset);
    if (survey_ != nullptr) survey_->low = std::min(survey_->low, *offset);
    return frame_bytes(thread.path.state, *offset, bytes);
  }
  if (mentions_base(address)) {
    if (!computed(address, "a read", line)) return fresh(thread, "unknown", width);
    if (const auto offset = constant_offset(address)) note_access(thread, *offset);
    return pool_.load(thread.path.state.memory, address, width);
  }
  const terms::Linear form = pool_.linear(address);
  if (const auto constant = symbols_.constant_data(side_.which(), form, bytes)) return *constant;
  thread.path.accesses.push_back({address, bytes, false, line, alignment});
  if (is_secret(line, false)) return fresh(thread, "secret", width);
  if (symbols_.constant_table(form)) return pool_.load(symbols_.constants(form), address, width);
  return read_shared(thread, address, width, line);
}

void Executor::store(Thread& thread, Term address, Term value, uint32_t line, Alignment alignment) {
  if (is_harmful(thread, {address, pool_.width(value) / 8, true, line, alignment}, frame_offset(address))) return;
  show(thread, address, frame_offset(address));
  if (const auto offset = frame_offset(address)) {
    note_access(thread, *offset);
    if (survey_ != nullptr) {
      survey_->low = std::min(survey_->low, *offset);
      if (std::find(entry_values_.begin(), entry_values_.end(), value) != entry_values_.end())
        survey_->saved.emplace(*offset, pool_.width(value) / 8);
    }
    return set_frame_bytes(thread.path.state, *offset, value);
  }
  if (mentions_base(value)) {
    if (survey_ != nullptr) survey_->escapes = true;
    if (!computed(value, "the address", line)) return;
  }
  if (mentions_base(address)) {
    if (!computed(address, "a write", line)) return;
    if (const auto offset = constant_offset(address)) note_access(thread, *offset);
    thread.path.state.memory = pool_.store(thread.path.state.memory, address, value);
    return;
  }
  thread.path.accesses.push_back({address, pool_.width(value) / 8, true, line, alignment});
  note_event(thread, {Event::Kind::write, line, address, value, pool_.width(value)});
  if (is_secret(line, true)) return;
  thread.path.state.memory = pool_.store(thread.path.state.memory, address, value);
}

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
        pool_.add(state.slots[side_.machine().stack_pointer], signed_constant(pool_, above + 8 * int64_t{place.index}));
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
std::optional<uint32_t> Executor::stack_places_passed(const State& state, unsigned above) const {
  if (!side_.fills_argument_registers()) return 0;
  const auto stack = frame_offset(state.slots[side_.machine().stack_pointer]);
  if (!stack) return std::nullopt;
  if (side_.which() == Which::target) return kUnknownStackArguments;
  const auto [from, end] = unknown_stack_arguments(state, *stack + above);
  const auto places = static_cast<uint32_t>((end - from) / 8);
  if (places > kUnknownStackArguments) return std::nullopt;
  return places;
}

// What a callee of unknown signature is given, one scalar after the other.
bool Executor::pass_scalars(Thread& thread, uint32_t call, CallEvent& event, unsigned above) {
  const ir::CallTarget& target = side_.function().calls[call];
  const assembly::Machine& machine = side_.machine();
  const auto places = stack_places_passed(thread.path.state, above);
  bool understood = places.has_value();
  if (side_.which() == Which::source && side_.is_variadic(target) && !side_.unknown().variadic_floats) {
    const APInt* vectors = pool_.constant_value(pool_.extract(thread.path.state.slots[machine.vector_count], 0, 8));
    understood = understood && vectors != nullptr && vectors->isZero();
  }
  if (!understood) {
    fail("unsupported", fmt::format("it calls {}, whose signature is not known, with more than registers can hold",
                                    target.indirect ? "through a pointer" : "'" + target.symbol.name + "'"));
    return false;
  }
  for (const BoundaryValue& p : event.boundary->parameters) {
    const Place& place = place_of(p, side_.which());
    const Slot slot = slot_of(machine, place);
    const bool unset = place.kind == Place::Kind::stack ? side_.which() == Which::source && place.index >= *places
                                                        : slot != assembly::kNoSlot && side_.is_unset(call, slot);
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
  for (size_t r = 0; r < boundary->results.size(); ++r) {
    const BoundaryValue& value = boundary->results[r];
    const Slot slot = slot_of(machine, place_of(value, side_.which()));
    if (slot == assembly::kNoSlot) return fail("unsupported", "a result's register is not known");
    const unsigned width = machine.slots[slot].width;
    const unsigned bits_wide = std::min(value.bits, width);
    const bool second = scalars && place_of(value, side_.which()).index > 0;
    const Term bits =
        pool_.variable(side_.may_be_left_over(*boundary, r)
                           ? fmt::format("{}:clobbered:result{}.{}:{}@{}", owner(), r, index, bits_wide, segment_)
                           : fmt::format("call:{}.{}{}:{}", index, second ? "second" : "result", r, bits_wide),
                       bits_wide);
    path.calls.back().results.push_back(bits);
    path.state.slots[slot] = in_register(pool_, side_.isa(), value, bits, width, path.state.slots[slot]);
  }
}

bool Executor::instruction(Thread& thread, ValueId v) {
  const ir::Function& f = side_.function();
  const Instruction& i = f[v];
  State& state = thread.path.state;
  if (i.line != thread.path.line && i.line != 0) begin_instruction(thread, i.line);
  auto operand = [&](unsigned n) { return values_[i.operands[n]]; };
  switch (i.op) {
    case Op::get_slot:
      values_[v] = state.slots[i.index];
      break;
    case Op::set_slot:
      state.slots[i.index] = operand(0);
      break;
    case Op::undef:
      values_[v] = fresh(thread, "undefined", i.width);
      break;
    case Op::symbol_address:
      values_[v] = symbols_.address(side_.which(), f.symbols[i.index]);
      break;
    case Op::thread_pointer:
      values_[v] = pool_.variable("thread_pointer", 64);
      break;
    case Op::load:
      values_[v] = read(thread, operand(0), i.width, i.line, alignment_of(i));
      break;
    case Op::store:
      store(thread, operand(0), operand(1), i.line, alignment_of(i));
      break;
    case Op::atomic_rmw:
    case Op::atomic_cas:
      values_[v] = exchange(thread, i);
      break;
    case Op::fence:
      note_event(thread, {Event::Kind::fence, i.line, {}, {}, 0});
      break;
    case Op::call:
      call(thread, i.index, i.operands.empty() ? Term{} : operand(0), i.line);
      if (const verify::Boundary* callee = side_.boundary_of(f.calls[i.index]); callee && callee->noreturn) {
        finish(thread, End::trapped);
        return false;
      }
      break;
    case Op::trap_if: {
      const Term condition = operand(0);
      const auto known = decided(thread, condition);
      if (known != false) {
        Thread trapped = thread;
        if (!known) trapped.path.conditions.push_back(condition);
        finish(std::move(trapped), End::trapped);
      }
      if (known == true) return false;
      if (!known) {
        thread.path.conditions.push_back(pool_.bit_not(condition));
        thread.known.emplace_back(condition, false);
      }
      break;
    }
    default: {
      if (info(i.op).effects != ir::Effects::Pure) {
        fail("unsupported", fmt::format("'{}' in line {} has no proof rule", info(i.op).name, i.line));
        return false;
      }
      std::vector<Term> operands;
      for (const ValueId o : i.operands) operands.push_back(values_[o]);
      if (limits_.any_nan && i.nan != ir::NanRule::any) {
        Instruction canonical = i;
        canonical.nan = ir::NanRule::riscv;
        values_[v] = terms::evaluate_terms(pool_, f, canonical, operands);
      } else {
        values_[v] = terms::evaluate_terms(pool_, f, i, operands);
      }
    }
  }
  const bool reads = i.op == Op::get_slot || i.op == Op::load;
  if (reads && limits_.slow_lines != nullptr && limits_.slow_lines->contains(i.line))
    thread.path.shown.push_back(values_[v]);
  return !failure_;
}

bool Executor::block_body(Thread& thread) {
  thread.path.blocks.insert(thread.block);
  if (limits_.slow_lines != nullptr) thread.path.trail.push_back(thread.block);
  if (!thread.stack_before) thread.stack_before = stack_end(thread.path.state);
  look_at_stack(thread.path.state);
  for (const ValueId v : side_.function().blocks[thread.block].instructions) {
    // A division takes its time whoever wants the result.
    if (!side_.needed(v) && limits_.slow_lines == nullptr) continue;
    if (++steps_ > limits_.steps) {
      fail("resource-limit", "too many steps between two cut points");
      return false;
    }
    if (!instruction(thread, v)) return false;
  }
  return true;
}

std::optional<bool> Executor::decided(const Thread& thread, Term condition) const {
  if (const APInt* value = pool_.constant_value(condition)) return value->getBoolValue();
  for (const auto& [term, value] : thread.known)
    if (term == condition) return value;
  return std::nullopt;
}

void Executor::finish(Thread thread, End end) {
  begin_instruction(thread, 0);
  thread.path.end = end;
  thread.path.block = end == End::cut ? thread.block : ir::kNoBlock;
  done_.push_back(std::move(thread.path));
  if (done_.size() > limits_.paths)
    fail("resource-limit", fmt::format("more than {} paths between two cut points", limits_.paths));
}

void Executor::follow(Thread thread, size_t edge, Term condition) {
  if (condition) {
    if (const auto known = decided(thread, condition)) {
      if (!*known) return;
    } else {
      thread.path.conditions.push_back(condition);
      thread.known.emplace_back(condition, true);
      thread.known.emplace_back(pool_.bit_not(condition), false);
    }
  }
  thread.block = side_.function().blocks[thread.block].terminator.edges[edge].target;
  work_.push_back(std::move(thread));
}

bool Executor::terminator(Thread thread) {
  const ir::Terminator& t = side_.function().blocks[thread.block].terminator;
  if (t.line != thread.path.line && t.line != 0) begin_instruction(thread, t.line);
  switch (t.op) {
    case Op::jump:
      follow(std::move(thread), 0, {});
      return true;
    case Op::branch: {
      const Term condition = values_[t.operands[0]];
      follow(thread, 1, pool_.bit_not(condition));
      follow(std::move(thread), 0, condition);
      return true;
    }
    case Op::jump_indirect:
      return jump_by_table(thread);
    case Op::ret:
      finish(std::move(thread), End::returned);
      return true;
    case Op::tail_call: {
      // A jump to another function is a call and a return; the callee returns with the stack pointer as ours would be.
      const Slot link = side_.machine().return_address;
      const Term back = link == assembly::kNoSlot ? Term{} : thread.path.state.slots[link];
      call(thread, t.index, t.operands.empty() ? Term{} : values_[t.operands[0]], t.line,
           side_.machine().return_address_bytes);
      if (back) thread.path.state.slots[link] = back;  // where the callee goes when it returns
      finish(std::move(thread), End::returned);
      return !failure_;
    }
    case Op::trap:
      finish(std::move(thread), End::trapped);
      return true;
    default:
      fail("unsupported", fmt::format("'{}' ends a block", info(t.op).name));
      return false;
  }
}

std::vector<Path> Executor::run(BlockId block, State state, const Limits& limits, std::vector<Term> conditions) {
  Thread start;
  start.block = block;
  start.path.state = std::move(state);
  start.path.conditions = std::move(conditions);
  return run_all(block, std::move(start), limits);
}

std::optional<std::vector<Path>> Executor::resume(BlockId start, const Path& path, const Limits& limits) {
  Thread thread;
  thread.block = path.block;
  thread.path = path;
  std::vector<Path> paths = run_all(start, std::move(thread), limits);
  if (!std::exchange(failure_, std::nullopt)) return paths;
  return std::nullopt;
}

std::vector<Path> Executor::run_all(BlockId start, Thread first, const Limits& limits) {
  limits_ = limits;
  segment_ = fmt::format("{}", start);
  steps_ = 0;
  done_.clear();
  work_.clear();
  for (const Term condition : first.path.conditions) {
    first.known.emplace_back(condition, true);
    first.known.emplace_back(pool_.bit_not(condition), false);
  }
  work_.push_back(std::move(first));
  while (!work_.empty() && !failure_) {
    if (solve::Clock::now() > limits_.deadline) {
      fail("timeout", "while running symbolically");
      break;
    }
    Thread thread = std::move(work_.back());
    work_.pop_back();
    if (thread.started && side_.is_cut(thread.block)) {
      if (limits_.visits == 1) {
        finish(std::move(thread), End::cut);
        continue;
      }
      if (++thread.visits[thread.block] > limits_.visits) {
        dropped_ = true;
        continue;
      }
    }
    thread.started = true;
    if (!block_body(thread)) continue;
    terminator(std::move(thread));
  }
  return std::move(done_);
}

// The table's entries are in the unit: each index that has one is tried, as long as it leads to a label that the
// frontend offers. The way beyond the table ends as `dropped`: that it is never taken is for the caller to show.
bool Executor::jump_by_table(Thread& thread) {
  const ir::Terminator& t = side_.function().blocks[thread.block].terminator;
  const Term target = values_[t.operands[0]];
  const auto table = symbols_.find_table(target);
  if (!table) {
    fail("indirect-control", fmt::format("where the jump in line {} goes is not known", thread.path.line));
    return false;
  }
  auto edge_of = [&](uint64_t index) -> std::optional<size_t> {
    const auto address = symbols_.table_target(target, *table, index);
    const auto at = address ? std::find(t.cases.begin(), t.cases.end(), *address) : t.cases.end();
    if (at == t.cases.end()) return std::nullopt;
    return static_cast<size_t>(at - t.cases.begin());
  };
  if (const APInt* index = pool_.constant_value(table->index)) {
    const auto edge = edge_of(index->getZExtValue());
    if (edge) follow(thread, *edge, {});
    if (!edge) fail("indirect-control", fmt::format("the jump in line {} goes to no label", thread.path.line));
    return edge.has_value();
  }
  uint64_t count = 0;
  for (; count < kMostTableEntries; ++count) {
    const auto edge = edge_of(count);
    if (!edge) break;
    follow(thread, *edge, pool_.eq(table->index, pool_.constant(pool_.width(table->index), count)));
  }
  const Term beyond = pool_.bit_not(pool_.ult(table->index, pool_.constant(pool_.width(table->index), count)));
  if (decided(thread, beyond) == false) return true;
  thread.path.conditions.push_back(beyond);
  finish(thread, End::dropped);
  return true;
}

}  // namespace portolan::prove
