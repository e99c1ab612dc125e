// The A extension and fences (unprivileged spec, chapter 14 and 4.7).
#include "frontends/riscv64/operands.h"
#include "frontends/riscv64/rows.h"

namespace portolan::riscv64 {
namespace {

using ir::Ordering;
using ir::RmwKind;

Ordering ordering(LiftContext& c) {
  const std::string_view name = c.opcode_name();
  if (name.ends_with("_AQ_RL")) return Ordering::sequential;
  if (name.ends_with("_AQ")) return Ordering::acquire;
  if (name.ends_with("_RL")) return Ordering::release;
  return Ordering::relaxed;
}

// AMOADD_W…, LR_D…: the letter after the first underscore.
unsigned access_width(LiftContext& c) {
  const std::string_view name = c.opcode_name();
  return name[name.find('_') + 1] == 'W' ? 32 : 64;
}

template <RmwKind kKind>
Lifted read_modify_write(LiftContext& c) {
  const ValueId address = read(c, 1), operand = c.b.truncate(read(c, 2), access_width(c));
  write_signed(c, 0, c.b.atomic_rmw(kKind, address, operand, ordering(c)));
  return Lifted::done();
}

// LR remembers what it saw; SC replaces just that, which lets through an A-B-A change that hardware would notice but
// no value shows.
Lifted load_reserved(LiftContext& c) {
  const ValueId address = read(c, 1);
  Ordering order = ordering(c);
  if (order == Ordering::release) order = Ordering::sequential;
  const ValueId value = c.b.load(address, access_width(c), order);
  c.b.set_slot(slots().reserved_address, address);
  c.b.set_slot(slots().reserved_value, c.b.zext(value, 64));
  write_signed(c, 0, value);
  return Lifted::done();
}

// 0 in rd: stored. The address must be the reserved one; an SC elsewhere may fail, and so it does here.
Lifted store_conditional(LiftContext& c) {
  const unsigned width = access_width(c);
  const ValueId address = read(c, 1), replacement = c.b.truncate(read(c, 2), width);
  const ValueId expected = c.b.truncate(c.b.get_slot(slots().reserved_value, 64), width);
  const ValueId reserved = c.b.get_slot(slots().reserved_address, 64);
  const ValueId same_place = c.b.eq(reserved, address);
  Ordering order = ordering(c);
  if (order == Ordering::acquire) order = Ordering::sequential;
  // At another place nothing may change: exchange a value with itself.
  const ValueId target = c.b.select(same_place, replacement, expected);
  const ValueId old = c.b.atomic_cas(address, expected, target, order);
  c.b.set_slot(slots().reserved_address, c.b.constant(64, 0));
  write_bit(c, 0, c.b.bit_not(c.b.bit_and(same_place, c.b.eq(old, expected))));
  return Lifted::done();
}

// Predecessor and successor sets: i and r are reads, o and w are writes.
Lifted fence(LiftContext& c) {
  const int64_t before = immediate(c, 0), after = immediate(c, 1);
  constexpr int64_t kReads = 0b1010, kWrites = 0b0101;
  if (before == 0 || after == 0) return Lifted::done();  // hints, pause among them
  if ((before & kWrites) && (after & kReads)) {
    c.b.fence(Ordering::sequential);
  } else if (before & kWrites) {
    c.b.fence(Ordering::release);
  } else {
    c.b.fence(Ordering::acquire);
  }
  return Lifted::done();
}

Lifted fence_tso(LiftContext& c) {
  c.b.fence(Ordering::acquire_release);
  return Lifted::done();
}

constexpr Row kRows[] = {
    {"AMOSWAP_{W,D} AMOSWAP_{W,D}_{AQ,RL,AQ_RL}", "amoswap", "", read_modify_write<RmwKind::exchange>, "a"},
    {"AMOADD_{W,D} AMOADD_{W,D}_{AQ,RL,AQ_RL}", "amoadd", "", read_modify_write<RmwKind::add>, "a"},
    {"AMOAND_{W,D} AMOAND_{W,D}_{AQ,RL,AQ_RL}", "amoand", "", read_modify_write<RmwKind::bit_and>, "a"},
    {"AMOOR_{W,D} AMOOR_{W,D}_{AQ,RL,AQ_RL}", "amoor", "", read_modify_write<RmwKind::bit_or>, "a"},
    {"AMOXOR_{W,D} AMOXOR_{W,D}_{AQ,RL,AQ_RL}", "amoxor", "", read_modify_write<RmwKind::bit_xor>, "a"},
    {"AMOMIN_{W,D} AMOMIN_{W,D}_{AQ,RL,AQ_RL}", "amomin", "", read_modify_write<RmwKind::smin>, "a"},
    {"AMOMAX_{W,D} AMOMAX_{W,D}_{AQ,RL,AQ_RL}", "amomax", "", read_modify_write<RmwKind::smax>, "a"},
    {"AMOMINU_{W,D} AMOMINU_{W,D}_{AQ,RL,AQ_RL}", "amominu", "", read_modify_write<RmwKind::umin>, "a"},
    {"AMOMAXU_{W,D} AMOMAXU_{W,D}_{AQ,RL,AQ_RL}", "amomaxu", "", read_modify_write<RmwKind::umax>, "a"},
    {"LR_{W,D} LR_{W,D}_{AQ,RL,AQ_RL}", "lr", "", load_reserved, "a"},
    {"SC_{W,D} SC_{W,D}_{AQ,RL,AQ_RL}", "sc", "", store_conditional, "a"},
    {"FENCE", "fence", "", fence},
    {"FENCE_TSO", "fence.tso", "", fence_tso},
    {"FENCE_I", "fence.i", "", nullptr, "code that modifies itself is not supported"},
};

}  // namespace

RowSpan atomic_rows() {
  return kRows;
}

}  // namespace portolan::riscv64
