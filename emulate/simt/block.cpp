#include "emulate/simt/block.h"

#include <algorithm>

namespace portolan::simt {

constexpr size_t kMaxFindings = 100;

Block::Block(Grid& grid, Dimensions index, const Code& kernel)
    : grid_(grid),
      index_(index),
      shadow_(grid.launch.shared_bytes),
      local_bytes_(kernel.frame_bytes != 0 || grid.program.functions.size() > 1 ? grid.launch.local_bytes : 0) {
  const Launch& launch = grid.launch;
  shared_.name = "shared memory";
  shared_.bytes.resize(launch.shared_bytes);
  shared_.written.resize(launch.shared_bytes);
  if (launch.observer) shared_.marks.resize(launch.shared_bytes, kUnset);
  if (launch.prepare_shared) launch.prepare_shared(shared_);
  uint64_t count = launch.block.count();
  if (launch.whole_warps) count = (count + launch.lane_width - 1) / launch.lane_width * launch.lane_width;
  threads_.resize(count);
  warps_.resize((count + launch.lane_width - 1) / launch.lane_width);
  if (grid.compiled && launch.whole_warps) make_waves(kernel);
  for (uint64_t n = 0; n < count; ++n) {
    Thread& t = threads_[n];
    t.number = n;
    t.warp = static_cast<uint32_t>(n / launch.lane_width);
    t.lane = static_cast<uint32_t>(n % launch.lane_width);
    t.index = {static_cast<uint32_t>(n % launch.block.x), static_cast<uint32_t>(n / launch.block.x % launch.block.y),
               static_cast<uint32_t>(n / launch.block.x / launch.block.y)};
    t.random = n ^ (uint64_t{index.x} << 32) ^ launch.undefined_seed;
    t.local.name = "local memory";
    enter(t, kernel, {});
    if (!launch.prepare) continue;
    std::vector<APInt> slots = unset_slots(kernel);
    if (!launch.prepare(n, slots)) t.state = State::done;
    parted_ |= t.state == State::done;
    set_slots(t, std::move(slots));
    if (launch.observer && !launch.slot_marks.empty()) t.frames.front().slot_marks = launch.slot_marks;
  }
  if (parted_) part_waves();
}

std::vector<APInt> Block::slots_of(const Thread& thread) const {
  const Frame& frame = thread.frames.front();
  if (!frame.compiled) return frame.slots;
  const uint32_t stride = waves_.empty() ? 1 : grid_.launch.lane_width;
  const uint64_t* words = waves_.empty() ? frame.words.data() : waves_[thread.warp].words.data() + thread.lane;
  std::vector<APInt> slots;
  for (size_t s = 0; s < frame.code->slot_widths.size(); ++s)
    slots.push_back(value_at(words + frame.compiled->slots[s] * stride, frame.code->slot_widths[s], stride));
  return slots;
}

void Block::set_slots(Thread& thread, std::vector<APInt> slots) {
  Frame& frame = thread.frames.front();
  if (!frame.compiled) {
    frame.slots = std::move(slots);
    return;
  }
  const uint32_t stride = waves_.empty() ? 1 : grid_.launch.lane_width;
  uint64_t* words = waves_.empty() ? frame.words.data() : waves_[thread.warp].words.data() + thread.lane;
  for (size_t s = 0; s < slots.size(); ++s) put_value(words + frame.compiled->slots[s] * stride, slots[s], stride);
}

void Block::add(Finding finding) {
  std::vector<Finding>& all = grid_.outcome.findings;
  const bool known = std::any_of(all.begin(), all.end(), [&](const Finding& f) {
    return f.kind == finding.kind && f.line == finding.line && f.function == finding.function;
  });
  if (!known && all.size() < kMaxFindings) all.push_back(std::move(finding));
}

bool Block::fail(const Thread& thread, FindingKind kind, uint32_t line, std::string detail, uint64_t address) {
  if (ended_) return false;
  ended_ = true;
  Finding finding;
  finding.kind = kind;
  finding.line = line;
  if (!thread.frames.empty()) finding.function = thread.frames.back().code->function->name;
  finding.block = index_, finding.thread = thread.index;
  finding.address = address;
  finding.detail = std::move(detail);
  add(std::move(finding));
  return false;
}

void Block::find_race(const Thread& thread, uint32_t line, const Access& before, uint64_t address) {
  Finding finding;
  finding.kind = FindingKind::race;
  finding.line = line;
  finding.other_line = before.line;
  finding.function = thread.frames.back().code->function->name;
  finding.block = index_, finding.thread = thread.index;
  finding.address = address;
  finding.detail = "thread " + std::to_string(before.thread) + (before.write ? " wrote" : " read") + " the same bytes";
  add(std::move(finding));
}

bool Block::run() {
  const uint32_t warps =
      static_cast<uint32_t>((threads_.size() + grid_.launch.lane_width - 1) / grid_.launch.lane_width);
  const bool in_step = !waves_.empty();
  if (in_step && !run_waves()) return false;
  while (!in_step || parted_) {
    bool ready = false;
    for (size_t n = 0; n < threads_.size(); ++n) {
      Thread& t = threads_[grid_.launch.descending ? threads_.size() - 1 - n : n];
      if (t.state != State::ready) continue;
      if (!advance(t)) return false;
      ready |= t.state == State::ready;
    }
    bool progress = ready;
    for (uint32_t w = 0; w < warps; ++w) progress |= meet_lanes(w);
    // A lane that still runs might come to where others ask who is active.
    for (uint32_t w = 0; !progress && w < warps; ++w) progress |= meet_active(w);
    if (!progress) progress = meet_block();
    if (ended_) return false;
    if (progress) continue;
    if (std::any_of(threads_.begin(), threads_.end(), [](const Thread& t) { return t.state != State::done; }))
      return stuck();
    break;
  }
  if (grid_.launch.finished)
    for (const Thread& t : threads_) grid_.launch.finished(t.number, slots_of(t));
  if (grid_.launch.finished_shared) grid_.launch.finished_shared(shared_);
  return true;
}

}  // namespace portolan::simt
