// Every lifted opcode with random operands and states: the interpreter on the lifted IR against the processor. Bits
// that differ between runs of the interpreter with different seeds are undefined by the lifter and not compared.
#include "tests/unit/x86_64/native.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <random>
#include <set>

#include "frontends/asm/lift.h"
#include "frontends/x86_64/insn.h"
#include "frontends/x86_64/lifter.h"
#include "frontends/x86_64/opcodes.h"
#include "ir/interpreter.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/MC/MCCodeEmitter.h"
#include "llvm/MC/MCContext.h"

namespace portolan::x86_64 {
namespace {

using assembly::Machine;
using assembly::McTarget;
using llvm::APInt;
using llvm::MCInst;
using llvm::MCOperand;

constexpr size_t kArena = 8192, kMiddle = 4096;
constexpr unsigned kSeeds = 2, kSeedsInDoubt = 48;
constexpr const char* kGeneral[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                    "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
const std::pair<const char*, unsigned> kFlagBits[] = {{"cf", 0}, {"pf", 2}, {"af", 4},
                                                      {"zf", 6}, {"sf", 7}, {"of", 11}};

// The arena's bytes under their real addresses.
class Memory final : public ir::Environment {
 public:
  explicit Memory(uint64_t base) : base_(base) {}
  std::vector<uint8_t> bytes = std::vector<uint8_t>(kArena);
  bool read(uint64_t address, std::span<uint8_t> out) override {
    if (!inside(address, out.size())) return false;
    std::memcpy(out.data(), bytes.data() + (address - base_), out.size());
    return true;
  }
  bool write(uint64_t address, std::span<const uint8_t> in) override {
    if (!inside(address, in.size())) return false;
    std::memcpy(bytes.data() + (address - base_), in.data(), in.size());
    return true;
  }

 private:
  bool inside(uint64_t address, size_t size) const { return address - base_ <= kArena - size && address >= base_; }
  uint64_t base_;
};

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  uint64_t below(uint64_t n) { return engine_() % n; }
  uint64_t bits() { return engine_(); }
  // Boundary values, random bit density, and floating-point patterns of both widths.
  uint64_t value() {
    switch (below(10)) {
      case 0:
        return boundary(64);
      case 1:
        return boundary(32) | boundary(32) << 32;
      case 2:
        return boundary(16) | boundary(16) << 16 | boundary(16) << 32 | boundary(16) << 48;
      case 3:
        return single() | single() << 32;
      case 4:
      case 5:
        return double_();
      case 6:
        return single() | single() << 32;
      case 7:
        return bits() & bits() & bits();
      case 8:
        return bits() | bits() | bits();
      default:
        return bits();
    }
  }
  uint64_t boundary(unsigned width) {
    uint64_t ones = width == 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1, top = uint64_t{1} << (width - 1);
    const uint64_t values[] = {0,   1,   2,  ones, ones - 1, top, top - 1, top + 1, uint64_t{1} << below(width),
                               127, 128, 31, 32};
    return values[below(std::size(values))] & ones;
  }
  uint64_t single() {
    const uint32_t values[] = {0,          0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000,
                               0x7fc00001, 0xffc00002, 0x7f800003, 0xff812345, 1,          0x80000001,
                               0x007fffff, 0x7f7fffff, 0x4f000000, 0xcf000000, 0x4effffff, 0x5f000000,
                               0x3f000000, 0x3fc00000, 0x40200000, 0xcf000001, 0x33000000};
    if (below(3) == 0) return static_cast<uint32_t>(bits());
    if (below(3) == 0) return 0x3f000000 + (bits() & 0x80ffffff);
    return values[below(std::size(values))];
  }
  uint64_t double_() {
    const uint64_t values[] = {0,
                               0x8000000000000000,
                               0x3ff0000000000000,
                               0xbff0000000000000,
                               0x7ff0000000000000,
                               0xfff0000000000000,
                               0x7ff8000000000001,
                               0xfff8000000000002,
                               0x7ff0000000000003,
                               0xfff0000000012345,
                               1,
                               0x8000000000000001,
                               0x7fefffffffffffff,
                               0x41e0000000000000,
                               0xc1e0000000000000,
                               0x41dfffffffe00000,
                               0x41dfffffffc00000,
                               0x43e0000000000000,
                               0xc3e0000000000000,
                               0x3fe0000000000000,
                               0x4004000000000000,
                               0xc1e0000000100000,
                               0x3ca0000000000000,
                               0x36a0000000000000,
                               0x47efffffe0000000,
                               0x47efffffefffffff};
    if (below(3) == 0) return bits();
    if (below(3) == 0) return 0x3fe0000000000000 + (bits() & 0x801fffffffffffff);
    return values[below(std::size(values))];
  }

 private:
  std::mt19937_64 engine_;
};

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// Builds an instruction of an opcode, and remembers which registers address memory.
class Generator {
 public:
  Generator(Random& random, uint64_t arena) : r_(random), arena_(arena) {}

