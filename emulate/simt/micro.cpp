#include "emulate/simt/micro.h"

#include "ir/concrete_domain.h"
#include "llvm/ADT/ArrayRef.h"

namespace portolan::simt {

using ir::APInt;

APInt value_at(const uint64_t* words, uint32_t width) {
  if (width <= 64) return APInt(width, *words);
  return APInt(width, llvm::ArrayRef<uint64_t>(words, words_of(width)));
}

void put_value(uint64_t* words, const APInt& value) {
  std::copy_n(value.getRawData(), value.getNumWords(), words);
}

const Micro* compute_generally(const Micro& m, Machine& machine) {
  const uint32_t places[] = {m.a, m.b, m.c};
  llvm::SmallVector<APInt, 3> operands;
  for (size_t n = 0; n < m.inst->operands.size(); ++n)
    operands.push_back(value_at(machine.words + places[n], machine.function->width(m.inst->operands[n])));
  put_value(machine.words + m.to, ir::evaluate_concrete(*machine.function, *m.inst,
                                                        std::span<const APInt>(operands.data(), operands.size())));
  return &m + 1;
}

Micro describe(const ir::Function& function, const ir::Instruction& inst) {
  Micro m;
  m.inst = &inst;
  m.mask = mask_of_width(inst.width);
  m.width = static_cast<uint16_t>(inst.width);
  if (!inst.operands.empty()) m.from = static_cast<uint16_t>(function.width(inst.operands[0]));
  if (inst.op == ir::Op::extract) m.low = inst.index;
  if (inst.op == ir::Op::concat || inst.op == ir::Op::store) m.low = function.width(inst.operands[1]);
  return m;
}

Handler pure_handler(const ir::Function& function, const ir::Instruction& inst) {
  if (const Handler found = float_handler(inst)) return found;
  if (inst.format == ir::FloatFormat::none && inst.to_format == ir::FloatFormat::none)
    if (const Handler found = integer_handler(function, inst)) return found;
  return compute_generally;
}

}  // namespace portolan::simt
