#include "verify/solve/integers.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "llvm/ADT/SmallString.h"
#include "verify/solve/walk.h"

namespace portolan::solve {
namespace {

using terms::APInt;
using terms::Kind;
using terms::Linear;

constexpr unsigned kWidest = 256;  // wider terms are unknowns
constexpr unsigned kBits = 1024;   // of bounds: holds all sums of products
constexpr size_t kLargestText = 4u << 20;

APInt power(unsigned n) {
  return APInt::getOneBitSet(kBits, n);
}
APInt wide(const APInt& value) {
  return value.zext(kBits);
}
APInt number(int64_t value) {
  return APInt(kBits, static_cast<uint64_t>(value), true);
}

std::string decimal(const APInt& value) {
  llvm::SmallString<64> text;
  if (!value.isNegative()) {
    value.toStringUnsigned(text);
    return std::string(text.str());
  }
  (-value).toStringUnsigned(text);
  return fmt::format("(- {})", std::string_view(text.data(), text.size()));
}

APInt floor_divided(const APInt& value, unsigned power_of_two) {
  return value.ashr(power_of_two);
}

// An integer expression and its bounds.
struct Integer {
  std::string text;
  APInt low, high;
  bool constant() const { return low == high; }
};

Integer constant_of(const APInt& value) {
  return {decimal(value), value, value};
}

class Printer {
 public:
  explicit Printer(Pool& pool) : pool_(pool) {}
  std::string print(std::span<const Term> conditions);

 private:
  struct Division {
    Integer quotient, remainder;
  };

  Integer fresh(const APInt& low, const APInt& high);
  Integer named(Integer value);
  Integer sum(const Integer& a, const Integer& b);
  Integer minus(const Integer& a, const Integer& b) { return sum(a, scaled(b, number(-1))); }
  Integer scaled(const Integer& a, const APInt& factor);
  Integer choice(const std::string& condition, const Integer& one, const Integer& zero);
  // By 2^bits, rounded down.
  const Division& divided(const Integer& value, unsigned bits);
  Integer wrapped(const Integer& value, unsigned width);
  // As the total unsigned division of width bits says.
  Division quotient(const Integer& a, const Integer& b, unsigned width);
  const Division& true_quotient(const Integer& a, const Integer& b);

  Integer product(Term a, Term b);
  Integer product_of(const Integer& a, const Integer& b);
  std::vector<std::pair<Integer, unsigned>> pieces(Term t);
  void find_splits(Term multiplication);

  Integer integer(Term t);
  std::string boolean(Term t);
  std::string negative(Term t);
  Integer signed_value(Term t);
  Integer magnitude(Term t);

  void visit(Term t);
  Integer arithmetic(Term t);
  Integer linear(Term t);
  Integer multiplied(Term t);
  Integer divided_by(Term t);
  Integer logic(Term t);
  Integer conjunction(const Integer& a, const Integer& b, const APInt* mask);
  Integer shifted(Term t);
  Integer extracted(Term t);
  std::string predicate(Term t);
  Integer opaque(Term t);

