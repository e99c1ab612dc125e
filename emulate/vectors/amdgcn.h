// Recorded results of AMDGCN instructions and kernels, run again on our own engine (what a line holds: docs/amdgcn.md).
#pragma once

#include "emulate/vectors/vectors.h"

namespace portolan::vectors {

// Calls `use` for each form, which is a mnemonic on a processor or a kernel, in the order in which they first appear.
std::optional<Diagnostic> run_amdgcn(std::string_view text, const std::string& file,
                                     const std::function<void(FormResult)>& use,
                                     simt::Mode mode = simt::Mode::compiled);

}  // namespace portolan::vectors
