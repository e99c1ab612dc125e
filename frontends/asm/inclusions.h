// Refuses directives that would pull in other files: the caller has one input, and it may come from anyone.
#pragma once

#include <string_view>

#include "llvm/MC/MCParser/MCAsmParserExtension.h"

namespace portolan::assembly {

// The directives, in small letters; the assembler takes capitals too.
inline constexpr std::string_view kInclusions[] = {".include", ".incbin"};

// Asked by the parser itself, so that it does not matter where a directive stands or which macro spells it.
class Inclusions : public llvm::MCAsmParserExtension {
 public:
  void Initialize(llvm::MCAsmParser& parser) override;

 private:
  bool refuse(llvm::StringRef directive, llvm::SMLoc location);
};

}  // namespace portolan::assembly
