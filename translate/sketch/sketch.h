// A sketch: assembler text of a target with typed holes. Around the holes it is text and stays text, so nothing here
// knows an instruction; what may stand in a hole is what the target's assembler takes there (domains.h), out of what
// the target's tables offer (vocabulary.h). docs/sketches.md describes the format.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ir/diagnostic.h"
#include "ir/isa.h"

namespace portolan::sketch {

enum class HoleKind : uint8_t { imm, reg, cond, op, shift, lane, label, seq };
std::string_view to_string(HoleKind kind);

// One unknown, which stands in as many places as its name occurs.
struct Hole {
  HoleKind kind = HoleKind::imm;
  uint32_t number = 0;                  // imm: bits; seq: the most instructions; 0: not stated
  std::vector<std::string> candidates;  // as listed; empty: whatever fits
  std::string name;                     // empty: this one occurrence
  uint32_t line = 0, column = 0;        // where it occurs first
};

using HoleId = uint32_t;
inline constexpr HoleId kNoHole = UINT32_MAX;

// Text, and the hole behind it.
struct Piece {
  std::string text;
  HoleId hole = kNoHole;
};

struct Line {
  std::vector<Piece> pieces;
  std::string labels;  // lines with holes: "name:" in front of the instruction, which the pieces lack
  bool has_holes() const;
  // Each hole once, in order.
  std::vector<HoleId> holes() const;
  bool mentions(HoleId hole) const;
};

struct Sketch {
  Isa isa = Isa::aarch64;
  std::string file;
  std::vector<Line> lines;  // line n of the file is lines[n - 1]
  std::vector<Hole> holes;
};

// More holes than this are refused: a sketch is a question, not a language.
inline constexpr size_t kMostHoles = 63;
inline constexpr size_t kMostCandidates = 1 << 16;
inline constexpr uint32_t kLongestSequence = 3;

struct Label {
  std::string name;
  uint32_t line = 0;
};
// Labels with a name, in order.
std::vector<Label> labels_of(const Sketch& sketch);

// `file` is what messages call the text. The error is the first.
Expected<Sketch> parse(std::string_view text, const std::string& file, Isa isa);

// In the canonical form: parse(print(s)) is s again.
std::string print(const Sketch& sketch);
std::string print(const Hole& hole);

// The line with each hole replaced by values[hole]; without its labels.
std::string instantiate(const Line& line, const std::vector<std::string>& values);
// The whole sketch, filled.
std::string instantiate(const Sketch& sketch, const std::vector<std::string>& values);

Diagnostic error_at_hole(const Sketch& sketch, HoleId hole, std::string message);

}  // namespace portolan::sketch
