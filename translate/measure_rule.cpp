#include "translate/measure_rule.h"

#include "ir/builder.h"
#include "translate/cost/weight.h"
#include "translate/llvm/codegen.h"
#include "translate/llvm/emit.h"
#include "translate/llvm/rule_call.h"
#include "translate/raise/raise.h"

namespace portolan::translate {
namespace {

using ir::ValueId;

constexpr const char* kName = "measured";

uint32_t whole_bytes(uint32_t width) {
  uint32_t bytes = 8;
  while (bytes < width) bytes *= 2;
  return bytes;
}

// The pattern between loads and stores, and the match that it is.
class Harness {
 public:
  Harness(const rules::Instance& rule, size_t target) : rule_(rule) {
    match_.target = target;
    raised_.functions.emplace_back();
    raised_.functions[0].name = kName;
    raised_.functions[0].ok = true;
    build(raised_.functions[0].function);
  }
  const raise::RaisedUnit& raised() const { return raised_; }
  rules::Plan plan() const;

 private:
  void build(ir::Function& f);

  const rules::Instance& rule_;
  raise::RaisedUnit raised_;
  rules::Match match_;
};

void Harness::build(ir::Function& f) {
  const ir::Function& p = rule_.pattern;
  const ir::BlockId block = f.add_block("entry");
  raise::Signature signature;
  auto pointer = [&] {
    signature.parameters.emplace_back();
    return f.add_parameter(block, 64);
  };
  const std::vector<ir::APInt> immediates = rules::immediate_values(rule_)[0];
  match_.immediates = immediates;
  std::vector<ValueId> pointers, places, values(p.values.size(), ir::kNoValue);
  for (const rules::Operand& operand : rule_.operands) pointers.push_back(operand.immediate ? ir::kNoValue : pointer());
  const auto& given = p.blocks[0].terminator.operands;
  for (size_t n = 0; n < given.size(); ++n) places.push_back(pointer());
  ir::Builder b(f, block);
  size_t next = 0;
  for (size_t n = 0; n < rule_.operands.size(); ++n) {
    const uint32_t width = rule_.operands[n].width;
    const ValueId v = rule_.operands[n].immediate ? b.constant(immediates[next++])
                                                  : b.zext_or_truncate(b.load(pointers[n], whole_bytes(width)), width);
    values[p.blocks[0].parameters[n]] = v;
    match_.operands.push_back(v);
  }
  for (ValueId v : p.blocks[0].instructions) {
    if (const ir::APInt* constant = p.constant(v)) {
      values[v] = b.constant(*constant);
      continue;
    }
    ir::Instruction i = p[v];
    for (ValueId& operand : i.operands) operand = values[operand];
    if (i.op == ir::Op::shuffle) {
      f.masks.push_back(p.masks[i.index]);
      i.index = static_cast<uint32_t>(f.masks.size() - 1);
    }
    i.block = block;
    values[v] = f.append(block, std::move(i));
    if (std::find(given.begin(), given.end(), v) == given.end()) match_.inside.push_back(values[v]);
  }
  for (size_t n = 0; n < given.size(); ++n) {
    match_.outputs.push_back(values[given[n]]);
    const uint32_t width = p.width(given[n]);
    b.store(places[n], width % 8 == 0 && whole_bytes(width) == width ? values[given[n]]
                                                                     : b.zext(values[given[n]], whole_bytes(width)));
  }
  f.blocks[block].terminator.op = ir::Op::ret;
  raised_.signatures.push_back(std::move(signature));
}

rules::Plan Harness::plan() const {
  rules::Plan plan;
  plan.skipped.assign(raised_.functions[0].function.values.size(), false);
  for (ValueId v : match_.inside) plan.skipped[v] = true;
  ValueId last = match_.outputs[0];
  for (ValueId v : match_.outputs) {
    plan.skipped[v] = true;
    last = std::max(last, v);
  }
  plan.at[last] = 0;
  plan.matches.push_back(match_);
  return plan;
}

Expected<uint32_t> instructions(const Harness& harness, Isa target, const llvm_proposer::RulePlans& rules) {
  auto machine = llvm_proposer::make_target_machine(target);
  if (!machine) return machine.error();
  llvm::LLVMContext context;
  assembly::Unit unit;
  unit.file = kName;
  auto module = llvm_proposer::emit_module(context, unit, harness.raised(), **machine, target, &rules);
  const std::string text = llvm_proposer::generate_assembly(*module, **machine, unit.isa, target);
  return cost::weigh(text, {kName})[kName].instructions;
}

}  // namespace

std::optional<uint32_t> llvm_instructions(const rules::Instance& rule, Isa target) {
  const Harness harness(rule, 0);
  const auto all = instructions(harness, target, {});
  const auto around = static_cast<uint32_t>(rule.operands.size() + rule.outputs.size()) + 1;
  return all && *all > around ? std::optional(*all - around) : std::nullopt;
}

Expected<RuleWorth> measure_rule(const rules::Instance& rule, size_t target) {
  const rules::Template& t = rule.templates[target];
  if (!t.features.empty()) return error_at(t.location, "needs features that code is not generated for");
  const Harness harness(rule, target);
  const rules::Library library(rules::Book{{rule}, {}}, rules::ProofStore(""));
  llvm_proposer::RulePlans plans{&library, {}};
  plans.plans.emplace(&harness.raised().functions[0].function, harness.plan());
  auto with = instructions(harness, t.isa, plans), without = instructions(harness, t.isa, {});
  if (!with || !without) return (with ? without : with).error();
  return RuleWorth{*without, *with};
}

}  // namespace portolan::translate
