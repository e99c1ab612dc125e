// How many small requests each engine answers in a second. Bounds are generous: they catch a lost order of magnitude,
// on a busy machine.
#include <chrono>

#include "engines.h"

namespace portolan::emulate {
namespace {

using Clock = std::chrono::steady_clock;

class SpeedTest : public EngineTest {};
INSTANTIATE_TEST_SUITE_P(All, SpeedTest, testing::ValuesIn(engine_cases()), case_name);

TEST_P(SpeedTest, SmallRequests) {
  const Image image =
      image_of_c(isa(), "long f(long* p, long n) { long s = 0; for (long i = 0; i < n; ++i) s += p[i]; return s; }");
  Request request = request_for(image, "f", {kArenaBase + kPageSize, 8});
  request.regions.push_back({kArenaBase + kPageSize, std::vector<uint8_t>(64, 1), true});
  const Clock::time_point cold = Clock::now();
  run(image, request);
  const Clock::time_point start = Clock::now();
  const std::vector<Request> requests(5000, request);
  Expected<std::vector<Outcome>> outcomes = engine_->run_all(image, requests);
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  ASSERT_TRUE(outcomes);
  EXPECT_EQ(outcomes->back().ending, Ending::returned);
  const double rate = 5000 / seconds;
  RecordProperty("requests_per_second", static_cast<int>(rate));
  std::printf("%s: first request %.1f ms, then %.0f requests/s\n", GetParam().engine.c_str(),
              std::chrono::duration<double>(start - cold).count() * 1e3, rate);
  EXPECT_GT(rate, 1000);
}

}  // namespace
}  // namespace portolan::emulate
