// Every function of the corpus' programs, lifted and raised, for all three instruction sets: well-formed, and its text
// is read back as the same function.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "frontends/lifters.h"
#include "ir/check.h"
#include "ir/parse.h"
#include "tests/unit/asm/toolchain.h"
#include "tests/unit/ir/equal.h"
#include "translate/translate.h"

namespace portolan {
namespace {

using assembly::testing::Compiler;

std::vector<std::string> programs() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(PORTOLAN_CORPUS "/programs"))
    if (entry.path().extension() == ".c") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

void expect_sound(const ir::Function& f) {
  std::optional<ir::Defect> defect = ir::check(f);
  ASSERT_FALSE(defect) << defect->message << "\n" << ir::print(f);
  const std::string text = ir::print(f);
  Expected<ir::Function> again = ir::parse_function(text, f.name + ".ir");
  ASSERT_TRUE(again) << to_string(again.error());
  ASSERT_EQ(ir::difference(f, *again), "") << text;
  ASSERT_EQ(ir::print(*again), text);
}

class Corpus : public ::testing::TestWithParam<Isa> {};

TEST_P(Corpus, LiftedAndRaised) {
  const Isa isa = GetParam();
  std::vector<Compiler> mine;
  for (const Compiler& c : assembly::testing::compilers())
    if (c.isa == isa) mine.push_back(c);
  const std::vector<std::string> all = programs();
  ASSERT_GE(all.size(), 40u);
  size_t lifted_functions = 0, raised_functions = 0;
  for (size_t n = 0; n < all.size(); ++n) {
    // Each program once, with compilers and levels taking turns; every other one as an object.
    const Compiler& compiler = mine[n % mine.size()];
    const std::string level = std::to_string(n / mine.size() % 4);
    const bool object = n % 3 == 0;
    const std::string path = assembly::testing::temporary_file(object ? "program.o" : "program.s");
    SCOPED_TRACE(all[n] + ": " + compiler.name + " -O" + level);
    ASSERT_TRUE(assembly::testing::run(compiler.command + " -w -O" + level + (object ? " -c " : " -S ") + all[n] +
                                       " -o " + path));
    const assembly::Unit unit = assembly::testing::read_or_fail(path, isa);
    const assembly::CodeIndex index(unit);
    for (assembly::SymbolId id : unit.functions()) {
      assembly::LiftResult lifted = assembly::lift_function(index, frontends::lifter(isa), id);
      if (!lifted.refusals.empty()) continue;
      ++lifted_functions;
      ASSERT_NO_FATAL_FAILURE(expect_sound(lifted.function));
    }
    translate::TranslateOptions options;
    options.target = isa == Isa::aarch64 ? Isa::riscv64 : Isa::aarch64;
    for (const raise::RaisedFunction& raised : translate::raise(index, options).functions) {
      if (!raised.ok) continue;
      ++raised_functions;
      ASSERT_NO_FATAL_FAILURE(expect_sound(raised.function));
    }
    std::filesystem::remove(path);
  }
  RecordProperty("lifted", static_cast<int>(lifted_functions));
  RecordProperty("raised", static_cast<int>(raised_functions));
  EXPECT_GT(lifted_functions, 5 * all.size());
  EXPECT_GT(raised_functions, 5 * all.size());
}

INSTANTIATE_TEST_SUITE_P(Isas, Corpus, ::testing::Values(Isa::x86_64, Isa::aarch64, Isa::riscv64),
                         [](const auto& info) {
                           std::string name(to_string(info.param));
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace portolan
