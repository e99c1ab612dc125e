// What may stand in each hole: what its place takes, found by trying words of the vocabulary with the assembler, all at
// once. No encoding rule is written down here.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "frontends/asm/unit.h"
#include "translate/sketch/sketch.h"

namespace portolan::sketch {

// Immediates that are too many to be listed: all between the two that the assembler takes.
struct WideRange {
  int64_t low = 0, high = 0;
};

struct Domain {
  std::vector<std::string> values;  // likely ones first
  std::optional<WideRange> wide;    // `values` are only the first to try
};

// Which of these lines assemble, each by itself, in a file that has the sketch's labels. None may hold a line end.
std::vector<bool> assembles(const Sketch& sketch, std::span<const std::string> lines);

// The sketch with its hole lines replaced by an instruction without effect.
assembly::Unit skeleton(const Sketch& sketch);

// Constants that instructions of the unit hold.
std::vector<int64_t> constants_of(const assembly::Unit& unit);

// One domain for each hole. `constants`: what immediates are likely to be made of. Errors: an instruction that the
// target lacks, a hole that nothing fits, a list of which nothing assembles.
Expected<std::vector<Domain>> find_domains(const Sketch& sketch, const assembly::Unit& skeleton,
                                           std::span<const int64_t> constants);

}  // namespace portolan::sketch
