#include "translate/abi/runtime.h"

#include <algorithm>
#include <cctype>

#include "fmt/format.h"
#include "translate/abi/embedded.h"

namespace portolan::abi {
namespace {

std::string_view c_name(Isa isa) {
  return isa == Isa::x86_64 ? "x86_64" : isa == Isa::aarch64 ? "aarch64" : "riscv64";
}

std::string_view name_of(RuntimeFunction function) {
  switch (function) {
    case RuntimeFunction::va_pack:
      return "va_pack";
    case RuntimeFunction::va_unpack:
      return "va_unpack";
    case RuntimeFunction::va_gather:
      return "va_gather";
    case RuntimeFunction::stat:
      break;
  }
  return "stat";
}

// What would clash with the file that the text is appended to, or make the symbol global.
bool is_dropped(std::string_view line) {
  for (std::string_view directive : {".file", ".ident", ".attribute", ".addrsig", ".globl", ".option"})
    if (line.starts_with(directive)) return true;
  return line.empty() || line.starts_with("#") || line.starts_with("//");
}

// Assembler-local labels get a name of their own: the file has an .LBB0_1 too.
void append_renamed(std::string_view line, std::string_view prefix, std::string& text) {
  for (size_t i = 0; i < line.size(); ++i) {
    bool inside_word = i > 0 && (std::isalnum(static_cast<unsigned char>(line[i - 1])) || line[i - 1] == '_');
    text += line[i];
    if (inside_word || !line.substr(i).starts_with(".L")) continue;
    text.append("L").append(prefix);
    ++i;
  }
}

std::string_view without_comment(std::string_view line, Isa target) {
  return line.substr(0, line.find(target == Isa::aarch64 ? "//" : " # "));
}

}  // namespace

std::string runtime_symbol(RuntimeFunction function, Isa source, Isa target) {
  if (function == RuntimeFunction::stat) return fmt::format("__portolan_stat_{}_{}", c_name(source), c_name(target));
  return fmt::format("__portolan_{}_{}", name_of(function), c_name(source));
}

std::string runtime_text(RuntimeFunction function, Isa source, Isa target) {
  std::string_view rest = embedded_runtime(function, source, target);
  const std::string prefix = fmt::format("portolan_{}_", name_of(function));
  std::string text;
  while (!rest.empty()) {
    size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    std::string_view content = line.substr(std::min(line.find_first_not_of(" \t"), line.size()));
    if (is_dropped(content)) continue;
    line = without_comment(line, target);
    line = line.substr(0, line.find_last_not_of(" \t") + 1);
    append_renamed(line, prefix, text);
    text += '\n';
  }
  return text;
}

}  // namespace portolan::abi
