#include "call_harness.h"

namespace portolan::abi {

const std::string_view kHarnessTypes = R"(
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
struct step { unsigned char where, index; unsigned short stack_offset, value_offset, size; unsigned char extension,
  extended_size, indirect; };
struct leaf { unsigned short offset, size; unsigned char flag; };
struct test { const char *name; void *function; struct step *arguments, *result; struct leaf *leaves, *result_leaves;
  unsigned stack_bytes, vector_registers; int hidden, returns_hidden; unsigned result_size; };
struct state { uint64_t integer[8]; uint8_t vector[8][16]; uint64_t x8, al, stack_words, *stack;
  uint64_t integer_result[2]; uint8_t vector_result[4][16], x87[2][16]; uint64_t x87_count; };
static uint8_t observed[65536], result_source[4096];
)";

// Every byte that our layout does not speak of is random, so nothing passes because an upper half happened to be 0.
const std::string_view kHarnessMain = R"(
void call_with(struct state *, void *);
static uint64_t seed = 88172645463325252ull;
static uint8_t noise(void) { seed ^= seed << 13; seed ^= seed >> 7; seed ^= seed << 17; return seed >> 32; }
static void fill(void *p, size_t n) { for (uint8_t *b = p; n--;) *b++ = noise(); }
static uint8_t expected[65536], copies[65536], hidden_result[4096];
static uint64_t stack[8192];

static uint8_t *place(struct state *s, struct step *p) {
  return p->where == 0 ? (uint8_t *)&s->integer[p->index] : p->where == 1 ? s->vector[p->index]
       : p->where == 3 ? (uint8_t *)&s->x8 : (uint8_t *)stack + p->stack_offset;
}
static void extend(uint8_t *to, unsigned size, unsigned extended, int kind) {
  for (unsigned i = size; i < extended; ++i) to[i] = kind == 3 ? 0xff : kind == 2 && (to[size - 1] & 0x80) ? 0xff : 0;
}
static void put(struct state *s, struct step *p) {
  uint8_t *to = place(s, p);
  if (p->indirect) {
    uint8_t *copy = copies + p->value_offset;
    memcpy(to, &copy, 8);
  } else {
    memcpy(to, expected + p->value_offset, p->size);
    if (p->extension) extend(to, p->size, p->extended_size, p->extension);
  }
}
static void booleans(uint8_t *bytes, struct leaf *l) {
  for (; l->size; ++l) if (l->flag == 1) bytes[l->offset] &= 1;
}
static const char *difference(struct leaf *leaves, uint8_t *want, uint8_t *got) {
  static char text[200];
  for (struct leaf *l = leaves; l->size; ++l) {
    uint8_t wide[8] = {0};
    memcpy(wide, want + l->offset, l->flag >= 2 ? l->size : 0);
    extend(wide, l->size, 8, l->flag == 3 ? 2 : 1);
    if (l->flag < 2 ? memcmp(want + l->offset, got + l->offset, l->size) : memcmp(wide, got + l->offset + 16, 8)) {
      snprintf(text, sizeof text, "%s at value offset %u, size %u", l->flag < 2 ? "bytes differ" : "widened differs",
               l->offset, l->size);
      return text;
    }
  }
  return 0;
}
static const char *wrong_result(struct test *t, struct state *s) {
  static uint8_t got[4096];
  memset(got, 0, sizeof got);
  if (t->hidden >= 0) {
    memcpy(got, hidden_result, t->result_size);
    if (t->returns_hidden && s->integer_result[0] != (uint64_t)hidden_result) return "hidden address not returned";
  }
  for (struct step *p = t->result; p->where != 255; ++p) {
    uint8_t *from = p->where == 0 ? (uint8_t *)&s->integer_result[p->index]
                  : p->where == 1 ? s->vector_result[p->index] : s->x87[p->index], want[16];
    memcpy(got + p->value_offset, from, p->size);
    memcpy(want, from, 16);
    if (p->extension) extend(want, p->size, p->extended_size, p->extension);
    if (p->extension && memcmp(want, from, p->extended_size)) return "result not extended";
  }
  return difference(t->result_leaves, result_source, got);
}
static int run(struct test *t) {
  struct state s;
  fill(&s, sizeof s); fill(stack, sizeof stack); fill(expected, sizeof expected); fill(observed, sizeof observed);
  fill(result_source, sizeof result_source);
  booleans(expected, t->leaves); booleans(result_source, t->result_leaves);
  memcpy(copies, expected, sizeof copies);
  s.stack_words = (t->stack_bytes + 7) / 8; s.stack = stack; s.al = t->vector_registers; s.x87_count = 0;
  for (struct step *p = t->result; p->where != 255; ++p) s.x87_count += p->where == 2;
  for (struct step *p = t->arguments; p->where != 255; ++p) put(&s, p);
  uint64_t address = (uint64_t)hidden_result;
  if (t->hidden == 0) s.integer[0] = address;
  if (t->hidden == 3) s.x8 = address;
  call_with(&s, t->function);
  const char *why = difference(t->leaves, expected, observed);
  if (why) printf("%s: argument %s\n", t->name, why);
  const char *why_result = wrong_result(t, &s);
  if (why_result) printf("%s: result %s\n", t->name, why_result);
  return why || why_result;
}
int main(void) {
  int failures = 0;
  for (struct test *t = tests; t != tests + sizeof tests / sizeof *tests; ++t)
    for (int i = 0; i < 4; ++i)
      if (run(t)) { ++failures; break; }
  return failures != 0;
}
)";

