// Which part of a draft is to blame, and sketches that open it: blocks between the judge's cut points that are proved
// stay as they are.
#pragma once

#include <set>

#include "translate/propose/proposer.h"
#include "verify/prove/prove.h"

namespace portolan::guess {

// Lines of the draft that may hold what is wrong. `first_line`: where the draft's first line stands in the file that
// was proved. All of them, if the proof does not tell.
std::set<size_t> doubtful_lines(const propose::Draft& draft, const prove::Proof& proof, uint32_t first_line);

// Bodies with holes, likely ones first: in words that samples or the model itself doubt, then kind by kind.
std::vector<std::string> open_places(const propose::Draft& draft, const std::set<size_t>& lines, Isa isa, size_t most);

}  // namespace portolan::guess