  std::optional<MCInst> make(unsigned opcode) {
    const McTarget& target = McTarget::get(Isa::x86_64);
    const llvm::MCInstrDesc& desc = target.instructions().get(opcode);
    name_ = target.opcode_name(opcode);
    base.reset(), index.reset();
    legacy_ = r_.below(3) == 0;
    MCInst inst;
    inst.setOpcode(opcode);
    for (unsigned i = 0; i < desc.getNumOperands(); ++i) {
      int tied = desc.getOperandConstraint(i, llvm::MCOI::TIED_TO);
      const llvm::MCOperandInfo& info = desc.operands()[i];
      bool lea = name_.starts_with("LEA") && i == 1;
      if (tied >= 0) {
        inst.addOperand(inst.getOperand(static_cast<unsigned>(tied)));
      } else if ((info.OperandType == llvm::MCOI::OPERAND_MEMORY || lea) && i + 5 <= desc.getNumOperands()) {
        add_memory(inst);
        i += 4;
      } else if (info.OperandType == llvm::MCOI::OPERAND_REGISTER) {
        std::optional<unsigned> reg = pick(static_cast<unsigned>(info.RegClass));
        if (!reg) return std::nullopt;
        inst.addOperand(MCOperand::createReg(*reg));
      } else if (info.OperandType == llvm::MCOI::OPERAND_MEMORY) {
        return std::nullopt;
      } else {
        inst.addOperand(MCOperand::createImm(immediate(info)));
      }
    }
    return inst;
  }

  std::optional<unsigned> base, index;  // slots
  int64_t displacement = 0;
  unsigned scale = 1;

 private:
  int64_t immediate(const llvm::MCOperandInfo& info) {
    if (info.OperandType == llvm::MCOI::OPERAND_FIRST_TARGET + 1) return static_cast<int64_t>(r_.below(16));
    if (contains(name_, "CMP") && contains(name_, "P") && contains(name_, "ri") == false)
      return static_cast<int64_t>(r_.below(32));
    if (name_ == "MOV64ri") return static_cast<int64_t>(r_.value());
    if (name_.ends_with("i8")) return static_cast<int8_t>(r_.boundary(8));
    if (name_.starts_with("SH") || name_.starts_with("R") || name_.starts_with("SAR"))
      return static_cast<int64_t>(r_.boundary(8));
    if (contains(name_, "16")) return static_cast<int16_t>(r_.value());
    if (contains(name_, "32") || contains(name_, "64")) return static_cast<int32_t>(r_.value());
    if (contains(name_, "8")) return static_cast<int8_t>(r_.value());
    return static_cast<int64_t>(r_.below(4) == 0 ? r_.below(32) : r_.below(256));
  }

  std::optional<unsigned> pick(unsigned register_class) {
    const McTarget& target = McTarget::get(Isa::x86_64);
    const llvm::MCRegisterClass& c = target.registers().getRegClass(register_class);
    std::vector<unsigned> all;
    for (unsigned reg : c) {
      const Place& p = State::get().place(reg);
      std::string_view name = target.register_name(reg);
      if (p.kind == Place::Kind::none || p.slot == State::get().rsp) continue;
      bool high = p.low != 0;
      bool needs_rex = name.starts_with("R8") || name.starts_with("R9") || name.starts_with("R1") || name == "SIL" ||
                       name == "DIL" || name == "BPL";
      if (legacy_ ? needs_rex : high) continue;
      if (high && (contains(name_, "64") || contains(name_, "NOREX"))) continue;
      all.push_back(reg);
    }
    if (all.empty()) return std::nullopt;
    return all[r_.below(r_.below(2) ? all.size() : std::min<size_t>(all.size(), 3))];
  }

