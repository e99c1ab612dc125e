// `portolan port` of a tensor specification to a processor: code in loops, tested under QEMU, with a C header.
#pragma once

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "frontends/accelerator/description.h"
#include "translate/loops/processor.h"

namespace portolan::cli {

struct LoopsPort {
  std::string stem;  // of the files that are written
  uint64_t seed = 1;
};
// Fills in the report's entry: verdict, reason, tests, tensors.
Exit port_to_processor(const LoopsPort& arguments, const accelerator::Description& specification,
                       const loops::Processor& processor, nlohmann::json& entry);

inline constexpr const char* kLoopEndings[] = {".s", ".o", ".h", ".json"};

}  // namespace portolan::cli
