#include "translate/to_amdgcn/emit.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "llvm/ADT/SmallString.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Verifier.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "translate/to_amdgcn/kernel_emitter.h"

namespace portolan::to_amdgcn {
namespace {

std::unique_ptr<llvm::TargetMachine> make_machine(amdgcn::Processor processor, std::string& error) {
  LLVMInitializeAMDGPUTargetInfo();
  LLVMInitializeAMDGPUTarget();
  LLVMInitializeAMDGPUTargetMC();
  LLVMInitializeAMDGPUAsmPrinter();
  constexpr const char* kTriple = "amdgcn-amd-amdhsa";
  const llvm::Target* target = llvm::TargetRegistry::lookupTarget(kTriple, error);
  if (!target) return nullptr;
  llvm::TargetOptions options;
  options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
  options.MCOptions.AsmVerbose = false;
  return std::unique_ptr<llvm::TargetMachine>(target->createTargetMachine(
      kTriple, to_string(processor), "", options, llvm::Reloc::PIC_, std::nullopt, llvm::CodeGenOptLevel::Default));
}

void optimise(llvm::Module& module, llvm::TargetMachine& machine) {
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
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2).run(module, modules);
}

}  // namespace

Translation translate(const ptx::Program& program, const std::string& file, amdgcn::Processor processor,
                      const std::vector<std::string>& wanted) {
  Translation result;
  auto refuse = [&](const std::string& name, Diagnostic why) {
    result.refusals.push_back(std::move(why));
    result.refused.push_back(name);
  };
  std::string error;
  const std::unique_ptr<llvm::TargetMachine> machine = make_machine(processor, error);
  if (!machine) {
    refuse("", error_at({file, 0, 0}, error));
    return result;
  }
  const auto is_wanted = [&](const std::string& name) {
    return wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end();
  };
  for (size_t n = 0; n < program.refusals.size(); ++n)
    if (is_wanted(program.refused[n])) refuse(program.refused[n], program.refusals[n]);
  llvm::LLVMContext context;
  llvm::Module module(file, context);
  module.setTargetTriple(machine->getTargetTriple().str());
  module.setDataLayout(machine->createDataLayout());
  module.addModuleFlag(llvm::Module::Error, "amdhsa_code_object_version", 500);
  for (const ptx::LiftedFunction& f : program.functions) {
    if (!f.is_kernel || !is_wanted(f.name)) continue;
    if (auto refusal = KernelEmitter(module, f, program.static_shared_bytes, file, processor).run())
      refuse(f.name, *std::move(refusal));
    else
      result.kernels.push_back(f.name);
  }
  if (result.kernels.empty()) return result;
  std::string defect;
  llvm::raw_string_ostream defects(defect);
  if (llvm::verifyModule(module, &defects)) {
    for (const std::string& name : std::exchange(result.kernels, {}))
      refuse(name, error_at({file, 0, 0}, "internal: " + defect));
    return result;
  }
  optimise(module, *machine);
  llvm::SmallString<0> text;
  llvm::raw_svector_ostream stream(text);
  llvm::legacy::PassManager passes;
  machine->addPassesToEmitFile(passes, stream, nullptr, llvm::CodeGenFileType::AssemblyFile);
  passes.run(module);
  result.assembly = std::string(text);
  return result;
}

}  // namespace portolan::to_amdgcn
