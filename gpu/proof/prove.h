// Proofs of kernels: what a port leaves in every buffer is, thread by thread and for all contents of the buffers, what
// its source leaves. For launches of stated sizes, and kernels whose control and addresses do not depend on data: one
// schedule of each side is followed with terms (follower.h), and no race makes it stand for all schedules. Whatever
// does not fit, atomic accesses whose order shows among it, ends in a reason.
#pragma once

#include <chrono>

#include "emulate/simt/module.h"
#include "gpu/differential/instance.h"
#include "verify/prove/prove.h"

namespace portolan::proof {

// In which arithmetic both sides are the same, the strongest first.
enum class Arithmetic : uint8_t {
  bits,          // that of the processors, bit for bit but for which NaN
  without_nans,  // likewise, but no operation takes or makes a NaN
  reals          // every operation gives the exact number
};

struct Options {
  std::chrono::milliseconds time{5'000};  // for one kernel
};

struct LaunchProof {
  std::string launch;  // sizes, grid, block
  uint64_t elements = 0;
  uint64_t by_solver = 0;   // the others are the same term, but for
  uint64_t restricted = 0;  // those that are the same in a weaker arithmetic only
};

struct Proof {
  bool proved = false;         // all launches
  std::string reason, detail;  // of docs/verdicts.md
  std::vector<LaunchProof> launches;
  Arithmetic arithmetic = Arithmetic::bits;
  bool small_denominators = false;         // it is claimed only where no division is by 2^126 or more
  size_t blocks_followed = 0, blocks = 0;  // of the source's code
  std::vector<prove::Assumption> assumptions;
  double seconds = 0;
  std::string restriction() const;  // "over the reals"; empty: none
  std::string claim() const;        // of what was proved, without what was compared
};

Proof prove(const simt::Module& source, const simt::Module& target, const manifest::Kernel& kernel,
            const Options& options);

}  // namespace portolan::proof
