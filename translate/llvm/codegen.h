// LLVM IR to readable assembler text.
#pragma once

#include <memory>
#include <string>

#include "ir/diagnostic.h"
#include "ir/isa.h"
#include "llvm/IR/Module.h"
#include "llvm/Target/TargetMachine.h"

namespace portolan::llvm_proposer {

// The code generator for an ISA, as the GNU toolchains target it by default: x86-64, armv8-a, rv64gc/lp64d; position
// independent. Registers the target with LLVM on first use.
Expected<std::unique_ptr<llvm::TargetMachine>> make_target_machine(Isa isa);

// Optimises each function by itself (no inlining, no unrolling: the source's compiler has done that) and prints
// assembler text that GNU as and clang accept, with a comment wherever the source line changes.
std::string generate_assembly(llvm::Module& module, llvm::TargetMachine& machine, Isa source, Isa target);

}  // namespace portolan::llvm_proposer
