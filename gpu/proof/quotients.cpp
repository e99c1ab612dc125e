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

std::optional<Term> Quotients::quotient(const ir::Instruction& inst, Term made) {
  if (!ends_.contains(&inst)) return std::nullopt;
  const auto [known, is_new] = known_.try_emplace(made);
  if (!is_new) return known->second;
  // V_DIV_SCALE looks at the quotient itself, up to its sign: there both operands are found.
  constexpr size_t kMostTerms = 3000;
  const Term sign = pool_.constant(APInt::getSignMask(32));
  std::vector<Term> open = {made};
  std::unordered_set<uint32_t> seen = {made.id};
  for (size_t n = 0; n < open.size() && n < kMostTerms; ++n) {
    const std::span<const Term> span = pool_.operands(open[n]);
    const std::vector<Term> operands(span.begin(), span.end());
    const auto function =
        pool_.kind(open[n]) == Kind::apply ? terms::floating_instruction(pool_.name(open[n])) : std::nullopt;
    if (function && function->op == Op::fdiv && function->format == FloatFormat::f32 && operands.size() == 2) {
      for (unsigned signs = 0; signs < 4; ++signs) {
        const Term numerator = signs & 1 ? pool_.bit_xor(operands[0], sign) : operands[0];
        const Term denominator = signs & 2 ? pool_.bit_xor(operands[1], sign) : operands[1];
        if (!(carried_out(numerator, denominator) == made)) continue;
        used_ = true;
        ir::Instruction division;
        division.op = Op::fdiv, division.format = FloatFormat::f32, division.width = 32;
        const Term both[] = {numerator, denominator};
        return known_[made] = evaluate(pool_, sequence_, division, both);
      }
    }
    for (Term t : operands)
      if (seen.insert(t.id).second) open.push_back(t);
  }
  return std::nullopt;
}

}  // namespace portolan::proof
