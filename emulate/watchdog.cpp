#include "emulate/watchdog.h"

#include <time.h>

namespace portolan::emulate {

Watchdog::Watchdog(std::function<void()> stop) : stop_(std::move(stop)) {}

Watchdog::~Watchdog() {
  leaving_ = true;
  if (thread_.joinable()) thread_.join();
}

void Watchdog::begin(std::chrono::milliseconds limit) {
  limit_ns_ = std::chrono::nanoseconds(limit).count();
  serial_.fetch_add(1);
  if (thread_.joinable()) return;
  pthread_getcpuclockid(pthread_self(), &runner_clock_);
  thread_ = std::thread([this] { watch(); });
}

void Watchdog::watch() {
  constexpr std::chrono::milliseconds kPeriod{4};
  uint64_t seen = UINT64_MAX;
  int64_t since = 0;
  while (!leaving_) {
    std::this_thread::sleep_for(kPeriod);
    timespec time{};
    clock_gettime(runner_clock_, &time);
    const int64_t now = int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
    const uint64_t serial = serial_.load();
    if (serial != seen) {
      seen = serial, since = now;
      continue;
    }
    if (serial % 2 == 0 || now - since < limit_ns_) continue;
    fired_ = serial;
    stop_();
  }
}

}  // namespace portolan::emulate
