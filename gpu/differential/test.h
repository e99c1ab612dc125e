// The differential tester of kernels: both sides on the SIMT engine, each at the width that it is made for, by the
// launches of a manifest. Each launch is run twice on both sides, with other poison in what nobody has written, other
// undefined values, and blocks and threads in the opposite order. Where the source's own runs differ nothing is
// compared.
#pragma once

#include <chrono>

#include "emulate/simt/module.h"
#include "gpu/differential/compare.h"
#include "gpu/estimate/bound.h"
#include "verify/judge/verdict.h"

namespace portolan::differential {

struct Options {
  uint32_t tests = 20;
  uint64_t seed = 1;
  std::chrono::milliseconds time{10'000};  // for one kernel; 0: no limit
  simt::Mode mode = simt::Mode::compiled;
};

struct Counterexample {
  Instance instance;
  std::string difference;
};

struct Result {
  judge::Verdict verdict;
  std::optional<Counterexample> counterexample;
  std::vector<std::string> notes;               // what a reader of the verdict should know
  size_t source_blocks = 0, target_blocks = 0;  // of the code, whether they ran or not
  std::string sentence;
  std::optional<estimate::Cost> cost;  // of the port, of the launch that costs most
  std::string costly;                  // which launch that is
};

// The error is the manifest's: it does not fit the kernel.
Expected<Result> test(const simt::Module& source, const simt::Module& target, const manifest::Kernel& kernel,
                      const Options& options);

// One launch on both sides. `difference` empty: they agree, or the source is at fault (`fault`).
struct Once {
  Comparison comparison;
  std::string fault;         // of the source: nothing is asked of the port
  std::string target_fault;  // the port's alone
  std::string inconclusive;  // neither: a limit, or something the engine does not do
  std::string reason;        // of `inconclusive`, a word of docs/verdicts.md
  bool unwritten = false;    // the source reads what nobody wrote
  simt::Coverage source_coverage, target_coverage;
  estimate::Cost target_cost;
};
// Variables that the module has beside what the manifest describes.
void add_variables(const simt::Module& source, const simt::Module& target, const manifest::Kernel& kernel,
                   Instance& instance);
// An instance that comes from elsewhere may not be for this kernel: why not.
std::optional<std::string> misfit(const simt::Module& source, const simt::Module& target, const Instance& instance);
Once run_once(const simt::Module& source, const simt::Module& target, const Instance& instance,
              std::chrono::milliseconds time, simt::Mode mode);

}  // namespace portolan::differential
