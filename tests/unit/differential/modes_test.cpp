// Kernels of corpus/kernels interpreted and compiled: the same results, findings, counts and coverage, also of kernels
// that a barrier or a guard was taken from.
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>

#include "gpu/compile/compile.h"
#include "gpu/differential/prepare.h"

namespace portolan::differential {
namespace {

const std::string kFolder = std::string(PORTOLAN_SOURCE) + "/corpus/kernels/";

manifest::Manifest launches() {
  std::ifstream in(kFolder + "port.toml");
  std::stringstream text;
  text << in.rdbuf();
  auto read = manifest::parse(text.str(), kFolder + "port.toml");
  EXPECT_TRUE(read);
  return *std::move(read);
}

struct Ran {
  std::string findings;
  bool finished = false;
  std::vector<uint64_t> counts;
  std::vector<std::vector<bool>> coverage;
};

Ran run_in(simt::Mode mode, const simt::Module& module, Prepared& p) {
  p.launch.mode = mode;
  p.launch.steps = 2'000'000;
  const simt::Outcome outcome = simt::run(module.program, p.memory, p.launch);
  Ran ran;
  for (const simt::Finding& f : outcome.findings) ran.findings += to_string(f) + "\n";
  ran.finished = outcome.completed;
  ran.counts = {outcome.instructions, outcome.source_instructions, outcome.global_bytes};
  for (const auto& [name, code] : module.program.functions)
    if (const auto found = outcome.coverage.find(&code); found != outcome.coverage.end())
      ran.coverage.push_back(found->second);
  return ran;
}

// How many launches had findings.
size_t compare(const simt::Module& module, const manifest::Kernel& kernel, Random& random) {
  size_t faults = 0;
  for (unsigned n = 0; n < 4; ++n) {
    manifest::Sizes sizes;
    for (const auto& [name, values] : kernel.sizes) sizes[name] = values[random.below(values.size())];
    const auto instance = make_instance(kernel, sizes, kInputKinds[n], random);
    if (!instance) continue;
    Prepared a = prepare(module, *instance, n % 2), b = prepare(module, *instance, n % 2);
    const Ran expected = run_in(simt::Mode::interpreted, module, a), got = run_in(simt::Mode::compiled, module, b);
    EXPECT_EQ(got.findings, expected.findings) << to_string(*instance);
    EXPECT_EQ(got.finished, expected.finished) << to_string(*instance);
    EXPECT_EQ(got.counts, expected.counts) << to_string(*instance);
    EXPECT_EQ(got.coverage, expected.coverage) << to_string(*instance);
    EXPECT_TRUE(b.memory.same_contents(a.memory)) << to_string(*instance);
    faults += !expected.findings.empty();
  }
  return faults;
}

// Without the nth line of those that look so.
std::string without(const std::string& ptx, const std::regex& which, unsigned n) {
  std::stringstream in(ptx);
  std::string text, line;
  while (std::getline(in, line))
    if (!std::regex_search(line, which) || n-- != 0) text += line + "\n";
  return text;
}

size_t compare_file(const std::string& file, const std::string& ptx, Random& random) {
  const auto module = simt::load_module(file, ptx);
  EXPECT_TRUE(module);
  size_t faults = 0;
  for (const manifest::Kernel& kernel : launches().kernels)
    if (kernel.file == file && module->program.functions.contains(kernel.name))
      faults += compare(*module, kernel, random);
  return faults;
}

TEST(Modes, CompiledKernelsDoWhatInterpretedOnesDo) {
  const std::regex barrier("bar.sync"), guard("@%p\\d+ +bra");
  Random random(1);
  size_t faults = 0;
  for (const char* file : {"linear.cu", "softmax.cu", "nbody.cu", "collective.cu", "sort.cu", "atomics.cu", "votes.cu",
                           "functions.cu", "half.cu", "dynamic.cu"}) {
    const auto ptx = compile::to_ptx(kFolder + file, compile::Compiler::any, {});
    ASSERT_TRUE(ptx) << to_string(ptx.error());
    faults += compare_file(file, ptx->ptx, random);
    for (unsigned n = 0; n < 3; ++n) {
      faults += compare_file(file, without(ptx->ptx, barrier, n), random);
      faults += compare_file(file, without(ptx->ptx, guard, n), random);
    }
  }
  EXPECT_GT(faults, 20u);  // races, accesses out of bounds, divergence: else they were not compared
}

}  // namespace
}  // namespace portolan::differential
