#include "emulate/ir_engine.h"

#include <fmt/format.h>

#include <cstring>
#include <ctime>

#include "emulate/external_step.h"
#include "emulate/guest_memory.h"
#include "emulate/ir_code.h"
#include "emulate/slot_map.h"
#include "emulate/trace.h"
#include "llvm/ADT/Hashing.h"

namespace portolan::emulate {
namespace {

using ir::APInt;

// A repeated string instruction runs all its rounds as one; more than this is for the time limit.
constexpr uint64_t kStepsPerInstruction = 1 << 22;
constexpr uint64_t kInstructionsPerLook = 1024;  // at the clock
constexpr uint64_t kCallsPerLook = 16;

std::chrono::nanoseconds processor_time() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

// The world of one instruction: the emulated memory, and where it wants to go.
class IrWorld : public ir::Environment {
 public:
  explicit IrWorld(GuestMemory& memory) : memory_(memory) {}

  bool read(uint64_t address, std::span<uint8_t> bytes) override {
    if (observed) accesses.push_back({address, static_cast<uint32_t>(bytes.size()), false});
    if (recording != nullptr) recording->add(Event::Kind::read, address, static_cast<uint32_t>(bytes.size()));
    if (!memory_.read(address, bytes)) return fault(address, bytes.size(), false);
    if (recording != nullptr && show_data)
      recording->add(Event::Kind::operand, llvm::hash_combine_range(bytes.begin(), bytes.end()));
    return true;
  }
  bool write(uint64_t address, std::span<const uint8_t> bytes) override {
    if (observed) accesses.push_back({address, static_cast<uint32_t>(bytes.size()), true});
    if (recording != nullptr) recording->add(Event::Kind::write, address, static_cast<uint32_t>(bytes.size()));
    return memory_.write(address, bytes) || fault(address, bytes.size(), true);
  }
  std::optional<uint64_t> symbol_address(const ir::SymbolRef& symbol) override {
    return address_of_name(symbol.name) + symbol.addend;
  }
  uint64_t thread_pointer() override { return thread; }
  ir::Outcome call(const ir::Call& call, std::span<APInt>) override {
    next = call.target.indirect ? call.address : *symbol_address(call.target.symbol);
    called = !call.tail;
    ir::Outcome outcome;
    if (called) outcome.ending = ir::Ending::stopped;  // goes on when the callee has returned
    return outcome;
  }

  uint64_t thread = 0;
  Recording* recording = nullptr;
  bool show_data = false;  // of the present instruction
  std::optional<uint64_t> next;
  bool called = false;
  uint64_t fault_address = 0;
  bool observed = false;
  std::vector<IrObserver::Access> accesses;  // of the present instruction

 private:
  // The first byte that may not be accessed.
  bool fault(uint64_t address, uint64_t size, bool write) {
    fault_address = address;
    for (uint64_t n = 0; n < size; ++n) {
      const GuestMemory::Mapped* mapped = memory_.find(address + n, 1);
      if (mapped != nullptr && (mapped->writable || !write)) continue;
      fault_address = address + n;
      break;
    }
    return false;
  }

  GuestMemory& memory_;
};

struct MachineMark : IrEngine::Mark {
  uint64_t era = 0;  // see IrMachine
  size_t moment = 0;
  MachineState base;
  std::vector<APInt> slots;
  uint64_t pc = 0, instructions = 0;
  bool jumped_in = false;
  std::vector<ExternalCall> calls;
};

class IrMachine {
 public:
  IrMachine(const Image& image, IrObserver* observer)
      : image_(image),
        isa_(image.isa),
        observer_(observer),
        code_(image_),
        memory_(image_),
        world_(memory_),
        map_(isa_) {
    world_.observed = observer != nullptr;
  }

  Outcome run(const Request& request, MemoryPlan plan);
  std::unique_ptr<MachineMark> mark() const;
  std::optional<Outcome> resume(const MachineMark& mark);

