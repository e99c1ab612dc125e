// How two frames are laid over each other where addresses of locals are computed or given away.
#pragma once

#include "verify/prove/executor.h"

namespace portolan::prove {

// The parts of a frame between registers that were saved in it that hold something whose address is computed.
std::vector<std::pair<int64_t, int64_t>> objects_of(const FrameSurvey& survey, unsigned return_address_bytes);

// How far the target's locals may be from the source's, the likeliest first.
std::vector<int64_t> likely_distances(const FrameSurvey& source, const FrameSurvey& target, bool same_isa);

}  // namespace portolan::prove
