// Memory that others may see, and write to: what a function reads and writes there, in its order.
#include <fmt/format.h>

#include <cassert>

#include "verify/prove/executor.h"

namespace portolan::prove {

using ir::Instruction;
using ir::Op;

namespace {

Term combine(terms::Pool& p, ir::RmwKind kind, Term old, Term operand) {
  switch (kind) {
    case ir::RmwKind::exchange:
      return operand;
    case ir::RmwKind::add:
      return p.add(old, operand);
    case ir::RmwKind::sub:
      return p.sub(old, operand);
    case ir::RmwKind::bit_and:
      return p.bit_and(old, operand);
    case ir::RmwKind::bit_or:
      return p.bit_or(old, operand);
    case ir::RmwKind::bit_xor:
      return p.bit_xor(old, operand);
    case ir::RmwKind::bit_clear:
      return p.bit_and(old, p.bit_not(operand));
    case ir::RmwKind::smin:
      return p.select(p.slt(old, operand), old, operand);
    case ir::RmwKind::smax:
      return p.select(p.slt(operand, old), old, operand);
    case ir::RmwKind::umin:
      return p.select(p.ult(old, operand), old, operand);
    case ir::RmwKind::umax:
      return p.select(p.ult(operand, old), old, operand);
    default:
      assert(false && "a kind of kernels");
  }
  return old;
}

}  // namespace

// Everybody knows where a place of the frame at a constant offset is.
void Executor::show(Thread& thread, Term address, std::optional<int64_t> frame_offset) {
  if (limits_.slow_lines != nullptr && !frame_offset) thread.path.shown.push_back(address);
}

Term Executor::read_shared(Thread& thread, Term address, unsigned width, uint32_t line) {
  note_event(thread, {Event::Kind::read, line, address, {}, width});
  if (!limits_.shared) return pool_.load(thread.path.state.memory, address, width);
  std::vector<Term>& seen = thread.path.seen;
  seen.push_back(pool_.variable(fmt::format("seen:{}:{}", seen.size(), width), width));
  return seen.back();
}

void Executor::note_event(Thread& thread, const Event& event) {
  if (limits_.shared && !exchanging_) thread.path.events.push_back(event);
}

// Atomic accesses have to be aligned (Arm ARM B2.5.2; RISC-V "A", "Zalrsc"), but on x86-64.
Alignment Executor::alignment_of(const Instruction& i) const {
  const bool atomic = i.ordering != ir::Ordering::none || i.op == Op::atomic_rmw || i.op == Op::atomic_cas;
  const ValueId accessed = i.op == Op::load ? ir::kNoValue : i.operands[1];
  const unsigned width = accessed == ir::kNoValue ? i.width : pool_.width(values_[accessed]);
  return {.bytes = atomic && side_.isa() != Isa::x86_64 ? width / 8 : i.alignment, .atomic = atomic};
}

Term Executor::exchange(Thread& thread, const Instruction& i) {
  const Term address = values_[i.operands[0]], operand = values_[i.operands[1]];
  if (i.op == Op::atomic_rmw && i.rmw > ir::RmwKind::umax) {
    fail("unsupported", fmt::format("'{}' of memory in line {} has no proof rule", to_string(i.rmw), i.line));
    return operand;
  }
  exchanging_ = true;
  const Term old = read(thread, address, i.width, i.line, alignment_of(i));
  const Term made = i.op == Op::atomic_rmw ? combine(pool_, i.rmw, old, operand)
                                           : pool_.select(pool_.eq(old, operand), values_[i.operands[2]], old);
  store(thread, address, made, i.line, alignment_of(i));
  exchanging_ = false;
  if (!frame_offset(address) && !mentions_base(address))
    note_event(thread, {Event::Kind::exchange, i.line, address, made, i.width});
  return old;
}

}  // namespace portolan::prove
