#include "tests/semantics_gate/state.h"

#include <algorithm>
#include <cstring>

namespace portolan::gate {
namespace {

using emulate::kPageSize;
using emulate::MachineState;
using ir::APInt;

// A bit that is undefined differs between two of so many runs, but for one in a million.
constexpr uint64_t kUndefSeeds = 21;

constexpr std::string_view kX86General[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi"};

}  // namespace

std::optional<unsigned> general_index(Isa isa, std::string_view name) {
  if (isa == Isa::x86_64) {
    for (unsigned i = 0; i < 8; ++i)
      if (name.size() == 3 && (name[0] == 'R' || name[0] == 'E') && (name[1] | 32) == kX86General[i][1] &&
          (name[2] | 32) == kX86General[i][2])
        return i;
    if (name.size() >= 2 && name[0] == 'R' && name[1] >= '0' && name[1] <= '9') return std::atoi(name.data() + 1);
    return std::nullopt;
  }
  if (name == "SP") return 31;
  if (name.size() >= 2 && (name[0] == 'X' || name[0] == 'W') && name[1] >= '0' && name[1] <= '9')
    return std::atoi(name.data() + 1);
  if (name == "FP") return 29;
  if (name == "LR") return 30;
  return std::nullopt;
}

namespace {

// The buffer's page and the stack; everything else faults.
class Memory : public ir::Environment {
 public:
  explicit Memory(const Case& test) : page_address(emulate::page_floor(test.buffer_address)) {
    page.assign(kPageSize, kFill);
    std::copy(test.buffer.begin(), test.buffer.end(), page.begin() + (test.buffer_address - page_address));
    stack_address = emulate::kStackTop - kStackBytes;
    stack.assign(kStackBytes, kFill);
    const uint64_t sp = test.state.general[emulate::stack_pointer_index(test.snippet->isa)];
    for (size_t i = 0; i < test.stack.size() && sp + i < emulate::kStackTop; ++i)
      stack[sp + i - stack_address] = test.stack[i];
    thread = test.state.thread_pointer;
  }
  bool read(uint64_t address, std::span<uint8_t> bytes) override {
    const uint8_t* from = at(address, bytes.size());
    if (from) std::memcpy(bytes.data(), from, bytes.size());
    return from != nullptr;
  }
  bool write(uint64_t address, std::span<const uint8_t> bytes) override {
    uint8_t* to = at(address, bytes.size());
    if (to) std::memcpy(to, bytes.data(), bytes.size());
    return to != nullptr;
  }
  uint64_t thread_pointer() override { return thread; }

  uint64_t page_address, stack_address = 0, thread = 0;
  std::vector<uint8_t> page, stack;
  bool misaligned = false;

