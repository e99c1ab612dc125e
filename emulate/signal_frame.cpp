#include "emulate/signal_frame.h"

#include <fmt/format.h>

#include <csignal>
#include <cstring>

namespace portolan::emulate {
namespace {

// Order of the general registers in x86-64's sigcontext: r8-r15, then these.
constexpr uint8_t kX86Order[16] = {8, 9, 10, 11, 12, 13, 14, 15, 7, 6, 5, 3, 2, 0, 1, 4};
constexpr size_t kX86Registers = 40, kX86Pc = kX86Registers + 16 * 8, kX86Flags = kX86Pc + 8;
constexpr size_t kX86Error = kX86Flags + 16, kX86FpState = kX86Flags + 48, kX86ContextSize = kX86FpState + 8;
// FXSAVE image, then the XSAVE header and the upper halves of ymm (Intel SDM volume 1, 13.4 and 13.5).
constexpr size_t kFxStatus = 2, kFxTag = 4, kFxControls = 24, kFxStack = 32, kFxVectors = 160, kFxMark = 464;
constexpr size_t kXsaveBits = 512, kXsaveYmm = 576, kXsaveYmmEnd = kXsaveYmm + 256;
constexpr uint32_t kFpXstateMagic = 0x46505853;
constexpr uint32_t kMxcsrStatus = 0x3f;
// RF, which the processor sets in the saved flags of every fault, and TF, with which the engine single-steps.
constexpr uint64_t kX86Hidden = 0x10100;

constexpr size_t kArmRegisters = 184, kArmPc = kArmRegisters + 32 * 8, kArmFlags = kArmPc + 8, kArmRecords = 464;
constexpr uint32_t kFpsimdMagic = 0x46508001, kSveMagic = 0x53564501;
constexpr uint64_t kArmNzcv = 0xf0000000;

constexpr size_t kRiscvRegisters = 176, kRiscvFloats = kRiscvRegisters + 32 * 8, kRiscvControl = kRiscvFloats + 32 * 8;

constexpr size_t kInfoCode = 8, kInfoAddress = 16;

}  // namespace

// Typed access to the frame by addresses of the process it comes from; out of bounds reads give zeros.
struct FrameCodec::View {
  uint64_t base;
  uint8_t* bytes;
  size_t size;

  template <class T>
  T get(uint64_t address) const {
    T value{};
    if (has(address, sizeof value)) std::memcpy(&value, bytes + (address - base), sizeof value);
    return value;
  }
  template <class T>
  void put(uint64_t address, T value) const {
    if (has(address, sizeof value)) std::memcpy(bytes + (address - base), &value, sizeof value);
  }
  void copy_out(uint64_t address, void* to, size_t n) const {
    if (has(address, n)) std::memcpy(to, bytes + (address - base), n);
  }
  void copy_in(uint64_t address, const void* from, size_t n) const {
    if (has(address, n)) std::memcpy(bytes + (address - base), from, n);
  }
  bool has(uint64_t address, size_t n) const {
    return address >= base && address - base <= size && n <= size - (address - base);
  }

