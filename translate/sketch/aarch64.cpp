#include <algorithm>

#include "frontends/aarch64/logical_immediate.h"
#include "translate/sketch/vocabulary.h"

namespace portolan::sketch {
namespace {

// Every mask of both widths once.
std::vector<uint64_t> bit_masks() {
  std::vector<uint64_t> masks;
  for (const unsigned width : {32u, 64u})
    for (uint64_t encoded = 0; encoded < 1 << 13; ++encoded)
      if (const std::optional<uint64_t> mask = aarch64::decode_logical_immediate(encoded, width))
        masks.push_back(*mask);
  std::sort(masks.begin(), masks.end());
  masks.erase(std::unique(masks.begin(), masks.end()), masks.end());
  return masks;
}

}  // namespace

Vocabulary make_aarch64_vocabulary() {
  Vocabulary v;
  for (const char* bank : {"x", "w"}) add_numbered(v.registers, bank, 0, 30);
  add_words(v.registers, "sp wsp xzr wzr");
  for (const char* bank : {"v", "q", "d", "s", "h", "b"}) add_numbered(v.registers, bank, 0, 31);
  add_words(v.conditions, "eq ne hs lo mi pl vs vc hi ls ge lt gt le");
  add_words(
      v.operations,
      "add sub and orr eor bic orn eon adds subs ands bics mul mneg madd msub udiv sdiv umulh smulh umull smull lsl "
      "lsr asr ror neg negs mvn mov cmp cmn tst adc sbc adcs sbcs csel csinc csinv csneg cset csetm cinc cinv cneg "
      "ccmp ccmn clz cls rbit rev rev16 rev32 sxtb sxth sxtw uxtb uxth ubfx sbfx ubfiz sbfiz bfi bfxil extr cbz "
      "cbnz tbz tbnz b ldr ldrb ldrh ldrsb ldrsh ldrsw str strb strh ldur ldurb ldurh ldursb ldursh ldursw stur "
      "sturb sturh ldp stp fadd fsub fmul fdiv fnmul fmadd fmsub fnmadd fnmsub fmax fmin fmaxnm fminnm fabs fneg "
      "fsqrt fmov fcmp fcmpe fcsel fcvt fcvtzs fcvtzu scvtf ucvtf frintm frintp frintz frintn frinta uaddlv addv "
      "smax smin umax umin sabd uabd saba uaba sqadd uqadd sqsub uqsub shadd uhadd srhadd urhadd shsub uhsub cmeq "
      "cmge cmgt cmhi cmhs cmtst bsl bit bif shl sshr ushr ssra usra sshl ushl zip1 zip2 uzp1 uzp2 trn1 trn2 ext "
      "tbl dup ins umov smov addp mla mls xtn xtn2 sxtl uxtl sxtl2 uxtl2 cnt not");
  for (const char* kind : {"lsl", "lsr", "asr", "ror"}) add_numbered(v.shifts, std::string(kind) + " #", 0, 63);
  add_words(v.shifts, "lsl lsr asr ror uxtb uxth uxtw uxtx sxtb sxth sxtw sxtx");
  for (const char* kind : {"uxtb", "uxth", "uxtw", "uxtx", "sxtb", "sxth", "sxtw", "sxtx"})
    add_numbered(v.shifts, std::string(kind) + " #", 0, 4);
  add_numbered(v.shifts, "", 0, 63);
  add_numbered(v.lanes, "", 0, 15);
  v.patterns = bit_masks();
  v.sequence = {"mov ?to, ?reg",       "add ?to, ?reg, ?reg", "sub ?to, ?reg, ?reg", "and ?to, ?reg, ?reg",
                "orr ?to, ?reg, ?reg", "eor ?to, ?reg, ?reg", "mul ?to, ?reg, ?reg", "lsl ?to, ?reg, ?reg",
                "lsr ?to, ?reg, ?reg", "asr ?to, ?reg, ?reg", "neg ?to, ?reg",       "mvn ?to, ?reg",
                "add ?to, ?reg, ?imm", "sub ?to, ?reg, ?imm", "and ?to, ?reg, ?imm", "lsl ?to, ?reg, ?imm",
                "lsr ?to, ?reg, ?imm", "asr ?to, ?reg, ?imm", "mov ?to, ?imm",       "cmp ?reg, ?reg",
                "cmp ?reg, ?imm",      "orr ?to, ?reg, ?imm", "eor ?to, ?reg, ?imm", "sxtw ?to, ?reg",
                "cmn ?reg, ?imm",      "tst ?reg, ?reg",      "tst ?reg, ?imm",      "sdiv ?to, ?reg, ?reg",
                "udiv ?to, ?reg, ?reg"};
  add_words(v.arguments, "w0 w1 w2 w3 x0 x1 x2 x3 sp");
  add_words(v.aliases, "ret bl blr br adr adrp nop movz movk movn brk");
  add_words(v.conditional, "b.");
  v.operands = {"?reg",
                "#?imm",
                "?imm",
                "?cond",
                "?shift",
                "?label",
                "SYMBOL",
                ":lo12:SYMBOL",
                ":got:SYMBOL",
                "[?reg]",
                "[?reg, #?imm]",
                "[?reg, #?imm]!",
                "[?reg, ?reg]",
                "[?reg, ?reg, ?shift]",
                "[?reg, :lo12:SYMBOL]",
                "[?reg, :got_lo12:SYMBOL]",
                "?reg.ARRANGEMENT",
                "?reg.ARRANGEMENT[?lane]",
                "{ ?reg.ARRANGEMENT }",
                "{ ?reg.ARRANGEMENT, ?reg.ARRANGEMENT }"};
  add_words(v.arrangements, "8b 16b 4h 8h 2s 4s 1d 2d 1q b h s d");
  v.jump = "b";
  v.stack_pointer = "sp";
  v.placeholder = "nop";
  v.longest_encoding = 4;
  v.longest = v.longest_pseudo = 4;
  return v;
}

}  // namespace portolan::sketch
