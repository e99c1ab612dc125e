#include "cli/refuted_mark.h"

#include <fmt/format.h>

#include <algorithm>

namespace portolan::cli {
namespace {

// Names and reasons come from outside; a line of comment must stay one.
std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, ' ');
  return text;
}

// Where the line that begins with one of the labels starts; the whole text's start if there is none.
size_t find_line(const std::string& text, std::initializer_list<std::string> labels) {
  for (const std::string& label : labels) {
    if (text.starts_with(label)) return 0;
    const size_t at = text.find("\n" + label);
    if (at != std::string::npos) return at + 1;
  }
  return 0;
}

}  // namespace

std::string mark_refuted(std::string assembly, Isa target, const nlohmann::json& functions) {
  return mark_refuted(std::move(assembly), target == Isa::aarch64 ? "//" : "#", functions);
}

std::string mark_refuted(std::string assembly, std::string_view comment, const nlohmann::json& functions) {
  for (const nlohmann::json& f : functions) {
    const auto verdict = f.find("verdict");
    if (verdict == f.end() || verdict->value("level", "") != "refuted" || !verdict->contains("counterexample"))
      continue;
    const std::string name = verdict->at("counterexample").value("target_name", "");
    const std::string line = fmt::format("{} REFUTED: '{}' is not what its source is: {}\n", comment, one_line(name),
                                         one_line(verdict->value("detail", "")));
    assembly.insert(find_line(assembly, {name + ":", "\"" + name + "\":"}), line);
  }
  return assembly;
}

}  // namespace portolan::cli
