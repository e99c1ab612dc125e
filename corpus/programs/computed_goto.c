// Labels as values: a threaded interpreter whose dispatch is an indirect jump after every instruction.
#include <stdint.h>
#include <stdio.h>

enum { OP_LOAD, OP_MOVE, OP_ADD, OP_SUB, OP_MUL, OP_AND, OP_XOR, OP_SHR, OP_JNZ, OP_JLT, OP_STORE, OP_FETCH, OP_HALT };
typedef struct {
  uint8_t op, a, b, c;
  int32_t imm;
} Insn;

static int64_t memory[256];

static int64_t run(const Insn* code, uint64_t* executed) {
  static const void* const kLabels[] = {&&load, &&move, &&add, &&sub,   &&mul,   &&and_, &&xor_,
                                        &&shr,  &&jnz,  &&jlt, &&store, &&fetch, &&halt};
  int64_t r[8] = {0};
  const Insn* pc = code;
  uint64_t count = 0;
#define NEXT goto* kLabels[(count++, pc->op)]
  NEXT;
load:
  r[pc->a] = pc->imm;
  pc++;
  NEXT;
move:
  r[pc->a] = r[pc->b];
  pc++;
  NEXT;
add:
  r[pc->a] = (int64_t)((uint64_t)r[pc->b] + (uint64_t)r[pc->c]) + pc->imm;
  pc++;
  NEXT;
sub:
  r[pc->a] = r[pc->b] - r[pc->c] - pc->imm;
  pc++;
  NEXT;
mul:
  r[pc->a] = (int64_t)((uint64_t)r[pc->b] * (uint64_t)r[pc->c]);
  pc++;
  NEXT;
and_:
  r[pc->a] = r[pc->b] & (r[pc->c] | pc->imm);
  pc++;
  NEXT;
xor_:
  r[pc->a] = r[pc->b] ^ r[pc->c];
  pc++;
  NEXT;
shr:
  r[pc->a] = (int64_t)((uint64_t)r[pc->b] >> pc->imm);
  pc++;
  NEXT;
jnz:
  pc = r[pc->a] ? code + pc->imm : pc + 1;
  NEXT;
jlt:
  pc = r[pc->a] < r[pc->b] ? code + pc->imm : pc + 1;
  NEXT;
store:
  memory[(r[pc->a] + pc->imm) & 255] = r[pc->b];
  pc++;
  NEXT;
fetch:
  r[pc->a] = memory[(r[pc->b] + pc->imm) & 255];
  pc++;
  NEXT;
halt:
  *executed = count;
  return r[pc->a];
#undef NEXT
}

// r1 counts down, r0 gathers a hash of the memory that r2 walks over.
static const Insn kHash[] = {
    {OP_LOAD, 0, 0, 0, 7}, {OP_LOAD, 1, 0, 0, 20000}, {OP_LOAD, 3, 0, 0, 31}, {OP_LOAD, 6, 0, 0, 0},
    {OP_MUL, 0, 0, 3, 0},  {OP_FETCH, 4, 1, 0, 3},    {OP_ADD, 0, 0, 4, 1},   {OP_SHR, 5, 0, 0, 17},
    {OP_XOR, 0, 0, 5, 0},  {OP_STORE, 1, 0, 0, 9},    {OP_LOAD, 7, 0, 0, 1},  {OP_SUB, 1, 1, 7, 0},
    {OP_JNZ, 1, 0, 0, 4},  {OP_HALT, 0, 0, 0, 0},
};
// Counts the Collatz steps of all numbers below r5.
static const Insn kCollatz[] = {
    {OP_LOAD, 0, 0, 0, 0}, {OP_LOAD, 1, 0, 0, 1}, {OP_LOAD, 5, 0, 0, 600}, {OP_LOAD, 6, 0, 0, 2},
    {OP_LOAD, 7, 0, 0, 3}, {OP_MOVE, 2, 1, 0, 0},  // 5: next number
    {OP_JLT, 2, 6, 0, 15},                         // 6: loop head
    {OP_ADD, 0, 0, 4, 1},  {OP_SUB, 0, 0, 4, 0},   // r0 += 1 whatever r4 is
    {OP_LOAD, 3, 0, 0, 1}, {OP_AND, 3, 2, 3, 0},  {OP_JNZ, 3, 0, 0, 18},   {OP_SHR, 2, 2, 0, 1},
    {OP_LOAD, 3, 0, 0, 1}, {OP_JNZ, 3, 0, 0, 6},  {OP_LOAD, 3, 0, 0, 1},   {OP_ADD, 1, 1, 3, 0},
    {OP_JLT, 1, 5, 0, 22}, {OP_JLT, 2, 6, 0, 23},  // 18: odd (r2 >= 3 here), or the end when r2 is 1
    {OP_MUL, 2, 2, 7, 0},  {OP_ADD, 2, 2, 3, 0},  {OP_JNZ, 3, 0, 0, 6},    {OP_JNZ, 1, 0, 0, 5},  // 22
    {OP_HALT, 0, 0, 0, 0},                                                                        // 23
};

int main(void) {
  uint64_t executed = 0;
  int64_t r = run(kHash, &executed);
  printf("hash %016llx after %llu\n", (unsigned long long)r, (unsigned long long)executed);
  r = run(kCollatz, &executed);
  printf("collatz %lld after %llu\n", (long long)r, (unsigned long long)executed);
  uint64_t all = 0;
  for (int i = 0; i < 256; i++) all = all * 1099511628211u + (uint64_t)memory[i];
  printf("memory %016llx\n", (unsigned long long)all);
  return 0;
}
