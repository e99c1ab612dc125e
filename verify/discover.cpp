// What a function takes for pointers, found by giving it addresses that are not mapped and seeing where it faults.
#include "emulate/layout.h"
#include "verify/bench.h"

namespace portolan::verify {
namespace {

using Numbers = Filling::Numbers;

constexpr size_t kMostBuffers = 14;
constexpr unsigned kMostRuns = 80, kMostRunsForWords = 160;
constexpr int kTries = 4;
constexpr uint32_t kMostWords = 12;  // of each buffer that are looked at one by one
constexpr size_t kMostGlobals = 16;
constexpr uint32_t kLargestBuffer = 4096;     // of those that a loop runs through
constexpr uint32_t kLargestObject = 1 << 19;  // of those with members far from the beginning

constexpr uint64_t kBehindMember = 64;
constexpr int kLongestList = 3;

class Discovery {
 public:
  Discovery(Bench& bench, const Boundary& boundary, Random& random, FairClock::time_point latest)
      : bench_(bench), boundary_(boundary), random_(random), latest_(latest) {}

  Shape run();

 private:
  Shape with_globals(Filling filling);
  void parameters_one_by_one(Filling filling);
  void words_one_by_one(Filling filling);
  bool probe(const Filling& filling, bool may_grow);
  void follow(Filling filling, bool may_grow);
  bool ends_list(const Slot& slot) const;
  bool learn(const emulate::Outcome& outcome, const Input& input, bool may_grow);

