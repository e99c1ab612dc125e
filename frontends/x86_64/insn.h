// What a lift function sees of one instruction: its operands without LLVM's tied duplicates and with the five parts of
// a memory operand as one, and register access by the sub-register rules of 64-bit mode (SDM vol. 1, 3.4.1.1): writes
// of 32 bits clear the upper half, writes of 8 and 16 bits keep the rest; VEX writes clear the vector register above
// what they write, legacy SSE writes keep it.
#pragma once

#include "frontends/asm/lift.h"
#include "frontends/asm/x86_prefixes.h"
#include "frontends/x86_64/state.h"

namespace portolan::x86_64 {

using assembly::LiftContext;
using assembly::Lifted;
using assembly::Row;
using ir::Op;
using ir::ValueId;

struct Operand {
  enum class Kind : uint8_t { reg, memory, immediate };
  Kind kind = Kind::immediate;
  unsigned index = 0;  // of the first MCOperand
  bool is_memory() const { return kind == Kind::memory; }
  bool is_register() const { return kind == Kind::reg; }
};

inline constexpr unsigned kRepne = assembly::kFlagRepeatNotEqual, kRep = assembly::kFlagRepeat,
                          kLock = assembly::kFlagLock;

class Insn {
 public:
  explicit Insn(LiftContext& context);

  LiftContext& c;
  ir::Builder& b;
  const State& s;
  std::string_view name;  // LLVM's: "ADD32rm"
  unsigned width = 0;     // the first number in the name: 32
  bool vex = false;
  unsigned prefix = 0;  // flags of frontends/asm/x86_prefixes.h
  bool lock = false;

  size_t size() const { return operands_.size(); }
  const Operand& operator[](size_t i) const { return operands_[i]; }
  const Operand& back() const { return operands_.back(); }
  bool has_immediate() const { return !operands_.empty() && back().kind == Operand::Kind::immediate; }
  // The two sources of an instruction that exists in a destructive and in a three-operand form: legacy SSE's first
  // source is the destination.
  const Operand& first() const { return operands_[registers_ >= 3 ? 1 : 0]; }
  const Operand& second() const { return operands_[registers_ >= 3 ? 2 : 1]; }
  // Register and memory operands, immediates not counted.
  unsigned registers() const { return registers_; }

  // Why nothing can be lifted from these operands, or empty.
  std::string unsupported() const;

  // Integers: registers, memory or (symbolic) immediates of the given width.
  ValueId read(const Operand& operand, unsigned bits);
  ValueId read(const Operand& operand) { return read(operand, width); }
  void write(const Operand& operand, ValueId value);
  ValueId address(const Operand& memory);  // computed once: an instruction has one memory operand
  int64_t immediate(const Operand& operand) const { return c.inst().getOperand(operand.index).getImm(); }
  uint8_t immediate_byte() const { return static_cast<uint8_t>(immediate(back())); }
  unsigned register_width(const Operand& operand) const { return place(operand).width; }
  Slot slot(const Operand& operand) const { return place(operand).slot; }

  // Whole slots, and the low part of them by the rules above.
  ValueId get(Slot slot, unsigned bits = 64) { return b.truncate(b.get_slot(slot, 64), bits); }
  void set(Slot slot, ValueId value);

  // Vectors: the low `bits` of a register, or as many from memory.
  ValueId read_vector(const Operand& operand, unsigned bits, uint8_t alignment = 1);
  // The whole register: value zero-extended to it.
  void write_vector(const Operand& operand, ValueId value, uint8_t alignment = 1);

  ValueId flag(Slot slot) { return b.get_slot(slot, 1); }
  void set_flag(Slot slot, ValueId bit) { b.set_slot(slot, bit); }
  void undefine(std::initializer_list<Slot> flags) {
    for (Slot slot : flags) b.set_slot(slot, b.undef(1));
  }

 private:
  const Place& place(const Operand& operand) const { return s.place(c.inst().getOperand(operand.index).getReg()); }
  ValueId load(const Operand& memory, unsigned bits, uint8_t alignment);
  // Of memory in the thread control block. Only two places in it are lifted (unsupported_memory() sees to that): %fs:0
  // holds the thread pointer itself (ELF TLS ABI, variant II), another is the stack protector's.
  std::optional<int64_t> control_block_offset(const Operand& memory) const;
  ValueId address_part(unsigned operand, unsigned bits);
  bool writes_memory() const;
  std::string unsupported_memory(const Operand& memory) const;

  llvm::SmallVector<Operand, 5> operands_;
  unsigned registers_ = 0;
  ValueId address_ = ir::kNoValue;
};

// Adapts `void f(Insn&)` or `Lifted f(Insn&)` to a row. Prefixes: the ones that f handles.
template <auto F, unsigned Prefixes = 0>
Lifted lift(LiftContext& context) {
  Insn x(context);
  unsigned flags = x.prefix;
  if (flags & kLock & ~Prefixes) return Lifted::refused("lock prefix on this instruction");
  if (flags & (kRep | kRepne) & ~Prefixes) return Lifted::refused("rep prefix on this instruction");
  if (std::string why = x.unsupported(); !why.empty()) return Lifted::refused(std::move(why));
  if constexpr (std::is_void_v<decltype(F(x))>) {
    F(x);
    return Lifted::done();
  } else {
    return F(x);
  }
}

}  // namespace portolan::x86_64
