// Which functions of two files are compared, and what is known of their types.
#pragma once

#include "cli/input.h"
#include "translate/pair.h"

namespace portolan::cli {

bool has_function(const assembly::Unit& unit, const std::string& name);

// The pairs that --function names; without it every function of the source that the target has under the same name.
// What the source exports and the target lacks comes back in `missing`.
Expected<std::vector<translate::Names>> find_pairs(const std::vector<std::string>& functions,
                                                   const assembly::Unit& source, const assembly::Unit& target,
                                                   std::vector<std::string>& missing);

Expected<translate::PairedFile> pair_file(const std::vector<std::string>& headers, const InputFile& file);

// Those of the pairs, and of functions outside.
std::map<std::string, verify::Boundary> all_boundaries(const translate::PairedFile& source,
                                                       const translate::PairedFile& target,
                                                       const std::vector<verify::Boundary>& pairs);

}  // namespace portolan::cli
