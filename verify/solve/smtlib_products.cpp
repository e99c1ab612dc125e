// Products, quotients and what counts bits.
#include <fmt/format.h>

#include "llvm/Support/MathExtras.h"
#include "verify/solve/smtlib_printer.h"

namespace portolan::solve {

using terms::APInt;
using terms::Kind;
using terms::Linear;

namespace {

constexpr size_t kMostProducts = 16;  // that one product of sums is taken apart into

bool is_commutative(Kind kind) {
  return kind == Kind::mul || kind == Kind::umulh || kind == Kind::smulh;
}

}  // namespace

// (a + b) * c as a * c + b * c, so that uninterpreted products of the two forms meet.
bool Printer::product_of_sums(Term t) {
  Term a = pool_.operands(t)[0], b = pool_.operands(t)[1];
  if (pool_.kind(a) != Kind::linear) std::swap(a, b);
  if (pool_.kind(a) != Kind::linear) return false;
  const Linear form = pool_.linear(a);
  if (form.parts.size() > kMostProducts) return false;
  Term sum = pool_.mul(pool_.constant(form.constant), b);
  for (const Linear::Part& part : form.parts)
    sum = pool_.add(sum, pool_.mul(pool_.constant(part.coefficient), pool_.mul(part.term, b)));
  if (sum == t) return false;
  print_below(sum);
  if (question_.too_large) return true;
  nodes_[t] = nodes_[sum];
  return true;
}

std::string Printer::abstracted(Kind kind, Term a, Term b) {
  if (is_commutative(kind) && b < a) std::swap(a, b);
  const unsigned width = pool_.width(a);
  const std::string function = fmt::format("{}!{}", function_name(kind), width);
  declare(function, fmt::format("({0} {0}) {0}", sort_of(width)));
  functions_ = true;
  Question::Abstracted made{kind, width, {}, bits(a), bits(b)};
  made.result = fmt::format("({} {} {})", function, made.a, made.b);
  std::string result = made.result;
  abstracted_.emplace(result, std::move(made));
  return result;
}

void Printer::product(Term t) {
  question_.has_products = true;
  const Kind kind = pool_.kind(t);
  if (options_.arithmetic == Arithmetic::exact) return exact_product(t);
  const Term a = pool_.operands(t)[0], b = pool_.operands(t)[1];
  if (kind == Kind::mul && product_of_sums(t)) return;
  if (kind != Kind::urem && kind != Kind::srem) return give(t, abstracted(kind, a, b));
  // Holds for all operands: by zero the quotient times zero is zero, and the remainder the dividend. The product is
  // written here: the pool would make a remainder of it again.
  const Term quotient = kind == Kind::urem ? pool_.udiv(a, b) : pool_.sdiv(a, b);
  const std::string multiple = pool_.constant_value(b) != nullptr
                                   ? fmt::format("(bvmul {} {})", bits(quotient), bits(b))
                                   : abstracted(Kind::mul, quotient, b);
  give(t, fmt::format("(bvsub {} {})", bits(a), multiple));
}

void Printer::exact_product(Term t) {
  const Kind kind = pool_.kind(t);
  const unsigned width = pool_.width(t);
  const std::string a = bits(pool_.operands(t)[0]), b = bits(pool_.operands(t)[1]);
  switch (kind) {
    case Kind::umulh:
    case Kind::smulh:
      return give(t, fmt::format("((_ extract {0} {1}) (bvmul ((_ {2} {1}) {3}) ((_ {2} {1}) {4})))", 2 * width - 1,
                                 width, kind == Kind::umulh ? "zero_extend" : "sign_extend", a, b));
    case Kind::sdiv:  // by zero: all ones, also for negative dividends (SMT-LIB: 1)
      return give(t, fmt::format("(ite (= {1} {2}) {3} (bvsdiv {0} {1}))", a, b, digits(APInt(width, 0)),
                                 digits(APInt::getAllOnes(width))));
    default:
      return give(t, fmt::format("(bv{} {} {})", function_name(kind), a, b));
  }
}

// The sum of the bits, as a tree of additions just wide enough for the result.
std::string Printer::population(const std::string& of, unsigned width) {
  const unsigned digits_needed = std::min(width, llvm::Log2_32(width) + 1);
  std::vector<std::string> parts;
  for (unsigned i = 0; i < width; ++i) {
    const std::string bit = fmt::format("((_ extract {0} {0}) {1})", i, of);
    parts.push_back(digits_needed == 1 ? bit : fmt::format("((_ zero_extend {}) {})", digits_needed - 1, bit));
  }
  while (parts.size() > 1) {
    std::vector<std::string> sums;
    for (size_t i = 0; i + 1 < parts.size(); i += 2)
      sums.push_back(fmt::format("(bvadd {} {})", parts[i], parts[i + 1]));
    if (parts.size() % 2 != 0) sums.push_back(parts.back());
    parts = std::move(sums);
  }
  return fmt::format("((_ zero_extend {}) {})", width - digits_needed, parts[0]);
}

void Printer::bit_count(Term t) {
  const std::vector<Term> operands = children(pool_, t);
  const std::string_view name = pool_.name(t);
  const unsigned width = pool_.width(t);
  std::string a = bits(operands[0]);
  if (a.find(' ') != std::string::npos) {  // it is repeated below
    const std::string symbol = fmt::format("n!{}", names_++);
    body_ += fmt::format("(declare-fun {0} () {1})\n(assert (= {0} {2}))\n", symbol, sort_of(width), a);
    a = symbol;
  }
  if (name == "rotl") {  // a count of zero shifts the other half out
    const Term count = pool_.zext(operands[1], width);
    return give(t, fmt::format("(bvor (bvshl {0} {1}) (bvlshr {0} (bvsub {2} {1})))", a, bits(count),
                               digits(APInt(width, width))));
  }
  if (name == "popcount") return give(t, population(a, width));
  std::string all = digits(APInt(width, width));
  for (unsigned i = 0; i < width; ++i) {
    const unsigned bit = name == "clz" ? i : width - 1 - i;
    all = fmt::format("(ite (= ((_ extract {0} {0}) {1}) #b1) {2} {3})", bit, a, digits(APInt(width, width - 1 - i)),
                      all);
  }
  give(t, std::move(all));
}

bool is_bit_count(const Pool& pool, Term apply) {
  if (pool.kind(apply) != Kind::apply) return false;
  const std::string_view name = pool.name(apply);
  return name == "clz" || name == "ctz" || name == "popcount" || name == "rotl";
}

}  // namespace portolan::solve
