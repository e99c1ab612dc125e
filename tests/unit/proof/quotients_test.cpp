// AMD's division in several instructions: the sequence gives the nearest quotient, the host's, on cases chosen to be
// hard; a proof takes it for one, and takes nothing else for one.
#include "gpu/proof/quotients.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>
#include <regex>

#include "frontends/amdgcn/divide.h"
#include "frontends/ptx/parser.h"
#include "gpu/proof/prove.h"
#include "ir/concrete_domain.h"
#include "translate/to_amdgcn/emit.h"

namespace portolan::proof {
namespace {

using ir::FloatFormat;
using ir::Op;

class Divider {
 public:
  uint32_t operator()(uint32_t numerator, uint32_t denominator) {
    std::vector<APInt> values(f_.values.size());
    values[f_.blocks[0].parameters[0]] = APInt(32, numerator);
    values[f_.blocks[0].parameters[1]] = APInt(32, denominator);
    for (ir::ValueId v : f_.blocks[0].instructions) {
      std::vector<APInt> operands;
      for (ir::ValueId operand : f_[v].operands) operands.push_back(values[operand]);
      values[v] = f_[v].op == Op::constant ? f_.constants[f_[v].index] : ir::evaluate_concrete(f_, f_[v], operands);
    }
    return static_cast<uint32_t>(values[f_.blocks[0].terminator.operands[0]].getZExtValue());
  }
  void check(uint32_t a, uint32_t b) {
    const float expected = std::bit_cast<float>(a) / std::bit_cast<float>(b);
    if ((b >> 23 & 0xff) >= 253 && std::isfinite(std::bit_cast<float>(b))) return;  // 2^126 or more
    const uint32_t got = (*this)(a, b);
    if (std::isnan(expected))
      ASSERT_TRUE(std::isnan(std::bit_cast<float>(got))) << std::hex << a << " / " << b;
    else
      ASSERT_EQ(got, std::bit_cast<uint32_t>(expected)) << std::hex << a << " / " << b;
  }

