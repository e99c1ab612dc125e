// Loads and stores of a thread, with the checks: bounds, alignment, initialisation, races on shared memory.
#include <fmt/format.h>

#include "emulate/simt/block.h"
#include "llvm/ADT/ArrayRef.h"

namespace portolan::simt {

constexpr uint32_t kMaxAccessBytes = 64;

Memory::Found Block::find(Thread& thread, uint64_t address, uint64_t size, bool& shared) {
  const Program& p = grid_.program;
  auto within = [&](Allocation& a, uint64_t window) -> Memory::Found {
    const uint64_t offset = address - window;
    if (offset > a.bytes.size() || size > a.bytes.size() - offset) return {};
    return {&a, offset};
  };
  shared = false;
  if (const Memory::Found found = within(thread.local, p.local_window); found.allocation) return found;
  if (const Memory::Found found = within(shared_, p.shared_window); found.allocation) {
    shared = true;
    return found;
  }
  return grid_.memory.find(address, size);
}

bool Block::access(Thread& thread, const ir::Instruction& inst, uint64_t address, uint64_t size, bool write,
                   bool atomic, Memory::Found& found) {
  if (size > kMaxAccessBytes) return fail(thread, FindingKind::unsupported, inst.line, "this access is too wide");
  const char* what = write ? "write" : "read";
  const uint64_t alignment = inst.op == ir::Op::load || inst.op == ir::Op::store ? inst.alignment : size;
  if (alignment != 0 && address % alignment != 0)
    return fail(thread, FindingKind::misaligned, inst.line, fmt::format("{} of {} bytes", what, size), address);
  bool shared = false;
  found = find(thread, address, size, shared);
  if (!found.allocation)
    return fail(thread, FindingKind::out_of_bounds, inst.line, fmt::format("{} of {} bytes", what, size), address);
  if (write && !found.allocation->writable)
    return fail(thread, FindingKind::read_only, inst.line, fmt::format("write of {} bytes", size), address);
  thread.fenced = false;
  if (!shared) {
    if (found.allocation != &thread.local && found.allocation->writable) grid_.outcome.global_bytes += size;
    return true;
  }
  const Access now = {
      static_cast<uint32_t>(thread.number), thread.warp, inst.line, epoch_, thread.warp_epoch, write, atomic};
  if (const std::optional<Access> before = shadow_.note(found.offset, size, now))
    find_race(thread, inst.line, *before, address);
  return true;
}

bool Block::load(Thread& thread, const ir::Instruction& inst, uint64_t address, uint32_t width, APInt& result,
                 bool atomic) {
  Memory::Found found;
  const uint32_t size = width / 8;
  if (!access(thread, inst, address, size, false, atomic, found)) return false;
  const uint8_t* bytes = found.allocation->bytes.data() + found.offset;
  uint64_t words[kMaxAccessBytes / 8] = {};
  std::copy(bytes, bytes + size, reinterpret_cast<uint8_t*>(words));
  result = APInt(width, llvm::ArrayRef<uint64_t>(words, (size + 7) / 8));
  if (!grid_.launch.check_uninitialised) return true;
  for (uint32_t n = 0; n < size; ++n) {
    if (found.allocation->written[found.offset + n]) continue;
    Finding finding;
    finding.kind = FindingKind::uninitialised;
    finding.line = inst.line;
    finding.function = thread.frame().code->function->name;
    finding.block = index_, finding.thread = thread.index;
    finding.address = address;
    finding.detail = fmt::format("read of {} bytes in '{}'", size, found.allocation->name);
    add(std::move(finding));
    break;
  }
  return true;
}

bool Block::store(Thread& thread, const ir::Instruction& inst, uint64_t address, const APInt& value, bool atomic) {
  Memory::Found found;
  const uint32_t size = value.getBitWidth() / 8;
  if (!access(thread, inst, address, size, true, atomic, found)) return false;
  const uint8_t* bytes = reinterpret_cast<const uint8_t*>(value.getRawData());
  std::copy(bytes, bytes + size, found.allocation->bytes.begin() + static_cast<ptrdiff_t>(found.offset));
  std::fill_n(found.allocation->written.begin() + static_cast<ptrdiff_t>(found.offset), size, uint8_t{1});
  return true;
}

}  // namespace portolan::simt
