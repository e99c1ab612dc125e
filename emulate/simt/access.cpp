// Loads and stores of a thread, with the checks: bounds, alignment, initialisation, races on shared memory.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "emulate/simt/block.h"
#include "ir/interpreter.h"

namespace portolan::simt {

Memory::Found Block::find(Thread& thread, uint64_t address, uint64_t size, uint32_t line, bool& shared) {
  const Program& p = grid_.program;
  auto within = [&](Allocation& a, uint64_t window) -> Memory::Found {
    const uint64_t offset = address - window;
    if (offset > a.bytes.size() || size > a.bytes.size() - offset) return {};
    return {&a, offset};
  };
  shared = false;
  if (const uint64_t offset = address - p.local_window; offset <= local_bytes_ && size <= local_bytes_ - offset) {
    if (thread.local.bytes.size() != local_bytes_) {
      thread.local.bytes.resize(local_bytes_);
      thread.local.written.resize(local_bytes_);
      if (grid_.launch.observer) thread.local.marks.resize(local_bytes_, kUnset);
    }
    return {&thread.local, offset};
  }
  if (const Memory::Found found = within(shared_, p.shared_window); found.allocation) {
    shared = true;
    return found;
  }
  Grid::Recent& recent = grid_.recent[line % grid_.recent.size()];
  if (const uint64_t offset = address - recent.start; offset < recent.size && size <= recent.size - offset)
    return {recent.allocation, offset};
  const Memory::Found found = grid_.memory.find(address, size);
  if (found.allocation) recent = {address - found.offset, found.allocation->bytes.size(), found.allocation};
  return found;
}

bool Block::access(Thread& thread, const ir::Instruction& inst, uint64_t address, uint64_t size, bool write,
                   bool atomic, Memory::Found& found) {
  if (size > kMaxAccessBytes) return fail(thread, FindingKind::unsupported, inst.line, "this access is too wide");
  const char* what = write ? "write" : "read";
  const uint64_t alignment = inst.op == ir::Op::load || inst.op == ir::Op::store ? inst.alignment : size;
  if (alignment > 1 && ((alignment & (alignment - 1)) == 0 ? (address & (alignment - 1)) : address % alignment) != 0)
    return fail(thread, FindingKind::misaligned, inst.line, fmt::format("{} of {} bytes", what, size), address);
  bool shared = false;
  found = find(thread, address, size, inst.line, shared);
  if (!found.allocation)
    return fail(thread, FindingKind::out_of_bounds, inst.line, fmt::format("{} of {} bytes", what, size), address);
  if (write && !found.allocation->writable)
    return fail(thread, FindingKind::read_only, inst.line, fmt::format("write of {} bytes", size), address);
  Warp& warp = warps_[thread.warp];
  warp.fenced &= ~(uint64_t{1} << thread.lane);
  if (!shared) {
    if (found.allocation != &thread.local && found.allocation->writable) grid_.outcome.global_bytes += size;
    return true;
  }
  const Access now = {static_cast<uint32_t>(thread.number), thread.warp, inst.line, epoch_, warp.epoch, write, atomic};
  if (const std::optional<Access> before = shadow_.note(found.offset, size, now))
    find_race(thread, inst.line, *before, address);
  return true;
}

// Bytes that were never written are reported, and read as they are.
void Block::check_written(const Thread& thread, const ir::Instruction& inst, uint64_t address,
                          const Memory::Found& found, uint32_t size) {
  const uint8_t* written = found.allocation->written.data() + found.offset;
  switch (size) {
    case 4: {
      uint32_t four;
      std::memcpy(&four, written, 4);
      if (four == 0x01010101) return;
      break;
    }
    case 8: {
      uint64_t eight;
      std::memcpy(&eight, written, 8);
      if (eight == 0x0101010101010101) return;
      break;
    }
    default:
      if (std::find(written, written + size, 0) == written + size) return;
      break;
  }
  for (uint32_t n = 0; n < size; ++n) {
    if (written[n]) continue;
    Finding finding;
    finding.kind = FindingKind::uninitialised;
    finding.line = inst.line;
    finding.function = thread.frames.back().code->function->name;
    finding.block = index_, finding.thread = thread.index;
    finding.address = address;
    finding.detail = fmt::format("read of {} bytes in '{}'", size, found.allocation->name);
    add(std::move(finding));
    break;
  }
}

bool Block::load(Thread& thread, const ir::Instruction& inst, uint64_t address, uint32_t width, uint64_t* result,
                 bool atomic) {
  Memory::Found found;
  const uint32_t size = width / 8;
  if (!access(thread, inst, address, size, false, atomic, found)) return false;
  const uint8_t* bytes = found.allocation->bytes.data() + found.offset;
  result[(width - 1) / 64] = 0;
  if (size == 4)
    std::memcpy(result, bytes, 4);
  else
    std::memcpy(result, bytes, size);
  if (grid_.launch.check_uninitialised) check_written(thread, inst, address, found, size);
  return true;
}

bool Block::store(Thread& thread, const ir::Instruction& inst, uint64_t address, uint32_t width, const uint64_t* value,
                  bool atomic) {
  Memory::Found found;
  const uint32_t size = width / 8;
  if (!access(thread, inst, address, size, true, atomic, found)) return false;
  if (written_) written_->note(*found.allocation, found.offset, size);
  uint8_t* bytes = found.allocation->bytes.data() + found.offset;
  uint8_t* written = found.allocation->written.data() + found.offset;
  if (size == 4) {
    std::memcpy(bytes, value, 4);
    std::memset(written, 1, 4);
  } else {
    std::memcpy(bytes, value, size);
    std::memset(written, 1, size);
  }
  return true;
}

bool Block::exchange(Thread& thread, const ir::Instruction& inst, uint64_t address, const APInt& operand,
                     const APInt& replacement, APInt& old) {
  uint64_t words[kMaxAccessBytes / 8] = {};
  if (!load(thread, inst, address, inst.width, words, true)) return false;
  old = value_at(words, inst.width);
  const bool compares = inst.op == ir::Op::atomic_cas;
  if (compares && old != operand) return true;
  const APInt next = compares ? replacement : ir::modified(inst, old, operand);
  return store(thread, inst, address, inst.width, next.getRawData(), true);
}

}  // namespace portolan::simt
