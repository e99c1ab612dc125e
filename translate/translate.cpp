#include "translate/translate.h"

#include <fmt/format.h>

#include <algorithm>

#include "frontends/lifters.h"
#include "translate/abi/prototypes.h"
#include "translate/boundary.h"
#include "translate/data.h"
#include "translate/llvm/codegen.h"
#include "translate/llvm/emit.h"
#include "translate/raise/raise.h"

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
  auto machine = llvm_proposer::make_target_machine(options.target);
  if (!machine) return machine.error();
  llvm::LLVMContext context;
  auto module = llvm_proposer::emit_module(context, unit, raised, **machine, options.target);
  Translation result;
  result.assembly = llvm_proposer::generate_assembly(*module, **machine, unit.isa, options.target);
  std::map<std::string, uint32_t> counts = count_instructions(result.assembly);
  result.assembly += print_data(index, {llvm_proposer::target_name});
  for (abi::RuntimeFunction function : raised.runtime)
    result.assembly += abi::runtime_text(function, unit.isa, options.target);

  for (size_t n = 0; n < raised.functions.size(); ++n) {
    raise::RaisedFunction& f = raised.functions[n];
    FunctionReport report;
    report.name = f.name;
    report.translated = f.ok;
    report.local_only = f.local_only;
    report.line = unit.symbols[ids[n]].line;
    report.instructions_in = f.source_instructions;
    report.instructions_out = counts[llvm_proposer::body_name(f)];
    if (f.ok) report.boundary = describe_boundary(raised, f, unit.isa, options.target);
    report.boundary.target_name = llvm_proposer::target_name(f.name);
    report.boundary.line = report.line;
    report.refusals = std::move(f.refusals);
    report.assumptions = std::move(f.assumptions);
    result.functions.push_back(std::move(report));
  }
  return result;
}

}  // namespace portolan::translate
