// Exclusive, acquire and release accesses, the large system extension's atomics, and libgcc's outline atomics.
//
// A load-exclusive is a load that remembers address and value; the store-exclusive is a compare-and-swap against them.
// That differs from the hardware's monitor only where the value changed and changed back in between.
#include "frontends/aarch64/atomic.h"

#include <algorithm>

#include "frontends/aarch64/rows.h"

namespace portolan::aarch64 {
namespace {

using ir::Ordering;
using ir::RmwKind;

// The bits that an opcode's last letter says; X and W fit the register.
unsigned bits_of_suffix(char letter) {
  return letter == 'B' ? 8 : letter == 'H' ? 16 : letter == 'W' ? 32 : 64;
}

// ldar and stlr are sequentially consistent among themselves (Arm ARM B2.3), hence stronger than acquire and release.
Lifted load_acquire(LiftContext& c) {
  const std::string_view name = c.opcode_name();
  const Ordering ordering = name.starts_with("LDAPR") ? Ordering::acquire : Ordering::sequential;
  const ValueId value = c.b.load(read(c, 1), bits_of_suffix(name.back()), ordering);
  write(c, 0, c.b.zext(value, operand_width(c, 0)));
  return Lifted::done();
}

Lifted store_release(LiftContext& c) {
  c.b.store(read(c, 1), c.b.truncate(read(c, 0), bits_of_suffix(c.opcode_name().back())), Ordering::sequential);
  return Lifted::done();
}

// LDAPUR*i, STLUR*i: release consistent processor consistency, version 2.
Lifted load_acquire_unscaled(LiftContext& c) {
  std::string_view name = c.opcode_name();
  consume(name, "LDAPUR");
  const unsigned width = operand_width(c, 0);
  const bool with_sign = name.size() > 2 && name[0] == 'S';
  const char size = name[with_sign ? 1 : 0];
  const unsigned bits = size == 'B' ? 8 : size == 'H' ? 16 : size == 'X' ? 64 : 32;
  const ValueId address = c.b.add(read(c, 1), c.b.signed_constant(64, immediate(c, 2)));
  const ValueId value = c.b.load(address, bits, Ordering::acquire);
  write(c, 0, with_sign ? c.b.sext(value, width) : c.b.zext(value, width));
  return Lifted::done();
}

Lifted store_release_unscaled(LiftContext& c) {
  const std::string_view name = c.opcode_name();
  const ValueId address = c.b.add(read(c, 1), c.b.signed_constant(64, immediate(c, 2)));
  c.b.store(address, c.b.truncate(read(c, 0), bits_of_suffix(name[5])), Ordering::release);
  return Lifted::done();
}

void remember(LiftContext& c, ValueId address, ValueId value) {
  c.b.set_slot(slots().reserved_address, address);
  c.b.set_slot(slots().reserved_value, c.b.zext(value, 128));
}

Lifted load_exclusive(LiftContext& c) {
  const std::string_view name = c.opcode_name();  // LD[A]XR{B,H,W,X}
  const ValueId address = read(c, 1);
  const Ordering ordering = name[2] == 'A' ? Ordering::sequential : Ordering::relaxed;
  const ValueId value = c.b.load(address, bits_of_suffix(name.back()), ordering);
  remember(c, address, value);
  write(c, 0, c.b.zext(value, operand_width(c, 0)));
  return Lifted::done();
}

Lifted load_exclusive_pair(LiftContext& c) {
  const std::string_view name = c.opcode_name();  // LD[A]XP{W,X}
  const ValueId address = read(c, 2);
  const unsigned width = operand_width(c, 0);
  const Ordering ordering = name[2] == 'A' ? Ordering::sequential : Ordering::relaxed;
  const ValueId value = c.b.load(address, 2 * width, ordering);
  remember(c, address, value);
  write(c, 0, c.b.truncate(value, width));
  write(c, 1, c.b.extract(value, width, width));
  return Lifted::done();
}

constexpr int64_t kNowhere = -1;

// `status` becomes 0 where the store happened. A reservation serves one store; whether one at another address than the
// load's may succeed is left to the implementation (Arm ARM, "Synchronization and semaphores"), and here it does not.
Lifted exclusive_store(LiftContext& c, ValueId address, ValueId value, bool release) {
  const ValueId same_place = c.b.eq(address, c.b.get_slot(slots().reserved_address, 64));
  const ValueId expected = c.b.truncate(c.b.get_slot(slots().reserved_value, 128), c.b.width(value));
  // At another place nothing may change: exchange a value with itself.
  const ValueId target = c.b.select(same_place, value, expected);
  const ValueId old = c.b.atomic_cas(address, expected, target, release ? Ordering::sequential : Ordering::relaxed);
  c.b.set_slot(slots().reserved_address, c.b.signed_constant(64, kNowhere));
  const ValueId unchanged = c.b.eq(old, expected);
  write(c, 0, c.b.zext(c.b.bit_not(c.b.bit_and(same_place, unchanged)), 32));
  return Lifted::done();
}

Lifted store_exclusive(LiftContext& c) {
  const std::string_view name = c.opcode_name();  // ST[L]XR{B,H,W,X}
  const ValueId value = c.b.truncate(read(c, 1), bits_of_suffix(name.back()));
  return exclusive_store(c, read(c, 2), value, name[2] == 'L');
}

Lifted store_exclusive_pair(LiftContext& c) {
  const ValueId low = read(c, 1), high = read(c, 2);
  return exclusive_store(c, read(c, 3), c.b.concat(high, low), c.opcode_name()[2] == 'L');
}

Lifted clear_exclusive(LiftContext& c) {
  c.b.set_slot(slots().reserved_address, c.b.signed_constant(64, kNowhere));
  return Lifted::done();
}

// The letters between an atomic's name and its size: A acquires, L releases.
Ordering ordering_of(std::string_view letters) {
  const bool acquire = letters.find('A') != letters.npos, release = letters.find('L') != letters.npos;
  if (acquire && release) return Ordering::sequential;
  return acquire ? Ordering::acquire : release ? Ordering::release : Ordering::relaxed;
}

struct NamedRmw {
  std::string_view name;
  RmwKind kind;
};
constexpr NamedRmw kRmws[] = {{"LDADD", RmwKind::add},    {"LDCLR", RmwKind::bit_clear}, {"LDEOR", RmwKind::bit_xor},
                              {"LDSET", RmwKind::bit_or}, {"LDSMAX", RmwKind::smax},     {"LDSMIN", RmwKind::smin},
                              {"LDUMAX", RmwKind::umax},  {"LDUMIN", RmwKind::umin},     {"SWP", RmwKind::exchange}};

// Operands: the old value's register, the operand, the address.
Lifted read_modify_write(LiftContext& c) {
  std::string_view name = c.opcode_name();
  const unsigned bits = bits_of_suffix(name.back());
  for (const NamedRmw& rmw : kRmws) {
    if (!consume(name, rmw.name)) continue;
    const ValueId operand = c.b.truncate(read(c, 1), bits);
    const ValueId old = c.b.atomic_rmw(rmw.kind, read(c, 2), operand, ordering_of(name));
    write(c, 0, c.b.zext(old, operand_width(c, 0)));
    return Lifted::done();
  }
  return Lifted::refused("");
}

Lifted compare_and_swap(LiftContext& c) {
  std::string_view name = c.opcode_name();  // CAS[A][L]{B,H,W,X}
  consume(name, "CAS");
  const unsigned bits = bits_of_suffix(name.back());
  const ValueId expected = c.b.truncate(read(c, 1), bits), replacement = c.b.truncate(read(c, 2), bits);
  const ValueId old = c.b.atomic_cas(read(c, 3), expected, replacement, ordering_of(name));
  write(c, 0, c.b.zext(old, operand_width(c, 0)));
  return Lifted::done();
}

Lifted compare_and_swap_pair(LiftContext& c) {
  std::string_view name = c.opcode_name();  // CASP[A][L]{W,X}
  consume(name, "CASP");
  const auto pair = [&](unsigned operand) { return c.b.concat(read(c, operand, 1), read(c, operand, 0)); };
  const ValueId expected = pair(1), replacement = pair(2);
  const ValueId old = c.b.atomic_cas(read(c, 3), expected, replacement, ordering_of(name));
  const unsigned width = operand_width(c, 0);
  write(c, 0, c.b.truncate(old, width), 0);
  write(c, 0, c.b.extract(old, width, width), 1);
  return Lifted::done();
}

constexpr Row kRows[] = {
    {"LDAR{B,H,W,X} LDAPR{B,H,W,X}", "ldar", "", load_acquire},
    {"STLR{B,H,W,X}", "stlr", "", store_release},
    {"LDAPUR{B,H,SBW,SBX,SHW,SHX,SW,X}i LDAPURi", "ldapur", "", load_acquire_unscaled, "rcpc2"},
    {"STLUR{B,H,W,X}i", "stlur", "", store_release_unscaled, "rcpc2"},
    {"LDXR{B,H,W,X} LDAXR{B,H,W,X}", "ldxr", "", load_exclusive},
    {"LDXP{W,X} LDAXP{W,X}", "ldxp", "", load_exclusive_pair},
    {"STXR{B,H,W,X} STLXR{B,H,W,X}", "stxr", "", store_exclusive},
    {"STXP{W,X} STLXP{W,X}", "stxp", "", store_exclusive_pair},
    {"CLREX", "clrex", "", clear_exclusive},
    {"LDADD{B,H,W,X} LDADDA{B,H,W,X} LDADDL{B,H,W,X} LDADDAL{B,H,W,X}", "ldadd", "", read_modify_write, "lse"},
    {"LDCLR{B,H,W,X} LDCLRA{B,H,W,X} LDCLRL{B,H,W,X} LDCLRAL{B,H,W,X}", "ldclr", "", read_modify_write, "lse"},
    {"LDEOR{B,H,W,X} LDEORA{B,H,W,X} LDEORL{B,H,W,X} LDEORAL{B,H,W,X}", "ldeor", "", read_modify_write, "lse"},
    {"LDSET{B,H,W,X} LDSETA{B,H,W,X} LDSETL{B,H,W,X} LDSETAL{B,H,W,X}", "ldset", "", read_modify_write, "lse"},
    {"LDSMAX{B,H,W,X} LDSMAXA{B,H,W,X} LDSMAXL{B,H,W,X} LDSMAXAL{B,H,W,X}", "ldsmax", "", read_modify_write, "lse"},
    {"LDSMIN{B,H,W,X} LDSMINA{B,H,W,X} LDSMINL{B,H,W,X} LDSMINAL{B,H,W,X}", "ldsmin", "", read_modify_write, "lse"},
    {"LDUMAX{B,H,W,X} LDUMAXA{B,H,W,X} LDUMAXL{B,H,W,X} LDUMAXAL{B,H,W,X}", "ldumax", "", read_modify_write, "lse"},
    {"LDUMIN{B,H,W,X} LDUMINA{B,H,W,X} LDUMINL{B,H,W,X} LDUMINAL{B,H,W,X}", "ldumin", "", read_modify_write, "lse"},
    {"SWP{B,H,W,X} SWPA{B,H,W,X} SWPL{B,H,W,X} SWPAL{B,H,W,X}", "swp", "", read_modify_write, "lse"},
    {"CAS{B,H,W,X} CASA{B,H,W,X} CASL{B,H,W,X} CASAL{B,H,W,X}", "cas", "", compare_and_swap, "lse"},
    {"CASP{W,X} CASPA{W,X} CASPL{W,X} CASPAL{W,X}", "casp", "", compare_and_swap_pair, "lse"},
};

// "cas4_acq_rel" taken apart; libgcc's names, config/aarch64/lse.S.
struct OutlineAtomic {
  std::optional<RmwKind> rmw;  // nothing: compare and swap
  unsigned bits = 0;
  Ordering ordering = Ordering::relaxed;
};

std::optional<OutlineAtomic> parse_outline_atomic(std::string_view name) {
  struct Named {
    std::string_view name;
    std::optional<RmwKind> rmw;
  };
  static constexpr Named kNames[] = {{"cas", std::nullopt},       {"swp", RmwKind::exchange},
                                     {"ldadd", RmwKind::add},     {"ldclr", RmwKind::bit_clear},
                                     {"ldeor", RmwKind::bit_xor}, {"ldset", RmwKind::bit_or}};
  struct NamedOrdering {
    std::string_view name;
    Ordering ordering;
  };
  static constexpr NamedOrdering kOrderings[] = {{"_relax", Ordering::relaxed},
                                                 {"_acq", Ordering::acquire},
                                                 {"_rel", Ordering::release},
                                                 {"_acq_rel", Ordering::sequential},
                                                 {"_sync", Ordering::sequential}};
  if (!consume(name, "__aarch64_")) return std::nullopt;
  for (const Named& named : kNames) {
    if (!consume(name, named.name)) continue;
    OutlineAtomic atomic{named.rmw};
    for (const unsigned bytes : {16u, 8u, 4u, 2u, 1u})
      if (consume(name, std::to_string(bytes))) {
        atomic.bits = 8 * bytes;
        break;
      }
    for (const NamedOrdering& ordering : kOrderings) {
      if (name != ordering.name) continue;
      atomic.ordering = ordering.ordering;
      const bool possible = atomic.bits != 0 && (atomic.bits < 128 || !atomic.rmw);
      return possible ? std::optional(atomic) : std::nullopt;
    }
    return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

bool lift_outline_atomic(LiftContext& c, std::string_view symbol) {
  const std::optional<OutlineAtomic> atomic = parse_outline_atomic(symbol);
  if (!atomic) return false;
  const Slots& s = slots();
  const auto x = [&](unsigned n) { return c.b.get_slot(s.x[n], 64); };
  // A 16-byte value takes two registers.
  const unsigned registers = atomic->bits == 128 ? 2 : 1;
  const auto argument = [&](unsigned n) {
    return registers == 2 ? c.b.concat(x(n + 1), x(n)) : c.b.truncate(x(n), atomic->bits);
  };
  ValueId old;
  if (atomic->rmw) {
    old = c.b.atomic_rmw(*atomic->rmw, x(1), argument(0), atomic->ordering);
  } else {
    old = c.b.atomic_cas(x(2 * registers), argument(0), argument(registers), atomic->ordering);
  }
  c.b.set_slot(s.x[0], c.b.zext_or_truncate(old, 64));
  if (registers == 2) c.b.set_slot(s.x[1], c.b.extract(old, 64, 64));
  // What the routines may spoil; the generic call would spoil far more.
  for (const unsigned n : {15u, 16u, 17u, 30u}) c.b.set_slot(s.x[n], c.b.undef(64));
  for (const Slot flag : {s.n, s.z, s.c, s.v}) c.b.set_slot(flag, c.b.undef(1));
  return true;
}

RowSpan atomic_rows() {
  return kRows;
}

}  // namespace portolan::aarch64
