// What the readers' fuzz targets do with a unit: look at everything in it, lift every function.
#pragma once

#include "frontends/asm/reader.h"
#include "frontends/lifters.h"

namespace portolan {

inline void lift_all(const assembly::Unit& unit) {
  assembly::CodeIndex index(unit);
  for (assembly::SymbolId entry : unit.functions()) assembly::lift_function(index, frontends::lifter(unit.isa), entry);
}

}  // namespace portolan
