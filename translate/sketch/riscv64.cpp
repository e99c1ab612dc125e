#include "translate/sketch/vocabulary.h"

namespace portolan::sketch {

Vocabulary make_riscv64_vocabulary() {
  Vocabulary v;
  // gp and tp belong to the program, not to a function.
  add_words(v.registers, "zero ra sp t0 t1 t2 s0 s1");
  add_numbered(v.registers, "a", 0, 7);
  add_numbered(v.registers, "s", 2, 11);
  add_numbered(v.registers, "t", 3, 6);
  add_numbered(v.registers, "ft", 0, 11);
  add_numbered(v.registers, "fs", 0, 11);
  add_numbered(v.registers, "fa", 0, 7);
  // Branches hold their condition in the mnemonic: b?cond.
  add_words(v.conditions, "eq ne lt ge ltu geu eqz nez lez gez ltz gtz");
  add_words(
      v.operations,
      "add sub and or xor addw subw mul mulw mulh mulhu mulhsu div divu divw divuw rem remu remw remuw sll srl sra "
      "sllw srlw sraw slt sltu addi addiw andi ori xori slti sltiu slli srli srai slliw srliw sraiw lui li mv neg "
      "negw not seqz snez sltz sgtz sext.w sext.b sext.h zext.b zext.h zext.w beq bne blt bge bltu bgeu beqz bnez "
      "blez bgez bltz bgtz j lb lbu lh lhu lw lwu ld sb sh sw sd flw fld fsw fsd fadd.s fadd.d fsub.s fsub.d "
      "fmul.s fmul.d fdiv.s fdiv.d fsqrt.s fsqrt.d fmin.s fmin.d fmax.s fmax.d fmadd.s fmadd.d fmsub.s fmsub.d "
      "fnmadd.s fnmadd.d fnmsub.s fnmsub.d fsgnj.s fsgnj.d fsgnjn.s fsgnjn.d fsgnjx.s fsgnjx.d feq.s feq.d flt.s "
      "flt.d fle.s fle.d fmv.s fmv.d fneg.s fneg.d fabs.s fabs.d fcvt.s.d fcvt.d.s fcvt.s.w fcvt.s.wu fcvt.s.l "
      "fcvt.s.lu fcvt.d.w fcvt.d.wu fcvt.d.l fcvt.d.lu");
  // Shifts are instructions; their amounts are immediates.
  add_words(v.shifts, "slli srli srai slliw srliw sraiw sll srl sra sllw srlw sraw");
  add_numbered(v.shifts, "", 0, 63);
  v.sequence = {"mv ?to, ?reg",         "add ?to, ?reg, ?reg",   "sub ?to, ?reg, ?reg",   "and ?to, ?reg, ?reg",
                "or ?to, ?reg, ?reg",   "xor ?to, ?reg, ?reg",   "mul ?to, ?reg, ?reg",   "sll ?to, ?reg, ?reg",
                "srl ?to, ?reg, ?reg",  "sra ?to, ?reg, ?reg",   "slt ?to, ?reg, ?reg",   "sltu ?to, ?reg, ?reg",
                "addw ?to, ?reg, ?reg", "subw ?to, ?reg, ?reg",  "addi ?to, ?reg, ?imm",  "addiw ?to, ?reg, ?imm",
                "andi ?to, ?reg, ?imm", "slli ?to, ?reg, ?imm",  "srli ?to, ?reg, ?imm",  "srai ?to, ?reg, ?imm",
                "li ?to, ?imm",         "sltiu ?to, ?reg, ?imm", "slti ?to, ?reg, ?imm",  "ori ?to, ?reg, ?imm",
                "xori ?to, ?reg, ?imm", "neg ?to, ?reg",         "not ?to, ?reg",         "seqz ?to, ?reg",
                "snez ?to, ?reg",       "sext.w ?to, ?reg",      "mulw ?to, ?reg, ?reg",  "sllw ?to, ?reg, ?reg",
                "srlw ?to, ?reg, ?reg", "sraw ?to, ?reg, ?reg",  "slliw ?to, ?reg, ?imm", "srliw ?to, ?reg, ?imm",
                "sraiw ?to, ?reg, ?imm"};
  add_words(v.arguments, "a0 a1 a2 a3 sp");
  add_words(v.aliases, "ret jr jal jalr call tail la lla auipc nop unimp bgt ble bgtu bleu");
  add_words(v.conditional, "b");
  v.operands = {"?reg",
                "?imm",
                "?label",
                "SYMBOL",
                "?imm(?reg)",
                "(?reg)",
                "%hi(SYMBOL)",
                "%lo(SYMBOL)",
                "%lo(SYMBOL)(?reg)",
                "?shift",
                "%pcrel_hi(SYMBOL)",
                "%pcrel_lo(?label)",
                "%pcrel_lo(?label)(?reg)"};
  add_words(v.keywords, "rne rtz rdn rup rmm dyn");
  v.jump = "j";
  v.stack_pointer = "sp";
  v.placeholder = "nop";
  v.longest_encoding = 4;
  v.longest = 8;
  v.longest_pseudo = 48;  // li of 64 bits
  return v;
}

}  // namespace portolan::sketch
