#include "frontends/x86_64/prefix.h"

#include <algorithm>

#include "frontends/x86_64/opcodes.h"

namespace portolan::x86_64 {
namespace {

using assembly::Instruction;
using assembly::LiftContext;
using assembly::Lifted;

// The section's instruction beside this one, or null.
const Instruction* neighbour(const LiftContext& c, int distance) {
  const std::vector<Instruction>& all = c.unit().sections[c.section()].instructions;
  const Instruction* here = &c.instruction();
  return here == (distance < 0 ? &all.front() : &all.back()) ? nullptr : here + distance;
}

// Whether control may come to the instruction from elsewhere than the one before it.
bool labelled(const LiftContext& c, const Instruction& instruction) {
  return std::any_of(c.unit().symbols.begin(), c.unit().symbols.end(), [&](const assembly::Symbol& symbol) {
    return symbol.section == c.section() && symbol.offset == instruction.offset;
  });
}

unsigned separate_prefix(const Instruction& instruction) {
  switch (instruction.inst.getOpcode()) {
    case LOCK_PREFIX:
      return kLock;
    case REP_PREFIX:
      return kRep;
    case REPNE_PREFIX:
      return kRepne;
    default:
      return 0;
  }
}

}  // namespace

unsigned prefixes(const LiftContext& c) {
  unsigned flags = c.inst().getFlags();
  const Instruction* previous = neighbour(c, -1);
  unsigned separate = previous ? separate_prefix(*previous) : 0;
  return separate && !labelled(c, c.instruction()) ? flags | separate : flags;
}

Lifted lift_separate_prefix(LiftContext& c) {
  const Instruction* next = neighbour(c, 1);
  if (!next) return Lifted::refused("a prefix without an instruction");
  if (separate_prefix(*next)) return Lifted::refused("several prefixes as instructions of their own");
  if (labelled(c, *next)) return Lifted::refused("control can jump between the prefix and its instruction");
  return Lifted::done();
}

// Compilers pad the calls of __tls_get_addr so that linkers can rewrite them; elsewhere data16 would change the
// operand's size.
Lifted lift_separate_data16(LiftContext& c) {
  const Instruction* next = neighbour(c, 1);
  if (next) switch (next->inst.getOpcode()) {
      case LEA64r:
      case CALL64pcrel32:
      case CALL64m:
      case DATA16_PREFIX:
      case REX64_PREFIX:
      case NOOP:
      case NOOPW:
      case NOOPL:
      case NOOPQ:
        return Lifted::done();
      default:
        break;
    }
  return Lifted::refused("an operand-size prefix as an instruction of its own");
}

}  // namespace portolan::x86_64
