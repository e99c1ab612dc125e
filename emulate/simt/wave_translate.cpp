// The second half of StepMaker: micro-operations in their new order.
#include <algorithm>

#include "emulate/simt/steps.h"
#include "emulate/simt/wave_code.h"

namespace portolan::simt {

using ir::Op;

void StepMaker::emit(Micro m, size_t at) {
  new_at_[at] = static_cast<uint32_t>(result_->micros.size());
  land_[at] = std::min(land_[at], new_at_[at]);
  result_->micros.push_back(m);
  result_->origins.push_back(static_cast<uint32_t>(at));
}

// Before the micro-operation at `at`, if it has to be.
void StepMaker::spread(uint32_t place, size_t at) {
  if (!first_only_.has(place)) return;
  first_only_.remove(place);
  Micro m;
  m.run = m.wave = WaveSteps::spread;
  m.to = place * lanes_;
  emit(m, at);
}

void StepMaker::spread_reads(const Uses& uses, size_t at) {
  for (const auto& [place, words] : uses.reads)
    for (uint32_t n = 0; n < words; ++n) spread(place + n, at);
}

void StepMaker::may_part() {
  std::vector<uint32_t>& all = result_->first_only[static_cast<uint32_t>(result_->micros.size())];
  first_only_.for_each([&](uint32_t place) { all.push_back(place); });
}

namespace {

Micro scaled(Micro m, uint32_t lanes) {
  m.to *= lanes, m.a *= lanes, m.b *= lanes, m.c *= lanes;
  return m;
}

}  // namespace

// What computes, moves or accesses memory. `by_all`: even if all lanes compute the same.
void StepMaker::data(size_t at, bool by_all) {
  const Micro& old = compiled_.micros[at];
  const Uses uses = uses_of(old);
  Micro m = scaled(old, lanes_);
  const bool once = !by_all && uses.write && !varies(old, uses, varying_);
  m.wave = WaveSteps::of(old.run, old, lanes_, f_);
  if (once && m.inst && m.inst->op == Op::load) {
    m.wave = WaveSteps::load_once;
    may_part();
  } else if (once) {
    m.wave = m.run;
  } else {
    spread_reads(uses, at);
  }
  emit(m, at);
  if (!uses.write) return;
  for (uint32_t n = 0; n < uses.write->second; ++n) first_only_.set(uses.write->first + n, once);
}

// What is read behind it is given to all lanes before, what is written too: some may keep what they have.
void StepMaker::skip(size_t at) {
  const Micro& old = compiled_.micros[at];
  skipped_ = at + old.low;
  for (size_t n = at; n < skipped_; ++n) {
    const Uses uses = uses_of(compiled_.micros[n]);
    spread_reads(uses, at);
    for (uint32_t w = 0; uses.write && w < uses.write->second; ++w) spread(uses.write->first + w, at);
  }
  Micro m = old;
  m.a *= lanes_;
  m.wave = WaveSteps::skip;
  emit(m, at);
}

// How many computations at the beginning of what is done apart change nothing for the other lanes.
uint32_t StepMaker::count_first(const Region& region) const {
  const OfBlock &first = blocks_[region.blocks[0]], &after = blocks_[region.after];
  uint32_t count = 0;
  for (size_t at = first.begin + 1; at < first.end; ++at, ++count) {
    const Micro& m = compiled_.micros[at];
    if (m.run != Steps::move_word && !m.wave) break;
    const Uses uses = uses_of(m);
    for (uint32_t n = 0; n < uses.write->second; ++n)
      if (after.live.has(uses.write->first + n)) return count;
  }
  return count;
}

void StepMaker::go_apart(Micro m, const Region& region, size_t at) {
  auto prepare = [&](size_t from, size_t to) {
    for (size_t n = from; n < to; ++n) {
      const Uses uses = uses_of(compiled_.micros[n]);
      spread_reads(uses, at);
      for (uint32_t w = 0; uses.write && w < uses.write->second; ++w) spread(uses.write->first + w, at);
    }
  };
  prepare(at, blocks_[block_of_[at]].end);
  for (uint32_t b : region.blocks) prepare(blocks_[b].begin, blocks_[b].end);
  Places there = blocks_[region.after].varying;
  for (uint32_t b : region.blocks) there.grow(blocks_[b].varying);
  there.for_each([&](uint32_t place) { spread(place, at); });
  m.wave = WaveSteps::branch_apart;
  m.c = compiled_.micros[at + 1].run == Steps::jump ? 1 + count_first(region) : 0;
  m.to = compiled_.micros[at + m.low].run == Steps::jump;
  emit(m, at);
}

void StepMaker::branch(uint32_t block, size_t at) {
  Micro m = compiled_.micros[at];
  const bool varying = varying_.has(m.a);
  m.a *= lanes_;
  if (const auto region = regions_.find(at); region != regions_.end() && !apart_[block])
    return go_apart(m, region->second, at);
  m.wave = varying ? WaveSteps::branch_together : m.run;
  may_part();
  emit(m, at);
}

void StepMaker::jump(size_t at) {
  blocks_[target(at)].varying.for_each([&](uint32_t place) { spread(place, at); });
  Micro m = compiled_.micros[at];
  m.wave = m.run;
  emit(m, at);
}

// Its results are those of the whole wave, and a wave may be parted behind it.
void StepMaker::meet(size_t at) {
  const Micro& old = compiled_.micros[at];
  Micro m = scaled(old, lanes_);
  m.wave = WaveSteps::of(old.run, old, lanes_, f_);
  bool alike = m.inst->op == Op::lane_ballot;
  if (m.wave == WaveSteps::part) {
    may_part();
  } else {
    const Uses uses = uses_of(old);
    alike |= m.inst->op == Op::lane_read && !varies(old, uses, varying_);
    if (m.inst->op == Op::lane_read) m.low = alike;
    for (uint32_t n = 1; n < uses.reads.size(); ++n)
      for (uint32_t w = 0; w < uses.reads[n].second && !(n == 2 && alike); ++w) spread(uses.reads[n].first + w, at);
  }
  emit(m, at);
  for (uint32_t n = 0; n < words_of(m.inst->width); ++n) first_only_.set(old.to + n, alike);
  may_part();
}

void StepMaker::translate(uint32_t id) {
  const OfBlock& block = blocks_[id];
  varying_ = block.varying;
  const Places none(compiled_.initial.size());
  first_only_ = none;
  if (!apart_[id]) first_only_.grow(block.live, written_);
  block.varying.for_each([&](uint32_t place) { first_only_.remove(place); });
  Places at_branch = none, first_at_branch = none;
  size_t second_edge = 0;
  skipped_ = 0;
  for (size_t at = block.begin; at < block.end; ++at) {
    const Micro& m = compiled_.micros[at];
    if (at == second_edge) varying_ = at_branch, first_only_ = first_at_branch;
    if (m.run == Steps::begin) {
      Micro begin = m;
      begin.run = WaveSteps::begin_of_lane, begin.wave = WaveSteps::begin;
      may_part();
      emit(begin, at);
    } else if (m.run == Steps::skip) {
      skipped_by_varying_ = varying_.has(m.a);
      skip(at);
    } else if (m.run == Steps::branch) {
      branch(id, at);
      at_branch = varying_, first_at_branch = first_only_, second_edge = at + m.low;
    } else if (m.run == Steps::jump) {
      jump(at);
    } else if (m.run == Steps::meet) {
      meet(at);
    } else if (m.run == Steps::call || m.run == Steps::choose || m.run == Steps::give_back || m.run == Steps::fence ||
               m.run == Steps::stop || m.run == Steps::refuse) {
      if (m.run == Steps::give_back) spread_reads(uses_of(m), at);
      Micro one = m;
      one.wave = WaveSteps::of(m.run, m, lanes_, f_);
      may_part();
      emit(one, at);
    } else {
      data(at, apart_[id] || at < skipped_);
    }
    const Uses uses = uses_of(m);
    if (!uses.write) continue;
    const bool given = apart_[id] || varies(m, uses, varying_);
    for (uint32_t n = 0; n < uses.write->second; ++n) {
      const uint32_t place = uses.write->first + n;
      varying_.set(place, given || (at < skipped_ && (skipped_by_varying_ || varying_.has(place))));
    }
  }
}

}  // namespace portolan::simt
