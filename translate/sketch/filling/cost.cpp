#include "translate/sketch/filling/cost.h"

#include <algorithm>

#include "frontends/asm/mc_target.h"
#include "frontends/asm/text_reader.h"
#include "llvm/MC/MCSchedule.h"

namespace portolan::sketch::filling {
namespace {

constexpr uint32_t kInstruction = 1000;  // more than any latency

uint32_t cost_of(const assembly::McTarget& target, const llvm::MCInst& inst) {
  const llvm::MCSubtargetInfo& subtarget = target.subtarget();
  const llvm::MCSchedModel& model = subtarget.getSchedModel();
  if (!model.hasInstrSchedModel()) return kInstruction;
  // What varies with the operands counts like the simplest.
  const llvm::MCSchedClassDesc* description =
      model.getSchedClassDesc(target.instructions().get(inst.getOpcode()).getSchedClass());
  if (!description->isValid() || description->isVariant()) return kInstruction + 1;
  const int latency = llvm::MCSchedModel::computeInstrLatency(subtarget, *description);
  return kInstruction + static_cast<uint32_t>(std::clamp(latency, 0, 900));
}

}  // namespace

std::vector<Cost> costs_of(const Sketch& sketch, std::span<const std::string> texts) {
  std::string all;
  std::vector<size_t> text_of_line = {0};  // lines count from 1
  for (size_t n = 0; n < texts.size(); ++n) {
    all += texts[n] + '\n';
    text_of_line.resize(text_of_line.size() + 1 + std::count(texts[n].begin(), texts[n].end(), '\n'), n);
  }
  for (const Label& label : labels_of(sketch)) all += label.name + ":\n";
  const assembly::Unit unit = assembly::read_text(all, "cost", sketch.isa);
  const assembly::McTarget& target = assembly::McTarget::get(sketch.isa);
  std::vector<Cost> costs(texts.size());
  for (const assembly::Section& section : unit.sections)
    for (const assembly::Instruction& i : section.instructions)
      if (i.line < text_of_line.size() && i.inst.getOpcode() != assembly::kUnreadOpcode)
        costs[text_of_line[i.line]].total += cost_of(target, i.inst), ++costs[text_of_line[i.line]].instructions;
  return costs;
}

}  // namespace portolan::sketch::filling
