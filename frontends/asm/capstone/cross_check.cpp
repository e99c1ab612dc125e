#include "frontends/asm/capstone/cross_check.h"

#include <capstone/capstone.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include "frontends/asm/mc_target.h"

namespace portolan::assembly {
namespace {

// LLVM prints prefixes before the mnemonic, Capstone too; what follows the first blank is operands.
std::string mnemonic(std::string_view printed) {
  for (std::string_view prefix : {"lock", "rep", "repne", "notrack", "data16"}) {
    if (!printed.starts_with(prefix) || printed.size() == prefix.size()) continue;
    char behind = printed[prefix.size()];
    if (behind != ' ' && behind != '\t') continue;
    size_t next = printed.find_first_not_of(" \t", prefix.size());
    if (next != std::string_view::npos) printed = printed.substr(next);
  }
  return std::string(printed.substr(0, printed.find_first_of(" \t")));
}

struct Kind {
  bool branch, call, ret;
  bool operator==(const Kind&) const = default;
};

class Checker {
 public:
  Checker(const Unit& unit, csh handle) : unit_(unit), target_(McTarget::get(unit.isa)), handle_(handle) {}

  std::vector<Diagnostic> run() {
    std::unique_ptr<cs_insn, void (*)(cs_insn*)> decoded(cs_malloc(handle_), [](cs_insn* i) { cs_free(i, 1); });
    for (const Section& section : unit_.sections)
      for (const Instruction& instruction : section.instructions) check(section, instruction, decoded.get());
    return std::move(warnings_);
  }

 private:
  void check(const Section& section, const Instruction& instruction, cs_insn* decoded) {
    if (instruction.inst.getOpcode() == kUnreadOpcode ||
        instruction.offset + instruction.size > section.contents.size())
      return;
    const uint8_t* code = section.contents.data() + instruction.offset;
    size_t size = instruction.size;
    uint64_t address = instruction.offset;
    if (!cs_disasm_iter(handle_, &code, &size, &address, decoded)) return;
    std::string ours = mnemonic(target_.print(instruction.inst));
    if (decoded->size != instruction.size)
      warn(section, instruction,
           fmt::format("LLVM reads {} bytes ({}), Capstone {} ({})", instruction.size, ours, decoded->size,
                       decoded->mnemonic));
    else if (!(our_kind(instruction) == their_kind(decoded)))
      warn(section, instruction,
           fmt::format("LLVM and Capstone disagree on what kind of instruction this is: {}, {}", ours,
                       decoded->mnemonic));
    else if (std::string theirs = mnemonic(decoded->mnemonic); !same_mnemonic(ours, theirs))
      warn(section, instruction, fmt::format("LLVM reads {}, Capstone {}", ours, theirs));
  }

  Kind our_kind(const Instruction& instruction) const {
    const llvm::MCInstrDesc& d = target_.instructions().get(instruction.inst.getOpcode());
    return {d.isBranch() && !d.isCall(), d.isCall(), d.isReturn()};
  }

  Kind their_kind(const cs_insn* decoded) const {
    bool jump = cs_insn_group(handle_, decoded, CS_GRP_JUMP), call = cs_insn_group(handle_, decoded, CS_GRP_CALL);
    bool ret = cs_insn_group(handle_, decoded, CS_GRP_RET);
    // Capstone 4 has no call group on AArch64 and puts bl among jumps or nowhere.
    if (unit_.isa == Isa::aarch64) {
      std::string_view name = decoded->mnemonic;
      bool is_call = name == "bl" || name == "blr", is_ret = name == "ret";
      bool is_jump =
          name == "b" || name == "br" || name.starts_with("b.") || name.starts_with("cb") || name.starts_with("tb");
      return {is_jump && name != "tbl" && name != "tbx", is_call, is_ret};
    }
    return {jump && !call && !ret, call, ret};
  }

  // The two differ in AT&T's width suffixes (retq, ret) and in aliases; the first letters tell instructions apart.
  bool same_mnemonic(std::string_view a, std::string_view b) const {
    if (a == b || (unit_.isa == Isa::aarch64 && (a == "mov" || b == "mov"))) return true;  // an alias of many
    size_t common = std::min({a.size(), b.size(), size_t{2}});
    return a.substr(0, common) == b.substr(0, common);
  }

  void warn(const Section& section, const Instruction& instruction, const std::string& what) {
    if (warnings_.size() < 100)
      warnings_.push_back({Severity::warning,
                           {unit_.file, 0, 0},
                           fmt::format("section {} offset {:#x}: {}", section.name, instruction.offset, what),
                           {}});
  }

  const Unit& unit_;
  const McTarget& target_;
  csh handle_;
  std::vector<Diagnostic> warnings_;
};

}  // namespace

std::vector<Diagnostic> cross_check_with_capstone(const Unit& unit) {
  if (!unit.from_object || unit.isa == Isa::riscv64) return {};
  csh handle = 0;
  bool x86 = unit.isa == Isa::x86_64;
  if (cs_open(x86 ? CS_ARCH_X86 : CS_ARCH_ARM64, x86 ? CS_MODE_64 : CS_MODE_ARM, &handle) != CS_ERR_OK) return {};
  cs_option(handle, CS_OPT_DETAIL, CS_OPT_ON);
  if (x86) cs_option(handle, CS_OPT_SYNTAX, CS_OPT_SYNTAX_ATT);
  std::vector<Diagnostic> warnings = Checker(unit, handle).run();
  cs_close(&handle);
  return warnings;
}

}  // namespace portolan::assembly
