#include "ir/fair_clock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace portolan {
namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::nanoseconds;

constexpr std::chrono::milliseconds kResolution{4};

std::string contents(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  char text[512];
  const ssize_t size = read(file, text, sizeof text);
  close(file);
  return {text, static_cast<size_t>(std::max<ssize_t>(size, 0))};
}

// This thread, or a process.
struct Task {
  pid_t process;  // 0: this thread
  std::string folder = process == 0 ? "/proc/thread-self/" : fmt::format("/proc/{}/", process);
  nanoseconds ran{}, waited{};  // since the last look
  bool runnable = false;        // now

  // Linux, Documentation/scheduler/sched-stats.rst: nanoseconds that a task ran, and that it waited to run, its present
  // wait left out. proc(5): the state stands behind the name in parentheses. False: the kernel does not say.
  bool look() {
    const std::string times = contents(folder + "schedstat");
    const char* const end = times.data() + times.size();
    nanoseconds::rep all_ran = 0, all_waited = 0;
    const auto [next, error] = std::from_chars(times.data(), end, all_ran);
    if (error != std::errc() || next == end) return false;
    std::from_chars(next + 1, end, all_waited);
    ran = nanoseconds(all_ran) - std::exchange(ran_before, nanoseconds(all_ran));
    waited = nanoseconds(all_waited) - std::exchange(waited_before, nanoseconds(all_waited));
    if (process == 0) return true;
    const std::string text = contents(folder + "stat");
    const size_t name = text.rfind(')');
    runnable = name != std::string::npos && text.substr(name + 1).starts_with(" R");
    return true;
  }

  nanoseconds ran_before{}, waited_before{};
};

struct Watch {
  Watch() { tasks.front().look(); }
  std::vector<Task> tasks = {Task{.process = 0}};
  Steady::time_point looked = Steady::now();
  nanoseconds now{};
};

Watch& of_this_thread() {
  thread_local Watch watch;
  return watch;
}

}  // namespace

FairClock::time_point FairClock::now() {
  Watch& watch = of_this_thread();
  const Steady::time_point at = Steady::now();
  const nanoseconds passed = at - watch.looked;
  if (passed < kResolution) return time_point(watch.now);
  nanoseconds ran{}, waited{};
  bool runnable = false, known = true;
  for (Task& task : watch.tasks) {
    known = task.look() && known;
    ran = std::max(ran, task.ran);
    // One after the other, where they answer each other. Where they wait at once too much is taken off: then what the
    // longest ran counts.
    waited += task.waited;
    runnable = runnable || task.runnable;
  }
  // How long one that waits at this moment has done so is not known yet: what was done counts alone.
  const nanoseconds counted = known ? std::max(ran, runnable ? nanoseconds{} : passed - waited) : passed;
  watch.looked = at;
  watch.now += std::min(counted, passed);
  return time_point(watch.now);
}

void FairClock::watch(pid_t worker) {
  of_this_thread().tasks.push_back(Task{.process = worker});
}

void FairClock::forget(pid_t worker) {
  std::erase_if(of_this_thread().tasks, [&](const Task& task) { return task.process == worker; });
}

}  // namespace portolan
