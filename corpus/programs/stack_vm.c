// A stack machine with calls and frames, running a recursive Fibonacci, trial division and a table fill.
#include <stdint.h>
#include <stdio.h>

typedef enum {
  PUSH,
  POP,
  DUP,
  ADD,
  SUB,
  MUL,
  MOD,
  LT,
  EQ,
  JMP,
  JZ,
  LOADL,
  STOREL,
  LOADM,
  STOREM,
  CALL,
  RET,
  PRINT,
  HALT
} Op;
typedef struct {
  int32_t code[128];
  int32_t stack[256];
  int32_t memory[512];
  uint64_t steps;
} Vm;

static int run(Vm* vm) {
  int32_t* sp = vm->stack;  // grows up; points at the next free slot
  int32_t* fp = vm->stack;
  const int32_t* pc = vm->code;
  for (;;) {
    vm->steps++;
    switch ((Op)*pc++) {
      case PUSH: *sp++ = *pc++; break;
      case POP: sp--; break;
      case DUP:
        *sp = sp[-1];
        sp++;
        break;
      case ADD:
        sp--;
        sp[-1] += *sp;
        break;
      case SUB:
        sp--;
        sp[-1] -= *sp;
        break;
      case MUL:
        sp--;
        sp[-1] *= *sp;
        break;
      case MOD:
        sp--;
        if (*sp == 0) return 1;
        sp[-1] %= *sp;
        break;
      case LT:
        sp--;
        sp[-1] = sp[-1] < *sp;
        break;
      case EQ:
        sp--;
        sp[-1] = sp[-1] == *sp;
        break;
      case JMP: pc = vm->code + *pc; break;
      case JZ: pc = *--sp ? pc + 1 : vm->code + *pc; break;
      case LOADL: *sp++ = fp[*pc++]; break;
      case STOREL: fp[*pc++] = *--sp; break;
      case LOADM: sp[-1] = vm->memory[sp[-1] & 511]; break;
      case STOREM:
        sp -= 2;
        vm->memory[sp[1] & 511] = sp[0];
        break;
      case CALL: {  // operands: address, argument count; saves pc and fp under the arguments
        int32_t target = pc[0], argc = pc[1];
        pc += 2;
        if (sp - vm->stack > 240) return 2;
        for (int i = 0; i < argc; i++) sp[1 - i] = sp[-1 - i];
        sp += 2;
        sp[-argc - 2] = (int32_t)(pc - vm->code);
        sp[-argc - 1] = (int32_t)(fp - vm->stack);
        fp = sp - argc;
        pc = vm->code + target;
        break;
      }
      case RET: {
        int32_t result = sp[-1];
        sp = fp - 2;
        pc = vm->code + sp[0];
        fp = vm->stack + sp[1];
        *sp++ = result;
        break;
      }
      case PRINT: printf("%d\n", *--sp); break;
      case HALT: return 0;
    }
  }
}

static int load(Vm* vm, const int32_t* code, int n) {
  for (int i = 0; i < n; i++) vm->code[i] = code[i];
  vm->steps = 0;
  int status = run(vm);
  printf("status %d steps %llu\n", status, (unsigned long long)vm->steps);
  return status;
}

static const int32_t kFibonacci[] = {
    /* 0 */ PUSH,   19,  CALL, 7, 1,   PRINT, HALT,
    /* 7 */ LOADL,  0,   PUSH, 2, LT,  JZ,    17,   LOADL, 0, RET,
    /* 17 */ LOADL, 0,   PUSH, 1, SUB, CALL,  7,    1,
    /* 25 */ LOADL, 0,   PUSH, 2, SUB, CALL,  7,    1,
    /* 33 */ ADD,   RET,
};
// Local 0 is n, 1 the divisor, 2 the sum of the primes below 1500.
static const int32_t kPrimes[] = {
    /* 0 */ PUSH,    2, PUSH,   2,    PUSH,  0,
    /* 6 */ LOADL,   0, PUSH,   1500, LT,    JZ,     61,
    /* 13 */ PUSH,   2, STOREL, 1,
    /* 17 */ LOADL,  1, DUP,    MUL,  LOADL, 0,      PUSH, 1,    ADD, LT, JZ, 47,
    /* 29 */ LOADL,  0, LOADL,  1,    MOD,   JZ,     54,
    /* 36 */ LOADL,  1, PUSH,   1,    ADD,   STOREL, 1,    PUSH, 0,   JZ, 17,
    /* 47 */ LOADL,  2, LOADL,  0,    ADD,   STOREL, 2,
    /* 54 */ LOADL,  0, PUSH,   1,    ADD,   JMP,    64,
    /* 61 */ LOADL,  2, HALT,
    /* 64 */ STOREL, 0, JMP,    6,
};
static const int32_t kDivide[] = {PUSH, 1, PUSH, 0, MOD, HALT};
static const int32_t kRunaway[] = {PUSH, 1, CALL, 0, 1, HALT};

int main(void) {
  static Vm vm;
  load(&vm, kFibonacci, sizeof kFibonacci / sizeof(int32_t));
  load(&vm, kPrimes, sizeof kPrimes / sizeof(int32_t));
  printf("sum of primes %d\n", vm.stack[2]);
  load(&vm, kDivide, sizeof kDivide / sizeof(int32_t));
  load(&vm, kRunaway, sizeof kRunaway / sizeof(int32_t));
  // Fills memory 0..199 with (i * 37) % 211.
  static const int32_t kFill[] = {PUSH,  0,    LOADL, 0,   PUSH, 200,    LT,  JZ,    29, LOADL,
                                  0,     PUSH, 37,    MUL, PUSH, 211,    MOD, LOADL, 0,  STOREM,
                                  LOADL, 0,    PUSH,  1,   ADD,  STOREL, 0,   JMP,   2,  HALT};
  load(&vm, kFill, sizeof kFill / sizeof(int32_t));
  int32_t hash = 0;
  for (int i = 0; i < 200; i++) hash = (hash * 7 + vm.memory[i]) % 1000003;
  printf("hash %d\n", hash);
  return 0;
}
