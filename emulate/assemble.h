// Assembler text to a relocatable ELF object, in process.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "emulate/image.h"

namespace llvm {
class MCAsmInfo;
class MCInstrInfo;
class MCRegisterInfo;
class Target;
}  // namespace llvm

namespace portolan::emulate {

struct AssembleOptions {
  std::string name = "<assembly>";             // what messages call the text
  std::string features;                        // LLVM feature string added to the ISA's own, such as "+sve,+bf16"
  std::vector<uint32_t>* bad_lines = nullptr;  // where all errors stand goes here, the first one's line first
};

// LLVM's tables of the machine whose text it is.
struct AssemblerTables {
  const llvm::Target& target;
  std::string triple, processor, features, abi;  // the last goes into the header's flags, which the linker compares
  const llvm::MCAsmInfo& asm_info;
  const llvm::MCRegisterInfo& registers;
  const llvm::MCInstrInfo& instructions;
};
Expected<Object> assemble(const AssemblerTables& tables, std::string_view text, const std::string& name,
                          std::vector<uint32_t>* bad_lines = nullptr);

// Text is GNU assembler syntax. The error is the first one, with its line.
Expected<Object> assemble(Isa isa, std::string_view text, const AssembleOptions& options = {});

}  // namespace portolan::emulate
