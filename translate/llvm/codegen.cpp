#include "translate/llvm/codegen.h"

#include <fmt/format.h>

#include <algorithm>

#include "llvm/ADT/SmallString.h"
#include "llvm/CodeGen/MachineModuleInfo.h"
#include "llvm/CodeGen/Passes.h"
#include "llvm/CodeGen/TargetPassConfig.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "translate/llvm/optimise.h"

namespace portolan::llvm_proposer {
namespace {

void initialise(Isa isa) {
  switch (isa) {
    case Isa::x86_64:
      LLVMInitializeX86TargetInfo();
      LLVMInitializeX86Target();
      LLVMInitializeX86TargetMC();
      LLVMInitializeX86AsmPrinter();
      LLVMInitializeX86AsmParser();  // reads the rules' instructions
      return;
    case Isa::aarch64:
      LLVMInitializeAArch64TargetInfo();
      LLVMInitializeAArch64Target();
      LLVMInitializeAArch64TargetMC();
      LLVMInitializeAArch64AsmPrinter();
      LLVMInitializeAArch64AsmParser();  // reads the rules' instructions
      return;
    case Isa::riscv64:
      LLVMInitializeRISCVTargetInfo();
      LLVMInitializeRISCVTarget();
      LLVMInitializeRISCVTargetMC();
      LLVMInitializeRISCVAsmPrinter();
      LLVMInitializeRISCVAsmParser();  // reads the rules' instructions
      return;
  }
}

bool is_debug_section(std::string_view line) {
  size_t at = line.find(".section");
  return at != std::string_view::npos && line.find(".debug_", at) != std::string_view::npos;
}

// Line directives become comments, debug sections and what only they need disappear.
std::string tidy(std::string_view text, Isa isa) {
  const char* comment = isa == Isa::aarch64 ? "//" : "#";
  std::string out;
  out.reserve(text.size());
  std::string last_line;
  bool skipping = false;
  while (!text.empty()) {
    size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (is_debug_section(line))
      skipping = true;
    else if (skipping && (line.starts_with("\t.section") || line.starts_with("\t.text") || line.starts_with("\t.data")))
      skipping = false;
    if (skipping) continue;
    if (line.starts_with("\t.loc\t")) {
      std::string_view rest = line.substr(6);
      size_t space = rest.find(' ');
      std::string_view number = rest.substr(space + 1);
      number = number.substr(0, number.find(' '));
      if (number != "0" && number != last_line) out += fmt::format("\t{} line {}\n", comment, number);
      last_line = number;
      continue;
    }
    if (line.starts_with("\t.file\t1 ") || line.starts_with("\t.file\t0 ") || line.starts_with(".Ltmp") ||
        line.starts_with(".Lfunc_begin") || line.starts_with(".Lsec_end") || line.starts_with("\t.cfi_") ||
        line.starts_with(".Ldebug_") || line.starts_with("\t.addrsig") || line.starts_with("\t.attribute\t") ||
        line.find("-- End function") != std::string_view::npos)
      continue;
    // The marks around a rule's instructions.
    if (line == "\t//APP" || line == "\t//NO_APP" || line == "\t#APP" || line == "\t#NO_APP") continue;
    if (line.starts_with("\t.type\t")) last_line.clear();
    size_t begin = line.find("-- Begin function");
    if (begin != std::string_view::npos) line = line.substr(0, line.find_last_not_of(" \t#/", begin - 1) + 1);
    out += line;
    out += '\n';
  }
  return out;
}

// Passes that can do nothing for our modules, which have line numbers, but no debug variables, exceptions, garbage
// collection, instrumentation, hardening, masked or predicated vectors, lifetime marks or calls whose meaning is known.
constexpr std::string_view kNothingToDo[] = {
    "A57 FP Anti-dependency breaker",
    "AArch64 Branch Targets",
    "AArch64 Globals Tagging",
    "AArch64 Pointer Authentication",
    "AArch64 Stack Tagging",
    "AArch64 Stack Tagging PreRA",
    "AArch64 sls hardening pass",
    "AArch64 speculation hardening pass",
    "Complex Deinterleaving Pass",
    "Expand memcmp() to load/stores",
    "Expand vector predication intrinsics",
    "Falkor HW Prefetch Fix",
    "Falkor HW Prefetch Fix Late Phase",
    "Insert CFI remember/restore state instructions",
    "Insert KCFI indirect call checks",
    "Instrument function entry/exit with calls to e.g. mcount() (post inlining)",
    "Interleaved Load Combine Pass",
    "Loop Data Prefetch",
    "Lower AMX intrinsics",
    "Lower AMX type for load/store",
    "Lower Garbage Collection Instructions",
    "Machine Outliner",
    "Machine Sanitizer Binary Metadata",
    "Merge contiguous icmps into a memcmp",
    "Merge disjoint stack slots",
    "Partially inline calls to library functions",
    "Prepare callbr",
    "Pseudo Probe Inserter",
    "Register Allocation Pass Scoring",
    "Replace intrinsics with calls to vector library",
    "SME ABI Pass",
    "Safe Stack instrumentation pass",
    "Scalarize Masked Memory Intrinsics",
    "Shadow Stack GC Lowering",
    "Stack Frame Layout Analysis",
    "X86 Load Value Injection (LVI) Load Hardening",
    "X86 Load Value Injection (LVI) Ret-Hardening",
    "X86 Speculative Execution Side Effect Suppression",
    "X86 Windows Fixup Buffer Security Check",
    "X86 speculative load hardening",
};
static_assert(std::is_sorted(std::begin(kNothingToDo), std::end(kNothingToDo)));

// Passes that cost more than they gain for AArch64 code. Its addressing modes have a scaled index, so that strength
// reduction takes a tenth of code generation for no fewer instructions (it does gain on the other targets); the second
// scheduling only moves instructions.
constexpr std::string_view kTooDearForAarch64[] = {
    "Canonicalize Freeze Instructions in Loops",
    "Loop Strength Reduction",
    "PostRA Machine Instruction Scheduler",
};

// Passes on what is added, less those.
class ChosenPasses final : public llvm::legacy::PassManagerBase {
 public:
  ChosenPasses(llvm::legacy::PassManager& passes, bool aarch64) : passes_(passes), aarch64_(aarch64) {}

