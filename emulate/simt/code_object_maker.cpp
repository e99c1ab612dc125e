#include "emulate/simt/code_object_maker.h"

#include <fmt/format.h>

#include <memory>
#include <mutex>

#include "emulate/assemble.h"
#include "emulate/subprocess.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCTargetOptions.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"

namespace portolan::simt {
namespace {

constexpr const char* kTriple = "amdgcn-amd-amdhsa";

const llvm::Target* find_target(std::string& error) {
  static std::mutex registry;  // LLVM's list of targets is not guarded
  std::lock_guard lock(registry);
  LLVMInitializeAMDGPUTargetInfo();
  LLVMInitializeAMDGPUTargetMC();
  LLVMInitializeAMDGPUAsmParser();
  return llvm::TargetRegistry::lookupTarget(kTriple, error);
}

Expected<emulate::Object> link(const emulate::Object& object) {
  auto directory = emulate::TemporaryDirectory::make();
  if (!directory) return directory.error();
  const std::string from = directory->file("object.o"), to = directory->file("linked");
  if (std::string failure = emulate::write_file(from, object); !failure.empty()) return error_at({}, failure);
  auto linked = emulate::run_process({"ld.lld-19", "-shared", "--build-id=none", from, "-o", to});
  if (!linked) return linked.error();
  if (linked->status != 0) return error_at({}, fmt::format("linking the code object failed: {}", linked->messages));
  return emulate::read_file(to);
}

}  // namespace

std::optional<amdgcn::Processor> processor_of_assembly(std::string_view text) {
  constexpr std::string_view kDirective = ".amdgcn_target";
  size_t at = text.find(kDirective);
  if (at == std::string_view::npos) return std::nullopt;
  text = text.substr(at + kDirective.size());
  text = text.substr(0, text.find('\n'));
  if (at = text.rfind("--"); at == std::string_view::npos) return std::nullopt;
  text = text.substr(at + 2);
  return amdgcn::processor_from_string(text.substr(0, text.find_first_of("\":")));
}

Expected<emulate::Object> make_code_object(amdgcn::Processor processor, std::string_view text,
                                           const std::string& name) {
  std::string error;
  const llvm::Target* target = find_target(error);
  if (!target) return error_at({name, 0, 0}, error);
  const std::unique_ptr<llvm::MCRegisterInfo> registers(target->createMCRegInfo(kTriple));
  const std::unique_ptr<llvm::MCAsmInfo> asm_info(target->createMCAsmInfo(*registers, kTriple, {}));
  const std::unique_ptr<llvm::MCInstrInfo> instructions(target->createMCInstrInfo());
  auto object = emulate::assemble(
      {*target, kTriple, std::string(to_string(processor)), "", "", *asm_info, *registers, *instructions}, text, name);
  if (!object) return object.error();
  return link(*object);
}

}  // namespace portolan::simt
