#include "translate/sketch/filling/runner.h"

#include <algorithm>

#include "emulate/ir_code.h"
#include "emulate/slot_map.h"

namespace portolan::sketch::filling {
namespace {

constexpr verify::Rubbish kRubbish{3, 0xc3};
constexpr size_t kFewValues = 512;  // immediates in greater numbers differ in nothing that they read

std::vector<assembly::Slot> general_slots(Isa isa) {
  const emulate::SlotMap map(isa);
  std::vector<assembly::Slot> slots(32, assembly::kNoSlot);
  for (assembly::Slot slot = 0; slot < map.machine().slots.size(); ++slot) {
    emulate::MachineState state;
    map.set(state, slot, llvm::APInt::getAllOnes(map.machine().slots[slot].width));
    for (size_t n = 0; n < state.general.size(); ++n)
      if (state.general[n] != 0) slots[n] = slot;
  }
  return slots;
}

}  // namespace

Runner::Runner(const std::vector<Domain>& domains, Layout layout, const std::vector<verify::Boundary>& boundaries,
               Isa isa)
    : domains_(domains),
      layout_(std::move(layout)),
      boundaries_(boundaries),
      machine_(assembly::Machine::get(isa)),
      general_(general_slots(isa)),
      influence_(machine_),
      undefined_(machine_.slots.size()) {}

Expected<std::unique_ptr<Runner>> Runner::make(const Sketch& sketch, const std::vector<Domain>& domains, Layout layout,
                                               const verify::Side& source,
                                               const std::vector<verify::Boundary>& boundaries) {
  std::unique_ptr<Runner> runner(new Runner(domains, std::move(layout), boundaries, sketch.isa));
  auto target = verify::Side::make(verify::Which::target, sketch.isa, runner->layout_.object, {}, "ir");
  if (!target) return target.error();
  runner->target_ = std::move(*target);
  runner->source_ = &source;
  runner->map_ = std::make_unique<verify::AddressMap>(source, *runner->target_);
  runner->engine_ = emulate::make_ir_engine(sketch.isa, runner.get());
  locate(runner->layout_, runner->target_->image());
  for (const Site& site : runner->layout_.sites)
    if (site.sequence) runner->sequences_ |= site.mask;
  runner->preview_ = std::make_unique<Preview>(runner->target_->image());
  return runner;
}

// How many values the line's only open hole can be told apart by.
void Runner::classify(const Site& site, std::span<const llvm::APInt> slots, emulate::MemoryAccess& memory) {
  HoleId open = kNoHole;
  size_t code = 0, radix = 1, stride = 0;
  for (const HoleId hole : site.holes) {
    if ((*choices_)[hole] != kUnchosen) {
      code += radix * static_cast<size_t>((*choices_)[hole]);
    } else {
      if (open != kNoHole) return;
      open = hole;
      stride = radix;
    }
    radix *= domains_[hole].values.size();
  }
  std::unordered_map<uint64_t, uint32_t> numbers;
  Choices tried = *choices_;
  const bool few = domains_[open].values.size() <= kFewValues;
  auto senseless = [&] { return site.sequence ? !sense_->possible(tried) : few && sense_->reads_unset(tried); };
  std::vector<assembly::Slot> looked_at = site.written;
  if (sense_ != nullptr)
    std::erase_if(looked_at, [matters = sense_->matters(tried, site)](assembly::Slot slot) { return !matters[slot]; });
  preview_->start(slots, undefined_);
  for (size_t v = 0; v < domains_[open].values.size() && numbers.size() <= most_classes_; ++v) {
    tried[open] = static_cast<int32_t>(v);
    if (sense_ != nullptr && senseless()) {
      classes_.push_back(RunResult::kSenseless);
      continue;
    }
    const uint64_t begin = site.variants[code + v * stride];
    const uint64_t state =
        begin == 0 ? 0 : preview_->state_after(begin, begin + layout_.slot_bytes, site.written, looked_at, memory);
    classes_.push_back(numbers.try_emplace(state, static_cast<uint32_t>(numbers.size())).first->second);
  }
}

// A line that shares a hole with one before it says nothing new.
void Runner::note_stop(const Site& site) {
  if (recording_ != nullptr) return;
  if (std::any_of(stops_.begin(), stops_.end(), [&](const Stop& stop) { return stop.site == &site; })) return;
  auto mark = engine_->mark();
  if (!mark) return;
  stops_.push_back(
      {&site, inside_, entered_, *choices_, std::move(mark), influence_, undefined_, entered_, repeated_, stored_});
}

// The last stop before which nothing was chosen otherwise.
std::optional<emulate::Outcome> Runner::go_back(const Choices& choices) {
  auto same = [&](const Stop& stop) {
    for (HoleId h = 0; h < choices.size(); ++h)
      if ((stop.before & bit(h)) != 0 && choices[h] != stop.choices[h]) return false;
    return true;
  };
  while (!stops_.empty() && !same(stops_.back())) stops_.pop_back();
  if (stops_.empty()) return std::nullopt;
  const Stop& stop = stops_.back();
  influence_ = stop.influence;
  undefined_ = stop.undefined;
  entered_ = stop.entered, repeated_ = stop.repeated;
  stored_ = stop.stored;
  site_ = stop.inside;
  auto outcome = engine_->resume(*stop.mark);
  if (!outcome) stops_.clear();
  return outcome;
}

std::optional<uint64_t> Runner::enter(const Site& site, std::span<const llvm::APInt> slots,
                                      emulate::MemoryAccess& memory) {
  if ((entered_ & site.mask) == 0) note_stop(site);
  size_t code = 0, radix = 1;
  for (const HoleId hole : site.holes) {
    if ((*choices_)[hole] == kUnchosen) {
      unchosen_ = &site;
      classify(site, slots, memory);
      return std::nullopt;
    }
    code += radix * static_cast<size_t>((*choices_)[hole]);
    radix *= domains_[hole].values.size();
  }
  repeated_ |= entered_ & site.mask;
  entered_ |= site.mask;
  influence_.enter(site);
  if (site.variants[code] == 0) {
    impossible_ = &site;
    return std::nullopt;
  }
  site_ = &site;
  begins_ = true;
  return site.variants[code];
}

// Bytes in the caller's buffers are what they were or what the source stores there at some time.
bool Runner::stores_as_the_source(emulate::MemoryAccess& memory) {
  for (const Access& access : stored_)
    for (const emulate::Region& region : asked_.regions) {
      const uint64_t begin = std::max(access.address, region.address),
                     end = std::min(access.address + access.size, region.address + region.bytes.size());
      for (uint64_t at = begin; at < end; ++at) {
        uint8_t byte = 0;
        if (!memory.read(at, {&byte, 1}) || byte == region.bytes[at - region.address]) continue;
        const auto known = test_->stores->find(at);
        if (known != test_->stores->end() && known->second[byte]) continue;
        astray_ = "the target stores what the source does not";
        astray_by_ = influence_.memory(at, 1);
        return false;
      }
    }
  stored_.clear();
  return true;
}

// Of a load in the caller's buffers some byte is of interest to the source too.
bool Runner::loads_as_the_source(const Access& access) const {
  const bool inside = std::any_of(asked_.regions.begin(), asked_.regions.end(), [&](const emulate::Region& region) {
    return access.address < region.address + region.bytes.size() && access.address + access.size > region.address;
  });
  for (uint64_t at = access.address; inside && at < access.address + access.size; ++at)
    if (test_->touched->contains(at)) return true;
  return !inside;
}

std::optional<uint64_t> Runner::before(uint64_t pc, std::span<const llvm::APInt> slots, emulate::MemoryAccess& memory) {
  if (astray_ != nullptr || (!stored_.empty() && !stores_as_the_source(memory))) return std::nullopt;
  arrived_ = pc;
  begins_ = false;
  inside_ = site_;
  if (site_ != nullptr) {
    const auto end = layout_.slot_ends.find(pc);
    if (end != layout_.slot_ends.end()) {
      pc = site_->after;
      site_ = nullptr;
    } else if (pc < site_->variants_low || pc >= site_->variants_high) {
      site_ = nullptr;
    }
  }
  const auto site = layout_.site_at.find(pc);
  return site == layout_.site_at.end() ? pc : enter(layout_.sites[site->second], slots, memory);
}

void Runner::after(const emulate::IrStep& step, std::span<const llvm::APInt>, std::span<const Access> accesses,
                   bool completed) {
  for (const assembly::Slot slot : step.written) undefined_[slot] = false;
  influence_.step(step.function, accesses, completed, site_);
  if (optimistic_ && influence_.touched() != 0)
    for (const Access& access : accesses) {
      if (access.write && test_->stores) stored_.push_back(access);
      if (!access.write && test_->touched && completed && !loads_as_the_source(access)) {
        astray_ = "the target loads what the source does not";
        astray_by_ = influence_.fault();
      }
    }
  if (recording_ != nullptr)
    recording_->steps.push_back({&step.function, arrived_, site_, begins_, {accesses.begin(), accesses.end()}});
}

void Runner::called_outside() {
  stops_.clear();
  influence_.called_outside();
  undefined_.assign(undefined_.size(), false);
  if (recording_ != nullptr) recording_->outside = true;
}

Mask Runner::conflict(const verify::Comparison& comparison, const verify::Boundary& boundary,
                      const emulate::Request& request) const {
  const verify::Spot& spot = comparison.spot;
  switch (spot.kind) {
    case verify::Spot::Kind::result: {
      const verify::Place& place = boundary.results[spot.index].target;
      const bool integer = place.kind == verify::Place::Kind::integer_result;
      return influence_.slot((integer ? machine_.integer_results : machine_.float_results)[place.index]);
    }
    case verify::Spot::Kind::region:
      return influence_.memory(request.regions[spot.index].address + spot.target, 8);
    case verify::Spot::Kind::data:
      return influence_.memory(spot.target, 8);
    case verify::Spot::Kind::register_:
      if (general_[spot.index] != assembly::kNoSlot) return influence_.slot(general_[spot.index]);
      break;
    default:
      break;
  }
  return influence_.touched();
}

Expected<RunResult> Runner::run(const Test& test, const Choices& choices, Recording* recording) {
  ++runs_;
  const verify::Boundary& boundary = boundaries_[test.function];
  if (recording != nullptr || stops_of_ != &test) forget();
  choices_ = &choices;
  test_ = &test;
  astray_ = nullptr;
  recording_ = recording;
  site_ = unchosen_ = nullptr;
  impossible_ = nullptr;
  classes_.clear();
  std::optional<emulate::Outcome> outcome = go_back(choices);
  if (!outcome) {
    asked_ = target_->request(boundary, test.input, kRubbish);
    // Slots of variants are filled up with instructions that count.
    asked_.limits.instructions = test.limit * std::max<uint64_t>(1, layout_.slot_bytes / 8);
    asked_.limits.time = kRunTime;
    stops_of_ = &test;
    stored_.clear();
    entered_ = repeated_ = 0;
    const SlotSet given = given_at_entry(machine_, boundary);
    for (size_t slot = 0; slot < undefined_.size(); ++slot) undefined_[slot] = !given[slot];
    influence_.reset();
    auto ran = engine_->run(target_->image(), asked_);
    if (!ran) return ran.error();
    outcome = std::move(*ran);
  }
  const emulate::Request& request = asked_;
  RunResult result;
  if (recording != nullptr) recording->request = request, recording->ending = outcome->ending;
  result.repeated = repeated_;
  if (unchosen_ != nullptr) {
    result.kind = RunResult::Kind::unchosen;
    result.site = unchosen_;
    result.classes = std::move(classes_);
    if (!optimistic_) result.before = influence_.touched();
    return result;
  }
  if (astray_ != nullptr) {
    result.kind = RunResult::Kind::differs;
    result.conflict = astray_by_;
    result.what = astray_;
    return result;
  }
  const verify::Comparison comparison = verify::compare(*source_, *target_, *map_, boundary, test.input,
                                                        {test.source.first, test.source.second, *outcome, request});
  result.what = comparison.what;
  switch (outcome->ending) {
    case emulate::Ending::limit:
      result.kind = RunResult::Kind::differs;
      result.conflict = influence_.control() | (impossible_ != nullptr ? impossible_->mask : 0);
      if (impossible_ != nullptr) result.what = "there is no such instruction";
      break;
    case emulate::Ending::trapped:
      result.kind = RunResult::Kind::differs;
      result.conflict = influence_.fault();
      break;
    case emulate::Ending::unsupported:
      result.kind = RunResult::Kind::differs;
      result.conflict = site_ != nullptr ? influence_.control() | site_->mask : influence_.touched();
      break;
    default:
      if (comparison.finding == verify::Finding::differs) {
        result.kind = RunResult::Kind::differs;
        result.conflict = conflict(comparison, boundary, request);
      }
  }
  return result;
}

}  // namespace portolan::sketch::filling
