#include "translate/sketch/filling/runner.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "emulate/ir_code.h"
#include "emulate/slot_map.h"
#include "verify/guided.h"

namespace portolan::sketch::filling {
namespace {

constexpr uint64_t kWaysForOne = 64;           // so many are looked at in search of one that leaves familiar numbers
constexpr uint32_t kLookedAt = 48, kTrap = 8;  // see strangeness()
constexpr uint32_t kAlwaysAsked = 16;          // see tells_apart()
constexpr size_t kAhead = 128;                 // bytes that a target may leave for later; see Runner::stray()
constexpr size_t kFewValues = 512;             // immediates in greater numbers differ in nothing that they read

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

// Hears what a run writes by functions of the outside: what the source does not write in this place ends it.
class Runner::Listener : public emulate::ExternalHandler {
 public:
  Listener(Runner& runner, emulate::ExternalHandler& behind) : runner_(runner), behind_(behind) {}
  void start_request() override {
    outputs_ = 0;
    behind_.start_request();
  }
  Result on_external(const std::string& name, emulate::MachineState& state, emulate::MemoryAccess& memory) override {
    Result result = behind_.on_external(name, state, memory);
    // Other functions a compiler may have put in or taken out.
    if (result.alias.empty() || !runner_.optimistic_ || runner_.astray_ != nullptr) return result;
    if (!is_expected({result.alias, result.digest})) {
      runner_.astray_ = "the target writes what the source does not";
      runner_.astray_by_ = runner_.influence_.fault();
    }
    ++outputs_;
    return result;
  }

 private:
  // The source's output in this place, of either run.
  bool is_expected(const emulate::ExternalCall& call) const {
    for (const emulate::Outcome* source : {&runner_.test_->source.first, &runner_.test_->source.second}) {
      size_t n = 0;
      for (const emulate::ExternalCall& known : source->calls)
        if (known.name == call.name && n++ == outputs_ && known == call) return true;
    }
    return false;
  }

  Runner& runner_;
  emulate::ExternalHandler& behind_;
  size_t outputs_ = 0;
};

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
                                               const std::vector<verify::Boundary>& boundaries,
                                               const std::map<std::string, std::string>& signatures) {
  std::unique_ptr<Runner> runner(new Runner(domains, std::move(layout), boundaries, sketch.isa));
  auto target = verify::Side::make(verify::Which::target, sketch.isa, runner->layout_.object, {}, "ir");
  if (!target) return target.error();
  runner->target_ = std::move(*target);
  runner->target_->stand_in_for(signatures);
  runner->target_->fill_objects_on_the_stack();
  runner->source_ = &source;
  runner->map_ = std::make_unique<verify::AddressMap>(source, *runner->target_);
  runner->engine_ = emulate::make_ir_engine(sketch.isa, runner.get());
  locate(runner->layout_, runner->target_->image());
  for (const Site& site : runner->layout_.sites)
    if (site.sequence) runner->sequences_ |= site.mask;
  for (const emulate::DataObject& object : runner->target_->image().objects) {
    Shared shared{object.address, object.address + object.size, 0};
    if (runner->map_->to_source(object.address, shared.source)) runner->shared_.push_back(shared);
  }
  runner->code_ = std::make_unique<emulate::IrCode>(runner->target_->image());
  runner->preview_ = std::make_unique<Preview>(*runner->code_);
  return runner;
}

const std::vector<uint32_t>& Runner::ways(const Site& site, Mask open) {
  const auto [known, is_new] = ways_.try_emplace({&site, open});
  std::vector<uint32_t>& codes = known->second;
  if (!is_new) return codes;
  std::vector<uint64_t> weights;
  for (uint32_t code = 0; code < site.variants.size(); ++code) {
    uint64_t rest = code, weight = 1;
    bool counts = true;
    for (const HoleId hole : site.holes) {
      const uint64_t place = rest % domains_[hole].values.size();
      rest /= domains_[hole].values.size();
      if ((open & bit(hole)) != 0)
        weight *= place + 1;
      else
        counts &= place == 0;
    }
    if (!counts || (open == site.mask && site.variants[code] == 0)) continue;
    codes.push_back(code), weights.push_back(weight);
  }
  std::vector<size_t> order(codes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return weights[a] < weights[b]; });
  std::vector<uint32_t> sorted;
  for (const size_t n : order) sorted.push_back(codes[n]);
  return codes = std::move(sorted);
}

