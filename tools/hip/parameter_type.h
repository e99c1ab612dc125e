// What a kernel's parameter is, in the words of a launch manifest.
#pragma once

#include <string>

#include "clang/AST/ASTContext.h"

namespace portolan::hip {

struct ParameterType {
  std::string text;     // as the source has it
  std::string element;  // f32, …; empty: a manifest has no word for it, and `why` says so
  std::string why;
  unsigned count = 1;  // elements to what is pointed to: 4 of a float4
  uint64_t bytes = 0;  // of what is pointed to
  bool pointer = false, constant = false;
  bool truth = false;  // 0 and 1 alone
};
ParameterType parameter_type(const clang::ASTContext& context, clang::QualType type);

}  // namespace portolan::hip
