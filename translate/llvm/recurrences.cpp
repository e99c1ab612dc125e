#include "translate/llvm/recurrences.h"

#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolutionExpressions.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/ScalarEvolutionExpander.h"

namespace portolan::llvm_proposer {
namespace {

// What the vectoriser could take: one latch that is the only way out, and nothing that has effects but memory accesses.
bool is_candidate(const llvm::Loop& loop) {
  if (!loop.isInnermost() || !loop.getLoopPreheader() || loop.getNumBlocks() > 4) return false;
  if (loop.getExitingBlock() == nullptr || loop.getExitingBlock() != loop.getLoopLatch()) return false;
  for (llvm::BasicBlock* block : loop.blocks())
    for (llvm::Instruction& i : *block)
      if (auto* call = llvm::dyn_cast<llvm::CallInst>(&i); call && !llvm::isa<llvm::IntrinsicInst>(call)) return false;
  return true;
}

class LoopRewriter {
 public:
  LoopRewriter(llvm::Loop& loop, llvm::ScalarEvolution& evolution, const llvm::DataLayout& layout)
      : loop_(loop), evolution_(evolution), expander_(evolution, layout, "start") {}

  bool run() {
    std::vector<llvm::IntToPtrInst*> casts;
    for (llvm::BasicBlock* block : loop_.blocks())
      for (llvm::Instruction& i : *block)
        if (auto* cast = llvm::dyn_cast<llvm::IntToPtrInst>(&i)) casts.push_back(cast);
    bool changed = false;
    for (llvm::IntToPtrInst* cast : casts) changed |= rewrite(*cast);
    return changed;
  }

 private:
  bool rewrite(llvm::IntToPtrInst& cast) {
    llvm::Value* address = cast.getOperand(0);
    const auto* recurrence = llvm::dyn_cast<llvm::SCEVAddRecExpr>(evolution_.getSCEV(address));
    if (!recurrence || recurrence->getLoop() != &loop_ || !recurrence->isAffine()) return false;
    const llvm::SCEV* start = recurrence->getStart();
    llvm::Instruction* before = loop_.getLoopPreheader()->getTerminator();
    if (!expander_.isSafeToExpandAt(start, before)) return false;
    llvm::Value* first = expander_.expandCodeFor(start, address->getType(), before);
    llvm::IRBuilder<> b(before);
    llvm::Value* base = b.CreateIntToPtr(first, cast.getType());
    b.SetInsertPoint(&cast);
    llvm::Value* pointer = b.CreateGEP(b.getInt8Ty(), base, b.CreateSub(address, first));
    cast.replaceAllUsesWith(pointer);
    cast.eraseFromParent();
    return true;
  }

  llvm::Loop& loop_;
  llvm::ScalarEvolution& evolution_;
  llvm::SCEVExpander expander_;
};

}  // namespace

llvm::PreservedAnalyses PointerRecurrences::run(llvm::Function& function, llvm::FunctionAnalysisManager& analyses) {
  llvm::LoopInfo& loops = analyses.getResult<llvm::LoopAnalysis>(function);
  if (loops.empty()) return llvm::PreservedAnalyses::all();
  bool changed = false;
  const llvm::DataLayout& layout = function.getParent()->getDataLayout();
  for (llvm::Loop* loop : loops.getLoopsInPreorder()) {
    if (!is_candidate(*loop)) continue;
    LoopRewriter rewriter(*loop, analyses.getResult<llvm::ScalarEvolutionAnalysis>(function), layout);
    changed |= rewriter.run();
  }
  if (!changed) return llvm::PreservedAnalyses::all();
  llvm::PreservedAnalyses kept;
  kept.preserveSet<llvm::CFGAnalyses>();
  return kept;
}

}  // namespace portolan::llvm_proposer
