// A rule: what a piece of data flow of the IR becomes on a target. The text form is described in docs/add-a-rule.md.
//
// A rule file states rules over parameters (widths, lanes); what is proved, matched and emitted is an instance, in
// which each parameter has a value.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ir/diagnostic.h"
#include "ir/function.h"
#include "ir/isa.h"

namespace portolan::rules {

// A parameter of the pattern. A register operand may be any value; an immediate is a constant that is written into the
// template.
struct Operand {
  std::string name;
  uint32_t width = 0;
  bool immediate = false;
};

enum class Bank : uint8_t { general, vector };
// What a general register holds above a value that is narrower.
enum class Above : uint8_t { anything, zeros, sign };

// A value of the pattern, a constant or a scratch value as the template sees it. Wide values in general registers take
// several, lowest first.
struct TemplateRegister {
  std::string name;
  uint32_t width = 0;
  Bank bank = Bank::general;
  Above above = Above::anything;
  std::optional<ir::APInt> constant;
  std::string tied_to;  // outputs: the input in whose register it is
  bool early = false;   // outputs: written while inputs are still needed; found by looking at the text
  uint32_t pieces() const { return bank == Bank::general && width > 64 ? width / 64 : 1; }
};

// A line of assembly: literal text and operands in turn.
struct TemplatePiece {
  std::string text;  // literal, or the operand's name
  bool operand = false;
  int piece = -1;       // of several registers; -1: the only one (or the present chunk's)
  char modifier = 0;    // of the register's name: b h s d q w x
  int64_t minuend = 0;  // immediates: {64-n}
  bool subtract = false;
};

struct TemplateLine {
  std::vector<TemplatePiece> pieces;
  uint32_t line = 0;  // of the file
};

struct Template {
  Isa isa = Isa::aarch64;
  std::vector<std::string> features;
  std::vector<TemplateRegister> inputs, outputs, constants, temporaries;
  bool flags = false;   // clobbers the condition flags
  bool unused = false;  // kept for other chips: LLVM alone does as well
  uint32_t chunk = 0;   // bits of every operand that the text handles at a time; 0: all
  std::vector<TemplateLine> lines;
  SourceLocation location;
  uint32_t cost = 0;  // instructions, constants included
};

struct Instance {
  std::string name;  // of the rule, and its parameters' values
  std::string origin;
  SourceLocation location;
  std::string text;      // without comments, parameters filled in: what the proof is filed under
  ir::Function pattern;  // block 0 alone; `ret` gives the outputs
  std::vector<Operand> operands;
  std::vector<std::string> outputs;
  std::optional<ir::Function> requirement;  // over the immediates, in their order; gives one bit
  std::vector<Template> templates;

  // Pattern size in operations, constants aside.
  size_t size() const;
};

const TemplateRegister* find_register(const Template& t, std::string_view name);

// Each is a proof of its own; larger values are never matched.
inline constexpr size_t kMostImmediates = 256;

// Values of the immediates that the requirement allows, one vector for each combination; one empty vector if the rule
// has none.
std::vector<std::vector<ir::APInt>> immediate_values(const Instance& rule);
bool allowed(const Instance& rule, const std::vector<ir::APInt>& immediates);

}  // namespace portolan::rules
