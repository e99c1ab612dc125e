// One instruction as LLVM MC prints it: mnemonic, operands, modifiers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portolan::amdgcn {

struct Operand {
  enum Kind : uint8_t {
    none,
    vector,  // `count` registers from v`first`
    accumulator,
    scalar,   // numbered as in encodings: vcc_lo is 106, m0 124 or 125, exec_lo 126
    integer,  // `value`; a literal if it is written in hexadecimal
    real,     // `number`, an inline constant of the operand's own format
    null,
    off,
    other,  // `text`
  };
  Kind kind = none;
  bool negated = false, absolute = false, extended = false;  // -a, |a|, sext(a)
  bool literal = false;                                      // 32 bits in the encoding
  enum Half : uint8_t { whole, lower, upper } half = whole;  // v2.l, v2.h
  uint32_t first = 0, count = 1;
  int64_t value = 0;
  double number = 0;
  std::string text;
};

struct Modifier {
  std::string name, value;  // of "offset:16"; `value` is empty for "glc"
};

struct Instruction {
  std::string name;    // without the suffix of the encoding
  std::string suffix;  // e32 e64 dpp sdwa e64_dpp, or nothing
  std::string text;    // the whole line
  std::vector<Operand> operands;
  std::vector<Modifier> modifiers;

  const std::string* modifier(std::string_view name) const;
  bool has(std::string_view name) const { return modifier(name) != nullptr; }
  int64_t number(std::string_view name, int64_t otherwise = 0) const;  // decimal or hexadecimal
  // op_sel:[0,1]: element n; `otherwise` where it is not written.
  bool bit(std::string_view name, size_t n, bool otherwise = false) const;
};

inline constexpr uint32_t kFlatScratch = 102, kVccLow = 106, kM0 = 125, kExecLow = 126;

// Two for a line with "::" (VOPD), else one; none: the line is no instruction.
std::vector<Instruction> parse_line(std::string_view line);

}  // namespace portolan::amdgcn
