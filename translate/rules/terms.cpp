#include "translate/rules/terms.h"

#include <fmt/format.h>

#include "verify/terms/domain.h"

namespace portolan::rules {
namespace {

std::vector<Term> operands_of(const std::vector<Term>& values, const ir::Instruction& i) {
  std::vector<Term> operands;
  for (ir::ValueId v : i.operands) operands.push_back(values[v]);
  return operands;
}

}  // namespace

std::vector<Term> run_pattern(terms::Pool& pool, const ir::Function& f, const std::vector<Term>& arguments) {
  const ir::Block& block = f.blocks[0];
  std::vector<Term> values(f.values.size());
  for (size_t n = 0; n < arguments.size(); ++n) values[block.parameters[n]] = arguments[n];
  for (ir::ValueId v : block.instructions) values[v] = terms::evaluate_terms(pool, f, f[v], operands_of(values, f[v]));
  std::vector<Term> given;
  for (ir::ValueId v : block.terminator.operands) given.push_back(values[v]);
  return given;
}

std::optional<std::string> run_machine(terms::Pool& pool, const ir::Function& f, std::vector<Term>& slots) {
  std::vector<Term> values(f.values.size());
  unsigned undefined = 0;
  ir::BlockId at = 0;
  for (size_t visited = 0; visited < f.blocks.size(); ++visited) {
    for (ir::ValueId v : f.blocks[at].instructions) {
      const ir::Instruction& i = f[v];
      switch (info(i.op).effects) {
        case ir::Effects::Pure:
          if (i.op == ir::Op::symbol_address || i.op == ir::Op::thread_pointer) return "it uses an address";
          values[v] = terms::evaluate_terms(pool, f, i, operands_of(values, i));
          break;
        case ir::Effects::Undef:
          values[v] = pool.variable(fmt::format("undefined{}:{}", undefined++, i.width), i.width);
          break;
        case ir::Effects::State:
          if (i.op == ir::Op::get_slot)
            values[v] = slots[i.index];
          else
            slots[i.index] = values[i.operands[0]];
          break;
        default:
          return fmt::format("it does more than compute ('{}')", info(i.op).name);
      }
    }
    // Lifting begins a block of its own at the entry.
    const ir::Terminator& end = f.blocks[at].terminator;
    if (end.op == ir::Op::ret) return std::nullopt;
    if (end.op != ir::Op::jump) break;
    at = end.edges[0].target;
  }
  return "it branches";
}

}  // namespace portolan::rules
