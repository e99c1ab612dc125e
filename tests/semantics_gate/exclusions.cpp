#include "tests/semantics_gate/exclusions.h"

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

constexpr Exclusion kExclusions[] = {
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
