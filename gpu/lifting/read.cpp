// What was recorded, as expressions.
#include <fmt/format.h>

#include <bit>
#include <cmath>

#include "frontends/kernel/series.h"
#include "gpu/lifting/construct.h"
#include "gpu/lifting/recorder.h"

namespace portolan::lifting {

using ir::FloatFormat;
using ir::Op;
using simt::kPlain;

double number_of(const APInt& bits, FloatFormat format) {
  if (format == FloatFormat::none) return static_cast<double>(bits.getSExtValue());
  if (format == FloatFormat::f32) return std::bit_cast<float>(static_cast<uint32_t>(bits.getZExtValue()));
  if (format == FloatFormat::f64) return std::bit_cast<double>(bits.getZExtValue());
  return std::bit_cast<double>(kernel::convert_bits(bits, format, FloatFormat::f64).getZExtValue());
}

APInt bits_of(double x, FloatFormat format) {
  if (format == FloatFormat::f32) return APInt(32, std::bit_cast<uint32_t>(static_cast<float>(x)));
  const APInt wide(64, std::bit_cast<uint64_t>(x));
  return format == FloatFormat::f64 ? wide : kernel::convert_bits(wide, FloatFormat::f64, format);
}

ExpressionPtr Recorder::fail(std::string why, uint32_t line) {
  if (why_.empty()) why_ = std::move(why), why_at_ = line;
  return nullptr;
}

uint32_t Recorder::line_of(Mark mark) const {
  while (mark != kPlain) {
    const Node& n = at(mark);
    if (n.kind == Node::computed) return n.inst.line;
    if (n.kind != Node::byte && n.kind != Node::joined) return 0;
    mark = n.operands[0].mark;
  }
  return 0;
}

ExpressionPtr Recorder::operand(const Operand& o, FloatFormat format) {
  return o.mark == kPlain ? number(number_of(o.value, format)) : read(o.mark, format);
}

// A factor that may be the place of something: a whole number, kept as one if it is asked for.
ExpressionPtr Recorder::factor(const Operand& o, FloatFormat format) {
  constexpr double kMostPlace = 1 << 20;
  if (o.mark != kPlain || !keep_places_) return operand(o, format);
  const double x = number_of(o.value, format);
  return std::floor(x) == x && std::fabs(x) < kMostPlace ? place(static_cast<int64_t>(x)) : number(x);
}

ExpressionPtr Recorder::read(Mark mark, FloatFormat format) {
  const auto key = std::pair(mark, format);
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  const Node& n = at(mark);
  ExpressionPtr result;
  if (n.kind == Node::input && n.format == format) {
    result = input_element(n);
  } else if (n.kind == Node::computed && n.inst.lanes == 1) {
    if (n.inst.op == Op::select && n.operands[0].mark == kPlain)
      return operand(n.operands[n.operands[0].value.getBoolValue() ? 1 : 2], format);
    if (n.inst.op == Op::select)
      result = chosen(n);
    else if (n.inst.format == format || n.inst.op == Op::fconvert || n.inst.op == Op::sint_to_f ||
             n.inst.op == Op::uint_to_f)
      result = arithmetic(n);
    // What rounds on the way may be a function that the compiler spelled out.
    if (result && result->rounds && format != FloatFormat::none) {
      const std::set<std::string> sampled = sampled_;
      if (ExpressionPtr known = recognised(mark, format); known && !known->rounds)
        result = std::move(known);
      else
        sampled_ = sampled;
    }
  }
  if (!result && n.kind == Node::computed && n.inst.lanes == 1)
    result = format == FloatFormat::none ? whole(mark) : turned(n, format);
  if (!result && format == FloatFormat::f32) result = widened(mark);
  if (!result && n.kind == Node::computed && format == FloatFormat::none) result = rounded(mark);
  if (!result && n.kind == Node::computed && format == FloatFormat::none) result = divided(mark);
  if (!result && n.kind == Node::computed) result = recognised(mark, format);
  if (!result && n.kind == Node::computed && n.inst.lanes == 1 && n.inst.op == Op::select) {
    result = near_sum(mark, format);
    if (!result) result = by_condition(n, format);
  }
  if (result && result->length > kMostParts) {
    known_.emplace(key, nullptr);
    why_.clear();
    return fail("the expression is too long: each step chooses between what earlier ones chose");
  }
  if (result) why_.clear();
  known_.emplace(key, result);
  if (!result)
    return fail(n.kind == Node::computed
                    ? construct(n.inst.op) + ", of what was read from the inputs, has no form in a specification here"
                : n.kind == Node::unknown ? "a value that nobody has set"
                                          : "bytes of several numbers make one",
                n.kind == Node::computed ? n.inst.line : 0);
  return result;
}

ExpressionPtr Recorder::input_element(const Node& n) {
  std::vector<Affine> index;
  for (int64_t i : n.place) index.push_back({i, {}});
  if (n.format == FloatFormat::none) return whole_element(n.argument, std::move(index), n.width, n.is_signed);
  return element(n.argument, std::move(index));
}

ExpressionPtr Recorder::read_low(Mark mark) {
  const Node& n = at(mark);
  if (n.kind == Node::byte && n.low == 0) return read_low(n.operands[0].mark);
  if (n.kind == Node::joined && n.operands.size() == 1 && n.operands[0].mark != kPlain)
    return read_low(n.operands[0].mark);
  if (n.kind == Node::computed && n.inst.op == Op::extract && n.inst.lanes == 1 && n.inst.index == 0)
    return read_low(n.operands[0].mark);
  return read(mark, FloatFormat::none);
}

ExpressionPtr Recorder::arithmetic(const Node& n) {
  const FloatFormat f = n.inst.format;
  std::vector<ExpressionPtr> x;
  switch (n.inst.op) {
    case Op::fconvert:
      return operand(n.operands[0], f);
    case Op::sint_to_f:
    case Op::uint_to_f:
      return extended(n.operands[0].mark, n.inst.op == Op::sint_to_f);
    case Op::fma:
      return fused(n);
    case Op::fround:
      return made_whole(n, operand(n.operands[0], f));
    case Op::fadd:
    case Op::fsub:
    case Op::fmul:
    case Op::fdiv:
    case Op::fsqrt:
    case Op::fmaximum:
    case Op::fmaxnum:
    case Op::fminimum:
    case Op::fminnum:
      break;
    default:
      return nullptr;
  }
  for (const Operand& o : n.operands) {
    x.push_back(n.inst.op == Op::fmul ? factor(o, f) : operand(o, f));
    if (!x.back()) return nullptr;
  }
  switch (n.inst.op) {
    case Op::fadd:
      return sum(x);
    case Op::fsub:
      return sum({x[0], product({number(-1), x[1]})});
    case Op::fmul:
      return product(x);
    case Op::fdiv:
      return product({x[0], inverse(x[1])});
    case Op::fsqrt:
      return function("sqrt", x[0]);
    default:
      return extreme(n.inst.op == Op::fmaximum || n.inst.op == Op::fmaxnum, x);
  }
}

// To a whole number, which may go on as a real one.
ExpressionPtr Recorder::made_whole(const Node& n, ExpressionPtr x) {
  const char* const format = n.inst.format == FloatFormat::f32   ? "f32"
                             : n.inst.format == FloatFormat::f64 ? "f64"
                                                                 : nullptr;
  if (!x || !format) return nullptr;
  switch (n.inst.rounding) {
    case ir::Rounding::nearest_even:
      return lifting::made_whole("round_even", format, std::move(x));
    case ir::Rounding::toward_zero:
      return lifting::made_whole("round_zero", format, std::move(x));
    case ir::Rounding::down:
      return lifting::made_whole("floor", format, std::move(x));
    case ir::Rounding::up:
      return lifting::made_whole("ceil", format, std::move(x));
    default:
      return nullptr;
  }
}

// The product may be a function that is known where its factors by themselves are none.
ExpressionPtr Recorder::fused(const Node& n) {
  const ExpressionPtr added = operand(n.operands[2], n.inst.format);
  if (!added) return nullptr;
  const ExpressionPtr a = factor(n.operands[0], n.inst.format), b = a ? factor(n.operands[1], n.inst.format) : nullptr;
  if (b) return sum({product({a, b}), added});
  Node factors;
  factors.kind = Node::computed;
  factors.inst = n.inst;
  factors.inst.op = Op::fmul;
  factors.width = n.width;
  factors.operands = {n.operands[0], n.operands[1]};
  const ExpressionPtr both = recognised(add(std::move(factors)), n.inst.format);
  return both ? sum({both, added}) : nullptr;
}

// With its sign turned round, by the bits.
ExpressionPtr Recorder::turned(const Node& n, FloatFormat format) {
  if (n.inst.op != Op::bit_xor) return nullptr;
  for (size_t i : {0, 1})
    if (n.operands[i].mark == kPlain && n.operands[i].value.isSignMask())
      if (const ExpressionPtr x = operand(n.operands[1 - i], format)) return product({number(-1), x});
  return nullptr;
}

// A bf16 number above 16 zeros is that number in f32.
ExpressionPtr Recorder::widened(Mark mark) {
  const Node& n = at(mark);
  const auto is_zero = [](const Operand& o) { return o.mark == kPlain && o.value.isZero(); };
  if (n.kind == Node::joined && n.operands.size() == 2 && n.operands[0].value.getBitWidth() == 16 &&
      is_zero(n.operands[0]))
    return read(n.operands[1].mark, FloatFormat::bf16);
  if (n.kind != Node::computed || n.inst.lanes != 1) return nullptr;
  if (n.inst.op == Op::concat && n.operands[1].value.getBitWidth() == 16 && is_zero(n.operands[1]))
    return read(n.operands[0].mark, FloatFormat::bf16);
  if (n.inst.op != Op::shl || n.operands[1].mark != kPlain || n.operands[1].value != 16) return nullptr;
  const Node& low = at(n.operands[0].mark);
  const bool extends = low.kind == Node::computed && (low.inst.op == Op::zext || low.inst.op == Op::sext);
  return extends && low.operands[0].value.getBitWidth() == 16 ? read(low.operands[0].mark, FloatFormat::bf16) : nullptr;
}

// The larger or smaller of what is compared.
ExpressionPtr Recorder::chosen(const Node& n) {
  if (n.operands[0].mark == kPlain) return nullptr;
  const Node& c = at(n.operands[0].mark);
  if (c.kind != Node::computed || (c.inst.op != Op::flt && c.inst.op != Op::fle) || c.operands.size() != 2)
    return nullptr;
  if (c.inst.format == FloatFormat::none) return nullptr;
  const auto same = [](const Operand& a, const Operand& b) {
    return a.mark == b.mark &&
           (a.mark != kPlain || (a.value.getBitWidth() == b.value.getBitWidth() && a.value == b.value));
  };
  const bool first = same(c.operands[0], n.operands[1]) && same(c.operands[1], n.operands[2]);
  const bool second = same(c.operands[1], n.operands[1]) && same(c.operands[0], n.operands[2]);
  if (!first && !second) return nullptr;
  const ExpressionPtr a = operand(n.operands[1], c.inst.format), b = operand(n.operands[2], c.inst.format);
  return a && b ? extreme(second, {a, b}) : nullptr;
}

// One or the other.
ExpressionPtr Recorder::by_condition(const Node& n, FloatFormat format) {
  const ExpressionPtr is = condition(n.operands[0]);
  if (!is) return nullptr;
  const auto way = [&](const Operand& o) {
    if (format != FloatFormat::none) return operand(o, format);
    return o.mark == kPlain ? place(o.value.getSExtValue()) : extended(o.mark, true);
  };
  if (is->kind == Expression::Kind::logic && is->parts.empty()) return way(n.operands[is->name == "true" ? 1 : 2]);
  const ExpressionPtr yes = way(n.operands[1]), no = yes ? way(n.operands[2]) : nullptr;
  return no ? choice(is, yes, no) : nullptr;
}

}  // namespace portolan::lifting
