// Patterns that instruction rows of kernels are named by: a mnemonic with alternatives in braces, "add{,.rn,.rz}.f32"
// is three forms. A star at the end stands for anything.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace portolan::kernel {

bool matches(std::string_view pattern, std::string_view mnemonic);
uint64_t count_forms(std::string_view pattern);
// All forms; a star stays.
std::vector<std::string> expand(std::string_view pattern);

}  // namespace portolan::kernel