  void add_memory(MCInst& inst) {
    const llvm::MCRegisterInfo& registers = McTarget::get(Isa::x86_64).registers();
    auto by_slot = [&](const char* name) {
      for (unsigned reg = 1; reg < registers.getNumRegs(); ++reg)
        if (llvm::StringRef(registers.getName(reg)).equals_insensitive(name)) return reg;
      return 0u;
    };
    // Registers that need no REX prefix, so that a high byte register may stand beside them.
    const char* bases[] = {"rbx", "rsi", "rbp", "rdi"};
    const char* chosen = bases[r_.below(4)];
    base = Machine::get(Isa::x86_64).slot(chosen);
    inst.addOperand(MCOperand::createReg(by_slot(chosen)));
    scale = 1u << r_.below(4);
    inst.addOperand(MCOperand::createImm(scale));
    if (r_.below(2) && chosen != bases[2]) {
      index = State::get().rbp;
      inst.addOperand(MCOperand::createReg(by_slot("rbp")));
    } else {
      inst.addOperand(MCOperand::createReg(0));
    }
    displacement = r_.below(2) ? 0 : static_cast<int64_t>(r_.below(2) ? 64 : 1024) * (r_.below(2) ? 1 : -1);
    inst.addOperand(MCOperand::createImm(displacement));
    inst.addOperand(MCOperand::createReg(0));
  }

  Random& r_;
  uint64_t arena_;
  std::string_view name_;
  bool legacy_ = false;
};

// A unit of one function: the instruction and a return.
assembly::Unit unit_of(const MCInst& inst) {
  assembly::Unit unit;
  unit.isa = Isa::x86_64;
  assembly::Section text;
  text.name = ".text";
  text.flags = "ax";
  text.executable = true;
  text.size = 32;
  MCInst ret;
  ret.setOpcode(RET64);
  text.instructions.push_back({inst, {}, 0, 1, 16});
  text.instructions.push_back({ret, {}, 16, 2, 16});
  unit.sections.push_back(text);
  assembly::Symbol symbol;
  symbol.name = "f";
  symbol.binding = assembly::Binding::global;
  symbol.kind = assembly::SymbolKind::function;
  symbol.section = 0;
  unit.symbols.push_back(symbol);
  unit.symbol_by_name["f"] = 0;
  return unit;
}

class Gate {
 public:
  Gate() : random_(20250101) {
    arena_ = static_cast<uint8_t*>(std::aligned_alloc(4096, kArena));
    const McTarget& target = McTarget::get(Isa::x86_64);
    context_ = std::make_unique<llvm::MCContext>(llvm::Triple(target.triple()), &target.asm_info(), &target.registers(),
                                                 &target.subtarget());
    emitter_.reset(target.target().createMCCodeEmitter(target.instructions(), *context_));
  }
  ~Gate() { std::free(arena_); }

  // What disagrees, or empty.
  std::string check(unsigned opcode, unsigned rounds) {
    Generator generator(random_, reinterpret_cast<uint64_t>(arena_));
    std::string_view name = McTarget::get(Isa::x86_64).opcode_name(opcode);
    std::string first;
    unsigned failures = 0, ran = 0;
    for (unsigned round = 0; round < rounds; ++round) {
      std::optional<MCInst> inst = generator.make(opcode);
      if (!inst) return std::string(name) + ": no operands generated\n";
      std::string why = compare(*inst, generator);
      if (why == "not executable here") return "";
      ++ran;
      if (!why.empty() && failures++ == 0) first = why;
    }
    if (failures == 0) return "";
    return std::string(name) + ": " + std::to_string(failures) + " of " + std::to_string(ran) + ": " + first + "\n";
  }

 private:
  static std::string text(const MCInst& inst) { return McTarget::get(Isa::x86_64).print(inst); }