 private:
  ir::Function f_ = amdgcn::quotient_sequence(FloatFormat::f32);
};

TEST(Quotients, TheSequenceGivesTheNearest) {
  Divider divider;
  std::mt19937 random(1);
  // Zeros, subnormal numbers, the least and greatest of every kind, infinities, NaNs.
  constexpr uint32_t kFraction = 0x7fffff;
  std::vector<uint32_t> special;
  for (uint32_t exponent : {0u, 1u, 2u, 23u, 24u, 63u, 100u, 126u, 127u, 128u, 251u, 252u, 253u, 254u, 255u})
    for (uint32_t low : {0u, 1u, kFraction - 1, kFraction}) special.push_back(exponent << 23 | low);
  for (uint32_t a : special)
    for (uint32_t b : special) divider.check(a, b | static_cast<uint32_t>(random() & 1) << 31);
  auto number = [&](uint32_t exponent, uint32_t bits) { return exponent << 23 | (bits & kFraction); };
  for (unsigned n = 0; n < 4000; ++n) {
    // A quotient near the middle of two numbers: a is what lies next to the product of one with half a bit more.
    const uint32_t b = number(127, static_cast<uint32_t>(random())), q = number(127, static_cast<uint32_t>(random()));
    const double middle = static_cast<double>(std::bit_cast<float>(q)) + std::ldexp(1.0, -24);
    const auto a = std::bit_cast<uint32_t>(static_cast<float>(middle * static_cast<double>(std::bit_cast<float>(b))));
    divider.check(a, b);
    // The same far from 1, where results overflow, or are subnormal; denominators with a subnormal inverse left out.
    const uint32_t up = static_cast<uint32_t>(random() % 255), down = static_cast<uint32_t>(random() % 253);
    divider.check(number(up, a), number(down, b));
    divider.check(number(static_cast<uint32_t>(random() % 4), a), number(124 + static_cast<uint32_t>(random() % 8), b));
    divider.check(number(254, a), number(252, b));
  }
}

// Why the lemma says below 2^126: a quotient just above the middle of 1/2 and the next number.
TEST(Quotients, LargeDenominatorsAreLeftOut) {
  Divider divider;
  const uint32_t numerator = 0x7e800000, denominator = 0x7effffff;
  EXPECT_NE(divider(numerator, denominator),
            std::bit_cast<uint32_t>(std::bit_cast<float>(numerator) / std::bit_cast<float>(denominator)));
}

std::string ptx(const std::string& body) {
  return R"(.version 7.0
.target sm_80
.address_size 64
.visible .entry k(.param .u64 in, .param .u64 out)
{
 .reg .b32 %r<5>;
 .reg .f32 %f<5>;
 .reg .f64 %e<5>;
 .reg .b64 %d<5>;
 ld.param.u64 %d1, [in];
 ld.param.u64 %d2, [out];
 mov.u32 %r1, %tid.x;
 mul.wide.u32 %d3, %r1, 8;
 add.s64 %d1, %d1, %d3;
 add.s64 %d2, %d2, %d3;
 ld.global.f32 %f1, [%d1];
 ld.global.f32 %f2, [%d1+4];
)" + body +
         " st.global.f32 [%d2], %f3;\n st.global.f32 [%d2+4], %f4;\n ret;\n}\n";
}

Proof prove_port(const std::string& body, amdgcn::Processor processor, const std::string& changed = "",
                 const std::string& to = "") {
  const std::string text = ptx(body);
  const auto source = simt::load_module("source.ptx", text);
  const auto parsed = ptx::parse_module(text, "source.ptx");
  EXPECT_TRUE(source && parsed);
  std::string code = to_amdgcn::translate(ptx::lift(*parsed), "source.ptx", processor).assembly;
  if (!changed.empty()) {
    const std::string mutant =
        std::regex_replace(code, std::regex(changed), to, std::regex_constants::format_first_only);
    EXPECT_NE(mutant, code) << changed;
    code = mutant;
  }
  const auto target = simt::load_module("target.s", code);
  EXPECT_TRUE(target) << (target ? "" : to_string(target.error()));
  const auto launches = manifest::parse(
      "[[kernel]]\nname = \"k\"\nblock = [2]\narguments = [\n  { name = \"in\", type = \"f32\", in = 4 },\n"
      "  { name = \"out\", type = \"f32\", out = 4 },\n]\n",
      "port.toml");
  EXPECT_TRUE(launches) << (launches ? "" : launches.error().message);
  return prove(*source, *target, (*launches).kernels[0], {});
}

bool is_assumed(const Proof& p) {
  for (const prove::Assumption& a : p.assumptions)
    if (a.id == "division-sequence") return true;
  return false;
}

TEST(Quotients, APortIsProvedByThem) {
  for (const auto processor : {amdgcn::Processor::gfx1100, amdgcn::Processor::gfx942}) {
    const Proof two = prove_port(" div.rn.f32 %f3, %f1, %f2;\n div.rn.f32 %f4, 0f3f800000, %f2;\n", processor);
    EXPECT_TRUE(two.proved) << two.reason << ": " << two.detail;
    EXPECT_TRUE(is_assumed(two));
    const Proof none = prove_port(" add.f32 %f3, %f1, %f2;\n mov.f32 %f4, %f1;\n", processor);
    EXPECT_TRUE(none.proved);
    EXPECT_FALSE(is_assumed(none));
  }
}

// Steps left out or done otherwise, operands in another order: no quotient, whatever it may be close to.
TEST(Quotients, NoOtherSequenceIsOne) {
  const std::string body = " div.rn.f32 %f3, %f1, %f2;\n mov.f32 %f4, %f1;\n";
  const std::pair<const char*, const char*> changes[] = {
      {"v_fma_f32 (v\\d+), -(v\\d+), (v\\d+), 1.0", "v_fma_f32 $1, $2, $3, 1.0"},
      {"v_fma_f32 (v\\d+), -(v\\d+), (v\\d+), 1.0", "v_fma_f32 $1, -$2, $3, 2.0"},
      {"v_fmac_f32_e32 [^\\n]*\\n", "s_nop 0\n"},
      {"v_div_fmas_f32 (v\\d+), (v\\d+), (v\\d+), (v\\d+)", "v_fma_f32 $1, $2, $3, $4"},
      {"v_div_fixup_f32 (v\\d+), (v\\d+), (v\\d+), (v\\d+)", "v_div_fixup_f32 $1, $2, $4, $3"},
      {"v_div_fixup_f32 (v\\d+), (v\\d+), (v\\d+), (v\\d+)", "v_mov_b32_e32 $1, $2"},
      {"v_rcp_f32_e32", "v_rsq_f32_e32"},
  };
  for (const auto& [from, to] : changes) {
    const Proof p = prove_port(body, amdgcn::Processor::gfx1100, from, to);
    EXPECT_FALSE(p.proved) << from;
  }
}

// What a division is claimed for: a constant below 2^126 is no condition on the data.
TEST(Quotients, TheClaimNamesLargeDenominators) {
  const auto processor = amdgcn::Processor::gfx1100;
  const Proof by_data = prove_port(" div.rn.f32 %f3, %f1, %f2;\n mov.f32 %f4, %f1;\n", processor);
  EXPECT_NE(by_data.claim().find("no division is by 2^126 or more"), std::string::npos) << by_data.claim();
  const Proof by_three = prove_port(" div.rn.f32 %f3, %f1, 0f40400000;\n mov.f32 %f4, %f1;\n", processor);
  EXPECT_TRUE(by_three.proved) << by_three.detail;
  EXPECT_EQ(by_three.claim().find("2^126"), std::string::npos) << by_three.claim();
}

// Functions that the port computes by a series: the compiler moves choices of NaNs, and narrows comparisons.
const std::string kSigmoid =
    " mul.f32 %f3, %f1, 0fBFB8AA3B;\n ex2.approx.f32 %f3, %f3;\n add.f32 %f3, %f3, 0f3F800000;\n"
    " div.rn.f32 %f3, %f2, %f3;\n mov.f32 %f4, %f1;\n";
const std::string kRoot =
    " add.f32 %f3, %f1, 0f3727C5AC;\n rsqrt.approx.f32 %f3, %f3;\n mul.f32 %f3, %f3, %f2;\n mov.f32 %f4, %f2;\n";

TEST(Functions, PortsAreProved) {
  for (const auto processor : {amdgcn::Processor::gfx1100, amdgcn::Processor::gfx942})
    for (const std::string& body : {kSigmoid, kRoot}) {
      const Proof p = prove_port(body, processor);
      EXPECT_TRUE(p.proved) << p.reason << ": " << p.detail;
    }
}

TEST(Functions, WrongPortsAreNot) {
  const std::pair<const char*, const char*> of_power[] = {
      {"0x7fffffff", "0x7f800000"},  // infinity where it is a NaN
      {"v_cmp_o_f32_e32 vcc_lo, v(\\d+), v(\\d+)", "v_cmp_u_f32_e32 vcc_lo, v$1, v$2"},
      {"0x3fe62e42", "0x3fe62e43"},  // ln 2
      {"v_lshlrev_b32_e32 v(\\d+), 20", "v_lshlrev_b32_e32 v$1, 21"},
      {"v_add_f32_e32 v(\\d+), 1.0,", "v_add_f32_e32 v$1, 2.0,"},
  };
  const std::pair<const char*, const char*> of_root[] = {
      {"0x7fc00000", "0x7f800000"},
      {"v_cmp_eq_f32_e32 vcc_lo, 0,", "v_cmp_lt_f32_e32 vcc_lo, 0,"},
      {"v_cmp_lg_f32_e32", "v_cmp_eq_f32_e32"},
      {"v_fma_f64 [^\\n]*0x3ff80000\\n", "s_nop 0\n"},
      {"v_mul_f64 v(\\[\\d+:\\d+\\]), v(\\[\\d+:\\d+\\]), -0.5", "v_mul_f64 v$1, v$2, 0.5"},
  };
  for (const auto& [from, to] : of_power) {
    const Proof p = prove_port(kSigmoid, amdgcn::Processor::gfx1100, from, to);
    if (p.arithmetic == Arithmetic::without_nans)
      EXPECT_EQ(from, std::string("0x7fffffff"));  // of NaNs alone
    else
      EXPECT_FALSE(p.proved) << from;
  }
  for (const auto& [from, to] : of_root)
    EXPECT_FALSE(prove_port(kRoot, amdgcn::Processor::gfx1100, from, to).proved) << from;
}

}  // namespace
}  // namespace portolan::proof
