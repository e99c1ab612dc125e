#include "translate/raise/convention.h"

#include <algorithm>

namespace portolan::raise {
using ir::Builder;
using ir::Instruction;
using ir::Op;

Convention::Convention(Isa isa) : machine_(&assembly::Machine::get(isa)) {
  const assembly::Machine& m = *machine_;
  for (const assembly::SlotInfo& slot : m.slots) slots_.widths.push_back(slot.width);
  auto append = [](std::vector<uint32_t>& to, const std::vector<uint32_t>& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  append(slots_.call_reads, m.integer_arguments);
  append(slots_.call_reads, m.float_arguments);
  if (m.indirect_result != assembly::kNoSlot) slots_.call_reads.push_back(m.indirect_result);
  if (m.vector_count != assembly::kNoSlot) slots_.call_reads.push_back(m.vector_count);
  append(slots_.call_reads, m.private_integer_arguments);
  append(slots_.call_reads, m.private_float_arguments);
  slots_.call_reads.push_back(m.stack_pointer);

  append(slots_.call_results, m.integer_results);
  append(slots_.call_results, m.float_results);
  uint32_t low = 0;
  for (uint32_t slot : slots_.call_results) {
    result_low_.push_back(low);
    low += slots_.widths[slot];
  }
  slots_.return_reads = slots_.call_results;
  slots_.return_reads.push_back(m.stack_pointer);

  auto contains = [](const std::vector<uint32_t>& v, uint32_t s) {
    return std::find(v.begin(), v.end(), s) != v.end();
  };
  for (uint32_t slot = 0; slot < m.slots.size(); ++slot) {
    if (slot == m.stack_pointer || contains(m.callee_saved, slot)) continue;
    if (m.slots[slot].name == "df") continue;  // clear at every call and return
    if (isa == Isa::riscv64 && (m.slots[slot].name == "x3" || m.slots[slot].name == "x4")) continue;
    if (contains(m.callee_saved_low_half, slot))
      slots_.call_clobbers_high.push_back(slot);
    else
      slots_.call_clobbers.push_back(slot);
  }
  slots_.stack_pointer = m.stack_pointer;
  uint32_t stack_pointer = m.stack_pointer;
  int64_t entry = entry_stack_offset();
  uint32_t direction = m.slot("df");
  std::vector<uint32_t> widths = slots_.widths;
  slots_.entry_value = [=](Builder& b, uint32_t slot) {
    if (slot == direction) return b.constant(1, 0);
    if (slot != stack_pointer) return b.get_slot(slot, widths[slot]);
    Instruction i;
    i.op = Op::frame_address;
    i.width = 64;
    i.offset = entry;
    return b.emit(std::move(i));
  };
}

}  // namespace portolan::raise
