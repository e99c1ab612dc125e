// One translation unit as every CPU frontend sees it, whether it came from assembler text or from an object file:
// sections with bytes, fix-ups and instructions, symbols, and where in the input each thing stood. All references are
// symbolic, so nothing here depends on where a linker will put anything.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/diagnostic.h"
#include "ir/isa.h"
#include "llvm/MC/MCInst.h"

namespace portolan::assembly {

using SymbolId = uint32_t;
using SectionId = uint32_t;
inline constexpr SymbolId kNoSymbol = UINT32_MAX;
inline constexpr SectionId kUndefined = UINT32_MAX;     // defined in another unit
inline constexpr SectionId kCommon = UINT32_MAX - 1;    // a common symbol: size and alignment, no section
inline constexpr SectionId kAbsolute = UINT32_MAX - 2;  // offset is the value

enum class Binding : uint8_t { local, global, weak };
enum class Visibility : uint8_t { normal, hidden, protected_, internal };
enum class SymbolKind : uint8_t { none, function, object, thread_local_, section, file, indirect_function };

struct Symbol {
  std::string name;
  Binding binding = Binding::local;
  Visibility visibility = Visibility::normal;
  SymbolKind kind = SymbolKind::none;
  SectionId section = kUndefined;
  uint64_t offset = 0;     // bytes from the start of its section (absolute symbols: the value)
  uint64_t size = 0;       // bytes, 0 if not stated
  uint64_t alignment = 1;  // common symbols only
  bool temporary = false;  // an assembler-local label (.L…, 1:) or one invented for a branch target of an object file
  uint32_t line = 0;
};

// How an operand or a fix-up uses "symbol + addend". The ISAs' many relocations fall into these few meanings; page and
// pc-relative splits are named by the part of the address they give, because a pair always adds up to the whole.
enum class Reference : uint8_t {
  none,
  address,       // the address itself: branch target, call, movabs, .quad, x86 sym(%rip); PLT references too
  address_high,  // AArch64 adrp sym; RISC-V %hi, %pcrel_hi
  address_low,   // AArch64 :lo12:sym; RISC-V %lo, %pcrel_lo (symbol is the final target, not the auipc's label)
  got,           // the address of the GOT slot of symbol: x86 sym@GOTPCREL(%rip)
  got_high,      // AArch64 :got:sym; RISC-V %got_pcrel_hi
  got_low,       // AArch64 :got_lo12:sym; RISC-V %pcrel_lo of a %got_pcrel_hi
  tls_offset,    // offset from the thread pointer: x86 sym@tpoff (negative there; the lifter only adds it to fs base)
  tls_offset_high,  // AArch64 :tprel_hi12:; RISC-V %tprel_hi
  tls_offset_low,   // AArch64 :tprel_lo12[_nc]:; RISC-V %tprel_lo
  tls_offset_add,   // RISC-V %tprel_add marker: contributes nothing
  tls_got,          // the address of the GOT slot that holds the thread-pointer offset: x86 sym@gottpoff(%rip)
  tls_got_high,     // AArch64 :gottprel:; RISC-V %tls_ie_pcrel_hi
  tls_got_low,      // AArch64 :gottprel_lo12:; RISC-V %pcrel_lo of a %tls_ie_pcrel_hi
  tls_index,        // argument of __tls_get_addr: x86 sym@tlsgd, RISC-V %tls_gd_pcrel_hi
  tls_index_low,
  tls_descriptor,  // AArch64 :tlsdesc: and its parts; marks the call itself (blr) as operand 1
};

// (symbol + addend - minus) >> right_shift. Data tables use minus and right_shift; instruction operands never do.
// In objects a table relative to its own place (x86-64, AArch64) has the section symbol of the table's section as
// minus.
struct SymbolicValue {
  SymbolId symbol = kNoSymbol;
  SymbolId minus = kNoSymbol;
  int64_t addend = 0;
  Reference reference = Reference::none;
  uint8_t right_shift = 0;
};

// Prefixes of x86-64 in MCInst::getFlags(); a `lock` or `rep` written as a statement of its own is folded into the next
// instruction.
inline constexpr unsigned kFlagRepeatNotEqual = 4;
inline constexpr unsigned kFlagRepeat = 8;
inline constexpr unsigned kFlagLock = 16;
inline constexpr unsigned kFlagNotrack = 32;

// The opcode of a placeholder: at this place stands something that could not be read, so a lifter that meets it refuses
// the function (LLVM's PHI, which no assembler or disassembler makes). Unit::unread says what stood there.
inline constexpr unsigned kUnreadOpcode = 0;

// One instruction. Symbolic operands are replaced in `inst` by immediate 0 and listed beside it.
struct Instruction {
  struct SymbolicOperand {
    uint8_t operand;  // index into inst's operands
    SymbolicValue value;
  };
  llvm::MCInst inst;
  std::vector<SymbolicOperand> symbolic;
  uint64_t offset = 0;  // in its section; for text a stand-in (x86-64: 16 apart, others: 4), for objects the real one
  uint32_t line = 0;    // text: the line; objects: 0
  uint8_t size = 0;     // bytes (text: the stand-in spacing)

