// Recorded results of PTX instructions: the part of `portolan isa run` that is not about described chips.
#pragma once

#include <string>

#include "cli/commands.h"

namespace portolan::cli {

struct PtxVectors {
  std::string vectors;  // the file
  std::string form;     // only forms whose name contains this
  bool json = false, summary = false;
};
Exit run_ptx_vectors(const PtxVectors& arguments);

}  // namespace portolan::cli
