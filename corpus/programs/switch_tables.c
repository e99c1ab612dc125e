// Switch statements that become jump tables, decision trees, look-up tables and nests of them.
#include <stdint.h>
#include <stdio.h>

static int64_t dense(unsigned op, int64_t a, int64_t b) {
  switch (op) {
    case 0: return a + b;
    case 1: return a - b;
    case 2: return a ^ (b << 1);
    case 3: return a & ~b;
    case 4: return a | b;
    case 5: return (a >> 3) + b;
    case 6: return a * 3 - b;
    case 7: return a < b ? a : b;
    case 8: return a > b ? a : b;
    case 9: return -a;
    case 10: return ~b;
    case 11: return (a & 0xff) * (b & 0xff);
    default: return a;
  }
}

static int sparse(int code) {
  switch (code) {
    case -1000: return 1;
    case -7: return 2;
    case 0: return 3;
    case 42: return 4;
    case 500: return 5;
    case 501: return 6;
    case 9999: return 7;
    case 70000: return 8;
    case 1 << 30: return 9;
  }
  return 0;
}

static int offset_table(int c) {
  switch (c) {  // starts far from zero, with holes and shared bodies
    case 'a':
    case 'e':
    case 'i':
    case 'o':
    case 'u': return 1;
    case 'y': return 2;
    case 'b':
    case 'c':
    case 'd':
    case 'f':
    case 'g': return 3;
    case 'x':
    case 'z': return 5;
    default: return c >= 'a' && c <= 'z' ? 4 : 0;
  }
}

static const char* day_name(int d) {
  switch (d) {
    case 0: return "Mon";
    case 1: return "Tue";
    case 2: return "Wed";
    case 3: return "Thu";
    case 4: return "Fri";
    case 5: return "Sat";
    case 6: return "Sun";
  }
  return "?";
}

static unsigned fall_through(unsigned n) {
  unsigned r = 0;
  switch (n & 7) {
    case 7: r += 64; /* fall through */
    case 6: r ^= 32; /* fall through */
    case 5: r += 16; /* fall through */
    case 4: r ^= 8;  /* fall through */
    case 3: r += 4;  /* fall through */
    case 2: r ^= 2;  /* fall through */
    case 1: r += 1;  /* fall through */
    case 0: break;
  }
  return r;
}

static int nested(int a, int b) {
  switch (a) {
    case 0:
      switch (b) {
        case 0: return 10;
        case 1: return 11;
        case 2: return 12;
        case 3: return 13;
        case 4: return 19;
        default: return 14;
      }
    case 1: return b * 2;
    case 2:
      switch (b & 3) {
        case 0: return sparse(b * 100);
        case 1: return nested(0, b - 1);
        case 2: return offset_table('a' + b % 26);
        default: return -1;
      }
    case 3: return (int)fall_through((unsigned)b);
    case 4: return 77;
    default: return 0;
  }
}

static int wide(uint64_t v) {
  switch (v) {
    case 0x100000000ull: return 1;
    case 0x100000001ull: return 2;
    case 0x100000002ull: return 3;
    case 0x100000003ull: return 4;
    case 0x100000004ull: return 5;
    case 0x100000005ull: return 6;
    default: return 0;
  }
}

int main(void) {
  int64_t acc = 1;
  uint32_t rng = 1;
  int counts[10] = {0}, letters[6] = {0}, n = 0, w = 0;
  unsigned f = 0;
  static const int kCodes[] = {-1000, -7, 0, 42, 500, 501, 9999, 70000, 1 << 30, 3, -8, 502};
  for (int i = 0; i < 200000; i++) {
    rng = rng * 1664525u + 1013904223u;
    acc = dense((rng >> 13) % 13, acc, (int64_t)(rng >> 8)) & 0xffffffffffll;
    counts[sparse(kCodes[(rng >> 20) % 12])]++;
    letters[offset_table((int)('\\' + (rng >> 17) % 34))]++;
    n += nested((int)(rng >> 9) % 6, (int)(rng >> 24) % 10);
    f = f * 5 + fall_through(rng >> 28);
    w += wide(0xffffffffull + (rng >> 29));
  }
  printf("acc %lld nested %d fall %u wide %d\n", (long long)acc, n, f, w);
  for (int i = 0; i < 10; i++) printf("%d ", counts[i]);
  for (int i = 0; i < 6; i++) printf("%d%s", letters[i], i < 5 ? " " : "\n");
  for (int i = -1; i < 8; i++) printf("%s ", day_name(i));
  printf("\n");
  return 0;
}
