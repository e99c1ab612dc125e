// Conway's Life twice, on bytes and on 64-bit words with carry-save adders; one-dimensional automata.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { kSize = 64 };
static uint8_t cells[2][kSize][kSize];
static uint64_t rows[2][kSize];

__attribute__((noinline)) static void step_bytes(uint8_t from[kSize][kSize], uint8_t to[kSize][kSize]) {
  for (int y = 0; y < kSize; y++)
    for (int x = 0; x < kSize; x++) {
      int n = 0;
      for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++)
          if (dx || dy) n += from[(y + dy) & (kSize - 1)][(x + dx) & (kSize - 1)];
      to[y][x] = n == 3 || (n == 2 && from[y][x]);
    }
}
static uint64_t left(uint64_t v) {
  return v << 1 | v >> 63;
}
static uint64_t right(uint64_t v) {
  return v >> 1 | v << 63;
}
__attribute__((noinline)) static void step_words(const uint64_t* from, uint64_t* to) {
  for (int y = 0; y < kSize; y++) {
    uint64_t a = from[(y - 1) & (kSize - 1)], b = from[y], c = from[(y + 1) & (kSize - 1)];
    uint64_t in[8] = {left(a), a, right(a), left(b), right(b), left(c), c, right(c)};
    uint64_t ones = 0, twos = 0, fours = 0;
    for (int i = 0; i < 8; i++) {
      uint64_t carry = ones & in[i];
      ones ^= in[i];
      uint64_t next = twos & carry;
      twos ^= carry;
      fours |= next;
    }
    to[y] = twos & ~fours & (ones | b);
  }
}
static int population(const uint64_t* r) {
  int n = 0;
  for (int i = 0; i < kSize; i++) n += __builtin_popcountll(r[i]);
  return n;
}
static uint64_t rule(unsigned number, uint64_t row) {
  uint64_t l = left(row), r = right(row), out = 0;
  for (unsigned pattern = 0; pattern < 8; pattern++)
    if (number >> pattern & 1) out |= (pattern & 4 ? l : ~l) & (pattern & 2 ? row : ~row) & (pattern & 1 ? r : ~r);
  return out;
}

int main(void) {
  uint64_t s = 0x123456789abcdefull;
  for (int y = 0; y < kSize; y++) {
    s ^= s << 13;
    s ^= s >> 7;
    s ^= s << 17;
    rows[0][y] = s & (s >> 11);
    for (int x = 0; x < kSize; x++) cells[0][y][x] = rows[0][y] >> x & 1;
  }
  int differences = 0;
  for (int g = 0; g < 40; g++) {
    step_bytes(cells[g & 1], cells[~g & 1]);
    step_words(rows[g & 1], rows[~g & 1]);
    for (int y = 0; y < kSize; y++)
      for (int x = 0; x < kSize; x++) differences += cells[~g & 1][y][x] != (rows[~g & 1][y] >> x & 1);
  }
  printf("population %d differences %d\n", population(rows[0]), differences);
  for (int g = 0; g < 1500; g++) step_words(rows[g & 1], rows[~g & 1]);
  printf("later %d\n", population(rows[0]));
  for (int y = 0; y < 12; y++) {
    for (int x = 0; x < kSize; x++) putchar(rows[0][y] >> x & 1 ? 'o' : '.');
    putchar('\n');
  }
  static const unsigned kRules[] = {30, 90, 110, 184};
  for (int k = 0; k < 4; k++) {
    uint64_t row = 1ull << 32 | 0x10401, all = 0;
    for (int g = 0; g < 3000; g++) {
      row = rule(kRules[k], row);
      all = all * 31 + row;
    }
    printf("rule %u %016llx\n", kRules[k], (unsigned long long)all);
  }
  return 0;
}
