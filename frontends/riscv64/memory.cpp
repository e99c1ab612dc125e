// Loads and stores (unprivileged spec, 4.6, 12.5, 13.3).
#include "frontends/riscv64/operands.h"
#include "frontends/riscv64/rows.h"

namespace portolan::riscv64 {
namespace {

// Value in operand 0, base in 1, displacement or the low part of a symbol's address in 2.
ValueId address(LiftContext& c) {
  return c.b.add(read(c, 1), offset(c, 2));
}

template <unsigned kBits, bool kSigned>
Lifted load(LiftContext& c) {
  const ValueId value = c.b.load(address(c), kBits);
  write(c, 0, kSigned ? c.b.sext(value, 64) : c.b.zext(value, 64));
  return Lifted::done();
}

template <unsigned kBits>
Lifted store(LiftContext& c) {
  c.b.store(address(c), c.b.truncate(read(c, 0), kBits));
  return Lifted::done();
}

template <unsigned kBits>
Lifted load_float(LiftContext& c) {
  write_float(c, 0, c.b.load(address(c), kBits));
  return Lifted::done();
}

// Stores the register's low bits whether or not they are a boxed narrower number.
template <unsigned kBits>
Lifted store_float(LiftContext& c) {
  c.b.store(address(c), read_float_bits(c, 0, kBits));
  return Lifted::done();
}

Lifted prefetch(LiftContext&) {
  return Lifted::done();
}

constexpr Row kRows[] = {
    {"LB", "lb", "", load<8, true>},
    {"LH", "lh", "", load<16, true>},
    {"LW", "lw", "", load<32, true>},
    {"LD", "ld", "", load<64, true>},
    {"LBU", "lbu", "", load<8, false>},
    {"LHU", "lhu", "", load<16, false>},
    {"LWU", "lwu", "", load<32, false>},
    {"SB", "sb", "", store<8>},
    {"SH", "sh", "", store<16>},
    {"SW", "sw", "", store<32>},
    {"SD", "sd", "", store<64>},
    {"FLH", "flh", "", load_float<16>, "zfh"},
    {"FLW", "flw", "", load_float<32>, "f"},
    {"FLD", "fld", "", load_float<64>, "d"},
    {"FSH", "fsh", "", store_float<16>, "zfh"},
    {"FSW", "fsw", "", store_float<32>, "f"},
    {"FSD", "fsd", "", store_float<64>, "d"},
    {"PREFETCH_{I,R,W}", "prefetch.r", "", prefetch, "zicbop"},
};

}  // namespace

RowSpan memory_rows() {
  return kRows;
}

}  // namespace portolan::riscv64
