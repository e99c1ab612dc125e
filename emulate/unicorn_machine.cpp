#include "emulate/unicorn_machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "emulate/external_step.h"

namespace portolan::emulate {
namespace {

struct Kind {
  uc_arch arch;
  uc_mode mode;
};

Kind kind_of(Isa isa) {
  static constexpr Kind kKinds[] = {
      {UC_ARCH_X86, UC_MODE_64}, {UC_ARCH_ARM64, UC_MODE_ARM}, {UC_ARCH_RISCV, UC_MODE_RISCV64}};
  return kKinds[static_cast<size_t>(isa)];
}

uint32_t permissions(bool writable, bool executable) {
  uint32_t bits = UC_PROT_READ;
  if (writable) bits |= UC_PROT_WRITE;
  if (executable) bits |= UC_PROT_EXEC;
  return bits;
}

// Numbers that Unicorn's interrupt hook reports: QEMU's of each target.
constexpr int kX86Divide = 0, kX86Breakpoint = 3;
constexpr int kArmSystemCall = 2, kArmBreakpoint = 7;
constexpr int kRiscvFirstCall = 8, kRiscvLastCall = 11;

}  // namespace

UnicornMachine::UnicornMachine(const UnicornLibrary& library, const Image& image, bool observe)
    : library_(library), image_(image), observe_(observe), registers_(image.isa), memory_(image), watchdog_([this] {
        library_.emu_stop(engine_);
      }) {}

UnicornMachine::~UnicornMachine() {
  if (fresh_ != nullptr) library_.context_free(fresh_);
  if (engine_ != nullptr) library_.close(engine_);
}

Expected<std::unique_ptr<UnicornMachine>> UnicornMachine::make(const Image& image, bool observe) {
  Expected<const UnicornLibrary*> library = UnicornLibrary::get();
  if (!library) return library.error();
  std::unique_ptr<UnicornMachine> machine(new UnicornMachine(**library, image, observe));
  const uc_err error = machine->open();
  if (error != UC_ERR_OK) return error_at({}, fmt::format("unicorn: {}", (*library)->strerror(error)));
  return machine;
}

uc_err UnicornMachine::open() {
  const Kind kind = kind_of(image_.isa);
  uc_err error = library_.open(kind.arch, kind.mode, &engine_);
  if (error != UC_ERR_OK) return error;
  if (image_.isa == Isa::aarch64) error = library_.ctl(engine_, UC_CTL_WRITE(UC_CTL_CPU_MODEL, 1), UC_CPU_ARM64_MAX);
  if (error != UC_ERR_OK) return error;
  for (Mapped& mapped : memory_.segments) {
    error = map(mapped);
    if (error != UC_ERR_OK) return error;
  }
  if (image_.isa == Isa::riscv64) {
    uint64_t status = 0x6000;  // mstatus.FS: without it every floating-point instruction is illegal
    library_.reg_write(engine_, UC_RISCV_REG_MSTATUS, &status);
  }
  error = add_hooks();
  if (error != UC_ERR_OK) return error;
  error = library_.context_alloc(engine_, &fresh_);
  return error != UC_ERR_OK ? error : library_.context_save(engine_, fresh_);
}

uc_err UnicornMachine::map(Mapped& mapped) {
  return library_.mem_map_ptr(engine_, mapped.address, mapped.bytes.size(),
                              permissions(mapped.writable, mapped.executable), mapped.bytes.data());
}

uc_err UnicornMachine::add_hooks() {
  using Machine = UnicornMachine;
  auto on_memory = +[](uc_engine*, uc_mem_type type, uint64_t address, int, int64_t, void* user) -> bool {
    Stop& stop = static_cast<Machine*>(user)->stop_;
    stop.memory = true, stop.type = type, stop.address = address;
    return false;
  };
  auto on_interrupt = +[](uc_engine* engine, uint32_t number, void* user) {
    Machine* machine = static_cast<Machine*>(user);
    machine->stop_.interrupt = static_cast<int>(number);
    machine->library_.emu_stop(engine);
  };
  auto on_invalid = +[](uc_engine*, void* user) -> bool {
    static_cast<Machine*>(user)->stop_.invalid = true;
    return false;
  };
  auto on_system_call = +[](uc_engine* engine, void* user) {
    Machine* machine = static_cast<Machine*>(user);
    machine->stop_.system_call = true;
    machine->library_.emu_stop(engine);
  };
  auto on_block = +[](uc_engine*, uint64_t address, uint32_t size, void* user) {
    static_cast<Machine*>(user)->on_block(address, size);
  };
  auto on_instruction =
      +[](uc_engine*, uint64_t address, uint32_t, void* user) { static_cast<Machine*>(user)->on_instruction(address); };
  uc_hook ignored = 0;
  uc_err error = UC_ERR_OK;
  auto add = [&](int type, auto callback, auto... instruction) {
    if (error == UC_ERR_OK)
      error = library_.hook_add(engine_, &ignored, type, reinterpret_cast<void*>(callback), this, 1, 0, instruction...);
  };
  add(UC_HOOK_MEM_INVALID, on_memory);
  add(UC_HOOK_INTR, on_interrupt);
  add(UC_HOOK_INSN_INVALID, on_invalid);
  if (image_.isa == Isa::x86_64) {
    add(UC_HOOK_INSN, on_system_call, UC_X86_INS_SYSCALL);
    add(UC_HOOK_INSN, on_system_call, UC_X86_INS_SYSENTER);
  }
  if (observe_) add(UC_HOOK_BLOCK, on_block);
  if (observe_) add(UC_HOOK_CODE, on_instruction);
  return error;
}

void UnicornMachine::on_block(uint64_t address, uint32_t size) {
  if (last_block_.start != 0) edges_.insert({last_block_.start + std::max<uint32_t>(last_block_.size, 1) - 1, address});
  last_block_ = {address, size};
  blocks_.insert(last_block_);
}

void UnicornMachine::on_instruction(uint64_t address) {
  last_pc_ = address;
  if (++instructions_ <= instruction_limit_ || instruction_limit_ == 0) return;
  stop_.too_many = true;
  library_.emu_stop(engine_);
}

// Mapping anew costs translations, so the pages of the last run stay when the new ones lie alike.
void UnicornMachine::map_regions(const MemoryPlan& plan) {
  if (memory_.refill_regions(plan)) return;
  std::vector<Mapped>& regions = memory_.regions;
  for (Mapped& mapped : regions) library_.mem_unmap(engine_, mapped.address, mapped.bytes.size());
  regions.clear();
  regions.reserve(plan.regions.size());
  for (const PageRun& run : plan.regions)
    map(regions.emplace_back(Mapped{run.address, run.contents, run.writable, false}));
}

void UnicornMachine::load(const Request& request, const MemoryPlan& plan) {
  memory_.reset_segments(image_, request);
  map_regions(plan);
  const bool resize = memory_.stack.bytes.size() != plan.stack_size;
  if (resize && !memory_.stack.bytes.empty())
    library_.mem_unmap(engine_, memory_.stack.address, memory_.stack.bytes.size());
  memory_.reset_stack(request, plan, stack_pointer_index(image_.isa));
  if (resize) map(memory_.stack);
}

Outcome UnicornMachine::run(const Request& request, const MemoryPlan& plan) {
  load(request, plan);
  last_block_ = {}, blocks_.clear(), edges_.clear();
  last_pc_ = plan.entry.pc, instructions_ = 0, instruction_limit_ = request.limits.instructions;
  Outcome outcome;
  outcome.state = plan.entry;
  library_.context_restore(engine_, fresh_);
  execute(request, outcome);
  memory_.collect(image_, request, plan, outcome);
  outcome.instructions = instructions_;
  if (request.coverage) {
    outcome.blocks.assign(blocks_.begin(), blocks_.end());
    outcome.edges.assign(edges_.begin(), edges_.end());
  }
  return outcome;
}

void UnicornMachine::execute(const Request& request, Outcome& outcome) {
  watchdog_.begin(request.limits.time);
  for (;;) {
    registers_.write(library_, engine_, outcome.state);
    stop_ = {};
    const uc_err error = library_.emu_start(engine_, outcome.state.pc, kReturnAddress, 0, 0);
    outcome.state = registers_.read(library_, engine_);
    // The stub range is not mapped: fetching there is how the program leaves.
    const bool at_stub = stop_.memory && stop_.type == UC_MEM_FETCH_UNMAPPED && is_stub(stop_.address);
    if (at_stub) outcome.state.pc = stop_.address;
    if (outcome.state.pc == kReturnAddress) {
      outcome.ending = Ending::returned;
      break;
    }
    if (at_stub && !watchdog_.fired()) {  // one may return to itself for ever
      if (step_external(image_, request, outcome.state, memory_, outcome)) continue;
      break;
    }
    if (stop_.too_many || watchdog_.fired()) {
      outcome.ending = Ending::limit;
      break;
    }
    const bool nothing =
        error == UC_ERR_OK && !stop_.memory && !stop_.invalid && !stop_.system_call && stop_.interrupt < 0;
    if (nothing) continue;  // a watchdog that was late for the run before
    classify(error, outcome);
    break;
  }
  watchdog_.end();
}

void UnicornMachine::classify(uc_err error, Outcome& outcome) {
  outcome.ending = Ending::trapped;
  const bool fetch = stop_.memory && (stop_.type == UC_MEM_FETCH_UNMAPPED || stop_.type == UC_MEM_FETCH_PROT);
  if (observe_) outcome.state.pc = last_pc_;
  if (fetch) outcome.state.pc = stop_.address;
  outcome.trap = {TrapKind::other, Access::unknown, outcome.state.pc};
  if (stop_.memory) {
    const bool write = stop_.type == UC_MEM_WRITE_UNMAPPED || stop_.type == UC_MEM_WRITE_PROT;
    outcome.trap = {TrapKind::segmentation,
                    write   ? Access::write
                    : fetch ? Access::execute
                            : Access::read,
                    stop_.address};
    return;
  }
  outcome.trap.kind = exception_kind(outcome.state.pc);
  if (outcome.trap.kind != TrapKind::other) return;
  outcome.ending = Ending::unsupported;
  outcome.detail = fmt::format("unicorn stopped at {:#x}: {}, interrupt {}", outcome.state.pc, library_.strerror(error),
                               stop_.interrupt);
}

// An instruction that Unicorn does not know is not for that reason illegal: only what the manuals reserve for ever is.
TrapKind UnicornMachine::exception_kind(uint64_t pc) {
  uint32_t word = 0;
  for (size_t bytes = 4; bytes >= 2; bytes -= 2)
    if (memory_.read(pc, {reinterpret_cast<uint8_t*>(&word), bytes})) break;
  const uint32_t half = word & 0xffff;
  if (stop_.system_call) return TrapKind::system_call;
  switch (image_.isa) {
    case Isa::x86_64:
      if (stop_.interrupt == kX86Divide) return TrapKind::divide;
      if (stop_.interrupt == kX86Breakpoint) return TrapKind::breakpoint;
      if (half == 0x0b0f || half == 0xb90f || half == 0xff0f) return TrapKind::illegal;  // ud2, ud1, ud0
      break;
    case Isa::aarch64:
      if (stop_.interrupt == kArmSystemCall) return TrapKind::system_call;
      if (stop_.interrupt == kArmBreakpoint) return TrapKind::breakpoint;
      if (word <= 0xffff) return TrapKind::illegal;  // udf
      break;
    case Isa::riscv64:
      if (stop_.interrupt >= kRiscvFirstCall && stop_.interrupt <= kRiscvLastCall) return TrapKind::system_call;
      if (half == 0x9002 || word == 0x00100073) return TrapKind::breakpoint;  // c.ebreak, ebreak
      if (half == 0 || word == 0xc0001073) return TrapKind::illegal;          // c.unimp, unimp
      break;
  }
  return TrapKind::other;
}

}  // namespace portolan::emulate
