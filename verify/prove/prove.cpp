#include "verify/prove/prove.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include "verify/prove/frames.h"
#include "verify/prove/function_proof.h"
#include "verify/prove/guess.h"
#include "verify/prove/joins.h"
#include "verify/prove/lockstep.h"

namespace portolan::prove {

using verify::Boundary;
using verify::BoundaryValue;
using verify::Place;

namespace {
constexpr size_t kPathsOfCopies = 4096;  // they are compared one by one
// Pairs of ways, one of each side, from one cut point to the next.
constexpr uint64_t kManyPairs = 64, kTooManyPairs = 1u << 14;
}  // namespace

// The frame base is a multiple of 16, and target code may write `or` for `add`. On AArch64 and RISC-V every caller
// keeps to that, those of the own unit too (Executor::call); where the target is x86-64 code, a caller of its unit need
// not.
Term FunctionProof::frame_variable(std::string_view name) {
  const Term variable = pool_.variable(name, 64);
  if (target_->isa() != Isa::x86_64) pool_.declare_alignment(variable, 4);
  return variable;
}

// What the function finds at entry: parameters where the convention puts them, in everything else whatever there was.
// That is the same on both sides where they have the same registers: the target must do something that the source may
// do, and what the source finds may be anything.
State FunctionProof::entry_state(const Side& side, Executor& executor) {
  const assembly::Machine& machine = side.machine();
  const std::string_view owner = source_->isa() == target_->isa() ? "e" : side.prefix();
  State state;
  state.memory = pool_.memory("memory.entry");
  for (Slot s = 0; s < side.slots(); ++s) {
    const assembly::SlotInfo slot = side.slot(s);
    state.slots.push_back(pool_.variable(fmt::format("{}:{}@entry", owner, slot.name), slot.width));
    universal_.push_back(state.slots.back());
  }
  universal_.push_back(executor.frame_variable());
  state.slots[machine.stack_pointer] = pool_.sub(executor.base(), pool_.constant(64, machine.return_address_bytes));
  for (unsigned n = 0; n < machine.return_address_bytes; ++n) {
    const Term byte = pool_.variable(fmt::format("{}:return_address{}@entry", owner, n), 8);
    universal_.push_back(byte);
    state.frame[static_cast<int64_t>(n) - machine.return_address_bytes] = byte;
  }
  for (size_t p = 0; p < own_.parameters.size(); ++p) {
    const BoundaryValue& value = own_.parameters[p];
    const Place& place = place_of(value, side.which());
    const Term given = side.which() == Which::target ? others_[p] : parameters_[p];
    if (place.kind == Place::Kind::stack) {
      const Term above = pool_.variable(fmt::format("{}:above{}@entry", owner, p), 64);
      universal_.push_back(above);
      executor.set_frame_bytes(state, 8 * place.index, in_register(pool_, side.isa(), value, given, 64, above));
      continue;
    }
    const Slot slot = slot_of(machine, place);
    if (slot == assembly::kNoSlot) continue;
    state.slots[slot] = in_register(pool_, side.isa(), value, given, machine.slots[slot].width, state.slots[slot]);
  }
  return state;
}

Expected<Side> FunctionProof::make_side(Which which, bool cut_at_calls) {
  const Code& code = which == Which::source ? source_code_ : target_code_;
  const bool same_name = which == Which::source || own_.target_name.empty();
  auto side = Side::make(which, code.index, same_name ? own_.name : own_.target_name, boundaries_, own_, code.clobbers,
                         &*any_callee_, &options_.with_format, cut_at_calls);
  if (side) side->know_leftovers(source_code_.leftovers);
  return side;
}

// Beginnings of loops that never turn are no cut points.
void FunctionProof::drop_idle_cuts(Side& side) {
  const Proof before = proof_;
  if (const auto seen = side.has_loops() ? survey(side, {frame_variable("frame"), 0, {}}) : std::nullopt)
    side.drop_cuts(seen->idle_loops);
  proof_ = before;
}

Proof FunctionProof::run() {
  if (!own_.untestable.empty()) {
    unknown("unsupported", own_.untestable);
    return proof_;
  }
  for (size_t p = 0; p < own_.parameters.size(); ++p) {
    parameters_.push_back(pool_.variable(fmt::format("parameter{}", p + 1), own_.parameters[p].bits));
    others_.push_back(parameters_.back());
    if (options_.secrets.contains(p))
      others_.back() = pool_.variable(fmt::format("other{}", p + 1), own_.parameters[p].bits);
  }
  any_callee_ = callee_of_unknown_signature(assembly::Machine::get(source_code_.index.unit().isa),
                                            assembly::Machine::get(target_code_.index.unit().isa));
  auto source = make_side(Which::source, false), target = make_side(Which::target, false);
  // Ways multiply where one branch comes after another, and calls are where both sides surely meet between them.
  constexpr uint64_t kManyWays = 48;
  const bool may_cut = !is_timed() && options_.memory_order == MemoryOrder::sequential_only;
  bool cut_at_calls = false;
  if (may_cut && source && target && std::max(source->most_ways(), target->most_ways()) > kManyWays) {
    auto cut_source = make_side(Which::source, true), cut_target = make_side(Which::target, true);
    auto fewer = [](const Expected<Side>& cut, const Expected<Side>& whole) {
      return cut && cut->most_ways() <= whole->most_ways() / 4;
    };
    cut_at_calls = fewer(cut_source, source) && fewer(cut_target, target);
    if (cut_at_calls) {
      source = std::move(cut_source);
      target = std::move(cut_target);
    }
  }
  if (!source || !target) {
    unknown("unsupported", source ? target.error().message : source.error().message);
    return proof_;
  }
  source_ = &*source;
  target_ = &*target;
  for (Side* side : {&*source, &*target}) drop_idle_cuts(*side);
  proof_ = {};
  prover_.set_deadline(begin_ + options_.time);
  if (is_timed()) {
    attempt();
    list_assumptions();
    return proof_;
  }
  const uint64_t ways = std::min(source->most_ways(), kTooManyPairs) * std::min(target->most_ways(), kTooManyPairs);
  const bool many = may_cut && ways > kManyPairs;
  if (!many || !attempt_between_joins(ways >= kTooManyPairs)) {
    Proof between = std::exchange(proof_, {});
    attempt_any();
    // The attempt that came further says more of what is missing.
    if (proof_.level == Proof::Level::unknown && proof_.obligations.size() < between.obligations.size())
      proof_ = std::move(between);
  }
  if (proof_.level == Proof::Level::unknown && may_cut) attempt_with_fewer_cuts();
  if (proof_.level == Proof::Level::unknown && may_cut && !cut_at_calls) attempt_between_calls();
  const bool without_overlap = proof_.level == Proof::Level::unknown && attempt_without_overlap();
  if (proof_.level == Proof::Level::unknown && worth_bounding()) bound();
  proof_.without_overlap = without_overlap;
  if (options_.memory_order != MemoryOrder::sequential_only) check_order();
  if (any_nan_) proof_.floating_point = "equal up to the sign and payload of NaNs";
  list_assumptions();
  proof_.suspects = std::move(suspects_);
  return proof_;
}

// What NaNs look like differs between the ISAs; a proof that leaves that open says so.
void FunctionProof::attempt_any() {
  attempt();
  if (proof_.level == Proof::Level::proved || !may_leave_nans_open()) return;
  const Proof exact = proof_;
  any_nan_ = true;
  proof_ = {};
  attempt();
  any_nan_ = proof_.level == Proof::Level::proved;
  if (!any_nan_) proof_ = exact;
}

// Both sides cut where ways come together in both. What is in memory lies where it lies, so frames with addresses that
// are computed have to be placed even for the runs that show where that is.
std::optional<std::pair<Side, Side>> FunctionProof::cut_at_joins() {
  const std::set<BlockId> source_joins = source_->joins(), target_joins = target_->joins();
  if (source_joins.empty() || target_joins.empty()) return std::nullopt;
  const Side all_of_source = source_->cut_at(source_joins), all_of_target = target_->cut_at(target_joins);
  separate_frames();
  const auto s = survey(all_of_source, source_frame_), t = survey(all_of_target, target_frame_);
  if (!s || !t) return std::nullopt;
  const std::vector<int64_t> distances = likely_distances(*s, *t, source_->isa() == target_->isa());
  if (!distances.empty() && !objects_of(*s, source_->machine().return_address_bytes).empty())
    place_frames(*s, *t, distances.front());
  begin_with_parameters();
  Executor source_executor(pool_, all_of_source, symbols_, source_frame_);
  Executor target_executor(pool_, all_of_target, symbols_, target_frame_);
  target_executor.pass_no_more_than(source_executor);
  Summary source(pool_, all_of_source, source_executor), target(pool_, all_of_target, target_executor);
  Limits limits;
  limits.any_nan = any_nan_;
  limits.deadline = FairClock::now() + (end_ - FairClock::now()) / 3;
  if (!summarise(source_executor, all_of_source, source, limits) ||
      !summarise(target_executor, all_of_target, target, limits))
    return std::nullopt;
  const Joins joins = needed_joins(
      *source_, *target_, common_joins(pool_, source, target, universal_, FairClock::now() + options_.time / 8));
  if (joins.empty()) return std::nullopt;
  std::pair<std::set<BlockId>, std::set<BlockId>> cuts;
  for (const auto& [s, t] : joins) {
    cuts.first.insert(s);
    cuts.second.insert(t);
  }
  return std::pair{source_->cut_at(cuts.first), target_->cut_at(cuts.second)};
}

// Another attempt with other cut points. The one that came further says more of what is missing.
bool FunctionProof::attempt_with(const Side& cut_source, const Side& cut_target) {
  const Side *source = std::exchange(source_, &cut_source), *target = std::exchange(target_, &cut_target);
  Proof before = std::exchange(proof_, {});
  attempt_any();
  source_ = source;
  target_ = target;
  const bool proved = proof_.level == Proof::Level::proved;
  if (!proved && proof_.obligations.size() <= before.obligations.size() && !before.reason.empty())
    proof_ = std::move(before);
  return proved;
}

// One side may have one beginning for two loops where the other has two.
bool FunctionProof::attempt_with_fewer_cuts() {
  if (proof_.reason != "no-relation" && proof_.reason != "unresolved-address") return false;
  Side source = *source_, target = *target_;
  const std::set<BlockId> in_source = source.passed_through(), in_target = target.passed_through();
  if (in_source.empty() && in_target.empty()) return false;
  source.drop_cuts(in_source);
  target.drop_cuts(in_target);
  end_ = FairClock::now() + time_left() / 2;
  const bool proved = attempt_with(source, target);
  end_ = begin_ + options_.time;
  return proved;
}

// Where the two sides' loops begin at different places, as when one has its calls in another order than its code, they
// still meet at calls.
bool FunctionProof::attempt_between_calls() {
  static const std::set<std::string> kHopeful = {"no-relation", "unresolved-address", "resource-limit"};
  if (!kHopeful.contains(proof_.reason) || source_->function().calls.empty()) return false;
  auto source = make_side(Which::source, true), target = make_side(Which::target, true);
  if (!source || !target) return false;
  for (Side* side : {&*source, &*target}) drop_idle_cuts(*side);
  end_ = FairClock::now() + time_left() / 2;
  const bool proved = attempt_with(*source, *target);
  end_ = begin_ + options_.time;
  return proved;
}

// `alone`: there is little hope without.
bool FunctionProof::attempt_between_joins(bool alone) {
  const auto left = time_left();
  end_ = FairClock::now() + (alone ? left * 3 / 4 : left / 2);
  const auto cut = cut_at_joins();
  const bool proved = cut && attempt_with(cut->first, cut->second);
  end_ = begin_ + options_.time;
  return proved;
}

std::vector<Term> FunctionProof::pointer_parameters() const {
  std::vector<Term> pointers = parameters_;
  for (size_t p = 0; p < pointers.size(); ++p)
    if (own_.parameters[p].bits != 64 || own_.parameters[p].kind == BoundaryValue::Kind::floating) pointers[p] = {};
  return pointers;
}

// The same proof once more, with memory that others write to at any time: what is read may be anything, the same on
// both sides where both read the same.
void FunctionProof::check_order() {
  OrderProof result{true, false, {}};
  if (proof_.level != Proof::Level::proved) {
    result.detail = "the two were not proved to do the same";
  } else {
    const Proof before = std::exchange(proof_, {});
    const std::vector<Suspect> suspects = suspects_;
    order_.emplace(pool_, source_->index().unit(), target_->index().unit(), options_.memory_order);
    attempt();
    result.detail = order_->problem();
    result.kept = proof_.level == Proof::Level::proved && result.detail.empty();
    if (!result.kept && result.detail.empty())
      result.detail = fmt::format("not shown while others may write: {}: {}", proof_.reason,
                                  proof_.detail.substr(0, proof_.detail.find('\n')));
    order_.reset();
    suspects_ = suspects;
    proof_ = before;
  }
  proof_.order = std::move(result);
}

// Whether there is anything to assume.
bool FunctionProof::keep_apart(std::optional<Apart>& apart, const Summary& source) {
  apart.emplace(pool_, source, pointer_parameters());
  kept_apart_.clear();
  for (const size_t p : apart->pointers()) kept_apart_.push_back(p + 1);
  return kept_apart_.size() > 1 || unknown("no-relation", "no two arguments are pointers");
}

// What is not equal in all cases may be where pointer arguments do not overlap. Nobody said that they don't, unless it
// was asked for.
bool FunctionProof::attempt_without_overlap() {
  static const std::set<std::string> kHopeless = {"unsupported", "indirect-control", "vacuous", "timeout", "memout"};
  if (!options_.no_alias && kHopeless.contains(proof_.reason)) return false;
  const Proof before = proof_;
  no_overlap_ = true;
  for (const bool any_nan : {false, true}) {
    if (any_nan && !may_leave_nans_open()) break;
    any_nan_ = any_nan;
    proof_ = {};
    attempt();
    if (proof_.level == Proof::Level::proved) break;
  }
  const bool proved = proof_.level == Proof::Level::proved;
  if (proved && options_.no_alias) return true;
  no_overlap_ = any_nan_ = false;
  proof_ = before;
  if (proved)
    unknown(
        "unresolved-address",
        fmt::format("arguments {} may overlap; where they do not it is proved, which --assume no-alias takes for given",
                    fmt::join(kept_apart_, ", ")));
  return proved;
}

// Which accesses reach secret memory, and that the others do not: for each it must be known where its address comes
// from. A callee may read what it likes, so there must be none.
bool FunctionProof::find_secret_accesses() {
  if (options_.secret_memory.empty()) return true;
  begin_with_parameters();
  Executor executor(pool_, *source_, symbols_, source_frame_);
  Summary summary(pool_, *source_, executor);
  Limits limits;
  limits.slow_lines = options_.slow_lines;
  limits.deadline = FairClock::now() + time_left() / 3;
  State entry = entry_state(*source_, executor);
  std::set<uint32_t> universal;
  for (const Term t : universal_) universal.insert(t.id);
  if (const auto failure = summary.build(std::move(entry), std::move(universal), limits))
    return unknown(failure->reason, failure->detail);
  Apart apart(pool_, summary, pointer_parameters());
  for (const size_t p : options_.secret_memory)
    if (!apart.pointers().contains(p))
      return unknown("unresolved-address", fmt::format("no address is computed from argument {} alone", p + 1));
  std::map<std::pair<uint32_t, bool>, bool> found;  // whether it is secret
  for (const auto& [block, cut] : summary.cuts())
    for (const Path& path : cut.paths) {
      if (!path.calls.empty()) return unknown("unsupported", "what a callee does with secret memory is not known");
      for (const Access& access : path.accesses) {
        const auto argument = apart.argument_of(access.address);
        const bool secret = argument && options_.secret_memory.contains(*argument);
        if (!argument && !apart.is_in_data(symbols_, access.address))
          return unknown("unresolved-address",
                         fmt::format("where the address of line {} comes from is not known", access.line));
        const auto [at, fresh] = found.emplace(std::pair(access.line, access.write), secret);
        if (!fresh && at->second != secret)
          return unknown("unresolved-address", fmt::format("line {} reaches secret and public memory", access.line));
      }
    }
  for (const auto& [access, secret] : found)
    if (secret) secret_accesses_.insert(access);
  return true;
}

std::optional<FrameSurvey> FunctionProof::survey(const Side& side, const FrameLayout& frame) {
  FrameSurvey result;
  begin_with_parameters();
  Executor executor(pool_, side, symbols_, frame);
  State entry = entry_state(side, executor);
  executor.survey(&result, entry);
  std::set<uint32_t> universal;
  for (const Term t : universal_) universal.insert(t.id);
  Summary summary(pool_, side, executor);
  Limits limits;
  limits.any_nan = any_nan_;
  limits.copies = copies_;
  if (copies_) limits.paths = kPathsOfCopies;
  limits.shared = order_.has_value();
  limits.deadline = FairClock::now() + time_left() / 3;
  if (const auto failure = summary.build(std::move(entry), std::move(universal), limits)) {
    unknown(failure->reason, failure->detail);
    return std::nullopt;
  }
  result.idle_loops = summary.idle_loops();
  return result;
}

// Where addresses of locals are computed or given away, the frames are laid over each other so that what corresponds
// has the same address: where a frame lies is nobody's input, so one may choose. Which distance makes them correspond
// is guessed; a wrong guess proves nothing.
bool FunctionProof::share_frames() {
  const Proof before = proof_;
  const auto source = survey(*source_, source_frame_), target = survey(*target_, target_frame_);
  if (!source || !target) return false;
  const std::vector<int64_t> distances = likely_distances(*source, *target, source_->isa() == target_->isa());
  if (objects_of(*source, source_->machine().return_address_bytes).empty()) return false;
  // The first is the likeliest: how that one fails says most.
  Proof failed = before;
  for (const int64_t distance : distances) {
    place_frames(*source, *target, distance);
    proof_ = {};
    if (unbounded()) return true;
    if (distance == distances.front()) failed = proof_;
    if (proof_.reason == "timeout") break;
  }
  proof_ = std::move(failed);
  return false;
}

// Where the source's objects are, and the target's at a distance from there.
void FunctionProof::place_frames(const FrameSurvey& source, const FrameSurvey& target, int64_t distance) {
  const auto objects = objects_of(source, source_->machine().return_address_bytes);
  const Term variable = frame_variable("frame");
  pool_.declare_object(variable, {objects.front().first, objects.back().second, !source.escapes && !target.escapes});
  source_frame_ = {variable, 0, objects};
  target_frame_ = {variable, -distance, {}};
  for (const auto& [low, high] : objects) target_frame_.objects.emplace_back(low + distance, high + distance);
  frames_shared_ = true;
}

// One side may be a copy of the other, in other registers perhaps. Where its frame lies, what it finds where nobody
// left anything, and what callees leave in registers that are theirs to change, is then taken to be the same: the
// target must be right whatever that is, and the source may find it.
bool FunctionProof::attempt_copies() {
  copies_ = true;
  const auto source = survey(*source_, source_frame_), target = survey(*target_, target_frame_);
  source_frame_ = target_frame_ = {frame_variable("frame"), 0, {}};
  if (source && target && !objects_of(*source, source_->machine().return_address_bytes).empty())
    place_frames(*source, *target, 0);
  const bool proved = unbounded();
  copies_ = false;
  frames_shared_ = frames_shared_ && proved;
  return proved;
}

void FunctionProof::separate_frames() {
  source_frame_ = {frame_variable("s:frame"), 0, {}};
  target_frame_ = {frame_variable("t:frame"), 0, {}};
  frames_shared_ = false;
}

void FunctionProof::attempt() {
  separate_frames();
  if (source_->isa() == target_->isa() && !is_timed()) {
    if (attempt_copies()) return;
    proof_ = {};
    separate_frames();
  }
  if (is_timed()) {
    target_frame_ = source_frame_;  // the two copies run at one place
    if (find_secret_accesses()) unbounded();
    return;
  }
  if (!unbounded() && proof_.reason == "unresolved-address") share_frames();
}

// Whether there are NaNs of an instruction set's own, and neither side decides anything by their bits.
bool FunctionProof::may_leave_nans_open() {
  const auto& values = source_->function().values;
  if (!nan_bits_) nan_bits_.emplace(find_nan_bits(*source_), find_nan_bits(*target_));
  return std::any_of(values.begin(), values.end(), [](const auto& i) { return i.nan != ir::NanRule::any; }) &&
         !nan_bits_->first.looked_at() && !nan_bits_->second.looked_at();
}

// The two sides' entry states add the rest.
void FunctionProof::begin_with_parameters() {
  universal_ = parameters_;
  for (const Term other : others_)
    if (std::find(universal_.begin(), universal_.end(), other) == universal_.end()) universal_.push_back(other);
}

bool FunctionProof::summarise(Executor& executor, const Side& side, Summary& summary, const Limits& limits) {
  State entry = entry_state(side, executor);
  std::set<uint32_t> universal;
  for (const Term t : universal_) universal.insert(t.id);
  universal.insert(entry.memory.id);
  const auto failure = summary.build(std::move(entry), std::move(universal), limits);
  return failure ? unknown(failure->reason, failure->detail) : true;
}

bool FunctionProof::unbounded() {
  begin_with_parameters();
  Frames frames(*this);
  Summary source(pool_, *source_, frames.source), target(pool_, *target_, frames.target);
  Limits limits;
  limits.any_nan = any_nan_;
  limits.copies = copies_;
  if (copies_) limits.paths = kPathsOfCopies;
  limits.shared = order_.has_value();
  limits.slow_lines = options_.slow_lines;
  if (!options_.secret_memory.empty()) limits.secret_accesses = &secret_accesses_;
  // What is left is for a second try and for bounds.
  const auto left = end_ - FairClock::now();
  limits.deadline = FairClock::now() + (copies_ ? left / 3 : may_leave_nans_open() ? left / 2 : left * 2 / 3);
  deadline_ = limits.deadline;
  if (!summarise(frames.source, *source_, source, limits) || !summarise(frames.target, *target_, target, limits))
    return false;
  Sides sides{source, target, symbols_, own_, source_frame_.variable};
  std::optional<Apart> apart;
  if (no_overlap_ && !keep_apart(apart, source)) return false;
  if (apart) sides.apart = &*apart;
  if (order_) sides.order = &*order_;
  sides.shared = options_.memory_order != MemoryOrder::sequential_only;
  sides.timed = is_timed();
  if (copies_) return in_lockstep(sides);
  Simulation simulation(pool_, sides, prover_, limits_, deadline_);
  for (Relation& r : guess_relations(pool_, source, target, universal_, options_.time)) simulation.relate(std::move(r));
  const bool proved = simulation.prove(proof_);
  note_suspects(simulation);
  return proved;
}

void FunctionProof::note_suspects(Simulation& simulation) {
  constexpr size_t kMostSuspects = 16;
  for (Suspect& suspect : simulation.take_suspects())
    if (suspects_.size() < kMostSuspects) suspects_.push_back(std::move(suspect));
}

bool FunctionProof::in_lockstep(const Sides& sides) {
  const auto relations = lockstep_relations(pool_, sides.source, sides.target, deadline_);
  if (!relations) return false;
  Simulation simulation(pool_, sides, prover_, limits_, deadline_);
  for (const Relation& relation : *relations) simulation.relate(relation);
  return simulation.prove(proof_);
}

namespace {

// Of this process and of the solvers that it has ended: those of a proof end with it.
double cpu_seconds() {
  double seconds = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    getrusage(who, &usage);
    for (const timeval& t : {usage.ru_utime, usage.ru_stime})
      seconds += static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  }
  return seconds;
}

}  // namespace

Proof prove(const Code& source, const Code& target, const std::string& function, const Boundaries& boundaries,
            const Options& options) {
  const auto begin = std::chrono::steady_clock::now();
  const double cpu_begin = cpu_seconds();
  Proof proof;
  const auto own = boundaries.find(function);
  if (own == boundaries.end()) {
    proof.reason = "unsupported";
    proof.detail = "what crosses the function's border is not known";
  } else {
    proof = FunctionProof(source, target, boundaries, own->second, options).run();
  }
  proof.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  proof.cpu_seconds = cpu_seconds() - cpu_begin;
  return proof;
}

}  // namespace portolan::prove
