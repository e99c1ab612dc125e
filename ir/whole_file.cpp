#include "ir/whole_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace portolan {
namespace {

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

bool write_all(int file, const std::string& text) {
  for (size_t done = 0; done < text.size();) {
    const ssize_t count = write(file, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    done += static_cast<size_t>(count);
  }
  return true;
}

}  // namespace

std::optional<Diagnostic> write_whole_file(const std::string& path, const std::string& text, Readers readers) {
  auto failed = [&](const char* what) {
    return error_at({path, 0, 0}, fmt::format("cannot {}: {}", what, std::strerror(errno)));
  };
  const bool special = is_special(path);
  const std::string beside = special ? path : fmt::format("{}.{}.partial", path, getpid());
  const SignalsHeld held;
  const int file =
      open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, readers == Readers::owner ? 0600 : 0666);
  if (file < 0) return failed("create");
  bool ok = write_all(file, text);
  int error = errno;
  if (close(file) != 0 && ok) ok = false, error = errno;
  if (ok && special) return std::nullopt;
  if (ok && std::rename(beside.c_str(), path.c_str()) == 0) return std::nullopt;
  if (!ok) errno = error;
  auto diagnostic = failed("write");
  if (!special) std::remove(beside.c_str());
  return diagnostic;
}

bool keep_file(const std::string& path, const std::string& text, Readers readers) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  return !write_whole_file(path, text, readers);
}

}  // namespace portolan
