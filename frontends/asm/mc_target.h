// LLVM MC's tables of one CPU, bundled: names of opcodes and registers, operand descriptions, printing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "ir/isa.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstPrinter.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCTargetOptions.h"
#include "llvm/MC/TargetRegistry.h"

namespace portolan::assembly {

class McTarget {
 public:
  // The tables are made once per ISA and process and live until it ends.
  static const McTarget& get(Isa isa);

  Isa isa() const { return isa_; }
  const llvm::Target& target() const { return *target_; }
  const std::string& triple() const { return triple_; }
  const std::string& features() const { return features_; }
  const llvm::MCRegisterInfo& registers() const { return *registers_; }
  const llvm::MCInstrInfo& instructions() const { return *instructions_; }
  const llvm::MCSubtargetInfo& subtarget() const { return *subtarget_; }
  const llvm::MCAsmInfo& asm_info() const { return *asm_info_; }
  const llvm::MCTargetOptions& options() const { return options_; }

  std::string_view opcode_name(unsigned opcode) const;
  std::string_view register_name(unsigned reg) const;
  // As GNU as would write it (x86-64: AT&T), without symbolic operands. For messages and comments.
  std::string print(const llvm::MCInst& inst) const;

 private:
  explicit McTarget(Isa isa);
  Isa isa_;
  std::string triple_;
  std::string features_;
  llvm::MCTargetOptions options_;
  const llvm::Target* target_ = nullptr;
  std::unique_ptr<llvm::MCRegisterInfo> registers_;
  std::unique_ptr<llvm::MCAsmInfo> asm_info_;
  std::unique_ptr<llvm::MCInstrInfo> instructions_;
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget_;
};

}  // namespace portolan::assembly
