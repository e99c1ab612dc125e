#include "ir/diagnostic.h"

#include <fmt/format.h>

namespace portolan {

std::string to_string(const Diagnostic& diagnostic) {
  static constexpr const char* kNames[] = {"note", "warning", "error"};
  const SourceLocation& at = diagnostic.location;
  std::string text = at.file.empty() ? "portolan" : at.file;
  if (at.line != 0) text += fmt::format(":{}", at.line);
  if (at.line != 0 && at.column != 0) text += fmt::format(":{}", at.column);
  text += fmt::format(": {}: {}\n", kNames[static_cast<int>(diagnostic.severity)], diagnostic.message);
  if (!diagnostic.source_line.empty()) {
    text += fmt::format("{:>5} | {}\n", at.line, diagnostic.source_line);
    if (at.column != 0) {
      std::string pad(at.column - 1, ' ');
      for (size_t i = 0; i < pad.size() && i < diagnostic.source_line.size(); ++i)
        if (diagnostic.source_line[i] == '\t') pad[i] = '\t';
      text += fmt::format("      | {}^\n", pad);
    }
  }
  return text;
}

}  // namespace portolan
