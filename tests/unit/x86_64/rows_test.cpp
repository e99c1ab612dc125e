// The row table itself: names that LLVM knows, each once.
#include <gtest/gtest.h>

#include <set>

#include "frontends/x86_64/lifter.h"

namespace portolan::x86_64 {
namespace {

TEST(X86Rows, NameOnlyWhatLlvmKnowsAndNothingTwice) {
  std::string names;
  for (const std::string& name : lifter().rows().unknown_names()) names += name + " ";
  EXPECT_EQ(names, "");
}

TEST(X86Rows, NameFlagsOfTheMachine) {
  const assembly::Machine& machine = assembly::Machine::get(Isa::x86_64);
  for (auto family : lifter().rows().families())
    for (const assembly::Row& row : family)
      for (std::string_view rest = row.flags; !rest.empty();) {
        std::string_view item = rest.substr(0, rest.find(' '));
        rest.remove_prefix(std::min(rest.size(), item.size() + 1));
        ASSERT_EQ(item.size(), 4u) << row.mnemonic << ": " << item;
        EXPECT_NE(machine.slot(item.substr(0, 2)), assembly::kNoSlot) << row.mnemonic << ": " << item;
        EXPECT_NE(std::string_view("wurm").find(item[3]), std::string_view::npos) << row.mnemonic << ": " << item;
      }
}

}  // namespace
}  // namespace portolan::x86_64
