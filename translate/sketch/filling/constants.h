// Constants that a sketch and its source hold, and what immediates are likely to be for their sake.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "frontends/asm/unit.h"

namespace portolan::sketch::filling {

// Constants that instructions of the unit hold, or those of these functions; frequent ones first.
std::vector<int64_t> constants_of(const assembly::Unit& unit, const std::set<std::string>* functions = nullptr);

// What immediates are likely to be made of: of the functions that are filled, and of all there is besides.
struct Constants {
  std::vector<int64_t> own, others;
};

// Those and what compilers make of them, likely ones first.
std::vector<int64_t> likely_constants(const Constants& constants);

// Values by which the span of an immediate's hole shows: around every power of two, and some between; in order.
std::vector<int64_t> probes();

// A character of a word in assembler text.
bool is_word(char c);

}  // namespace portolan::sketch::filling
