// A brainf*** interpreter with jumps resolved beforehand and runs of equal commands folded.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  char op;
  int arg;
} Insn;
enum { kMaxCode = 1024, kTape = 4096 };

static int compile(const char* src, Insn* out) {
  int stack[64], depth = 0, n = 0;
  for (const char* p = src; *p; p++) {
    switch (*p) {
      case '+':
      case '-':
      case '<':
      case '>': {
        char kind = *p == '+' || *p == '-' ? '+' : '>';
        int by = *p == '+' || *p == '>' ? 1 : -1;
        if (n && out[n - 1].op == kind)
          out[n - 1].arg += by;
        else
          out[n++] = (Insn){kind, by};
        break;
      }
      case '[':
        if (depth == 64) return -1;
        stack[depth++] = n;
        out[n++] = (Insn){'[', 0};
        break;
      case ']': {
        if (depth == 0) return -2;
        int open = stack[--depth];
        if (n == open + 2 && out[n - 1].op == '+' && out[n - 1].arg == -1) {
          n = open;
          out[n++] = (Insn){'0', 0};
          break;
        }
        out[open].arg = n;
        out[n++] = (Insn){']', open};
        break;
      }
      case '.':
      case ',': out[n++] = (Insn){*p, 0}; break;
      default: break;
    }
    if (n >= kMaxCode - 1) return -3;
  }
  if (depth) return -4;
  out[n] = (Insn){0, 0};
  return n;
}

static uint64_t run(const Insn* code, const char* input, char* out, int room) {
  static uint8_t tape[kTape];
  memset(tape, 0, sizeof tape);
  unsigned at = 0;
  int n = 0;
  uint64_t steps = 0;
  for (int pc = 0; code[pc].op; pc++, steps++) {
    switch (code[pc].op) {
      case '+': tape[at] = (uint8_t)(tape[at] + code[pc].arg); break;
      case '>': at = (at + (unsigned)code[pc].arg) % kTape; break;
      case '0': tape[at] = 0; break;
      case '[':
        if (!tape[at]) pc = code[pc].arg;
        break;
      case ']':
        if (tape[at]) pc = code[pc].arg;
        break;
      case '.':
        if (n < room - 1) out[n++] = (char)tape[at];
        break;
      case ',': tape[at] = (uint8_t)(*input ? *input++ : 0); break;
    }
  }
  out[n] = 0;
  return steps;
}

static const char kAlphabet[] = "++++++++[>++++++++<-]>+>+++++[>+++++<-]>+[<<.+>>-]";
static const char kReverse[] = ">,[>,]<[.<]";
static const char kEveryThird[] = ",[.>,>,<<,]";
static const char kBusy[] = "++++++++++[>++++++++++[>++++++++++[>++++++++++[>++++++++++[>+++<-]<-]<-]<-]<-]>>>>>.";

int main(void) {
  static const struct {
    const char *name, *source, *input;
  } kPrograms[] = {
      {"alphabet", kAlphabet, ""},          {"reverse", kReverse, "!edoc suoiverp"},
      {"third", kEveryThird, "axxbxxcxxd"}, {"busy", kBusy, ""},
      {"unbalanced", "[[+]", ""},           {"stray", "+]", ""},
  };
  static Insn code[kMaxCode];
  static char out[2048];
  for (unsigned i = 0; i < sizeof kPrograms / sizeof kPrograms[0]; i++) {
    int n = compile(kPrograms[i].source, code);
    if (n < 0) {
      printf("%s: error %d\n", kPrograms[i].name, n);
      continue;
    }
    uint64_t steps = run(code, kPrograms[i].input, out, sizeof out);
    printf("%s: %d instructions, %llu steps\n", kPrograms[i].name, n, (unsigned long long)steps);
    if (i < 3)
      printf("%s\n", out);
    else
      printf("%d\n", (int)(unsigned char)out[0]);
  }
  return 0;
}
