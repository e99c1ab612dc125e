// Arithmetic flags and the conditions read from them (SDM vol. 1, 3.4.3.1 and appendix B). The shapes are the ones
// that the flag-removing pass recognises: see frontends/asm/lift.h's conventions.
#pragma once

#include "frontends/x86_64/insn.h"

namespace portolan::x86_64 {

inline constexpr std::string_view kArithmeticFlags = "cf:w pf:w af:w zf:w sf:w of:w";
inline constexpr std::string_view kLogicFlags = "cf:w pf:w af:u zf:w sf:w of:w";

// Of a + b and a - b without carry in.
void set_add_flags(Insn& x, ValueId a, ValueId b, ValueId result);
void set_sub_flags(Insn& x, ValueId a, ValueId b, ValueId result);
// cf and of 0, af undefined.
void set_logic_flags(Insn& x, ValueId result);
// sf, zf, pf from a result.
void set_result_flags(Insn& x, ValueId result);
void set_auxiliary_flag(Insn& x, ValueId a, ValueId b, ValueId result);
ValueId parity(Insn& x, ValueId result);

// One of the sixteen conditions, by the low four bits of the opcode.
ValueId condition(Insn& x, unsigned code);

}  // namespace portolan::x86_64
