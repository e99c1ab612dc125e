#include "emulate/unicorn_registers.h"

namespace portolan::emulate {
namespace {

constexpr int kX86General[] = {UC_X86_REG_RAX, UC_X86_REG_RCX, UC_X86_REG_RDX, UC_X86_REG_RBX,
                               UC_X86_REG_RSP, UC_X86_REG_RBP, UC_X86_REG_RSI, UC_X86_REG_RDI,
                               UC_X86_REG_R8,  UC_X86_REG_R9,  UC_X86_REG_R10, UC_X86_REG_R11,
                               UC_X86_REG_R12, UC_X86_REG_R13, UC_X86_REG_R14, UC_X86_REG_R15};
constexpr uint32_t kMxcsrStatus = 0x3f;
constexpr uint64_t kNzcv = 0xf0000000;

int general_id(Isa isa, int i) {
  switch (isa) {
    case Isa::x86_64:
      return kX86General[i];
    case Isa::aarch64:
      return i == 31 ? UC_ARM64_REG_SP : i == 30 ? UC_ARM64_REG_X30 : i == 29 ? UC_ARM64_REG_X29 : UC_ARM64_REG_X0 + i;
    case Isa::riscv64:
      return UC_RISCV_REG_X0 + i;
  }
  return 0;
}

int vector_id(Isa isa, int i) {
  static constexpr int kFirst[] = {UC_X86_REG_XMM0, UC_ARM64_REG_V0, UC_RISCV_REG_F0};
  return kFirst[static_cast<size_t>(isa)] + i;
}

}  // namespace

void UnicornRegisters::add(int id, void* at) {
  ids_.push_back(id);
  places_.push_back(at);
}

UnicornRegisters::UnicornRegisters(Isa isa) : isa_(isa) {
  for (unsigned i = isa == Isa::riscv64 ? 1 : 0; i < general_count(isa); ++i)
    add(general_id(isa, static_cast<int>(i)), &state_.general[i]);
  for (unsigned i = 0; i < vector_count(isa); ++i) add(vector_id(isa, static_cast<int>(i)), state_.vector[i].data());
  switch (isa) {
    case Isa::x86_64:
      add(UC_X86_REG_RFLAGS, &state_.flags);
      add(UC_X86_REG_MXCSR, &status_);
      add(UC_X86_REG_FS_BASE, &state_.thread_pointer);
      break;
    case Isa::aarch64:
      add(UC_ARM64_REG_NZCV, &state_.flags);
      add(UC_ARM64_REG_FPCR, &control_[0]);
      add(UC_ARM64_REG_FPSR, &control_[1]);
      add(UC_ARM64_REG_TPIDR_EL0, &state_.thread_pointer);
      break;
    case Isa::riscv64:
      add(UC_RISCV_REG_FRM, &control_[0]);
      add(UC_RISCV_REG_FFLAGS, &control_[1]);
      break;
  }
}

void UnicornRegisters::write(const UnicornLibrary& library, uc_engine* engine, const MachineState& state) {
  state_ = state;
  status_ = (state.fp_control & ~kMxcsrStatus) | (state.fp_status & kMxcsrStatus);
  control_[0] = state.fp_control;
  control_[1] = state.fp_status;
  library.reg_write_batch(engine, ids_.data(), places_.data(), static_cast<int>(ids_.size()));
}

MachineState UnicornRegisters::read(const UnicornLibrary& library, uc_engine* engine) {
  const uint64_t thread_pointer = state_.thread_pointer;
  state_ = MachineState{};
  control_[0] = control_[1] = 0;
  library.reg_read_batch(engine, ids_.data(), places_.data(), static_cast<int>(ids_.size()));
  static constexpr int kPc[] = {UC_X86_REG_RIP, UC_ARM64_REG_PC, UC_RISCV_REG_PC};
  library.reg_read(engine, kPc[static_cast<size_t>(isa_)], &state_.pc);
  state_.thread_pointer = thread_pointer;
  if (isa_ == Isa::x86_64) {
    state_.fp_control = status_ & ~kMxcsrStatus;
    state_.fp_status = status_ & kMxcsrStatus;
  } else {
    if (isa_ == Isa::aarch64) state_.flags &= kNzcv;
    state_.fp_control = static_cast<uint32_t>(control_[0]);
    state_.fp_status = static_cast<uint32_t>(control_[1]);
  }
  return state_;
}

}  // namespace portolan::emulate
