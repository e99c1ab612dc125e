// Atomics (PTX ISA, 9.7.13): atom gives the old value, red does not. Fences.
#include "frontends/ptx/floats.h"
#include "frontends/ptx/function_lifter.h"
#include "frontends/ptx/row.h"

namespace portolan::ptx {
namespace {

// Without a word it is relaxed (9.7.13.5).
ir::Ordering ordering(Insn& x) {
  if (x.has("acq_rel")) return ir::Ordering::acquire_release;
  if (x.has("acquire")) return ir::Ordering::acquire;
  return x.has("release") ? ir::Ordering::release : ir::Ordering::relaxed;
}

RmwKind kind(Insn& x, const Type& t) {
  const bool is_signed = t.kind == Type::is_signed, is_float = t.is_float();
  for (std::string_view m : x.modifiers()) {
    if (m == "add") return is_float ? RmwKind::fadd : RmwKind::add;
    if (m == "min") return is_float ? RmwKind::fmin : is_signed ? RmwKind::smin : RmwKind::umin;
    if (m == "max") return is_float ? RmwKind::fmax : is_signed ? RmwKind::smax : RmwKind::umax;
    if (m == "and") return RmwKind::bit_and;
    if (m == "or") return RmwKind::bit_or;
    if (m == "xor") return RmwKind::bit_xor;
    if (m == "inc") return RmwKind::uincrement;
    if (m == "dec") return RmwKind::udecrement;
  }
  return RmwKind::exchange;
}

// f32 sums in global memory take and give zeros for subnormal numbers, those in shared memory do not (9.7.13.5), and
// f64 sums differ in their NaNs (recorded); which memory it is shows in a generic address.
void add_float(Insn& x, FloatFormat format, bool gives_old, ValueId at, ValueId value) {
  auto add = [&](RmwKind rmw) {
    const ValueId old = x.b.atomic_float(rmw, at, value, mode(format), ordering(x));
    if (gives_old) x.write(0, old);
  };
  const Space space = space_of(x);
  if (space == Space::global) return add(RmwKind::fadd_flush);
  if (space == Space::shared) return add(RmwKind::fadd);
  FunctionLifter& f = x.lifter();
  const ir::BlockId shared = f.new_block(), global = f.new_block(), after = f.new_block();
  f.branch(x.b, x.b.eq(x.b.extract(at, 32, 32), x.b.constant(32, kSharedWindow >> 32)), shared, global);
  x.b.set_block(shared);
  add(RmwKind::fadd);
  f.jump(x.b, after);
  x.b.set_block(global);
  add(RmwKind::fadd_flush);
  f.jump(x.b, after);
  f.reach(x.b, after);
}

template <bool kGivesOld>
void modify(Insn& x) {
  const Type t = x.type();
  const size_t first = kGivesOld ? 1 : 0;
  const ValueId at = x.address(x.operand(first), space_of(x)), value = x.read(first + 1, t);
  const RmwKind rmw = kind(x, t);
  if (rmw == RmwKind::fadd && t.bits >= 32) return add_float(x, format_of(t), kGivesOld, at, value);
  const bool is_float = rmw >= RmwKind::fadd;
  const ValueId old = is_float ? x.b.atomic_float(rmw, at, value, mode(format_of(t)), ordering(x))
                               : x.b.atomic_rmw(rmw, at, value, ordering(x));
  if (kGivesOld) x.write(0, old);
}

void compare_and_swap(Insn& x) {
  const uint32_t width = x.type().bits;
  const ValueId at = x.address(x.operand(1), space_of(x));
  const ValueId expected = x.read(2, width), replacement = x.read(3, width);
  x.write(0, x.b.atomic_cas(at, expected, replacement, ordering(x)));
}

void fence(Insn& x) {
  x.b.fence(x.has("acq_rel") ? ir::Ordering::acquire_release : ir::Ordering::sequential);
}

#define ORDER "{,.relaxed,.acquire,.release,.acq_rel}{,.cta,.cluster,.gpu,.sys}"
#define REDUCE_ORDER "{,.relaxed,.release}{,.cta,.cluster,.gpu,.sys}"
#define PLACE "{,.global,.shared,.shared::cta}"
#define OPERATIONS                                                                                            \
  "{add.u32,add.s32,add.u64,add.s64,add.f32,add.f64,min.u32,min.s32,min.u64,min.s64,max.u32,max.s32,max.u64," \
  "max.s64,and.b32,and.b64,or.b32,or.b64,xor.b32,xor.b64,inc.u32,dec.u32,add.noftz.f16,add.noftz.f16x2,"      \
  "add.noftz.bf16,add.noftz.bf16x2}"

// nvcc writes the scope behind the space.
#define SCOPE_BEHIND ".{global,shared}.{cta,sys}"

constexpr Row kRows[] = {
    {"atom" SCOPE_BEHIND "." OPERATIONS, modify<true>},
    {"atom" SCOPE_BEHIND ".exch.{b32,b64,b128}", modify<true>},
    {"atom" SCOPE_BEHIND ".cas.{b16,b32,b64,b128}", compare_and_swap},
    {"red" SCOPE_BEHIND "." OPERATIONS, modify<false>},
    {"atom" ORDER PLACE "." OPERATIONS, modify<true>},
    {"atom" ORDER PLACE ".exch.{b32,b64,b128}", modify<true>},
    {"atom" ORDER PLACE ".cas.{b16,b32,b64,b128}", compare_and_swap},
    {"red" REDUCE_ORDER PLACE "." OPERATIONS, modify<false>},
    {"membar.{cta,gl,sys}", fence},
    {"fence{,.sc,.acq_rel}.{cta,cluster,gpu,sys}", fence},
    {"fence.proxy.*", nullptr, "proxies"},
    {"mbarrier.*", nullptr, "barriers in memory"},
};

}  // namespace

RowSpan atomic_rows() {
  return kRows;
}

}  // namespace portolan::ptx
