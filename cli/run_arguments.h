// The arguments that `portolan run` gives to a function, as they are written on the command line.
#pragma once

#include <string>
#include <vector>

#include "ir/isa.h"
#include "verify/boundary.h"
#include "verify/input.h"

namespace portolan::cli {

inline constexpr const char* kArgumentSyntax =
    "42, -1 or 0x10: an integer; d:2.5 or f:1.5: a double or float; buf:16: the address of 16 zero bytes; str:text: of "
    "the text and a zero byte; hex:00ff: of these bytes";

struct RunArguments {
  verify::Boundary boundary;
  verify::Input input;
  std::vector<size_t> buffer_of;  // of each region, the argument's number from 0
  bool floating = false;          // some argument is
};

// Places them as the C calling convention does. The error names the argument.
Expected<RunArguments> parse_run_arguments(Isa isa, const std::string& function,
                                           const std::vector<std::string>& arguments);

}  // namespace portolan::cli
