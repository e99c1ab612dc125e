#include "tools/headers/convert.h"

#include <algorithm>

#include "clang/AST/Decl.h"
#include "clang/AST/RecordLayout.h"
#include "fmt/format.h"

namespace portolan::headers {

using abi::FloatFormat;
using abi::Sign;
using abi::Type;
using abi::TypeKind;

// On RISC-V va_list is void * and only its typedef's name tells; on x86-64 it is an array, which decays in parameters
// and may have lost its typedef when declarations were merged.
bool Converter::is_va_list(clang::QualType type) const {
  if (const auto* pointer = type.getCanonicalType()->getAs<clang::PointerType>())
    if (const auto* record = pointer->getPointeeType()->getAs<clang::RecordType>())
      if (record->getDecl()->getName() == "__va_list_tag") return true;
  while (true) {
    if (const auto* decayed = type->getAs<clang::DecayedType>()) type = decayed->getOriginalType();
    const auto* alias = type->getAs<clang::TypedefType>();
    if (alias == nullptr) return false;
    if (alias->getDecl()->getName() == "__builtin_va_list") return true;
    type = alias->getDecl()->getUnderlyingType();
  }
}

uint64_t Converter::bytes(clang::QualType type) const {
  return static_cast<uint64_t>(context_.getTypeSizeInChars(type).getQuantity());
}

std::optional<Type> Converter::convert_builtin(const clang::BuiltinType& type, uint64_t size) {
  switch (type.getKind()) {
    case clang::BuiltinType::Void:
      return abi::void_type();
    case clang::BuiltinType::Bool:
      return abi::integer_type(1, Sign::boolean);
    case clang::BuiltinType::Char_S:
    case clang::BuiltinType::Char_U:
      return abi::integer_type(1, Sign::plain_char);
    case clang::BuiltinType::Float16:
      return abi::floating_type(FloatFormat::f16);
    case clang::BuiltinType::Float:
      return abi::floating_type(FloatFormat::f32);
    case clang::BuiltinType::Double:
      return abi::floating_type(FloatFormat::f64);
    case clang::BuiltinType::Float128:
      return abi::floating_type(FloatFormat::f128);
    case clang::BuiltinType::LongDouble:
      differing_format_ = "long double";
      return abi::floating_type(FloatFormat::long_double);
    default:
      break;
  }
  if (type.isInteger()) return abi::integer_type(size, type.isSignedInteger() ? Sign::signed_ : Sign::unsigned_);
  return std::nullopt;
}

std::optional<Type> Converter::convert(clang::QualType type) {
  if (is_va_list(type)) return abi::va_list_type();
  clang::QualType canonical = type.getCanonicalType().getUnqualifiedType();
  if (const auto* builtin = canonical->getAs<clang::BuiltinType>())
    return convert_builtin(*builtin, builtin->isVoidType() || builtin->isPlaceholderType() ? 0 : bytes(canonical));
  if (const auto* pointer = canonical->getAs<clang::PointerType>()) {
    const auto* function = pointer->getPointeeType()->getAs<clang::FunctionProtoType>();
    std::optional<abi::FunctionType> pointee = function ? convert_function(*function) : std::nullopt;
    return pointee ? abi::function_pointer_type(*pointee) : abi::pointer_type();
  }
  if (const auto* enumeration = canonical->getAs<clang::EnumType>())
    return convert(enumeration->getDecl()->getIntegerType());
  if (const auto* record = canonical->getAs<clang::RecordType>())
    return record->isIncompleteType() ? std::nullopt : convert_record(*record->getDecl());
  if (const auto* complex = canonical->getAs<clang::ComplexType>()) {
    std::optional<Type> part = convert(complex->getElementType());
    return part && part->kind == TypeKind::floating ? std::optional(abi::complex_type(part->format)) : std::nullopt;
  }
  if (const auto* vector = canonical->getAs<clang::VectorType>()) {
    std::optional<Type> lane = convert(vector->getElementType());
    bool generic =
        vector->getVectorKind() == clang::VectorKind::Generic || vector->getVectorKind() == clang::VectorKind::Neon;
    if (!lane || !generic || lane->size * vector->getNumElements() != bytes(canonical)) return std::nullopt;
    return abi::vector_type(*lane, vector->getNumElements());
  }
  return std::nullopt;
}

std::optional<abi::FunctionType> Converter::convert_function(const clang::FunctionProtoType& function) {
  abi::FunctionType result;
  std::optional<Type> type = convert(function.getReturnType());
  if (!type) return std::nullopt;
  result.result = *type;
  result.variadic = function.isVariadic();
  result.noreturn = function.getNoReturnAttr();
  for (clang::QualType parameter : function.param_types()) {
    if (!(type = convert(parameter))) return std::nullopt;
    result.parameters.push_back(*type);
  }
  return result;
}

bool Converter::add_elements(Type& aggregate, uint64_t offset, clang::QualType type) {
  if (const auto* array = context_.getAsArrayType(type)) {
    const auto* constant = llvm::dyn_cast<clang::ConstantArrayType>(array);
    if (constant == nullptr) return true;  // a flexible array member has no bytes in the struct
    uint64_t step = bytes(array->getElementType());
    for (uint64_t i = 0; i < std::min(constant->getZExtSize(), abi::kMaxUnrolled + 1); ++i)
      if (!add_elements(aggregate, offset + i * step, array->getElementType())) return false;
    return true;
  }
  std::optional<Type> member = convert(type);
  if (!member || member->kind == TypeKind::va_list) return false;
  abi::add_member(aggregate, offset, *member);
  return true;
}

bool Converter::add_field(Type& aggregate, const clang::FieldDecl& field, uint64_t bit_offset) {
  if (!field.isBitField()) return add_elements(aggregate, bit_offset / 8, field.getType());
  uint64_t width = field.getBitWidthValue(context_);
  aggregate.contains_bit_field = true;
  if (field.isUnnamedBitField() || width == 0) return true;
  for (uint64_t byte = bit_offset / 8; byte <= (bit_offset + width - 1) / 8; ++byte)
    abi::add_member(aggregate, byte, abi::integer_type(1, Sign::unsigned_));
  return true;
}

std::optional<Type> Converter::convert_record(const clang::RecordDecl& declaration) {
  const clang::RecordDecl& record = *declaration.getDefinition();
  if (record.isInvalidDecl()) return std::nullopt;
  const clang::ASTRecordLayout& layout = context_.getASTRecordLayout(&record);
  Type type;
  type.kind = TypeKind::aggregate;
  type.size = static_cast<uint64_t>(layout.getSize().getQuantity());
  type.alignment = static_cast<uint64_t>(layout.getAlignment().getQuantity());
  type.contains_union = record.isUnion();
  for (const clang::FieldDecl* field : record.fields())
    if (!add_field(type, *field, layout.getFieldOffset(field->getFieldIndex()))) return std::nullopt;
  return type;
}

std::string Converter::take_differing_format() {
  visited_.clear();
  return std::exchange(differing_format_, {});
}

std::string Converter::reach_record(const clang::RecordDecl& declaration) {
  const clang::RecordDecl* record = declaration.getDefinition();
  const clang::TypedefNameDecl* alias = declaration.getTypedefNameForAnonDecl();
  std::string name = alias ? alias->getNameAsString()
                           : fmt::format("{} {}", declaration.getKindName().str(), declaration.getNameAsString());
  if (record == nullptr || record->isInvalidDecl() || !visited_.insert(record).second) return name;
  const clang::ASTRecordLayout& layout = context_.getASTRecordLayout(record);
  std::string text = fmt::format("{}({}", name, layout.getSize().getQuantity());
  for (const clang::FieldDecl* field : record->fields())
    text += fmt::format(" {}@{}", reach(field->getType()), layout.getFieldOffset(field->getFieldIndex()));
  return text + ")";
}

std::string Converter::reach(clang::QualType type) {
  if (is_va_list(type)) {
    differing_format_ = "va_list";
    return "va_list";
  }
  if (const auto* array = context_.getAsArrayType(type)) {
    const auto* constant = llvm::dyn_cast<clang::ConstantArrayType>(array);
    return fmt::format("{}[{}]", reach(array->getElementType()), constant ? constant->getZExtSize() : 0);
  }
  clang::QualType canonical = type.getCanonicalType().getUnqualifiedType();
  if (const auto* pointer = canonical->getAs<clang::PointerType>()) {
    // The pointee's own spelling is kept, so that a pointer to va_list is seen.
    const auto* spelled = type->getAs<clang::PointerType>();
    return "*" + reach(spelled ? spelled->getPointeeType() : pointer->getPointeeType());
  }
  if (const auto* record = canonical->getAs<clang::RecordType>()) return reach_record(*record->getDecl());
  if (const auto* function = type->getAs<clang::FunctionProtoType>()) {
    std::string text = "fn(";
    for (clang::QualType parameter : function->param_types())
      text += (is_va_list(parameter) ? "va_list" : reach(parameter)) + ",";
    return text + ")" + reach(function->getReturnType());
  }
  if (canonical->isFunctionType() || canonical->isVoidType() || canonical->isIncompleteType()) return "?";
  if (canonical->isSpecificBuiltinType(clang::BuiltinType::LongDouble)) differing_format_ = "long double";
  return fmt::format("{}{}", canonical->isFloatingType() ? "f" : "i", bytes(canonical));
}

}  // namespace portolan::headers
