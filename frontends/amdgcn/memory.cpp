#include "frontends/amdgcn/memory.h"

#include "frontends/amdgcn/code_lifter.h"

namespace portolan::amdgcn {
namespace {

ValueId reverse_subtract(Builder& b, ValueId old, ValueId data, ValueId, FloatFormat) {
  return b.sub(data, old);
}
ValueId clamped_subtract(Builder& b, ValueId old, ValueId data, ValueId, FloatFormat) {
  return b.usub_saturate(old, data);
}
// Bits of the first operand are replaced by those of the second.
ValueId masked_or(Builder& b, ValueId old, ValueId data, ValueId second, FloatFormat) {
  return b.bit_or(b.bit_and(old, b.bit_not(data)), second);
}
// old >= data ? old - data : old + second
ValueId wrap(Builder& b, ValueId old, ValueId data, ValueId second, FloatFormat) {
  return b.select(b.ult(old, data), b.add(old, second), b.sub(old, data));
}
ValueId compare_and_store(Builder& b, ValueId old, ValueId compare, ValueId replacement, FloatFormat) {
  return b.select(b.eq(old, compare), replacement, old);
}
ValueId compare_and_store_float(Builder& b, ValueId old, ValueId compare, ValueId replacement, FloatFormat f) {
  return b.select(b.floating(Op::feq, {old, compare}, mode(f)), replacement, old);
}
ValueId least(Builder& b, ValueId old, ValueId data, ValueId, FloatFormat f) {
  return b.floating(Op::fminnum, {old, data}, mode(f));
}
ValueId most(Builder& b, ValueId old, ValueId data, ValueId, FloatFormat f) {
  return b.floating(Op::fmaxnum, {old, data}, mode(f));
}
ValueId sum(Builder& b, ValueId old, ValueId data, ValueId, FloatFormat f) {
  return b.floating(Op::fadd, {old, data}, mode(f));
}

}  // namespace

std::optional<AtomicOperation> atomic_operation(std::string_view name, const Type& type) {
  using A = AtomicOperation;
  auto simple = [](RmwKind kind) { return A{A::simple, kind, nullptr, 1}; };
  auto computed = [](auto* function, size_t operands = 1) {
    return A{A::computed, RmwKind::exchange, function, operands};
  };
  const bool floating = type.kind == 'f', is_signed = type.is_signed();
  if (name == "swap" || name == "storexchg" || name == "wrxchg") return simple(RmwKind::exchange);
  if (name == "add") return floating ? computed(sum) : simple(RmwKind::add);
  if (name == "sub") return simple(RmwKind::sub);
  if (name == "rsub") return computed(reverse_subtract);
  if (name == "csub") return computed(clamped_subtract);
  if (name == "inc") return simple(RmwKind::uincrement);
  if (name == "dec") return simple(RmwKind::udecrement);
  if (name == "and") return simple(RmwKind::bit_and);
  if (name == "or") return simple(RmwKind::bit_or);
  if (name == "xor") return simple(RmwKind::bit_xor);
  if (name == "smin") return simple(RmwKind::smin);
  if (name == "umin") return simple(RmwKind::umin);
  if (name == "smax") return simple(RmwKind::smax);
  if (name == "umax") return simple(RmwKind::umax);
  if (name == "min") return floating ? computed(least) : simple(is_signed ? RmwKind::smin : RmwKind::umin);
  if (name == "max") return floating ? computed(most) : simple(is_signed ? RmwKind::smax : RmwKind::umax);
  if (name == "mskor") return computed(masked_or, 2);
  if (name == "wrap") return computed(wrap, 2);
  if (name == "cmpst" || name == "cmpstore" || name == "cmpswap")
    return floating ? computed(compare_and_store_float, 2) : computed(compare_and_store, 2);
  return std::nullopt;
}

ValueId atomic(Insn& x, const AtomicOperation& operation, ValueId address, ValueId data, ValueId second,
               FloatFormat format) {
  Builder& b = x.b;
  if (operation.kind == AtomicOperation::simple)
    return b.atomic_rmw(operation.rmw, address, data, ir::Ordering::relaxed);
  // Tried again when another wave came between.
  const ir::BlockId again = x.lifter().new_block(), after = x.lifter().new_block();
  x.lifter().end(b, Op::jump, {again});
  b.set_block(again);
  const ValueId before = b.load(address, b.width(data), ir::Ordering::relaxed);
  const ValueId wanted = operation.compute(b, before, data, second, format);
  const ValueId found = b.atomic_cas(address, before, wanted, ir::Ordering::relaxed);
  x.lifter().end(b, Op::branch, {after, again}, b.eq(found, before));
  b.set_block(after);
  return found;
}

}  // namespace portolan::amdgcn
