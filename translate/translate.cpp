#include "translate/translate.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "frontends/lifters.h"
#include "translate/abi/prototypes.h"
#include "translate/boundary.h"
#include "translate/cost/weight.h"
#include "translate/data.h"
#include "translate/llvm/codegen.h"
#include "translate/llvm/emit.h"
#include "translate/llvm/rule_call.h"
#include "translate/raise/raise.h"
#include "translate/rules/match.h"

namespace portolan::translate {
namespace {

// Instructions under each label of the generated text.
std::map<std::string, uint32_t> count_instructions(std::string_view text) {
  std::map<std::string, uint32_t> counts;
  std::string function;
  while (!text.empty()) {
    size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty()) continue;
    size_t colon = line.find(':');
    if (line[0] != '\t' && line[0] != '.' && line[0] != '#' && colon != std::string_view::npos) {
      function = line.substr(0, colon);
      if (function.size() > 1 && function.front() == '"') function = function.substr(1, function.size() - 2);
    } else if (line[0] == '\t' && line.size() > 1 && line[1] != '.' && line[1] != '#' && line[1] != '/') {
      ++counts[function];
    }
  }
  return counts;
}

std::vector<assembly::SymbolId> entries(const assembly::CodeIndex& index, const TranslateOptions& options) {
  const assembly::Unit& unit = index.unit();
  std::vector<assembly::SymbolId> chosen;
  for (assembly::SymbolId id : unit.functions()) {
    auto place = index.place_of(id, 0);
    if (place && index.function_entries().at(*place) != id) continue;  // another name of a function that is there
    if (options.functions.empty() ||
        std::find(options.functions.begin(), options.functions.end(), unit.symbols[id].name) != options.functions.end())
      chosen.push_back(id);
  }
  return chosen;
}

using llvm_proposer::RulePlans;

Expected<std::string> generate(const assembly::Unit& unit, const raise::RaisedUnit& raised, Isa target,
                               const RulePlans& rules, const std::set<const ir::Function*>* only = nullptr) {
  auto machine = llvm_proposer::make_target_machine(target);
  if (!machine) return machine.error();
  llvm::LLVMContext context;
  auto module = llvm_proposer::emit_module(context, unit, raised, **machine, target, &rules, only);
  return llvm_proposer::generate_assembly(*module, **machine, unit.isa, target);
}

RulePlans make_plans(const raise::RaisedUnit& raised, const TranslateOptions& options) {
  RulePlans plans{options.rules, {}};
  if (!options.rules) return plans;
  const rules::Matcher matcher(*options.rules, options.target);
  for (const raise::RaisedFunction& f : raised.functions) {
    if (!f.ok) continue;
    if (rules::Plan plan = matcher.plan(f.function); !plan.empty()) plans.plans.emplace(&f.function, std::move(plan));
  }
  return plans;
}

// With rules where they make a function cheaper, and without them elsewhere: LLVM sees through its own code, and not
// through a rule's.
Expected<std::string> generate_best(const assembly::Unit& unit, const raise::RaisedUnit& raised, Isa target,
                                    RulePlans& plans) {
  std::set<const ir::Function*> tried;
  std::set<std::string> names;
  for (const raise::RaisedFunction& f : raised.functions)
    if (plans.plans.contains(&f.function)) {
      tried.insert(&f.function);
      names.insert(llvm_proposer::body_name(f));
    }
  if (!tried.empty()) {
    Expected<std::string> with = generate(unit, raised, target, plans, &tried),
                          without = generate(unit, raised, target, {}, &tried);
    if (!with || !without) return with ? without : with;
    std::map<std::string, cost::Weight> cost_with = cost::weigh(*with, names),
                                        cost_without = cost::weigh(*without, names);
    for (const raise::RaisedFunction& f : raised.functions) {
      const std::string name = llvm_proposer::body_name(f);
      if (cost_with[name].weighted >= cost_without[name].weighted) plans.plans.erase(&f.function);
    }
  }
  return generate(unit, raised, target, plans);
}

std::vector<std::string> used_rules(const RulePlans& plans, const raise::RaisedFunction& f) {
  std::vector<std::string> names;
  if (const auto plan = plans.plans.find(&f.function); plan != plans.plans.end())
    for (const rules::Match& match : plan->second.matches)
      names.push_back(plans.library->instances()[match.instance].name);
  return names;
}

// Without what depends on who translates it.
FunctionReport report_of(const assembly::Unit& unit, const raise::RaisedUnit& raised, const raise::RaisedFunction& f,
                         assembly::SymbolId id, Isa target) {
  FunctionReport report;
  report.name = f.name;
  report.local_only = f.local_only;
  report.line = unit.symbols[id].line;
  report.instructions_in = f.source_instructions;
  if (f.ok) report.boundary = describe_boundary(raised, f, unit.isa, target);
  report.boundary.target_name = llvm_proposer::target_name(f.name);
  report.boundary.line = report.line;
  report.refusals = f.refusals;
  report.assumptions = f.assumptions;
  return report;
}

}  // namespace

