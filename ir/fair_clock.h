// Time less what a busy machine takes of it: a proof gets as far as it would alone on two processors. Moments in which
// this thread or a process that works for it could go on but waits for a processor do not count; in which they sleep,
// they do, so that whatever hangs comes to its end.
#pragma once

#include <sys/types.h>

#include <chrono>

namespace portolan {

struct FairClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<FairClock>;
  static constexpr bool is_steady = false;
  // Of the calling thread: time points of different threads have nothing to do with each other.
  static time_point now();

  // A process that works for this thread (a solver, an engine), from its start to its end.
  static void watch(pid_t worker);
  static void forget(pid_t worker);
};

}  // namespace portolan
