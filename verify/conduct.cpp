#include "verify/conduct.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "emulate/ir_code.h"
#include "emulate/ir_engine.h"
#include "frontends/asm/machine.h"

namespace portolan::verify {
namespace {

using llvm::APInt;

bool is_atomic(const emulate::IrStep& step) {
  return std::any_of(step.function.values.begin(), step.function.values.end(), [](const ir::Instruction& i) {
    return i.op == ir::Op::atomic_rmw || i.op == ir::Op::atomic_cas || i.ordering != ir::Ordering::none;
  });
}

class Watcher : public emulate::IrObserver {
 public:
  Watcher(Isa isa, uint64_t stack_arguments, Conduct& conduct)
      : isa_(isa),
        stack_arguments_(stack_arguments),
        pointer_(assembly::Machine::get(isa).stack_pointer),
        conduct_(conduct) {}

  void begin(const emulate::Request& request) {
    bottom_ = emulate::kStackTop - emulate::page_ceil(request.stack_size);
    begun_ = false;
  }

  std::optional<uint64_t> before(uint64_t pc, std::span<const APInt> slots, emulate::MemoryAccess&) override {
    const uint64_t pointer = slots[pointer_].getZExtValue();
    if (!begun_) end_ = pointer + (isa_ == Isa::x86_64 ? 8 : 0) + stack_arguments_;
    begun_ = true;
    pc_ = pc;
    return pc;
  }

  void after(const emulate::IrStep& step, std::span<const APInt> slots, std::span<const Access> accesses,
             bool) override {
    now_ = slots[pointer_].getZExtValue();
    const bool atomic = !accesses.empty() && is_atomic(step);
    for (const Access& access : accesses) {
      const uint64_t end = access.address + access.size;
      if (access.address >= bottom_ && access.address < emulate::kStackTop && end > end_ && conduct_.frame.empty())
        conduct_.frame =
            fmt::format("at {:#x} it {} {} bytes at {:#x}, beyond its own stack arguments, which end at {:#x}", pc_,
                        access.write ? "writes" : "reads", access.size, access.address, end_);
      if (atomic && access.address % access.size != 0 && conduct_.alignment.empty())
        conduct_.alignment =
            fmt::format("at {:#x} {} bytes at {:#x} are accessed atomically", pc_, access.size, access.address);
    }
  }

  // All three conventions: it is a multiple of 16 where a function is called; x86-64 has pushed the return address.
  void called_outside() override {
    if (now_ % 16 != (isa_ == Isa::x86_64 ? 8 : 0) && conduct_.convention.empty())
      conduct_.convention = fmt::format("the stack pointer is {:#x} at a call to the outside", now_);
  }

 private:
  Isa isa_;
  uint64_t stack_arguments_;
  assembly::Slot pointer_;
  Conduct& conduct_;
  uint64_t bottom_ = 0, end_ = 0, pc_ = 0, now_ = 0;
  bool begun_ = false;
};

// What the function's caller does not find as it left it.
std::string lost(Isa isa, const emulate::MachineState& before, const emulate::MachineState& after) {
  for (const uint8_t n : emulate::callee_saved_general(isa))
    if (before.general[n] != after.general[n]) return fmt::format("general register {} is not what it was", n);
  for (const uint8_t n : emulate::callee_saved_vector(isa))
    if (std::memcmp(before.vector[n].data(), after.vector[n].data(), 8) != 0)
      return fmt::format("vector register {} is not what it was", n);
  const unsigned sp = emulate::stack_pointer_index(isa);
  if (after.general[sp] != before.general[sp] + (isa == Isa::x86_64 ? 8 : 0))
    return fmt::format("the stack pointer is {:#x} at the end", after.general[sp]);
  return {};
}

}  // namespace

Conduct conduct_of(const Side& side, const Boundary& boundary, std::span<const emulate::Request> requests) {
  constexpr uint64_t kMostInstructions = 1 << 16;
  Conduct conduct;
  uint64_t stack_arguments = 0;
  for (const BoundaryValue& p : boundary.parameters)
    if (const Place& place = side.place_of(p); place.kind == Place::Kind::stack)
      stack_arguments = std::max<uint64_t>(stack_arguments, 8 * (place.index + 1));
  Watcher watcher(side.isa(), stack_arguments, conduct);
  const auto engine = emulate::make_ir_engine(side.isa(), &watcher);
  for (emulate::Request request : requests) {
    request.coverage = true;  // else the engine does not count
    request.limits = {.instructions = kMostInstructions, .time = std::chrono::milliseconds(500)};
    watcher.begin(request);
    const Expected<emulate::Outcome> outcome = engine->run(side.image(), request);
    if (!outcome || outcome->ending != emulate::Ending::returned) continue;
    ++conduct.runs;
    std::vector<uint8_t> stack;
    if (conduct.convention.empty())
      conduct.convention = lost(side.isa(), emulate::entry_state(side.image(), request, stack), outcome->state);
  }
  return conduct;
}

}  // namespace portolan::verify
