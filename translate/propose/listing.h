// A function of the source as people and models read it.
#pragma once

#include <map>
#include <string>

#include "frontends/asm/lift.h"

namespace portolan::propose {

struct Listing {
  std::string text;              // each line with its number
  uint32_t first = 0, last = 0;  // lines
  // What it mentions of the outside and of data: by its name, and the name in the output.
  std::map<std::string, std::string, std::less<>> symbols;
};

// Objects have no lines: their instructions count from 1.
Listing list_function(const assembly::CodeIndex& index, const std::string& function);

}  // namespace portolan::propose
