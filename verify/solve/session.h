// A solver as a child process that stays for many questions. Nothing it prints is believed unless it has the exact form
// of an answer: what is late, dead, too long or unreadable is an error of the solver and never a verdict.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ir/fair_clock.h"

namespace portolan::solve {

struct SolverProgram {
  std::string name;  // looked up in PATH
  std::vector<std::string> arguments;
  // How to ask a question of linear integers; bit-vectors are asked with (check-sat).
  std::string check_integers = "(check-sat)";
};

// The solvers that this project knows how to ask.
std::vector<SolverProgram> known_solvers();

// One process, started when it is first needed and again after it was killed. Text goes in, text comes out, both
// without blocking: wait_for() moves the bytes of several sessions at once.
class Session {
 public:
  Session(SolverProgram program, uint64_t memory_bytes) : program_(std::move(program)), memory_bytes_(memory_bytes) {}
  Session(Session&&) noexcept;
  Session(const Session&) = delete;
  ~Session() { stop(); }

  // Begins an exchange: `commands` are sent, and what the solver prints up to a mark that it is told to echo is its
  // reply. `limit` also bounds its processor time, should this program die while the solver runs. A start that fails
  // makes the exchange fail.
  void begin(std::string commands, std::chrono::milliseconds limit);
  bool busy() const { return busy_; }
  // The reply of the finished exchange; nothing if the process died, printed too much, or was stopped.
  const std::optional<std::string>& reply() const { return reply_; }
  // What was printed by an exchange that did not finish, and how it ended, for the diagnosis.
  const std::string& remains() const { return incoming_; }
  double seconds() const { return seconds_; }
  // Kills the process group and waits for the process. The next exchange starts a new one.
  void stop();
  bool alive() const { return child_ > 0; }
  unsigned exchanges() const { return exchanges_; }
  const SolverProgram& program() const { return program_; }
  void set_memory(uint64_t bytes);

 private:
  friend void wait_for(std::span<Session* const> sessions, FairClock::time_point deadline,
                       bool (*enough)(const Session&));
  bool start();
  void bound_processor_time(std::chrono::milliseconds limit);
  void move_bytes(short events);
  void take_reply();
  void finish(bool with_reply);

  SolverProgram program_;
  uint64_t memory_bytes_;
  pid_t child_ = -1;
  int socket_ = -1;
  bool busy_ = false;
  unsigned exchanges_ = 0;  // of this process
  std::string outgoing_, incoming_, mark_;
  size_t sent_ = 0;
  std::optional<std::string> reply_;
  std::chrono::steady_clock::time_point begun_;
  double seconds_ = 0;
};

// Waits until no session is busy, or one that has just finished is `enough`, or the time is over. Sessions that are
// still busy then are left so: the caller stops them or goes on waiting.
void wait_for(std::span<Session* const> sessions, FairClock::time_point deadline,
              bool (*enough)(const Session&) = nullptr);

}  // namespace portolan::solve
