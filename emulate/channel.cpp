#include "emulate/channel.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "ir/fair_clock.h"

namespace portolan::emulate {
namespace {

constexpr int kBuffer = 1 << 20;
constexpr int kSlices = 4;         // of the time limit
constexpr int kMaxSilence = 1000;  // slices without a byte, whoever had the processor
// Backstop for an owner that is stopped or cannot be scheduled; the owner's own limits are far below.
constexpr rlim_t kProcessorSeconds = 3600;

// Runs between fork and exec: system calls only. Returns when the program could not be started.
void become(const char* program, char* const* arguments, int socket, int executable) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (dup2(socket, 0) < 0 || dup2(socket, 1) < 0) return;
  if (executable != 3) {
    if (dup2(executable, 3) < 0) return;
  } else {
    fcntl(3, F_SETFD, 0);
  }
  const rlimit none{0, 0}, processor{kProcessorSeconds, kProcessorSeconds};
  setrlimit(RLIMIT_CORE, &none);
  setrlimit(RLIMIT_FSIZE, &none);
  setrlimit(RLIMIT_CPU, &processor);
  sigset_t all;
  sigemptyset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  char* const no_environment[] = {nullptr};
  if (*program == '\0')
    fexecve(3, arguments, no_environment);
  else
    execvp(program, arguments);
}

Expected<int> make_executable(const std::vector<uint8_t>& bytes) {
  const int file = memfd_create("portolan", MFD_CLOEXEC);
  if (file < 0) return error_at({}, fmt::format("cannot make a file in memory: {}", std::strerror(errno)));
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t n = ::write(file, bytes.data() + done, bytes.size() - done);
    if (n <= 0) {
      close(file);
      return error_at({}, fmt::format("cannot write an image of {} bytes: {}", bytes.size(), std::strerror(errno)));
    }
    done += static_cast<size_t>(n);
  }
  return file;
}

}  // namespace

Expected<std::unique_ptr<Channel>> Channel::start(std::vector<std::string> arguments,
                                                  const std::vector<uint8_t>& executable) {
  Expected<int> file = make_executable(executable);
  if (!file) return file.error();
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    close(*file);
    return error_at({}, fmt::format("cannot make a socket: {}", std::strerror(errno)));
  }
  for (int end : ends) setsockopt(end, SOL_SOCKET, SO_SNDBUF, &kBuffer, sizeof kBuffer);
  const std::string program = arguments[0];
  for (std::string& argument : arguments)
    if (argument == "@") argument = "/proc/self/fd/3";
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    become(program.c_str(), argv.data(), ends[1], *file);
    _exit(127);
  }
  const int fork_error = errno;
  close(ends[1]);
  close(*file);
  if (child < 0) {
    close(ends[0]);
    return error_at({}, fmt::format("cannot start a process: {}", std::strerror(fork_error)));
  }
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  FairClock::watch(child);
  return std::unique_ptr<Channel>(new Channel(child, ends[0]));
}

Channel::~Channel() {
  close(socket_);
  if (child_ <= 0) return;
  FairClock::forget(child_);
  kill(child_, SIGKILL);
  while (waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::chrono::nanoseconds Channel::processor_time() const {
  clockid_t clock{};
  timespec time{};
  if (clock_getcpuclockid(child_, &clock) != 0 || clock_gettime(clock, &time) != 0) return {};
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

// False: the other end is gone.
bool Channel::move_bytes(int timeout_ms, bool& moved) {
  pollfd entry{socket_, static_cast<short>(POLLIN | (unsent() != 0 ? POLLOUT : 0)), 0};
  if (poll(&entry, 1, timeout_ms) < 0) return errno == EINTR;
  if (entry.revents & POLLOUT) {
    const ssize_t n = ::send(socket_, outgoing_.data() + sent_, unsent(), MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN && errno != EINTR) return false;
    if (n > 0) sent_ += static_cast<size_t>(n), moved = true;
    if (unsent() == 0) outgoing_.clear(), sent_ = 0;
  }
  if (entry.revents & (POLLIN | POLLHUP | POLLERR)) {
    if (incoming_.size() - filled_ < kBuffer / 4) incoming_.resize(filled_ + kBuffer);
    const ssize_t n = ::recv(socket_, incoming_.data() + filled_, incoming_.size() - filled_, 0);
    if (n > 0) filled_ += static_cast<size_t>(n);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) return false;
    moved = moved || n > 0;
  }
  return true;
}

Channel::Status Channel::wait(size_t size, std::chrono::milliseconds limit) {
  if (taken_ == filled_) {
    taken_ = filled_ = 0;
  } else if (taken_ > kBuffer) {  // seldom: moving the rest costs
    std::memmove(incoming_.data(), incoming_.data() + taken_, filled_ - taken_);
    filled_ -= taken_, taken_ = 0;
  }
  const int slice = static_cast<int>(std::max<int64_t>(1, limit.count() / kSlices));
  int silent_slices = 0;
  std::chrono::nanoseconds at_first{};
  while (filled_ - taken_ < size) {
    bool moved = false;
    if (!move_bytes(slice, moved)) return Status::dead;
    // Silence counts by the processor time of the child, so that a busy machine does not look like an endless loop.
    if (moved)
      silent_slices = 0;
    else if (++silent_slices == 1)
      at_first = processor_time();
    else if (processor_time() - at_first >= limit * (kSlices - 1) / kSlices)
      return Status::timeout;
    if (silent_slices > kMaxSilence) return Status::timeout;
  }
  return Status::ready;
}

std::string Channel::obituary() {
  if (child_ <= 0) return "ended";
  int status = 0;
  pid_t who = 0;
  for (int tries = 0; who == 0 && tries < 100; ++tries) {
    who = waitpid(child_, &status, WNOHANG);
    if (who == 0) usleep(1000);
  }
  if (who == 0) return "answers what nobody asked";  // still alive: the destructor ends it
  FairClock::forget(std::exchange(child_, 0));
  if (who < 0) return "vanished";
  if (WIFSIGNALED(status))
    return fmt::format("killed by signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
  switch (WEXITSTATUS(status)) {
    case 101:
      return "lost its connection";
    case 102:
      return "was refused a system call";
    case 127:
      return "could not be started";
    default:
      return fmt::format("ended with status {}", WEXITSTATUS(status));
  }
}

}  // namespace portolan::emulate
