// Assembler text to a relocatable ELF object, in process.
#pragma once

#include <string>
#include <string_view>

#include "emulate/image.h"

namespace portolan::emulate {

struct AssembleOptions {
  std::string name = "<assembly>";  // what messages call the text
  std::string features;             // LLVM feature string added to the ISA's own, such as "+sve,+bf16"
};

// Text is GNU assembler syntax. The error is the first one, with its line.
Expected<Object> assemble(Isa isa, std::string_view text, const AssembleOptions& options = {});

}  // namespace portolan::emulate
