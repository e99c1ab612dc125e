#include "emulate/scan.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "frontends/asm/mc_target.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCDisassembler/MCDisassembler.h"

namespace portolan::emulate {
namespace {

bool has_word(const Segment& segment, uint32_t mask, uint32_t value, size_t step) {
  for (size_t i = 0; i + 4 <= segment.bytes.size(); i += step) {
    uint32_t word = 0;
    std::memcpy(&word, segment.bytes.data() + i, 4);
    if ((word & mask) == value) return true;
  }
  return false;
}

bool has_pair(const Segment& segment, uint8_t first, uint8_t second) {
  for (size_t i = 0; i + 2 <= segment.bytes.size(); ++i)
    if (segment.bytes[i] == first && segment.bytes[i + 1] == second) return true;
  return false;
}

}  // namespace

bool has_system_calls(const Image& image) {
  for (const Segment& segment : image.segments) {
    if (!segment.executable) continue;
    switch (image.isa) {
      case Isa::x86_64:  // syscall, sysenter, int 0x80
        if (has_pair(segment, 0x0f, 0x05) || has_pair(segment, 0x0f, 0x34) || has_pair(segment, 0xcd, 0x80))
          return true;
        break;
      case Isa::aarch64:
        if (has_word(segment, 0xffe0001f, 0xd4000001, 4)) return true;
        break;
      case Isa::riscv64:
        if (has_word(segment, 0xffffffff, 0x00000073, 2)) return true;
        break;
    }
  }
  return false;
}

// Legacy prefixes, then C4 or C5 (VEX), 62 (EVEX), 8F with an opcode map of 8 or more (XOP; else it is pop).
static bool is_vex(std::span<const uint8_t> instruction) {
  static constexpr uint8_t kPrefixes[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3};
  while (!instruction.empty() &&
         std::find(std::begin(kPrefixes), std::end(kPrefixes), instruction[0]) != std::end(kPrefixes))
    instruction = instruction.subspan(1);
  if (instruction.size() < 2) return false;
  return instruction[0] == 0xc4 || instruction[0] == 0xc5 || instruction[0] == 0x62 ||
         (instruction[0] == 0x8f && (instruction[1] & 0x1f) >= 8);
}

bool has_vex(const Image& image) {
  const assembly::McTarget& mc = assembly::McTarget::get(Isa::x86_64);
  llvm::MCContext context(llvm::Triple(mc.triple()), &mc.asm_info(), &mc.registers(), &mc.subtarget());
  std::unique_ptr<llvm::MCDisassembler> decoder(mc.target().createMCDisassembler(mc.subtarget(), context));
  for (const Segment& segment : image.segments) {
    if (!segment.executable) continue;
    for (uint64_t at = 0, size = 0; at < segment.bytes.size(); at += size) {
      const llvm::ArrayRef<uint8_t> rest = llvm::ArrayRef(segment.bytes).drop_front(at);
      llvm::MCInst instruction;
      if (decoder->getInstruction(instruction, size, rest, segment.address + at, llvm::nulls()) !=
          llvm::MCDisassembler::Success)
        size = 1;
      else if (is_vex({rest.data(), size}))
        return true;
    }
  }
  return false;
}

}  // namespace portolan::emulate
