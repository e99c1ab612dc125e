// Every function that a header declares, for one ISA.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ir/isa.h"
#include "translate/abi/types.h"

namespace portolan::headers {

struct Declared {
  abi::FunctionType type;
  // One per parameter, then the result: a text of the memory layout it leads to.
  std::vector<std::string> reach;
  std::string header;  // base name of the file that declares it
};

struct Collected {
  std::map<std::string, Declared> functions;  // by symbol name
  std::vector<std::string> left_out;          // "name: reason"
  bool failed = false;                        // the header has errors; they are on standard error unless quiet
};

Collected collect(const std::string& header, Isa isa, const std::vector<std::string>& compiler_arguments, bool quiet);

}  // namespace portolan::headers
