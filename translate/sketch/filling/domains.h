// What may stand in each hole: what its place takes, found by trying words of the vocabulary with the assembler, all at
// once. No encoding rule is written down here.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "frontends/asm/unit.h"
#include "translate/sketch/filling/constants.h"
#include "translate/sketch/sketch.h"

namespace portolan::sketch::filling {

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

// The functions that have holes.
std::set<std::string> functions_with_holes(const Sketch& sketch, const assembly::Unit& skeleton);

std::vector<const assembly::Instruction*> instructions_of(const assembly::Unit& unit,
                                                          const std::set<std::string>& functions);

// One domain for each hole. Errors: an instruction that the target lacks, a hole that nothing fits, a list of which
// nothing assembles.
Expected<std::vector<Domain>> find_domains(const Sketch& sketch, const assembly::Unit& skeleton,
                                           const Constants& constants);

}  // namespace portolan::sketch::filling
