#include "emulate/simt/wave_code.h"

#include <algorithm>

#include "emulate/simt/steps.h"

namespace portolan::simt {

using ir::Op;

StepMaker::StepMaker(const Compiled& compiled, const std::vector<BlockFacts>& facts, uint32_t lanes, bool keep_slots)
    : compiled_(compiled),
      f_(*compiled.code->function),
      facts_(facts),
      lanes_(lanes),
      keep_slots_(keep_slots),
      blocks_(f_.blocks.size()),
      block_of_(compiled.micros.size()),
      preds_(f_.blocks.size()),
      written_(compiled.initial.size()),
      apart_(f_.blocks.size()),
      result_(std::make_unique<WaveCode>()),
      new_at_(compiled.micros.size()),
      land_(compiled.micros.size(), UINT32_MAX) {
  const std::vector<Micro>& micros = compiled.micros;
  uint32_t block = 0;
  for (size_t at = 0; at < micros.size(); ++at) {
    if (micros[at].run == Steps::begin) {
      block = micros[at].to;
      blocks_[block].begin = at;
    }
    block_of_[at] = block;
    blocks_[block].end = at + 1;
  }
  for (uint32_t b = 0; b < blocks_.size(); ++b)
    for (size_t at = blocks_[b].begin; at < blocks_[b].end; ++at) {
      if (micros[at].run != Steps::jump) continue;
      blocks_[b].next.push_back(target(at));
      ++preds_[target(at)];
    }
}

uint32_t StepMaker::target(size_t jump) const {
  return block_of_[jump + static_cast<size_t>(static_cast<int32_t>(compiled_.micros[jump].low))];
}

Uses StepMaker::uses_of(const Micro& m) const {
  Uses uses;
  auto listed = [&](const auto& values) {
    for (size_t n = 0; n < m.low; ++n) uses.reads.push_back({compiled_.lists[m.a + n], words_of(f_.width(values[n]))});
  };
  if (m.run == Steps::move_word) {
    uses.reads.push_back({m.a, 1});
    uses.write = {m.to, 1};
  } else if (m.run == Steps::branch || m.run == Steps::skip) {
    uses.reads.push_back({m.a, 1});
  } else if (m.run == Steps::choose) {
    uses.reads.push_back({m.a, words_of(m.from)});
  } else if (m.run == Steps::give_back) {
    listed(f_.blocks[m.to].terminator.operands);
    for (size_t s = 0; s < compiled_.slots.size() && keep_slots_; ++s)
      if (compiled_.slots[s] != kNoPlace)
        uses.reads.push_back({compiled_.slots[s], words_of(compiled_.code->slot_widths[s])});
  } else if (m.inst) {
    const uint32_t places[] = {m.a, m.b, m.c};
    if (m.inst->op == Op::call) listed(m.inst->operands);
    for (size_t n = 0; n < std::min<size_t>(3, m.inst->operands.size()) && m.inst->op != Op::call; ++n)
      uses.reads.push_back({places[n], words_of(f_.width(m.inst->operands[n]))});
    if (m.inst->width != 0) uses.write = {m.to, words_of(m.inst->width)};
  }
  return uses;
}

// What is read at a block's start or later, before it is written.
void StepMaker::find_live() {
  const size_t count = compiled_.initial.size();
  for (OfBlock& block : blocks_) {
    block.read = block.written = block.live = block.varying = Places(count);
    size_t maybe = 0;  // what is written before this is not written in every case
    for (size_t at = block.begin; at < block.end; ++at) {
      const Micro& m = compiled_.micros[at];
      const Uses uses = uses_of(m);
      for (const auto& [place, words] : uses.reads)
        for (uint32_t n = 0; n < words; ++n)
          if (!block.written.has(place + n)) block.read.add(place + n);
      if (m.run == Steps::skip) maybe = at + m.low;
      if (m.run == Steps::branch || m.run == Steps::choose) maybe = block.end;
      if (!uses.write) continue;
      for (uint32_t n = 0; n < uses.write->second; ++n) {
        written_.add(uses.write->first + n);
        if (at >= maybe) block.written.add(uses.write->first + n);
      }
    }
    block.live = block.read;
  }
  const Places none(count);
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t b = blocks_.size(); b-- > 0;)
      for (uint32_t next : blocks_[b].next) {
        changed |= blocks_[b].live.grow(blocks_[next].live.replaced(blocks_[b].written, none));
      }
  }
}

