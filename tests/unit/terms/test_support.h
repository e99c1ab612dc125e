// Helpers of the tests of terms: random expressions, and what they mean without any rewriting.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "ir/concrete_domain.h"
#include "ir/function.h"
#include "tests/unit/ir/test_support.h"
#include "verify/terms/domain.h"
#include "verify/terms/rewrite.h"

namespace portolan::terms {

using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Random;

inline APInt random_bits(Random& random, unsigned width) {
  APInt result(width, 0);
  for (unsigned at = 0; at < width; at += 32) {
    const unsigned n = std::min(32u, width - at);
    result.insertBits(APInt(n, random.value(n)), at);
  }
  switch (random.below(12)) {
    case 0:
      return APInt(width, 0);
    case 1:
      return APInt::getAllOnes(width);
    case 2:
      return APInt::getSignedMinValue(width);
    case 3:
      return APInt(width, 1);
    case 4:
      return APInt::getSignedMaxValue(width);
    case 5:
      return APInt(32, random.below(std::min(width + 2, 1000u))).zextOrTrunc(width);
    default:
      return result;
  }
}

}  // namespace portolan::terms
