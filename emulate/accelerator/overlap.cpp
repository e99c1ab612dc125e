#include "emulate/accelerator/overlap.h"

#include <algorithm>

namespace portolan::accelerator {

Overlap::Time Overlap::begin(const Instruction& instruction, Evaluator& evaluator) {
  spans_.clear();
  for (const Touch& touch : instruction.touches) {
    if (touch.condition && evaluator.integer(*touch.condition) == 0) continue;
    const Number most = chip_.states[touch.state].extent[0];
    const Number first = std::clamp<Number>(evaluator.integer(*touch.first), 0, most);
    const Number end = std::clamp<Number>(evaluator.integer(*touch.end), first, most);
    spans_.push_back({touch.state, first, end, touch.writes});
  }
  const uint32_t c = instruction.controller;
  std::deque<Time>& inside = inside_[c];
  // They come in one after the other, and the first that finds no room holds up those behind it.
  if (chip_.controllers[c].depth != 0 && static_cast<Number>(inside.size()) >= chip_.controllers[c].depth) {
    entered_ = std::max(entered_, inside.front());
    inside.pop_front();
  }
  Time start = std::max(entered_, free_[c]);
  for (const Span& span : spans_) {
    if (chip_.states[span.state].external) {
      for (const Far& other : far_[span.state])
        if ((span.writes || other.writes) && other.first < span.end && span.first < other.end)
          start = std::max(start, other.done);
      continue;
    }
    std::vector<Row>& rows = rows_[span.state];
    rows.resize(static_cast<size_t>(chip_.states[span.state].extent[0]));
    for (Number r = span.first; r < span.end; ++r) {
      const Row& row = rows[static_cast<size_t>(r)];
      start = std::max({start, row.written, span.writes ? row.read : Time{0}});
    }
  }
  return start;
}

void Overlap::end(const Instruction& instruction, Time busy_until, Time done) {
  free_[instruction.controller] = busy_until;
  inside_[instruction.controller].push_back(done);
  for (const Span& span : spans_) {
    if (chip_.states[span.state].external) {
      std::vector<Far>& all = far_[span.state];
      // What begins later can't begin before it came in.
      std::erase_if(all, [&](const Far& other) { return other.done <= entered_; });
      all.push_back({span.first, span.end, span.writes, done});
      continue;
    }
    for (Number r = span.first; r < span.end; ++r) {
      Row& row = rows_[span.state][static_cast<size_t>(r)];
      Time& last = span.writes ? row.written : row.read;
      last = std::max(last, done);
    }
  }
}

}  // namespace portolan::accelerator
