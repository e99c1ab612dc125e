// Pointers that loops count up as integers, made visible. The IR knows addresses as numbers, and LLVM's loop analyses
// do not look through inttoptr: where an address is start + n * step in an innermost loop, it becomes an offset from a
// pointer made before the loop. The loop vectoriser needs that; nothing else changes.
#pragma once

#include "llvm/IR/PassManager.h"

namespace portolan::llvm_proposer {

class PointerRecurrences : public llvm::PassInfoMixin<PointerRecurrences> {
 public:
  llvm::PreservedAnalyses run(llvm::Function& function, llvm::FunctionAnalysisManager& analyses);
};

}  // namespace portolan::llvm_proposer
