#include "verify/prove/simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cstdlib>

#include "verify/prove/path_pair.h"

namespace portolan::prove {

using solve::Answer;

constexpr std::chrono::milliseconds kGuessTime{500};
using Verdict = solve::Answer::Verdict;

class Simulation::PathPair : public prove::PathPair {
 public:
  using prove::PathPair::PathPair;
  std::string from_source, from_target, to_source, to_target;
};

bool Simulation::fail(Proof& proof, std::string reason, std::string detail) {
  proof.level = Proof::Level::unknown;
  proof.reason = std::move(reason);
  proof.detail = std::move(detail);
  return false;
}

// What the relation says, as a replacement of the cut points' variables.
terms::Substitution Simulation::start_of(const Relation& relation) {
  terms::Substitution own(pool_);
  for (const Relation::Entry& e : relation.source_entries)
    if (const Candidate* c = e.candidate()) own.replace(e.location.variable, c->value);
  terms::Substitution all(pool_);
  for (const Relation::Entry& e : relation.source_entries)
    if (const Candidate* c = e.candidate()) all.replace(e.location.variable, c->value);
  for (const Relation::Entry& e : relation.target_entries)
    if (const Candidate* c = e.candidate()) all.replace(e.location.variable, own(c->value));
  return all;
}

namespace {

// The candidate's claim about the state at the end of a path pair. `at_end`: what the cut point's source variables are
// there.
Term claim(terms::Pool& pool, const Candidate& candidate, Term actual, terms::Substitution& at_end) {
  switch (candidate.shape) {
    case Candidate::Shape::low_part: {
      // Only the part below is claimed: it is the concat's lower operand.
      const auto parts = pool.operands(candidate.value);
      unsigned bits = 0;
      for (size_t n = 1; n < parts.size(); ++n) bits += pool.width(parts[n]);
      return pool.eq(pool.extract(actual, 0, bits), at_end(pool.extract(candidate.value, 0, bits)));
    }
    default:
      return pool.eq(actual, at_end(candidate.value));
  }
}

// A source's own claim: the value is the extension of its low bits, or a constant.
Term own_claim(terms::Pool& pool, const Candidate& candidate, Term actual) {
  const unsigned width = pool.width(actual);
  if (candidate.shape == Candidate::Shape::constant) return pool.eq(actual, candidate.value);
  // An extension's operand, or the lowest part of the concat that a zero extension is.
  const auto parts = pool.operands(candidate.value);
  const unsigned bits = pool.width(parts.empty() ? candidate.value : parts.back());
  const Term low = pool.extract(actual, 0, bits);
  return pool.eq(actual,
                 candidate.shape == Candidate::Shape::zero_extended ? pool.zext(low, width) : pool.sext(low, width));
}

}  // namespace

// What the relation says beyond its replacements: conditions on the cut points' variables.
std::vector<Term> Simulation::known_at(const Relation& relation) {
  std::vector<Term> known = relation.bounds;
  for (const Relation::Entry& e : relation.source_entries)
    for (size_t n = 1; n < e.candidates.size(); ++n)
      known.push_back(own_claim(pool_, e.candidates[n], e.location.variable));
  terms::Substitution none(pool_);
  for (const Relation::Entry& e : relation.target_entries)
    for (size_t n = 1; n < e.candidates.size(); ++n)
      known.push_back(claim(pool_, e.candidates[n], e.location.variable, none));
  return known;
}

// What the source's variables at the cut point are when the paths arrive there.
terms::Substitution Simulation::end_of(PathPair& paths, const Relation& there) {
  terms::Substitution at_end(pool_);
  for (const Relation::Entry& e : there.source_entries) {
    const Term actual = value_at(pool_, paths.source().state, e.location);
    assert(actual && "a cut point's state holds only what every arrival has");
    at_end.replace(e.location.variable, paths.plain(actual));
  }
  return at_end;
}

// One weaker guess wherever the present one does not come out at the end of the paths. False: out of time.
bool Simulation::weaken(PathPair& paths, Relation& there) {
  terms::Substitution at_end = end_of(paths, there);
  auto holds = [&](Term condition) {
    const Term seen = paths(condition);
    if (const terms::APInt* value = pool_.constant_value(seen)) return value->getBoolValue();
    return prover_.holds(paths.conditions(), paths.plain(condition)).verdict == Verdict::holds;
  };
  auto drop_unless = [&](auto& guesses, auto&& claimed) {
    return std::erase_if(guesses, [&](const auto& guess) { return !holds(claimed(guess)); }) != 0;
  };
  for (Relation::Entry& e : there.source_entries) {
    const Term actual = paths.plain(value_at(pool_, paths.source().state, e.location));
    weakened_ |= drop_unless(e.candidates, [&](const Candidate& c) { return own_claim(pool_, c, actual); });
    if (out_of_time()) return false;
  }
  weakened_ |= drop_unless(there.bounds, [&](Term bound) { return at_end(bound); });
  for (Relation::Entry& e : there.target_entries) {
    const Term actual = paths.plain(value_at(pool_, paths.target().state, e.location));
    weakened_ |= drop_unless(e.candidates, [&](const Candidate& c) { return claim(pool_, c, actual, at_end); });
    if (out_of_time()) return false;
  }
  return true;
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
  terms::Substitution at_end = end_of(paths, there);
  auto all_hold = [&](const auto& guesses, const std::string& what, auto&& claimed) {
    return std::all_of(guesses.begin(), guesses.end(), [&](const auto& guess) {
      return ask(paths, "relation", what, claimed(guess), pool_.bit(true), proof);
    });
  };
  for (const Relation::Entry& e : there.source_entries) {
    const Term actual = paths.plain(value_at(pool_, paths.source().state, e.location));
    if (!all_hold(e.candidates, "source " + e.location.name,
                  [&](const Candidate& c) { return own_claim(pool_, c, actual); }))
      return false;
  }
  if (!all_hold(there.bounds, "bound", [&](Term bound) { return at_end(bound); })) return false;
  for (const Relation::Entry& e : there.target_entries) {
    const Term actual = paths.plain(value_at(pool_, paths.target().state, e.location));
    if (!all_hold(e.candidates, e.location.name, [&](const Candidate& c) { return claim(pool_, c, actual, at_end); }))
      return false;
  }
  return ask(paths, "memory", "everything but the frames", paths.source().state.memory, paths.target().state.memory,
             proof);
}

// Whether both ways make the same calls in the same order; if not, nothing may ever take both.
bool Simulation::same_calls(const PathPair& paths) {
  return std::equal(paths.source().calls.begin(), paths.source().calls.end(), paths.target().calls.begin(),
                    paths.target().calls.end(), [](const CallEvent& a, const CallEvent& b) {
                      return a.callee == b.callee && a.arguments.size() == b.arguments.size();
                    });
}

// Results of calls, and memory after them, are the same variables on both sides. That is right by induction: of a run
// in which some call differs, the first that does fails here, whatever results the variables stand for.
bool Simulation::calls_agree(PathPair& paths, Proof& proof) {
  const auto &source = paths.source().calls, &target = paths.target().calls;
  for (size_t n = 0; n < source.size(); ++n) {
    const std::string name = source[n].callee.empty() ? "an indirect call" : fmt::format("'{}'", source[n].callee);
    if (source[n].target && target[n].target &&
        !ask(paths, "call", fmt::format("where {} goes", name), source[n].target, target[n].target, proof))
      return false;
    for (size_t a = 0; a < source[n].arguments.size(); ++a)
      if (!ask(paths, "call", fmt::format("argument {} of {}", a + 1, name), source[n].arguments[a],
               target[n].arguments[a], proof))
        return false;
    if (!ask(paths, "call", fmt::format("memory at {}", name), source[n].memory, target[n].memory, proof)) return false;
  }
  return true;
}

// The target touches nothing that the source doesn't: it faults only where the source does.
bool Simulation::accesses_agree(PathPair& paths, Proof& proof) {
  std::map<Term, std::set<int64_t>> touched[2];  // read or written, written
  auto place = [&](Term address) {
    terms::Linear form = pool_.linear(paths(address));
    const int64_t offset = form.constant.getSExtValue();
    form.constant = terms::APInt(64, 0);
    return std::pair{pool_.from_linear(form), offset};
  };
  for (const Access& a : paths.source().accesses) {
    const auto [base, offset] = place(a.address);
    for (uint32_t n = 0; n < a.bytes; ++n) {
      touched[0][base].insert(offset + n);
      if (a.write) touched[1][base].insert(offset + n);
    }
  }
  for (const Access& a : paths.target().accesses) {
    const auto [base, offset] = place(a.address);
    const std::set<int64_t>& bytes = touched[a.write ? 1 : 0][base];
    bool covered = true;
    for (uint32_t n = 0; n < a.bytes && covered; ++n) covered = bytes.contains(offset + n);
    if (covered || (!a.write && sides_.symbols.within_object(base, offset, a.bytes))) continue;
    if (std::any_of(paths.source().accesses.begin(), paths.source().accesses.end(), [&](const Access& other) {
          if (other.bytes < a.bytes || (a.write && !other.write)) return false;
          const Answer answer =
              prover_.holds(paths.conditions(), pool_.eq(paths.plain(a.address), paths.plain(other.address)));
          return answer.verdict == Verdict::holds && answer.cross_checked;
        }))
      continue;
    return fail(proof, "unresolved-address",
                fmt::format("line {} of the target {} memory that the source is not seen to {}", a.line,
                            a.write ? "writes" : "reads", a.write ? "write" : "touch"));
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

bool Simulation::returns_agree(PathPair& paths, Proof& proof) {
  const Side &source = sides_.source.side(), &target = sides_.target.side();
  const State &s = paths.source().state, &t = paths.target().state;
  for (size_t r = 0; r < sides_.boundary.results.size(); ++r) {
    const verify::BoundaryValue& value = sides_.boundary.results[r];
    const Slot from = slot_of(source.machine(), value.source), to = slot_of(target.machine(), value.target);
    if (from == assembly::kNoSlot || to == assembly::kNoSlot)
      return fail(proof, "unsupported", "a result's register is not known");
    const unsigned bits = std::min({value.bits, pool_.width(s.slots[from]), pool_.width(t.slots[to])});
    const Term expected = pool_.extract(s.slots[from], 0, bits);
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
  for (const Slot slot : machine.callee_saved)
    if (!ask(paths, "callee-saved", machine.slots[slot].name, before.slots[slot], t.slots[slot], proof)) return false;
  for (const Slot slot : machine.callee_saved_low_half)
    if (!ask(paths, "callee-saved", machine.slots[slot].name, pool_.extract(before.slots[slot], 0, 64),
             pool_.extract(t.slots[slot], 0, 64), proof))
      return false;
  // RISC-V's global and thread pointers belong to the program; the direction flag is clear between x86-64 functions.
  for (const char* name : {"x3", "x4", "df"})
    if (const Slot slot = machine.slot(name); slot != assembly::kNoSlot && target.isa() != Isa::aarch64)
      if (!ask(paths, "callee-saved", name, before.slots[slot], t.slots[slot], proof)) return false;
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

bool Simulation::discharge(PathPair& paths, Proof& proof) {
  if (!calls_agree(paths, proof) || !accesses_agree(paths, proof)) return false;
  switch (paths.source().end) {
    case End::cut:
      return relation_holds(paths, relations_.at({paths.source().block, paths.target().block}), proof);
    case End::returned:
      return returns_agree(paths, proof);
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

// All pairs of paths from one pair of cut points.
bool Simulation::walk(const Pair& pair, Mode mode, Proof& proof) {
  const CutPoint &source = sides_.source.at(pair.first), &target = sides_.target.at(pair.second);
  terms::Substitution start = start_of(relations_.at(pair));
  const std::vector<Term> known = known_at(relations_.at(pair));
  for (const Path& p : source.paths) {
    if (!all_paths_ && mode == Mode::discharge && p.end != End::dropped && !covered(p, target.paths, start, proof))
      return false;
    for (const Path& q : target.paths) {
      if (out_of_time()) return fail(proof, "timeout", "before all pairs of paths were compared");
      PathPair paths(pool_, start, known, p, q);
      if (paths.impossible()) continue;
      auto name_of_end = [](const Side& side, const Path& path) {
        static constexpr const char* kEnds[] = {"", "return", "trap", "beyond a jump table"};
        return path.end == End::cut ? side.describe(path.block) : std::string(kEnds[static_cast<size_t>(path.end)]);
      };
      paths.from_source = sides_.source.side().describe(pair.first);
      paths.from_target = sides_.target.side().describe(pair.second);
      paths.to_source = name_of_end(sides_.source.side(), p);
      paths.to_target = name_of_end(sides_.target.side(), q);
      const bool meet = p.end == q.end && p.end != End::dropped &&
                        (p.end != End::cut || relations_.contains({p.block, q.block})) && same_calls(paths);
      if (!meet) {
        if (mode == Mode::discharge &&
            !ask(paths, "path", "never taken together", pool_.bit(false), pool_.bit(true), proof))
          return false;
        continue;
      }
      if (mode == Mode::weaken) {
        if (p.end == End::cut && !weaken(paths, relations_.at({p.block, q.block})))
          return fail(proof, "timeout", "before the relations were inductive");
      } else {
        if (!discharge(paths, proof)) return false;
        if (p.end == End::returned) ++returns_;
        compared_.insert(p.blocks.begin(), p.blocks.end());
      }
    }
  }
  return true;
}

void Simulation::describe(Proof& proof) const {
  for (const auto& [pair, relation] : relations_) {
    if (pair.first == 0) continue;
    std::string text =
        fmt::format("{} | {}:", sides_.source.side().describe(pair.first), sides_.target.side().describe(pair.second));
    for (const Relation::Entry& e : relation.target_entries)
      text += fmt::format(" {} = {};", e.location.name, e.candidate() ? e.candidate()->text : "anything");
    for (const Term bound : relation.bounds) text += " " + pool_.print(bound, 4) + ";";
    proof.relations.push_back(text);
  }
}

bool Simulation::prove(Proof& proof) {
  // A guess that takes long to prove is more likely wrong; what is kept is proved again below.
  prover_.set_limits({kGuessTime, limits_.memory_bytes});
  do {
    weakened_ = false;
    for (const auto& [pair, relation] : relations_)
      if (!walk(pair, Mode::weaken, proof)) return false;
  } while (weakened_);
  prover_.set_limits(limits_);
  describe(proof);
  for (const auto& [pair, relation] : relations_)
    if (!walk(pair, Mode::discharge, proof)) return false;
  if (returns_ == 0) return fail(proof, "vacuous", "the source never returns");
  proof.level = Proof::Level::proved;
  return true;
}

}  // namespace portolan::prove