  void set_up(const Generator& g, const MCInst& inst, NativeState& state, std::vector<uint8_t>& memory) {
    std::string_view name = McTarget::get(Isa::x86_64).opcode_name(inst.getOpcode());
    for (uint64_t& v : state.general) v = random_.value();
    if (random_.below(2)) state.general[1] = random_.below(70);
    for (auto& v : state.vector)
      for (size_t i = 0; i < 32; i += 8) {
        uint64_t word = random_.value();
        std::memcpy(v.data() + i, &word, 8);
      }
    if (random_.below(3) == 0)
      std::memset(state.vector[1].data() + 1, 0, 15), std::memset(state.vector[0].data() + 1, 0, 15);
    state.flags = 0x202;
    for (auto [flag, bit] : kFlagBits) state.flags |= random_.below(2) << bit;
    for (size_t i = 0; i < memory.size(); i += 8) {
      uint64_t word = random_.value();
      std::memcpy(memory.data() + i, &word, 8);
    }
    uint64_t middle = reinterpret_cast<uint64_t>(arena_) + kMiddle;
    state.general[4] = middle;
    bool bit_string = name.starts_with("BT") && name.ends_with("mr");
    if (bit_string)
      for (size_t i : {0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
        state.general[i] = static_cast<uint64_t>(static_cast<int64_t>(random_.below(4096)) - 2048);
    if (name == "LEAVE64") state.general[5] = middle + 64;
    bool divides = contains(name, "DIV");
    if (divides && random_.below(2)) state.general[2] = random_.below(2) ? 0 : random_.below(16);
    if (divides && random_.below(2)) state.general[2] = static_cast<int64_t>(state.general[0]) >> 63;
    const Machine& machine = Machine::get(Isa::x86_64);
    for (size_t i = 0; i < 16; ++i) {
      if (g.index && machine.slot(kGeneral[i]) == *g.index) state.general[i] = bit_string ? 0 : 64 * random_.below(2);
    }
    for (size_t i = 0; i < 16; ++i)
      if (g.base && machine.slot(kGeneral[i]) == *g.base) state.general[i] = middle;
  }

  std::string compare(const MCInst& inst, const Generator& g) {
    const McTarget& target = McTarget::get(Isa::x86_64);
    std::string_view name = target.opcode_name(inst.getOpcode());
    llvm::SmallVector<char, 16> code;
    llvm::SmallVector<llvm::MCFixup, 2> fixups;
    emitter_->encodeInstruction(inst, code, fixups, target.subtarget());

    assembly::Unit unit = unit_of(inst);
    assembly::LiftResult lifted = assembly::lift_function(assembly::CodeIndex(unit), lifter(), 0);
    if (!lifted.refusals.empty()) return text(inst) + ": refused: " + lifted.refusals[0].message;

    NativeState before, after;
    std::vector<uint8_t> memory(kArena);
    set_up(g, inst, before, memory);
    after = before;
    std::memcpy(arena_, memory.data(), kArena);
    int signal = run_native({reinterpret_cast<uint8_t*>(code.data()), code.size()}, after);
    if (signal == 4) return "not executable here";

    Runs runs;
    ir::Outcome outcome;
    auto run = [&](unsigned first, unsigned last) {
      for (unsigned seed = first; seed < last; ++seed) {
        Memory environment(reinterpret_cast<uint64_t>(arena_));
        environment.bytes = memory;
        std::vector<APInt> slots = slots_of(before);
        ir::Start start;
        start.slots = slots;
        start.undef_seed = seed;
        outcome = ir::Interpreter(lifted.function).run(environment, start);
        runs.slots.push_back(slots);
        runs.memories.push_back(environment.bytes);
      }
    };
    run(0, kSeeds);
    // A bit string whose offset register is also its base reaches anywhere.
    bool outside = signal == 11 || outcome.ending == ir::Ending::faulted;
    if (outside && name.starts_with("BT")) return "";
    if (signal != 0) {
      if (signal == 8 && outcome.ending == ir::Ending::trapped) return "";
      return text(inst) + ": signal " + std::to_string(signal) + " natively" + explain(before);
    }
    if (outcome.ending != ir::Ending::returned)
      return text(inst) + ": the interpreter ends with " + std::to_string(static_cast<int>(outcome.ending)) +
             outcome.detail + explain(before);
    if (differences(inst, before, slots_of(after), runs).empty()) return "";
    run(kSeeds, kSeedsInDoubt);
    return differences(inst, before, slots_of(after), runs);
  }

  // By seed.
  struct Runs {
    std::vector<std::vector<APInt>> slots;
    std::vector<std::vector<uint8_t>> memories;
  };

  std::string differences(const MCInst& inst, const NativeState& before, const std::vector<APInt>& native,
                          const Runs& runs) {
    const Machine& machine = Machine::get(Isa::x86_64);
    std::vector<APInt> start = slots_of(before);
    std::string different;
    for (size_t slot = 0; slot < native.size(); ++slot) {
      APInt undefined(native[slot].getBitWidth(), 0);
      for (const auto& r : runs.slots) undefined |= r[slot] ^ runs.slots[0][slot];
      if (((native[slot] ^ runs.slots[0][slot]) & ~undefined).isZero()) continue;
      auto hex = [](const APInt& v) {
        llvm::SmallString<80> s;
        v.toString(s, 16, false);
        return std::string(s);
      };
      different += " " + machine.slots[slot].name + " was " + hex(start[slot]) + " processor " + hex(native[slot]) +
                   " lifted " + hex(runs.slots[0][slot]) + ";";
    }
    for (size_t i = 0; i < kArena; ++i) {
      uint8_t undefined = 0;
      for (const auto& m : runs.memories) undefined |= m[i] ^ runs.memories[0][i];
      if ((arena_[i] ^ runs.memories[0][i]) & ~undefined) {
        different += " memory at " + std::to_string(static_cast<int64_t>(i) - static_cast<int64_t>(kMiddle));
        break;
      }
    }
    return different.empty() ? "" : text(inst) + ":" + different + explain(before);
  }

  static std::string explain(const NativeState& before) {
    std::string result = " with";
    char buffer[64];
    for (size_t i = 0; i < 4; ++i) {
      snprintf(buffer, sizeof buffer, " %s=%lx", kGeneral[i], before.general[i]);
      result += buffer;
    }
    for (size_t i = 0; i < 4; ++i) {
      uint64_t words[2];
      std::memcpy(words, before.vector[i].data(), 16);
      snprintf(buffer, sizeof buffer, " xmm%zu=%016lx%016lx", i, words[1], words[0]);
      result += buffer;
    }
    return result;
  }

  static std::vector<APInt> slots_of(const NativeState& state) {
    const Machine& machine = Machine::get(Isa::x86_64);
    std::vector<APInt> slots;
    for (const assembly::SlotInfo& info : machine.slots) slots.push_back(APInt(info.width, 0));
    for (size_t i = 0; i < 16; ++i) slots[machine.slot(kGeneral[i])] = APInt(64, state.general[i]);
    for (auto [flag, bit] : kFlagBits) slots[machine.slot(flag)] = APInt(1, state.flags >> bit & 1);
    for (size_t i = 0; i < 16; ++i) {
      uint64_t words[4];
      std::memcpy(words, state.vector[i].data(), 32);
      slots[machine.slot("xmm" + std::to_string(i))] = APInt(128, llvm::ArrayRef<uint64_t>(words, 2));
      slots[machine.slot("ymm" + std::to_string(i) + "h")] = APInt(128, llvm::ArrayRef<uint64_t>(words + 2, 2));
    }
    return slots;
  }

  Random random_;
  uint8_t* arena_;
  std::unique_ptr<llvm::MCContext> context_;
  std::unique_ptr<llvm::MCCodeEmitter> emitter_;
};

TEST(X86Native, LiftedInstructionsDoWhatTheProcessorDoes) {
  const char* rounds = std::getenv("PORTOLAN_ROUNDS");
  const char* only = std::getenv("PORTOLAN_ONLY");
  unsigned count = rounds ? static_cast<unsigned>(std::atoi(rounds)) : 12;
  Gate gate;
  std::map<std::string, unsigned> opcodes;
  const llvm::MCInstrInfo& instructions = McTarget::get(Isa::x86_64).instructions();
  for (unsigned opcode = 0; opcode < instructions.getNumOpcodes(); ++opcode)
    opcodes[std::string(instructions.getName(opcode))] = opcode;
  unsigned checked = 0;
  for (auto family : lifter().rows().families())
    for (const assembly::Row& row : family) {
      if (!row.lift) continue;
      for (const std::string& name : assembly::expand_opcodes(row.opcodes)) {
        if (only && name != only) continue;
        if (name == "XCHG32ar") continue;  // of eax the encoding is nop's, which assemblers avoid
        MCInst probe;
        probe.setOpcode(opcodes[name]);
        if (lifter().flow(probe).kind != assembly::Flow::Kind::next) continue;
        const llvm::MCInstrDesc& desc = instructions.get(opcodes[name]);
        // Pseudo opcodes and code-generation-only ones encode like their twins or not at all.
        if (desc.isPseudo() || contains(name, "NOREX") || contains(name, "PREFIX") || contains(name, "ao64") ||
            contains(name, "o64a"))
          continue;
        if (name.size() == 5 && (name.starts_with("MOVS") || name.starts_with("STOS") || name.starts_with("LODS") ||
                                 name.starts_with("SCAS") || name.starts_with("CMPS")))
          continue;
        ++checked;
        std::string why = gate.check(opcodes[name], count);
        if (!why.empty()) ADD_FAILURE() << why;
      }
    }
  printf("%u opcodes checked\n", checked);
}

}  // namespace
}  // namespace portolan::x86_64
