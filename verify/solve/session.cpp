#include "verify/solve/session.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <utility>

extern char** environ;

namespace portolan::solve {
namespace {

// A reply is a word or the values of the variables; a solver that prints more than this is out of order.
constexpr size_t kLongestReply = 16u << 20;

// All signals to their defaults and none blocked: a solver must die of what kills it.
void reset_signals(posix_spawnattr_t& attributes) {
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setsigmask(&attributes, &none);
}

}  // namespace

std::vector<SolverProgram> known_solvers() {
  // Z3 4.8.12's own strategy for QF_LIA runs out of time on questions that this one decides in hundredths of a second.
  const char* const tactic = "(check-sat-using (then simplify propagate-values solve-eqs smt))";
  return {{"z3", {"-in", "-smt2"}, tactic}, {"cvc5", {"--lang", "smt2", "--incremental"}, "(check-sat)"}};
}

Session::Session(Session&& other) noexcept
    : program_(std::move(other.program_)),
      memory_bytes_(other.memory_bytes_),
      child_(std::exchange(other.child_, -1)),
      socket_(std::exchange(other.socket_, -1)),
      busy_(std::exchange(other.busy_, false)),
      exchanges_(other.exchanges_),
      outgoing_(std::move(other.outgoing_)),
      incoming_(std::move(other.incoming_)),
      mark_(std::move(other.mark_)),
      sent_(other.sent_),
      reply_(std::move(other.reply_)),
      begun_(other.begun_),
      seconds_(other.seconds_) {}

// Input, output and messages are one socket: send() can be told not to raise SIGPIPE. The memory limit is set from here
// before the first byte is sent, so that posix_spawn, which doesn't copy our page tables, will do.
bool Session::start() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return false;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (int target : {0, 1, 2}) posix_spawn_file_actions_adddup2(&actions, ends[1], target);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setpgroup(&attributes, 0);
  reset_signals(attributes);
  std::vector<char*> argv{program_.name.data()};
  for (std::string& argument : program_.arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const bool started = posix_spawnp(&child_, argv[0], &actions, &attributes, argv.data(), environ) == 0;
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (!started) {
    child_ = -1;
    close(ends[0]);
    return false;
  }
  FairClock::watch(child_);
  socket_ = ends[0];
  fcntl(socket_, F_SETFL, O_NONBLOCK);
  exchanges_ = 0;
  const rlimit memory{memory_bytes_, memory_bytes_}, no_core{0, 0};
  if (prlimit(child_, RLIMIT_AS, &memory, nullptr) != 0 || prlimit(child_, RLIMIT_CORE, &no_core, nullptr) != 0) {
    stop();  // already dead
    return false;
  }
  return true;
}

void Session::stop() {
  if (socket_ >= 0) close(socket_);
  socket_ = -1;
  if (child_ > 0) {
    kill(-child_, SIGKILL);
    while (waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
    FairClock::forget(child_);
  }
  child_ = -1;
  if (busy_) finish(false);
}

void Session::set_memory(uint64_t bytes) {
  if (bytes == memory_bytes_) return;
  memory_bytes_ = bytes;
  if (!busy_) stop();
}

void Session::bound_processor_time(std::chrono::milliseconds limit) {
  clockid_t clock{};
  timespec used{};
  if (clock_getcpuclockid(child_, &clock) != 0 || clock_gettime(clock, &used) != 0) return;
  const rlim_t seconds = static_cast<rlim_t>(used.tv_sec + limit.count() / 1000 + 5);
  const rlimit bound{seconds, RLIM_INFINITY};
  prlimit(child_, RLIMIT_CPU, &bound, nullptr);
}

void Session::begin(std::string commands, std::chrono::milliseconds limit) {
  reply_.reset();
  incoming_.clear();
  begun_ = std::chrono::steady_clock::now();
  busy_ = true;
  if (child_ <= 0 && !start()) {
    finish(false);
    return;
  }
  bound_processor_time(limit);
  mark_ = fmt::format("portolan {} {}", child_, ++exchanges_);
  outgoing_ = std::move(commands) + fmt::format("\n(echo \"{}\")\n", mark_);
  sent_ = 0;
}

void Session::finish(bool with_reply) {
  busy_ = false;
  seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
  outgoing_.clear();
  if (!with_reply) reply_.reset();
}

// The mark is the last line, in quotes (cvc5) or without (Z3). A solver that talks on after it never finishes.
void Session::take_reply() {
  for (const std::string& ending : {mark_ + "\n", "\"" + mark_ + "\"\n"}) {
    if (!incoming_.ends_with(ending)) continue;
    const size_t begin = incoming_.size() - ending.size();
    if (begin != 0 && incoming_[begin - 1] != '\n') continue;
    reply_ = incoming_.substr(0, begin);
    return finish(true);
  }
}

void Session::move_bytes(short events) {
  if (events & POLLOUT) {
    const ssize_t n = ::send(socket_, outgoing_.data() + sent_, outgoing_.size() - sent_, MSG_NOSIGNAL);
    if (n > 0) sent_ += static_cast<size_t>(n);
    // A solver that no longer reads may still have printed why: go on reading.
    if (n < 0 && errno != EAGAIN && errno != EINTR) sent_ = outgoing_.size();
  }
  if (!(events & (POLLIN | POLLHUP | POLLERR))) return;
  char buffer[65536];
  const ssize_t n = ::recv(socket_, buffer, sizeof buffer, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) return stop();
  incoming_.append(buffer, static_cast<size_t>(n));
  if (incoming_.size() > kLongestReply) return stop();
  take_reply();
}

void wait_for(std::span<Session* const> sessions, FairClock::time_point deadline, bool (*enough)(const Session&)) {
  for (;;) {
    std::vector<Session*> busy;
    std::vector<pollfd> entries;
    for (Session* s : sessions)
      if (s->busy_) {
        busy.push_back(s);
        const bool sends = s->sent_ < s->outgoing_.size();
        entries.push_back({s->socket_, static_cast<short>(POLLIN | (sends ? POLLOUT : 0)), 0});
      }
    if (busy.empty()) return;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - FairClock::now()).count();
    if (left <= 0) return;
    if (poll(entries.data(), entries.size(), static_cast<int>(std::min<int64_t>(left, 1000))) <= 0) continue;
    bool stop = false;
    for (size_t i = 0; i < busy.size(); ++i) {
      if (entries[i].revents != 0) busy[i]->move_bytes(entries[i].revents);
      stop = stop || (!busy[i]->busy_ && enough != nullptr && enough(*busy[i]));
    }
    if (stop) return;
  }
}

}  // namespace portolan::solve
