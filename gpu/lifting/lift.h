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
  // Sizes at which kernel and specification are the same expressions: for all contents of the inputs, under the
  // assumptions. `differs`: why at another one they are not.
  std::vector<manifest::Sizes> same_at;
  std::string differs;
  // Where in the source each result's last step stands, if that is known.
  std::vector<std::pair<std::string, SourceLocation>> made_at;
  // What the code spells out and was found by evaluating it at some places.
  std::vector<std::string> sampled;
  // `bounded` at these sizes; else no more than `tested`.
  bool is_bounded() const { return !same_at.empty() && differs.empty() && sampled.empty(); }
};

struct Options {
  uint64_t seed = 1;
  double within = 0.001;  // what the specification allows
  size_t tests = 8;
};

// A word for what a kernel computes: its name as it stands in the source.
std::string specification_name(const manifest::Kernel& kernel);

// The error says what about the kernel is no tensor computation that specifications express.
Expected<Lifted> lift(const Source& source, const manifest::Kernel& kernel, const Options& options);
Expected<Lifted> lift(const simt::Module& source, const manifest::Kernel& kernel, const Options& options);

// A specification that somebody proposed, judged as one that was found; the error: what is wrong with it. It may be
// anything: it has the kernel's tensors and sizes, leaves no more than `within`, and doesn't limit its inputs.
Expected<Lifted> judge(const Source& source, const manifest::Kernel& kernel, const std::string& specification,
                       const Options& options);

// How many of a number of launches a specification of this kernel agrees on; the error: the first on which it doesn't.
Expected<size_t> agrees_with(const simt::Module& source, const manifest::Kernel& kernel,
                             const std::string& specification, const Options& options);

// Whether a specification is the same expressions as the kernel at these sizes, as Lifted says it.
struct Sameness {
  std::vector<manifest::Sizes> same_at;
  std::string differs;
  std::vector<std::string> sampled;
};
std::string to_string(const manifest::Sizes& sizes);  // "n=7, block=32"
Expected<Sameness> same_expressions(const simt::Module& source, const manifest::Kernel& kernel,
                                    const std::string& specification, const std::vector<manifest::Sizes>& launches,
                                    const Options& options);

}  // namespace portolan::lifting
