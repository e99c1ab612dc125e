// What the three conventions share: counters of used registers and stack, and the making of pieces. One subclass of
// Assigner per convention decides; classify() drives it.
#pragma once

#include <memory>
#include <string>

#include "translate/abi/classify.h"

namespace portolan::abi {

class Assigner {
 public:
  virtual ~Assigner() = default;

  // Places the next argument. On refusal sets refusal().
  virtual Location argument(const Type& type, bool variadic) = 0;
  // Places the result, before any argument: a hidden pointer may use up an integer register.
  virtual Location result(const Type& type, CallLayout& layout) = 0;

  unsigned integer_registers() const { return next_integer_; }
  unsigned float_registers() const { return next_float_; }
  uint32_t stack_bytes() const { return stack_; }
  const std::string& refusal() const { return refusal_; }

 protected:
  void refuse(std::string reason) {
    if (refusal_.empty()) refusal_ = std::move(reason);
  }
  // Reserves stack space, in multiples of 8 bytes.
  Piece on_stack(uint64_t size, uint64_t alignment);
  void pad_stack(uint64_t alignment) { stack_ = static_cast<uint32_t>((stack_ + alignment - 1) & ~(alignment - 1)); }
  // The value's bytes in consecutive integer registers from `first`, 8 a register.
  static std::vector<Piece> in_integer_registers(uint64_t size, unsigned first);

  unsigned next_integer_ = 0;
  unsigned next_float_ = 0;
  uint32_t stack_ = 0;
  std::string refusal_;
};

std::unique_ptr<Assigner> make_x86_64_assigner();
std::unique_ptr<Assigner> make_aarch64_assigner();
std::unique_ptr<Assigner> make_riscv64_assigner();

// A scalar that every convention treats as an integer of at most 16 bytes.
inline bool is_integer_like(const Type& type) {
  return type.kind == TypeKind::integer || type.kind == TypeKind::pointer;
}
inline bool is_signed_on(const Type& type, Isa isa) {
  return type.kind == TypeKind::integer &&
         (type.sign == Sign::signed_ || (type.sign == Sign::plain_char && isa == Isa::x86_64));
}

// An alignment of 16 or more that no member brings: compilers disagree on whether it counts.
bool is_over_aligned(const Type& type);

}  // namespace portolan::abi