void Runner::take(const Site& site, uint32_t code, Mask holes, Choices& choices) const {
  for (const HoleId hole : site.holes) {
    if ((holes & bit(hole)) != 0) choices[hole] = static_cast<int32_t>(code % domains_[hole].values.size());
    code /= domains_[hole].values.size();
  }
}

// Which of these ways of filling the line can be told apart here.
void Runner::classify(const Site& site, const std::vector<uint32_t>& codes, Mask open,
                      std::span<const llvm::APInt> slots, emulate::MemoryAccess& memory) {
  const bool several = open_holes(site, *choices_) == 0;
  size_t chosen = 0, radix = 1;  // of the code: what is chosen
  for (const HoleId hole : site.holes) {
    if ((open & bit(hole)) == 0) chosen += radix * static_cast<size_t>((*choices_)[hole]);
    radix *= domains_[hole].values.size();
  }
  std::unordered_map<uint64_t, uint32_t> numbers;
  Choices tried = *choices_;
  const bool few = codes.size() <= kFewValues;
  auto senseless = [&] { return site.sequence ? !sense_->possible(tried) : few && sense_->reads_unset(tried); };
  std::vector<assembly::Slot> looked_at = site.written;
  if (sense_ != nullptr)
    std::erase_if(looked_at, [matters = sense_->matters(tried, site)](assembly::Slot slot) { return !matters[slot]; });
  preview_->start(site, slots, undefined_, looked_at);
  uint64_t familiar = 0;
  for (const uint32_t code : codes) {
    if (!several && (familiar > most_classes_ || classes_.size() / kWaysForOne > most_classes_)) break;
    if (!several && sense_ != nullptr) {
      take(site, code, open, tried);
      if (senseless()) {
        classes_.push_back(RunResult::kSenseless);
        continue;
      }
    }
    const uint64_t begin = site.variants[chosen + code];
    const uint64_t state = begin == 0 ? 0 : preview_->state_after(begin, begin + layout_.slot_bytes, memory);
    const auto [known, is_new] = numbers.try_emplace(state, static_cast<uint32_t>(numbers.size()));
    classes_.push_back(known->second);
    if (is_new) before_.push_back(0);
    if (const auto* const reads = begin == 0 ? nullptr : preview_->slots_read())
      for (const assembly::Slot slot : *reads) before_[known->second] |= influence_.slot(slot);
    else
      before_[known->second] |= influence_.touched();
    if (!is_new) continue;
    familiar_.push_back(begin != 0 &&
                        preview_->all_written([this](const auto& number) { return is_familiar(number); }));
    familiar += familiar_.back();
  }
}

// Whether the ways that are chosen for the line do different things here. Where nothing is ruled out for good it is not
// asked every time.
bool Runner::tells_apart(const Site& site, std::span<const llvm::APInt> slots, emulate::MemoryAccess& memory) {
  const auto line = static_cast<size_t>(&site - layout_.sites.data());
  if (!choices_->several(line)) return false;
  const uint32_t visit = ++visits_[line];
  if (optimistic_ && visit > kAlwaysAsked && !std::has_single_bit(visit)) return false;
  classify(site, choices_->among(line)->codes, site.mask, slots, memory);
  if (familiar_.size() > 1) return true;
  classes_.clear(), familiar_.clear(), before_.clear();
  return false;
}

const Runner::Shared* Runner::shared_at(uint64_t address) const {
  const auto behind = std::upper_bound(shared_.begin(), shared_.end(), address,
                                       [](uint64_t a, const Shared& shared) { return a < shared.address; });
  return behind == shared_.begin() || address >= std::prev(behind)->end ? nullptr : &*std::prev(behind);
}

// Addresses of objects are others than the source's; of other places in the image, and of the stack, nothing is known.
bool Runner::is_familiar(const llvm::APInt& number) const {
  if (!test_->familiar || test_->familiar->knows(number)) return true;
  if (number.getBitWidth() != 64) return false;
  const uint64_t address = number.getZExtValue();
  if (const Shared* const shared = shared_at(address))
    return test_->familiar->knows(address - shared->address + shared->source);
  return may_be_on_stack(address) || (address >= emulate::kStubBase && address < emulate::kImageEnd);
}

