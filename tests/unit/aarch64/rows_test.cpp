// The row tables agree with LLVM's opcode names.
#include <gtest/gtest.h>

#include "frontends/aarch64/lifter.h"

namespace portolan::aarch64 {
namespace {

TEST(Aarch64Rows, NameOpcodesThatLlvmKnowsAndEachOnce) {
  for (const std::string& name : lifter().rows().unknown_names()) ADD_FAILURE() << name;
}

}  // namespace
}  // namespace portolan::aarch64
