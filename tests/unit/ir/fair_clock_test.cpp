// Time that is taken away by others does not count; time that is slept does.
#include "ir/fair_clock.h"

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "gtest/gtest.h"

namespace portolan {
namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

// This thread and `others` processes, all on one processor.
class Crowd {
 public:
  explicit Crowd(int others) {
    sched_getaffinity(0, sizeof before_, &before_);
    cpu_set_t one;
    CPU_ZERO(&one);
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
      if (CPU_ISSET(cpu, &before_)) {
        CPU_SET(cpu, &one);
        break;
      }
    sched_setaffinity(0, sizeof one, &one);
    for (int n = 0; n < others; ++n) {
      const pid_t child = fork();
      if (child == 0)
        for (;;) {
        }
      children_.push_back(child);
    }
  }
  ~Crowd() {
    for (const pid_t child : children_) kill(child, SIGKILL), waitpid(child, nullptr, 0);
    sched_setaffinity(0, sizeof before_, &before_);
  }
  const std::vector<pid_t>& children() const { return children_; }

 private:
  cpu_set_t before_;
  std::vector<pid_t> children_;
};

void compute(milliseconds time) {
  for (const auto end = Steady::now() + time; Steady::now() < end;) {
  }
}

bool kernel_says() {
  return access("/proc/thread-self/schedstat", R_OK) == 0;
}

TEST(FairClock, SleepCounts) {
  const auto begin = FairClock::now();
  const auto steady = Steady::now();
  std::this_thread::sleep_for(milliseconds(200));
  EXPECT_GE(FairClock::now() - begin, milliseconds(150));
  EXPECT_LE(FairClock::now() - begin, Steady::now() - steady + milliseconds(2));
}

TEST(FairClock, WaitingForTheProcessorDoesNotCount) {
  if (!kernel_says()) GTEST_SKIP() << "this kernel does not say how long a task waited to run";
  const Crowd crowd(3);
  const auto begin = FairClock::now();
  compute(milliseconds(800));
  EXPECT_LT(FairClock::now() - begin, milliseconds(560));
  EXPECT_GT(FairClock::now() - begin, milliseconds(1));
}

// An engine that is asked and answers: each of the two waits for the processor while the other sleeps.
TEST(FairClock, NorDoWaitsThatFollowEachOther) {
  if (!kernel_says()) GTEST_SKIP() << "this kernel does not say how long a task waited to run";
  const Crowd crowd(4);
  int there[2], back[2];
  ASSERT_EQ(pipe(there), 0);
  ASSERT_EQ(pipe(back), 0);
  char byte = 0;
  const pid_t worker = fork();
  if (worker == 0) {
    close(there[1]);
    while (read(there[0], &byte, 1) == 1) {
      compute(milliseconds(5));
      if (write(back[1], &byte, 1) != 1) break;
    }
    _exit(0);
  }
  FairClock::watch(worker);
  const auto begin = FairClock::now();
  const auto steady = Steady::now();
  while (Steady::now() - steady < milliseconds(1500)) {
    compute(milliseconds(5));
    ASSERT_EQ(write(there[1], &byte, 1), 1);
    ASSERT_EQ(read(back[0], &byte, 1), 1);
  }
  EXPECT_LT(FairClock::now() - begin, (Steady::now() - steady) * 45 / 100);
  EXPECT_GT(FairClock::now() - begin, milliseconds(1));
  close(there[1]);
  waitpid(worker, nullptr, 0);
  FairClock::forget(worker);
  for (const int end : {there[0], back[0], back[1]}) close(end);
}

TEST(FairClock, NorDoesASolversWaiting) {
  if (!kernel_says()) GTEST_SKIP() << "this kernel does not say how long a task waited to run";
  const Crowd crowd(4);
  FairClock::watch(crowd.children()[0]);
  FairClock::now();
  std::this_thread::sleep_for(milliseconds(20));
  const auto begin = FairClock::now();
  std::this_thread::sleep_for(milliseconds(800));
  EXPECT_LT(FairClock::now() - begin, milliseconds(560));
  FairClock::forget(crowd.children()[0]);
  const auto later = FairClock::now();
  std::this_thread::sleep_for(milliseconds(50));
  EXPECT_GE(FairClock::now() - later, milliseconds(2));
}

}  // namespace
}  // namespace portolan