// A line that was come to before says nothing new, unless the run ends there.
void Runner::note_stop(const Site& site) {
  if (recording_ != nullptr) return;
  auto mark = engine_->mark();
  if (!mark) return;
  stops_.push_back({&site, inside_, entered_, *choices_, std::move(mark), influence_, undefined_, entered_, stored_,
                    bytes_stored_, progress_, visits_});
}

// Whether a run with these choices comes to the stop as it did then.
bool Runner::still_holds(const Stop& stop, const Choices& choices) const {
  for (size_t line = 0; line < layout_.sites.size(); ++line) {
    const Mask before = layout_.sites[line].mask & stop.before;
    const Alternatives *const then = stop.choices.among(line), *const now = choices.among(line);
    if (before == 0 || (then != nullptr && now != nullptr && now->within(then))) continue;
    if ((then != nullptr && then->codes.size() > 1) || choices.several(line)) return false;
    for (const HoleId hole : layout_.sites[line].holes)
      if ((before & bit(hole)) != 0 && choices[hole] != stop.choices[hole]) return false;
  }
  return true;
}

// The last stop before which nothing was chosen otherwise.
std::optional<emulate::Outcome> Runner::go_back(const Choices& choices) {
  while (!stops_.empty() && !still_holds(stops_.back(), choices)) stops_.pop_back();
  if (stops_.empty()) return std::nullopt;
  const Stop& stop = stops_.back();
  influence_ = stop.influence;
  undefined_ = stop.undefined;
  entered_ = stop.entered;
  stored_ = stop.stored;
  bytes_stored_ = stop.bytes_stored;
  progress_ = stop.progress;
  visits_ = stop.visits;
  site_ = stop.inside;
  resumed_ = true;
  auto outcome = engine_->resume(*stop.mark);
  if (!outcome) stops_.clear();
  return outcome;
}