// From a branch whose second edge leads to where all that take the first come too, without meeting anybody before.
std::optional<StepMaker::Region> StepMaker::region_behind(uint32_t block) const {
  constexpr size_t kMostBlocks = 16;
  const std::vector<uint32_t>& next = blocks_[block].next;
  if (next.size() != 2 || next[0] == next[1]) return std::nullopt;
  Region region;
  region.after = next[1];
  region.blocks.push_back(next[0]);
  auto inside = [&](uint32_t b) {
    return std::find(region.blocks.begin(), region.blocks.end(), b) != region.blocks.end();
  };
  std::unordered_map<uint32_t, uint32_t> entries = {{next[0], 1}};
  for (size_t n = 0; n < region.blocks.size(); ++n) {
    const OfBlock& b = blocks_[region.blocks[n]];
    for (uint32_t to : b.next) {
      ++entries[to];
      if (to == region.after || inside(to)) continue;
      if (to == block || region.blocks.size() == kMostBlocks) return std::nullopt;
      region.blocks.push_back(to);
    }
    const BlockFacts& facts = facts_[region.blocks[n]];
    if (!facts.empty && (facts.first_line != facts_[block].last_line || facts.lines != 0)) return std::nullopt;
    for (size_t at = b.begin; at < b.end; ++at) {
      const Handler run = compiled_.micros[at].run;
      if (run == Steps::meet || run == Steps::call || run == Steps::give_back || run == Steps::choose ||
          run == Steps::fence)
        return std::nullopt;
    }
  }
  if (facts_[block].empty) return std::nullopt;
  for (uint32_t b : region.blocks)
    if (entries[b] != preds_[b]) return std::nullopt;
  return region;
}

// Whether what it gives may differ between lanes that all do it.
bool StepMaker::varies(const Micro& m, const Uses& uses, const Places& varying) const {
  auto reads_varying = [&](size_t n) {
    const auto& [place, words] = uses.reads[n];
    for (uint32_t w = 0; w < words; ++w)
      if (varying.has(place + w)) return true;
    return false;
  };
  if (m.inst) switch (m.inst->op) {
      case Op::identity:
        return m.inst->which == ir::Identity::lane || m.inst->which == ir::Identity::thread_x ||
               m.inst->which == ir::Identity::thread_y || m.inst->which == ir::Identity::thread_z;
      case Op::lane_ballot:
      case Op::block_barrier:
        return false;
      case Op::lane_read:
        return reads_varying(2);
      case Op::load:
        if (compiled_.code->frame_bytes != 0) return true;
        break;
      case Op::undef:
      case Op::atomic_rmw:
      case Op::atomic_cas:
      case Op::active_lanes:
      case Op::lane_match:
      case Op::lane_reduce:
      case Op::call:
        return true;
      default:
        break;
    }
  for (size_t n = 0; n < uses.reads.size(); ++n)
    if (reads_varying(n)) return true;
  return false;
}

// What varies at the start of the blocks behind it. Whether any of them has more now.
bool StepMaker::flow(uint32_t id) {
  const OfBlock& block = blocks_[id];
  Places varying = block.varying, at_branch;
  size_t skipped = 0, second_edge = 0;
  bool by_varying = false, changed = false;
  for (size_t at = block.begin; at < block.end; ++at) {
    const Micro& m = compiled_.micros[at];
    if (at == second_edge) varying = at_branch;
    const Uses uses = uses_of(m);
    if (m.run == Steps::skip) skipped = at + m.low, by_varying = varying.has(m.a);
    if (m.run == Steps::branch) {
      at_branch = varying, second_edge = at + m.low;
      if (varying.has(m.a) && !apart_[id] && !regions_.contains(at))
        if (auto region = region_behind(id)) {
          for (uint32_t b : region->blocks) apart_[b] = true;
          regions_[at] = *std::move(region);
          changed = true;
        }
    }
    if (m.run == Steps::jump) {
      OfBlock& next = blocks_[target(at)];
      changed |= next.varying.grow(varying, next.live);
    }
    if (!uses.write) continue;
    const bool given = apart_[id] || varies(m, uses, varying);
    for (uint32_t n = 0; n < uses.write->second; ++n) {
      const uint32_t place = uses.write->first + n;
      varying.set(place, given || (at < skipped && (by_varying || varying.has(place))));
    }
  }
  return changed;
}

void StepMaker::find_varying() {
  if (keep_slots_)  // somebody sets them before
    for (size_t s = 0; s < compiled_.slots.size(); ++s)
      for (uint32_t n = 0; n < words_of(compiled_.code->slot_widths[s]) && compiled_.slots[s] != kNoPlace; ++n)
        blocks_[0].varying.add(compiled_.slots[s] + n);
  for (bool changed = true; changed;) {
    changed = false;
    for (uint32_t b = 0; b < blocks_.size(); ++b) changed |= flow(b);
  }
}

std::unique_ptr<WaveCode> StepMaker::run() {
  find_live();
  find_varying();
  for (uint32_t b = 0; b < blocks_.size(); ++b) translate(b);
  // Distances: things were put in between.
  const std::vector<Micro>& old = compiled_.micros;
  for (size_t at = 0; at < old.size(); ++at) {
    Micro& m = result_->micros[new_at_[at]];
    const Handler run = old[at].run;
    if (run == Steps::skip || run == Steps::branch || run == Steps::jump)
      m.low = land_[at + static_cast<size_t>(static_cast<int32_t>(old[at].low))] - new_at_[at];
    if (const auto region = regions_.find(at); region != regions_.end())
      m.b = new_at_[blocks_[region->second.after].begin] - new_at_[at];
  }
  return std::move(result_);
}

std::unique_ptr<WaveCode> put_in_step(const Compiled& compiled, const std::vector<BlockFacts>& facts, uint32_t lanes,
                                      bool keep_slots) {
  return StepMaker(compiled, facts, lanes, keep_slots).run();
}

}  // namespace portolan::simt
