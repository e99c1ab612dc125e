// Kernels of corpus/kernels interpreted and compiled: the same results, findings, counts and coverage, also of kernels
// that a barrier or a guard was taken from. As PTX, and as machine code of AMD's, where compiled lanes run in step.
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>

#include "frontends/ptx/parser.h"
#include "gpu/compile/compile.h"
#include "gpu/differential/prepare.h"
#include "translate/to_amdgcn/emit.h"

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

// Where a limit of steps is met depends on who goes first.
bool is_cut_short(const Ran& ran) {
  return ran.findings.find("step limit") != std::string::npos;
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
    if (!module.ptx && is_cut_short(expected) && is_cut_short(got)) continue;
    EXPECT_EQ(got.findings, expected.findings) << to_string(*instance);
    EXPECT_EQ(got.finished, expected.finished) << to_string(*instance);
    // Where a wave's lanes run in step, those that come after the one that ends the run have begun too.
    if (expected.finished || module.ptx) {
      EXPECT_EQ(got.counts, expected.counts) << to_string(*instance);
      EXPECT_EQ(got.coverage, expected.coverage) << to_string(*instance);
    }
    EXPECT_TRUE(b.memory.same_contents(a.memory)) << to_string(*instance);
    faults += !expected.findings.empty();
  }
  return faults;
}

// Without the nth line of those that look so.
std::string without(const std::string& code, const std::regex& which, unsigned n) {
  std::stringstream in(code);
  std::string text, line;
  while (std::getline(in, line))
    if (!std::regex_search(line, which) || n-- != 0) text += line + "\n";
  return text;
}

size_t compare_file(const std::string& file, const std::string& code, Random& random) {
  const auto module = simt::load_module(file, code);
  EXPECT_TRUE(module) << file;
  if (!module) return 0;
  size_t faults = 0;
  for (const manifest::Kernel& kernel : launches().kernels)
    if (kernel.file == file && module->program.functions.contains(kernel.name))
      faults += compare(*module, kernel, random);
  return faults;
}

constexpr const char* kFiles[] = {"linear.cu",  "softmax.cu", "nbody.cu",     "collective.cu", "sort.cu",
                                  "atomics.cu", "votes.cu",   "functions.cu", "half.cu",       "dynamic.cu"};

// How many launches had findings, of the file and of so many mutants that lack a line.
size_t compare_mutants(const std::string& file, const std::string& code, std::initializer_list<const char*> lines,
                       unsigned count, Random& random) {
  size_t faults = compare_file(file, code, random);
  for (const char* line : lines)
    for (unsigned n = 0; n < count; ++n) faults += compare_file(file, without(code, std::regex(line), n), random);
  return faults;
}

TEST(Modes, CompiledKernelsDoWhatInterpretedOnesDo) {
  Random random(1);
  size_t faults = 0;
  for (const char* file : kFiles) {
    const auto ptx = compile::to_ptx(kFolder + file, compile::Compiler::any, {});
    ASSERT_TRUE(ptx) << to_string(ptx.error());
    faults += compare_mutants(file, ptx->ptx, {"bar.sync", "@%p\\d+ +bra"}, 3, random);
  }
  EXPECT_GT(faults, 20u);  // races, accesses out of bounds, divergence: else they were not compared
}

TEST(Modes, LanesInStepDoWhatInterpretedOnesDo) {
  Random random(2);
  size_t faults = 0;
  for (const char* file : {"softmax.cu", "collective.cu", "sort.cu", "atomics.cu", "votes.cu", "functions.cu"}) {
    const auto ptx = compile::to_ptx(kFolder + file, compile::Compiler::any, {});
    ASSERT_TRUE(ptx) << to_string(ptx.error());
    const auto parsed = ptx::parse_module(ptx->ptx, file);
    ASSERT_TRUE(parsed);
    const ptx::Program program = ptx::lift(*parsed);
    for (const auto processor : {amdgcn::Processor::gfx942, amdgcn::Processor::gfx1100}) {
      const std::string code = to_amdgcn::translate(program, file, processor).assembly;
      faults += compare_mutants(file, code, {"s_barrier", "s_and_saveexec"}, 1, random);
    }
  }
  EXPECT_GT(faults, 10u);
}

}  // namespace
}  // namespace portolan::differential
