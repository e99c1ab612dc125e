// Writes opcodes.h of one ISA: LLVM's target-private numbers of opcodes and registers, which its packages do not ship
// as headers, read from the very library that Portolan links.
//   portolan_generate_opcodes TRIPLE NAMESPACE FILE
#include <cstdlib>
#include <memory>
#include <string>

#include "llvm/Config/llvm-config.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"

namespace {

// <termios.h> and others define macros named like control and vector registers (CR0, B0), so those are undefined first.
void write_name(llvm::raw_ostream& out, llvm::StringRef name, unsigned number) {
  out << "  " << name << " = " << number << ",\n";
}

void undefine(llvm::raw_ostream& out, llvm::StringRef name) {
  out << "#undef " << name << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    llvm::errs() << "usage: " << argv[0] << " TRIPLE NAMESPACE FILE\n";
    return 2;
  }
  LLVMInitializeX86TargetInfo(), LLVMInitializeX86TargetMC();
  LLVMInitializeAArch64TargetInfo(), LLVMInitializeAArch64TargetMC();
  LLVMInitializeRISCVTargetInfo(), LLVMInitializeRISCVTargetMC();
  std::string error;
  const llvm::Target* target = llvm::TargetRegistry::lookupTarget(argv[1], error);
  std::error_code cannot_write;
  llvm::raw_fd_ostream out(argv[3], cannot_write);
  if (target == nullptr || cannot_write) {
    llvm::errs() << argv[0] << ": " << error << cannot_write.message() << "\n";
    return 1;
  }
  std::unique_ptr<llvm::MCInstrInfo> instructions(target->createMCInstrInfo());
  std::unique_ptr<llvm::MCRegisterInfo> registers(target->createMCRegInfo(argv[1]));

  out << "// Generated from LLVM " << LLVM_VERSION_STRING
      << " by frontends/asm/generate: not to be edited.\n#pragma once\n";
  for (unsigned i = 1; i < registers->getNumRegs(); ++i) undefine(out, registers->getName(i));
  out << "\nnamespace portolan::" << argv[2] << " {\n\nenum Opcode : unsigned {\n";
  for (unsigned i = 0; i < instructions->getNumOpcodes(); ++i) write_name(out, instructions->getName(i), i);
  out << "  kOpcodeCount = " << instructions->getNumOpcodes()
      << "\n};\n\nenum Register : unsigned {\n  NoRegister = 0,\n";
  for (unsigned i = 1; i < registers->getNumRegs(); ++i) write_name(out, registers->getName(i), i);
  out << "  kRegisterCount = " << registers->getNumRegs() << "\n};\n\n}  // namespace portolan::" << argv[2] << "\n";
  return 0;
}
