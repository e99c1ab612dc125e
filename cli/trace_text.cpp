#include "cli/trace_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace portolan::cli {
namespace {

constexpr size_t kRows = 14;  // steps shown before the place that matters
constexpr size_t kWidth = 46;

// The last rows up to the step that matters, one string a step; a loop's repetitions stand there as they ran.
std::vector<std::string> rows_of(const verify::Trace& trace, const Listing& listing) {
  const size_t end = trace.maker ? *trace.maker + 1 : trace.steps.size();
  const size_t begin = end > kRows ? end - kRows : 0;
  std::vector<std::string> rows;
  if (begin != 0) rows.push_back(fmt::format("  ({} steps)", begin));
  for (size_t n = begin; n < end; ++n) {
    std::string text = listing.at(trace.steps[n]);
    std::replace(text.begin(), text.end(), '\t', ' ');
    rows.push_back((trace.maker == n ? "> " : "  ") + text);
  }
  if (!trace.whole) rows.push_back(fmt::format("  (more than {} steps)", trace.steps.size()));
  return rows;
}

std::string maker_text(const char* side, const verify::Trace& trace, const Listing& listing) {
  if (trace.maker) return fmt::format("  in the {} it comes from {}\n", side, listing.at(trace.steps[*trace.maker]));
  return trace.whole ? fmt::format("  in the {} no instruction changes it\n", side) : std::string();
}

nlohmann::json side_json(const verify::Trace& trace, const Listing& listing) {
  nlohmann::json j = {{"steps", nlohmann::json::array()}, {"whole", trace.whole}};
  for (const uint64_t address : trace.steps) j["steps"].push_back(listing.at(address));
  if (trace.maker) j["maker"] = *trace.maker;
  return j;
}

}  // namespace

std::string trace_text(const verify::Traces& traces, const Listing& source, const Listing& target) {
  std::string text = maker_text("source", traces.source, source) + maker_text("target", traces.target, target);
  const std::vector<std::string> left = rows_of(traces.source, source), right = rows_of(traces.target, target);
  text += fmt::format("  {:<{}} | {}\n", "source", kWidth, "target");
  for (size_t n = 0; n < std::max(left.size(), right.size()); ++n)
    text += fmt::format("  {:<{}.{}} | {}\n", n < left.size() ? left[n] : "", kWidth, kWidth,
                        n < right.size() ? right[n] : "");
  return text;
}

nlohmann::json trace_json(const verify::Traces& traces, const Listing& source, const Listing& target) {
  return {{"source", side_json(traces.source, source)}, {"target", side_json(traces.target, target)}};
}

}  // namespace portolan::cli
