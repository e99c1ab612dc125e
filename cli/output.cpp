#include "cli/output.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

namespace portolan::cli {
namespace {

bool write_all(FILE* file, const std::string& text) {
  bool ok = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  return std::fflush(file) == 0 && ok;
}

// Ctrl-C waits until the file is whole or gone.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t held;
    sigemptyset(&held);
    for (int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&held, signal);
    pthread_sigmask(SIG_BLOCK, &held, &before_);
  }
  ~SignalsHeld() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

 private:
  sigset_t before_;
};

// A device or a pipe is written to, not replaced.
bool is_special(const std::string& path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
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
  bool special = is_special(path);
  std::string beside = special ? path : fmt::format("{}.{}.partial", path, getpid());
  SignalsHeld held;
  FILE* file = std::fopen(beside.c_str(), "wb");
  if (!file) return failed("create");
  bool ok = write_all(file, text);
  int error = errno;
  ok = std::fclose(file) == 0 && ok;
  if (ok && special) return std::nullopt;
  if (ok && std::rename(beside.c_str(), path.c_str()) == 0) return std::nullopt;
  if (!ok) errno = error;
  auto diagnostic = failed("write");
  if (!special) std::remove(beside.c_str());
  return diagnostic;
}

}  // namespace portolan::cli
