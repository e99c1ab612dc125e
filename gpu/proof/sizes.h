// Which launches a proof follows: first few and small ones that run as much of the source's code as any, then those in
// which every value of every size has its turn.
#pragma once

#include <optional>

#include "emulate/simt/module.h"
#include "gpu/differential/instance.h"
#include "ir/fair_clock.h"

namespace portolan::proof {

struct Chosen {
  std::vector<differential::Instance> launches;
  size_t needed = 0;                       // of the launches; the others are larger ones, if there is time
  size_t blocks_followed = 0, blocks = 0;  // of the source's code
};
Expected<Chosen> choose_launches(const simt::Module& source, const manifest::Kernel& kernel,
                                 FairClock::time_point deadline);

}  // namespace portolan::proof
