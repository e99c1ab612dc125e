#include "emulate/accelerator/compiled/meanings.h"

#include <unordered_map>

#include "emulate/accelerator/compiled/lowering.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

namespace portolan::accelerator {
namespace {

class Meanings : public CompiledMeanings {
 public:
  Meanings(const Description& chip, CompileWhen when, std::unique_ptr<llvm::orc::LLJIT> jit,
           std::unique_ptr<llvm::TargetMachine> machine)
      : chip_(chip), when_(when), jit_(std::move(jit)), machine_(std::move(machine)) {}

  CompiledMeaning find(const Instruction& instruction) override {
    One& one = all_[&instruction];
    if (!one.tried && one.steps >= when_.after) {
      one.tried = true;
      one.code = compile(instruction);
      ++(one.code ? counts_.meanings : counts_.without_code);
    }
    one.runs += one.code != nullptr;
    counts_.runs += one.code != nullptr;
    return one.code;
  }

  void interpreted(const Instruction& instruction, Interpreted how) override {
    One& one = all_[&instruction];
    one.steps += how.steps;
    if (!how.gave_up) return;
    counts_.gave_up += 1;
    counts_.in_vain += !how.ended;
    if (++one.given_up >= when_.patience) one.code = nullptr;
  }

  Counts counts() const override {
    Counts all = counts_;
    for (const auto& [instruction, one] : all_) all.idle += one.runs > 0 && one.runs == one.given_up;
    return all;
  }

 private:
  struct One {
    uint64_t steps = 0;
    bool tried = false;
    uint64_t runs = 0, given_up = 0;
    CompiledMeaning code = nullptr;
  };

  CompiledMeaning compile(const Instruction& instruction) {
    auto context = std::make_unique<llvm::LLVMContext>();
    auto module = std::make_unique<llvm::Module>(instruction.name, *context);
    module->setDataLayout(jit_->getDataLayout());
    module->setTargetTriple(machine_->getTargetTriple().str());
    const std::string name = "meaning_" + std::to_string(compiled_++);
    if (!MeaningLowering(chip_, *module).lower(instruction, name)) return nullptr;
    if (llvm::verifyModule(*module)) return nullptr;
    optimise(*module);
    if (llvm::Error e = jit_->addIRModule({std::move(module), std::move(context)})) return fails(std::move(e));
    auto found = jit_->lookup(name);
    if (!found) return fails(found.takeError());
    return found->toPtr<CompiledMeaning>();
  }

  // The interpreter is always there.
  static CompiledMeaning fails(llvm::Error e) {
    llvm::consumeError(std::move(e));
    return nullptr;
  }

  void optimise(llvm::Module& module) {
    llvm::LoopAnalysisManager loops;
    llvm::FunctionAnalysisManager functions;
    llvm::CGSCCAnalysisManager calls;
    llvm::ModuleAnalysisManager modules;
    llvm::PassBuilder passes(machine_.get());
    passes.registerModuleAnalyses(modules);
    passes.registerCGSCCAnalyses(calls);
    passes.registerFunctionAnalyses(functions);
    passes.registerLoopAnalyses(loops);
    passes.crossRegisterProxies(loops, functions, calls, modules);
    passes.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O1).run(module, modules);
  }

  const Description& chip_;
  CompileWhen when_;
  std::unique_ptr<llvm::orc::LLJIT> jit_;
  std::unique_ptr<llvm::TargetMachine> machine_;
  std::unordered_map<const Instruction*, One> all_;
  size_t compiled_ = 0;
  Counts counts_;
};

template <class T>
std::optional<T> value_of(llvm::Expected<T> made) {
  if (made) return std::move(*made);
  llvm::consumeError(made.takeError());
  return std::nullopt;
}

}  // namespace

std::unique_ptr<CompiledMeanings> compiled_meanings(const Description& chip, CompileWhen when) {
  if (llvm::InitializeNativeTarget() || llvm::InitializeNativeTargetAsmPrinter()) return nullptr;
  auto builder = value_of(llvm::orc::JITTargetMachineBuilder::detectHost());
  if (!builder) return nullptr;
  // A product and a sum stay two roundings.
  builder->getOptions().AllowFPOpFusion = llvm::FPOpFusion::Strict;
  auto machine = value_of(builder->createTargetMachine());
  if (!machine) return nullptr;
  auto jit = value_of(llvm::orc::LLJITBuilder().setJITTargetMachineBuilder(*builder).create());
  if (!jit) return nullptr;
  auto host = value_of(
      llvm::orc::DynamicLibrarySearchGenerator::GetForCurrentProcess((*jit)->getDataLayout().getGlobalPrefix()));
  if (!host) return nullptr;
  (*jit)->getMainJITDylib().addGenerator(std::move(*host));
  return std::make_unique<Meanings>(chip, when, std::move(*jit), std::move(*machine));
}

}  // namespace portolan::accelerator
