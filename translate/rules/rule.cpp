#include "translate/rules/rule.h"

#include "ir/interpreter.h"

namespace portolan::rules {
namespace {

// Requirements only compute.
class Nowhere : public ir::Environment {
 public:
  bool read(uint64_t, std::span<uint8_t>) override { return false; }
  bool write(uint64_t, std::span<const uint8_t>) override { return false; }
};

}  // namespace

size_t Instance::size() const {
  size_t count = 0;
  for (ir::ValueId v : pattern.blocks[0].instructions) count += pattern[v].op != ir::Op::constant;
  return count;
}

const TemplateRegister* find_register(const Template& t, std::string_view name) {
  for (const auto* list : {&t.inputs, &t.outputs, &t.constants, &t.temporaries})
    for (const TemplateRegister& r : *list)
      if (r.name == name) return &r;
  return nullptr;
}

bool allowed(const Instance& rule, const std::vector<ir::APInt>& immediates) {
  for (const ir::APInt& value : immediates)
    if (value.uge(kMostImmediates)) return false;
  if (!rule.requirement) return true;
  Nowhere nowhere;
  ir::Start start;
  start.arguments = immediates;
  const ir::Outcome outcome = ir::Interpreter(*rule.requirement).run(nowhere, start);
  return outcome.ending == ir::Ending::returned && outcome.result.isOne();
}

std::vector<std::vector<ir::APInt>> immediate_values(const Instance& rule) {
  std::vector<std::vector<ir::APInt>> all{{}};
  for (const Operand& operand : rule.operands) {
    if (!operand.immediate) continue;
    const uint64_t count = operand.width >= 8 ? kMostImmediates : uint64_t{1} << operand.width;
    std::vector<std::vector<ir::APInt>> grown;
    for (const auto& values : all)
      for (uint64_t n = 0; n < count && grown.size() <= kMostImmediates * kMostImmediates; ++n) {
        grown.push_back(values);
        grown.back().emplace_back(operand.width, n);
      }
    all = std::move(grown);
  }
  std::erase_if(all, [&](const auto& values) { return !allowed(rule, values); });
  return all;
}

}  // namespace portolan::rules
