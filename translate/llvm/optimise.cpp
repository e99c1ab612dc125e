#include "translate/llvm/optimise.h"

#include "llvm/Analysis/CaptureTracking.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Transforms/AggressiveInstCombine/AggressiveInstCombine.h"
#include "llvm/Transforms/InstCombine/InstCombine.h"
#include "llvm/Transforms/Scalar/BDCE.h"
#include "llvm/Transforms/Scalar/CorrelatedValuePropagation.h"
#include "llvm/Transforms/Scalar/EarlyCSE.h"
#include "llvm/Transforms/Scalar/LICM.h"
#include "llvm/Transforms/Scalar/LoopPassManager.h"
#include "llvm/Transforms/Scalar/SROA.h"
#include "llvm/Transforms/Scalar/Scalarizer.h"
#include "llvm/Transforms/Scalar/SimplifyCFG.h"
#include "llvm/Transforms/Vectorize/LoopVectorize.h"
#include "llvm/Transforms/Vectorize/SLPVectorizer.h"
#include "llvm/Transforms/Vectorize/VectorCombine.h"
#include "translate/llvm/kept_accesses.h"
#include "translate/llvm/recurrences.h"

namespace portolan::llvm_proposer {
namespace {

// For a target without vector registers: lane by lane, before the passes that tidy up, rather than in the code
// generator, after which nothing does.
class Scalarizing : public llvm::PassInfoMixin<Scalarizing> {
 public:
  llvm::PreservedAnalyses run(llvm::Function& f, llvm::FunctionAnalysisManager& analyses) {
    llvm::PreservedAnalyses kept = scalarizer_.run(f, analyses);
    if (kept.areAllPreserved()) return kept;  // the code had no vectors
    analyses.invalidate(f, kept);
    kept.intersect(combine_.run(f, analyses));
    return kept;
  }

 private:
  llvm::ScalarizerPass scalarizer_{llvm::ScalarizerPassOptions()};
  llvm::InstCombinePass combine_;
};

// Programs rely on it that calls at the end of a function take no stack: interpreters go from one function to the next
// that way. A callee must not reach the caller's frame then.
class TailCalls : public llvm::PassInfoMixin<TailCalls> {
 public:
  llvm::PreservedAnalyses run(llvm::Function& f, llvm::FunctionAnalysisManager&) {
    for (const llvm::Instruction& i : llvm::instructions(f))
      if (llvm::isa<llvm::AllocaInst>(i) &&
          llvm::PointerMayBeCaptured(&i, /*ReturnCaptures=*/true, /*StoreCaptures=*/true))
        return llvm::PreservedAnalyses::all();
    for (llvm::Instruction& i : llvm::instructions(f))
      if (auto* call = llvm::dyn_cast<llvm::CallInst>(&i); call && !call->hasByValArgument()) call->setTailCall();
    return llvm::PreservedAnalyses::all();
  }
};

// Where the source's instruction set has vectors, its compiler has done this.
void add_vector_passes(llvm::FunctionPassManager& passes) {
  passes.addPass(PointerRecurrences());
  passes.addPass(llvm::LoopVectorizePass());
  passes.addPass(llvm::SLPVectorizerPass());
  passes.addPass(llvm::VectorCombinePass());
}

}  // namespace

void optimise(llvm::Module& module, llvm::TargetMachine& machine, Isa source, Isa target) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  // Without knowing loops it takes apart sums of addresses whose first part a loop does not change.
  auto combine = llvm::InstCombineOptions().setUseLoopInfo(true);
  bool vectors = target != Isa::riscv64;

  llvm::FunctionPassManager passes;
  passes.addPass(llvm::SROAPass(llvm::SROAOptions::ModifyCFG));
  passes.addPass(KeptAccesses());
  passes.addPass(llvm::EarlyCSEPass(/*UseMemorySSA=*/false));
  passes.addPass(llvm::InstCombinePass(combine));
  passes.addPass(llvm::AggressiveInstCombinePass());  // bit counts and such, spelled out where the source has none
  if (!vectors) passes.addPass(Scalarizing());
  passes.addPass(llvm::SimplifyCFGPass());
  passes.addPass(llvm::CorrelatedValuePropagationPass());
  // Compilers have moved out of loops what does not change in them, but for sums of addresses that their addressing
  // modes hide: RISC-V's have none to hide them, and AArch64's code generator (codegen.cpp) does not look again.
  if (source == Isa::riscv64 || target == Isa::aarch64)
    passes.addPass(llvm::createFunctionToLoopPassAdaptor(llvm::LICMPass(llvm::LICMOptions()), true));
  passes.addPass(llvm::BDCEPass());
  if (vectors && source == Isa::riscv64) {
    add_vector_passes(passes);
    passes.addPass(llvm::InstCombinePass(combine));
  }
  passes.addPass(TailCalls());
  // Dead stores are rare here (each costs a query per pair of stores), and the code generator combines once more.
  passes.addPass(llvm::SimplifyCFGPass());
  for (llvm::Function& f : module) {
    if (f.isDeclaration()) continue;
    passes.run(f, functions);
    functions.clear(f, f.getName());  // analyses of finished functions would only take memory
  }
}

}  // namespace portolan::llvm_proposer