raise::RaisedUnit raise(const assembly::CodeIndex& index, const TranslateOptions& options) {
  const assembly::Lifter& lifter = frontends::lifter(index.unit().isa);
  std::vector<assembly::SymbolId> ids = entries(index, options);
  std::vector<assembly::LiftResult> lifted;
  lifted.reserve(ids.size());
  for (assembly::SymbolId id : ids) lifted.push_back(assembly::lift_function(index, lifter, id));
  std::map<std::string, std::optional<abi::FunctionType>> libc;
  const assembly::Unit& unit = index.unit();
  raise::RaiseOptions raise_options;
  raise_options.target = options.target;
  // What the user states comes first. Debug information knows the functions of the unit better than libc's headers,
  // which may have others of their names; of libc's functions it does not know the formats.
  raise_options.prototype = [&](const std::string& name) -> raise::KnownPrototype {
    if (auto at = options.prototypes.find(name); at != options.prototypes.end()) return {&at->second, "--proto"};
    auto symbol = unit.symbol_by_name.find(name);
    bool defined = symbol != unit.symbol_by_name.end() && unit.symbols[symbol->second].section != assembly::kUndefined;
    auto debug = options.debug_prototypes.find(name);
    if (debug != options.debug_prototypes.end() && defined) return {&debug->second, "debug information"};
    auto [at, inserted] = libc.try_emplace(name);
    if (inserted) at->second = abi::libc_prototype(name);
    if (at->second) return {&*at->second, "libc's headers"};
    if (debug != options.debug_prototypes.end()) return {&debug->second, "debug information"};
    return {};
  };
  return raise::raise_unit(index, std::move(lifted), raise_options);
}

Expected<Translation> translate(const assembly::Unit& unit, const TranslateOptions& options) {
  assembly::CodeIndex index(unit);
  std::vector<assembly::SymbolId> ids = entries(index, options);
  raise::RaisedUnit raised = raise(index, options);
  std::vector<bool> concurrent;
  for (const raise::RaisedFunction& f : raised.functions) concurrent.push_back(is_concurrent(f.function));
  const std::vector<std::string> assumed = apply_memory_order(raised, options.target, options.memory_order);
  RulePlans plans = make_plans(raised, options);
  Expected<std::string> generated = generate_best(unit, raised, options.target, plans);
  if (!generated) return generated.error();
  Translation result;
  result.assembly = std::move(*generated);
  std::map<std::string, uint32_t> counts = count_instructions(result.assembly);
  result.assembly += print_data(index, {llvm_proposer::target_name});
  for (abi::RuntimeFunction function : raised.runtime)
    result.assembly += abi::runtime_text(function, unit.isa, options.target);

  for (size_t n = 0; n < raised.functions.size(); ++n) {
    const raise::RaisedFunction& f = raised.functions[n];
    FunctionReport report = report_of(unit, raised, f, ids[n], options.target);
    report.translated = f.ok;
    report.proposer = "llvm";
    report.instructions_out = counts[llvm_proposer::body_name(f)];
    report.rules = used_rules(plans, f);
    report.assumptions.insert(report.assumptions.end(), assumed.begin(), assumed.end());
    report.memory_order = memory_order_label(concurrent[n], unit.isa, options.target, options.memory_order);
    result.functions.push_back(std::move(report));
  }
  return result;
}

Translation outline(const assembly::CodeIndex& index, const raise::RaisedUnit& raised,
                    const TranslateOptions& options) {
  const std::vector<assembly::SymbolId> ids = entries(index, options);
  Translation result;
  result.assembly = print_data(index, {llvm_proposer::target_name});
  for (size_t n = 0; n < raised.functions.size(); ++n) {
    const raise::RaisedFunction& f = raised.functions[n];
    FunctionReport report = report_of(index.unit(), raised, f, ids[n], options.target);
    report.memory_order =
        memory_order_label(is_concurrent(f.function), index.unit().isa, options.target, options.memory_order);
    result.functions.push_back(std::move(report));
  }
  return result;
}

}  // namespace portolan::translate
