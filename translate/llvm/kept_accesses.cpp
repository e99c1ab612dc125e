#include "translate/llvm/kept_accesses.h"

#include <algorithm>

#include "llvm/Analysis/CaptureTracking.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"

namespace portolan::llvm_proposer {
namespace {

constexpr int kMaxDepth = 12;

// Whether the loop computes the same value each time round: what is loaded may change.
bool is_invariant(const llvm::Loop& loop, const llvm::Value* value, int depth = 0) {
  if (loop.isLoopInvariant(value)) return true;
  const auto* i = llvm::dyn_cast<llvm::Instruction>(value);
  if (!i || depth > kMaxDepth || llvm::isa<llvm::PHINode>(i) || i->mayReadOrWriteMemory()) return false;
  return std::all_of(i->op_begin(), i->op_end(),
                     [&](const llvm::Use& operand) { return is_invariant(loop, operand.get(), depth + 1); });
}

// Storage in the frame whose address nobody else has.
bool is_private(const llvm::Value* address) {
  const llvm::Value* object = llvm::getUnderlyingObject(address);
  return llvm::isa<llvm::AllocaInst>(object) &&
         !llvm::PointerMayBeCaptured(object, /*ReturnCaptures=*/true, /*StoreCaptures=*/true);
}

// Nothing is moved past what a call may do.
bool has_calls(const llvm::Loop& loop) {
  for (const llvm::BasicBlock* block : loop.blocks())
    for (const llvm::Instruction& i : *block)
      if (llvm::isa<llvm::CallBase>(i) && !llvm::isa<llvm::IntrinsicInst>(i)) return true;
  return false;
}

void keep(const llvm::Loop& loop) {
  if (has_calls(loop)) return;
  for (llvm::BasicBlock* block : loop.blocks())
    for (llvm::Instruction& i : *block) {
      const llvm::Value* address = llvm::getLoadStorePointerOperand(&i);
      if (!address || i.isAtomic() || i.isVolatile() || !is_invariant(loop, address) || is_private(address)) continue;
      if (auto* load = llvm::dyn_cast<llvm::LoadInst>(&i))
        load->setVolatile(true);
      else
        llvm::cast<llvm::StoreInst>(i).setVolatile(true);
    }
}

}  // namespace

llvm::PreservedAnalyses KeptAccesses::run(llvm::Function& function, llvm::FunctionAnalysisManager& analyses) {
  for (const llvm::Loop* loop : analyses.getResult<llvm::LoopAnalysis>(function).getLoopsInPreorder()) keep(*loop);
  return llvm::PreservedAnalyses::all();
}

}  // namespace portolan::llvm_proposer