  void add(llvm::Pass* pass) override {
    const std::string_view name = pass->getPassName();
    const bool unwanted = std::binary_search(std::begin(kNothingToDo), std::end(kNothingToDo), name) ||
                          (aarch64_ && std::find(std::begin(kTooDearForAarch64), std::end(kTooDearForAarch64), name) !=
                                           std::end(kTooDearForAarch64));
    if (unwanted)
      delete pass;  // it was given to us
    else
      passes_.add(pass);
  }

 private:
  llvm::legacy::PassManager& passes_;
  bool aarch64_;
};

// TargetMachine::addPassesToEmitFile, less some passes.
bool add_codegen_passes(llvm::legacy::PassManager& all, llvm::LLVMTargetMachine& machine,
                        llvm::raw_pwrite_stream& out) {
  ChosenPasses passes(all, machine.getTargetTriple().isAArch64());
  auto* info = new llvm::MachineModuleInfoWrapperPass(&machine);
  llvm::TargetPassConfig* config = machine.createPassConfig(passes);
  config->setDisableVerify(true);
  const std::initializer_list<const char*> nothing_to_do = {
      &llvm::LiveDebugValuesID,     &llvm::RemoveRedundantDebugValuesID, &llvm::StackMapLivenessID,
      &llvm::FuncletLayoutID,       &llvm::GCMachineCodeAnalysisID,      &llvm::FEntryInserterID,
      &llvm::XRayInstrumentationID, &llvm::PatchableFunctionID,          &llvm::FixupStatepointCallerSavedID};
  for (const char* pass : nothing_to_do) config->disablePass(pass);
  passes.add(config);  // each of them is the pass manager's
  passes.add(info);
  if (config->addISelPasses()) return false;
  config->addMachinePasses();
  config->setInitialized();
  if (machine.addAsmPrinter(passes, out, nullptr, llvm::CodeGenFileType::AssemblyFile, info->getMMI().getContext()))
    return false;
  passes.add(llvm::createFreeMachineFunctionPass());
  return true;
}

}  // namespace

Expected<std::unique_ptr<llvm::TargetMachine>> make_target_machine(Isa isa) {
  initialise(isa);
  std::string triple = isa == Isa::x86_64    ? "x86_64-linux-gnu"
                       : isa == Isa::aarch64 ? "aarch64-linux-gnu"
                                             : "riscv64-linux-gnu";
  const char* cpu = isa == Isa::x86_64 ? "x86-64" : isa == Isa::aarch64 ? "generic" : "generic-rv64";
  const char* features = isa == Isa::riscv64 ? "+m,+a,+f,+d,+c,+unaligned-scalar-mem" : "";
  std::string error;
  const llvm::Target* target = llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target) return error_at({}, error);
  llvm::TargetOptions options;
  options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
  options.MCOptions.ABIName = isa == Isa::riscv64 ? "lp64d" : "";
  options.MCOptions.AsmVerbose = false;
  auto model = isa == Isa::riscv64 ? llvm::CodeModel::Medium : llvm::CodeModel::Small;
  return std::unique_ptr<llvm::TargetMachine>(target->createTargetMachine(
      triple, cpu, features, options, llvm::Reloc::PIC_, model, llvm::CodeGenOptLevel::Default));
}

std::string generate_assembly(llvm::Module& module, llvm::TargetMachine& machine, Isa source, Isa target) {
  optimise(module, machine, source, target);
  llvm::SmallString<0> text;
  llvm::raw_svector_ostream stream(text);
  llvm::legacy::PassManager passes;
  bool added = add_codegen_passes(passes, static_cast<llvm::LLVMTargetMachine&>(machine), stream);
  assert(added && "the target prints assembly");
  (void)added;
  passes.run(module);
  return tidy(std::string_view(text.data(), text.size()), target);
}

}  // namespace portolan::llvm_proposer
