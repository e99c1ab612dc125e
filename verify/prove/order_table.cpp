#include "verify/prove/order_table.h"

#include <string_view>

#include "frontends/asm/mc_target.h"

namespace portolan::prove {
namespace {

using assembly::Instruction;

bool consume(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

int64_t immediate(const Instruction& i, unsigned n) {
  return n < i.inst.getNumOperands() && i.inst.getOperand(n).isImm() ? i.inst.getOperand(n).getImm() : 0;
}

LineOrder of_x86(const Instruction& i, std::string_view name) {
  LineOrder order{true, true, false, false, false, 0};
  if (name == "MFENCE") order.fence = kFullFence;
  if (name == "LFENCE") order.fence = kAcquireFence;
  if (name == "SFENCE") order.fence = kWriteWrite;
  order.full = (i.inst.getFlags() & assembly::kFlagLock) != 0 || name.starts_with("LOCK_") ||
               (name.starts_with("XCHG") && name.ends_with("rm"));
  // Non-temporal stores, and the stores of one string instruction among each other, are not in order (SDM 9.2.2).
  if (name.starts_with("VMOVNT")) name.remove_prefix(1);
  const unsigned repeats = assembly::kFlagRepeat | assembly::kFlagRepeatNotEqual;
  order.weak = name.starts_with("MOVNT") || name.starts_with("MASKMOV") || (i.inst.getFlags() & repeats) != 0;
  if (order.weak) order.acquire = order.release = order.full = false;
  return order;
}

LineOrder of_aarch64(const Instruction& i, std::string_view name) {
  LineOrder order;
  if (name == "DMB" || name == "DSB") {
    const int64_t domain = immediate(i, 0) >> 2 & 3, kinds = immediate(i, 0) & 3;
    constexpr int64_t kNonShareable = 1;
    static constexpr uint8_t kFences[] = {0, kAcquireFence, kWriteWrite, kFullFence};
    if (domain != kNonShareable) order.fence = kFences[kinds];
    return order;
  }
  order.acquire = name.starts_with("LDAR") || name.starts_with("LDAPR") || name.starts_with("LDAPUR") ||
                  name.starts_with("LDAXR") || name.starts_with("LDAXP");
  order.release =
      name.starts_with("STLR") || name.starts_with("STLUR") || name.starts_with("STLXR") || name.starts_with("STLXP");
  order.single_order = name.starts_with("LDAR") || name.starts_with("STLR");
  // An acquiring and releasing one is not full: what comes later may pass its store.
  for (const std::string_view base :
       {"LDADD", "LDCLR", "LDEOR", "LDSET", "LDSMAX", "LDSMIN", "LDUMAX", "LDUMIN", "SWP", "CASP", "CAS"}) {
    std::string_view letters = name;
    if (!consume(letters, base)) continue;
    order.acquire = consume(letters, "A");
    order.release = consume(letters, "L");
    break;
  }
  return order;
}

LineOrder of_riscv64(const Instruction& i, std::string_view name) {
  LineOrder order;
  if (name == "FENCE") {
    const int64_t before = immediate(i, 0), after = immediate(i, 1);
    constexpr int64_t kRead = 2, kWrite = 1;
    if ((before & kRead) && (after & kRead)) order.fence |= kReadRead;
    if ((before & kRead) && (after & kWrite)) order.fence |= kReadWrite;
    if ((before & kWrite) && (after & kWrite)) order.fence |= kWriteWrite;
    if ((before & kWrite) && (after & kRead)) order.fence |= kWriteRead;
  }
  if (name == "FENCE_TSO") order.fence = kTsoFence;
  if (name.starts_with("AMO") || name.starts_with("LR_") || name.starts_with("SC_")) {
    const bool both = name.ends_with("_AQ_RL");
    order.acquire = (both || name.ends_with("_AQ")) && !name.starts_with("SC_");
    order.release = (both || name.ends_with("_RL")) && !name.starts_with("LR_");
    order.full = both && name.starts_with("AMO");
  }
  return order;
}

LineOrder order_of(Isa isa, const Instruction& i, std::string_view name) {
  switch (isa) {
    case Isa::x86_64:
      return of_x86(i, name);
    case Isa::aarch64:
      return of_aarch64(i, name);
    default:
      return of_riscv64(i, name);
  }
}

LineOrder both(const LineOrder& a, const LineOrder& b, Sharing sharing) {
  auto pick = [&](bool x, bool y) { return sharing == Sharing::weakest ? x && y : x || y; };
  return {pick(a.acquire, b.acquire),
          pick(a.release, b.release),
          pick(a.full, b.full),
          pick(a.single_order, b.single_order),
          a.weak || b.weak,
          static_cast<uint8_t>(sharing == Sharing::weakest ? a.fence & b.fence : a.fence | b.fence)};
}

}  // namespace

std::map<uint32_t, LineOrder> line_orders(const assembly::Unit& unit, Sharing sharing) {
  std::map<uint32_t, LineOrder> lines;
  const assembly::McTarget& target = assembly::McTarget::get(unit.isa);
  for (const assembly::Section& section : unit.sections) {
    if (!section.executable) continue;
    for (const Instruction& i : section.instructions) {
      const uint32_t line = unit.from_object ? static_cast<uint32_t>(i.offset) : i.line;
      const LineOrder order = order_of(unit.isa, i, target.opcode_name(i.inst.getOpcode()));
      const auto [at, fresh] = lines.emplace(line, order);
      if (!fresh) at->second = both(at->second, order, sharing);
    }
  }
  return lines;
}

}  // namespace portolan::prove