std::optional<uint64_t> Runner::enter(const Site& site, std::span<const llvm::APInt> slots,
                                      emulate::MemoryAccess& memory) {
  const bool first = (entered_ & site.mask) == 0 &&
                     std::none_of(stops_.begin(), stops_.end(), [&](const Stop& stop) { return stop.site == &site; });
  if (first) note_stop(site);
  size_t code = 0, radix = 1;
  for (const HoleId hole : site.holes) {
    if ((*choices_)[hole] == kUnchosen) {
      unchosen_ = &site;
      const Mask open = open_holes(site, *choices_);
      if (classes_wanted_) classify(site, ways(site, open), open, slots, memory);
      return std::nullopt;
    }
    code += radix * static_cast<size_t>((*choices_)[hole]);
    radix *= domains_[hole].values.size();
  }
  if (tells_apart(site, slots, memory)) {
    unchosen_ = &site;
    if (!first && !resumed_) note_stop(site);
    return std::nullopt;
  }
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

bool Runner::may_store(uint64_t address, uint64_t source_address, uint8_t before, emulate::MemoryAccess& memory) {
  uint8_t byte = 0;
  if (!memory.read(address, {&byte, 1}) || byte == before) return true;
  const auto known = test_->stores->find(source_address);
  if (known != test_->stores->end() && known->second[byte]) return true;
  astray_ = "the target stores what the source does not";
  astray_by_ = influence_.memory(address, 1);
  return false;
}

// Bytes in the caller's buffers and the files' data are what they were or what the source stores there at some time.
bool Runner::stores_as_the_source(emulate::MemoryAccess& memory) {
  for (const Access& access : stored_) {
    for (const emulate::Region& region : asked_.regions) {
      const uint64_t begin = std::max(access.address, region.address),
                     end = std::min(access.address + access.size, region.address + region.bytes.size());
      for (uint64_t at = begin; at < end; ++at)
        if (!may_store(at, at, region.bytes[at - region.address], memory)) return false;
    }
    const Shared* const shared = shared_at(access.address);
    for (uint64_t at = access.address; shared != nullptr && at < access.address + access.size && at < shared->end; ++at)
      if (const auto before = verify::byte_at_start(target_->image(), asked_, at);
          before && !may_store(at, at - shared->address + shared->source, *before, memory))
        return false;
  }
  stored_.clear();
  return true;
}

// Of a load in the caller's buffers or the files' data some byte is of interest to the source too, and no access there
// goes to what the source comes to much later. nullptr: all is well.
const char* Runner::stray(const Access& access) {
  const bool inside = std::any_of(asked_.regions.begin(), asked_.regions.end(), [&](const emulate::Region& region) {
    return access.address < region.address + region.bytes.size() && access.address + access.size > region.address;
  });
  const Shared* const shared = inside ? nullptr : shared_at(access.address);
  if (!inside && shared == nullptr) return nullptr;
  const uint64_t begin = inside ? access.address : access.address - shared->address + shared->source;
  const size_t before = progress_.count;
  size_t first = SIZE_MAX;
  progress_.come_to.resize(test_->touched->size());
  for (uint64_t at = begin; at < begin + access.size; ++at) {
    const auto known = test_->touched->find(at);
    if (known == test_->touched->end()) continue;
    first = std::min<size_t>(first, known->second);
    if (!progress_.come_to[known->second]) ++progress_.count, progress_.quiet = 0;
    progress_.come_to[known->second] = true;
  }
  if (first == SIZE_MAX) return access.write ? nullptr : "the target loads what the source does not";
  return first <= before + kAhead ? nullptr : "the target leaves out what the source does before";
}

std::optional<uint64_t> Runner::before(uint64_t pc, std::span<const llvm::APInt> slots, emulate::MemoryAccess& memory) {
  if (look_.holes != 0 && look_.left == 0) return std::nullopt;
  if (recording_ != nullptr) {
    if (recording_->steps.size() > recording_->most_steps) return std::nullopt;
    note_written(memory);
  }
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

void Runner::after(const emulate::IrStep& step, std::span<const llvm::APInt> slots, std::span<const Access> accesses,
                   bool completed) {
  resumed_ = false;
  for (const assembly::Slot slot : step.written) undefined_[slot] = false;
  influence_.step(step, accesses, completed, site_);
  if ((look_.holes & influence_.touched()) != 0 && look_.left != 0) {
    --look_.left;
    for (const assembly::Slot slot : step.written)
      look_.strange +=
          slots[slot].getBitWidth() > 1 && (influence_.slot(slot) & look_.holes) != 0 && !is_familiar(slots[slot]);
    if (!completed) look_.strange += kTrap;
  }
  for (const Access& access : accesses)
    if (access.write && !may_be_on_stack(access.address)) bytes_stored_ += access.size;
  if (optimistic_ && influence_.touched() != 0)
    for (const Access& access : accesses)
      if (access.write && test_->stores) stored_.push_back(access);
  if (optimistic_ && test_->touched && completed) keep_up(accesses);
  if (recording_ != nullptr)
    recording_->steps.push_back({&step.function, arrived_, site_, begins_, {accesses.begin(), accesses.end()}});
}

// Before it comes to a hole the target may do as it likes.
void Runner::keep_up(std::span<const Access> accesses) {
  ++progress_.quiet;
  const bool judged = influence_.touched() != 0;
  for (const Access& access : accesses)
    if (const char* const why = stray(access); why != nullptr && judged) astray_ = why, astray_by_ = influence_.fault();
  // Slots of variants are filled up with instructions that count.
  if (!judged || progress_.quiet <= test_->quiet * std::max<uint64_t>(1, layout_.slot_bytes / 8)) return;
  astray_ = "the target comes to nothing new";
  astray_by_ = influence_.control();
}

void Runner::called_outside() {
  stops_.clear();
  influence_.called_outside();
  undefined_.assign(undefined_.size(), false);
  if (recording_ != nullptr) recording_->outside = true;
}

// What the last recorded instruction stored.
void Runner::note_written(emulate::MemoryAccess& memory) {
  if (recording_->steps.empty()) return;
  for (const Access& access : recording_->steps.back().accesses)
    for (uint64_t at = access.address; access.write && at < access.address + access.size; ++at) {
      uint8_t byte = 0;
      if (may_be_on_stack(at) || recording_->written.size() >= kMostWritten || !memory.read(at, {&byte, 1})) continue;
      recording_->written.push_back({at, byte});
    }
}

bool Runner::changes_as_the_source(const Test& test, const Choices& choices) {
  if (!test.history) return true;
  Recording recording;
  const auto ran = run(test, choices, &recording);
  forget();
  if (!ran || recording.outside || recording.written.size() >= kMostWritten) return true;
  History of_target;
  for (auto& [address, values] : history_of(image(), recording.request, recording.written)) {
    const Shared* const shared = shared_at(address);
    of_target[shared == nullptr ? address : address - shared->address + shared->source] = std::move(values);
  }
  return of_target == *test.history;
}

Expected<uint32_t> Runner::strangeness(const Test& test, const Choices& choices, Mask holes) {
  look_ = {holes, kLookedAt, 0};
  auto ran = run(test, choices);
  const uint32_t strange = look_.strange + (astray_ != nullptr ? kTrap : 0);
  look_ = {};
  if (!ran) return ran.error();
  return strange;
}

Mask Runner::led_to(const verify::Comparison& comparison, const verify::Boundary& boundary,
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

Mask Runner::conflict(const verify::Comparison& comparison, const verify::Boundary& boundary,
                      const emulate::Request& request) const {
  const Mask led_there = led_to(comparison, boundary, request);
  // What was not done depends on where execution went, if on nothing else.
  return led_there != 0 || !optimistic_ ? led_there : influence_.control();
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
  classes_.clear(), familiar_.clear(), before_.clear();
  std::optional<emulate::Outcome> outcome = go_back(choices);
  if (!outcome) {
    // As the judge does: what refutes a filling there fails here too.
    asked_ = target_->request(boundary, test.input, verify::target_rubbish(test.input));
    // As in keep_up().
    asked_.limits.instructions = test.limit * std::max<uint64_t>(1, layout_.slot_bytes / 8);
    asked_.limits.time = kRunTime;
    if (asked_.externals != nullptr) {
      listener_ = std::make_unique<Listener>(*this, *asked_.externals);
      asked_.externals = listener_.get();
    }
    stops_of_ = &test;
    resumed_ = false;
    stored_.clear();
    bytes_stored_ = 0;
    progress_ = {};
    entered_ = 0;
    visits_.assign(layout_.sites.size(), 0);
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
  if (unchosen_ != nullptr) {
    result.kind = RunResult::Kind::unchosen;
    result.site = unchosen_;
    result.classes = std::move(classes_);
    result.familiar = std::move(familiar_);
    result.before = std::move(before_);
    return result;
  }
  if (astray_ != nullptr) {
    result.kind = RunResult::Kind::differs;
    result.conflict = astray_by_;
    result.what = astray_;
    return result;
  }
  // Of runs that do not end by themselves it is not asked what they left.
  const bool ended = outcome->ending == emulate::Ending::returned || outcome->ending == emulate::Ending::stopped;
  const verify::Comparison comparison =
      ended ? verify::compare(*source_, *target_, *map_, boundary, test.input,
                              {test.source.first, test.source.second, *outcome, request})
            : verify::Comparison();
  result.what = ended ? comparison.what : "the target " + verify::describe_ending(*outcome);
  switch (outcome->ending) {
    case emulate::Ending::limit:
      if (test.stored_by_limit && impossible_ == nullptr && (!optimistic_ || bytes_stored_ >= *test.stored_by_limit))
        break;
      result.kind = RunResult::Kind::differs;
      result.conflict = influence_.control() | (impossible_ != nullptr ? impossible_->mask : 0);
      if (impossible_ != nullptr)
        result.what = "there is no such instruction";
      else if (test.stored_by_limit)
        result.what = "the target has stored less than the source in the beginning of a long run";
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
      // Signs and payloads of NaNs may differ as they may: the judge looks into that.
      if (comparison.finding == verify::Finding::differs && !comparison.perhaps_nan) {
        result.kind = RunResult::Kind::differs;
        result.conflict = conflict(comparison, boundary, request);
      }
  }
  return result;
}

}  // namespace portolan::sketch::filling
