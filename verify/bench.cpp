#include "verify/bench.h"

#include <fmt/format.h>

#include <set>

#include "verify/closer.h"

namespace portolan::verify {
namespace {

using emulate::Outcome;
using emulate::Request;

constexpr size_t kLookedAtCloser = 4;  // runs of each batch
constexpr Rubbish kFirst{1, 0xa5};

// Registers of the second run are the complement of the first's where no argument stands; above a narrow argument they
// are that already. `other`: the second as it was made, with other numbers where no argument stands.
void complement(Request& second, const Request& first, const Request& other) {
  for (size_t i = 0; i < second.state.general.size(); ++i)
    if (static_cast<uint32_t>(first.state.general[i]) != static_cast<uint32_t>(other.state.general[i]))
      second.state.general[i] = ~first.state.general[i];
  for (size_t i = 0; i < second.state.vector.size(); ++i)
    for (size_t b = 0; b < 16; b += 8)
      if (!std::equal(first.state.vector[i].begin() + b, first.state.vector[i].begin() + b + 8,
                      other.state.vector[i].begin() + b))
        for (size_t n = b; n < b + 8; ++n) second.state.vector[i][n] = ~first.state.vector[i][n];
}

std::string words_of(const Side& side, const Boundary& boundary, const Request& request, const Outcome& outcome,
                     size_t buffers) {
  std::string text = describe_ending(outcome);
  for (size_t r = 0; r < boundary.results.size() && outcome.ending == emulate::Ending::returned; ++r) {
    const Value value = side.result(boundary.results[r], outcome);
    text += fmt::format("\n  result {}: {:#x}", r + 1, value[0]);
    if (boundary.results[r].bits > 64) text += fmt::format(", upper half {:#x}", value[1]);
  }
  for (size_t r = 0; r < std::min(buffers, outcome.regions.size()); ++r) {
    text += fmt::format("\n  buffer {}:", r + 1);
    for (size_t n = 0; n < std::min<size_t>(outcome.regions[r].size(), 64); ++n)
      text += fmt::format("{}{:02x}", n % 8 == 0 ? " " : "", outcome.regions[r][n]);
  }
  for (const emulate::MemoryChange& change : side.written(request, outcome))
    text += fmt::format("\n  {} bytes of data changed at {:#x}", change.bytes.size(), change.address);
  for (const emulate::ExternalCall& call : outcome.calls)
    text += fmt::format("\n  call of {} (arguments {:016x})", call.name, call.digest);
  return text;
}

}  // namespace

Expected<std::unique_ptr<Bench>> Bench::make(const Subject& subject) {
  auto bench = std::make_unique<Bench>();
  auto source = Side::make(Which::source, subject.source_isa, subject.source, {});
  if (!source) return error_at({}, "the source: " + source.error().message);
  auto target = Side::make(Which::target, subject.target_isa, subject.target, subject.missing);
  if (!target) return error_at({}, "the target: " + target.error().message);
  bench->source_ = std::move(*source);
  bench->target_ = std::move(*target);
  bench->source_->stand_in_for(subject.stand_ins);
  bench->target_->stand_in_for(subject.stand_ins);
  bench->globals_ = globals_of(bench->source_->image(), bench->target_->image());
  bench->map_ = std::make_unique<AddressMap>(*bench->source_, *bench->target_);
  return bench;
}

Expected<Outcome> Bench::probe(const Boundary& boundary, const Input& input) {
  const Request request = source_->request(boundary, input, kFirst);
  Expected<std::vector<Outcome>> outcomes = source_->run({&request, 1});
  if (!outcomes) return outcomes.error();
  return std::move(outcomes->front());
}

Request Bench::source_request(const Boundary& boundary, const Input& input) {
  return source_->request(boundary, input, kFirst);
}

std::pair<Conduct, Conduct> Bench::conduct(const Boundary& boundary, std::span<const Input> inputs) {
  std::vector<Request> source, target;
  for (const Input& input : inputs) {
    source.push_back(source_->request(boundary, input, kFirst));
    target.push_back(target_->request(boundary, input, target_rubbish(input)));
  }
  return {conduct_of(*source_, boundary, source), conduct_of(*target_, boundary, target)};
}

// The source's two runs differ in every bit that nobody defined (compare.h).
Request Bench::opposite(const Boundary& boundary, const Input& input, const Rubbish& rubbish) {
  const Rubbish other{rubbish.seed + 1, static_cast<uint8_t>(~rubbish.fill)};
  Request request = source_->request(boundary, input, other);
  const Request as_made = request;
  complement(request, source_->request(boundary, input, rubbish), as_made);
  return request;
}

Expected<std::vector<SourceRuns>> Bench::run_source(const Boundary& boundary, std::span<const Input> inputs) {
  std::vector<Request> first, second;
  for (const Input& input : inputs) {
    first.push_back(source_->request(boundary, input, kFirst));
    second.push_back(opposite(boundary, input, kFirst));
  }
  auto first_runs = source_->run(first);
  if (!first_runs) return first_runs.error();
  // What the source did not survive once is not run again.
  std::vector<size_t> good;
  std::vector<Request> second_good;
  std::vector<SourceRuns> runs(inputs.size());
  for (size_t n = 0; n < inputs.size(); ++n) {
    runs[n].unfit = unfit((*first_runs)[n], (*first_runs)[n]);
    runs[n].first = std::move((*first_runs)[n]);
    if (!runs[n].unfit.empty()) continue;
    good.push_back(n);
    second_good.push_back(std::move(second[n]));
  }
  auto second_runs = source_->run(second_good);
  if (!second_runs) return second_runs.error();
  for (size_t g = 0; g < good.size(); ++g) {
    runs[good[g]].second = std::move((*second_runs)[g]);
    runs[good[g]].unfit = unfit(runs[good[g]].first, runs[good[g]].second);
  }
  return runs;
}

Expected<std::vector<Trial>> Bench::run(const Boundary& boundary, std::vector<Input> inputs, Coverage* coverage) {
  auto trials = run_as_they_are(boundary, std::move(inputs), coverage);
  if (!trials) return trials.error();
  // What is printed of a NaN is not compared word by word, as results and memory are.
  auto may_be_nan = [](const Trial& trial) {
    return trial.input.has_nan || trial.comparison.perhaps_nan ||
           (trial.comparison.spot.kind == Spot::Kind::other && may_be_taken_for_nan(trial.input));
  };
  for (Trial& trial : *trials) {
    if (trial.comparison.finding == Finding::differs && may_be_nan(trial) && !same_for_other_nans(boundary, trial)) {
      trial.comparison.finding = Finding::inconclusive;
      trial.comparison.what = "it got a NaN, or what differs looks like one";
    }
    if (trial.comparison.finding == Finding::differs) look_at_objects(boundary, trial.input, trial.comparison);
  }
  return trials;
}

Expected<std::vector<Trial>> Bench::run_as_they_are(const Boundary& boundary, std::vector<Input> inputs,
                                                    Coverage* coverage) {
  auto runs = run_source(boundary, inputs);
  if (!runs) return runs.error();
  std::vector<Trial> trials(inputs.size());
  std::vector<size_t> fit;
  std::vector<Request> target;
  for (size_t n = 0; n < inputs.size(); ++n) {
    trials[n].unfit = std::move((*runs)[n].unfit);
    if (!trials[n].unfit.empty()) continue;
    fit.push_back(n);
    target.push_back(
        target_->request(boundary, inputs[n], target_rubbish(inputs[n]), target_->engine().name() != "native"));
  }
  auto target_runs = target_->run(target);
  if (!target_runs) return target_runs.error();
  for (size_t f = 0; f < fit.size(); ++f) {
    const SourceRuns& source = (*runs)[fit[f]];
    trials[fit[f]].comparison = compare(*source_, *target_, *map_, boundary, inputs[fit[f]],
                                        {source.first, source.second, (*target_runs)[f], target[f]});
    const bool by_results = trials[fit[f]].comparison.finding == Finding::differs;
    look_further(boundary, inputs[fit[f]], source, target[f], (*target_runs)[f], trials[fit[f]].comparison);
    if (f < kLookedAtCloser) look_at_boxes(boundary, target[f], trials[fit[f]].comparison);
    if (trials[fit[f]].comparison.finding == Finding::differs)
      look_at_rubbish(boundary, inputs[fit[f]], {source.first, source.second, (*target_runs)[f], target[f]}, by_results,
                      trials[fit[f]]);
    note_ways(boundary, (*target_runs)[f], trials[fit[f]]);
    for (const emulate::ExternalCall& call : source.first.calls)
      if (source_->stands_in_for(call.name)) trials[fit[f]].stood_in.insert(call.name);
  }
  if (coverage != nullptr)
    note_blocks(*target_, boundary, *target_runs, coverage->target_blocks, &coverage->target_bytes,
                &coverage->target_size);
  for (size_t n = 0; n < inputs.size(); ++n) trials[n].input = std::move(inputs[n]);
  return trials;
}

void Bench::look_further(const Boundary& boundary, const Input& input, const SourceRuns& source, const Request& target,
                         const Outcome& outcome, Comparison& comparison) {
  constexpr unsigned kMostLooks = 12;
  if (comparison.finding != Finding::inconclusive || comparison.doubt == Comparison::Doubt::none) return;
  if (comparison.doubt == Comparison::Doubt::limit) return look_at_limit(boundary, input, target, comparison);
  if (++looks_ > kMostLooks) return;
  const bool by_the_stack = outcome.trap.address >= emulate::kImageEnd;
  if (by_the_stack && outcome.trap.address < emulate::kStackTop) comparison.doubt = Comparison::Doubt::stack;
  if (comparison.doubt == Comparison::Doubt::stack || by_the_stack)
    return look_at_stack(boundary, input, source, target, comparison);
  look_at_data(boundary, input, outcome, comparison);
}

// Frames differ in size, but not that much. Above them there is a caller's, whose contents nobody knows.
void Bench::look_at_stack(const Boundary& boundary, const Input& input, const SourceRuns& source, Request target,
                          Comparison& comparison) {
  constexpr uint64_t kLarge = 1 << 20, kSmall = 16 * 1024, kAbove = 4096;
  target.stack_size = kLarge;
  target.stack_arguments.resize(target.stack_arguments.size() + kAbove, target.fill);
  auto large = target_->run({&target, 1});
  if (!large) return;
  const Comparison again =
      compare(*source_, *target_, *map_, boundary, input, {source.first, source.second, large->front(), target});
  if (again.doubt != Comparison::Doubt::stack) {
    // What is written to the caller's frame shows only where there is none.
    const bool agrees = again.finding == Finding::agrees && comparison.doubt == Comparison::Doubt::stack;
    if (agrees || again.finding == Finding::differs) comparison = again;
    return;
  }
  if (recurs_for_ever(*target_, target)) {
    comparison.finding = Finding::differs;
    comparison.what = "the target calls itself without end, with nothing changed; the source returns";
    comparison.spot = {.kind = Spot::Kind::ending};
    return;
  }
  Request small = source_request(boundary, input);
  small.stack_size = kSmall;
  auto ran = source_->run({&small, 1});
  if (!ran || ran->front().ending != source.first.ending) return;
  comparison.outlasts = true;
  comparison.what =
      fmt::format("the target uses up a stack of {} KiB, the source needs less than {}", kLarge / 1024, kSmall / 1024);
}

// A source that leaves an object of the file may find another one there, where the target finds nothing. One that does
// not leave any (look_at_objects) gives no excuse.
void Bench::look_at_data(const Boundary& boundary, const Input& input, const Outcome& outcome, Comparison& comparison) {
  const std::optional<Touched> touched = data_touched(*source_, source_request(boundary, input));
  if (!touched || map_->touches(outcome.trap.address, *touched)) return;
  comparison.finding = Finding::differs;
  comparison.what = fmt::format("the target {}, beside the files' data; the source touches nothing like that",
                                describe_ending(outcome));
  comparison.spot = {.kind = Spot::Kind::ending};
}

// A target that came to its limit may be slow, or never end.
void Bench::look_at_limit(const Boundary& boundary, const Input& input, const Request& target, Comparison& comparison) {
  const std::optional<Course> course = follow_course(*target_, target);
  if (!course || course->returned) return;
  if (course->period) {
    comparison.finding = Finding::differs;
    comparison.what = fmt::format(
        "the target never ends: every {} instructions it comes round with nothing changed; the source returns",
        *course->period);
    comparison.spot = {.kind = Spot::Kind::ending};
    return;
  }
  const std::optional<Course> source = follow_course(*source_, source_request(boundary, input));
  constexpr uint64_t kFarLonger = 64;
  if (!source || !source->returned || kFarLonger * source->instructions > course->instructions) return;
  comparison.outlasts = true;
  comparison.what = fmt::format(
      "the target runs longer than the limit: after {} instructions it has not ended, the source returns after {}",
      course->instructions, source->instructions);
}

void Bench::look_at_objects(const Boundary& boundary, const Input& input, Comparison& comparison) {
  if (leaver_ == nullptr) leaver_ = std::make_unique<ObjectLeaver>(*source_);
  std::string left = leaver_->leaves(source_request(boundary, input));
  if (left.empty()) return;
  comparison.finding = Finding::inconclusive;
  comparison.what = std::move(left);
}

// Zeros in what nobody set are not told from the rubbish of the source's two runs where both go the same way: it may
// read what a function outside was to put into its frame. `by_results`: what both left was compared.
void Bench::look_at_rubbish(const Boundary& boundary, const Input& input, const Runs& runs, bool by_results,
                            Trial& trial) {
  const Rubbish rubbish = target_rubbish(input);
  const Request both[] = {source_->request(boundary, input, rubbish), opposite(boundary, input, rubbish)};
  const auto again = source_->run(both);
  if (!again) return;
  const Outcome &third = (*again)[0], &fourth = (*again)[1];
  trial.unfit = unfit(runs.first, third);
  if (trial.unfit.empty()) trial.unfit = unfit(third, fourth);
  if (!trial.unfit.empty() || !by_results) return;
  const Comparison comparison =
      compare(*source_, *target_, *map_, boundary, input, {third, fourth, runs.target, runs.target_request});
  if (comparison.finding != Finding::differs) trial.comparison = comparison;
}

void Bench::look_at_boxes(const Boundary& boundary, const Request& target, Comparison& comparison) {
  if (comparison.finding != Finding::agrees) return;
  const std::optional<size_t> result = unboxed_result(*target_, boundary, target);
  if (!result) return;
  comparison.finding = Finding::differs;
  comparison.what = fmt::format("result {} is not NaN-boxed as RISC-V's calling convention wants", *result);
  comparison.spot = {.kind = Spot::Kind::result, .index = static_cast<uint32_t>(*result - 1)};
}

// What is made of a NaN's sign or payload may differ as they may. Where the same place differs, whatever they are, it
// has nothing to do with them; one of the values there may itself be a NaN, and look different each time.
bool Bench::same_for_other_nans(const Boundary& boundary, const Trial& trial) {
  // Of two NaNs that are given either may come out: what looks like one counts where none is given at all.
  const std::vector<unsigned> ways =
      trial.comparison.perhaps_nan ? std::vector<unsigned>{0, 1, kNoNans} : std::vector<unsigned>{0, 1};
  for (const unsigned which : ways) {
    auto trials = run_as_they_are(boundary, {with_other_nans(trial.input, boundary, which)}, nullptr);
    if (!trials || !trials->front().unfit.empty()) return false;
    const Comparison& comparison = trials->front().comparison;
    if (comparison.finding != Finding::differs || comparison.spot != trial.comparison.spot) return false;
    if (comparison.spot.kind == Spot::Kind::other && comparison.what != trial.comparison.what) return false;
  }
  return true;
}

void Bench::note_ways(const Boundary& boundary, const Outcome& outcome, Trial& trial) {
  const std::string function = boundary.name + "=" + boundary.target_name;
  if (ways_of_ != function) ways_.clear(), ways_of_ = function, looks_ = 0;
  for (const emulate::Edge& edge : outcome.edges) trial.fresh |= ways_.insert(edge).second;
}

void Bench::note_blocks(const Side& side, const Boundary& boundary, const std::vector<Outcome>& outcomes,
                        uint32_t& blocks, uint32_t* bytes, uint32_t* size) const {
  const uint64_t* entry = side.image().find_symbol(side.symbol_of(boundary));
  if (entry == nullptr) return;
  // To the next symbol: sizes are not kept in images.
  uint64_t end = UINT64_MAX;
  for (const auto& [name, address] : side.image().symbols)
    if (address > *entry && !name.starts_with(".L") && !name.starts_with("$")) end = std::min(end, address);
  std::set<uint64_t> starts, covered;
  for (const Outcome& outcome : outcomes)
    for (const emulate::Block& block : outcome.blocks) {
      if (block.start < *entry || block.start >= end) continue;
      starts.insert(block.start);
      if (bytes == nullptr) continue;
      for (uint64_t at = block.start; at < std::min(end, block.start + block.size); ++at) covered.insert(at);
    }
  blocks = std::max(blocks, static_cast<uint32_t>(starts.size()));
  if (bytes == nullptr || side.engine().name() == "native" || end == UINT64_MAX) return;
  *bytes = std::max(*bytes, static_cast<uint32_t>(covered.size()));
  *size = static_cast<uint32_t>(end - *entry);
}

void Bench::add_source_coverage(const Boundary& boundary, const std::vector<Trial>& trials, Coverage& coverage) {
  std::vector<Request> requests;
  constexpr size_t kMostRuns = 2;
  for (const Trial& trial : trials) {
    if (!trial.unfit.empty() || requests.size() == kMostRuns) continue;
    requests.push_back(source_->request(boundary, trial.input, kFirst, true));
    requests.back().limits.instructions = 1000;
  }
  auto outcomes = source_->run(requests);
  if (outcomes) note_blocks(*source_, boundary, *outcomes, coverage.source_blocks, nullptr, nullptr);
}

Expected<Replay> Bench::replay(const Boundary& boundary, const Input& input) {
  for (const Side* side : {source_.get(), target_.get()})
    if (side->image().find_symbol(side->symbol_of(boundary)) == nullptr)
      return error_at(
          {}, fmt::format("there is no function '{}' for {}", side->symbol_of(boundary), to_string(side->isa())));
  auto trials = run(boundary, {input}, nullptr);
  if (!trials) return trials.error();
  const Request first = source_->request(boundary, input, kFirst);
  const Request target = target_->request(boundary, input, target_rubbish(input));
  auto source_run = source_->run({&first, 1});
  if (!source_run) return source_run.error();
  auto target_run = target_->run({&target, 1});
  if (!target_run) return target_run.error();
  Replay replay;
  replay.comparison = trials->front().comparison;
  if (!trials->front().unfit.empty())
    replay.comparison.finding = Finding::inconclusive, replay.comparison.what = trials->front().unfit;
  replay.source = words_of(*source_, boundary, first, source_run->front(), input.regions.size());
  replay.target = words_of(*target_, boundary, target, target_run->front(), input.regions.size());
  return replay;
}

}  // namespace portolan::verify
