// A kernel with its manifest as a tensor specification: run on a few small launches with each element of the inputs
// followed, its results brought to one expression over indices, that to one over sizes, and the specification run
// against the kernel at other sizes before anybody believes it.
#pragma once

#include "emulate/simt/module.h"
#include "gpu/lifting/source.h"
#include "gpu/manifest/manifest.h"

namespace portolan::lifting {

struct Lifted {
  std::string specification;          // its text
  size_t launches = 0, elements = 0;  // that it was found from
  size_t tests = 0;                   // launches on which it agreed with the kernel
  std::vector<std::string> assumptions;
  // Launches whose results are the same expressions in the kernel and in the specification: for all contents of the
  // inputs, under the assumptions. `unbounded`: why a launch is not among them.
  std::vector<std::string> bounded;
  std::string unbounded;
};

struct Options {
  uint64_t seed = 1;
  double within = 0.001;  // what the specification allows
  size_t tests = 8;
};

// The error says what about the kernel is no tensor computation that specifications express.
Expected<Lifted> lift(const Source& source, const manifest::Kernel& kernel, const Options& options);
Expected<Lifted> lift(const simt::Module& source, const manifest::Kernel& kernel, const Options& options);

// How many of a number of launches a specification of this kernel agrees on; the error: the first on which it doesn't.
Expected<size_t> agrees_with(const simt::Module& source, const manifest::Kernel& kernel,
                             const std::string& specification, const Options& options);

}  // namespace portolan::lifting
