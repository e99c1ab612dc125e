#include "translate/guess/blocks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "translate/sketch/syntax.h"

namespace portolan::guess {
namespace {

using propose::Doubt;
using propose::Draft;
using sketch::HoleKind;
using sketch::Part;

constexpr size_t kMostHoles = 4;  // in one sketch

// "line 12 -> line 20", "entry -> return": the numbers, 0 where there is none.
std::pair<uint32_t, uint32_t> ends_of(const std::string& segment) {
  auto number = [](std::string_view text) {
    uint32_t line = 0;
    const size_t at = text.find("line ");
    if (at != std::string_view::npos) std::from_chars(text.data() + at + 5, text.data() + text.size(), line);
    return line;
  };
  const size_t arrow = segment.find("->");
  if (arrow == std::string::npos) return {0, 0};
  return {number(std::string_view(segment).substr(0, arrow)), number(std::string_view(segment).substr(arrow))};
}

// Lines of the draft in a segment of the target. Code that a loop goes back over stands behind the cut point.
std::set<size_t> lines_of(const Draft& draft, const std::string& segment, uint32_t first_line) {
  const auto [from, to] = ends_of(segment);
  std::set<size_t> lines;
  for (size_t n = 0; n < draft.lines.size(); ++n) {
    const uint32_t line = first_line + static_cast<uint32_t>(n);
    if (!draft.lines[n].label && line >= from && (to <= from || line < to)) lines.insert(n);
  }
  return lines;
}

// Those that say themselves that they come from this part of the source.
std::set<size_t> tagged(const Draft& draft, const std::set<size_t>& lines, const std::string& segment) {
  const auto [from, to] = ends_of(segment);
  std::set<size_t> chosen;
  for (const size_t n : lines) {
    const propose::DraftLine& line = draft.lines[n];
    if (line.from == 0 || (line.to >= from && (to <= from || line.from <= to))) chosen.insert(n);
  }
  return chosen;
}

std::optional<HoleKind> hole_for(Part::Kind kind) {
  switch (kind) {
    case Part::Kind::imm:
      return HoleKind::imm;
    case Part::Kind::reg:
      return HoleKind::reg;
    case Part::Kind::cond:
      return HoleKind::cond;
    case Part::Kind::op:
      return HoleKind::op;
    case Part::Kind::shift:
      return HoleKind::shift;
    case Part::Kind::lane:
      return HoleKind::lane;
    case Part::Kind::label:
      return HoleKind::label;
    default:
      return std::nullopt;
  }
}

// A word of the draft and the hole that it becomes.
struct Opening {
  size_t line = 0, begin = 0, end = 0;
  std::string hole;
};

std::string with(const Draft& draft, std::vector<Opening> openings) {
  std::sort(openings.begin(), openings.end(), [](const Opening& a, const Opening& b) {
    return a.line != b.line ? a.line < b.line : a.begin > b.begin;  // from the right
  });
  Draft open = draft;
  for (const Opening& o : openings) open.lines[o.line].text.replace(o.begin, o.end - o.begin, o.hole);
  return open.text();
}

class Opener {
 public:
  Opener(const Draft& draft, const std::set<size_t>& lines, Isa isa, size_t most)
      : draft_(draft), lines_(lines), isa_(isa), most_(most) {}

  std::vector<std::string> run() {
    by_doubt(true);
    by_doubt(false);
    constexpr HoleKind kKinds[] = {HoleKind::imm, HoleKind::cond, HoleKind::shift, HoleKind::label, HoleKind::op};
    for (const HoleKind kind : kKinds) by_kind(kind, 1);
    by_line();
    for (const HoleKind kind : kKinds) by_kind(kind, kMostHoles);
    return std::move(sketches_);
  }

 private:
  std::vector<Part> parts_of(size_t line) const {
    return sketch::parts_of(draft_.lines[line].text, isa_, draft_.names);
  }
  void add(std::vector<Opening> openings) {
    if (openings.empty() || sketches_.size() >= most_) return;
    std::string text = with(draft_, std::move(openings));
    if (std::find(sketches_.begin(), sketches_.end(), text) == sketches_.end()) sketches_.push_back(std::move(text));
  }

  // Weighty doubts first; with what samples said as candidates, or with all values.
  void by_doubt(bool listed) {
    std::vector<Opening> openings;
    for (const Doubt& doubt : draft_.doubts) {
      if (!lines_.contains(doubt.line) || openings.size() == kMostHoles) continue;
      for (const Part& part : parts_of(doubt.line)) {
        const auto kind = part.begin == doubt.begin ? hole_for(part.kind) : std::nullopt;
        if (!kind) continue;
        std::string hole = fmt::format("?{}", to_string(*kind));
        if (listed && doubt.alternatives.size() > 1) hole += fmt::format("{{{}}}", fmt::join(doubt.alternatives, ","));
        openings.push_back({doubt.line, doubt.begin, doubt.end, std::move(hole)});
      }
    }
    add(std::move(openings));
  }

  // Nothing is known: words of one kind, so many at a time.
  void by_kind(HoleKind wanted, size_t together) {
    std::vector<Opening> openings;
    for (const size_t line : lines_)
      for (const Part& part : parts_of(line)) {
        if (hole_for(part.kind) != wanted) continue;
        openings.push_back({line, part.begin, part.end, fmt::format("?{}", to_string(wanted))});
        if (openings.size() == together) add(std::exchange(openings, {}));
      }
    add(std::move(openings));
  }

  // One instruction after another with all its registers open.
  void by_line() {
    for (const size_t line : lines_) {
      std::vector<Opening> openings;
      for (const Part& part : parts_of(line))
        if (part.kind == Part::Kind::reg && openings.size() < kMostHoles)
          openings.push_back({line, part.begin, part.end, "?reg"});
      add(std::move(openings));
    }
  }

  const Draft& draft_;
  const std::set<size_t>& lines_;
  Isa isa_;
  size_t most_;
  std::vector<std::string> sketches_;
};

}  // namespace

std::set<size_t> doubtful_lines(const Draft& draft, const prove::Proof& proof, uint32_t first_line) {
  std::set<size_t> all;
  for (size_t n = 0; n < draft.lines.size(); ++n)
    if (!draft.lines[n].label) all.insert(n);
  if (proof.obligations.empty()) return all;
  // The last one is the one that failed.
  const prove::Obligation& failed = proof.obligations.back();
  std::set<size_t> lines = lines_of(draft, failed.target, first_line);
  for (const prove::Obligation& o : proof.obligations)
    if (o.target != failed.target)
      for (const size_t proved : lines_of(draft, o.target, first_line)) lines.erase(proved);
  const std::set<size_t> chosen = tagged(draft, lines, failed.source);
  if (!chosen.empty()) return chosen;
  return lines.empty() ? all : lines;
}

std::vector<std::string> open_places(const Draft& draft, const std::set<size_t>& lines, Isa isa, size_t most) {
  return Opener(draft, lines, isa, most).run();
}

}  // namespace portolan::guess
