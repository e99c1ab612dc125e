#include "translate/to_amdgcn/emit.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "frontends/ptx/inline.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Verifier.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "translate/to_amdgcn/address_spaces.h"
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

// Those whose contents are numbers; a kernel that wants another is refused.
void make_variables(ModuleState& state) {
  constexpr uint64_t kLargest = uint64_t{1} << 28;
  for (const ptx::Variable& v : state.program.variables) {
    if (v.size == 0 || v.size > kLargest || !v.addresses.empty() || v.is_extern) continue;
    std::vector<uint8_t> bytes = v.bytes;
    bytes.resize(v.size);
    auto* contents = llvm::ConstantDataArray::get(state.module.getContext(), bytes);
    // Constant memory is the host's to set: nothing may be folded. Writable here, it is not written by any kernel.
    auto* made = new llvm::GlobalVariable(state.module, contents->getType(), false, llvm::GlobalValue::ExternalLinkage,
                                          contents, v.name, nullptr, llvm::GlobalValue::NotThreadLocal, kGlobal);
    made->setExternallyInitialized(true);
    made->setVisibility(llvm::GlobalValue::ProtectedVisibility);
    made->setAlignment(llvm::Align(std::max<uint32_t>(v.alignment, 1)));
    state.variables[v.name] = made;
  }
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
  ModuleState state{module, program, file, processor, nullptr, nullptr, nullptr, {}};
  make_variables(state);
  for (const ptx::LiftedFunction& f : program.functions) {
    if (!f.is_kernel || !is_wanted(f.name)) continue;
    const auto whole = ptx::inline_calls(program, f);
    if (!whole)
      refuse(f.name, whole.error());
    else if (auto refusal = KernelEmitter(state, *whole).run())
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