 private:
  Outcome go_on();
  bool limit_reached(uint64_t count, uint64_t between_looks);
  // Both: false, with the outcome filled in, when the run is over.
  bool leave_image();
  bool execute();
  void record(const IrStep& step);
  bool follow(const IrStep& step, const ir::Outcome& result);
  bool push_return_address(uint64_t address);
  bool pop_return_address();
  bool end(Ending ending) {
    outcome_.ending = ending;
    return false;
  }
  bool trap(TrapKind kind, Access access, uint64_t address) {
    outcome_.trap = {kind, access, address};
    return end(Ending::trapped);
  }
  bool unsupported(std::string detail) {
    outcome_.detail = std::move(detail);
    return end(Ending::unsupported);
  }
  // Registers other than slots (control, status) stay what they were.
  MachineState state_now() const;
  void restore(const IrStep& step);
  APInt& link() { return slots_[map_.machine().return_address]; }
  APInt& stack_pointer() { return slots_[map_.machine().stack_pointer]; }

  const Image image_;
  const Isa isa_;
  IrObserver* const observer_;
  IrCode code_;
  GuestMemory memory_;
  IrWorld world_;
  SlotMap map_;

  const Request* request_ = nullptr;
  MemoryPlan plan_;
  bool called_off_ = false;  // by the observer
  uint64_t era_ = 0;         // marks of others are of no use
  MachineState base_;
  std::vector<APInt> slots_, saved_;
  uint64_t pc_ = 0, instructions_ = 0;
  uint64_t calls_ = 0;  // of functions outside: one may return to itself for ever
  std::chrono::nanoseconds deadline_{};
  Trace trace_;
  bool jumped_in_ = true;  // the next instruction was not reached from the one before
  Outcome outcome_;
};

MachineState IrMachine::state_now() const {
  MachineState state = base_;
  for (assembly::Slot slot = 0; slot < slots_.size(); ++slot) map_.set(state, slot, slots_[slot]);
  state.pc = pc_;
  return state;
}

bool IrMachine::limit_reached(uint64_t count, uint64_t between_looks) {
  const uint64_t limit = request_->limits.instructions;
  if (limit != 0 && count >= limit) return true;
  return count % between_looks == 0 && processor_time() > deadline_;
}

bool IrMachine::leave_image() {
  if (observer_ != nullptr) observer_->called_outside();
  ++era_;
  MachineState state = state_now();
  if (!step_external(image_, *request_, state, memory_, outcome_)) return false;
  std::vector<APInt> after = map_.slots(state);
  // A reservation of a load-exclusive stands in no register; an external call ends it.
  slots_ = std::move(after);
  base_ = state;
  pc_ = state.pc;
  jumped_in_ = true;
  return true;
}

// The instruction that traps has changed nothing.
void IrMachine::restore(const IrStep& step) {
  for (size_t n = 0; n < step.written.size(); ++n) slots_[step.written[n]] = saved_[n];
}

bool IrMachine::push_return_address(uint64_t address) {
  if (isa_ != Isa::x86_64) {
    link() = APInt(64, address);
    return true;
  }
  const uint64_t at = stack_pointer().getZExtValue() - 8;
  uint8_t bytes[8];
  std::memcpy(bytes, &address, 8);
  if (!world_.write(at, bytes)) return trap(TrapKind::segmentation, Access::write, world_.fault_address);
  stack_pointer() = APInt(64, at);
  return true;
}

bool IrMachine::pop_return_address() {
  if (isa_ != Isa::x86_64) {
    pc_ = link().getZExtValue();
    return true;
  }
  uint8_t bytes[8];
  const uint64_t at = stack_pointer().getZExtValue();
  if (!world_.read(at, bytes)) return trap(TrapKind::segmentation, Access::read, world_.fault_address);
  std::memcpy(&pc_, bytes, 8);
  stack_pointer() = APInt(64, at + 8);
  return true;
}

bool IrMachine::follow(const IrStep& step, const ir::Outcome& result) {
  switch (result.ending) {
    case ir::Ending::returned:
      if (!world_.next) return pop_return_address();
      pc_ = *world_.next;
      return true;
    case ir::Ending::bad_jump:  // there are no targets that a jump could be checked against
      pc_ = result.address;
      return true;
    case ir::Ending::stopped:
      if (!push_return_address(pc_ + step.size)) return false;
      pc_ = *world_.next;
      return true;
    case ir::Ending::faulted:
      restore(step);
      return trap(TrapKind::segmentation, result.write ? Access::write : Access::read, world_.fault_address);
    case ir::Ending::trapped: {
      restore(step);
      const TrapKind kind = result.trap == ir::TrapKind::divide       ? TrapKind::divide
                            : result.trap == ir::TrapKind::illegal    ? TrapKind::illegal
                            : result.trap == ir::TrapKind::breakpoint ? TrapKind::breakpoint
                                                                      : TrapKind::other;
      return trap(kind, Access::unknown, pc_);
    }
    case ir::Ending::step_limit:
      restore(step);
      return end(Ending::limit);
    default:
      return unsupported(result.detail.empty() ? fmt::format("stopped at {:#x}", pc_) : result.detail);
  }
}

void IrMachine::record(const IrStep& step) {
  Recording& recording = *request_->recording;
  recording.add(Event::Kind::instruction, pc_);
  world_.show_data = recording.shows_operands != nullptr && recording.shows_operands(isa_, step.opcode);
  if (!world_.show_data) return;
  for (const ir::Instruction& i : step.function.values)
    if (i.op == ir::Op::get_slot) recording.add(Event::Kind::operand, hash_value(slots_[i.index]));
}

bool IrMachine::execute() {
  if (observer_ != nullptr) {
    const std::optional<uint64_t> elsewhere = observer_->before(pc_, slots_, memory_);
    if (!elsewhere) {
      called_off_ = true;
      return end(Ending::limit);
    }
    pc_ = *elsewhere;
    world_.accesses.clear();
  }
  IrStep* step = code_.at(pc_);
  if (step == nullptr) return trap(TrapKind::segmentation, Access::execute, pc_);
  if (step->system_call) return trap(TrapKind::system_call, Access::unknown, pc_);
  if (!step->refusal.empty()) return unsupported(step->refusal);
  ++instructions_;
  if (request_->recording != nullptr) record(*step);
  if (request_->coverage) jumped_in_ ? trace_.start_at(pc_) : trace_.add({&pc_, 1});
  jumped_in_ = false;
  saved_.clear();
  for (assembly::Slot slot : step->written) saved_.push_back(slots_[slot]);
  world_.next.reset();
  uint64_t steps = kStepsPerInstruction;
  ir::Start start;
  start.slots = slots_;
  start.steps = &steps;
  start.undef_seed = instructions_;
  bool completed = true;
  if (const std::optional<uint32_t> call = step->interpreter->run_to_tail_call(world_, start))
    pc_ = step->called[*call];
  else
    completed = follow(*step, step->interpreter->outcome());
  if (observer_ != nullptr) observer_->after(*step, slots_, world_.accesses, completed);
  return completed;
}

Outcome IrMachine::run(const Request& request, MemoryPlan plan) {
  ++era_;
  plan_ = std::move(plan);
  memory_.reset_segments(image_, request);
  memory_.reset_stack(request, plan_, stack_pointer_index(isa_));
  if (!memory_.refill_regions(plan_)) {
    memory_.regions.clear();
    for (const PageRun& run : plan_.regions)
      memory_.regions.push_back({run.address, run.contents, run.writable, false});
  }
  if (observer_ != nullptr) memory_.start_log(request.data.empty());
  request_ = &request;
  world_.recording = request.recording;
  base_ = plan_.entry;
  world_.thread = plan_.entry.thread_pointer;
  slots_ = map_.slots(plan_.entry);
  pc_ = plan_.entry.pc, instructions_ = calls_ = 0, jumped_in_ = true;
  trace_ = Trace();
  outcome_ = Outcome();
  return go_on();
}

Outcome IrMachine::go_on() {
  const Request& request = *request_;
  called_off_ = false;
  deadline_ = processor_time() + request.limits.time;
  for (bool running = true; running;) {
    if (pc_ == kReturnAddress)
      running = end(Ending::returned);
    else if (const bool outside = is_stub(pc_);
             outside ? limit_reached(++calls_, kCallsPerLook) : limit_reached(instructions_, kInstructionsPerLook))
      running = end(Ending::limit);
    else
      running = outside ? leave_image() : execute();
  }
  outcome_.state = state_now();
  if (!called_off_) memory_.collect(image_, request, plan_, outcome_);
  if (request.coverage) trace_.store(outcome_);
  outcome_.instructions = instructions_;
  return std::move(outcome_);
}

std::unique_ptr<MachineMark> IrMachine::mark() const {
  if (memory_.log_is_full()) return nullptr;
  auto mark = std::make_unique<MachineMark>();
  mark->era = era_, mark->moment = memory_.moment();
  mark->base = base_, mark->slots = slots_, mark->calls = outcome_.calls;
  mark->pc = pc_, mark->instructions = instructions_, mark->jumped_in = jumped_in_;
  return mark;
}

std::optional<Outcome> IrMachine::resume(const MachineMark& mark) {
  // What was written after the log was full cannot be undone.
  if (mark.era != era_ || mark.moment > memory_.moment() || memory_.log_is_full() || request_->coverage ||
      request_->recording != nullptr)
    return std::nullopt;
  memory_.undo_to(mark.moment);
  base_ = mark.base, slots_ = mark.slots;
  pc_ = mark.pc, instructions_ = mark.instructions, jumped_in_ = mark.jumped_in;
  outcome_ = Outcome();
  outcome_.calls = mark.calls;
  return go_on();
}

class OneMachine : public IrEngine {
 public:
  OneMachine(Isa isa, IrObserver* observer) : isa_(isa), observer_(observer) {}
  std::string_view name() const override { return "ir"; }
  Isa isa() const override { return isa_; }
  Capabilities capabilities() const override {
    Capabilities can;
    can.externals = can.coverage = can.counts = can.access_kind = can.records = true;
    can.rounding_modes = false;
    can.upper_vectors = isa_ == Isa::x86_64;
    return can;
  }
  std::optional<std::string> refuses(const Image& image) override {
    if (image.isa != isa_) return fmt::format("the code is for {}", to_string(image.isa));
    return std::nullopt;
  }
  Expected<std::vector<Outcome>> run_all(const Image& image, std::span<const Request> requests) override {
    if (!machine_ || image.identity == 0 || image.identity != identity_) {
      if (std::optional<std::string> reason = refuses(image)) return error_at({}, "ir: " + *reason);
      machine_ = std::make_unique<IrMachine>(image, observer_);
      identity_ = image.identity;
    }
    std::vector<Outcome> outcomes;
    for (const Request& request : requests) {
      Expected<MemoryPlan> plan = plan_memory(image, request);
      if (!plan) return plan.error();
      if (request.state.fp_control != initial_state(isa_).fp_control) {
        outcomes.emplace_back().detail = "the IR knows the default floating-point mode only";
        continue;
      }
      if (request.externals != nullptr) request.externals->start_request();
      outcomes.push_back(machine_->run(request, std::move(*plan)));
    }
    return outcomes;
  }
  std::unique_ptr<Mark> mark() override { return machine_ ? machine_->mark() : nullptr; }
  std::optional<Outcome> resume(const Mark& mark) override {
    return machine_ ? machine_->resume(static_cast<const MachineMark&>(mark)) : std::nullopt;
  }

 private:
  Isa isa_;
  IrObserver* observer_;
  uint64_t identity_ = 0;
  std::unique_ptr<IrMachine> machine_;
};

}  // namespace

std::unique_ptr<IrEngine> make_ir_engine(Isa isa, IrObserver* observer) {
  return std::make_unique<OneMachine>(isa, observer);
}

}  // namespace portolan::emulate
