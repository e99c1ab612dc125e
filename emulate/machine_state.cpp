#include "emulate/machine_state.h"

namespace portolan::emulate {
namespace {

struct Roles {
  unsigned stack_pointer, generals, vectors, vector_size;
  std::span<const uint8_t> saved_general, saved_vector, integer_arguments, float_arguments;
  uint64_t flags;
  uint32_t fp_control;
};

constexpr uint8_t kFirstEight[] = {0, 1, 2, 3, 4, 5, 6, 7};
// System V: rbx rbp r12-r15; rdi rsi rdx rcx r8 r9.
constexpr uint8_t kX86Saved[] = {3, 5, 12, 13, 14, 15};
constexpr uint8_t kX86Arguments[] = {7, 6, 2, 1, 8, 9};
// AAPCS64: x19-x29, low halves of v8-v15.
constexpr uint8_t kArmSaved[] = {19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29};
constexpr uint8_t kArmSavedVector[] = {8, 9, 10, 11, 12, 13, 14, 15};
// RISC-V LP64D: s0-s11 and fs0-fs11 have the same numbers; gp and tp belong to the program. a0-a7, fa0-fa7.
constexpr uint8_t kRiscvSavedGeneral[] = {3, 4, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27};
constexpr uint8_t kRiscvSavedVector[] = {8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27};
constexpr uint8_t kRiscvArguments[] = {10, 11, 12, 13, 14, 15, 16, 17};

const Roles& roles_of(Isa isa) {
  static constexpr Roles kRoles[] = {
      {4, 16, 16, 32, kX86Saved, {}, kX86Arguments, kFirstEight, /*interrupts enabled, always one*/ 0x202, 0x1f80},
      {31, 32, 32, 16, kArmSaved, kArmSavedVector, kFirstEight, kFirstEight, 0, 0},
      {2, 32, 32, 8, kRiscvSavedGeneral, kRiscvSavedVector, kRiscvArguments, kRiscvArguments, 0, 0},
  };
  return kRoles[static_cast<size_t>(isa)];
}

}  // namespace

MachineState initial_state(Isa isa) {
  MachineState state;
  state.flags = roles_of(isa).flags;
  state.fp_control = roles_of(isa).fp_control;
  return state;
}

unsigned stack_pointer_index(Isa isa) {
  return roles_of(isa).stack_pointer;
}
unsigned general_count(Isa isa) {
  return roles_of(isa).generals;
}
unsigned vector_count(Isa isa) {
  return roles_of(isa).vectors;
}
unsigned vector_bytes(Isa isa) {
  return roles_of(isa).vector_size;
}
std::span<const uint8_t> callee_saved_general(Isa isa) {
  return roles_of(isa).saved_general;
}
std::span<const uint8_t> callee_saved_vector(Isa isa) {
  return roles_of(isa).saved_vector;
}
std::span<const uint8_t> integer_arguments(Isa isa) {
  return roles_of(isa).integer_arguments;
}
std::span<const uint8_t> float_arguments(Isa isa) {
  return roles_of(isa).float_arguments;
}

}  // namespace portolan::emulate
