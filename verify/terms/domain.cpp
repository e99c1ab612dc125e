#include "verify/terms/domain.h"

#include <fmt/format.h>

#include <algorithm>

#include "ir/concrete_domain.h"
#include "ir/op_semantics.h"

namespace portolan::terms {

static_assert(ir::Domain<TermDomain> && ir::HasKnown<TermDomain> && ir::HasJoin<TermDomain>);

namespace {

constexpr ir::FloatFormat kFormats[] = {ir::FloatFormat::none, ir::FloatFormat::f16, ir::FloatFormat::bf16,
                                        ir::FloatFormat::f32, ir::FloatFormat::f64};
constexpr ir::Rounding kRoundings[] = {ir::Rounding::nearest_even, ir::Rounding::toward_zero, ir::Rounding::down,
                                       ir::Rounding::up, ir::Rounding::nearest_away};

// Conversions that lose nothing don't depend on the rounding.
bool exact(const ir::Instruction& inst, unsigned operand_width) {
  const unsigned precision = ir::fraction_bits(inst.to_format) + 1;
  switch (inst.op) {
    case ir::Op::fconvert:
      return inst.format == inst.to_format || inst.to_format == ir::FloatFormat::f64 ||
             (inst.to_format == ir::FloatFormat::f32 && inst.format != ir::FloatFormat::f64);
    case ir::Op::sint_to_f:
    case ir::Op::uint_to_f:
      return inst.to_format != ir::FloatFormat::f16 && operand_width <= precision;
    default:
      return false;
  }
}

std::string name_of(const ir::Instruction& inst, unsigned operand_width) {
  const ir::Rounding rounding = exact(inst, operand_width) ? ir::Rounding::nearest_even : inst.rounding;
  return fmt::format("{}.{}.{}.{}", ir::info(inst.op).name, ir::to_string(inst.format), ir::to_string(inst.to_format),
                     ir::to_string(rounding));
}

std::string_view next_word(std::string_view& text) {
  const size_t dot = std::min(text.find('.'), text.size());
  const std::string_view word = text.substr(0, dot);
  text.remove_prefix(std::min(dot + 1, text.size()));
  return word;
}

template <class Enum, size_t n>
std::optional<Enum> named(const Enum (&values)[n], std::string_view word) {
  for (Enum value : values)
    if (ir::to_string(value) == word) return value;
  return std::nullopt;
}

}  // namespace

APInt evaluate_floating(const ir::Instruction& inst, unsigned width, std::span<const APInt> operands) {
  if (ir::info(inst.op).shape != ir::Shape::Compare) return ir::ConcreteDomain().floating(inst, width, operands);
  ir::Instruction comparison = inst;
  comparison.width = 1;
  return ir::evaluate_concrete(ir::Function(), comparison, operands);
}

namespace {

Term apply_floating(Pool& pool, std::string_view name, const ir::Instruction& inst, unsigned width,
                    std::span<const Term> operands) {
  std::vector<Term> sorted(operands.begin(), operands.end());
  const bool commutes = ir::info(inst.op).commutative || inst.op == ir::Op::fma;
  if (commutes && sorted[1] < sorted[0]) std::swap(sorted[0], sorted[1]);
  std::vector<APInt> values;
  for (Term t : sorted)
    if (const APInt* value = pool.constant_value(t)) values.push_back(*value);
  if (values.size() == sorted.size()) return pool.constant(evaluate_floating(inst, width, values));
  if (inst.op == ir::Op::flt && sorted[0] == sorted[1]) return pool.bit(false);
  return pool.apply(name, width, sorted);
}

}  // namespace

Term TermDomain::leaf(const ir::Function&, const ir::Instruction& inst) {
  return pool_.variable(fmt::format(".{}.{}.{}.{}", ir::info(inst.op).name, inst.index, inst.offset, inst.width),
                        inst.width);
}

Term TermDomain::unspecified(unsigned width) {
  return pool_.variable(fmt::format(".unspecified.{}", width), width);
}

// Comparisons of floating-point numbers stay what they are: sets of less, equal, greater and unordered.
std::optional<Term> TermDomain::native(const ir::Function&, const ir::Instruction& inst,
                                       std::span<const Term> operands) {
  if (ir::info(inst.op).shape != ir::Shape::Compare || inst.format == ir::FloatFormat::none) return std::nullopt;
  const unsigned lane = ir::bits(inst.format);
  auto compare = [&](ir::Op op, Term a, Term b) {
    ir::Instruction one;
    one.op = op;
    one.format = inst.format;
    const Term pair[] = {a, b};
    return floating(one, 1, pair);
  };
  std::vector<Term> bits;
  for (unsigned i = 0; i < inst.lanes; ++i) {
    const Term a = pool_.extract(operands[0], i * lane, lane), b = pool_.extract(operands[1], i * lane, lane);
    bits.push_back(inst.op == ir::Op::fle ? pool_.bit_or(compare(ir::Op::flt, a, b), compare(ir::Op::feq, a, b))
                                          : compare(inst.op, a, b));
  }
  return pool_.join(bits);
}

std::optional<bool> TermDomain::known(Term bit) {
  const APInt* value = pool_.constant_value(bit);
  return value ? std::optional(value->getBoolValue()) : std::nullopt;
}

Term TermDomain::floating(const ir::Instruction& inst, unsigned result_width, std::span<const Term> operands) {
  const std::string name = name_of(inst, pool_.width(operands[0]));
  return apply_floating(pool_, name, *floating_instruction(name), result_width, operands);
}

std::optional<ir::Instruction> floating_instruction(std::string_view name) {
  ir::Instruction inst;
  const std::optional<ir::Op> op = ir::op_from_name(next_word(name));
  const auto format = named(kFormats, next_word(name)), to_format = named(kFormats, next_word(name));
  const auto rounding = named(kRoundings, next_word(name));
  if (!op || !format || !to_format || !rounding) return std::nullopt;
  inst.op = *op;
  inst.format = *format;
  inst.to_format = *to_format;
  inst.rounding = *rounding;
  return inst;
}

Term apply_again(Pool& pool, std::string_view function, unsigned width, std::span<const Term> arguments) {
  if (function == "clz") return pool.clz(arguments[0]);
  if (function == "ctz") return pool.ctz(arguments[0]);
  if (function == "popcount") return pool.popcount(arguments[0]);
  if (function == "rotl") return pool.rotl(arguments[0], arguments[1]);
  if (const auto inst = floating_instruction(function)) return apply_floating(pool, function, *inst, width, arguments);
  return pool.apply(function, width, arguments);
}

Term evaluate_terms(Pool& pool, const ir::Function& function, const ir::Instruction& inst,
                    std::span<const Term> operands) {
  TermDomain domain(pool);
  return ir::evaluate(domain, function, inst, operands);
}

}  // namespace portolan::terms