 private:
  uint8_t* at(uint64_t address, size_t size) {
    // Of sizes that are no power of two, elements count.
    misaligned |= address % (size & -size) != 0;
    if (address >= page_address && address - page_address <= kPageSize - size) return &page[address - page_address];
    if (address >= stack_address && address - stack_address <= kStackBytes - size)
      return &stack[address - stack_address];
    return nullptr;
  }
};

// Any address may be read and written; remembers the first.
class Probe : public ir::Environment {
 public:
  explicit Probe(uint64_t tp) : thread(tp) {}
  bool read(uint64_t address, std::span<uint8_t> bytes) override {
    if (!first) first = address;
    std::fill(bytes.begin(), bytes.end(), 0);
    return true;
  }
  bool write(uint64_t address, std::span<const uint8_t>) override {
    if (!first) first = address;
    return true;
  }
  uint64_t thread_pointer() override { return thread; }
  uint64_t thread;
  std::optional<uint64_t> first;
};

std::optional<uint64_t> first_access(const Case& test, const SlotMap& map) {
  std::vector<APInt> slots = map.slots(test.state);
  Probe probe(test.state.thread_pointer);
  ir::Start start;
  start.slots = slots;
  uint64_t steps = 5000;
  start.steps = &steps;
  ir::Interpreter(test.snippet->function).run(probe, start);
  return probe.first;
}

void draw_vector(emulate::Vector& vector, unsigned bytes, Isa isa, Random& random) {
  if (isa == Isa::riscv64) {
    uint64_t value = random.floating(64);
    if (random.one_in(2)) value = random.floating(32) | (random.one_in(8) ? random.bits() << 32 : ~uint64_t{0} << 32);
    std::memcpy(vector.data(), &value, 8);
    return;
  }
  const unsigned kind = random.below(7);
  const unsigned width = kind < 4 ? 8u << kind : 16u << (kind - 4);
  for (unsigned i = 0; i < bytes; i += width / 8) {
    const uint64_t value = kind < 4 ? random.value(width) : random.floating(width);
    std::memcpy(&vector[i], &value, width / 8);
  }
}

}  // namespace

bool set_by_engine(Isa isa, unsigned general) {
  if (general == emulate::stack_pointer_index(isa)) return true;
  return isa == Isa::aarch64 ? general == 30 : isa == Isa::riscv64 && general <= 4;
}

IrResult run_ir(const Case& test, const SlotMap& map) {
  IrResult result;
  for (uint64_t seed = 1; seed <= kUndefSeeds; ++seed) {
    std::vector<APInt> slots = map.slots(test.state);
    Memory memory(test);
    ir::Start start;
    start.slots = slots;
    start.undef_seed = seed;
    uint64_t steps = 100000;
    start.steps = &steps;
    const ir::Outcome outcome = ir::Interpreter(test.snippet->function).run(memory, start);
    if (seed == 1) {
      result.outcome = outcome;
      for (const APInt& slot : slots) result.undefined.emplace_back(slot.getBitWidth(), 0);
      result.slots = std::move(slots);
      result.page = std::move(memory.page);
      result.misaligned = memory.misaligned;
      result.undefined_bytes.assign(kPageSize, 0);
      if (std::none_of(test.snippet->function.values.begin(), test.snippet->function.values.end(),
                       [](const ir::Instruction& inst) { return inst.op == ir::Op::undef; }))
        break;
      continue;
    }
    for (size_t i = 0; i < slots.size(); ++i) result.undefined[i] |= slots[i] ^ result.slots[i];
    for (size_t i = 0; i < kPageSize; ++i) result.undefined_bytes[i] |= memory.page[i] ^ result.page[i];
  }
  return result;
}

Case draw_case(const Snippet& snippet, const SlotMap& map, const MachineState& entry, const std::vector<uint8_t>& stack,
               uint64_t buffer_address, size_t buffer_size, Random& random) {
  const Isa isa = map.machine().isa;
  Case test;
  test.snippet = &snippet;
  test.state = entry;
  test.stack = stack;
  test.buffer_address = buffer_address;
  test.buffer.resize(buffer_size);
  emulate::Vector lane{};
  for (size_t i = 0; i < buffer_size; i += 16) {
    draw_vector(lane, 16, isa == Isa::riscv64 && random.one_in(2) ? Isa::aarch64 : isa, random);
    std::copy_n(lane.begin(), 16, test.buffer.begin() + i);
  }
  MachineState& state = test.state;
  for (unsigned i = 0; i < emulate::general_count(isa); ++i) {
    if (!set_by_engine(isa, i)) state.general[i] = random.one_in(8) && i > 0 ? state.general[i - 1] : random.value(64);
  }
  for (unsigned i = 0; i < emulate::vector_count(isa); ++i) {
    if (i > 0 && random.one_in(8))
      state.vector[i] = state.vector[i - 1];
    else
      draw_vector(state.vector[i], emulate::vector_bytes(isa), isa, random);
  }
  if (isa == Isa::x86_64) state.flags = (state.flags & ~uint64_t{0x8d5}) | (random.bits() & 0x8d5);
  if (isa == Isa::aarch64) state.flags = random.bits() & 0xf0000000;
  if (!snippet.touches_memory) return test;

  const uint64_t alignment = uint64_t{1} << (random.one_in(4) ? random.below(5) : 5);
  uint64_t offset = random.below(buffer_size) & ~(alignment - 1);
  if (random.one_in(12)) offset = buffer_size - 1 - random.below(16);  // may leave the page
  const uint64_t target = buffer_address + offset;
  const assembly::McTarget& mc = assembly::McTarget::get(isa);
  for (unsigned attempt = 0; attempt < 2; ++attempt)
    for (const llvm::MCOperand& operand : snippet.instance.inst) {
      if (!operand.isReg() || operand.getReg() == 0) continue;
      const std::optional<unsigned> index = general_index(isa, mc.register_name(operand.getReg()));
      if (!index || set_by_engine(isa, *index)) continue;
      const std::optional<uint64_t> before = first_access(test, map);
      if (!before) return test;
      const uint64_t old = state.general[*index];
      state.general[*index] += target - *before;
      if (first_access(test, map) == target) return test;
      state.general[*index] = attempt == 0 ? old & 0xff : old;  // smaller, should it be an index
    }
  return test;
}

}  // namespace portolan::gate
