// Raised functions as LLVM IR. Names are the source's; labels local to the assembler get target_name().
#pragma once

#include <memory>
#include <set>

#include "frontends/asm/unit.h"
#include "llvm/IR/Module.h"
#include "llvm/Target/TargetMachine.h"
#include "translate/raise/raise.h"

namespace portolan::llvm_proposer {

// The name a symbol has in the output. Labels such as .LC0 move out of the way of those that LLVM makes itself.
std::string target_name(const std::string& source_name);
// Where a function's own code is: under another name if that one is an entry for callers outside.
std::string body_name(const raise::RaisedFunction& function);

struct RulePlans;

// One module with a definition for each function that was raised, or for the bodies of `only` those. `machine` decides
// layout and calling convention.
std::unique_ptr<llvm::Module> emit_module(llvm::LLVMContext& context, const assembly::Unit& unit,
                                          const raise::RaisedUnit& raised, llvm::TargetMachine& machine, Isa target,
                                          const RulePlans* rules = nullptr,
                                          const std::set<const ir::Function*>* only = nullptr);

}  // namespace portolan::llvm_proposer