  const SymbolicValue* symbolic_operand(unsigned index) const {
    for (const SymbolicOperand& s : symbolic)
      if (s.operand == index) return &s.value;
    return nullptr;
  }
};

// A value that the linker or loader stores into a data section.
struct Fixup {
  uint64_t offset = 0;
  uint8_t size = 8;  // bytes: 1, 2, 4 or 8
  SymbolicValue value;
  uint32_t line = 0;
};

struct Section {
  std::string name;
  std::string flags;  // as .section prints them: "aw", "ax", "aMS", "awT", …
  std::string type;   // "progbits", "nobits", "init_array", "fini_array", "note", …
  uint64_t entry_size = 0;
  uint64_t alignment = 1;
  uint64_t size = 0;                      // bytes, including what `contents` does not store (nobits)
  std::vector<uint8_t> contents;          // data bytes; in executable sections of text, zeros where instructions are,
                                          // in those of objects the code bytes
  std::vector<Fixup> fixups;              // sorted by offset
  std::vector<Instruction> instructions;  // sorted by offset
  bool executable = false;
  bool writable = false;
  bool thread_local_ = false;
  bool allocated = true;  // part of the running program; debug and note sections are not

  // Index of the instruction at offset, or nothing.
  std::optional<size_t> instruction_at(uint64_t offset) const;
};

// Tables that only an unwinder reads. They are not carried over: frames are laid out anew.
bool is_unwind_table(std::string_view section_name);
// Why a function that has exception handlers is refused: an exception would pass its translation by.
inline constexpr const char* kHandlersReason = "exception handlers are not carried over";

// A statement (text) or bytes (object) that could not be read. In an executable section an instruction with
// kUnreadOpcode stands at the offset.
struct UnreadLine {
  uint32_t line = 0;  // objects: 0
  SectionId section = 0;
  uint64_t offset = 0;
  std::string text;    // the source line, or the bytes in hexadecimal
  std::string reason;  // one sentence without file and line
};

struct Unit {
  Isa isa = Isa::x86_64;
  std::string file;  // as the user named it
  bool from_object = false;
  std::vector<std::string> lines;  // text input only, without line ends; line n is lines[n - 1]
  std::vector<Section> sections;
  std::vector<Symbol> symbols;
  std::map<std::string, SymbolId> symbol_by_name;  // not for temporary symbols of object files
  std::vector<Diagnostic> diagnostics;             // what could not be read; the rest of the unit is still here
  std::vector<UnreadLine> unread;                  // the same by place, complete even where diagnostics were cut short

  // Entry symbols of the functions, in input order: SymbolKind::function with a definition in an executable section,
  // or a global label there. gcc's cold parts (name.cold) are not functions of their own.
  std::vector<SymbolId> functions() const;
  SourceLocation location(const Instruction& instruction) const;
};

}  // namespace portolan::assembly
