// Asks a C compiler whether classify() is right: callees compiled from C store their arguments; a caller in assembly
// passes known bytes where our layout says; both are run, natively or under QEMU, and what arrived is compared.
#pragma once

#include <string>
#include <vector>

#include "ir/isa.h"
#include "random_prototype.h"

namespace portolan::abi {

struct OracleResult {
  unsigned checked = 0;  // functions called
  unsigned refused = 0;  // functions that classify() gave a reason for
  std::string failures;  // one line per mismatch, or what kept the program from running
};

OracleResult check_calls(Isa isa, const std::string& compiler, uint64_t seed, unsigned count);

// The same for given functions, whose types `declarations` defines.
OracleResult check_functions(Isa isa, const std::string& compiler, const std::string& declarations,
                             const std::vector<CFunction>& functions);

}  // namespace portolan::abi
