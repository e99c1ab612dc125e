#include "translate/mapping/schedule.h"

#include <fmt/format.h>

#include <algorithm>

#include "translate/mapping/combinations.h"

namespace portolan::mapping {

using namespace accelerator;

namespace {

constexpr uint64_t kHostBegin = 0x1000;  // an address of 0 means something else on some chips
constexpr size_t kMostWords = 400'000;

// The largest power of two below; 0 below 1.
Number power_below(Number n) {
  Number power = 0;
  for (Number p = 1; p < n; p *= 2) power = p;
  return power;
}

void variables_of(const Term* t, std::set<Number>& found) {
  if (t->kind == Term::Kind::variable) found.insert(t->number);
  for (const Term* operand : t->operands) variables_of(operand, found);
  for (Number bound : t->bound) found.erase(bound);
}

}  // namespace

bool Scheduler::fail(std::string why) {
  if (why_.empty()) why_ = std::move(why);
  return false;
}

Number Scheduler::tiles_of(Number variable) const {
  const Number all = plan_.lengths.at(variable), tile = choice_.tile.at(variable);
  return (all + tile - 1) / tile;
}

// Of the tile that is being worked on: the last may be shorter, unless an operation fixes its length.
Number Scheduler::length(Number variable, const Coordinates& at) const {
  if (variable == 0) return 1;
  const Number tile = choice_.tile.at(variable);
  if (plan_.tile.contains(variable) || !plan_.lengths.contains(variable)) return tile;  // the constants' are whole
  return std::min(tile, plan_.lengths.at(variable) - at.at(variable) * tile);
}

bool Scheduler::pool(const Step::Need& need) {
  if (!need.in_place) {
    Pool made;
    for (const auto& [variable, factor] :
         need.form.dimensions.empty() ? std::map<Number, Number>{} : need.form.dimensions[0])
      made.rows += factor * (choice_.tile.at(variable) - 1);
    variables_of(need.goal, made.variables);
    pools_[&need] = std::move(made);
    pool_order_.push_back(&need);
  }
  return pools(*need.step);
}

bool Scheduler::pools(const Step& step) {
  if (step.address && &step != plan_.result.get() && !lay_out(step, false)) return false;
  for (const Step::Need& need : step.needs)
    if (!pool(need)) return false;
  if (step.first)
    for (size_t n = 0; n < step.first->needs.size(); ++n) {
      // The first tile's operands lie where the later ones' do.
      const Step::Need& other = step.first->needs[n];
      if (other.in_place || n >= step.needs.size() || step.needs[n].goal != other.goal ||
          step.needs[n].form.state != other.form.state || step.needs[n].form.dimensions != other.form.dimensions)
        return fail("the operation for the first tile needs its operands elsewhere");
    }
  return !step.initial || pools(*step.initial);
}

// Each memory is shared out among the needs that lie there.
bool Scheduler::share_memories() {
  std::map<uint32_t, std::vector<Pool*>> by_memory;
  for (const Step::Need* need : pool_order_) by_memory[need->form.state].push_back(&pools_[need]);
  for (auto& [state, list] : by_memory) {
    const Number capacity = chip_.states[state].extent.empty() ? 1 : chip_.states[state].extent[0];
    Number at = state == constants_state_ ? capacity / 2 : 0;
    for (Pool* pool : list) {
      Number distinct = 1;
      for (Number variable : pool->variables) distinct *= tiles_of(variable);
      pool->first = at;
      pool->count = std::min(distinct, (capacity / static_cast<Number>(list.size())) / pool->rows);
      if (pool->count < 1)
        return fail(fmt::format("tiles of {} rows don't fit in {}", to_string(pool->rows), chip_.states[state].name));
      pool->holds.resize(static_cast<size_t>(pool->count));
      pool->used.resize(static_cast<size_t>(pool->count), false);
      at += pool->count * pool->rows;
    }
  }
  return true;
}

const Step* Scheduler::find_accumulating(const Step& step, const Step::Need* owner) {
  if (!step.reduced.empty()) {
    owner_ = owner;
    return &step;
  }
  for (const Step::Need& need : step.needs)
    if (const Step* found = find_accumulating(*need.step, need.in_place ? owner : &need)) return found;
  return nullptr;
}

// What tells apart what lies in the places of a need. Of a part of a tensor as it is: where it begins and how long it
// is, so that x[p + r] for one p and r serves others with the same sum.
Scheduler::Coordinates Scheduler::key_of(const Step::Need& need, const Coordinates& at) const {
  Coordinates key;
  const Step& step = *need.step;
  if (step.tensor && step.needs.empty() && !step.initial && step.reduced.empty()) {
    for (size_t d = 0; d < step.tensor->operands.size(); ++d) {
      const auto sum = polynomial(step.tensor->operands[d]);
      Number& begin = key[-1 - static_cast<Number>(d)];
      for (const auto& [part, factor] : *sum)
        begin += part.empty() ? factor : at.at(part[0]) * choice_.tile.at(part[0]);
    }
    for (const auto& [loop, variable] : step.variables)
      if (variable != 0) key[variable] = length(variable, at);
    return key;
  }
  for (Number variable : pools_.at(&need).variables) key[variable] = at.at(variable);
  return key;
}

std::optional<Number> Scheduler::fetch(const Step::Need& need, const Coordinates& at) {
  Pool& pool = pools_.at(&need);
  const Coordinates key = key_of(need, at);
  for (size_t slot = 0; slot < pool.holds.size(); ++slot)
    if (pool.used[slot] && pool.holds[slot] == key) {
      const Number place = pool.first + static_cast<Number>(slot) * pool.rows;
      // A sum that is complete, and not yet what the need asks for.
      if (accumulated_.contains({&need, place})) {
        if (!emit(*need.step, place, at)) return std::nullopt;
        accumulated_.erase({&need, place});
      }
      return place;
    }
  const auto slot = static_cast<size_t>(pool.next++ % pool.count);
  pool.used[slot] = true;
  pool.holds[slot] = key;
  const Number place = pool.first + static_cast<Number>(slot) * pool.rows;
  if (!emit(*need.step, place, at)) return std::nullopt;
  return place;
}

bool Scheduler::external_arguments(const Step& step, const Coordinates& at, std::map<Number, Number>& values) {
  const External& external = externals_.at(&step);
  const HostTensor& tensor = out_.tensors[external.tensor];
  Number address = static_cast<Number>(tensor.base) - external.constant;
  for (size_t d = 0; d < tensor.dimensions.size(); ++d) {
    const auto sum = polynomial(step.tensor->operands[d]);
    Number element = 0;
    for (const auto& [part, factor] : *sum)
      element += part.empty() ? factor : at.at(part[0]) * choice_.tile.at(part[0]);
    address += element / tensor.dimensions[d].tile * tensor.dimensions[d].tile_stride +
               element % tensor.dimensions[d].tile * tensor.dimensions[d].stride;
  }
  if (address % external.unit != 0) return fail("an address that the operation can't say");
  values[external.base_parameter] = address / external.unit;
  for (const auto& [parameter, pitch] : external.pitches) values[parameter] = pitch;
  return true;
}

std::optional<Scheduler::Arguments> Scheduler::arguments(const Step& step, Number place,
                                                         const std::vector<Number>& bases, const Coordinates& at) {
  const KnownOperation& o = *step.operation;
  std::map<Number, Number> values;
  if (o.target.base != 0) values[o.target.base] = place;
  for (const auto& [parameter, variable] : step.extents) values[parameter] = length(variable, at);
  for (const auto& [parameter, need] : step.places) values[parameter] = bases[need];
  if (step.address && !external_arguments(step, at, values)) return std::nullopt;
  Arguments list(o.parameters.size());
  const uint32_t held = o.declared->held_parameter;
  for (size_t p = 0; p < o.parameters.size(); ++p) {
    const auto constant = step.constants.find(o.parameters[p]);
    const auto value = values.find(o.parameters[p]);
    if (constant != step.constants.end())
      list[p] = {constant->second->number, constant->second->real};
    else if (value != values.end())
      list[p] = {value->second, 0};
    else if (p != held)
      return fail(fmt::format("nothing says what parameter {} of {} is",
                              chip_.routines[o.declared->by].parameters[p].first, o.declared->name)),
             std::nullopt;
  }
  if (held != kNone) {
    const auto value = static_cast<uint64_t>(evaluator_.integer_of(o.declared->holds, list));
    const auto [found, fresh] = constants_.emplace(value, static_cast<Number>(constants_.size()));
    if (fresh) out_.constants.push_back(value);
    if (static_cast<Number>(constants_.size()) > chip_.states[o.declared->held_state].extent[0])
      return fail(fmt::format("more constants than {} holds", o.declared->held_memory)), std::nullopt;
    list[held] = {found->second, 0};
    reads_now_.push_back({o.declared->held_state, found->second, 1});
  }
  if (o.declared->when != kNone && evaluator_.integer_of(o.declared->when, list) == 0)
    return fail(fmt::format("{} isn't allowed for a tile of this size", o.declared->name)), std::nullopt;
  return list;
}

bool Scheduler::call(const Step& step, Number place, const std::vector<Number>& bases, const Coordinates& at) {
  reads_now_.clear();
  const auto list = arguments(step, place, bases, at);
  if (!list) return false;
  const KnownOperation& o = *step.operation;
  auto& used = out_.used[o.declared];
  if (used.size() < 2)
    used.push_back(*list);
  else
    used.back() = *list;
  Call made{out_.words.size(), 0, std::move(reads_now_), {}, step.address ? 1 : 0};
  evaluator_.carry_out(o.declared->by, *list, &out_.words);
  if (evaluator_.ended())
    return fail(fmt::format("{} can't be issued: {}", o.declared->name, evaluator_.outcome().why));
  if (out_.words.size() > kMostWords) return fail("the program becomes too long");
  made.end = out_.words.size();
  for (size_t n = 0; n < step.needs.size(); ++n) {
    const Form& form = step.needs[n].form;
    Number rows = 1;
    if (!form.dimensions.empty())
      for (const auto& [variable, factor] : form.dimensions[0]) rows += factor * (choice_.tile.at(variable) - 1);
    made.reads.push_back({form.state, bases[n], rows});
  }
  if (!o.writes_external) {
    Number rows = 1;
    if (!o.target.dimensions.empty())
      for (const auto& [loop, factor] : o.target.dimensions[0])
        rows += factor * (length(step.variables.at(loop), at) - 1);
    made.writes.push_back({o.target.state, place, rows});
    if (!step.reduced.empty()) made.reads.push_back(made.writes.back());
  }
  // What an earlier part of the program stored for this one.
  if (step.address && out_.tensors[externals_.at(&step).tensor].on_the_way) {
    const Interval whole{step.operation->external, static_cast<Number>(externals_.at(&step).tensor), 1};
    (o.writes_external ? made.writes : made.reads).push_back(whole);
  }
  calls_.push_back(std::move(made));
  return true;
}

// Brings about in `place` what the step gives.
bool Scheduler::emit(const Step& step, Number place, const Coordinates& at) {
  if (!step.reduced.empty()) return accumulated_.contains({owner_, place}) || accumulate({at});
  std::vector<Number> bases;
  for (const Step::Need& need : step.needs) {
    if (need.in_place) {
      if (!emit(*need.step, place, at)) return false;
      bases.push_back(place);
    } else {
      const auto base = fetch(need, at);
      if (!base) return false;
      bases.push_back(*base);
    }
  }
  return call(step, place, bases, at);
}

// A tile of a matrix that has nothing but its diagonal, beside that.
bool Scheduler::is_zero(const Coordinates& at) const {
  return std::ranges::any_of(planner_.diagonals(), [&](const auto& known) {
    const auto extra = at.find(known.second.extra), variable = at.find(known.second.variable);
    return extra != at.end() && variable != at.end() && extra->second != variable->second;
  });
}

// The sums of a group of output tiles, side by side, so that each operand that is fetched serves several.
bool Scheduler::accumulate(const std::vector<Coordinates>& group) {
  const Step& step = *accumulating_;
  Pool& pool = pools_.at(owner_);
  if (static_cast<Number>(group.size()) > pool.count) return fail("the group doesn't fit");
  std::vector<Number> places;
  for (const Coordinates& at : group) {
    Coordinates key;
    for (Number variable : pool.variables) key[variable] = at.at(variable);
    const auto slot = static_cast<size_t>(pool.next++ % pool.count);
    pool.used[slot] = true;
    pool.holds[slot] = key;
    places.push_back(pool.first + static_cast<Number>(slot) * pool.rows);
    if (step.initial && !emit(*step.initial, places.back(), at)) return false;
  }
  std::vector<Number> counts;
  for (Number variable : step.reduced) counts.push_back(tiles_of(variable));
  std::vector<bool> begun(group.size(), false);
  const bool done = for_all(counts, [&](const std::vector<Number>& k) {
    for (size_t n = 0; n < group.size(); ++n) {
      Coordinates at = group[n];
      for (size_t i = 0; i < k.size(); ++i) at[step.reduced[i]] = k[i];
      if (is_zero(at)) continue;
      std::vector<Number> bases;
      for (const Step::Need& need : step.needs) {
        const auto base = need.in_place ? std::optional(places[n]) : fetch(need, at);
        if (!base) return false;
        bases.push_back(*base);
      }
      if (!call(!begun[n] && step.first ? *step.first : step, places[n], bases, at)) return false;
      begun[n] = true;
    }
    return true;
  });
  for (Number place : places) accumulated_.insert({owner_, place});
  return done;
}

bool Scheduler::body() {
  std::vector<Number> counts, groups, variables;
  for (size_t i : choice_.order) {
    const Number variable = plan_.indices[i];
    variables.push_back(variable);
    groups.push_back(choice_.group.at(variable));
    counts.push_back((tiles_of(variable) + groups.back() - 1) / groups.back());
  }
  return for_all(counts, [&](const std::vector<Number>& outer) {
    std::vector<Coordinates> group;
    for_all(groups, [&](const std::vector<Number>& inner) {
      Coordinates at;
      for (size_t i = 0; i < variables.size(); ++i) at[variables[i]] = outer[i] * groups[i] + inner[i];
      if (std::ranges::all_of(at, [&](const auto& c) { return c.second < tiles_of(c.first); })) group.push_back(at);
      return true;
    });
    if (accumulating_ && !accumulate(group)) return false;
    return std::ranges::all_of(group, [&](const Coordinates& at) { return emit(*plan_.result, 0, at); });
  });
}

// Constants that operations want to find in a memory are loaded first: once, for all parts of a program.
bool Scheduler::table() {
  if (constants_.empty() || more_follows_) return true;
  const auto plan = planner_.plan_table(constants_state_, type_key(chip_.states[constants_state_].type),
                                        static_cast<Number>(constants_.size()));
  if (!plan || !plan->result->address)
    return fail(fmt::format("no operation brings constants into {}", chip_.states[constants_state_].name));
  const Number variable = plan->indices[0];
  table_length_ = plan->lengths.at(variable);
  choice_.tile[variable] = table_length_;
  if (!lay_out(*plan->result, false)) return false;
  std::vector<Word> words = std::move(out_.words);
  std::vector<Call> calls = std::move(calls_);
  out_.words.clear();
  calls_.clear();
  if (!call(*plan->result, 0, {}, {{variable, 0}})) return false;
  const size_t shift = out_.words.size();
  out_.words.insert(out_.words.end(), words.begin(), words.end());
  for (Call& one : calls) {
    one.begin += shift;
    one.end += shift;
    calls_.push_back(std::move(one));
  }
  return true;
}

bool Scheduler::finish() {
  for (const Operation& o : chip_.operations) {
    if (!o.last) continue;
    Call made{out_.words.size(), 0, {}, {}, 2};
    evaluator_.carry_out(o.by, {}, &out_.words);
    if (evaluator_.ended()) return fail(fmt::format("{} can't be issued: {}", o.name, evaluator_.outcome().why));
    made.end = out_.words.size();
    calls_.push_back(std::move(made));
  }
  return true;
}

Expected<Program> Scheduler::program(const Choice& choice) {
  choice_ = choice;
  out_ = before_;
  why_.clear();
  host_end_ = before_end_.value_or(kHostBegin);
  externals_.clear();
  pools_.clear();
  pool_order_.clear();
  accumulated_.clear();
  constants_ = before_constants_;
  calls_ = before_calls_;
  last_edges_.clear();
  constants_state_ = kNone;
  for (const KnownOperation& o : planner_.operations())
    if (o.declared->held_state != kNone) constants_state_ = o.declared->held_state;
  accumulating_ = find_accumulating(*plan_.result, nullptr);
  const bool done = pools(*plan_.result) && lay_out(*plan_.result, true) && share_memories() && body() && table() &&
                    (more_follows_ || finish());
  if (done && chip_.units.empty() && !more_follows_) drop_repeated();
  if (!done || (!chip_.units.empty() && !more_follows_ && !tokens())) return error_at({}, why_);
  cost();
  fold_diagonals();
  out_.choice = choice_;
  return std::move(out_);
}

std::vector<std::pair<Number, std::vector<Number>>> Scheduler::lengths() const {
  std::vector<std::pair<Number, std::vector<Number>>> lengths;
  for (const auto& [variable, all] : plan_.lengths) {
    std::vector<Number>& list = lengths.emplace_back(variable, std::vector<Number>{}).second;
    if (const auto fixed = plan_.tile.find(variable); fixed != plan_.tile.end())
      list = {fixed->second};
    else if (!plan_.tiled.contains(variable))
      list = {1};
    else if (plan_.whole.contains(variable))
      list = {all};
    else
      for (Number n = all; n >= 1; n = power_below(n)) list.push_back(n);
  }
  return lengths;
}

std::vector<std::map<Number, Number>> Scheduler::tiles() const {
  const auto lengths = this->lengths();
  std::vector<Number> counts;
  for (const auto& [variable, list] : lengths) counts.push_back(static_cast<Number>(list.size()));
  std::vector<std::map<Number, Number>> all;
  for_all(counts, [&](const std::vector<Number>& at) {
    std::map<Number, Number> one;
    for (size_t i = 0; i < at.size(); ++i) one[lengths[i].first] = lengths[i].second[static_cast<size_t>(at[i])];
    all.push_back(std::move(one));
    return all.size() < 20'000;
  });
  std::ranges::stable_sort(all, std::greater(), [](const auto& tile) {
    Number volume = 1;
    for (const auto& [variable, n] : tile) volume *= n;
    return volume;
  });
  return all;
}

}  // namespace portolan::mapping
