#include "cli/output.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "ir/whole_file.h"

namespace portolan::cli {

std::optional<Diagnostic> write_output(const std::string& path, const std::string& text) {
  if (path != "-") return write_whole_file(path, text);
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (std::fflush(stdout) == 0 && written) return std::nullopt;
  return error_at({path, 0, 0}, fmt::format("cannot write: {}", std::strerror(errno)));
}

}  // namespace portolan::cli
