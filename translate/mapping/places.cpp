#include "translate/mapping/places.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "verify/solve/reply.h"
#include "verify/solve/session.h"

namespace portolan::mapping {

namespace {

constexpr std::chrono::milliseconds kTime{5000};
constexpr uint64_t kMemory = 1ull << 30;
constexpr size_t kMostSpans = 200;

Number first_gap(const std::map<Number, Number>& used, Number count, Number from = 0) {
  Number at = from;
  for (const auto& [first, taken] : used) {
    if (first - at >= count) break;
    at = std::max(at, first + taken);
  }
  return at;
}

bool together(const Span& a, const Span& b) {
  return a.begin < b.end && b.begin < a.end;
}

}  // namespace

std::optional<std::vector<Number>> solve_places(const std::vector<Span>& spans, Number rows) {
  if (spans.size() > kMostSpans) return std::nullopt;
  std::string question;
  for (size_t n = 0; n < spans.size(); ++n)
    question += fmt::format("(declare-const p{0} Int)(assert (and (<= 0 p{0}) (<= (+ p{0} {1}) {2})))\n", n,
                            accelerator::to_string(spans[n].count), accelerator::to_string(rows));
  for (size_t a = 0; a < spans.size(); ++a)
    for (size_t b = 0; b < a; ++b)
      if (together(spans[a], spans[b]))
        question += fmt::format("(assert (or (<= (+ p{0} {1}) p{2}) (<= (+ p{2} {3}) p{0})))\n", a,
                                accelerator::to_string(spans[a].count), b, accelerator::to_string(spans[b].count));
  std::string names;
  for (size_t n = 0; n < spans.size(); ++n) names += fmt::format(" p{}", n);
  solve::Session session(solve::known_solvers()[0], kMemory);
  const auto ask = [&](const std::string& commands) {
    session.begin(commands, kTime);
    solve::Session* const one = &session;
    solve::wait_for({&one, 1}, FairClock::now() + kTime);
    if (session.busy()) session.stop();
    return session.reply();
  };
  const auto said = ask(question + "(check-sat)\n");
  if (!said || solve::read_answer(*said) != "sat") return std::nullopt;
  const auto values = ask(fmt::format("(get-value ({}))\n", names));
  if (!values) return std::nullopt;
  std::vector<Number> places;
  for (size_t n = 0; n < spans.size(); ++n) {
    const std::string begin = fmt::format("(p{} ", n);
    const size_t at = values->find(begin);
    int64_t value = 0;
    if (at == std::string::npos ||
        std::from_chars(values->data() + at + begin.size(), values->data() + values->size(), value).ec != std::errc())
      return std::nullopt;
    places.push_back(value);
  }
  // What a solver says is looked at, not believed.
  for (size_t a = 0; a < spans.size(); ++a) {
    if (places[a] < 0 || places[a] + spans[a].count > rows) return std::nullopt;
    for (size_t b = 0; b < a; ++b)
      if (together(spans[a], spans[b]) && places[a] < places[b] + spans[b].count &&
          places[b] < places[a] + spans[a].count)
        return std::nullopt;
  }
  return places;
}

std::optional<Number> Places::take(Number count, bool passing) {
  if (count > all_) return std::nullopt;
  Number at = first_gap(used_, count);
  if (taken_.size() < given_.size()) at = given_[taken_.size()];
  if (at + count > all_) {
    beyond_ = true;
    at = first_gap(used_, count, all_);  // so that the program can be made to its end
  }
  by_place_[at] = taken_.size();
  taken_.push_back({{count, now_++}, at, passing, turn_});
  used_[at] = count;
  return at;
}

void Places::give_back(Number first) {
  used_.erase(first);
  if (const auto at = by_place_.find(first); at != by_place_.end()) {
    taken_[at->second].span.end = now_++;
    by_place_.erase(at);
  }
}

// What passes within a turn lies in a room of its own, the first gap of that; the solver is asked for rooms and for
// what stays.
std::optional<std::vector<Number>> Places::solved() const {
  std::vector<Span> spans;
  std::vector<size_t> span_of(taken_.size());
  std::vector<Number> within(taken_.size(), 0);
  struct Room {
    size_t span = 0;
    std::map<Number, Number> used;
    std::vector<std::pair<size_t, Number>> ends;  // when, from where
  };
  std::map<size_t, Room> rooms;
  for (size_t n = 0; n < taken_.size(); ++n) {
    const Taken& one = taken_[n];
    if (!one.passing) {
      span_of[n] = spans.size();
      spans.push_back(one.span);
      continue;
    }
    const auto [at, fresh] = rooms.try_emplace(one.turn);
    Room& room = at->second;
    if (fresh) {
      room.span = spans.size();
      spans.push_back({0, one.span.begin, one.span.end});
    }
    std::erase_if(room.ends, [&](const auto& end) {
      if (end.first < one.span.begin) room.used.erase(end.second);
      return end.first < one.span.begin;
    });
    within[n] = first_gap(room.used, one.span.count);
    room.used[within[n]] = one.span.count;
    room.ends.emplace_back(one.span.end, within[n]);
    Span& all = spans[room.span];
    all.count = std::max(all.count, within[n] + one.span.count);
    all.end = std::max(all.end, one.span.end);
    span_of[n] = room.span;
  }
  const auto found = solve_places(spans, all_);
  if (!found) return std::nullopt;
  std::vector<Number> places;
  for (size_t n = 0; n < taken_.size(); ++n) places.push_back((*found)[span_of[n]] + within[n]);
  return places;
}

}  // namespace portolan::mapping
