#include "emulate/simt/wave.h"

#include <algorithm>

#include "emulate/simt/block.h"

namespace portolan::simt {

void Block::make_waves(const Code& kernel) {
  const WaveCode& code = grid_.wave_code(kernel);
  const std::vector<uint64_t>& initial = grid_.compiled_code(kernel).initial;
  const uint32_t lanes = grid_.launch.lane_width;
  waves_.resize(warps_.size());
  for (uint32_t n = 0; n < waves_.size(); ++n) {
    Wave& wave = waves_[n];
    wave.code = &code;
    wave.micro = code.micros.data();
    wave.threads = warp(n);
    wave.words.resize(initial.size() * lanes);
    for (size_t place = 0; place < initial.size(); ++place)
      std::fill_n(wave.words.begin() + static_cast<ptrdiff_t>(place * lanes), lanes, initial[place]);
  }
}

bool Block::advance_wave(Wave& wave) {
  Machine machine;
  machine.words = wave.words.data();
  machine.stride = grid_.launch.lane_width;
  machine.thread = grid_.launch.descending ? &wave.threads.back() : &wave.threads.front();
  machine.function = machine.thread->frame().code->function;
  machine.block = this;
  machine.wave = &wave;
  for (const Micro* next = wave.micro; next != nullptr;) next = next->wave(*next, machine);
  return !ended_;
}

// False: a finding ended the run. Else the waves have ended, or are parted.
bool Block::run_waves() {
  for (;;) {
    bool ready = false;
    for (size_t n = 0; n < waves_.size(); ++n) {
      Wave& wave = waves_[grid_.launch.descending ? waves_.size() - 1 - n : n];
      if (wave.state != State::ready) continue;
      if (!advance_wave(wave)) return false;
      if (parted_) return true;
      ready |= wave.state == State::ready;
    }
    if (!ready && !open_barrier()) return true;
    if (parted_) return true;
  }
}

// All waves that have not ended wait. False: there are none.
bool Block::open_barrier() {
  const Micro* place = nullptr;
  uint64_t count = 0;
  for (const Wave& wave : waves_) {
    if (wave.state != State::waits) continue;
    if (place && wave.micro != place) return part_waves(), true;
    place = wave.micro;
    for (uint32_t lane = 0; lane < wave.threads.size(); ++lane) count += wave.words[place[-1].c + lane] != 0;
  }
  if (!place) return false;
  for (Wave& wave : waves_) {
    if (wave.state != State::waits) continue;
    wave.state = State::ready;
    std::fill_n(wave.words.begin() + place[-1].to, wave.threads.size(), count);
  }
  ++epoch_;
  return true;
}

// Each lane goes on as a thread of its own.
void Block::part_waves() {
  for (const Wave& wave : waves_) {
    const auto at = static_cast<uint32_t>(wave.micro - wave.code->micros.data());
    const bool waits = wave.state == State::waits;
    for (Thread& thread : wave.threads) {
      if (wave.state == State::done || thread.state == State::done) {
        thread.state = State::done;
      } else {
        thread.state = wave.state;
      }
      Frame& frame = thread.frames.front();
      const uint32_t lanes = grid_.launch.lane_width;
      frame.words.resize(frame.compiled->initial.size());
      for (size_t place = 0; place < frame.words.size(); ++place)
        frame.words[place] = wave.words[place * lanes + thread.lane];
      if (const auto found = wave.code->first_only.find(at); found != wave.code->first_only.end())
        for (uint32_t place : found->second) frame.words[place] = wave.words[place * lanes];
      frame.line = wave.line;
      const Micro* origins = frame.compiled->micros.data();
      frame.micro = waits ? origins + wave.code->origins[at - 1] + 1 : origins + wave.code->origins[at];
      if (!waits) continue;
      thread.waits_in = frame.code->function;
      thread.waits_for = frame.micro[-1].inst;
    }
  }
  waves_.clear();
  parted_ = true;
}

}  // namespace portolan::simt
