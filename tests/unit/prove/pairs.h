// Pairs of functions given as text, for tests of the prover.
#pragma once

#include <gtest/gtest.h>

#include "frontends/asm/reader.h"
#include "verify/prove/prove.h"

namespace portolan::prove::testing {

using verify::Boundary;
using verify::BoundaryValue;
using verify::Place;

struct Text {
  Isa isa;
  std::string body;
};

// `f` with integer parameters and an integer result, of these widths.
inline Boundary integers(const std::vector<uint32_t>& parameters, uint32_t result, bool is_signed = true) {
  Boundary b;
  b.name = b.target_name = "f";
  for (uint32_t n = 0; n < parameters.size(); ++n) {
    const Place place{Place::Kind::integer_argument, n};
    b.parameters.push_back({BoundaryValue::Kind::integer, parameters[n], is_signed, place, place});
  }
  const Place place{Place::Kind::integer_result, 0};
  if (result != 0) b.results.push_back({BoundaryValue::Kind::integer, result, is_signed, place, place});
  return b;
}

inline Proof prove_pair(const Text& source, const Text& target, const Boundary& boundary,
                        std::map<std::string, Boundary> others = {}, const Options& options = {}) {
  auto read = [](const Text& t) {
    assembly::ReadOptions options;
    options.isa = t.isa;
    auto unit = assembly::read_unit(".text\n.globl f\n.type f, %function\nf:\n" + t.body, "f.s", options);
    EXPECT_TRUE(static_cast<bool>(unit));
    EXPECT_TRUE(unit->diagnostics.empty());
    return std::move(*unit);
  };
  const assembly::Unit s = read(source), t = read(target);
  const assembly::CodeIndex si(s), ti(t);
  others["f"] = boundary;
  return prove({si}, {ti}, "f", others, options);
}

}  // namespace portolan::prove::testing

#define EXPECT_PROVED(proof)                                                  \
  do {                                                                        \
    const Proof p = (proof);                                                  \
    EXPECT_EQ(p.level, Proof::Level::proved) << p.reason << ": " << p.detail; \
  } while (false)
#define EXPECT_NOT_PROVED(proof)                                      \
  do {                                                                \
    const Proof p = (proof);                                          \
    EXPECT_EQ(p.level, Proof::Level::unknown) << "bound " << p.bound; \
  } while (false)
