// Branches, conditional selects and compares (Arm ARM C6.2).
#include "frontends/aarch64/atomic.h"
#include "frontends/aarch64/operands.h"
#include "frontends/aarch64/rows.h"

namespace portolan::aarch64 {
namespace {

Lifted branch(LiftContext& c) {
  c.jump(0);
  return Lifted::done();
}

Lifted branch_conditional(LiftContext& c) {
  c.branch_if(condition(c, immediate(c, 0)), 1);
  return Lifted::done();
}

template <bool kNonzero>
Lifted compare_and_branch(LiftContext& c) {
  const ValueId zero = c.b.is_zero(read(c, 0));
  c.branch_if(kNonzero ? c.b.bit_not(zero) : zero, 1);
  return Lifted::done();
}

template <bool kNonzero>
Lifted test_and_branch(LiftContext& c) {
  const ValueId bit = c.b.extract(read(c, 0), immediate(c, 1), 1);
  c.branch_if(kNonzero ? bit : c.b.bit_not(bit), 2);
  return Lifted::done();
}

Lifted branch_register(LiftContext& c) {
  c.jump_indirect(read(c, 0));
  return Lifted::done();
}

Lifted call_register(LiftContext& c) {
  c.call_indirect(read(c, 0));
  return Lifted::done();
}

Lifted return_(LiftContext& c) {
  const RegisterInfo& info = register_info(c, c.inst().getOperand(0).getReg());
  if (info.kind != RegisterInfo::Kind::general || info.number != 30)
    return Lifted::refused("a return to another register than x30");
  c.ret();
  return Lifted::done();
}

Lifted call(LiftContext& c) {
  const assembly::SymbolicValue& target = *c.instruction().symbolic_operand(0);
  const assembly::Symbol& symbol = c.unit().symbols[target.symbol];
  const bool external = symbol.section == assembly::kUndefined && target.addend == 0;
  if (external && lift_outline_atomic(c, symbol.name)) return Lifted::done();
  c.call(0);
  return Lifted::done();
}

// rd = condition ? rn : f(rm).
enum class Otherwise { same, increment, invert, negate };
template <Otherwise kOtherwise>
Lifted conditional_select(LiftContext& c) {
  const ValueId yes = read(c, 1);
  ValueId no = read(c, 2);
  const unsigned width = c.b.width(no);
  if (kOtherwise == Otherwise::increment) no = c.b.add(no, c.b.constant(width, 1));
  if (kOtherwise == Otherwise::invert) no = c.b.bit_not(no);
  if (kOtherwise == Otherwise::negate) no = c.b.sub(c.b.constant(width, 0), no);
  write(c, 0, c.b.select(condition(c, immediate(c, 3)), yes, no));
  return Lifted::done();
}

// The flags of rn - rm (rn + rm) where the condition holds, else the immediate's.
template <bool kAdd>
Lifted conditional_compare(LiftContext& c) {
  const ValueId a = read(c, 0);
  const unsigned width = c.b.width(a);
  const ValueId b = c.opcode_name().ends_with("i") ? c.b.constant(width, immediate(c, 1)) : read(c, 1);
  const Flags yes = kAdd ? flags_of_add(c, a, b, c.b.add(a, b)) : flags_of_sub(c, a, b, c.b.sub(a, b));
  const Flags no = flags_of_immediate(c, immediate(c, 2));
  const ValueId holds = condition(c, immediate(c, 3));
  const auto pick = [&](ValueId if_one, ValueId if_zero) { return c.b.select(holds, if_one, if_zero); };
  write_flags(c, {pick(yes.n, no.n), pick(yes.z, no.z), pick(yes.c, no.c), pick(yes.v, no.v)});
  return Lifted::done();
}

constexpr const char* kReads = "n:r z:r c:r v:r";
constexpr const char* kModifies = "n:m z:m c:m v:m";

constexpr Row kRows[] = {
    {"B", "b", "", branch},
    {"Bcc", "b.cond", kReads, branch_conditional},
    {"BCcc", "bc.cond", kReads, branch_conditional, "hbc"},
    {"CBZ{W,X}", "cbz", "", compare_and_branch<false>},
    {"CBNZ{W,X}", "cbnz", "", compare_and_branch<true>},
    {"TBZ{W,X}", "tbz", "", test_and_branch<false>},
    {"TBNZ{W,X}", "tbnz", "", test_and_branch<true>},
    {"BR", "br", "", branch_register},
    {"BL", "bl", "", call},
    {"BLR", "blr", "", call_register},
    {"RET", "ret", "", return_},
    {"RETA{A,B} BRA{A,B} BRA{A,B}Z BLRA{A,B} BLRA{A,B}Z", "retaa", "", nullptr, "pointer authentication"},
    {"CSEL{W,X}r", "csel", kReads, conditional_select<Otherwise::same>},
    {"CSINC{W,X}r", "csinc", kReads, conditional_select<Otherwise::increment>},
    {"CSINV{W,X}r", "csinv", kReads, conditional_select<Otherwise::invert>},
    {"CSNEG{W,X}r", "csneg", kReads, conditional_select<Otherwise::negate>},
    {"CCMP{W,X}{i,r}", "ccmp", kModifies, conditional_compare<false>},
    {"CCMN{W,X}{i,r}", "ccmn", kModifies, conditional_compare<true>},
};

}  // namespace

RowSpan control_rows() {
  return kRows;
}

}  // namespace portolan::aarch64
