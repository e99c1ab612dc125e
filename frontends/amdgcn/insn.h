// What a lift function gets: the instruction as written, its operands as values of one lane, and the builder. A read
// that does not fit refuses the instruction and gives a value of the right width all the same, so that lift functions
// need not look.
//
// A lane is a thread of the IR. Scalar registers are the same in all lanes of a wave, because every lane computes them
// from what the wave has agreed on; what only some lanes may do hangs on the bit of EXEC that is the lane's own.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "frontends/amdgcn/instruction.h"
#include "frontends/amdgcn/processor.h"
#include "frontends/kernel/series.h"
#include "ir/builder.h"

namespace portolan::amdgcn {

using ir::APInt;
using ir::Builder;
using ir::FloatFormat;
using ir::FloatMode;
using ir::Op;
using ir::RmwKind;
using ir::ValueId;
using kernel::number;

// Slots: scalar registers by their number in encodings, 32 bits each; then what has no number, then vector registers.
inline constexpr uint32_t kScc = 128;     // one bit
inline constexpr uint32_t kActive = 129;  // the lane's bit of EXEC
inline constexpr uint32_t kPc = 130;      // of a single instruction: where it goes on, in bytes from its start
inline constexpr uint32_t kVector = 256, kAccumulator = 512, kSlots = 768;
std::vector<uint32_t> slot_widths();

struct Type {
  char kind = 'b';  // f i u b, and h for bf16
  uint32_t bits = 32;
  bool is_signed() const { return kind == 'i'; }
};

class CodeLifter;

class Insn {
 public:
  using Pending = std::vector<std::pair<uint32_t, ValueId>>;
  // `pending`: writes are put there and not done (the halves of a dual instruction read before either writes).
  Insn(CodeLifter& lifter, const Instruction& text, Builder& builder, Pending* pending = nullptr)
      : b(builder), text(text), lifter_(lifter), pending_(pending) {}

  Builder& b;
  const Instruction& text;

  Processor processor() const;
  bool is_gfx11() const { return processor() == Processor::gfx1100; }
  bool is_rdna() const { return amdgcn::is_rdna(processor()); }
  uint32_t lanes() const { return lane_width(processor()); }
  CodeLifter& lifter() { return lifter_; }

  std::string_view name() const { return text.name; }
  bool has_part(std::string_view part) const;  // of the name, between underscores
  Type type(size_t from_end = 0) const;        // the last part of the name that is a type, the one before it, …
  FloatFormat format(size_t from_end = 0) const { return format_of(type(from_end)); }
  static FloatFormat format_of(const Type& type);

  size_t count() const { return text.operands.size(); }
  const Operand& operand(size_t n);

  // Operands, counted as they are written; 0 is the destination in most instructions.
  ValueId read(size_t n, uint32_t width, bool is_signed = false);  // bits; is_signed: how a 64-bit literal is extended
  ValueId read_float(size_t n, FloatFormat format);                // with minus and absolute value
  ValueId read_bit(size_t n);                                      // the lane's bit of a mask
  ValueId read_packed(size_t n, bool is_float);                    // two halves, before op_sel
  ValueId old(size_t n, uint32_t width);                           // a destination's value before

  // Destinations. A vector register keeps its value where the lane is not active; of 16 bits the upper half is kept or
  // cleared as the processor does.
  void write(size_t n, ValueId value);
  void write_half(size_t n, ValueId value, bool upper);                       // the other half is kept
  void write_integer(size_t n, ValueId wide, uint32_t bits, bool is_signed);  // clamped if the instruction says so
  void write_float(size_t n, ValueId value, FloatFormat format);
  ValueId clamped(ValueId value, FloatFormat format);
  void write_mask(size_t n, ValueId bit);  // the bits of all active lanes, zero for the others

  ValueId scc();
  void set_scc(ValueId bit);
  ValueId exec(uint32_t width);
  void set_exec(ValueId mask);
  ValueId vcc_bit();
  ValueId active() { return b.get_slot(kActive, 1); }
  ValueId lane() { return b.identity(ir::Identity::lane); }
  ValueId all_lanes() { return b.constant(APInt::getAllOnes(lanes())); }
  ValueId ballot(ValueId bit) { return b.lane_ballot(all_lanes(), bit); }
  // The value that lane `from` has; must be reached by all lanes.
  ValueId of_lane(ValueId value, ValueId from) { return b.lane_read(all_lanes(), value, from); }
  ValueId bit_of(ValueId mask, ValueId index);  // index: 32 bits

  // Runs `body` in the active lanes only. Lanes of a wave run in step: what one wrote before this is seen by all, and
  // nothing that one reads here was written by a later instruction of another.
  void in_active_lanes(const std::function<void()>& body);
  void meet();
  void set_slot_of_lane(uint32_t slot, ValueId value) { b.set_slot(slot, value); }  // inside in_active_lanes
  void set_registers(size_t n, ValueId value);                                      // likewise

  void refuse(std::string reason);
  void refuse_unused();  // modifiers and signs that nobody asked for

  // Modifiers: asking for one says that it is understood.
  const std::string* modifier(std::string_view name);
  bool has(std::string_view name) { return modifier(name) != nullptr; }
  bool flag(std::string_view name, size_t n, bool otherwise = false);
  bool last_flag(std::string_view name);
  int64_t number_of(std::string_view name, int64_t otherwise = 0);
  void use_signs(size_t n) { signs_used_ |= 1u << n; }

 private:
  ValueId any(uint32_t width) { return b.constant(width, 0); }
  ValueId constant(const Operand& o, uint32_t width, bool is_signed);
  ValueId registers(const Operand& o, uint32_t width);
  ValueId selected(size_t n, ValueId value, bool extended);  // SDWA
  ValueId moved(ValueId value);                              // DPP
  ValueId enabled();
  void set(uint32_t slot, ValueId value);
  void write_sdwa(const Operand& o, ValueId value);

  CodeLifter& lifter_;
  Pending* pending_;
  ValueId dpp_valid_ = ir::kNoValue;
  bool dpp_used_ = false;
  std::vector<std::string_view> used_;
  uint32_t signs_used_ = 0;
};

inline FloatMode mode(FloatFormat format, ir::Rounding rounding = ir::Rounding::nearest_even) {
  return {format, ir::NanRule::any, rounding};
}
ValueId is_nan(Builder& b, ValueId v, FloatFormat format);

}  // namespace portolan::amdgcn
