// Stops runs that take too long, from a thread of its own, without the runs paying for it.
#pragma once

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

namespace portolan::emulate {

class Watchdog {
 public:
  // `stop` is called from the watchdog's thread and may come after the run it is meant for; see fired().
  explicit Watchdog(std::function<void()> stop);
  ~Watchdog();

  // To be called by one thread, the one that runs.
  void begin(std::chrono::milliseconds limit);
  void end() { serial_.fetch_add(1); }
  // Was the present run stopped?
  bool fired() const { return fired_.load() == serial_.load(); }

 private:
  void watch();

  std::function<void()> stop_;
  std::atomic<uint64_t> serial_{0};  // odd while a run goes on
  std::atomic<uint64_t> fired_{UINT64_MAX};
  std::atomic<int64_t> limit_ns_{0};
  std::atomic<bool> leaving_{false};
  clockid_t runner_clock_{};  // processor time, so that a busy machine does not look like an endless loop
  std::thread thread_;
};

}  // namespace portolan::emulate
