// The optimisation passes between the emitted module and code generation.
#pragma once

#include "ir/isa.h"
#include "llvm/IR/Module.h"
#include "llvm/Target/TargetMachine.h"

namespace portolan::llvm_proposer {

void optimise(llvm::Module& module, llvm::TargetMachine& machine, Isa source, Isa target);

}  // namespace portolan::llvm_proposer
