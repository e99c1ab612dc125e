#include "emulate/simt/micro.h"

#include "emulate/simt/micro_lanes.h"
#include "ir/concrete_domain.h"
#include "llvm/ADT/ArrayRef.h"

namespace portolan::simt {

using ir::APInt;

APInt value_at(const uint64_t* words, uint32_t width, uint32_t stride) {
  if (width <= 64) return APInt(width, *words);
  if (stride == 1) return APInt(width, llvm::ArrayRef<uint64_t>(words, words_of(width)));
  llvm::SmallVector<uint64_t, 8> together;
  for (uint32_t n = 0; n < words_of(width); ++n) together.push_back(words[n * stride]);
  return APInt(width, together);
}

void put_value(uint64_t* words, const APInt& value, uint32_t stride) {
  for (uint32_t n = 0; n < value.getNumWords(); ++n) words[n * stride] = value.getRawData()[n];
}

const Micro* compute_generally(const Micro& m, Machine& machine) {
  const uint32_t places[] = {m.a, m.b, m.c};
  llvm::SmallVector<APInt, 3> operands;
  for (size_t n = 0; n < m.inst->operands.size(); ++n)
    operands.push_back(
        value_at(machine.words + places[n], machine.function->width(m.inst->operands[n]), machine.stride));
  put_value(machine.words + m.to,
            ir::evaluate_concrete(*machine.function, *m.inst, std::span<const APInt>(operands.data(), operands.size())),
            machine.stride);
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

Handlers pure_handler(const ir::Function& function, const ir::Instruction& inst) {
  if (const Handlers found = float_handler(inst); found.one) return found;
  if (inst.format == ir::FloatFormat::none && inst.to_format == ir::FloatFormat::none)
    if (const Handlers found = integer_handler(function, inst); found.one) return found;
  return {compute_generally, each_lane<compute_generally>};
}

}  // namespace portolan::simt