namespace {

// Offsets in struct state: integer 0, vector 64, x8 192, al 200, stack_words 208, stack 216, integer_result 224,
// vector_result 240, x87 304, x87_count 336.
constexpr std::string_view kX86 = R"(
__asm__(".text\n.globl call_with\ncall_with:\n push %rbp\n mov %rsp, %rbp\n push %rbx\n push %r12\n"
" mov %rdi, %rbx\n mov %rsi, %r12\n mov 208(%rbx), %rcx\n lea (,%rcx,8), %rax\n sub %rax, %rsp\n and $-16, %rsp\n"
" mov 216(%rbx), %rsi\n mov %rsp, %rdi\n rep movsq\n"
" movups 64(%rbx), %xmm0\n movups 80(%rbx), %xmm1\n movups 96(%rbx), %xmm2\n movups 112(%rbx), %xmm3\n"
" movups 128(%rbx), %xmm4\n movups 144(%rbx), %xmm5\n movups 160(%rbx), %xmm6\n movups 176(%rbx), %xmm7\n"
" mov 0(%rbx), %rdi\n mov 8(%rbx), %rsi\n mov 16(%rbx), %rdx\n mov 24(%rbx), %rcx\n mov 32(%rbx), %r8\n"
" mov 40(%rbx), %r9\n mov 200(%rbx), %rax\n call *%r12\n"
" mov %rax, 224(%rbx)\n mov %rdx, 232(%rbx)\n movups %xmm0, 240(%rbx)\n movups %xmm1, 256(%rbx)\n"
" cmpq $1, 336(%rbx)\n jb 2f\n fstpt 304(%rbx)\n je 2f\n fstpt 320(%rbx)\n2:\n"
" lea -16(%rbp), %rsp\n pop %r12\n pop %rbx\n pop %rbp\n ret\n");
)";

constexpr std::string_view kAArch64 = R"(
__asm__(".text\n.globl call_with\ncall_with:\n stp x29, x30, [sp, -32]!\n mov x29, sp\n stp x19, x20, [sp, 16]\n"
" mov x19, x0\n mov x20, x1\n ldr x9, [x19, 208]\n ldr x10, [x19, 216]\n lsl x11, x9, 3\n add x11, x11, 15\n"
" and x11, x11, -16\n sub sp, sp, x11\n mov x12, sp\n1: cbz x9, 2f\n ldr x13, [x10], 8\n str x13, [x12], 8\n"
" sub x9, x9, 1\n b 1b\n2:\n"
" ldr q0, [x19, 64]\n ldr q1, [x19, 80]\n ldr q2, [x19, 96]\n ldr q3, [x19, 112]\n"
" ldr q4, [x19, 128]\n ldr q5, [x19, 144]\n ldr q6, [x19, 160]\n ldr q7, [x19, 176]\n ldr x8, [x19, 192]\n"
" ldp x0, x1, [x19]\n ldp x2, x3, [x19, 16]\n ldp x4, x5, [x19, 32]\n ldp x6, x7, [x19, 48]\n blr x20\n"
" stp x0, x1, [x19, 224]\n str q0, [x19, 240]\n str q1, [x19, 256]\n str q2, [x19, 272]\n str q3, [x19, 288]\n"
" mov sp, x29\n ldp x19, x20, [sp, 16]\n ldp x29, x30, [sp], 32\n ret\n");
)";

constexpr std::string_view kRiscV = R"(
__asm__(".text\n.globl call_with\ncall_with:\n addi sp, sp, -32\n sd ra, 24(sp)\n sd s0, 16(sp)\n sd s1, 8(sp)\n"
" addi s0, sp, 32\n mv s1, a0\n mv t6, a1\n ld t0, 208(s1)\n ld t1, 216(s1)\n slli t2, t0, 3\n addi t2, t2, 15\n"
" andi t2, t2, -16\n sub sp, sp, t2\n mv t3, sp\n1: beqz t0, 2f\n ld t4, 0(t1)\n sd t4, 0(t3)\n addi t1, t1, 8\n"
" addi t3, t3, 8\n addi t0, t0, -1\n j 1b\n2:\n"
" fld fa0, 64(s1)\n fld fa1, 80(s1)\n fld fa2, 96(s1)\n fld fa3, 112(s1)\n"
" fld fa4, 128(s1)\n fld fa5, 144(s1)\n fld fa6, 160(s1)\n fld fa7, 176(s1)\n"
" ld a0, 0(s1)\n ld a1, 8(s1)\n ld a2, 16(s1)\n ld a3, 24(s1)\n ld a4, 32(s1)\n ld a5, 40(s1)\n ld a6, 48(s1)\n"
" ld a7, 56(s1)\n jalr t6\n sd a0, 224(s1)\n sd a1, 232(s1)\n fsd fa0, 240(s1)\n fsd fa1, 256(s1)\n"
" addi sp, s0, -32\n ld ra, 24(sp)\n ld s0, 16(sp)\n ld s1, 8(sp)\n addi sp, sp, 32\n ret\n");
)";

}  // namespace

std::string_view trampoline(Isa isa) {
  return isa == Isa::x86_64 ? kX86 : isa == Isa::aarch64 ? kAArch64 : kRiscV;
}

}  // namespace portolan::abi
