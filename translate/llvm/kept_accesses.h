// A pass over LLVM's IR: what a loop of the source reads or writes again and again at one address stays that way.
// Machine code does not say what was volatile or atomic in C; a loop that waits for a signal handler or another thread
// looks as if nothing in it could change. Its compiler has moved out of loops what it was free to move.
#pragma once

#include "llvm/IR/PassManager.h"

namespace portolan::llvm_proposer {

class KeptAccesses : public llvm::PassInfoMixin<KeptAccesses> {
 public:
  llvm::PreservedAnalyses run(llvm::Function& function, llvm::FunctionAnalysisManager& analyses);
};

}  // namespace portolan::llvm_proposer
