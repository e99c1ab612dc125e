#include "translate/loops/compile.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "frontends/accelerator/specification.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "translate/loops/lowering.h"

namespace portolan::loops {

using namespace accelerator;

namespace {

constexpr const char* kTriple = "riscv64-unknown-linux-gnu";
constexpr uint64_t kAlignment = 64;

std::unique_ptr<llvm::TargetMachine> make_machine(const Processor& processor, std::string& error) {
  LLVMInitializeRISCVTargetInfo();
  LLVMInitializeRISCVTarget();
  LLVMInitializeRISCVTargetMC();
  LLVMInitializeRISCVAsmPrinter();
  const llvm::Target* target = llvm::TargetRegistry::lookupTarget(kTriple, error);
  if (!target) return nullptr;
  llvm::TargetOptions options;
  options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
  options.MCOptions.AsmVerbose = false;
  options.MCOptions.ABIName = processor.doubles ? "lp64d" : "lp64f";
  return std::unique_ptr<llvm::TargetMachine>(
      target->createTargetMachine(kTriple, "generic-rv64", processor.features, options, llvm::Reloc::PIC_,
                                  llvm::CodeModel::Medium, llvm::CodeGenOptLevel::Default));
}

void optimise(llvm::Module& module, llvm::TargetMachine& machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  // Lanes are chosen here (lanes.h). LLVM 19's vectorisers make vectors of real numbers that the backend of Zve32x ends
  // the process over.
  llvm::PipelineTuningOptions tuning;
  tuning.LoopVectorization = tuning.SLPVectorization = false;
  llvm::PassBuilder builder(&machine, tuning);
  // Nothing is linked with it: no loop may become a call of memset.
  functions.registerPass([] {
    llvm::TargetLibraryInfoImpl none((llvm::Triple(kTriple)));
    none.disableAllFunctions();
    return llvm::TargetLibraryAnalysis(none);
  });
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2).run(module, modules);
}

bool has_reals(const Description& specification) {
  return std::ranges::any_of(specification.states, [](const State& s) { return s.type.real != nullptr; });
}

std::string arithmetic_of(const Processor& processor, const Code& code, const Description& specification) {
  const std::string vectors = processor.lanes > 1 ? "integers in vectors" : "integers one by one";
  if (!has_reals(specification)) return vectors;
  std::string reals = code.approximate ? (processor.doubles ? "doubles" : "singles") : "the specification's formats";
  return fmt::format("{}, real numbers as {} {}", vectors, reals, processor.real_lanes ? "in vectors" : "one by one");
}

}  // namespace

Expected<Code> compile(const Description& specification, const Processor& processor) {
  std::string error;
  const std::unique_ptr<llvm::TargetMachine> machine = make_machine(processor, error);
  if (!machine) return error_at({}, error);
  llvm::LLVMContext context;
  llvm::Module module(specification.name, context);
  module.setTargetTriple(kTriple);
  module.setDataLayout(machine->createDataLayout());
  llvm::IRBuilder<> builder(context);
  Code code;
  const std::vector<uint32_t> outputs = outputs_of(specification), inputs = inputs_of(specification);
  code.approximate = std::ranges::all_of(outputs, [&](uint32_t o) { return specification.states[o].within > 0; });
  Lowering lowering(specification, processor, builder, code.approximate);
  auto* type = llvm::FunctionType::get(builder.getVoidTy(), {builder.getPtrTy()}, false);
  auto* function = llvm::Function::Create(type, llvm::Function::ExternalLinkage, specification.name, module);
  function->addFnAttr("no-builtins");
  function->addFnAttr(llvm::Attribute::NoUnwind);
  auto* body = llvm::BasicBlock::Create(context, "body", function);
  builder.SetInsertPoint(body);
  const auto pointer = [&](size_t n) -> llvm::Value* {
    return builder.CreateLoad(builder.getPtrTy(),
                              builder.CreateGEP(builder.getPtrTy(), function->getArg(0), builder.getInt64(n)));
  };
  lowering.tensors.resize(specification.states.size());
  const auto place = [&](uint32_t s, bool is_output) {
    const State& state = specification.states[s];
    llvm::Type* stored = lowering.stored_type(state);
    lowering.tensors[s] = pointer(code.tensors.size());
    PlacedTensor placed{s, is_output, stored->getScalarSizeInBits() / 8, state.type.real};
    for (const RealFormat& one : specification.reals)
      if (stored->isFloatingPointTy() && one.width() == stored->getScalarSizeInBits() &&
          one.fraction_bits == (one.width() == 64 ? 52 : 23))
        placed.format = &one;
    code.tensors.push_back(placed);
  };
  for (uint32_t s : inputs) place(s, false);
  for (uint32_t s : outputs) place(s, true);
  llvm::Value* workspace = pointer(code.tensors.size());
  for (uint32_t s = 0; s < specification.states.size(); ++s) {
    if (lowering.tensors[s]) continue;
    lowering.tensors[s] = builder.CreateGEP(builder.getInt8Ty(), workspace, builder.getInt64(code.workspace));
    const uint64_t bytes = lowering.stored_type(specification.states[s])->getScalarSizeInBits() / 8;
    code.workspace += bytes * static_cast<uint64_t>(specification.states[s].elements());
    code.workspace = (code.workspace + kAlignment - 1) / kAlignment * kAlignment;
  }
  for (const Statement& s : specification.instructions.front().meaning) lowering.equation(s);
  if (lowering.refusal) return *lowering.refusal;
  builder.CreateRetVoid();
  llvm::raw_string_ostream defects(error);
  if (llvm::verifyModule(module, &defects)) return error_at({specification.file, 0, 0}, "internal: " + error);
  optimise(module, *machine);
  llvm::SmallString<0> text;
  llvm::raw_svector_ostream stream(text);
  llvm::legacy::PassManager passes;
  machine->addPassesToEmitFile(passes, stream, nullptr, llvm::CodeGenFileType::AssemblyFile);
  passes.run(module);
  code.assembly = std::string(text);
  code.arithmetic = arithmetic_of(processor, code, specification);
  return code;
}

}  // namespace portolan::loops
