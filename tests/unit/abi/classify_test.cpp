// classify() against gcc and clang: random prototypes, called by our layout into compiled callees.
#include "translate/abi/classify.h"

#include <algorithm>

#include "call_oracle.h"
#include "fmt/format.h"
#include "gtest/gtest.h"
#include "run_program.h"

namespace portolan::abi {
namespace {

constexpr unsigned kFunctions = 300;

struct Case {
  Isa isa;
  bool clang;
};

class CallOracle : public testing::TestWithParam<Case> {};

TEST_P(CallOracle, CompiledCalleesFindTheirArgumentsWhereWePutThem) {
  auto [isa, clang] = GetParam();
  OracleResult result = check_calls(isa, clang ? clang_for(isa) : gcc_for(isa), clang ? 101 : 102, kFunctions);
  EXPECT_EQ(result.failures, "");
  EXPECT_EQ(result.checked, kFunctions);
  EXPECT_LT(result.refused, kFunctions / 4);
  RecordProperty("refused", static_cast<int>(result.refused));
}

INSTANTIATE_TEST_SUITE_P(Abi, CallOracle,
                         testing::Values(Case{Isa::x86_64, false}, Case{Isa::x86_64, true}, Case{Isa::aarch64, false},
                                         Case{Isa::aarch64, true}, Case{Isa::riscv64, false}, Case{Isa::riscv64, true}),
                         [](const auto& info) {
                           std::string isa(to_string(info.param.isa));
                           std::replace(isa.begin(), isa.end(), '-', '_');
                           return isa + (info.param.clang ? "_clang" : "_gcc");
                         });

}  // namespace
}  // namespace portolan::abi
