// Judges one case: what the IR did against what the oracle did.
#pragma once

#include "tests/semantics_gate/state.h"

namespace portolan::gate {

enum class Verdict : uint8_t {
  agree,
  disagree,
  oracle_lacks,  // the oracle does not know the instruction
  misaligned,    // the oracle traps on an access that the IR, which has no alignment, makes
  unjudged,      // the IR run ended in a way that only a whole program gives meaning to
};

struct Judgement {
  Verdict verdict = Verdict::agree;
  std::string difference;  // disagree: one line per register, flag or byte
};

// `undefined_flags`: the row's flags column. `singles_unboxed`: the oracle's single-precision results lack the box.
Judgement judge(const Case& test, const SlotMap& map, const IrResult& ir, const emulate::Outcome& oracle,
                uint64_t entry, unsigned taken_offset, std::string_view flags, bool singles_unboxed);

}  // namespace portolan::gate
