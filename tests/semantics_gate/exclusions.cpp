#include "tests/semantics_gate/exclusions.h"

#include <algorithm>
#include <cstring>

namespace portolan::gate {
namespace {

uint64_t source_register(const Case& test, unsigned operand) {
  const Isa isa = test.snippet->isa;
  const unsigned reg = test.snippet->instance.inst.getOperand(operand).getReg();
  const auto index = general_index(isa, assembly::McTarget::get(isa).register_name(reg));
  return index ? test.state.general[*index] : 0;
}

bool low_word_is_zero(const Case& test) {
  return static_cast<uint32_t>(source_register(test, 1)) == 0;
}

// Of the half-precision register that operand 1 names.
bool half_is_negative(const Case& test) {
  const unsigned reg = test.snippet->instance.inst.getOperand(1).getReg();
  const std::string_view name = assembly::McTarget::get(test.snippet->isa).register_name(reg);
  return (test.state.vector[std::atoi(name.data() + 1) % 32][1] & 0x80) != 0;
}

bool is_nan(uint64_t bits, unsigned width) {
  return width == 64 ? (bits & ~(uint64_t{1} << 63)) > 0x7ff0'0000'0000'0000 : (bits & 0x7fff'ffff) > 0x7f80'0000;
}

// Whether some element of a vector register that the instruction names is a NaN of either format; of one in memory, any
// bytes of the buffer.
bool has_nan(const Case& test) {
  auto any = [](const uint8_t* bytes, size_t size, size_t step) {
    for (size_t at = 0; at + 4 <= size; at += step)
      for (const unsigned width : {32u, 64u}) {
        uint64_t bits = 0;
        if (at + width / 8 > size) continue;
        std::memcpy(&bits, bytes + at, width / 8);
        if (is_nan(bits, width)) return true;
      }
    return false;
  };
  const auto& target = assembly::McTarget::get(test.snippet->isa);
  const auto& inst = test.snippet->instance.inst;
  bool memory = false;
  for (unsigned n = 0; n < inst.getNumOperands(); ++n) {
    if (!inst.getOperand(n).isReg() || inst.getOperand(n).getReg() == 0) continue;
    const std::string name(target.register_name(inst.getOperand(n).getReg()));
    const size_t number = name.find("mm");
    memory |= number == std::string::npos;
    if (number == std::string::npos) continue;
    const auto& value = test.state.vector[static_cast<size_t>(std::atoi(name.c_str() + number + 2)) % 32];
    if (any(value.data(), value.size(), 4)) return true;
  }
  return memory && any(test.buffer.data(), test.buffer.size(), 1);
}

constexpr Exclusion kExclusions[] = {
    {Isa::x86_64, "", "{,V}DPP{S,D}{rri,rmi} VDPPSY{rri,rmi}",
     "which of several NaNs a sum of products gives differs between processors (seen on Intel's family 6, model 207)",
     has_nan},
    {Isa::x86_64, "", "MOVSX16rm32",
     "Intel's manual has two bytes read, the lift reads four: the result is the same, but not where a page ends"},
    {Isa::riscv64, "", "SC_{W,D} SC_{W,D}_{AQ,RL,AQ_RL}",
     "a lone store-conditional may fail or not; tested with its load in the functions' tests"},
    {Isa::riscv64, "qemu", "CTZW", "QEMU 7.2 counts on into the upper half when the lower is zero; the manual says 32",
     low_word_is_zero},
    {Isa::aarch64, "", "STXR{B,H,W,X} STLXR{B,H,W,X} STXP{W,X} STLXP{W,X}",
     "a lone store-exclusive may fail or not; tested with its load in the functions' tests"},
    {Isa::aarch64, "qemu", "FCVTZSh",
     "QEMU 7.2 writes 32 bits of a negative result where the register above the 16-bit one must become zero",
     half_is_negative},
    {Isa::aarch64, "", "PACI{A,B}SP AUTI{A,B}SP PACI{A,B}Z AUTI{A,B}Z",
     "the signature in a return address is not modelled: signing and authenticating are each nothing, which is right "
     "for the pair"},
};

}  // namespace

std::span<const Exclusion> exclusions() {
  return kExclusions;
}

}  // namespace portolan::gate
