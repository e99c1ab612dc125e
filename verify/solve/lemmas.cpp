#include "verify/solve/lemmas.h"

#include <fmt/format.h>

#include "llvm/ADT/SmallString.h"

namespace portolan::solve {

using llvm::APInt;
using terms::Kind;

APInt true_value(Kind kind, const APInt& a, const APInt& b) {
  const unsigned width = a.getBitWidth();
  const bool overflow = a.isMinSignedValue() && b.isAllOnes();
  switch (kind) {
    case Kind::mul:
      return a * b;
    case Kind::umulh:
      return (a.zext(2 * width) * b.zext(2 * width)).extractBits(width, width);
    case Kind::smulh:
      return (a.sext(2 * width) * b.sext(2 * width)).extractBits(width, width);
    case Kind::udiv:
      return b.isZero() ? APInt::getAllOnes(width) : a.udiv(b);
    case Kind::urem:
      return b.isZero() ? a : a.urem(b);
    case Kind::sdiv:
      return b.isZero() ? APInt::getAllOnes(width) : overflow ? a : a.sdiv(b);
    case Kind::srem:
      return b.isZero() ? a : overflow ? APInt(width, 0) : a.srem(b);
    default:
      assert(false && "no product");
      return a;
  }
}

namespace {

class Writer {
 public:
  explicit Writer(const Question::Abstracted& application) : f_(application) {}

  // The binary form: any width.
  std::string bits(const APInt& value) const {
    llvm::SmallString<64> text;
    value.toStringUnsigned(text, 2);
    return "#b" + std::string(f_.width - text.size(), '0') + std::string(text.str());
  }
  std::string bits(uint64_t value) const { return bits(APInt(f_.width, value)); }

  void if_equal(const std::string& operand, const APInt& value, const std::string& result) {
    say(fmt::format("(= {} {})", operand, bits(value)), fmt::format("(= {} {})", f_.result, result));
  }
  void say(const std::string& condition, const std::string& conclusion) {
    text += fmt::format("(assert (=> {} {}))\n", condition, conclusion);
  }

  void multiplication(const APInt& a, const APInt& b) {
    const bool low = f_.kind == Kind::mul;
    for (const auto& [one, value, other] : {std::tuple(f_.a, a, f_.b), std::tuple(f_.b, b, f_.a)}) {
      if (value.isZero()) if_equal(one, value, bits(0));
      if (low && value.isAllOnes()) if_equal(one, value, fmt::format("(bvneg {})", other));
      if (!value.isPowerOf2() || (f_.kind == Kind::smulh && value.isNegative())) continue;
      const unsigned shift = value.logBase2();
      // The high half of x * 2^n is x >> (width - n): for n = 0 all bits leave.
      const char* function = low ? "bvshl" : f_.kind == Kind::umulh ? "bvlshr" : "bvashr";
      if_equal(one, value,
               fmt::format("({} {} {})", function, other, bits(APInt(f_.width, low ? shift : f_.width - shift))));
    }
    if (low)
      text += fmt::format("(assert (= ((_ extract 0 0) {}) (bvand ((_ extract 0 0) {}) ((_ extract 0 0) {}))))\n",
                          f_.result, f_.a, f_.b);
    if (f_.kind == Kind::umulh) {
      say(fmt::format("(not (= {} {}))", f_.a, bits(0)), fmt::format("(bvult {} {})", f_.result, f_.a));
      say(fmt::format("(not (= {} {}))", f_.b, bits(0)), fmt::format("(bvult {} {})", f_.result, f_.b));
    }
  }

  void unsigned_division(const APInt& b) {
    const bool quotient = f_.kind == Kind::udiv;
    if_equal(f_.b, APInt(f_.width, 0), quotient ? bits(APInt::getAllOnes(f_.width)) : f_.a);
    say(fmt::format("(bvult {} {})", f_.a, f_.b), fmt::format("(= {} {})", f_.result, quotient ? bits(0) : f_.a));
    if (quotient)
      say(fmt::format("(not (= {} {}))", f_.b, bits(0)), fmt::format("(bvule {} {})", f_.result, f_.a));
    else
      say(fmt::format("(not (= {} {}))", f_.b, bits(0)), fmt::format("(bvult {} {})", f_.result, f_.b));
    if (!b.isPowerOf2()) return;
    if (quotient)
      if_equal(f_.b, b, fmt::format("(bvlshr {} {})", f_.a, bits(b.logBase2())));
    else
      if_equal(f_.b, b, fmt::format("(bvand {} {})", f_.a, bits(b - 1)));
  }

  void signed_division() {
    const bool quotient = f_.kind == Kind::sdiv;
    if_equal(f_.b, APInt(f_.width, 0), quotient ? bits(APInt::getAllOnes(f_.width)) : f_.a);
    if_equal(f_.b, APInt::getAllOnes(f_.width), quotient ? fmt::format("(bvneg {})", f_.a) : bits(0));
    if (f_.width > 1) if_equal(f_.b, APInt(f_.width, 1), quotient ? f_.a : bits(0));
  }

  std::string text;

 private:
  const Question::Abstracted& f_;
};

}  // namespace

std::string lemmas_against(const Question::Abstracted& application, const APInt& a, const APInt& b) {
  Writer writer(application);
  switch (application.kind) {
    case Kind::mul:
    case Kind::umulh:
    case Kind::smulh:
      writer.multiplication(a, b);
      break;
    case Kind::udiv:
    case Kind::urem:
      writer.unsigned_division(b);
      break;
    default:
      writer.signed_division();
      break;
  }
  writer.say(fmt::format("(and (= {} {}) (= {} {}))", application.a, writer.bits(a), application.b, writer.bits(b)),
             fmt::format("(= {} {})", application.result, writer.bits(true_value(application.kind, a, b))));
  return writer.text;
}

}  // namespace portolan::solve
