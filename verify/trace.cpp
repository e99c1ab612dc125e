// Engines tell what the state is when a run ends, so a run is asked for again and again, one instruction longer each
// time. Quadratic, and bounded by kMostSteps.
#include "verify/trace.h"

#include <algorithm>
#include <cstring>

#include "verify/bench.h"

namespace portolan::verify {
namespace {

using emulate::Outcome;

// What differs, as one side has it.
uint64_t observe(const Side& side, bool is_source, const Boundary& boundary, const Spot& spot, const Outcome& outcome) {
  switch (spot.kind) {
    case Spot::Kind::result:
      return side.result(boundary.results[spot.index], outcome)[spot.half];
    case Spot::Kind::region: {
      uint64_t word = 0;
      const std::vector<uint8_t>& bytes = outcome.regions[spot.index];
      if (spot.source + 8 <= bytes.size()) std::memcpy(&word, bytes.data() + spot.source, 8);
      return word;
    }
    case Spot::Kind::data: {
      uint64_t word = 0;
      for (unsigned n = 0; n < 8; ++n) {
        uint8_t byte = 0;
        if (side.byte_after(outcome, (is_source ? spot.source : spot.target) + n, byte))
          word |= static_cast<uint64_t>(byte) << (8 * n);
      }
      return word;
    }
    case Spot::Kind::register_:
      return is_source ? 0 : outcome.state.general[spot.index];
    case Spot::Kind::ending:
    case Spot::Kind::other:
      return 0;
  }
  return 0;
}

Expected<Trace> follow(Side& side, bool is_source, const Boundary& boundary, const Input& input, const Spot& spot) {
  emulate::Request request = side.request(boundary, input, {1, 0xa5}, true);
  request.limits.time = std::chrono::seconds(2);
  std::vector<emulate::Request> requests;
  for (size_t n = 1; n <= Traces::kMostSteps; ++n) {
    requests.push_back(request);
    requests.back().limits.instructions = n;
  }
  // In growing portions: most runs are short.
  Trace trace;
  trace.steps.push_back(request.entry);
  Outcome before;
  before.state = request.state;
  for (const emulate::Region& region : request.regions) before.regions.push_back(region.bytes);
  for (const emulate::DataPatch& patch : request.data) before.changes.push_back({patch.address, patch.bytes});
  std::sort(before.changes.begin(), before.changes.end(),
            [](const emulate::MemoryChange& a, const emulate::MemoryChange& b) { return a.address < b.address; });
  uint64_t value = observe(side, is_source, boundary, spot, before);
  for (size_t begin = 0, end = 8; begin < requests.size() && !trace.whole; begin = end, end = end * 2) {
    end = std::min(end, requests.size());
    auto outcomes = side.run(std::span(requests).subspan(begin, end - begin));
    if (!outcomes) return outcomes.error();
    for (const Outcome& outcome : *outcomes) {
      const uint64_t seen = observe(side, is_source, boundary, spot, outcome);
      if (seen != value) trace.maker = trace.steps.size() - 1;
      value = seen;
      if (outcome.ending != emulate::Ending::limit) {
        trace.whole = true;
        if (spot.kind == Spot::Kind::ending) trace.maker = trace.steps.size() - 1;
        break;
      }
      trace.steps.push_back(outcome.state.pc);
    }
  }
  // Of a run that is cut off nobody knows which value was the last.
  if (!trace.whole) trace.maker.reset();
  return trace;
}

}  // namespace

Expected<Traces> Bench::trace(const Boundary& boundary, const Input& input) {
  auto trials = run(boundary, {input}, nullptr);
  if (!trials) return trials.error();
  const Spot spot = trials->front().comparison.spot;
  auto source = follow(*source_, true, boundary, input, spot);
  if (!source) return source.error();
  auto target = follow(*target_, false, boundary, input, spot);
  if (!target) return target.error();
  return Traces{std::move(*source), std::move(*target)};
}

}  // namespace portolan::verify
