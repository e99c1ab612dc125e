#include "gpu/manifest/count.h"

#include <gtest/gtest.h>

#include "gpu/manifest/expression.h"

namespace portolan::manifest {
namespace {

const Count n = Count::named("n"), m = Count::named("m"), k = Count::named("k");

TEST(Count, HasOneTextForOneNumber) {
  EXPECT_EQ((n * m + Count(3) - n).text(), "m * n + 3 - n");
  EXPECT_EQ((n * Count(4)).text(), "4 * n");
  EXPECT_EQ((Count(0) - n).text(), "-n");
  EXPECT_EQ((n - n).text(), "0");
  EXPECT_EQ(Count(-5).text(), "-5");
}

TEST(Count, DividesWhatWasMultiplied) {
  EXPECT_EQ(Count::quotient(n * m * Count(4), Count(4)).text(), "m * n");
  EXPECT_EQ(Count::quotient(n * m, m).text(), "n");
  EXPECT_EQ(Count::quotient(Count::greatest(Count(1), n * Count(4)), Count(4)).text(), "n");
  EXPECT_EQ(Count::quotient(n + Count(255), Count(256)).text(), "divide_up(n, 256)");
  EXPECT_EQ(Count::quotient(n * k + m - Count(1), m).text(), "divide_up(k * n, m)");
  EXPECT_EQ(Count::quotient(n, Count(64)).text(), "n / 64");
  EXPECT_EQ(Count::quotient(n, Count(64)).divided().at("n"), 64);
  EXPECT_EQ((Count::quotient(n, Count(64)) * m).text(), "(n / 64) * m");
  EXPECT_FALSE(Count::quotient(n, Count(0)).valid());
}

TEST(Count, GivesUpWhereNumbersAreTooLarge) {
  const Count large(int64_t{1} << 40);
  EXPECT_TRUE((n * large).valid());
  EXPECT_FALSE((n * large * large).valid());
}

// What is written is what a manifest's reader computes: against the same operations on numbers.
TEST(Count, TextsAreTheNumbers) {
  for (int64_t x : {0, 1, 2, 7, 64, 65, 255, 256, 1000})
    for (int64_t y : {1, 3, 32, 64}) {
      const Sizes sizes = {{"n", x}, {"m", y}, {"k", 5}};
      const auto value = [&](const Count& c) {
        const auto v = evaluate(c.text(), sizes);
        EXPECT_TRUE(v) << c.text();
        return v ? *v : -1;
      };
      EXPECT_EQ(value(Count::quotient(n + m - Count(1), m)), (x + y - 1) / y);
      EXPECT_EQ(value(Count::quotient(n * Count(3) + Count(7), Count(4))), (3 * x + 7) / 4);
      EXPECT_EQ(value((n + m) * (n - m) * Count(2)), (x + y) * (x - y) * 2);
      EXPECT_EQ(value(Count::remainder(n + k, m) + Count(1)), (x + 5) % y + 1);
      EXPECT_EQ(value(Count::quotient(Count::quotient(n, m) * k, Count(2))), x / y * 5 / 2);
      EXPECT_EQ(value(Count::least(n, Count(100)) * m - k), std::min<int64_t>(x, 100) * y - 5);
      EXPECT_EQ(value(Count::greatest(n - m, Count(1)) * Count(-2)), std::max<int64_t>(x - y, 1) * -2);
      EXPECT_EQ(value(Count::quotient(Count::greatest(n, m + Count(3)), Count(4))), std::max(x, y + 3) / 4);
    }
}

}  // namespace
}  // namespace portolan::manifest
