#include "cli/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace portolan::cli {
namespace {

bool write_all(FILE* file, const std::string& text) {
  bool ok = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  return std::fflush(file) == 0 && ok;
}

}  // namespace

std::optional<Diagnostic> write_output(const std::string& path, const std::string& text) {
  auto failed = [&](const char* what) {
    return error_at({path, 0, 0}, fmt::format("cannot {}: {}", what, std::strerror(errno)));
  };
  if (path == "-") {
    if (!write_all(stdout, text)) return failed("write");
    return std::nullopt;
  }
  std::string beside = fmt::format("{}.{}.partial", path, getpid());
  FILE* file = std::fopen(beside.c_str(), "wb");
  if (!file) return failed("create");
  bool ok = write_all(file, text);
  int error = errno;
  ok = std::fclose(file) == 0 && ok;
  if (ok && std::rename(beside.c_str(), path.c_str()) == 0) return std::nullopt;
  if (!ok) errno = error;
  auto diagnostic = failed("write");
  std::remove(beside.c_str());
  return diagnostic;
}

}  // namespace portolan::cli
