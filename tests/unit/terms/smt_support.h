// SMT-LIB of this test's own: a domain that writes the primitives as text without any rewriting, a printer of terms,
// and z3 asked whether pairs of the two can differ.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "test_support.h"

namespace portolan::terms {

struct Text {
  std::string text;
  unsigned width = 0;
};

inline std::string hole(const std::string& operation, std::initializer_list<std::string> operands) {
  std::string text = "(" + operation;
  for (const std::string& operand : operands) text += " " + operand;
  return text + ")";
}

// What op_semantics.h and the rules need of a domain.
class TextDomain {
 public:
  using Value = Text;
  Text variable(const std::string& name, unsigned width) {
    variables[name] = width;
    return {name, width};
  }
  Text leaf(const Function&, const Instruction&) { return {}; }
  Text unspecified(unsigned width) { return variable("unspecified", width); }
  unsigned width(const Text& v) { return v.width; }
  Text constant(const APInt& v) {
    std::string digits;
    for (unsigned i = v.getBitWidth(); i-- > 0;) digits += v[i] ? '1' : '0';
    return {"#b" + digits, v.getBitWidth()};
  }
  Text constant(unsigned width, uint64_t value) { return constant(APInt(width, value)); }
#define BINARY(name, smt) \
  Text name(const Text& a, const Text& b) { return {hole(smt, {a.text, b.text}), a.width}; }
  // clang-format off
  BINARY(add, "bvadd") BINARY(sub, "bvsub") BINARY(mul, "bvmul") BINARY(udiv, "bvudiv") BINARY(urem, "bvurem")
  BINARY(bit_and, "bvand") BINARY(bit_or, "bvor") BINARY(bit_xor, "bvxor") BINARY(shl, "bvshl") BINARY(lshr, "bvlshr")
  BINARY(ashr, "bvashr")
  // clang-format on
#undef BINARY
          Text bit_not(const Text& a) {
    return {hole("bvnot", {a.text}), a.width};
  }
  // SMT-LIB's quotient by zero is 1 for negative dividends.
  Text sdiv(const Text& a, const Text& b) {
    const std::string by_zero = hole("=", {b.text, constant(b.width, 0).text});
    return {hole("ite", {by_zero, constant(APInt::getAllOnes(b.width)).text, hole("bvsdiv", {a.text, b.text})}),
            a.width};
  }
  Text srem(const Text& a, const Text& b) { return {hole("bvsrem", {a.text, b.text}), a.width}; }
  Text umulh(const Text& a, const Text& b) {
    return extract(mul(zext(a, 2 * a.width), zext(b, 2 * a.width)), a.width, a.width);
  }
  Text bit_of(const std::string& boolean) { return {hole("ite", {boolean, "#b1", "#b0"}), 1}; }
  Text eq(const Text& a, const Text& b) { return bit_of(hole("=", {a.text, b.text})); }
  Text ult(const Text& a, const Text& b) { return bit_of(hole("bvult", {a.text, b.text})); }
  Text slt(const Text& a, const Text& b) { return bit_of(hole("bvslt", {a.text, b.text})); }
  Text extract(const Text& a, unsigned low, unsigned width) {
    return {"((_ extract " + std::to_string(low + width - 1) + " " + std::to_string(low) + ") " + a.text + ")", width};
  }
  Text concat(const Text& high, const Text& low) {
    return {hole("concat", {high.text, low.text}), high.width + low.width};
  }
  Text zext(const Text& a, unsigned width) { return extended("zero_extend", a, width); }
  Text sext(const Text& a, unsigned width) { return extended("sign_extend", a, width); }
  Text select(const Text& bit, const Text& one, const Text& zero) {
    return {hole("ite", {hole("=", {bit.text, "#b1"}), one.text, zero.text}), one.width};
  }
  Text floating(const Instruction&, unsigned width, std::span<const Text>) { return variable("floating", width); }

  std::map<std::string, unsigned> variables;

 private:
  Text extended(const char* how, const Text& a, unsigned width) {
    return {"((_ " + std::string(how) + " " + std::to_string(width - a.width) + ") " + a.text + ")", width};
  }
};
static_assert(ir::Domain<TextDomain>);

// A term as SMT-LIB text over its variables, by names for shared nodes.
Text print_smt(const Pool& pool, Term t, TextDomain& domain, std::string& definitions, unsigned& next);

// Questions whether two texts can differ, all in one process of z3.
class Questions {
 public:
  void ask(std::string name, const TextDomain& domain, const std::string& definitions, const Text& a, const Text& b);
  // Names of those that z3 did not answer with unsat; nothing if there is no z3.
  std::optional<std::vector<std::string>> refuted() const;
  size_t size() const { return names_.size(); }

 private:
  std::vector<std::string> names_;
  std::string script_;
};

}  // namespace portolan::terms
