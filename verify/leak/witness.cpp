#include "verify/leak/witness.h"

#include <algorithm>

#include "frontends/lifters.h"

namespace portolan::leak {
namespace {

using emulate::Event;
using emulate::Outcome;
using verify::Filling;
using verify::Input;
using verify::Random;
using Numbers = Filling::Numbers;

constexpr uint64_t kMostInstructions = 100'000;
constexpr verify::Rubbish kRubbish{1, 0xa5};
constexpr Filling kFillings[] = {
    {Numbers::small, Numbers::small, -1, false},       {Numbers::small, Numbers::random, -1, false},
    {Numbers::random, Numbers::random, -1, false},     {Numbers::small, Numbers::zero, -1, false},
    {Numbers::boundary, Numbers::boundary, -1, false}, {Numbers::small, Numbers::text, -1, false},
};

bool shows_operands(Isa isa, unsigned opcode) {
  const assembly::Row* row = frontends::lifter(isa).rows().find(opcode);
  return row != nullptr &&
         latency_of(isa, assembly::McTarget::get(isa).opcode_name(opcode), row->mnemonic) == Latency::variable;
}

uint64_t narrowed(uint64_t value, const verify::BoundaryValue& parameter) {
  if (parameter.bits >= 64) return value;
  const unsigned unused = 64 - parameter.bits;
  const uint64_t up = value << unused;
  return parameter.is_signed ? static_cast<uint64_t>(static_cast<int64_t>(up) >> unused) : up >> unused;
}

// Another value: close to the old one, or small, or like something that it may be compared with.
uint64_t varied(uint64_t old, const Input& input, Random& random) {
  switch (random.below(6)) {
    case 0:
      return old ^ uint64_t { 1 } << random.below(64);
    case 1:
      return random.below(17);
    case 2:
      return random.next() >> random.below(64);
    case 3:
      return old + random.below(3) - 1;
    case 4:
      return -old;
    default:
      return input.values[random.below(input.values.size())][0];
  }
}

emulate::Region* region_at(Input& input, uint64_t address) {
  for (emulate::Region& r : input.regions)
    if (address >= r.address && address - r.address < r.bytes.size()) return &r;
  return nullptr;
}

// Words that are addresses of buffers stay, whatever else of the buffer is secret.
bool is_pointer(const Input& input, const emulate::Region& region, size_t word) {
  uint64_t value = 0;
  std::copy_n(region.bytes.data() + 8 * word, 8, reinterpret_cast<uint8_t*>(&value));
  return std::any_of(input.regions.begin(), input.regions.end(), [&](const emulate::Region& r) {
    return value >= r.address && value - r.address <= r.bytes.size();
  });
}

void vary_buffer(Input& input, uint64_t address, Random& random) {
  emulate::Region* region = region_at(input, address);
  if (region == nullptr) return;
  const emulate::Region* other = &input.regions[random.below(input.regions.size())];
  const uint64_t how = random.below(4), one = random.below(std::min<size_t>(region->bytes.size(), 64));
  for (size_t n = address - region->address; n < region->bytes.size(); ++n) {
    if (is_pointer(input, *region, n / 8)) continue;
    uint8_t& byte = region->bytes[n];
    if (how == 0 && n < other->bytes.size()) byte = other->bytes[n];
    if (how == 1 && n == one) byte ^= static_cast<uint8_t>(1u << random.below(8));
    if (how == 2) byte = static_cast<uint8_t>(random.next());
    if (how == 3 && n >= one) byte = static_cast<uint8_t>(random.below(4));
  }
}

}  // namespace

struct WitnessSearch::State {
  std::unique_ptr<verify::Bench> bench;
  std::unique_ptr<verify::Side> recorder;  // the engine that tells what it does
  std::unique_ptr<verify::Side> other;     // the processor, or its emulator

