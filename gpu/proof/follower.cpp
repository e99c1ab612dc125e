#include "gpu/proof/follower.h"

#include <fmt/format.h>

namespace portolan::proof {

using simt::kPlain;
using simt::Mark;

constexpr size_t kMostTerms = 6'000'000;  // about a gigabyte

Term Follower::term_of(const APInt& value, Mark mark) const {
  return mark == kPlain ? pool_.constant(value) : term_of(mark);
}

Mark Follower::mark_of(Term t, const APInt& value) {
  const APInt* constant = pool_.constant_value(t);
  if (!constant) return mark_of(t);
  contradicted_ |= *constant != value;
  return kPlain;
}

Mark Follower::undefined(uint32_t width) {
  return mark_of(pool_.variable(fmt::format(".undefined.{}.{}", side_, undefined_++), width));
}

Mark Follower::compute(const ir::Function& function, const ir::Instruction& inst, std::span<const APInt> operands,
                       std::span<const Mark> marks, const APInt& result) {
  llvm::SmallVector<Term, 4> terms;
  for (size_t n = 0; n < operands.size(); ++n) terms.push_back(term_of(operands[n], marks[n]));
  const Term made = evaluate(pool_, function, inst, std::span<const Term>(terms.data(), terms.size()));
  return mark_of(quotients_.quotient(inst, made).value_or(made), result);
}

Mark Follower::join(std::span<const APInt> pieces, std::span<const Mark> marks) {
  std::vector<Term> parts;
  uint32_t width = 0;
  for (size_t n = 0; n < pieces.size(); ++n) {
    parts.push_back(term_of(pieces[n], marks[n]));
    width += pieces[n].getBitWidth();
  }
  const Term whole = pool_.join(parts);
  if (!pool_.constant_value(whole)) return mark_of(whole);
  APInt value(width, 0);
  uint32_t low = 0;
  for (const APInt& piece : pieces) {
    value.insertBits(piece, low);
    low += piece.getBitWidth();
  }
  return mark_of(whole, value);
}

// A byte that is a constant is plain: the run has it in memory.
void Follower::split(Mark mark, std::span<Mark> bytes) {
  for (size_t n = 0; n < bytes.size(); ++n) {
    const Term byte = pool_.extract(term_of(mark), static_cast<unsigned>(8 * n), 8);
    bytes[n] = pool_.constant_value(byte) ? kPlain : mark_of(byte);
  }
}

void Follower::touch(const simt::Touch& touch) {
  races_.note(touch);
  using enum ir::RmwKind;
  combined_reals_ |= touch.kind == simt::Touch::modify &&
                     (touch.rmw == fadd || touch.rmw == fadd_flush || touch.rmw == fmin || touch.rmw == fmax);
}

bool Follower::exhausted() const {
  return contradicted_ || races_.found() || pool_.size() > kMostTerms;
}

}  // namespace portolan::proof
