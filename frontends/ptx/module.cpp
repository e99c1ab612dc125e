#include "frontends/ptx/module.h"

#include <algorithm>

namespace portolan::ptx {

std::optional<Type> type_from_name(std::string_view name) {
  struct Named {
    std::string_view name;
    Type type;
  };
  static constexpr Named kTypes[] = {
      {"b8", {Type::untyped, 8}},       {"b16", {Type::untyped, 16}},          {"b32", {Type::untyped, 32}},
      {"b64", {Type::untyped, 64}},     {"b128", {Type::untyped, 128}},        {"u8", {Type::is_unsigned, 8}},
      {"u16", {Type::is_unsigned, 16}}, {"u32", {Type::is_unsigned, 32}},      {"u64", {Type::is_unsigned, 64}},
      {"s8", {Type::is_signed, 8}},     {"s16", {Type::is_signed, 16}},        {"s32", {Type::is_signed, 32}},
      {"s64", {Type::is_signed, 64}},   {"u16x2", {Type::is_unsigned, 16, 2}}, {"s16x2", {Type::is_signed, 16, 2}},
      {"f16", {Type::floating, 16}},    {"f16x2", {Type::floating, 16, 2}},    {"f32", {Type::floating, 32}},
      {"f64", {Type::floating, 64}},    {"bf16", {Type::brain, 16}},           {"bf16x2", {Type::brain, 16, 2}},
      {"pred", {Type::predicate, 1}},   {"tf32", {Type::tensor, 32}},          {"e4m3", {Type::e4m3, 8}},
      {"e5m2", {Type::e5m2, 8}},        {"e4m3x2", {Type::e4m3, 8, 2}},        {"e5m2x2", {Type::e5m2, 8, 2}},
  };
  const auto* found =
      std::find_if(std::begin(kTypes), std::end(kTypes), [&](const Named& n) { return n.name == name; });
  return found == std::end(kTypes) ? std::nullopt : std::optional(found->type);
}

const Function* Module::find_function(std::string_view name) const {
  const Function* found = nullptr;
  for (const Function& f : functions)
    if (f.name == name && (!found || f.has_body)) found = &f;
  return found;
}

}  // namespace portolan::ptx