  Pool& pool_;
  std::string declarations_, facts_;
  std::unordered_map<Term, Integer, TermHash> integers_;
  std::unordered_map<Term, std::string, TermHash> booleans_;
  std::unordered_map<Term, unsigned, TermHash> splits_;  // operands of products that are seen in two parts elsewhere
  std::unordered_set<Term, TermHash> done_;
  std::map<std::pair<std::string, unsigned>, Division> divisions_;
  std::map<std::pair<std::string, std::string>, Integer> products_, conjunctions_;
  std::map<std::pair<std::string, std::string>, Division> quotients_;
  unsigned names_ = 0;
};

Integer Printer::fresh(const APInt& low, const APInt& high) {
  const std::string name = fmt::format("i!{}", names_++);
  declarations_ += fmt::format("(declare-fun {} () Int)\n", name);
  facts_ += fmt::format("(assert (<= {} {} {}))\n", decimal(low), name, decimal(high));
  return {name, low, high};
}

Integer Printer::named(Integer value) {
  if (value.constant() || value.text.find(' ') == std::string::npos) return value;
  Integer name = fresh(value.low, value.high);
  facts_ += fmt::format("(assert (= {} {}))\n", name.text, value.text);
  return name;
}

Integer Printer::sum(const Integer& a, const Integer& b) {
  if (a.constant() && a.low.isZero()) return b;
  if (b.constant() && b.low.isZero()) return a;
  if (a.constant() && b.constant()) return constant_of(a.low + b.low);
  return {fmt::format("(+ {} {})", a.text, b.text), a.low + b.low, a.high + b.high};
}

Integer Printer::scaled(const Integer& a, const APInt& factor) {
  if (factor.isZero()) return constant_of(factor);
  if (factor.isOne()) return a;
  if (a.constant()) return constant_of(a.low * factor);
  APInt low = a.low * factor, high = a.high * factor;
  if (factor.isNegative()) std::swap(low, high);
  return {fmt::format("(* {} {})", decimal(factor), a.text), low, high};
}

Integer Printer::choice(const std::string& condition, const Integer& one, const Integer& zero) {
  if (condition == "true") return one;
  if (condition == "false") return zero;
  return {fmt::format("(ite {} {} {})", condition, one.text, zero.text), llvm::APIntOps::smin(one.low, zero.low),
          llvm::APIntOps::smax(one.high, zero.high)};
}

const Printer::Division& Printer::divided(const Integer& value, unsigned bits) {
  const auto key = std::pair(value.text, bits);
  if (const auto known = divisions_.find(key); known != divisions_.end()) return known->second;
  Division made;
  const APInt low = floor_divided(value.low, bits), high = floor_divided(value.high, bits);
  if (low == high) {  // never crosses a multiple
    made.quotient = constant_of(low);
    made.remainder = minus(value, constant_of(low.shl(bits)));
  } else {
    made.quotient = fresh(low, high);
    made.remainder = fresh(number(0), power(bits) - 1);
    facts_ += fmt::format("(assert (= {} (+ (* {} {}) {})))\n", value.text, decimal(power(bits)), made.quotient.text,
                          made.remainder.text);
  }
  return divisions_.emplace(key, std::move(made)).first->second;
}

Integer Printer::wrapped(const Integer& value, unsigned width) {
  return divided(value, width).remainder;
}

// Of the same two numbers at whatever width: what an instruction set divides at 64 bits after extension another divides
// at 32. Says nothing of division by zero.
const Printer::Division& Printer::true_quotient(const Integer& a, const Integer& b) {
  const auto key = std::pair(a.text, b.text);
  if (const auto known = quotients_.find(key); known != quotients_.end()) return known->second;
  Division made;
  if (b.constant()) {
    made = {fresh(number(0), a.high.sdiv(b.low)), fresh(number(0), b.low - 1)};
    facts_ +=
        fmt::format("(assert (= {} (+ (* {} {}) {})))\n", a.text, b.text, made.quotient.text, made.remainder.text);
  } else {
    // The product is opaque: that the quotient is not above the dividend must be said.
    made = {fresh(number(0), a.high), fresh(number(0), a.high)};
    const Integer multiple = product_of(made.quotient, b);
    facts_ += fmt::format("(assert (=> (not (= {1} 0)) (and (= {0} (+ {4} {3})) (< {3} {1}) (<= {2} {0}))))\n", a.text,
                          b.text, made.quotient.text, made.remainder.text, multiple.text);
    facts_ += fmt::format("(assert (=> (< {0} {1}) (= {2} 0)))\n", a.text, b.text, made.quotient.text);
  }
  return quotients_.emplace(key, std::move(made)).first->second;
}

Printer::Division Printer::quotient(const Integer& a, const Integer& b, unsigned width) {
  const Integer ones = constant_of(power(width) - 1);
  if (b.constant()) return b.low.isZero() ? Division{ones, a} : true_quotient(a, b);
  const Integer x = named(a), y = named(b);
  const Division& parts = true_quotient(x, y);
  if (y.low.isStrictlyPositive()) return parts;
  const std::string zero = fmt::format("(= {} 0)", y.text);
  return {choice(zero, ones, parts.quotient), choice(zero, x, parts.remainder)};
}

// Products of two unknowns are unknowns; the same two give the same one.
Integer Printer::product_of(const Integer& a, const Integer& b) {
  if (a.constant()) return scaled(b, a.low);
  if (b.constant()) return scaled(a, b.low);
  const Integer x = named(a), y = named(b);
  const auto key = std::minmax(x.text, y.text);
  const auto known = products_.find(key);
  if (known != products_.end()) return known->second;
  return products_.emplace(key, fresh(number(0), a.high * b.high)).first->second;
}

std::vector<std::pair<Integer, unsigned>> Printer::pieces(Term t) {
  const auto split = splits_.find(t);
  const Integer value = integer(t);
  if (split == splits_.end() || value.constant()) return {{value, 0}};
  const Division& parts = divided(value, split->second);
  return {{parts.remainder, 0}, {parts.quotient, split->second}};
}

// The integer product of two unsigned operands, over the parts in which they are seen.
Integer Printer::product(Term a, Term b) {
  Integer all = constant_of(number(0));
  std::vector<Integer> summands;
  for (const auto& [x, x_shift] : pieces(a))
    for (const auto& [y, y_shift] : pieces(b)) summands.push_back(scaled(product_of(x, y), power(x_shift + y_shift)));
  std::sort(summands.begin(), summands.end(), [](const Integer& x, const Integer& y) { return x.text < y.text; });
  for (const Integer& summand : summands) all = sum(all, summand);
  // The bounds of the parts' products overestimate the whole.
  all.high = llvm::APIntOps::smin(all.high, integer(a).high * integer(b).high);
  return all;
}

// An operand that is a part of a longer term says where that term is split, if it is an operand itself.
void Printer::find_splits(Term multiplication) {
  for (Term operand : pool_.operands(multiplication)) {
    Term inner = operand;
    if (pool_.kind(inner) == Kind::concat && pool_.operands(inner).size() == 2 &&
        pool_.constant_value(pool_.operands(inner)[0]) != nullptr)
      inner = pool_.operands(inner)[1];
    if (pool_.kind(inner) != Kind::extract) continue;
    const Term whole = pool_.operands(inner)[0];
    const unsigned low = pool_.low_bit(inner), high = low + pool_.width(inner);
    if (low > 0 || high < pool_.width(whole)) splits_.emplace(whole, low > 0 ? low : high);
  }
}

Integer Printer::integer(Term t) {
  if (const auto known = integers_.find(t); known != integers_.end()) return known->second;
  const std::string& condition = booleans_.at(t);
  return choice(condition, constant_of(number(1)), constant_of(number(0)));
}

std::string Printer::boolean(Term t) {
  if (const auto known = booleans_.find(t); known != booleans_.end()) return known->second;
  const Integer& value = integers_.at(t);
  if (value.constant()) return value.low.isZero() ? "false" : "true";
  return fmt::format("(= {} 1)", value.text);
}

std::string Printer::negative(Term t) {
  const Integer value = integer(t);
  const APInt half = power(pool_.width(t) - 1);
  if (value.high.slt(half)) return "false";
  if (value.low.sge(half)) return "true";
  return fmt::format("(>= {} {})", value.text, decimal(half));
}

Integer Printer::signed_value(Term t) {
  const Integer value = integer(t);
  const unsigned width = pool_.width(t);
  const std::string sign = negative(t);
  if (sign == "false") return value;
  if (value.constant()) return constant_of(value.low - power(width));
  Integer result = minus(value, choice(sign, constant_of(power(width)), constant_of(number(0))));
  result.low = -power(width - 1);
  result.high = power(width - 1) - 1;
  if (sign == "true") result.high = number(-1);
  return result;
}

Integer Printer::magnitude(Term t) {
  const Integer value = integer(t);
  const APInt modulus = power(pool_.width(t));
  const std::string sign = negative(t);
  if (sign == "false") return value;
  if (value.constant()) return constant_of(modulus - value.low);
  Integer result = named(choice(sign, minus(constant_of(modulus), value), value));
  result.low = number(0);
  result.high = power(pool_.width(t) - 1);
  return result;
}

Integer Printer::opaque(Term t) {
  const auto [zero, one] = pool_.known_bits(t);
  return fresh(wide(one), wide(~zero));
}

Integer Printer::linear(Term t) {
  const Linear form = pool_.linear(t);
  // Coefficients nearest to zero, so that differences stay small.
  auto nearest = [](const APInt& value) { return value.sext(kBits); };
  Integer all = constant_of(nearest(form.constant));
  for (const Linear::Part& part : form.parts) all = sum(all, scaled(integer(part.term), nearest(part.coefficient)));
  return wrapped(all, pool_.width(t));
}

Integer Printer::multiplied(Term t) {
  const Term a = pool_.operands(t)[0], b = pool_.operands(t)[1];
  const unsigned width = pool_.width(t);
  const Integer whole = product(a, b);
  if (pool_.kind(t) == Kind::mul) return wrapped(whole, width);
  if (pool_.kind(t) == Kind::umulh) return divided(whole, width).quotient;
  const Integer x = integer(a), y = integer(b), none = constant_of(number(0));
  if (x.constant() || y.constant()) {
    const Integer s = scaled(x.constant() ? signed_value(b) : signed_value(a), signed_value(x.constant() ? a : b).low);
    return wrapped(divided(s, width).quotient, width);
  }
  // The signed product is the unsigned one less 2^width times each operand whose opposite is negative.
  Integer high = minus(divided(whole, width).quotient, choice(negative(a), y, none));
  high = minus(high, choice(negative(b), x, none));
  return wrapped(high, width);
}

Integer Printer::divided_by(Term t) {
  const Term a = pool_.operands(t)[0], b = pool_.operands(t)[1];
  const unsigned width = pool_.width(t);
  const Kind kind = pool_.kind(t);
  if (kind == Kind::udiv) return quotient(integer(a), integer(b), width).quotient;
  if (kind == Kind::urem) return quotient(integer(a), integer(b), width).remainder;
  const Division parts = quotient(magnitude(a), magnitude(b), width);
  const std::string sign_a = negative(a), sign_b = negative(b);
  if (kind == Kind::srem) return wrapped(choice(sign_a, scaled(parts.remainder, number(-1)), parts.remainder), width);
  const Integer negated = scaled(parts.quotient, number(-1));
  const Integer ones = constant_of(power(width) - 1);
  const Integer by_sign =
      choice(sign_a, choice(sign_b, parts.quotient, negated), choice(sign_b, negated, parts.quotient));
  const Integer divisor = integer(b);
  if (divisor.low.isStrictlyPositive()) return wrapped(by_sign, width);
  return wrapped(choice(fmt::format("(= {} 0)", divisor.text), ones, by_sign), width);
}

// a & b as runs of a's bits where b is a constant, else an unknown that is at most either.
Integer Printer::conjunction(const Integer& a, const Integer& b, const APInt* mask) {
  if (a.constant() && !b.constant()) return conjunction(b, a, mask);
  if (!b.constant()) {
    const Integer x = named(a), y = named(b);
    const auto key = std::minmax(x.text, y.text);
    if (const auto known = conjunctions_.find(key); known != conjunctions_.end()) return known->second;
    APInt high = llvm::APIntOps::smin(a.high, b.high);
    if (mask != nullptr) high = llvm::APIntOps::smin(high, *mask);
    const Integer both = high.isZero() ? constant_of(high) : fresh(number(0), high);
    facts_ += fmt::format("(assert (and (<= {0} {1}) (<= {0} {2})))\n", both.text, x.text, y.text);
    return conjunctions_.emplace(key, both).first->second;
  }
  const APInt& bits = b.low;
  Integer all = constant_of(number(0));
  for (unsigned at = 0; at < bits.getActiveBits();) {
    if (!bits[at]) {
      ++at;
      continue;
    }
    unsigned end = at;
    while (bits[end]) ++end;
    const Integer above = at == 0 ? a : divided(a, at).quotient;
    all = sum(all, scaled(divided(above, end - at).remainder, power(at)));
    at = end;
  }
  return all;
}

// a | b = a + b - (a & b), a ^ b = a + b - 2 (a & b).
Integer Printer::logic(Term t) {
  const std::vector<Term> operands = children(pool_, t);
  const Kind kind = pool_.kind(t);
  const unsigned width = pool_.width(t);
  Integer all = integer(operands[0]);
  APInt zero = pool_.known_bits(operands[0]).first;
  for (size_t i = 1; i < operands.size(); ++i) {
    const Integer next = integer(operands[i]);
    const APInt next_zero = pool_.known_bits(operands[i]).first;
    const APInt common = wide(~zero & ~next_zero);
    const Integer both = conjunction(all, next, &common);
    if (kind == Kind::bit_and) {
      all = both;
      zero |= next_zero;
      continue;
    }
    all = minus(sum(all, next), scaled(both, number(kind == Kind::bit_or ? 1 : 2)));
    all.low = number(0);
    all.high = power(width) - 1;
    zero &= next_zero;
    if (i + 1 < operands.size()) all = named(all);
  }
  return all;
}

Integer Printer::shifted(Term t) {
  const Term a = pool_.operands(t)[0];
  const unsigned width = pool_.width(t);
  const APInt* count = pool_.constant_value(pool_.operands(t)[1]);
  if (count == nullptr) return opaque(t);
  const Kind kind = pool_.kind(t);
  const unsigned n = static_cast<unsigned>(count->getLimitedValue(width));
  if (kind == Kind::ashr) return wrapped(divided(signed_value(a), std::min(n, width - 1)).quotient, width);
  if (n >= width) return constant_of(number(0));
  if (kind == Kind::lshr) return divided(integer(a), n).quotient;
  return scaled(divided(integer(a), width - n).remainder, power(n));
}

Integer Printer::extracted(Term t) {
  const Term a = pool_.operands(t)[0];
  const unsigned low = pool_.low_bit(t), width = pool_.width(t);
  const Integer above = low == 0 ? integer(a) : divided(integer(a), low).quotient;
  return low + width == pool_.width(a) ? above : divided(above, width).remainder;
}

Integer Printer::arithmetic(Term t) {
  switch (pool_.kind(t)) {
    case Kind::constant:
      return constant_of(wide(*pool_.constant_value(t)));
    case Kind::linear:
      return linear(t);
    case Kind::mul:
    case Kind::umulh:
    case Kind::smulh:
      return multiplied(t);
    case Kind::udiv:
    case Kind::urem:
    case Kind::sdiv:
    case Kind::srem:
      return divided_by(t);
    case Kind::bit_and:
    case Kind::bit_or:
    case Kind::bit_xor:
      return logic(t);
    case Kind::shl:
    case Kind::lshr:
    case Kind::ashr:
      return shifted(t);
    case Kind::extract:
      return extracted(t);
    case Kind::concat: {
      Integer all = constant_of(number(0));
      for (Term part : children(pool_, t)) all = sum(scaled(all, power(pool_.width(part))), integer(part));
      return all;
    }
    case Kind::sext: {
      const Term a = pool_.operands(t)[0];
      const APInt top = power(pool_.width(t)) - power(pool_.width(a));
      Integer all = sum(integer(a), choice(negative(a), constant_of(top), constant_of(number(0))));
      all.high = power(pool_.width(t)) - 1;
      return all;
    }
    case Kind::select: {
      const std::vector<Term> operands = children(pool_, t);
      return choice(boolean(operands[0]), integer(operands[1]), integer(operands[2]));
    }
    default:
      return opaque(t);
  }
}

std::string Printer::predicate(Term t) {
  const std::vector<Term> operands = children(pool_, t);
  const Kind kind = pool_.kind(t);
  auto folded = [&](const char* function) {
    std::string all = boolean(operands[0]);
    for (size_t i = 1; i < operands.size(); ++i) all = fmt::format("({} {} {})", function, all, boolean(operands[i]));
    return all;
  };
  switch (kind) {
    case Kind::bit_and:
      return folded("and");
    case Kind::bit_or:
      return folded("or");
    case Kind::bit_xor:
      return folded("xor");
    case Kind::linear: {
      const std::string all = folded("xor");
      return pool_.linear(t).constant.isZero() ? all : fmt::format("(not {})", all);
    }
    case Kind::eq:
      if (pool_.width(operands[0]) == 1) return fmt::format("(= {} {})", boolean(operands[0]), boolean(operands[1]));
      return fmt::format("(= {} {})", integer(operands[0]).text, integer(operands[1]).text);
    case Kind::ult:
      return fmt::format("(< {} {})", integer(operands[0]).text, integer(operands[1]).text);
    case Kind::slt:
      return fmt::format("(< {} {})", signed_value(operands[0]).text, signed_value(operands[1]).text);
    case Kind::select:
      return fmt::format("(ite {} {} {})", boolean(operands[0]), boolean(operands[1]), boolean(operands[2]));
    default:
      return {};
  }
}

void Printer::visit(Term t) {
  const unsigned width = pool_.width(t);
  if (width == 0) return;
  const bool memory_equation = pool_.kind(t) == Kind::eq && pool_.width(pool_.operands(t)[0]) == 0;
  bool wide_below = width > kWidest;
  for (Term child : children(pool_, t)) wide_below = wide_below || pool_.width(child) > kWidest;
  if (memory_equation || wide_below) {
    integers_.emplace(t, width > kWidest ? constant_of(number(0)) : opaque(t));
    return;
  }
  if (width == 1)
    if (std::string condition = predicate(t); !condition.empty()) {
      if (condition.size() > 60) {
        const std::string name = fmt::format("b!{}", names_++);
        declarations_ += fmt::format("(declare-fun {} () Bool)\n", name);
        facts_ += fmt::format("(assert (= {} {}))\n", name, condition);
        condition = name;
      }
      booleans_.emplace(t, std::move(condition));
      return;
    }
  Integer value = named(arithmetic(t));
  const auto [zero, one] = pool_.known_bits(t);
  value.low = llvm::APIntOps::smax(value.low, wide(one));
  value.high = llvm::APIntOps::smin(value.high, wide(~zero));
  integers_.emplace(t, std::move(value));
}

std::string Printer::print(std::span<const Term> conditions) {
  std::unordered_set<Term, TermHash> seen;
  auto below = [&](Term t) { return children(pool_, t); };
  for (Term condition : conditions)
    for_each_below(condition, seen, below, [&](Term t) {
      const Kind kind = pool_.kind(t);
      if (kind == Kind::mul || kind == Kind::umulh || kind == Kind::smulh) find_splits(t);
    });
  std::string assertions;
  for (Term condition : conditions) {
    for_each_below(condition, done_, below, [&](Term t) {
      if (facts_.size() <= kLargestText) visit(t);
    });
    if (facts_.size() > kLargestText) return {};
    assertions += fmt::format("(assert {})\n", boolean(condition));
  }
  return std::string(kIntegerLogic) + declarations_ + facts_ + assertions;
}

}  // namespace

std::string print_integer_question(Pool& pool, std::span<const Term> conditions) {
  return Printer(pool).print(conditions);
}

}  // namespace portolan::solve
