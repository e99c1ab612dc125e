// Real numbers: held as doubles, each operation rounded to its format.
#include <algorithm>
#include <cmath>
#include <limits>

#include "emulate/accelerator/evaluate.h"
#include "frontends/accelerator/check_code.h"

namespace portolan::accelerator {

double Evaluator::real(const Expression& e) {
  mark_ = 0;
  if (ended()) return 0;
  switch (e.kind) {
    case Expression::Kind::real:
      return e.real;
    case Expression::Kind::local: {
      const Value& found = local(e.index);
      tainted_ |= !found.defined;
      mark_ = found.mark;
      return found.real;
    }
    case Expression::Kind::element:
    case Expression::Kind::as_element:
      return e.type.real->value(bits_in(e));
    case Expression::Kind::field_of: {
      const Number whole = integer(*e.operands[0]);
      if (mark_ != 0) observer_->lost(e.at, "a field of a value that depends on the inputs");
      mark_ = 0;
      return e.type.real->value(static_cast<uint64_t>(raw_bits(*e.field, {static_cast<UnsignedNumber>(whole)})));
    }
    case Expression::Kind::unary:
    case Expression::Kind::binary:
      return real_operation(e);
    case Expression::Kind::condition:
    case Expression::Kind::match:
    case Expression::Kind::reduce:
    case Expression::Kind::call: {
      const Value result = e.kind == Expression::Kind::reduce ? reduce(e)
                           : e.kind == Expression::Kind::call ? call(e)
                                                              : chosen(e);
      tainted_ |= !result.defined;
      mark_ = result.mark;
      return result.real;
    }
    case Expression::Kind::let:
      local(e.index) = value(*e.operands[0]);
      return real(*e.operands[1]);
    case Expression::Kind::builtin:
      return real_builtin(e);
    case Expression::Kind::convert:
      return real_conversion(e);
    default:
      return 0;  // nothing else is left after checking
  }
}

double Evaluator::real_operation(const Expression& e) {
  const double a = real(*e.operands[0]);
  const Mark of_a = mark_;
  mark_ = 0;
  const double b = e.kind == Expression::Kind::unary ? 0 : real(*e.operands[1]);
  if ((of_a | mark_) != 0) mark_ = observer_->operation(e.operation, e.type, e.type, {of_a, 0, a}, {mark_, 0, b});
  if (e.kind == Expression::Kind::unary) return -a;
  switch (e.operation) {
    case Operator::add:
      return e.type.real->round(a + b);
    case Operator::subtract:
      return e.type.real->round(a - b);
    case Operator::multiply:
      return e.type.real->round(a * b);
    default:
      return e.type.real->round(a / b);
  }
}

double Evaluator::real_builtin(const Expression& e) {
  const auto which = static_cast<Builtin>(e.index);
  double a = real(*e.operands[0]);
  Marked operands[3] = {{mark_, 0, a}, {}, {}};
  const auto observed = [&](size_t count) {
    Mark any = 0;
    for (size_t n = 0; n < count; ++n) any |= operands[n].mark;
    mark_ = any != 0 ? observer_->builtin(which, e, operands, count) : 0;
  };
  switch (which) {
    case Builtin::absolute:
      observed(1);
      return std::fabs(a);
    case Builtin::square_root:
      observed(1);
      return e.type.real->round(std::sqrt(a));
    case Builtin::exponential:
      observed(1);
      return e.type.real->round(std::exp(a));
    case Builtin::sine:
      observed(1);
      return e.type.real->round(std::sin(a));
    case Builtin::cosine:
      observed(1);
      return e.type.real->round(std::cos(a));
    case Builtin::scale: {
      const Number power = integer(*e.operands[1]);
      operands[1] = {mark_, power, 0};
      observed(2);
      return e.type.real->round(std::ldexp(a, static_cast<int>(std::clamp<Number>(power, -5000, 5000))));
    }
    case Builtin::fused: {
      const double b = real(*e.operands[1]);
      operands[1] = {mark_, 0, b};
      const double c = real(*e.operands[2]);
      operands[2] = {mark_, 0, c};
      observed(3);
      if (e.type.real->fraction_bits == 52) return std::fma(a, b, c);
      return std::fma(static_cast<float>(a), static_cast<float>(b), static_cast<float>(c));
    }
    default:
      break;
  }
  for (size_t i = 1; i < e.operands.size(); ++i) {
    const double b = real(*e.operands[i]);
    operands[1] = {mark_, 0, b};
    observed(2);
    if (std::isnan(a) || std::isnan(b))
      a = std::numeric_limits<double>::quiet_NaN();
    else if (which == Builtin::minimum ? b < a : b > a)
      a = b;
    operands[0] = {mark_, 0, a};
  }
  mark_ = operands[0].mark;
  return a;
}

double Evaluator::real_conversion(const Expression& e) {
  const Expression& from = *e.operands[0];
  const RealFormat& to = *e.type.real;
  const auto which = static_cast<Conversion>(e.index);
  const double real_from = from.type.real ? real(from) : 0;
  const Number number = from.type.real ? Number{0} : integer(from);
  if (mark_ != 0) mark_ = observer_->conversion(which, from.type, e.type, {mark_, number, real_from});
  switch (which) {
    case Conversion::from_bits:
      return to.value(static_cast<uint64_t>(wrap(number, to.width(), false)));
    case Conversion::truncate:
      return to.round(from.type.real ? real_from : static_cast<double>(number), true);
    default:
      if (from.type.real) return to.round(real_from);
      break;
  }
  if (number > -(Number{1} << 53) && number < (Number{1} << 53)) return to.round(static_cast<double>(number));
  // To double and then to the format would round twice: what is below the double's last bits only has to be felt.
  Number magnitude = number < 0 ? -number : number;
  int shift = 0;
  bool sticky = false;
  for (; magnitude >= (Number{1} << 52); magnitude >>= 1, ++shift) sticky |= (magnitude & 1) != 0;
  if (to.fraction_bits >= 50) return static_cast<double>(number);
  if (sticky) magnitude |= 1;
  const double rounded = to.round(std::ldexp(static_cast<double>(magnitude), shift));
  return number < 0 ? -rounded : rounded;
}

}  // namespace portolan::accelerator
