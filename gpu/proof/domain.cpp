#include "gpu/proof/domain.h"

#include <fmt/format.h>

#include <algorithm>

#include "gpu/proof/alternatives.h"
#include "ir/concrete_domain.h"
#include "ir/op_semantics.h"

namespace portolan::proof {

using ir::Op;
using terms::Kind;

namespace {

bool is_choice(Op op) {
  return op == Op::fminnum || op == Op::fmaxnum || op == Op::fminimum || op == Op::fmaximum;
}

// Any NaN is a missing operand; else a signalling one makes the result a NaN (float_semantics.h).
bool takes_any_nan(ir::NanRule rule) {
  return rule == ir::NanRule::riscv || rule == ir::NanRule::ptx;
}

Term made_nan(Pool& pool, ir::FloatFormat format) {
  return pool.variable(std::string(kMadeNan) + std::string(ir::to_string(format)), ir::bits(format));
}

}  // namespace

Term Domain::negated(Term t) {
  return pool_.bit_xor(t, pool_.constant(APInt::getSignMask(pool_.width(t))));
}

Term Domain::extreme(std::string_view name, Term a, Term b) {
  const unsigned width = pool_.width(a);
  std::vector<Term> all;
  std::optional<APInt> constant;
  auto add = [&](Term t) {
    const APInt* value = pool_.constant_value(t);
    if (!value) return all.push_back(t);
    if (!constant) {
      constant = *value;
      return;
    }
    const bool less = name[1] == 's' ? value->slt(*constant) : value->ult(*constant);
    if (less == name.ends_with("min")) constant = *value;
  };
  for (Term t : {a, b}) {
    const bool same = pool_.kind(t) == Kind::apply && pool_.name(t) == name;
    for (Term part : same ? pool_.operands(t) : std::span<const Term>(&t, 1)) add(part);
  }
  if (constant) {
    // The last of the order decides everything, the first nothing.
    const bool is_signed = name[1] == 's';
    const APInt low = is_signed ? APInt::getSignedMinValue(width) : APInt::getZero(width),
                high = is_signed ? APInt::getSignedMaxValue(width) : APInt::getAllOnes(width);
    const bool minimum = name.ends_with("min");
    if (*constant == (minimum ? low : high)) return pool_.constant(*constant);
    if (all.empty() || *constant != (minimum ? high : low)) all.push_back(pool_.constant(*constant));
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all.size() == 1 ? all[0] : pool_.apply(name, width, all);
}

Term Domain::select(Term bit, Term one, Term zero) {
  // Of two equal values either is the other.
  if (pool_.kind(bit) == Kind::eq) {
    const Term a = pool_.operands(bit)[0], b = pool_.operands(bit)[1];
    if ((one == a && zero == b) || (one == b && zero == a)) return zero;
  }
  const Term negation = pool_.bit_not(bit);
  for (const bool turned : {false, true}) {
    const Term t = turned ? negation : bit;
    const Kind kind = pool_.kind(t);
    if (kind != Kind::slt && kind != Kind::ult) continue;
    const Term a = pool_.operands(t)[0], b = pool_.operands(t)[1], x = turned ? zero : one, y = turned ? one : zero;
    const std::string_view letter = kind == Kind::slt ? ".s" : ".u";
    if (x == a && y == b) return extreme(std::string(letter) + "min", a, b);
    if (x == b && y == a) return extreme(std::string(letter) + "max", a, b);
  }
  if (const auto quiet = made_quiet(bit, one, zero)) return *quiet;
  return pool_.select(bit, one, zero);
}

std::optional<Term> Domain::made_quiet(Term bit, Term nan, Term number) {
  const APInt* value = pool_.constant_value(nan);
  if (!value || pool_.kind(bit) != Kind::apply || pool_.operands(bit).size() != 2) return std::nullopt;
  const auto inst = terms::floating_instruction(pool_.name(bit));
  const Term x = pool_.operands(bit)[0];
  if (!inst || inst->op != Op::funordered || pool_.operands(bit)[1] != x) return std::nullopt;
  const unsigned width = ir::bits(inst->format), fraction = ir::fraction_bits(inst->format);
  const APInt infinity = APInt::getBitsSet(width, fraction, width - 1);
  if (value->getBitWidth() != width || !(*value & APInt::getSignedMaxValue(width)).ugt(infinity)) return std::nullopt;
  Term a = number_of(x), b = number_of(number);
  for (Term* t : {&a, &b}) {
    if (const auto base = without_sign(pool_, *t)) *t = number_of(*base);
    takes_sign_off(*t);
  }
  if (a != b) return std::nullopt;
  if (is_quiet(number)) return number;
  return pool_.apply(std::string(kQuiet) + std::string(ir::to_string(inst->format)), width,
                     std::array<Term, 1>{number_of(number)});
}

// From as many bits as the number needs: zeros and copies of the sign above them change nothing.
Term Domain::from_integer(const ir::Instruction& inst, Term value) {
  ir::Instruction conversion = inst;
  const auto [zeros, ones] = pool_.known_bits(value);
  if (const unsigned unused = zeros.countl_one(); unused != 0) {
    conversion.op = Op::uint_to_f;
    value = pool_.extract(value, 0, std::max(1u, pool_.width(value) - unused));
  } else if (inst.op == Op::sint_to_f && pool_.kind(value) == Kind::sext) {
    value = pool_.operands(value)[0];
  }
  return function(conversion, ir::bits(inst.to_format), {value});
}

// Of a number and its negative the one that was made first is the base. True: `t` was the other.
bool Domain::takes_sign_off(Term& t) {
  if (pool_.constant_value(t)) {
    const bool negative = pool_.constant_value(t)->isNegative();
    if (negative) t = negated(t);
    return negative;
  }
  const Term other = negated(t);
  if (t < other) return false;
  t = other;
  return true;
}

// What an operation sees of an operand: whether its NaN is quiet is all the same.
Term Domain::number_of(Term t) {
  const auto quiet = [&](Term v) { return pool_.kind(v) == Kind::apply && pool_.name(v).starts_with(kQuiet); };
  if (quiet(t)) return pool_.operands(t)[0];
  const std::optional<Term> base = without_sign(pool_, t);
  if (!base || !quiet(*base)) return t;
  const Term number = pool_.operands(*base)[0];
  if (t == negated(*base)) return negated(number);
  const Term rest = pool_.constant(APInt::getSignedMaxValue(pool_.width(t)));
  return t == pool_.bit_and(*base, rest) ? pool_.bit_and(number, rest) : t;
}

// What an operation has made, or a constant that is no signalling NaN.
bool Domain::is_quiet(Term t) const {
  if (const APInt* value = pool_.constant_value(t)) {
    for (const ir::FloatFormat f :
         {ir::FloatFormat::f16, ir::FloatFormat::bf16, ir::FloatFormat::f32, ir::FloatFormat::f64}) {
      if (ir::bits(f) != value->getBitWidth()) continue;
      const unsigned fraction = ir::fraction_bits(f);
      const APInt magnitude = *value & APInt::getSignedMaxValue(value->getBitWidth());
      if (magnitude.ugt(APInt::getBitsSet(value->getBitWidth(), fraction, value->getBitWidth() - 1)) &&
          !(*value)[fraction - 1])
        return false;
    }
    return true;
  }
  if (pool_.kind(t) == Kind::select) return is_quiet(pool_.operands(t)[1]) && is_quiet(pool_.operands(t)[2]);
  if (pool_.kind(t) == Kind::variable) return pool_.name(t).starts_with(kMadeNan);
  if (pool_.kind(t) != Kind::apply) return false;
  const std::string_view name = pool_.name(t);
  if (name.starts_with(kQuiet) || name.starts_with(kChosenQuiet)) return true;
  if (name.starts_with(kChosen))
    return std::ranges::all_of(pool_.operands(t), [&](Term operand) { return is_quiet(operand); });
  return terms::floating_instruction(name).has_value();
}

Term Domain::function(const ir::Instruction& inst, unsigned width, std::vector<Term> operands) {
  return floating(inst, width, operands);
}

// Minima and maxima. A signalling NaN beside a number is that number to PTX, and a NaN to AMD's processors.
Term Domain::chosen(const ir::Instruction& inst, Term a, Term b) {
  const unsigned width = pool_.width(a);
  const std::string format(ir::to_string(inst.format)), op(ir::info(inst.op).name);
  if (a == b) return is_quiet(a) ? a : pool_.apply(std::string(kQuiet) + format, width, std::array<Term, 1>{a});
  const bool any =
      inst.op == Op::fminimum || inst.op == Op::fmaximum || takes_any_nan(inst.nan) || (is_quiet(a) && is_quiet(b));
  if (any) a = number_of(a), b = number_of(b);
  if (b < a) std::swap(a, b);
  const APInt *x = pool_.constant_value(a), *y = pool_.constant_value(b);
  if (x && y) {
    ir::Instruction one = inst;
    one.lanes = 1, one.width = width;
    return pool_.constant(ir::evaluate_concrete(ir::Function(), one, std::array<APInt, 2>{*x, *y}));
  }
  return pool_.apply(fmt::format("{}{}.{}", any ? kChosen : kChosenQuiet, op, format), width,
                     std::array<Term, 2>{a, b});
}

// Products and quotients to nearest: only whether an odd number of operands is negative shows in the first two.
Term Domain::product(const ir::Instruction& inst, std::vector<Term> operands) {
  bool odd = false;
  for (size_t n = 0; n < 2; ++n) odd ^= takes_sign_off(operands[n]);
  const unsigned width = pool_.width(operands[0]);
  if (inst.op != Op::fma) {
    const Term made = function(inst, width, std::move(operands));
    return odd ? negated(made) : made;
  }
  if (odd) {
    // The sign goes to one of the two, always the same.
    if (operands[1] < operands[0]) std::swap(operands[0], operands[1]);
    operands[0] = negated(operands[0]);
  }
  return function(inst, width, std::move(operands));
}

// What was converted to a wider format compares as before.
Term Domain::compared(const ir::Instruction& inst, std::vector<Term> numbers) {
  constexpr ir::FloatFormat kNarrower[] = {ir::FloatFormat::f16, ir::FloatFormat::bf16, ir::FloatFormat::f32};
  for (const ir::FloatFormat from : kNarrower) {
    std::vector<Term> narrow;
    bool converted = false;
    for (Term t : numbers) {
      const auto made =
          pool_.kind(t) == Kind::apply ? terms::floating_instruction(pool_.name(t)) : std::optional<ir::Instruction>();
      if (made && made->op == Op::fconvert && made->format == from && made->to_format == inst.format) {
        narrow.push_back(number_of(pool_.operands(t)[0]));
        converted = true;
      } else if (const APInt* value = pool_.constant_value(t); value && inst.format == ir::FloatFormat::f64) {
        ir::Instruction convert, back;
        convert.op = back.op = Op::fconvert;
        convert.format = back.to_format = inst.format, convert.to_format = back.format = from;
        convert.width = ir::bits(from), back.width = ir::bits(inst.format);
        const APInt less = ir::evaluate_concrete(ir::Function(), convert, std::array<APInt, 1>{*value});
        if (ir::evaluate_concrete(ir::Function(), back, std::array<APInt, 1>{less}) == *value)
          narrow.push_back(pool_.constant(less));
      }
    }
    if (!converted || narrow.size() != numbers.size() || ir::bits(from) >= ir::bits(inst.format)) continue;
    ir::Instruction one = inst;
    one.format = from;
    return compared(one, std::move(narrow));
  }
  if (inst.op == Op::funordered) return unordered(inst, numbers);
  // Nothing is more than infinity.
  const unsigned width = ir::bits(inst.format);
  const APInt infinity = APInt::getBitsSet(width, ir::fraction_bits(inst.format), width - 1);
  const APInt *a = pool_.constant_value(numbers[0]), *b = pool_.constant_value(numbers[1]);
  const bool never = (a && *a == infinity) || (b && *b == (infinity | APInt::getSignMask(width)));
  if (inst.op == Op::flt && never) return pool_.bit(false);
  return *TermDomain::native(ir::Function(), inst, numbers);
}

// Whether any of them is a NaN. Signs don't count.
Term Domain::unordered(const ir::Instruction& inst, std::span<const Term> numbers) {
  ir::Instruction one = inst;
  one.op = Op::funordered, one.width = 1;
  Term any = pool_.bit(false);
  for (Term t : numbers) {
    if (const auto base = without_sign(pool_, t)) t = number_of(*base);
    any = pool_.bit_or(any, *TermDomain::native(ir::Function(), one, std::array<Term, 2>{t, t}));
  }
  return any;
}

// Where an operand is a choice between a NaN and a number, that choice is made of the results, since a NaN comes
// through every operation but minima and maxima. Compilers do it or not.
std::optional<Term> Domain::lane(const ir::Instruction& inst, std::span<const Term> operands) {
  if (is_choice(inst.op)) return chosen(inst, operands[0], operands[1]);
  std::vector<Term> numbers;
  for (Term t : operands) numbers.push_back(number_of(t));
  const bool from = inst.op == Op::sint_to_f || inst.op == Op::uint_to_f;
  Term is_nan = pool_.bit(false);
  for (Term& t : numbers) {
    if (from) break;
    const std::optional<Term> base = without_sign(pool_, t);
    const bool negative = base && t == negated(*base);
    if (base && !negative) continue;
    while (const auto choice = chosen_nan(pool_, negative ? negated(t) : t, inst.format)) {
      is_nan = pool_.bit_or(is_nan, choice->bit);
      t = number_of(negative ? negated(choice->otherwise) : choice->otherwise);
    }
  }
  const std::optional<Term> made = operation(inst, numbers);
  if (!made || is_nan == pool_.bit(false)) return made;
  if (ir::info(inst.op).shape == ir::Shape::Compare)
    return inst.op == Op::funordered ? pool_.bit_or(is_nan, *made) : pool_.bit_and(pool_.bit_not(is_nan), *made);
  is_nan = one_of(pool_, is_nan);
  if (inst.op == Op::fto_sint || inst.op == Op::fto_uint)
    return pool_.select(is_nan, pool_.constant(inst.width, 0), *made);
  return pool_.select(is_nan, made_nan(pool_, inst.op == Op::fconvert ? inst.to_format : inst.format), *made);
}

std::optional<Term> Domain::operation(const ir::Instruction& inst, std::vector<Term> numbers) {
  if (ir::info(inst.op).shape == ir::Shape::Compare) return compared(inst, std::move(numbers));
  const bool nearest = inst.rounding == ir::Rounding::nearest_even;
  switch (inst.op) {
    case Op::fsub:
      if (!nearest) break;
      {
        ir::Instruction sum = inst;
        sum.op = Op::fadd;
        return function(sum, ir::bits(inst.format), {numbers[0], negated(numbers[1])});
      }
    case Op::fmul:
    case Op::fdiv:
    case Op::fma:
      return nearest ? product(inst, numbers) : function(inst, ir::bits(inst.format), numbers);
    case Op::fadd:
    case Op::fsqrt:
    case Op::fround:
      break;
    case Op::fconvert:
      return function(inst, ir::bits(inst.to_format), numbers);
    case Op::sint_to_f:
    case Op::uint_to_f:
      return from_integer(inst, numbers[0]);
    case Op::fto_sint:
    case Op::fto_uint: {
      const unsigned width = inst.width;
      return pool_.select(unordered(inst, numbers), pool_.constant(width, 0), function(inst, width, numbers));
    }
    default:
      return std::nullopt;
  }
  return function(inst, ir::bits(inst.format), numbers);
}

std::optional<Term> Domain::native(const ir::Function&, const ir::Instruction& inst, std::span<const Term> operands) {
  const bool from = inst.op == Op::sint_to_f || inst.op == Op::uint_to_f;
  if (inst.format == ir::FloatFormat::none && !from) return std::nullopt;
  ir::Instruction one = inst;
  one.lanes = 1;
  one.width = inst.width / inst.lanes;
  if (inst.lanes == 1) return lane(one, operands);
  std::vector<Term> results;
  for (unsigned n = 0; n < inst.lanes; ++n) {
    std::vector<Term> parts;
    for (Term t : operands) {
      const unsigned width = pool_.width(t) / inst.lanes;
      parts.push_back(pool_.extract(t, n * width, width));
    }
    const std::optional<Term> made = lane(one, parts);
    if (!made) return std::nullopt;
    results.push_back(*made);
  }
  return pool_.join(results);
}

std::optional<ChosenNan> chosen_nan(Pool& pool, Term t, ir::FloatFormat format) {
  if (pool.kind(t) != Kind::select || pool.width(t) != ir::bits(format)) return std::nullopt;
  const unsigned width = ir::bits(format), fraction = ir::fraction_bits(format);
  const APInt infinity = APInt::getBitsSet(width, fraction, width - 1);
  for (const unsigned n : {1u, 2u}) {
    const Term choice = pool.operands(t)[n];
    const APInt* value = pool.constant_value(choice);
    const bool is_nan = value ? (*value & APInt::getSignedMaxValue(width)).ugt(infinity)
                              : pool.kind(choice) == Kind::variable && pool.name(choice).starts_with(kMadeNan);
    const Term bit = pool.operands(t)[0], otherwise = pool.operands(t)[3 - n];
    if (is_nan) return ChosenNan{n == 1 ? bit : pool.bit_not(bit), otherwise};
  }
  return std::nullopt;
}

Term as_number(Pool& pool, Term t, ir::FloatFormat format) {
  const auto choice = chosen_nan(pool, t, format);
  return choice ? pool.select(one_of(pool, choice->bit), made_nan(pool, format),
                              as_number(pool, choice->otherwise, format))
                : t;
}

std::optional<Term> without_sign(Pool& pool, Term t, std::vector<Term>* from) {
  const unsigned width = pool.width(t);
  const APInt sign = APInt::getSignMask(width);
  const std::span<const Term> operands = pool.operands(t);
  switch (pool.kind(t)) {
    case Kind::linear: {
      // A multiple of the highest bit changes nothing else.
      const terms::Linear form = pool.linear(t);
      std::optional<Term> number;
      if (!form.constant.isZero() && form.constant != sign) return std::nullopt;
      for (const auto& part : form.parts) {
        if (part.coefficient == sign) {
          if (from) from->push_back(part.term);
          continue;
        }
        if (number || !part.coefficient.isOne()) return std::nullopt;
        number = part.term;
      }
      return number;
    }
    case Kind::bit_xor:
    case Kind::bit_and:
    case Kind::bit_or:
      for (const unsigned n : {0u, 1u}) {
        if (operands.size() != 2) break;
        const APInt* mask = pool.constant_value(operands[n]);
        if (mask && *mask == (pool.kind(t) == Kind::bit_and ? ~sign : sign)) return operands[1 - n];
      }
      return std::nullopt;
    case Kind::concat: {
      // The same of the upper half alone.
      if (operands.size() == 2 && pool.kind(operands[0]) == Kind::linear) {
        const Term low = operands[1];
        const auto upper = without_sign(pool, operands[0], from);
        return upper ? std::optional(pool.concat(*upper, low)) : std::nullopt;
      }
      // One bit above the rest of a number: the bit a constant, or made of the number's own.
      const Term rest = operands.back();
      if (operands.size() != 2 || pool.width(operands[0]) != 1 || pool.kind(rest) != Kind::extract ||
          pool.low_bit(rest) != 0)
        return std::nullopt;
      const Term number = pool.operands(rest)[0];
      if (pool.width(number) != width) return std::nullopt;
      const Term top = pool.extract(number, width - 1, 1);
      if (pool.constant_value(operands[0]) || operands[0] == top || operands[0] == pool.bit_not(top)) return number;
      return std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

Term evaluate(Pool& pool, const ir::Function& function, const ir::Instruction& inst, std::span<const Term> operands) {
  Domain domain(pool);
  return ir::evaluate(domain, function, inst, operands);
}

}  // namespace portolan::proof
