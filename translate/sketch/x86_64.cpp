#include "translate/sketch/vocabulary.h"

namespace portolan::sketch {

Vocabulary make_x86_64_vocabulary() {
  Vocabulary v;
  add_words(
      v.registers,
      "%rax %rcx %rdx %rbx %rsp %rbp %rsi %rdi %eax %ecx %edx %ebx %esp %ebp %esi %edi %ax %cx %dx %bx %sp %bp %si "
      "%di %al %cl %dl %bl %spl %bpl %sil %dil %ah %ch %dh %bh");
  for (const char* suffix : {"", "d", "w", "b"}) add_numbered(v.registers, "%r", 8, 15, suffix);
  add_numbered(v.registers, "%xmm", 0, 15);
  add_numbered(v.registers, "%ymm", 0, 15);
  add_words(v.conditions, "e ne b ae be a l ge le g s ns o no p np");
  const std::vector<std::string> sizes = {"b", "w", "l", "q"};
  std::vector<std::string> stems;
  add_words(stems,
            "add sub and or xor adc sbb cmp test mov lea imul mul div idiv neg not inc dec shl shr sar rol ror rcl rcr "
            "bsf bsr bt bts btr btc xchg xadd cmpxchg popcnt lzcnt tzcnt push pop bswap movbe");
  v.operations = stems;
  for (const std::string& stem : stems)
    for (const std::string& size : sizes) v.operations.push_back(stem + size);
  add_words(
      v.operations,
      "movzbl movzwl movzbq movzwq movzbw movsbl movswl movsbq movswq movslq movsbw movabsq cltq cltd cqto cwtl "
      "jmp addss addsd subss subsd mulss mulsd divss divsd sqrtss sqrtsd minss minsd maxss maxsd ucomiss ucomisd "
      "comiss comisd cvtsi2sd cvtsi2sdq cvtsi2ss cvtsi2ssq cvttsd2si cvttss2si cvtsd2ss cvtss2sd movss movsd movaps "
      "movups movapd movupd movd movq movdqa movdqu addps addpd subps subpd mulps mulpd divps divpd andps andpd "
      "andnps andnpd orps orpd xorps xorpd paddb paddw paddd paddq psubb psubw psubd psubq pand pandn por pxor "
      "pcmpeqb pcmpeqw pcmpeqd pcmpgtb pcmpgtw pcmpgtd pmaxub pmaxsw pminub pminsw pavgb pavgw pmullw pmulhw "
      "pmulhuw pmuludq pmaddwd psadbw paddsb paddsw paddusb paddusw psubsb psubsw psubusb psubusw punpcklbw "
      "punpcklwd punpckldq punpcklqdq punpckhbw punpckhwd punpckhdq punpckhqdq packsswb packssdw packuswb psllw "
      "pslld psllq psrlw psrld psrlq psraw psrad pshufd pshuflw pshufhw shufps shufpd");
  for (const char* stem : {"shl", "shr", "sar", "rol", "ror"}) {
    v.shifts.emplace_back(stem);
    for (const std::string& size : sizes) v.shifts.push_back(stem + size);
  }
  add_numbered(v.shifts, "", 0, 63);
  add_numbered(v.lanes, "", 0, 15);
  v.sequence = {"movq ?reg, ?to",
                "movl ?reg, ?to",
                "addq ?reg, ?to",
                "addl ?reg, ?to",
                "subq ?reg, ?to",
                "subl ?reg, ?to",
                "andq ?reg, ?to",
                "andl ?reg, ?to",
                "orq ?reg, ?to",
                "orl ?reg, ?to",
                "xorq ?reg, ?to",
                "xorl ?reg, ?to",
                "imulq ?reg, ?to",
                "imull ?reg, ?to",
                "cmpq ?reg, ?reg",
                "cmpl ?reg, ?reg",
                "testq ?reg, ?reg",
                "testl ?reg, ?reg",
                "negq ?to",
                "negl ?to",
                "notq ?to",
                "notl ?to",
                "cltq",
                "movslq ?reg, ?to",
                "movl $?imm, ?to",
                "movq $?imm, ?to",
                "addl $?imm, ?to",
                "addq $?imm, ?to",
                "subl $?imm, ?to",
                "subq $?imm, ?to",
                "andl $?imm, ?to",
                "andq $?imm, ?to",
                "orl $?imm, ?to",
                "orq $?imm, ?to",
                "xorl $?imm, ?to",
                "xorq $?imm, ?to",
                "cmpl $?imm, ?reg",
                "cmpq $?imm, ?reg",
                "testl $?imm, ?reg",
                "testq $?imm, ?reg",
                "shll $?imm, ?to",
                "shlq $?imm, ?to",
                "shrl $?imm, ?to",
                "shrq $?imm, ?to",
                "sarl $?imm, ?to",
                "sarq $?imm, ?to",
                "imull $?imm, ?reg, ?to",
                "imulq $?imm, ?reg, ?to",
                "imulq ?reg",
                "mulq ?reg",
                "imull ?reg",
                "mull ?reg"};
  add_words(v.arguments, "%eax %edi %esi %edx %ecx %rax %rdi %rsi %rdx %rcx %rsp");
  add_words(v.aliases, "ret call jmp leave nop ud2 endbr64");
  add_words(v.conditional, "j set cmov");
  for (const std::string& condition : v.conditions)
    for (const char* size : {"w", "l", "q"}) v.aliases.push_back("cmov" + condition + size);
  v.operands = {"?reg",
                "$?imm",
                "?label",
                "SYMBOL",
                "*?reg",
                "(?reg)",
                "?imm(?reg)",
                "(?reg,?reg)",
                "?imm(?reg,?reg)",
                "(?reg,?reg,?shift)",
                "?imm(?reg,?reg,?shift)",
                "?imm(,?reg,?shift)",
                "SYMBOL(%rip)",
                "SYMBOL+?imm(%rip)",
                "SYMBOL@GOTPCREL(%rip)",
                "SYMBOL@PLT",
                "$SYMBOL"};
  v.jump = "jmp";
  v.stack_pointer = "%rsp";
  v.placeholder = "nop";
  v.longest_encoding = 15;
  v.longest = v.longest_pseudo = 15;
  return v;
}

}  // namespace portolan::sketch
