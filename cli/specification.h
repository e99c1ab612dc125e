// portolan run FILE.spec: a tensor specification carried out.
#pragma once

#include <string>
#include <vector>

#include "cli/commands.h"
#include "frontends/accelerator/check.h"

namespace portolan::cli {

struct SpecificationRun {
  std::string file;
  std::vector<std::string> sizes;   // NAME=NUMBER
  std::vector<std::string> inputs;  // TENSOR=1,2,3 or TENSOR=@FILE
  uint64_t seed = 1;
  bool json = false;
};
Exit run_specification(const SpecificationRun& arguments);

// NAME=NUMBER of each, as --set takes them.
Expected<accelerator::ParameterValues> parameter_values(const std::vector<std::string>& texts);

}  // namespace portolan::cli
