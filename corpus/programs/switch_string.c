// Dispatch on strings: a hand-made trie of switches, a strcmp chain, and a little command language on top.
#include <stdio.h>
#include <string.h>

typedef enum { kNone, kPush, kPop, kPeek, kAdd, kSub, kSwap, kDup, kDrop, kDepth, kClear, kNeg } Command;

static Command trie(const char* s) {
  switch (s[0]) {
    case 'a': return strcmp(s, "add") ? kNone : kAdd;
    case 'c': return strcmp(s, "clear") ? kNone : kClear;
    case 'd':
      switch (s[1]) {
        case 'e': return strcmp(s + 2, "pth") ? kNone : kDepth;
        case 'r': return strcmp(s + 2, "op") ? kNone : kDrop;
        case 'u': return s[2] == 'p' && s[3] == 0 ? kDup : kNone;
      }
      return kNone;
    case 'n': return strcmp(s, "neg") ? kNone : kNeg;
    case 'p':
      switch (s[1]) {
        case 'e': return strcmp(s + 2, "ek") ? kNone : kPeek;
        case 'o': return strcmp(s + 2, "p") ? kNone : kPop;
        case 'u': return strcmp(s + 2, "sh") ? kNone : kPush;
      }
      return kNone;
    case 's':
      switch (s[1]) {
        case 'u': return strcmp(s, "sub") ? kNone : kSub;
        case 'w': return strncmp(s, "swap", 5) ? kNone : kSwap;
      }
      return kNone;
    default: return kNone;
  }
}

static Command chain(const char* s) {
  if (!strcmp(s, "push")) return kPush;
  if (!strcmp(s, "pop")) return kPop;
  if (!strcmp(s, "peek")) return kPeek;
  if (!strcmp(s, "add")) return kAdd;
  if (!strcmp(s, "sub")) return kSub;
  if (!strcmp(s, "swap")) return kSwap;
  if (!strcmp(s, "dup")) return kDup;
  if (!strcmp(s, "drop")) return kDrop;
  if (!strcmp(s, "depth")) return kDepth;
  if (!strcmp(s, "clear")) return kClear;
  if (!strcmp(s, "neg")) return kNeg;
  return kNone;
}

static int stack[64], depth;
static int execute(Command c, int operand) {
  switch (c) {
    case kPush:
      if (depth < 64) stack[depth++] = operand;
      return 1;
    case kPop: return depth > 0 ? stack[--depth] : -1;
    case kPeek: return depth > 0 ? stack[depth - 1] : -2;
    case kAdd:
      if (depth < 2) return -3;
      depth--;
      return stack[depth - 1] = (stack[depth - 1] + stack[depth]) % 100003;
    case kSub:
      if (depth < 2) return -4;
      depth--;
      return stack[depth - 1] = (stack[depth - 1] - stack[depth]) % 100003;
    case kSwap: {
      if (depth < 2) return -5;
      int t = stack[depth - 1];
      stack[depth - 1] = stack[depth - 2];
      stack[depth - 2] = t;
      return t;
    }
    case kDup:
      if (depth && depth < 64) {
        stack[depth] = stack[depth - 1];
        depth++;
      }
      return depth;
    case kDrop:
      if (depth) depth--;
      return depth;
    case kDepth: return depth;
    case kClear: depth = 0; return 0;
    case kNeg:
      if (depth) stack[depth - 1] = -stack[depth - 1];
      return depth ? stack[depth - 1] : 0;
    case kNone: return -9;
  }
  return -10;
}

static const char* kNames[] = {"push", "pop",  "peek", "add",   "sub",   "swap", "dup",  "push",
                               "drop", "push", "neg",  "depth", "clean", "pu",   "push", "pushy"};

int main(void) {
  unsigned rng = 99, mismatches = 0, counts[12] = {0};
  long total = 0;
  for (int i = 0; i < 60000; i++) {
    rng = rng * 69069u + 1;
    const char* name = i % 5000 == 4999 ? "clear" : kNames[(rng >> 12) & 15];
    Command c = trie(name);
    mismatches += c != chain(name);
    counts[c]++;
    total += execute(c, (int)(rng >> 20));
  }
  printf("mismatches %u total %ld depth %d\n", mismatches, total, depth);
  for (int i = 0; i < 12; i++) printf("%u%s", counts[i], i < 11 ? " " : "\n");
  return 0;
}
