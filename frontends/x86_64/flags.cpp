#include "frontends/x86_64/flags.h"

namespace portolan::x86_64 {

ValueId parity(Insn& x, ValueId result) {
  return x.b.bit_not(x.b.truncate(x.b.popcount(x.b.truncate(result, 8)), 1));
}

void set_result_flags(Insn& x, ValueId result) {
  x.set_flag(x.s.zf, x.b.is_zero(result));
  x.set_flag(x.s.sf, x.b.slt(result, x.b.constant(x.b.width(result), 0)));
  x.set_flag(x.s.pf, parity(x, result));
}

void set_auxiliary_flag(Insn& x, ValueId a, ValueId b, ValueId result) {
  x.set_flag(x.s.af, x.b.extract(x.b.bit_xor(x.b.bit_xor(a, b), result), 4, 1));
}

void set_add_flags(Insn& x, ValueId a, ValueId b, ValueId result) {
  set_result_flags(x, result);
  set_auxiliary_flag(x, a, b, result);
  x.set_flag(x.s.cf, x.b.ult(result, a));
  x.set_flag(x.s.of, x.b.add_overflow(a, b, x.b.constant(1, 0)));
}

void set_sub_flags(Insn& x, ValueId a, ValueId b, ValueId result) {
  set_result_flags(x, result);
  x.set_flag(x.s.zf, x.b.eq(a, b));
  set_auxiliary_flag(x, a, b, result);
  x.set_flag(x.s.cf, x.b.ult(a, b));
  x.set_flag(x.s.of, x.b.sub_overflow(a, b, x.b.constant(1, 0)));
}

void set_logic_flags(Insn& x, ValueId result) {
  set_result_flags(x, result);
  x.set_flag(x.s.cf, x.b.constant(1, 0));
  x.set_flag(x.s.of, x.b.constant(1, 0));
  x.undefine({x.s.af});
}

ValueId condition(Insn& x, unsigned code) {
  auto bit = [&]() -> ValueId {
    switch (code >> 1 & 7) {
      case 0:
        return x.flag(x.s.of);
      case 1:
        return x.flag(x.s.cf);
      case 2:
        return x.flag(x.s.zf);
      case 3:
        return x.b.bit_or(x.flag(x.s.cf), x.flag(x.s.zf));
      case 4:
        return x.flag(x.s.sf);
      case 5:
        return x.flag(x.s.pf);
      case 6:
        return x.b.bit_xor(x.flag(x.s.sf), x.flag(x.s.of));
      default:
        return x.b.bit_or(x.flag(x.s.zf), x.b.bit_xor(x.flag(x.s.sf), x.flag(x.s.of)));
    }
  }();
  return code & 1 ? x.b.bit_not(bit) : bit;
}

}  // namespace portolan::x86_64
