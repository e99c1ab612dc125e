#include "gpu/proof/claim.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace portolan::proof {

std::string Proof::restriction() const {
  switch (arithmetic) {
    case Arithmetic::bits:
      return "";
    case Arithmetic::without_nans:
      return "where no NaN is made";
    case Arithmetic::reals:
      return "over the reals";
  }
  return "";
}

std::string Proof::claim() const {
  std::vector<std::string> texts;
  for (const LaunchProof& l : launches) texts.push_back(l.launch);
  std::vector<std::string> conditions;
  if (small_denominators) conditions.emplace_back("no division is by 2^126 or more");
  if (arithmetic == Arithmetic::without_nans)
    conditions.emplace_back("no operation and no comparison takes or makes a NaN");
  if (arithmetic == Arithmetic::reals)
    conditions.emplace_back(
        "no operation and no comparison takes or makes a NaN or an infinity, nothing is divided by zero");
  const std::string how = arithmetic == Arithmetic::reals
                              ? "would end the same if every floating-point operation gave the exact number "
                                "(roundings, and what comes of them, are not compared),"
                          : arithmetic == Arithmetic::bits ? "end the same, bit for bit but for which NaN,"
                                                           : "end the same, bit for bit,";
  return fmt::format("{}all buffers {} for all contents that they may have{}{}, and there is no race, launched with {}",
                     arithmetic == Arithmetic::reals ? "over the reals: " : "", how,
                     conditions.empty() ? "" : " and by which ", fmt::join(conditions, " and "),
                     fmt::join(texts, "; with "));
}

std::vector<prove::Assumption> assumptions_of(const Proof& proof, bool used_quotients) {
  std::vector<prove::Assumption> all = {
      {"launch-sizes", "convention", "it is launched with the sizes that the claim names"},
      {"buffers-apart", "convention", "buffers begin at multiples of 4096 bytes and do not overlap"},
      {"module-variables", "convention",
       "variables of the module that the manifest does not describe begin as it has them"},
      {"approximations", "fp-env",
       "instructions that the manuals call approximate give the number nearest to the exact one on both sides"},
      {"nan", "fp-env", "any NaN counts as any other; no result depends on which one was computed"}};
  if (proof.arithmetic != Arithmetic::bits)
    all.push_back({"no-nan", "fp-env", "no operation and no comparison of numbers takes or makes a NaN"});
  if (proof.arithmetic == Arithmetic::reals)
    all.push_back({"exact-reals", "fp-env",
                   "every operation on floating-point numbers, conversions between formats too, gives the exact real "
                   "number: none overflows or divides by zero, and roundings, which may differ between the sides or by "
                   "the order of atomic accesses, are left out"});
  if (used_quotients)
    all.push_back(
        {"division-sequence", "fp-env",
         fmt::format("{}the sequence of V_DIV_SCALE, V_RCP, V_DIV_FMAS and V_DIV_FIXUP that LLVM writes for a division "
                     "gives the nearest quotient (Markstein 1990; tested, not proved here)",
                     proof.small_denominators ? "no denominator is 2^126 or more; for others " : "")});
  return all;
}

}  // namespace portolan::proof
