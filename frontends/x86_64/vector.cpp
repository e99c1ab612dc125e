#include "frontends/x86_64/vector.h"

#include <cctype>

namespace portolan::x86_64 {
namespace {

// Up to the operands' letters.
std::string_view capitals(const Insn& x) {
  size_t end = 0;
  while (end < x.name.size() && !std::islower(static_cast<unsigned char>(x.name[end]))) ++end;
  return x.name.substr(0, end);
}

}  // namespace

std::string_view stem(const Insn& x) {
  std::string_view name = capitals(x);
  if (!x.vex) return name;
  name.remove_prefix(1);
  if (name.ends_with('Y')) name.remove_suffix(1);
  return name;
}

unsigned vector_bits(const Insn& x) {
  return x.vex && capitals(x).ends_with('Y') ? 256 : 128;
}

unsigned element_bits(const Insn& x) {
  switch (stem(x).back()) {
    case 'B':
      return 8;
    case 'W':
      return 16;
    case 'D':
      return 32;
    default:
      return 64;
  }
}

FloatForm float_form(const Insn& x) {
  std::string_view name = stem(x);
  bool is_double = name.ends_with('D'), scalar = name.size() > 1 && name[name.size() - 2] == 'S';
  unsigned bits = is_double ? 64 : 32, total = scalar ? bits : vector_bits(x);
  return {is_double ? ir::FloatFormat::f64 : ir::FloatFormat::f32, bits, scalar, total,
          static_cast<uint16_t>(total / bits)};
}

ir::FloatMode float_mode(ir::FloatFormat format, ir::Rounding rounding) {
  return {format, ir::NanRule::x86, rounding};
}

ValueId read_source(Insn& x, const Operand& operand, unsigned bits) {
  return x.read_vector(operand, bits, !x.vex && bits == 128 ? 16 : 1);
}

void write_low_element(Insn& x, ValueId element) {
  x.write_vector(x[0], x.b.insert(x.read_vector(x.first(), 128), element, 0));
}

void write_result(Insn& x, const FloatForm& form, ValueId result) {
  if (form.scalar)
    write_low_element(x, result);
  else
    x.write_vector(x[0], result);
}

ValueId shuffle_chunks(ir::Builder& b, ValueId a, ValueId c, unsigned bits, const std::vector<int>& mask) {
  int lanes = static_cast<int>(b.width(a) / bits), in_chunk = static_cast<int>(128 / bits);
  std::vector<int> whole;
  for (int chunk = 0; chunk < lanes; chunk += in_chunk)
    for (int i : mask) whole.push_back(i < in_chunk ? chunk + i : lanes + chunk + i - in_chunk);
  return b.shuffle(a, c, static_cast<uint16_t>(lanes), std::move(whole));
}

ValueId splat_constant(ir::Builder& b, unsigned total, unsigned bits, uint64_t value) {
  return b.constant(llvm::APInt::getSplat(total, llvm::APInt(bits, value)));
}

}  // namespace portolan::x86_64
