// A sketch as a program that can be run with any filling: one image holds the code and, beside it, each line with holes
// in all its variants. Whoever runs it decides at such a line which variant stands there. References of a variant mean
// what they would mean in the line's own place, because assembler and linker see one text.
#pragma once

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "emulate/image.h"
#include "frontends/asm/machine.h"
#include "translate/sketch/filling/domains.h"

namespace portolan::sketch::filling {

using Mask = uint64_t;  // of holes
static_assert(kMostHoles < 64);

constexpr Mask bit(HoleId hole) {
  return Mask{1} << hole;
}

// A line with holes.
struct Site {
  uint32_t line = 0;  // index in Sketch::lines
  std::vector<HoleId> holes;
  Mask mask = 0;
  bool sequence = false;  // a ?seq stands there
  uint64_t address = 0, after = 0;
  // By the holes' values as digits, the first hole's fastest: where the variant stands, 0: it does not assemble.
  std::vector<uint64_t> variants;
  std::vector<uint32_t> costs;                   // of the variants
  uint64_t variants_low = 0, variants_high = 0;  // all of them stand between these
  // What some variant may do: write and read these slots, store where another does not, choose where to go on.
  std::vector<assembly::Slot> written, read;
  std::vector<assembly::Slot> surely;  // every variant writes these
  bool stores = false, branches = false;
};

struct Layout {
  std::vector<Site> sites;
  emulate::Object object;
  uint64_t slot_bytes = 0;  // a variant stands at the start of a slot, and is over at its end
  // After linking.
  std::unordered_map<uint64_t, uint32_t> site_at;  // by address of the line
  std::unordered_set<uint64_t> slot_ends;
};

// Domains of lines that would have too many variants lose their least likely values; `shortened` says which.
Expected<Layout> lay_out(const Sketch& sketch, std::vector<Domain>& domains, Mask& shortened);

// Fills in the addresses, and what the variants do.
void locate(Layout& layout, const emulate::Image& image);

}  // namespace portolan::sketch::filling