  // Nothing: the run says nothing (it traps, or takes too long).
  std::optional<std::vector<Event>> events(const verify::Boundary& boundary, const Input& input) {
    emulate::Recording recording;
    recording.shows_operands = shows_operands;
    emulate::Request request = recorder->request(boundary, input, kRubbish);
    request.limits.instructions = kMostInstructions;
    request.recording = &recording;
    auto outcome = recorder->run({&request, 1});
    if (!outcome || outcome->front().ending != emulate::Ending::returned || !recording.complete) return std::nullopt;
    return std::move(recording.events);
  }
  std::string confirm(const verify::Boundary& boundary, const Witness& w);
};

WitnessSearch::~WitnessSearch() = default;

Expected<std::unique_ptr<WitnessSearch>> WitnessSearch::make(Isa isa, const emulate::Object& object) {
  auto search = std::make_unique<WitnessSearch>();
  search->state_ = std::make_unique<State>();
  auto bench = verify::Bench::make({isa, isa, object, object, {}});
  if (!bench) return bench.error();
  auto recorder = verify::Side::make(verify::Which::source, isa, object, {}, "ir");
  if (!recorder) return recorder.error();
  auto other = verify::Side::make(verify::Which::source, isa, object, {});
  if (other) search->state_->other = std::move(*other);
  search->state_->bench = std::move(*bench);
  search->state_->recorder = std::move(*recorder);
  return search;
}

const emulate::Image& WitnessSearch::image() const {
  return state_->recorder->image();
}

// That control goes another way shows in what ran, on any engine. Which addresses were touched, they don't tell.
std::string WitnessSearch::State::confirm(const verify::Boundary& boundary, const Witness& w) {
  if (other == nullptr || w.kind != Finding::Kind::branch) return {};
  std::vector<emulate::Request> requests;
  for (const Input* input : {&w.first, &w.second}) {
    requests.push_back(other->request(boundary, *input, kRubbish, true));
    requests.back().limits.instructions = kMostInstructions;
  }
  auto outcomes = other->run(requests);
  if (!outcomes) return {};
  const Outcome &a = (*outcomes)[0], &b = (*outcomes)[1];
  if (a.ending != emulate::Ending::returned || b.ending != emulate::Ending::returned) return {};
  return a.edges != b.edges || a.instructions != b.instructions ? std::string(other->engine().name()) : std::string();
}

std::optional<Witness> WitnessSearch::compare(const verify::Boundary& boundary, Input first, Input second) {
  const auto a = state_->events(boundary, first), b = state_->events(boundary, second);
  if (!a || !b || *a == *b) return std::nullopt;
  Witness w;
  size_t n = 0;
  for (; n < a->size() && n < b->size() && (*a)[n] == (*b)[n]; ++n) {
    if ((*a)[n].kind != Event::Kind::instruction) continue;
    w.pc = (*a)[n].value;
    ++w.steps;
  }
  const Event x = n < a->size() ? (*a)[n] : Event{}, y = n < b->size() ? (*b)[n] : Event{};
  w.first_value = x.value, w.second_value = y.value;
  w.kind = x.kind == y.kind && x.kind == Event::Kind::operand       ? Finding::Kind::operand
           : x.kind == y.kind && x.kind != Event::Kind::instruction ? Finding::Kind::address
                                                                    : Finding::Kind::branch;
  w.first = std::move(first), w.second = std::move(second);
  w.confirmed_by = state_->confirm(boundary, w);
  return w;
}

std::optional<Witness> WitnessSearch::find(const verify::Boundary& boundary, const std::vector<Secret>& secrets,
                                           uint64_t seed, FairClock::time_point deadline) {
  if (!boundary.untestable.empty() || image().find_symbol(boundary.name) == nullptr) return std::nullopt;
  Random random(seed);
  const verify::Shape shape = verify::discover(*state_->bench, boundary, random, deadline);
  for (size_t turn = 0; FairClock::now() < deadline; ++turn) {
    const Input first = verify::make_input(boundary, shape, kFillings[turn % std::size(kFillings)], random);
    if (!state_->events(boundary, first)) {
      if (turn > 400) return std::nullopt;
      continue;
    }
    for (unsigned n = 0; n < 6; ++n) {
      Input second = first;
      for (const Secret& secret : secrets) {
        uint64_t& value = second.values[secret.parameter][0];
        if (secret.pointee)
          vary_buffer(second, value, random);
        else
          value = narrowed(varied(value, first, random), boundary.parameters[secret.parameter]);
      }
      if (auto w = compare(boundary, first, std::move(second))) return w;
    }
  }
  return std::nullopt;
}

}  // namespace portolan::leak
