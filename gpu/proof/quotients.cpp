#include "gpu/proof/quotients.h"

#include <algorithm>

#include "frontends/amdgcn/divide.h"

namespace portolan::proof {

using ir::FloatFormat;
using ir::Op;
using terms::Kind;

Quotients::Quotients(Pool& pool) : pool_(pool), sequence_(amdgcn::quotient_sequence(FloatFormat::f32)) {}

// The last choice of V_DIV_FIXUP, which is its whole result: a NaN of the numerator's made quiet, or what all the
// others gave.
void Quotients::know(const ir::Function& code) {
  for (const ir::Block& block : code.blocks)
    for (ir::ValueId v : block.instructions) {
      const ir::Instruction& inst = code[v];
      if (inst.op != Op::select || inst.width != 32) continue;
      const ir::Instruction &bit = code[inst.operands[0]], &otherwise = code[inst.operands[2]];
      if (bit.op == Op::funordered && bit.line == inst.line && otherwise.op == Op::select &&
          otherwise.line == inst.line)
        ends_.insert(&inst);
    }
}

Term Quotients::carried_out(Term numerator, Term denominator) {
  const ir::Function& f = sequence_;
  std::vector<Term> values(f.values.size());
  values[f.blocks[0].parameters[0]] = numerator;
  values[f.blocks[0].parameters[1]] = denominator;
  for (ir::ValueId v : f.blocks[0].instructions) {
    std::vector<Term> operands;
    for (ir::ValueId operand : f[v].operands) operands.push_back(values[operand]);
    values[v] = f[v].op == Op::constant ? pool_.constant(f.constants[f[v].index]) : evaluate(pool_, f, f[v], operands);
  }
  return values[f.blocks[0].terminator.operands[0]];
}

std::optional<Term> Quotients::divided(Term above, Term below, Term made) {
  const Term sign = pool_.constant(APInt::getSignMask(32));
  for (unsigned signs = 0; signs < 4; ++signs) {
    const Term numerator = signs & 1 ? pool_.bit_xor(above, sign) : above;
    const Term denominator = signs & 2 ? pool_.bit_xor(below, sign) : below;
    if (!(carried_out(numerator, denominator) == made)) continue;
    used_ = true;
    const APInt* known = pool_.constant_value(denominator);
    constexpr uint32_t kTooLarge = 0x7e800000;  // 2^126
    maybe_large_ |= !known || (known->getZExtValue() & 0x7fffffff) >= kTooLarge;
    ir::Instruction division;
    division.op = Op::fdiv, division.format = FloatFormat::f32, division.width = 32;
    const Term both[] = {numerator, denominator};
    return evaluate(pool_, sequence_, division, both);
  }
  return std::nullopt;
}

std::optional<Term> Quotients::quotient(const ir::Instruction& inst, Term made) {
  if (!ends_.contains(&inst)) return std::nullopt;
  const auto [known, is_new] = known_.try_emplace(made);
  if (!is_new) return known->second;
  // V_DIV_SCALE looks at the quotient itself, up to its sign: there both operands are found.
  constexpr size_t kMostTerms = 3000;
  std::vector<Term> open = {made};
  std::unordered_set<uint32_t> seen = {made.id};
  for (size_t n = 0; n < open.size() && n < kMostTerms; ++n) {
    const std::span<const Term> span = pool_.operands(open[n]);
    const std::vector<Term> operands(span.begin(), span.end());
    for (Term t : operands)
      if (seen.insert(t.id).second) open.push_back(t);
  }
  // The quotient is that of numbers; the sequence may have been given choices between them and a NaN.
  auto given = [&](Term number) {
    std::vector<Term> all = {number};
    for (Term t : open)
      if (const auto choice = chosen_nan(pool_, t, FloatFormat::f32); choice && choice->otherwise == number)
        all.push_back(t);
    return all;
  };
  for (const Term t : open) {
    const auto function = pool_.kind(t) == Kind::apply ? terms::floating_instruction(pool_.name(t)) : std::nullopt;
    if (!function || function->op != Op::fdiv || function->format != FloatFormat::f32) continue;
    for (Term above : given(pool_.operands(t)[0]))
      for (Term below : given(pool_.operands(t)[1]))
        if (const auto found = divided(above, below, made)) return known_[made] = found;
  }
  return std::nullopt;
}

}  // namespace portolan::proof
