// Video instructions: scalar ones with selected bytes and halves (PTX ISA, 9.7.10 and 9.7.11) and those on two or four
// lanes (9.7.12). Everything is computed exactly in a wide number, then saturated or cut.
#include "frontends/ptx/insn.h"
#include "frontends/ptx/row.h"

namespace portolan::ptx {
namespace {

constexpr uint32_t kWide = 72;

struct Part {
  uint32_t low = 0, width = 32;
};
std::optional<Part> selected(std::string_view selector) {
  if (selector.empty()) return Part{};
  if (selector.size() != 2) return std::nullopt;
  const unsigned n = static_cast<unsigned>(selector[1] - '0');
  if (selector[0] == 'b' && n < 4) return Part{8 * n, 8};
  if (selector[0] == 'h' && n < 2) return Part{16 * n, 16};
  return std::nullopt;
}

ValueId widen(Builder& b, ValueId v, bool is_signed) {
  return is_signed ? b.sext(v, kWide) : b.zext(v, kWide);
}

// The selected part of an operand as an exact number.
ValueId read_part(Insn& x, size_t n, const Type& t) {
  Operand whole = x.operand(n);
  const std::optional<Part> part = selected(whole.selector);
  if (!part) x.refuse("no such part of a register");
  whole.selector.clear();
  whole.minus = false;
  const Part p = part.value_or(Part{});
  return widen(x.b, x.b.extract(x.read(whole, 32), p.low, p.width), t.kind == Type::is_signed);
}

ValueId clamp(Builder& b, ValueId v, uint32_t width, bool is_signed) {
  const APInt least = is_signed ? APInt::getSignedMinValue(width).sext(kWide) : APInt(kWide, 0);
  const APInt most = is_signed ? APInt::getSignedMaxValue(width).sext(kWide) : APInt::getMaxValue(width).zext(kWide);
  return b.smin(b.smax(v, b.constant(least)), b.constant(most));
}

constexpr const char* kDiffers = "an H100 gives other results here than the manual's pseudocode";

// Merged with c: into the other bytes of d, or by a second operation, on the exact number (recorded: only sums and
// differences are cut before it).
void finish(Insn& x, ValueId v, bool is_signed, bool cuts_first = false) {
  Operand out = x.operand(0);
  const std::optional<Part> part = selected(out.selector);
  if (!part) return x.refuse("no such part of a register");
  const bool merges = !out.selector.empty();
  if (x.has("sat") && (merges || !is_signed)) return x.refuse(kDiffers);
  if (merges && part->width == 16) return x.refuse(kDiffers);
  out.selector.clear();
  if (x.has("sat")) v = clamp(x.b, v, part->width, is_signed);
  if (merges) return x.write(out, x.b.insert(x.read(3, 32), x.b.truncate(v, part->width), part->low));
  if (cuts_first) v = widen(x.b, x.b.truncate(v, 32), is_signed);
  auto c = [&] { return widen(x.b, x.read(3, 32), is_signed); };
  if (x.has("add")) v = x.b.add(v, c());
  if (x.has("min")) v = x.b.smin(v, c());
  if (x.has("max")) v = x.b.smax(v, c());
  x.write(out, x.b.truncate(v, 32));
}

Type type_at(Insn& x, size_t n) {
  return n < x.modifiers().size() ? type_from_name(x.modifiers()[n]).value_or(Type{}) : Type{};
}

enum class Kind { add, sub, absolute_difference, min, max, average };

ValueId compute(Builder& b, Kind kind, ValueId p, ValueId q) {
  switch (kind) {
    case Kind::add:
      return b.add(p, q);
    case Kind::sub:
      return b.sub(p, q);
    case Kind::absolute_difference:
      return b.abs(b.sub(p, q));
    case Kind::min:
      return b.smin(p, q);
    case Kind::max:
      return b.smax(p, q);
    case Kind::average: {
      // Rounded half away from zero.
      const ValueId sum = b.add(p, q);
      return b.ashr_by(b.add(sum, b.zext(b.bit_not(b.sign(sum)), kWide)), 1);
    }
  }
  return p;
}

template <Kind kKind>
void scalar(Insn& x) {
  const ValueId p = read_part(x, 1, type_at(x, 1)), q = read_part(x, 2, type_at(x, 2));
  const bool is_unsigned = type_at(x, 0).kind == Type::is_unsigned;
  if (kKind == Kind::sub && is_unsigned && (x.has("min") || x.has("max"))) return x.refuse(kDiffers);
  const bool is_sum = kKind == Kind::add || kKind == Kind::sub;
  finish(x, compute(x.b, kKind, p, q), type_at(x, 0).kind == Type::is_signed, is_sum);
}

ValueId compare(Builder& b, std::string_view op, ValueId p, ValueId q) {
  if (op == "eq") return b.eq(p, q);
  if (op == "ne") return b.ne(p, q);
  if (op == "lt") return b.slt(p, q);
  if (op == "le") return b.sle(p, q);
  if (op == "gt") return b.slt(q, p);
  return b.sle(q, p);
}

void scalar_set(Insn& x) {
  const ValueId p = read_part(x, 1, type_at(x, 0)), q = read_part(x, 2, type_at(x, 1));
  finish(x, x.b.zext(compare(x.b, x.modifiers()[2], p, q), kWide), false);
}

template <bool kLeft>
void scalar_shift(Insn& x) {
  const ValueId p = read_part(x, 1, type_at(x, 1));
  ValueId count = read_part(x, 2, Type{Type::is_unsigned, 32});
  if (x.has("clamp")) count = x.b.umin(count, x.b.constant(kWide, 32));
  if (x.has("sat")) return x.refuse(kDiffers);
  if (x.has("wrap")) count = x.b.bit_and(count, x.b.constant(kWide, 31));
  finish(x, kLeft ? x.b.shl(p, count) : x.b.ashr(p, count), type_at(x, 0).kind == Type::is_signed);
}

// ±(a * b) ± c [+ 1], shifted, 32 bits of it; signed if anything is (PTX ISA, 9.7.11.3).
void multiply_add(Insn& x) {
  const Type ta = type_at(x, 1), tb = type_at(x, 2);
  const bool plain = type_at(x, 0).kind == Type::is_signed && ta.kind == Type::is_signed && tb.kind == Type::is_signed;
  if (!plain && (x.has("sat") || x.has("shr7") || x.has("shr15"))) return x.refuse(kDiffers);
  const bool negates = x.operand(1).minus != x.operand(2).minus;
  Operand addend = x.operand(3);
  const bool negates_addend = addend.minus;
  addend.minus = false;
  const bool is_signed = ta.kind == Type::is_signed || tb.kind == Type::is_signed || negates || negates_addend;
  const ValueId p = read_part(x, 1, ta), q = read_part(x, 2, tb);
  ValueId made = x.b.mul(p, q), c = widen(x.b, x.read(addend, 32), is_signed);
  if (negates) made = x.b.sub(x.b.constant(kWide, 0), made);
  if (negates_addend) c = x.b.sub(x.b.constant(kWide, 0), c);
  made = x.b.add(made, c);
  if (x.has("po")) made = x.b.add(made, x.b.constant(kWide, 1));
  if (x.has("shr7")) made = x.b.ashr_by(made, 7);
  if (x.has("shr15")) made = x.b.ashr_by(made, 15);
  if (x.has("sat")) made = clamp(x.b, made, 32, is_signed);
  x.write(0, x.b.truncate(made, 32));
}

// On lanes: results side by side, or with .add the sum of the exact ones and c. Selectors and masks other than the
// default are refused.
template <unsigned kLanes, class Compute>
void lanes(Insn& x, const Type& ta, const Type& tb, bool is_signed, Compute compute_lane) {
  constexpr uint32_t kWidth = 32 / kLanes;
  const ValueId a = x.read(1, 32), c = x.read(2, 32), addend = x.read(3, 32);
  ValueId all = ir::kNoValue, sum = addend;
  for (unsigned n = 0; n < kLanes; ++n) {
    const ValueId p = widen(x.b, x.b.lane(a, n, kWidth), ta.kind == Type::is_signed);
    const ValueId q = widen(x.b, x.b.lane(c, n, kWidth), tb.kind == Type::is_signed);
    ValueId v = compute_lane(p, q);
    if (x.has("sat")) v = clamp(x.b, v, kWidth, is_signed);
    const ValueId cut = x.b.truncate(v, kWidth);
    all = n == 0 ? cut : x.b.concat(cut, all);
    sum = x.b.add(sum, x.b.truncate(v, 32));
  }
  x.write(0, x.has("add") ? sum : all);
}

template <Kind kKind, unsigned kLanes>
void packed(Insn& x) {
  lanes<kLanes>(x, type_at(x, 1), type_at(x, 2), type_at(x, 0).kind == Type::is_signed,
                [&](ValueId p, ValueId q) { return compute(x.b, kKind, p, q); });
}
template <unsigned kLanes>
void packed_set(Insn& x) {
  lanes<kLanes>(x, type_at(x, 0), type_at(x, 1), false,
                [&](ValueId p, ValueId q) { return x.b.zext(compare(x.b, x.modifiers()[2], p, q), kWide); });
}

#define SIGNS ".{u32,s32}.{u32,s32}"
#define SCALAR SIGNS ".{u32,s32}{,.sat}{,.add,.min,.max}"
#define PACKED SIGNS ".{u32,s32}{,.sat,.add}"
#define COMPARISONS ".{eq,ne,lt,le,gt,ge}"

constexpr Row kRows[] = {
    {"vadd" SCALAR, scalar<Kind::add>},
    {"vsub" SCALAR, scalar<Kind::sub>},
    {"vabsdiff" SCALAR, scalar<Kind::absolute_difference>},
    {"vmin" SCALAR, scalar<Kind::min>},
    {"vmax" SCALAR, scalar<Kind::max>},
    {"vshl" SIGNS ".u32{,.sat}.{clamp,wrap}{,.add,.min,.max}", scalar_shift<true>},
    {"vshr" SIGNS ".u32{,.sat}.{clamp,wrap}{,.add,.min,.max}", scalar_shift<false>},
    {"vmad" SIGNS ".{u32,s32}{,.po}{,.sat}{,.shr7,.shr15}", multiply_add},
    {"vset" SIGNS COMPARISONS "{,.add,.min,.max}", scalar_set},
    {"vadd2" PACKED, packed<Kind::add, 2>},
    {"vsub2" PACKED, packed<Kind::sub, 2>},
    {"vavrg2" PACKED, packed<Kind::average, 2>},
    {"vabsdiff2" PACKED, packed<Kind::absolute_difference, 2>},
    {"vmin2" PACKED, packed<Kind::min, 2>},
    {"vmax2" PACKED, packed<Kind::max, 2>},
    {"vset2" SIGNS COMPARISONS "{,.add}", packed_set<2>},
    {"vadd4" PACKED, packed<Kind::add, 4>},
    {"vsub4" PACKED, packed<Kind::sub, 4>},
    {"vavrg4" PACKED, packed<Kind::average, 4>},
    {"vabsdiff4" PACKED, packed<Kind::absolute_difference, 4>},
    {"vmin4" PACKED, packed<Kind::min, 4>},
    {"vmax4" PACKED, packed<Kind::max, 4>},
    {"vset4" SIGNS COMPARISONS "{,.add}", packed_set<4>},
};

}  // namespace

RowSpan video_rows() {
  return kRows;
}

}  // namespace portolan::ptx
