// What the fuzz targets of assembler text share: guess the CPU, read the text as one CPU's, lift everything in it.
#pragma once

#include <string>

#include "frontends/asm/detect.h"
#include "tests/fuzz/lift_all.h"

namespace portolan {

inline void read_text(Isa isa, std::string_view text) {
  assembly::likely_isas(text);
  assembly::ReadOptions options;
  options.isa = isa;
  if (Expected<assembly::Unit> unit = assembly::read_unit(text, "input", options)) lift_all(*unit);
}

}  // namespace portolan
