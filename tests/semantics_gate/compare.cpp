#include "tests/semantics_gate/compare.h"

#include <fmt/format.h>

#include "llvm/ADT/SmallString.h"

namespace portolan::gate {
namespace {

using emulate::Ending;
using emulate::Outcome;
using emulate::TrapKind;
using ir::APInt;

std::string hex(const APInt& value) {
  llvm::SmallString<40> text;
  value.toString(text, 16, false);
  return "0x" + std::string(text.str());
}

bool undefined_flag(std::string_view flags, const std::string& name) {
  const size_t at = (" " + std::string(flags)).find(" " + name + ":u");
  return at != std::string::npos;
}

std::string describe(const Outcome& oracle) {
  if (oracle.ending != Ending::trapped) return fmt::format("ending {} {}", int(oracle.ending), oracle.detail);
  return fmt::format("trap {} address {:#x} pc {:#x}", int(oracle.trap.kind), oracle.trap.address, oracle.state.pc);
}
std::string describe(const ir::Outcome& ir) {
  return fmt::format("ending {} trap {} address {:#x} line {} {}", int(ir.ending), to_string(ir.trap), ir.address,
                     ir.line, ir.detail);
}

// How the run ended: nothing when both went on and the registers are to be compared.
std::optional<Judgement> judge_ending(const IrResult& ir, const Outcome& oracle, uint64_t entry, size_t size,
                                      unsigned taken_offset) {
  const auto differ = [&] {
    return Judgement{Verdict::disagree,
                     fmt::format("  ends: ir {}; oracle {}\n", describe(ir.outcome), describe(oracle))};
  };
  if (oracle.ending == Ending::unsupported) return Judgement{Verdict::oracle_lacks, oracle.detail};
  if (oracle.ending != Ending::trapped) return differ();
  const bool at_breakpoint = oracle.trap.kind == TrapKind::breakpoint;
  const bool ir_traps = ir.outcome.ending == ir::Ending::trapped;
  if (ir_traps && ir.outcome.line != kInstructionLine) {
    if (oracle.trap.kind == TrapKind::illegal) return Judgement{Verdict::oracle_lacks, "illegal instruction"};
    // Where the IR made an access that is not aligned, the oracle may want it to be. Any other fault that only the
    // oracle takes is a difference.
    const bool memory_fault = oracle.trap.kind == TrapKind::alignment || oracle.trap.kind == TrapKind::segmentation;
    if (memory_fault && ir.misaligned) return Judgement{Verdict::misaligned, describe(oracle)};
    const uint64_t expected = entry + (ir.outcome.line == kTakenLine ? taken_offset : size);
    if (!at_breakpoint || oracle.state.pc != expected) return differ();
    return std::nullopt;
  }
  if (ir_traps) {
    const bool same = (ir.outcome.trap == ir::TrapKind::divide && oracle.trap.kind == TrapKind::divide) ||
                      (ir.outcome.trap == ir::TrapKind::illegal && oracle.trap.kind == TrapKind::illegal) ||
                      (ir.outcome.trap == ir::TrapKind::breakpoint && at_breakpoint && oracle.state.pc == entry) ||
                      (ir.outcome.trap == ir::TrapKind::abort && !at_breakpoint);
    return same ? Judgement{} : differ();
  }
  if (ir.outcome.ending == ir::Ending::faulted) {
    if (oracle.trap.kind == TrapKind::illegal) return Judgement{Verdict::oracle_lacks, "illegal instruction"};
    const bool same = oracle.trap.kind == TrapKind::segmentation || oracle.trap.kind == TrapKind::alignment;
    return same ? Judgement{} : differ();
  }
  return Judgement{Verdict::unjudged, describe(ir.outcome)};
}

}  // namespace

Judgement judge(const Case& test, const SlotMap& map, const IrResult& ir, const Outcome& oracle, uint64_t entry,
                unsigned taken_offset, std::string_view flags, bool singles_unboxed) {
  if (auto ended = judge_ending(ir, oracle, entry, test.snippet->instance.bytes.size(), taken_offset)) return *ended;
  Judgement result;
  const auto& slots = map.machine().slots;
  for (assembly::Slot slot = 0; slot < slots.size(); ++slot) {
    const std::optional<APInt> theirs = map.get(oracle.state, slot);
    if (!theirs || undefined_flag(flags, slots[slot].name)) continue;
    APInt ours = ir.slots[slot], mask = ~ir.undefined[slot];
    const bool boxed = slots[slot].name[0] == 'f' && ours.getHiBits(32).isAllOnes();
    if (singles_unboxed && boxed) mask &= APInt::getLowBitsSet(ours.getBitWidth(), 32);
    if ((ours & mask) == (*theirs & mask)) continue;
    result.difference += fmt::format("  {}: before {} ir {} oracle {}\n", slots[slot].name,
                                     hex(*map.get(test.state, slot)), hex(ours), hex(*theirs));
  }
  const uint64_t page = emulate::page_floor(test.buffer_address);
  for (size_t i = 0; i < test.buffer.size() && !oracle.regions.empty(); ++i) {
    const size_t at = test.buffer_address - page + i;
    if (ir.undefined_bytes[at] || ir.page[at] == oracle.regions[0][i]) continue;
    result.difference += fmt::format("  byte {} of the buffer: before {:02x} ir {:02x} oracle {:02x}\n", i,
                                     test.buffer[i], ir.page[at], oracle.regions[0][i]);
  }
  for (uint64_t stray : oracle.stray_writes)
    if (stray < page || stray >= page + emulate::kPageSize || ir.page[stray - page] == kFill)
      result.difference += fmt::format("  the oracle wrote {:#x}\n", stray);
  if (!result.difference.empty()) result.verdict = Verdict::disagree;
  return result;
}

}  // namespace portolan::gate