  Bench& bench_;
  const Boundary& boundary_;
  Random& random_;
  FairClock::time_point latest_;
  Shape shape_;
  std::vector<Slot> origins_;  // of the buffers: where the first pointer to each stands
  unsigned runs_ = 0;
};

uint32_t* slot_in(std::vector<uint32_t>& slots, uint32_t index, uint64_t bytes) {
  const uint32_t slot = slot_of_index(index, bytes / 8);
  return slot < slots.size() ? &slots[slot] : nullptr;
}

// The same word of one object after the other: a list, or a branch of a tree.
bool Discovery::ends_list(const Slot& slot) const {
  int length = 0;
  for (Slot at = slot; at.buffer >= 0 && at.buffer < Slot::kFirstGlobal && at.index == slot.index; ++length)
    at = origins_[static_cast<size_t>(at.buffer)];
  return length >= kLongestList;
}

bool Discovery::learn(const emulate::Outcome& outcome, const Input& input, bool may_grow) {
  if (outcome.ending != emulate::Ending::trapped || outcome.trap.kind != emulate::TrapKind::segmentation) return false;
  Slot slot;
  if (slot_of_tag(outcome.trap.address, slot)) {
    if (shape_.buffers.size() >= kMostBuffers) return false;
    uint32_t* place = nullptr;
    if (slot.buffer < 0 && slot.index < shape_.parameters.size()) place = &shape_.parameters[slot.index];
    if (slot.buffer >= Slot::kFirstGlobal) {
      const size_t global = slot.buffer - Slot::kFirstGlobal;
      if (global < shape_.globals.size())
        place = slot_in(shape_.globals[global].slots, slot.index, shape_.globals[global].bytes.size());
    } else if (slot.buffer >= 0 && static_cast<size_t>(slot.buffer) < shape_.buffers.size()) {
      Shape::Buffer& buffer = shape_.buffers[slot.buffer];
      place = slot_in(buffer.slots, slot.index, buffer.size);
    }
    if (place == nullptr || *place != Shape::kNumber) return false;
    if (ends_list(slot)) {
      *place = Shape::kNull;
      return true;
    }
    *place = static_cast<uint32_t>(shape_.buffers.size());
    shape_.buffers.emplace_back();
    origins_.push_back(slot);
    return true;
  }
  // Just past the end of a buffer: perhaps it is larger.
  for (size_t n = 0; may_grow && n < input.regions.size() && n < shape_.buffers.size(); ++n) {
    Shape::Buffer& buffer = shape_.buffers[n];
    const uint64_t begin = input.regions[n].address, end = begin + buffer.size;
    // A library function runs through what it was told to, other loops perhaps through what never ends. It says where
    // it began.
    const bool library = emulate::is_stub(outcome.state.pc);
    if (outcome.trap.address < (library ? begin : end)) continue;
    const uint64_t beyond = outcome.trap.address < end ? 0 : outcome.trap.address - end;
    const bool member = beyond >= 64 || library;
    const uint32_t largest = member ? kLargestObject : kLargestBuffer;
    if (beyond >= largest || buffer.size >= largest) continue;
    const uint64_t needed = outcome.trap.address - begin + kBehindMember;
    do buffer.size *= 4;
    while (member && buffer.size < kLargestBuffer * 4 && needed > buffer.size);
    if (member && needed > buffer.size) buffer.size = static_cast<uint32_t>(emulate::page_ceil(needed));
    buffer.slots.resize(buffer.size / 8, Shape::kNumber);
    return true;
  }
  return false;
}

// Whether something new was seen.
bool Discovery::probe(const Filling& filling, bool may_grow) {
  ++runs_;
  const Input input = make_input(boundary_, shape_, filling, random_);
  const auto outcome = bench_.probe(boundary_, input);
  return outcome && learn(*outcome, input, may_grow);
}

void Discovery::follow(Filling filling, bool may_grow) {
  while (runs_ < kMostRuns && FairClock::now() < latest_)
    if (!probe(filling, may_grow)) return;
}

// An array whose index stands beside its address: where all words are tags the index leads anywhere, where all are
// numbers the address does.
void Discovery::words_one_by_one(Filling filling) {
  filling.parameters = filling.words = Numbers::small;
  filling.tagged_parameter = -1;
  runs_ = 0;
  for (size_t b = 0; b < shape_.buffers.size(); ++b)
    for (uint32_t w = 0; w < std::min<size_t>(kMostWords, shape_.buffers[b].slots.size()); ++w) {
      filling.tagged_buffer = static_cast<int>(b);
      filling.tagged_word = w;
      for (int tries = 0; tries < kTries && shape_.buffers[b].slots[w] == Shape::kNumber; ++tries) {
        if (runs_ >= kMostRunsForWords || FairClock::now() > latest_) return;
        while (probe(filling, true) && shape_.buffers[b].slots[w] == Shape::kNumber && runs_ < kMostRunsForWords) {
        }
      }
    }
}

Shape Discovery::run() {
  bool candidates = false;
  shape_.globals = bench_.globals();
  for (const BoundaryValue& p : boundary_.parameters) {
    // The place for a result is a pointer, whatever else.
    const bool address = p.kind == BoundaryValue::Kind::result_address;
    shape_.parameters.push_back(address ? static_cast<uint32_t>(shape_.buffers.size()) : Shape::kNumber);
    if (address) {
      shape_.buffers.emplace_back();
      origins_.push_back({-1, static_cast<uint32_t>(shape_.parameters.size() - 1)});
    }
    candidates |= p.kind == BoundaryValue::Kind::integer && p.bits == 64;
  }
  Filling filling;
  if (!candidates) return with_globals(filling);
  filling.words = Numbers::tag;
  filling.parameters = Numbers::tag;
  follow(filling, false);
  filling.parameters = Numbers::small;
  for (int n = 0; n < 3; ++n) follow(filling, true);
  parameters_one_by_one(filling);
  const size_t found = shape_.buffers.size();
  words_one_by_one(filling);
  if (shape_.buffers.size() != found) parameters_one_by_one(filling);
  return with_globals(filling);
}

// Whether one is followed may depend on all the numbers beside it, so each has several tries.
void Discovery::parameters_one_by_one(Filling filling) {
  runs_ = 0;
  for (int tries = 0; tries < kTries; ++tries) {
    filling.parameters = tries % 2 == 0 ? Numbers::small : Numbers::related;
    for (size_t p = 0; p < shape_.parameters.size() && p < 8; ++p) {
      if (shape_.parameters[p] != Shape::kNumber || boundary_.parameters[p].bits < 64) continue;
      filling.tagged_parameter = static_cast<int>(p);
      for (const Numbers words : {Numbers::tag, Numbers::small}) {
        filling.words = words;
        follow(filling, false);
      }
    }
  }
}

// One object at a time: where a number among them is a tag, little of the function may run.
Shape Discovery::with_globals(Filling filling) {
  filling.parameters = filling.words = Numbers::small;
  filling.tagged_parameter = -1;
  runs_ = 0;
  for (size_t g = 0; g < shape_.globals.size() && g < kMostGlobals; ++g) {
    if (shape_.globals[g].bytes.size() < 8) continue;
    filling.tagged_global = static_cast<int>(g);
    follow(filling, true);
  }
  return shape_;
}

}  // namespace

Shape discover(Bench& bench, const Boundary& boundary, Random& random, FairClock::time_point latest) {
  return Discovery(bench, boundary, random, latest).run();
}

}  // namespace portolan::verify
