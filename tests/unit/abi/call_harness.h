// The C and assembly parts of the call oracle that do not depend on the functions under test.
#pragma once

#include <string_view>

#include "ir/isa.h"

namespace portolan::abi {

extern const std::string_view kHarnessTypes;  // before the callees
extern const std::string_view kHarnessMain;   // after the tables

// void call_with(struct state *, void *function): loads registers and stack from the state, calls, stores the results.
std::string_view trampoline(Isa isa);

}  // namespace portolan::abi
