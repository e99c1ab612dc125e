// clang's types to the C type model of translate/abi, and what a pointer lets a callee reach.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "clang/AST/ASTContext.h"
#include "translate/abi/types.h"

namespace portolan::headers {

class Converter {
 public:
  explicit Converter(const clang::ASTContext& context) : context_(context) {}

  // Nothing for types that no ISA here passes portably (_BitInt, bfloat16, SVE, …).
  std::optional<abi::Type> convert(clang::QualType type);
  std::optional<abi::FunctionType> convert_function(const clang::FunctionProtoType& function);

  // A text of the layout of everything that a value of that type leads to: equal texts on two ISAs mean that a pointer
  // may cross between them. Signs are left out (wchar_t's differs and does no harm).
  std::string reach(clang::QualType type);
  // Formats that differ while sizes agree, met while converting and reaching since the last reset: "long double", …
  std::string take_differing_format();

 private:
  bool is_va_list(clang::QualType type) const;
  std::optional<abi::Type> convert_builtin(const clang::BuiltinType& type, uint64_t size);
  std::optional<abi::Type> convert_record(const clang::RecordDecl& record);
  bool add_field(abi::Type& aggregate, const clang::FieldDecl& field, uint64_t bit_offset);
  bool add_elements(abi::Type& aggregate, uint64_t offset, clang::QualType type);
  std::string reach_record(const clang::RecordDecl& record);
  uint64_t bytes(clang::QualType type) const;

  const clang::ASTContext& context_;
  std::set<const clang::RecordDecl*> visited_;
  std::string differing_format_;
};

}  // namespace portolan::headers
