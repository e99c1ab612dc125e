#include "tools/hip/parameter_type.h"

#include <utility>

#include "clang/AST/Decl.h"
#include "clang/AST/DeclCXX.h"

namespace portolan::hip {
namespace {

// Elements of one kind, side by side. No name: `why`.
struct Elements {
  std::string name, why;
  unsigned count = 1;
};

Elements elements_of(const clang::ASTContext& context, clang::QualType type);

Elements of_record(const clang::ASTContext& context, const clang::RecordDecl* record, const std::string& text) {
  const std::string name = record->getNameAsString();
  if (name == "__half") return {"f16", "", 1};
  if (name == "__nv_bfloat16") return {"bf16", "", 1};
  if (!record->getDefinition()) return {"", "what '" + text + "' is was not seen", 1};
  if (record->isUnion()) return {"", "'" + text + "' is a union", 1};
  Elements all{"", "", 0};
  const auto add = [&](clang::QualType type) {
    const Elements one = elements_of(context, type);
    if (one.name.empty() && all.why.empty()) all.why = one.why;
    if (all.count != 0 && one.name != all.name && all.why.empty())
      all.why = "'" + text + "' mixes " + all.name + " and " + one.name;
    all.name = one.name, all.count += one.count;
  };
  if (const auto* c = llvm::dyn_cast<clang::CXXRecordDecl>(record->getDefinition()))
    for (const auto& base : c->bases()) add(base.getType());
  for (const clang::FieldDecl* field : record->getDefinition()->fields()) add(field->getType());
  if (all.count == 0 && all.why.empty()) all.why = "'" + text + "' has nothing in it";
  if (!all.why.empty()) all.name.clear();
  return all;
}

Elements elements_of(const clang::ASTContext& context, clang::QualType type) {
  type = type.getCanonicalType().getUnqualifiedType();
  const std::string text = type.getAsString(context.getPrintingPolicy());
  if (type->isDependentType()) return {"", "'" + text + "' depends on a template's parameters", 1};
  if (const auto* array = context.getAsConstantArrayType(type)) {
    Elements one = elements_of(context, array->getElementType());
    one.count *= static_cast<unsigned>(array->getSize().getZExtValue());
    return one;
  }
  if (const clang::RecordDecl* record = type->getAsRecordDecl()) {
    Elements all = of_record(context, record, text);
    if (all.name.empty()) return all;
    // Between what is seen there may be bytes that belong to nothing.
    const unsigned bits = static_cast<unsigned>(std::stoul(all.name.substr(all.name.find_first_of("0123456789"))));
    if (context.getTypeSize(type) != uint64_t{bits} * all.count)
      return {"", "'" + text + "' has bytes between its members", 1};
    return all;
  }
  if (type->isAnyPointerType()) return {"", "it leads to addresses", 1};
  if (type->isVoidType()) return {"", "it is a void pointer", 1};
  if (!type->isArithmeticType() && !type->isEnumeralType()) return {"", "there is no word for '" + text + "'", 1};
  const std::string bits = std::to_string(context.getTypeSize(type));
  if (const auto* builtin = type->getAs<clang::BuiltinType>();
      builtin && builtin->getKind() == clang::BuiltinType::BFloat16)
    return {"bf16", "", 1};
  if (type->isRealFloatingType() && context.getTypeSize(type) > 64) return {"", "'" + text + "' is too wide", 1};
  if (type->isRealFloatingType()) return {"f" + bits, "", 1};
  if (context.getTypeSize(type) > 64) return {"", "'" + text + "' is too wide", 1};
  return {(type->isSignedIntegerOrEnumerationType() ? "i" : "u") + bits, "", 1};
}

}  // namespace

ParameterType parameter_type(const clang::ASTContext& context, clang::QualType type) {
  ParameterType p;
  p.text = type.getAsString(context.getPrintingPolicy());
  clang::QualType leads_to = type.getCanonicalType();
  if (leads_to->isReferenceType()) {
    p.why = "it is a reference";
    return p;
  }
  if (leads_to->isPointerType()) {
    p.pointer = true;
    leads_to = leads_to->getPointeeType();
    p.constant = leads_to.isConstQualified();
  }
  Elements all = elements_of(context, leads_to);
  p.element = std::move(all.name), p.why = std::move(all.why), p.count = all.count;
  p.truth = leads_to->isBooleanType();
  if (!leads_to->isIncompleteType() && !leads_to->isDependentType() && !leads_to->isFunctionType())
    p.bytes = static_cast<uint64_t>(context.getTypeSizeInChars(leads_to).getQuantity());
  if (!p.pointer && p.count != 1 && !p.element.empty())
    p.element.clear(), p.why = "'" + p.text + "' is passed by its bytes, which a manifest can't describe";
  return p;
}

}  // namespace portolan::hip
