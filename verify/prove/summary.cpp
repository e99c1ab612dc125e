#include "verify/prove/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

namespace portolan::prove {

Term value_at(terms::Pool& pool, const State& state, const Location& location) {
  if (location.slot != assembly::kNoSlot)
    return pool.extract(state.slots[location.slot], location.low, pool.width(location.variable));
  std::vector<Term> parts;
  for (unsigned n = 0; n < location.bytes; ++n) {
    const auto at = state.frame.find(location.offset + n);
    if (at == state.frame.end()) return {};
    parts.push_back(at->second);
  }
  return pool.join(parts);
}

// Sizes are bounded, because a fact that grows at every turn of a loop is none.
bool Summary::closed(Term t) const {
  if (const auto known = closed_.find(t.id); known != closed_.end()) return known->second;
  bool result = true;
  switch (pool_.kind(t)) {
    case terms::Kind::variable: {
      const std::string_view name = pool_.name(t);
      result = universal_.contains(t.id);
      for (const std::string_view address :
           {"&", "got:", "low:", "tls_offset:", "tls_got:", "tls_index:", "thread_pointer"})
        result |= name.starts_with(address);
      break;
    }
    case terms::Kind::memory:
      result = universal_.contains(t.id) || pool_.name(t) == kConstants;
      break;
    default:
      for (const Term o : pool_.operands(t))
        if (!closed(o)) {
          result = false;
          break;
        }
  }
  return closed_[t.id] = result;
}

// The upper half of a vector register is a matter of its own: only the lower one survives calls, say.
Term Summary::piece(Term slot, size_t n) {
  const unsigned width = std::min(64u, pool_.width(slot));
  return pool_.extract(slot, static_cast<unsigned>(n) * width, width);
}

bool Summary::merge(BlockId block, const Path& path) {
  const State& state = path.state;
  auto [at, first] = facts_.emplace(block, Facts{});
  Facts& facts = at->second;
  bool changed = first;
  if (first) {
    facts.slots.resize(state.slots.size());
    for (Slot s = 0; s < state.slots.size(); ++s) {
      facts.slots[s].resize(std::max(1u, pool_.width(state.slots[s]) / 64));
      for (size_t n = 0; n < facts.slots[s].size(); ++n)
        if (const Term value = piece(state.slots[s], n); side_.live(block, s) && closed(value))
          facts.slots[s][n] = value;
    }
    for (const auto& [offset, byte] : state.frame) facts.frame[offset] = closed(byte) ? byte : Term{};
    for (const Term condition : path.conditions)
      if (closed(condition)) facts.conditions.push_back(condition);
    return true;
  }
  changed |= std::erase_if(facts.conditions, [&](Term condition) {
               return std::find(path.conditions.begin(), path.conditions.end(), condition) == path.conditions.end();
             }) != 0;
  for (Slot s = 0; s < state.slots.size(); ++s)
    for (size_t n = 0; n < facts.slots[s].size(); ++n) {
      if (!facts.slots[s][n] || facts.slots[s][n] == piece(state.slots[s], n)) continue;
      facts.slots[s][n] = {};
      changed = true;
    }
  for (auto byte = facts.frame.begin(); byte != facts.frame.end();) {
    const auto now = state.frame.find(byte->first);
    if (now == state.frame.end()) {
      byte = facts.frame.erase(byte);
      changed = true;
      continue;
    }
    if (byte->second && byte->second != now->second) {
      byte->second = {};
      changed = true;
    }
    ++byte;
  }
  return changed;
}

State Summary::instantiate(BlockId block, std::vector<Location>& locations) {
  const Facts& facts = facts_.at(block);
  State state;
  state.memory = pool_.memory("memory");
  for (Slot s = 0; s < facts.slots.size(); ++s) {
    const assembly::SlotInfo info = side_.slot(s);
    std::vector<Term> pieces;
    for (size_t n = 0; n < facts.slots[s].size(); ++n) {
      const unsigned width = std::min(64u, info.width), low = static_cast<unsigned>(n) * width;
      const std::string name = n == 0 ? info.name : fmt::format("{}[{}..)", info.name, low);
      pieces.push_back(facts.slots[s][n]);
      if (pieces.back()) continue;
      pieces.back() = pool_.variable(fmt::format("{}:{}@{}", side_.prefix(), name, block), width);
      if (side_.live(block, s)) locations.push_back({s, low, 0, (width + 7) / 8, pieces.back(), true, name});
    }
    state.slots.push_back(pool_.join(pieces));
  }
  for (auto at = facts.frame.begin(); at != facts.frame.end();) {
    const int64_t offset = at->first;
    if (at->second) {
      state.frame[offset] = at->second;
      ++at;
      continue;
    }
    unsigned bytes = 8;
    auto whole = [&] {
      if (offset % static_cast<int64_t>(bytes) != 0 || executor_.falls_apart(offset, bytes)) return false;
      auto next = at;
      for (unsigned n = 0; n < bytes; ++n, ++next)
        if (next == facts.frame.end() || next->first != offset + n || next->second) return false;
      return true;
    };
    while (!whole()) bytes /= 2;
    const Term variable =
        pool_.variable(fmt::format("{}:frame{:+}:{}@{}", side_.prefix(), offset, bytes, block), 8 * bytes);
    locations.push_back({assembly::kNoSlot, 0, offset, bytes, variable, true, fmt::format("frame{:+}", offset)});
    for (unsigned n = 0; n < bytes; ++n, ++at) state.frame[offset + n] = pool_.extract(variable, 8 * n, 8);
  }
  return state;
}

std::optional<Failure> Summary::build(State entry, std::set<uint32_t> universal, const Limits& limits) {
  limits_ = limits;
  universal_ = std::move(universal);
  cuts_[0].state = std::move(entry);
  // What a way accesses of the frame may tell more of how earlier cut points should have divided it.
  do {
    facts_.clear();
    std::erase_if(cuts_, [](const auto& cut) { return cut.first != 0; });
    if (auto failure = follow_all(limits)) return failure;
  } while (any_falls_apart());
  for (const auto& [block, cut] : cuts_)
    for (const Path& path : cut.paths)
      if (path.end == End::cut) note_held(path);
  return executor_.failure();
}

bool Summary::any_falls_apart() const {
  return std::any_of(cuts_.begin(), cuts_.end(), [&](const auto& cut) {
    return std::any_of(cut.second.locations.begin(), cut.second.locations.end(), [&](const Location& l) {
      return l.slot == assembly::kNoSlot && executor_.falls_apart(l.offset, l.bytes);
    });
  });
}

std::optional<Failure> Summary::follow_all(const Limits& limits) {
  std::deque<BlockId> work = {0};
  while (!work.empty()) {
    const BlockId block = work.front();
    work.pop_front();
    CutPoint& cut = cuts_[block];
    if (block != 0) {
      cut.locations.clear();
      cut.state = instantiate(block, cut.locations);
      cut.conditions = facts_.at(block).conditions;
    }
    cut.paths = executor_.run(block, cut.state, limits, cut.conditions);
    if (executor_.failure()) return executor_.failure();
    for (const Path& path : cut.paths) {
      if (path.end != End::cut || !merge(path.block, path)) continue;
      if (std::find(work.begin(), work.end(), path.block) == work.end()) work.push_back(path.block);
    }
  }
  return std::nullopt;
}

// Behind the cut point nobody sees what these are made of.
void Summary::note_held(const Path& path) {
  const Facts& facts = facts_.at(path.block);
  const State& state = path.state;
  for (Slot s = 0; s < state.slots.size(); ++s)
    for (size_t n = 0; n < facts.slots[s].size(); ++n)
      if (!facts.slots[s][n] && side_.live(path.block, s)) executor_.note_held(piece(state.slots[s], n));
  for (const auto& [offset, byte] : state.frame) {
    const auto fact = facts.frame.find(offset);
    if (fact == facts.frame.end() || !fact->second) executor_.note_held(byte);
  }
}

std::set<BlockId> Summary::idle_loops() const {
  std::set<BlockId> idle;
  for (const auto& [block, from] : side_.back_edges()) idle.insert(block);
  for (const auto& [start, cut] : cuts_)
    for (const Path& path : cut.paths) {
      if (path.end != End::cut || !idle.contains(path.block)) continue;
      const std::set<BlockId>& back = side_.back_edges().at(path.block);
      if (std::any_of(back.begin(), back.end(), [&](BlockId b) { return path.blocks.contains(b); }))
        idle.erase(path.block);
    }
  return idle;
}

std::optional<Failure> Summary::build_bounded(State entry, const Limits& limits) {
  CutPoint& cut = cuts_[0];
  cut.state = std::move(entry);
  cut.paths = executor_.run(0, cut.state, limits);
  return executor_.failure();
}

}  // namespace portolan::prove
