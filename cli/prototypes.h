// What commands know of the types of a file's functions.
#pragma once

#include "cli/input.h"
#include "translate/abi/types.h"

namespace portolan::cli {

// All headers together, as one instruction set reads them; the first to name a function counts.
Expected<abi::Prototypes> read_headers(const std::vector<std::string>& headers, Isa isa);
// Those of the file's debug information; what cannot be read is reported and left out.
abi::Prototypes debug_prototypes(const InputFile& file);

}  // namespace portolan::cli
