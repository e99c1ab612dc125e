#include "emulate/simt/same_names.h"

#include <fmt/format.h>

#include <algorithm>

#include "llvm/Demangle/Demangle.h"

namespace portolan::simt {
namespace {

// As HIP has it; empty for names that are not mangled.
std::string signature(const std::string& name) {
  std::string text = llvm::demangle(name);
  if (text == name) return {};
  const auto replace = [&](std::string_view from, std::string_view to) {
    for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
  };
  replace("_Float16", "__half");
  replace("__nv_", "__hip_");
  replace("portolan_", "");  // portolan_hip_types.h
  // HIP_vector_type<float, 4u> is float4.
  static constexpr std::pair<const char*, const char*> kElements[] = {
      {"char", "char"},   {"unsigned char", "uchar"}, {"short", "short"},        {"unsigned short", "ushort"},
      {"int", "int"},     {"unsigned int", "uint"},   {"long", "long"},          {"unsigned long", "ulong"},
      {"float", "float"}, {"double", "double"},       {"long long", "longlong"}, {"unsigned long long", "ulonglong"}};
  for (const auto& [element, name_of_vector] : kElements)
    for (const char count : {'1', '2', '3', '4'})
      replace(fmt::format("HIP_vector_type<{}, {}u>", element, count), fmt::format("{}{}", name_of_vector, count));
  return text;
}

void rename(Module& m, const std::string& from, const std::string& to) {
  for (amdgcn::Kernel& k : m.object->kernels)
    if (k.name == from) k.name = to;
  if (auto entry = m.program.functions.extract(from)) {
    entry.key() = to;
    m.program.functions.insert(std::move(entry));
  }
  for (Diagnostic& d : m.refusals)
    if (d.message.starts_with(from + ",")) d.message.replace(0, from.size(), to);
}

}  // namespace

void take_names(Module& target, const Module& source) {
  if (!target.object) return;
  const std::vector<std::string> wanted = source.kernels(), given = target.kernels();
  const auto unmatched = [](const std::vector<std::string>& all, const std::vector<std::string>& others) {
    std::vector<std::string> rest;
    std::ranges::copy_if(all, std::back_inserter(rest), [&](const std::string& name) {
      return std::ranges::find(others, name) == others.end() && !signature(name).empty();
    });
    return rest;
  };
  const std::vector<std::string> missing = unmatched(wanted, given), candidates = unmatched(given, wanted);
  for (const std::string& name : missing) {
    const auto same = [&](const std::string& other) { return signature(other) == signature(name); };
    if (std::ranges::count_if(missing, same) != 1 || std::ranges::count_if(candidates, same) != 1) continue;
    rename(target, *std::ranges::find_if(candidates, same), name);
  }
}

}  // namespace portolan::simt
