#include "gpu/manifest/manifest.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <memory>

#include "llvm/Demangle/Demangle.h"

namespace portolan::manifest {
namespace {

struct Named {
  std::string_view name;
  Element element;
};
constexpr Named kElements[] = {
    {"i8", {Element::is_signed, 1}},    {"u8", {Element::is_unsigned, 1}},  {"i16", {Element::is_signed, 2}},
    {"u16", {Element::is_unsigned, 2}}, {"i32", {Element::is_signed, 4}},   {"u32", {Element::is_unsigned, 4}},
    {"i64", {Element::is_signed, 8}},   {"u64", {Element::is_unsigned, 8}}, {"f16", {Element::floating, 2}},
    {"bf16", {Element::brain, 2}},      {"f32", {Element::floating, 4}},    {"f64", {Element::floating, 8}},
};

// Whole components of a path, from its end.
bool ends_in(std::string_view path, std::string_view file) {
  return path == file || (path.ends_with(file) && path[path.size() - file.size() - 1] == '/');
}

}  // namespace

std::optional<Element> element_from_name(std::string_view name) {
  for (const Named& n : kElements)
    if (n.name == name) return n.element;
  return std::nullopt;
}

std::string_view to_string(Element element) {
  return std::find_if(std::begin(kElements), std::end(kElements), [&](const Named& n) { return n.element == element; })
      ->name;
}

Expected<int64_t> Formula::evaluate(const Sizes& sizes) const {
  auto value = manifest::evaluate(text, sizes);
  if (!value) return error_at(location, "in '" + text + "': " + value.error().message);
  return value;
}

std::string plain_name(const std::string& symbol) {
  llvm::ItaniumPartialDemangler demangler;
  if (demangler.partialDemangle(symbol.c_str())) return symbol;
  size_t size = 0;
  const std::unique_ptr<char, decltype(&std::free)> name(demangler.getFunctionName(nullptr, &size), &std::free);
  return name ? std::string(name.get()) : symbol;
}

const Kernel* Manifest::find(std::string_view kernel, std::string_view file) const {
  const Kernel* found = named(kernel, file);
  const std::string plain = plain_name(std::string(kernel));
  return found || plain == kernel ? found : named(plain, file);
}

const Kernel* Manifest::named(std::string_view name, std::string_view file) const {
  for (const Kernel& k : kernels) {
    if (k.name != name) continue;
    // What is compiled from a file belongs to it, whether the compiler replaced the name's end or added to it.
    const std::string beside = k.file + ".ptx",
                      instead = std::filesystem::path(k.file).replace_extension(".ptx").string();
    const bool is_cuda = k.file.ends_with(".cu");
    if (k.file.empty() || ends_in(file, k.file) || (is_cuda && (ends_in(file, beside) || ends_in(file, instead))))
      return &k;
  }
  return nullptr;
}

}  // namespace portolan::manifest
