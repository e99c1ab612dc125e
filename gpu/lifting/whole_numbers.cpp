// Whole numbers: what is known of their size, and what becomes of them in registers.
#include <algorithm>
#include <cmath>

#include "gpu/lifting/expression_parts.h"

namespace portolan::lifting {

using Kind = Expression::Kind;

namespace {

Limits limits_of(unsigned bits, bool is_signed) {
  if (!is_signed) return {0, std::ldexp(1.0, static_cast<int>(bits)) - 1};
  const double half = std::ldexp(1.0, static_cast<int>(bits) - 1);
  return {-half, half - 1};
}

// Where nothing is known one of the factors is infinite.
double times(double a, double b) {
  return a == 0 || b == 0 ? 0 : a * b;
}

}  // namespace

Limits limits_of(const Expression& e) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  const auto& parts = e.parts;
  Limits all = {-kInfinite, kInfinite};
  switch (e.kind) {
    case Kind::number:
      return {e.number, e.number};
    case Kind::element:
      return {e.lowest, e.highest};
    case Kind::place:
      if (e.extent.terms.empty())
        return {static_cast<double>(e.extent.constant), static_cast<double>(e.extent.constant)};
      return all;
    case Kind::field:
      return limits_of(static_cast<unsigned>(e.variable), !e.real);
    case Kind::sum:
      all = {0, 0};
      for (const ExpressionPtr& part : parts) all.lowest += part->lowest, all.highest += part->highest;
      return all;
    case Kind::product:
      all = {1, 1};
      for (const ExpressionPtr& part : parts) {
        const auto [low, high] = std::minmax({times(all.lowest, part->lowest), times(all.lowest, part->highest),
                                              times(all.highest, part->lowest), times(all.highest, part->highest)});
        all = {low, high};
      }
      return all;
    case Kind::maximum:
    case Kind::minimum:
      all = {parts[0]->lowest, parts[0]->highest};
      for (const ExpressionPtr& part : parts) {
        const bool most = e.kind == Kind::maximum;
        all.lowest = most ? std::max(all.lowest, part->lowest) : std::min(all.lowest, part->lowest);
        all.highest = most ? std::max(all.highest, part->highest) : std::min(all.highest, part->highest);
      }
      return all;
    case Kind::choice:
      return {std::min(parts[1]->lowest, parts[2]->lowest), std::max(parts[1]->highest, parts[2]->highest)};
    case Kind::reduction:
      if (e.name == "max" || e.name == "min") return {parts[0]->lowest, parts[0]->highest};
      return all;
    case Kind::function:
      if (e.name.find('.') != std::string::npos) return {std::floor(parts[0]->lowest), std::ceil(parts[0]->highest)};
      if (e.name == "div_zero") return {std::min(parts[0]->lowest, 0.0), std::max(parts[0]->highest, 0.0)};
      return all;
    default:
      return all;
  }
}

ExpressionPtr whole_element(uint32_t tensor, std::vector<Affine> index, unsigned bits, bool is_signed) {
  Expression e;
  e.kind = Kind::element;
  e.tensor = tensor;
  e.index = std::move(index);
  const Limits limits = limits_of(bits, is_signed);
  e.lowest = limits.lowest, e.highest = limits.highest;
  return made(std::move(e));
}

ExpressionPtr quotient(ExpressionPtr x, double divisor) {
  Expression e;
  e.kind = Kind::function;
  e.name = "div_zero";
  e.parts = {std::move(x), number(divisor)};
  return made(std::move(e));
}

bool is_whole(const Expression& e) {
  const auto all = [&] {
    return std::ranges::all_of(e.parts, [](const ExpressionPtr& part) { return is_whole(*part); });
  };
  switch (e.kind) {
    case Kind::number:
      return std::floor(e.number) == e.number;
    case Kind::element:
      return std::isfinite(e.lowest);
    case Kind::place:
    case Kind::field:
      return true;
    case Kind::function:
      return e.name == "div_zero" || e.name == "round_away" || e.name.find('.') != std::string::npos;
    case Kind::choice:
      return is_whole(*e.parts[1]) && is_whole(*e.parts[2]);
    case Kind::sum:
    case Kind::product:
    case Kind::maximum:
    case Kind::minimum:
    case Kind::reduction:
      return all();
    default:
      return false;
  }
}

ExpressionPtr made_whole(const std::string& how, const std::string& format, ExpressionPtr x) {
  return is_whole(*x) ? x : function(how + "." + format, std::move(x));
}

ExpressionPtr saturated(ExpressionPtr x, unsigned bits, bool is_signed) {
  const Limits limits = limits_of(bits, is_signed);
  if (x->lowest < limits.lowest || x->highest > limits.highest)
    x = extreme(true, {extreme(false, {std::move(x), number(limits.highest)}), number(limits.lowest)});
  return x;
}

ExpressionPtr low_bits(const ExpressionPtr& x, unsigned bits) {
  if (x->kind == Kind::field && x->extent == Affine{} && x->variable >= static_cast<int>(bits))
    return low_bits(x->parts[0], bits);
  if (x->kind != Kind::sum && x->kind != Kind::product) return x;
  std::vector<ExpressionPtr> parts;
  for (const ExpressionPtr& part : x->parts) parts.push_back(low_bits(part, bits));
  return parts == x->parts ? x : x->kind == Kind::sum ? sum(std::move(parts)) : product(std::move(parts));
}

ExpressionPtr settled(ExpressionPtr x, unsigned bits, bool is_signed) {
  const Limits limits = limits_of(bits, is_signed);
  if (bits == 0 || (x->lowest >= limits.lowest && x->highest <= limits.highest)) return x;
  if (x->kind == Kind::field && bits <= static_cast<unsigned>(x->variable))
    return field(x->parts[0], x->extent.constant, static_cast<int>(bits), is_signed);
  return field(std::move(x), 0, static_cast<int>(bits), is_signed);
}

}  // namespace portolan::lifting