  static View of(const SignalFrame& frame) {
    return {frame.report.frame, const_cast<uint8_t*>(frame.bytes.data()), frame.bytes.size()};
  }
  // The AArch64 extension record with this magic number, 0 if there is none.
  uint64_t record(uint64_t context, uint32_t magic) const {
    for (uint64_t at = context + kArmRecords; has(at, 8) && get<uint32_t>(at) != 0;) {
      if (get<uint32_t>(at) == magic) return at;
      const uint32_t length = get<uint32_t>(at + 4);
      if (length < 8) break;
      at += length;
    }
    return 0;
  }
  // Does the frame hold the XSAVE area's ymm part?
  bool has_xsave(uint64_t fp) const {
    return get<uint32_t>(fp + kFxMark) == kFpXstateMagic && (get<uint64_t>(fp + kFxMark + 8) & 4) != 0 &&
           has(fp, kXsaveYmmEnd);
  }
};

std::optional<std::string> FrameCodec::check(const SignalFrame& frame) const {
  const View view = View::of(frame);
  const uint64_t context = frame.report.context;
  bool good = false;
  switch (isa_) {
    case Isa::x86_64: {
      const uint64_t fp = view.get<uint64_t>(context + kX86FpState);
      good = view.has(context, kX86ContextSize) && view.has(fp, 512) && (saved_ymm_ || view.has_xsave(fp));
      break;
    }
    case Isa::aarch64:
      good = view.record(context, kFpsimdMagic) != 0;
      break;
    case Isa::riscv64:
      good = view.has(context, kRiscvControl + 4);
      break;
  }
  if (good) return std::nullopt;
  return fmt::format("the signal frame of this {} system has an unknown layout", to_string(isa_));
}

static void unpack_x86_fp(uint32_t mxcsr, MachineState& state) {
  state.fp_control = mxcsr & ~kMxcsrStatus;
  state.fp_status = mxcsr & kMxcsrStatus;
}

MachineState FrameCodec::unpack(const SignalFrame& frame) const {
  const View view = View::of(frame);
  const uint64_t context = frame.report.context;
  MachineState state;
  switch (isa_) {
    case Isa::x86_64: {
      for (size_t i = 0; i < 16; ++i) state.general[kX86Order[i]] = view.get<uint64_t>(context + kX86Registers + 8 * i);
      state.pc = view.get<uint64_t>(context + kX86Pc);
      state.flags = view.get<uint64_t>(context + kX86Flags) & ~kX86Hidden;
      const uint64_t fp = view.get<uint64_t>(context + kX86FpState);
      const bool xsave = view.has_xsave(fp);
      // A component in its initial state is not written to the frame.
      const uint64_t present = xsave ? view.get<uint64_t>(fp + kXsaveBits) : 3;
      unpack_x86_fp(view.get<uint32_t>(fp + kFxControls), state);
      for (size_t i = 0; i < 16; ++i) {
        if (present & 2) view.copy_out(fp + kFxVectors + 16 * i, state.vector[i].data(), 16);
        if (present & 4) view.copy_out(fp + kXsaveYmm + 16 * i, state.vector[i].data() + 16, 16);
        if (saved_ymm_) view.copy_out(frame.report.frame + 32 * i + 16, state.vector[i].data() + 16, 16);
      }
      if (present & 1) {
        state.x87.control = view.get<uint16_t>(fp);
        state.x87.status = view.get<uint16_t>(fp + kFxStatus);
        state.x87.in_use = view.get<uint8_t>(fp + kFxTag);
        for (size_t i = 0; i < 8; ++i) view.copy_out(fp + kFxStack + 16 * i, state.x87.registers[i].data(), 10);
      }
      break;
    }
    case Isa::aarch64: {
      for (size_t i = 0; i < 32; ++i) state.general[i] = view.get<uint64_t>(context + kArmRegisters + 8 * i);
      state.pc = view.get<uint64_t>(context + kArmPc);
      state.flags = view.get<uint64_t>(context + kArmFlags) & kArmNzcv;
      const uint64_t fp = view.record(context, kFpsimdMagic);
      state.fp_status = view.get<uint32_t>(fp + 8);
      state.fp_control = view.get<uint32_t>(fp + 12);
      for (size_t i = 0; i < 32; ++i) view.copy_out(fp + 16 + 16 * i, state.vector[i].data(), 16);
      break;
    }
    case Isa::riscv64: {
      state.pc = view.get<uint64_t>(context + kRiscvRegisters);
      for (size_t i = 1; i < 32; ++i) state.general[i] = view.get<uint64_t>(context + kRiscvRegisters + 8 * i);
      for (size_t i = 0; i < 32; ++i) view.copy_out(context + kRiscvFloats + 8 * i, state.vector[i].data(), 8);
      const uint32_t fcsr = view.get<uint32_t>(context + kRiscvControl);
      state.fp_status = fcsr & 31;
      state.fp_control = (fcsr >> 5) & 7;
      break;
    }
  }
  return state;
}

void FrameCodec::pack(const MachineState& state, SignalFrame& frame) const {
  const View view = View::of(frame);
  const uint64_t context = frame.report.context;
  switch (isa_) {
    case Isa::x86_64: {
      for (size_t i = 0; i < 16; ++i) view.put(context + kX86Registers + 8 * i, state.general[kX86Order[i]]);
      view.put(context + kX86Pc, state.pc);
      view.put(context + kX86Flags, state.flags);
      const uint64_t fp = view.get<uint64_t>(context + kX86FpState);
      view.put(fp + kFxControls, (state.fp_control & ~kMxcsrStatus) | (state.fp_status & kMxcsrStatus));
      // Only x87, SSE and AVX are given: the rest (masks, upper zmm) starts in its initial state.
      if (view.has_xsave(fp)) view.put(fp + kXsaveBits, uint64_t{7});
      for (size_t i = 0; i < 16; ++i) {
        view.copy_in(fp + kFxVectors + 16 * i, state.vector[i].data(), 16);
        if (view.has_xsave(fp)) view.copy_in(fp + kXsaveYmm + 16 * i, state.vector[i].data() + 16, 16);
        if (saved_ymm_) view.copy_in(frame.report.frame + 32 * i, state.vector[i].data(), 32);
      }
      view.put(fp, state.x87.control);
      view.put(fp + kFxStatus, state.x87.status);
      view.put(fp + kFxTag, uint16_t{state.x87.in_use});
      for (size_t i = 0; i < 8; ++i) view.copy_in(fp + kFxStack + 16 * i, state.x87.registers[i].data(), 10);
      break;
    }
    case Isa::aarch64: {
      for (size_t i = 0; i < 32; ++i) view.put(context + kArmRegisters + 8 * i, state.general[i]);
      view.put(context + kArmPc, state.pc);
      const uint64_t flags = view.get<uint64_t>(context + kArmFlags) & ~kArmNzcv;
      view.put(context + kArmFlags, flags | (state.flags & kArmNzcv));
      const uint64_t fp = view.record(context, kFpsimdMagic), sve = view.record(context, kSveMagic);
      view.put(fp + 8, state.fp_status);
      view.put(fp + 12, state.fp_control);
      const size_t vector_length = sve == 0 ? 0 : view.get<uint16_t>(sve + 8);
      const std::vector<uint8_t> zeros(vector_length);
      for (size_t i = 0; i < 32; ++i) {
        view.copy_in(fp + 16 + 16 * i, state.vector[i].data(), 16);
        if (vector_length == 0) continue;
        view.copy_in(sve + 16 + vector_length * i, zeros.data(), vector_length);
        view.copy_in(sve + 16 + vector_length * i, state.vector[i].data(), 16);
      }
      break;
    }
    case Isa::riscv64:
      view.put(context + kRiscvRegisters, state.pc);
      for (size_t i = 1; i < 32; ++i) view.put(context + kRiscvRegisters + 8 * i, state.general[i]);
      for (size_t i = 0; i < 32; ++i) view.copy_in(context + kRiscvFloats + 8 * i, state.vector[i].data(), 8);
      view.put(context + kRiscvControl, (state.fp_control & 7) << 5 | (state.fp_status & 31));
      break;
  }
}

Trap FrameCodec::trap(const SignalFrame& frame, MachineState& state) const {
  const View view = View::of(frame);
  const int code = view.get<int32_t>(frame.report.info + kInfoCode);
  Trap trap{TrapKind::other, Access::unknown, state.pc};
  switch (frame.report.signal) {
    case SIGSEGV:
      trap.kind = TrapKind::segmentation;
      trap.address = view.get<uint64_t>(frame.report.info + kInfoAddress);
      if (trap.address == state.pc)
        trap.access = Access::execute;
      else if (isa_ == Isa::x86_64 && code != SI_KERNEL)  // page-fault error code, Intel SDM volume 3, 4.7
        trap.access = view.get<uint64_t>(frame.report.context + kX86Error) & 2 ? Access::write : Access::read;
      break;
    case SIGBUS:
      trap.kind = code == BUS_ADRALN ? TrapKind::alignment : TrapKind::segmentation;
      trap.address = view.get<uint64_t>(frame.report.info + kInfoAddress);
      break;
    case SIGFPE:
      trap.kind = code == FPE_INTDIV ? TrapKind::divide : TrapKind::floating_point;
      break;
    case SIGILL:
      trap.kind = TrapKind::illegal;
      break;
    case SIGSYS:
      trap.kind = TrapKind::system_call;
      break;
    case SIGTRAP:
      trap.kind = TrapKind::breakpoint;
      if (isa_ == Isa::x86_64) state.pc -= 1;  // reported after int3
      trap.address = state.pc;
      break;
    default:
      break;
  }
  return trap;
}

}  // namespace portolan::emulate
