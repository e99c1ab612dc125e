// Places of what is there at the same time: those of the solver against all that there are.
#include "translate/mapping/places.h"

#include <gtest/gtest.h>

#include <random>

namespace portolan::mapping {
namespace {

bool overlap(const std::vector<Span>& spans, const std::vector<Number>& at, size_t a, size_t b) {
  return spans[a].begin < spans[b].end && spans[b].begin < spans[a].end && at[a] < at[b] + spans[b].count &&
         at[b] < at[a] + spans[a].count;
}

// By trying all.
bool can_be(const std::vector<Span>& spans, Number rows, std::vector<Number>& at) {
  const size_t n = at.size();
  if (n == spans.size()) return true;
  for (Number place = 0; place + spans[n].count <= rows; ++place) {
    at.push_back(place);
    bool free = true;
    for (size_t other = 0; other < n && free; ++other) free = !overlap(spans, at, n, other);
    if (free && can_be(spans, rows, at)) return true;
    at.pop_back();
  }
  return false;
}

TEST(Places, TheFirstGapDoesNotDoAndTheSolverDoes) {
  const auto program = [](Places& places) {
    const auto a = places.take(1), b = places.take(1), c = places.take(1), d = places.take(1);
    EXPECT_TRUE(a && b && c && d);
    places.give_back(*a);
    places.give_back(*c);
    return places.take(2);  // two are free, and not side by side
  };
  Places first(4);
  EXPECT_TRUE(program(first));
  ASSERT_TRUE(first.beyond());
  const auto solved = first.solved();
  ASSERT_TRUE(solved);
  Places again(4, *solved);
  const auto e = program(again);
  EXPECT_FALSE(again.beyond());
  ASSERT_TRUE(e);
  EXPECT_TRUE(*e + 2 <= 4);
}

TEST(Places, TooMuchAtOnce) {
  Places places(5);
  EXPECT_FALSE(places.take(6));
  EXPECT_TRUE(places.take(3));
  EXPECT_TRUE(places.take(3));
  EXPECT_TRUE(places.beyond());
  EXPECT_FALSE(places.solved());
}

// What passes in a turn has a room of its own, as large as what is there at once.
TEST(Places, WhatPasses) {
  const auto program = [](Places& places) {
    std::vector<Number> kept;
    for (int turn = 0; turn < 3; ++turn) {
      places.turn();
      const auto x = places.take(1, true), y = places.take(1, true);
      kept.push_back(*places.take(2));
      places.give_back(*x);
      places.give_back(*y);
      const auto z = places.take(2, true);
      places.give_back(*z);
    }
    return kept;
  };
  Places places(8);
  program(places);
  const auto solved = places.solved();
  ASSERT_TRUE(solved);
  ASSERT_EQ(solved->size(), 12u);
  Places again(8, *solved);
  const std::vector<Number> kept = program(again);
  EXPECT_FALSE(again.beyond());
  EXPECT_TRUE(kept[0] != kept[1] && kept[1] != kept[2] && kept[0] != kept[2]);
}

TEST(Places, AreFoundWhereThereAreSome) {
  std::mt19937_64 random(5);
  size_t some = 0, none = 0;
  for (int turn = 0; turn < 40; ++turn) {
    std::vector<Span> spans;
    for (int n = 0; n < 6; ++n) {
      const size_t begin = random() % 8;
      spans.push_back({static_cast<Number>(1 + random() % 3), begin, begin + 1 + random() % 4});
    }
    const auto rows = static_cast<Number>(4 + random() % 3);
    std::vector<Number> at;
    const bool wanted = can_be(spans, rows, at);
    const auto found = solve_places(spans, rows);
    EXPECT_EQ(found.has_value(), wanted) << turn;
    (wanted ? some : none) += 1;
    if (!found) continue;
    for (size_t a = 0; a < spans.size(); ++a) {
      EXPECT_TRUE((*found)[a] >= 0 && (*found)[a] + spans[a].count <= rows);
      for (size_t b = 0; b < a; ++b) EXPECT_FALSE(overlap(spans, *found, a, b));
    }
  }
  EXPECT_GT(some, 8u);
  EXPECT_GT(none, 8u);
}

}  // namespace
}  // namespace portolan::mapping
