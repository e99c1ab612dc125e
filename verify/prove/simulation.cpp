#include "verify/prove/simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdlib>

namespace portolan::prove {

using solve::Answer;

constexpr std::chrono::milliseconds kGuessTime{500};
using Verdict = solve::Answer::Verdict;

bool Simulation::fail(Proof& proof, std::string reason, std::string detail) {
  proof.level = Proof::Level::unknown;
  proof.reason = std::move(reason);
  proof.detail = std::move(detail);
  return false;
}

bool Simulation::ask(PathPair& paths, std::string kind, std::string what, Term source, Term target, Proof& proof) {
  Obligation obligation;
  obligation.kind = std::move(kind);
  obligation.what = std::move(what);
  obligation.source = fmt::format("{} -> {}", paths.from_source, paths.to_source);
  obligation.target = fmt::format("{} -> {}", paths.from_target, paths.to_target);
  if (paths(source) == paths(target)) {
    obligation.answer.verdict = Verdict::holds;
    obligation.answer.method = solve::Method::syntactic;
    obligation.answer.cross_checked = true;
  } else {
    if (pool_.width(source) == 0 && same_writes(paths, paths(source), paths(target), proof)) return true;
    obligation.answer = prover_.holds(paths.conditions(), pool_.eq(paths.plain(source), paths.plain(target)));
  }
  const Answer& answer = obligation.answer;
  const bool holds = answer.verdict == Verdict::holds && answer.cross_checked;
  if (!holds) {
    suspect(answer);
    std::string reason = answer.reason;
    if (answer.verdict == Verdict::fails) reason = "no-relation";
    if (reason.empty()) reason = "timeout";  // also of the second solver alone
    std::string under;
    if (obligation.kind == "path")
      for (const Term c : paths.conditions()) under += "\n    " + pool_.print(c, 5);
    fail(proof, reason,
         fmt::format("{} {}: source {}, target {}: {} against {}", obligation.kind, obligation.what, obligation.source,
                     obligation.target, pool_.print(paths(source), 6), pool_.print(paths(target), 6)) +
             under);
  }
  proof.obligations.push_back(std::move(obligation));
  return holds;
}

// Where memory is as it was at the entry, what the model says of it is part of an input.
void Simulation::suspect(const Answer& answer) {
  if (answer.model.empty()) return;
  Suspect made;
  for (size_t p = 0; p < sides_.boundary.parameters.size(); ++p) {
    const auto value = answer.model.find(fmt::format("parameter{}", p + 1));
    made.parameters.push_back(value != answer.model.end() ? value->second
                                                          : terms::APInt(sides_.boundary.parameters[p].bits, 0));
  }
  constexpr std::string_view kMemory = "memory.entry[0x";
  for (const auto& [name, value] : answer.model)
    if (name.starts_with(kMemory))
      made.memory[std::strtoull(name.c_str() + kMemory.size(), nullptr, 16)] =
          static_cast<uint8_t>(value.getZExtValue());
  suspects_.push_back(std::move(made));
}

bool Simulation::relation_holds(PathPair& paths, const Relation& there, Proof& proof) {
  std::vector<Claim> claims = claims_of(paths, there);
  // What is equal on sight is noted one by one; the rest is asked together first, and alone if that gives no answer.
  Term rest = pool_.bit(true);
  const Term always = pool_.bit(true);
  for (const Claim& c : claims)
    if (paths(c.condition) != always) rest = pool_.bit_and(rest, paths.plain(c.condition));
  const Answer together = rest == always ? Answer{} : prover_.holds(paths.conditions(), rest);
  const bool all_hold = together.verdict == Verdict::holds && together.cross_checked;
  for (const Claim& c : claims) {
    if (all_hold && paths(c.condition) != always) continue;
    if (!ask(paths, "relation", c.what, c.condition, always, proof)) return false;
  }
  if (all_hold && !ask(paths, "relation", "all guesses together", rest, always, proof)) return false;
  return ask(paths, "memory", "everything but the frames", paths.source().state.memory, paths.target().state.memory,
             proof);
}

// An access of the target's that faults at the wrong alignment is at the right one, or the source faults there too.
// What the source accesses atomically on x86-64 is assumed to be aligned, and where order is asked for all that others
// see.
bool Simulation::is_aligned(PathPair& paths, const Access& access, Proof& proof) {
  const uint32_t wanted = access.alignment.bytes;
  if (wanted <= 1 || sides_.symbols.alignment(pool_.linear(paths(access.address))) % wanted == 0) return true;
  const Term address = paths(access.address);
  for (const Access& a : paths.source().accesses) {
    if (paths(a.address) != address) continue;
    if (a.alignment.bytes >= wanted) return true;
    if (!access.alignment.atomic || a.bytes < access.bytes) continue;
    if (a.alignment.atomic || sides_.shared) return proof.atomics_aligned = true;
  }
  const auto bits = static_cast<unsigned>(std::countr_zero(wanted));
  const Answer answer = prover_.holds(
      paths.conditions(), pool_.eq(pool_.extract(paths.plain(access.address), 0, bits), pool_.constant(bits, 0)));
  return answer.verdict == Verdict::holds && answer.cross_checked;
}

// Where that does not show by the addresses alone. Words that are aligned lie in one page, so that one of them may be
// accessed where the source accesses a byte of it: read, or exchanged atomically for what memory is compared to have.
bool Simulation::touches_the_same(PathPair& paths, const Access& access) {
  auto holds = [&](Term goal) {
    const Answer answer = prover_.holds(paths.conditions(), goal);
    return answer.verdict == Verdict::holds && answer.cross_checked;
  };
  const Term address = paths.plain(access.address);
  const bool aligned = access.alignment.atomic && access.alignment.bytes == access.bytes && access.bytes > 1;
  const auto low = static_cast<unsigned>(std::countr_zero(access.bytes));
  for (const Access& other : paths.source().accesses) {
    if (other.calls != access.calls || (access.write && !other.write)) continue;
    const Term there = paths.plain(other.address);
    if (other.bytes >= access.bytes ? holds(pool_.eq(address, there))
                                    : aligned && paths(pool_.extract(access.address, low, 64 - low)) ==
                                                     paths(pool_.extract(other.address, low, 64 - low)))
      return true;
  }
  // Into a table of the file's own, by an index that never leaves it.
  const auto place = access.write ? std::nullopt : sides_.symbols.place_in_object(pool_.linear(paths(access.address)));
  return place && place->extent >= access.bytes &&
         holds(pool_.ult(paths.plain(place->within), pool_.constant(64, place->extent - access.bytes + 1)));
}

// Where a walk is: from which pair of cut points, and what holds there.
struct Simulation::Walk {
  Pair pair;
  Mode mode;
  terms::Substitution start;
  std::vector<Term> known;
};

// On every way of the source to where the paths begin, and no callee ran since that could have freed it.
bool Simulation::touched_earlier(BlockId source_cut, PathPair& paths, const Access& access) {
  if (access.calls != 0) return false;
  if (!touched_) touched_ = touched_before(pool_, sides_.source);
  const auto at = touched_->find(source_cut);
  if (at == touched_->end()) return false;
  const Term wanted = paths(access.address);
  std::set<int64_t> found;
  for (const TouchedPlace& place : at->second) {
    if (access.write && !place.write) continue;
    const terms::Linear distance = pool_.linear(pool_.sub(paths(place.address), wanted));
    for (uint32_t n = 0; distance.parts.empty() && n < place.bytes; ++n)
      found.insert(distance.constant.getSExtValue() + n);
  }
  for (uint32_t n = 0; n < access.bytes; ++n)
    if (!found.contains(n)) return false;
  return true;
}

// The target touches nothing that the source doesn't between the same calls, which may map memory and free it: it
// faults only where the source does.
bool Simulation::accesses_agree(const Walk& walk, PathPair& paths, Proof& proof) {
  std::map<std::pair<uint32_t, Term>, std::set<int64_t>> touched[2];  // read or written, written
  auto place = [&](Term address) {
    terms::Linear form = pool_.linear(paths(address));
    const int64_t offset = form.constant.getSExtValue();
    form.constant = terms::APInt(64, 0);
    return std::pair{pool_.from_linear(form), offset};
  };
  for (const Access& a : paths.source().accesses) {
    const auto [base, offset] = place(a.address);
    for (uint32_t n = 0; n < a.bytes; ++n) {
      touched[0][{a.calls, base}].insert(offset + n);
      if (a.write) touched[1][{a.calls, base}].insert(offset + n);
    }
  }
  for (const Access& a : paths.target().accesses) {
    if (!is_aligned(paths, a, proof))
      return fail(proof, "unresolved-address",
                  fmt::format("line {} of the target faults unless its address is a multiple of {}", a.line,
                              a.alignment.bytes));
    const auto [base, offset] = place(a.address);
    const std::set<int64_t>& bytes = touched[a.write ? 1 : 0][{a.calls, base}];
    bool covered = true;
    for (uint32_t n = 0; n < a.bytes && covered; ++n) covered = bytes.contains(offset + n);
    if (covered || (!a.write && sides_.symbols.within_object(base, offset, a.bytes))) continue;
    if (touched_earlier(walk.pair.first, paths, a) || touches_the_same(paths, a)) continue;
    const Answer never = prover_.holds(paths.conditions(), pool_.bit(false));
    if (never.verdict == Verdict::holds && never.cross_checked)
      return ask(paths, "path", "never taken together", pool_.bit(false), pool_.bit(true), proof);
    return fail(
        proof, "unresolved-address",
        fmt::format("line {} of the target {} memory that the source is not seen to {}, at {}", a.line,
                    a.write ? "writes" : "reads", a.write ? "write" : "touch", pool_.print(paths(a.address), 6)));
  }
  return true;
}

// The frame is gone after the return: what was written to it last is nobody's business.
Term Simulation::without_frame(Term memory) {
  std::vector<Term> kept;
  while (pool_.kind(memory) == terms::Kind::write) {
    const terms::Linear base = pool_.linear(pool_.operands(memory)[1]);
    const bool frame = std::any_of(base.parts.begin(), base.parts.end(),
                                   [&](const terms::Linear::Part& part) { return part.term == sides_.frame; });
    if (!frame) kept.push_back(memory);
    memory = pool_.operands(memory)[0];
  }
  for (auto at = kept.rbegin(); at != kept.rend(); ++at) {
    const std::vector<Term> operands(pool_.operands(*at).begin(), pool_.operands(*at).end());
    const std::vector<int64_t> offsets(pool_.offsets(*at).begin(), pool_.offsets(*at).end());
    for (size_t n = 0; n < offsets.size(); ++n)
      memory = pool_.store(
          memory, pool_.add(operands[1], pool_.constant(terms::APInt(64, static_cast<uint64_t>(offsets[n]), true))),
          operands[n + 2]);
  }
  return memory;
}

bool Simulation::returns_agree(PathPair& paths, Unspecified& unspecified, Proof& proof) {
  const Side &source = sides_.source.side(), &target = sides_.target.side();
  const State &s = paths.source().state, &t = paths.target().state;
  for (size_t r = 0; r < sides_.boundary.results.size(); ++r) {
    const verify::BoundaryValue& value = sides_.boundary.results[r];
    const Slot from = slot_of(source.machine(), value.source), to = slot_of(target.machine(), value.target);
    if (from == assembly::kNoSlot || to == assembly::kNoSlot)
      return fail(proof, "unsupported", "a result's register is not known");
    const unsigned bits = std::min({value.bits, pool_.width(s.slots[from]), pool_.width(t.slots[to])});
    const Term expected = pool_.extract(s.slots[from], 0, bits);
    if (source.may_be_left_over(sides_.boundary, r) && unspecified.any(expected, Unspecified::Use::result)) {
      const std::string what = fmt::format("{}", r + 1);
      proof.unspecified_results.insert(r);
      if (!unspecified.compare(expected, pool_.extract(t.slots[to], 0, bits), Unspecified::Use::result,
                               [&](Term from, Term there) { return ask(paths, "result", what, from, there, proof); }))
        return false;
      continue;
    }
    const unsigned width = target.isa() == Isa::riscv64 && value.whole ? pool_.width(t.slots[to]) : bits;
    if (!ask(paths, "result", fmt::format("{}", r + 1),
             in_register(pool_, target.isa(), value, expected, width, pool_.constant(width, 0)),
             pool_.extract(t.slots[to], 0, width), proof))
      return false;
  }
  if (!ask(paths, "memory", "everything but the frames", without_frame(s.memory), without_frame(t.memory), proof))
    return false;
  const State& before = sides_.target.at(0).state;
  const assembly::Machine& machine = target.machine();
  // Of two sides that have to say it is a result like others.
  if (const Slot slot = target.result_address(); slot != assembly::kNoSlot && source.isa() != Isa::x86_64) {
    const auto given =
        std::find_if(sides_.boundary.parameters.begin(), sides_.boundary.parameters.end(),
                     [](const auto& p) { return p.kind == verify::BoundaryValue::Kind::result_address; });
    const Slot from = slot_of(machine, given->target);
    if (!ask(paths, "result", "where it is in memory", before.slots[from], t.slots[slot], proof)) return false;
  }
  for (const Slot slot : machine.callee_saved)
    if (!ask(paths, "callee-saved", machine.slots[slot].name, before.slots[slot], t.slots[slot], proof)) return false;
  for (const Slot slot : machine.callee_saved_low_half)
    if (!ask(paths, "callee-saved", machine.slots[slot].name, pool_.extract(before.slots[slot], 0, 64),
             pool_.extract(t.slots[slot], 0, 64), proof))
      return false;
  for (const Slot slot : target.reserved())
    if (!ask(paths, "callee-saved", machine.slots[slot].name, before.slots[slot], t.slots[slot], proof)) return false;
  if (!ask(paths, "stack-pointer", machine.slots[machine.stack_pointer].name, before.slots[machine.stack_pointer],
           t.slots[machine.stack_pointer], proof))
    return false;
  if (machine.return_address != assembly::kNoSlot)
    return ask(paths, "return-address", machine.slots[machine.return_address].name,
               before.slots[machine.return_address], t.slots[machine.return_address], proof);
  for (int64_t at = -static_cast<int64_t>(machine.return_address_bytes); at < 0; ++at)
    if (!ask(paths, "return-address", fmt::format("byte {}", at + 8), before.frame.at(at), t.frame.at(at), proof))
      return false;
  return true;
}

// Addresses, and operands on which time depends.
bool Simulation::looks_the_same(PathPair& paths, Proof& proof) {
  const std::vector<Term>&source = paths.source().shown, &target = paths.target().shown;
  if (source.size() != target.size()) return fail(proof, "no-relation", "the two copies show different things");
  for (size_t n = 0; n < source.size(); ++n)
    if (pool_.width(source[n]) != pool_.width(target[n]) ||
        !ask(paths, "shown", fmt::format("{} of {}", n + 1, source.size()), source[n], target[n], proof))
      return false;
  return true;
}

// Of two copies: the same instructions, up to the end.
bool Simulation::may_meet(const PathPair& paths) const {
  const Path &p = paths.source(), &q = paths.target();
  if (sides_.timed && (p.trail != q.trail || p.line != q.line)) return false;
  return p.end == q.end && p.end != End::dropped && (p.end != End::cut || relations_.contains({p.block, q.block})) &&
         same_calls(paths);
}

bool Simulation::discharge(const Walk& walk, PathPair& paths, Proof& proof) {
  if (sides_.order != nullptr) sides_.order->compare(paths);
  Unspecified unspecified(pool_, paths.source(), sides_.boundary.origin != verify::Boundary::Origin::inferred);
  if (!calls_agree(paths, unspecified, proof)) return false;
  if (!(sides_.timed ? looks_the_same(paths, proof) : accesses_agree(walk, paths, proof))) return false;
  switch (paths.source().end) {
    case End::cut:
      return relation_holds(paths, relations_.at({paths.source().block, paths.target().block}), proof);
    case End::returned:
      return sides_.timed || returns_agree(paths, unspecified, proof);
    default:
      return true;
  }
}

// Whatever takes this path of the source takes one of the target's that are known.
bool Simulation::covered(const Path& source, const std::vector<Path>& target, terms::Substitution& start,
                         Proof& proof) {
  const Path none;
  PathPair alone(pool_, start, {}, source, none);
  if (alone.impossible()) return true;
  Term some = pool_.bit(false);
  for (const Path& q : target) {
    Term all = pool_.bit(true);
    for (const Term condition : q.conditions) all = pool_.bit_and(all, alone.plain(condition));
    some = pool_.bit_or(some, all);
  }
  alone.from_source = alone.from_target = "entry";
  return ask(alone, "path", "the target goes along within the bound", some, pool_.bit(true), proof);
}

// Which side must go on for the two to meet. Nothing: neither can.
std::optional<Which> Simulation::shorter(const Path& source, const Path& target) const {
  auto begins = [](const std::vector<CallEvent>& a, const std::vector<CallEvent>& b) {
    return a.size() <= b.size() &&
           std::equal(a.begin(), a.end(), b.begin(),
                      [](const CallEvent& x, const CallEvent& y) { return x.callee == y.callee; });
  };
  const bool source_may = source.end == End::cut && begins(source.calls, target.calls);
  const bool target_may = target.end == End::cut && begins(target.calls, source.calls);
  if (source_may && target_may) {
    // Only at pairs of cut points that some run has met.
    for (const auto& [pair, relation] : relations_) {
      if (pair.first == source.block) return Which::target;
      if (pair.second == target.block) return Which::source;
    }
    return std::nullopt;
  }
  if (source_may) return Which::source;
  if (target_may) return Which::target;
  return std::nullopt;
}

const std::vector<Path>* Simulation::onward(Which which, const Pair& from, const Path& path) {
  const auto [at, fresh] = onward_.emplace(&path, std::nullopt);
  if (fresh)
    at->second =
        which == Which::source ? sides_.source.continued(from.first, path) : sides_.target.continued(from.second, path);
  return at->second ? &*at->second : nullptr;
}

// One side comes to a cut point where the other does not, as when it enters a loop only to leave it: it goes on alone
// for a while. Both sides still make at least one step from each pair of cut points to the next.
bool Simulation::extend(Walk& walk, const Path& source, const Path& target, unsigned extended, Proof& proof) {
  const Which which = *shorter(source, target);
  const std::vector<Path>* more = onward(which, walk.pair, which == Which::source ? source : target);
  if (more == nullptr) return fail(proof, "resource-limit", "too many ways on between two cut points");
  return std::all_of(more->begin(), more->end(), [&](const Path& path) {
    return which == Which::source ? compare(walk, path, target, extended + 1, proof)
                                  : compare(walk, source, path, extended + 1, proof);
  });
}

// What the relation says, and what is assumed where the source takes a path.
std::vector<Term> Simulation::known_on(const Walk& walk, const Path& source) {
  std::vector<Term> known = walk.known;
  if (sides_.apart == nullptr) return known;
  for (const Term condition : sides_.apart->conditions(source)) known.push_back(condition);
  return known;
}

// A path whose accesses overlap whatever the arguments are is none that the assumption leaves.
bool Simulation::may_be_taken(PathPair& paths) {
  return sides_.apart == nullptr || sides_.apart->conditions(paths.source()).empty() ||
         prover_.holds(paths.conditions(), pool_.bit(false)).verdict != Verdict::holds;
}

bool Simulation::compare(Walk& walk, const Path& p, const Path& q, unsigned extended, Proof& proof) {
  constexpr unsigned kMostExtensions = 2;
  if (out_of_time()) return fail(proof, "timeout", "before all pairs of paths were compared");
  PathPair paths(pool_, walk.start, known_on(walk, p), p, q);
  if (paths.impossible()) return true;
  // A source that traps promises nothing. (A call that does not return is a call first of all.)
  if (p.end == End::trapped && p.calls.empty() && !sides_.timed) return true;
  auto name_of_end = [](const Side& side, const Path& path) {
    static constexpr const char* kEnds[] = {"", "return", "trap", "beyond a jump table"};
    return path.end == End::cut ? side.describe(path.block) : std::string(kEnds[static_cast<size_t>(path.end)]);
  };
  paths.from_source = sides_.source.side().describe(walk.pair.first);
  paths.from_target = sides_.target.side().describe(walk.pair.second);
  paths.to_source = name_of_end(sides_.source.side(), p);
  paths.to_target = name_of_end(sides_.target.side(), q);
  if (!may_meet(paths)) {
    const std::pair<const Path*, const Path*> both{&p, &q};
    if (unequal_.contains(both)) return extend(walk, p, q, extended, proof);
    if (walk.mode == Mode::weaken) return true;
    const bool may_extend = all_paths_ && !sides_.timed && extended < kMostExtensions && shorter(p, q);
    if (may_extend && prover_.holds(paths.conditions(), pool_.bit(false)).verdict != Verdict::holds) {
      unequal_.insert(both);
      changed_.insert(walk.pair);
      return true;
    }
    if (all_paths_ && is_new_meeting(paths) &&
        prover_.holds(paths.conditions(), pool_.bit(false)).verdict != Verdict::holds) {
      relate_arrival(paths);
      return true;
    }
    return ask(paths, "path", "never taken together", pool_.bit(false), pool_.bit(true), proof);
  }
  if (walk.mode == Mode::weaken)
    return p.end != End::cut || weaken(paths, {p.block, q.block}) ||
           fail(proof, "timeout", "before the relations were inductive");
  if (!discharge(walk, paths, proof)) return false;
  if (p.end == End::returned && may_be_taken(paths)) ++returns_;
  std::vector<Term>& where = compared_[&p];
  where = p.conditions;
  if (sides_.apart != nullptr)
    for (const Term condition : sides_.apart->conditions(p)) where.push_back(condition);
  return true;
}

// All pairs of paths from one pair of cut points.
bool Simulation::walk(const Pair& pair, Mode mode, Proof& proof) {
  const CutPoint &source = sides_.source.at(pair.first), &target = sides_.target.at(pair.second);
  const Relation& relation = relations_.at(pair);
  Walk walk{pair, mode, replacements(pool_, relation), known_at(relation)};
  if (!all_paths_ && mode == Mode::discharge)
    for (const Path& p : source.paths)
      if (p.end != End::dropped && !covered(p, target.paths, walk.start, proof)) return false;
  const auto together = taken_together(walk.start, source.paths, target.paths);
  return std::all_of(together.begin(), together.end(),
                     [&](const auto& both) { return compare(walk, *both.first, *both.second, 0, proof); });
}

void Simulation::describe(Proof& proof) const {
  for (const auto& [pair, relation] : relations_) {
    if (pair.first == 0) continue;
    std::string text =
        fmt::format("{} | {}:", sides_.source.side().describe(pair.first), sides_.target.side().describe(pair.second));
    // Of the source what is not a matter of width alone.
    using Shape = Candidate::Shape;
    for (const Relation::Entry& e : relation.source_entries)
      if (const Candidate* c = e.candidate())
        if (c->shape == Shape::equal || c->shape == Shape::affine || c->shape == Shape::repeated)
          text += fmt::format(" source {} = {};", e.location.name, c->text);
    for (const Relation::Entry& e : relation.target_entries)
      text += fmt::format(" {} = {};", e.location.name, e.candidate() ? e.candidate()->text : "anything");
    for (const Term bound : relation.bounds) text += " " + pool_.print(bound, 4) + ";";
    proof.relations.push_back(text);
  }
}

bool Simulation::prove(Proof& proof) {
  const bool proved = hold_all(proof);
  describe(proof);
  return proved;
}

bool Simulation::hold_all(Proof& proof) {
  for (const auto& [pair, relation] : relations_) changed_.insert(pair);
  while (!changed_.empty()) {
    // A guess that takes long to prove is more likely wrong; what is kept is proved again below.
    prover_.set_limits({kGuessTime, limits_.memory_bytes});
    while (!changed_.empty()) {
      const Pair pair = *changed_.begin();
      changed_.erase(changed_.begin());
      if (!walk(pair, Mode::weaken, proof)) return false;
    }
    prover_.set_limits(limits_);
    proof.obligations.clear();
    if (sides_.order != nullptr) sides_.order->forget();
    returns_ = 0;
    for (const auto& [pair, relation] : relations_) {
      if (!walk(pair, Mode::discharge, proof)) return false;
      if (!changed_.empty()) break;
    }
  }
  if (returns_ == 0) return fail(proof, "vacuous", "the source never returns");
  proof.level = Proof::Level::proved;
  return true;
}

}  // namespace portolan::prove
