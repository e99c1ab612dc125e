// The debug sections of an ELF object with their relocations applied. LLVM's own path from object to DWARF ends the
// process when a relocation is damaged, so this one reads the file through the calls that report errors.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "ir/diagnostic.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MemoryBuffer.h"

namespace portolan::abi {

// By name without the dot ("debug_info"), as llvm::DWARFContext wants them; empty without debug information.
using DebugSections = llvm::StringMap<std::unique_ptr<llvm::MemoryBuffer>>;

Expected<DebugSections> debug_sections_of_object(std::string_view object, const std::string& name);

}  // namespace portolan::abi
