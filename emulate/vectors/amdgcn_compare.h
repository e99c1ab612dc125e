// When a value may stand for a recorded one: NaNs of floating-point results, and the bounds of approximations.
#pragma once

#include <cstdint>
#include <string_view>

namespace portolan::vectors {

// One register (f64: the pair). `type` is the vector's "dt", `mnemonic` says which function is approximated.
bool same_value(std::string_view type, uint64_t got, uint64_t recorded);
bool close_value(std::string_view type, std::string_view mnemonic, uint64_t got, uint64_t recorded);

}  // namespace portolan::vectors
