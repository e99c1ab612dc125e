// Loops over bytes and halfwords that compilers vectorise: saturating, averaging, absolute difference, table, compare.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kN = 1000 };
static uint8_t a[kN], b[kN], c[kN], mask[kN];
static int8_t sa[kN], sb[kN], sc[kN];
static int16_t ha[kN], hb[kN], hc[kN];
static uint16_t ua[kN];
static uint32_t wide[kN];

#define LOOP(name, statement)                         \
  __attribute__((noinline)) static void name(int n) { \
    for (int i = 0; i < n; i++) { statement; }        \
  }

LOOP(add_saturate, int s = a[i] + b[i]; c[i] = (uint8_t)(s > 255 ? 255 : s))
LOOP(sub_saturate, c[i] = (uint8_t)(a[i] > b[i] ? a[i] - b[i] : 0))
LOOP(average_up, c[i] = (uint8_t)((a[i] + b[i] + 1) >> 1))
LOOP(average_down, c[i] = (uint8_t)((a[i] + b[i]) >> 1))
LOOP(difference, int d = a[i] - b[i]; c[i] = (uint8_t)(d < 0 ? -d : d))
LOOP(max_bytes, c[i] = a[i] > b[i] ? a[i] : b[i])
LOOP(min_signed, sc[i] = sa[i] < sb[i] ? sa[i] : sb[i])
LOOP(add_signed, int s = sa[i] + sb[i]; sc[i] = (int8_t)(s > 127 ? 127 : s < -128 ? -128 : s))
LOOP(add_half, int s = ha[i] + hb[i]; hc[i] = (int16_t)(s > 32767 ? 32767 : s < -32768 ? -32768 : s))
// The limit keeps gcc 12 for RISC-V from taking mulh for a multiplication of four halfwords (its -O3 is wrong then).
LOOP(mul_high, int v = (ha[i] * hb[i]) >> 16; hc[i] = (int16_t)(v > 15000 ? 15000 : v))
LOOP(mul_round, hc[i] = (int16_t)((ha[i] * hb[i] + 0x4000) >> 15))
LOOP(pack, int v = ha[i] >> 4; c[i] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v))
LOOP(unpack, ha[i] = (int16_t)(a[i] * 64 - 8192))
LOOP(widen, wide[i] = (uint32_t)a[i] * b[i] + ua[i])
LOOP(threshold, mask[i] = a[i] >= 100 && b[i] < 200 ? 0xff : 0)
LOOP(blend, c[i] = (uint8_t)((a[i] & mask[i]) | (b[i] & (uint8_t)~mask[i])))
LOOP(upper, c[i] = (uint8_t)(a[i] >= 'a' && a[i] <= 'z' ? a[i] - 32 : a[i]))
LOOP(shift_left, ua[i] = (uint16_t)(ua[i] << 3 | ua[i] >> 13))
LOOP(negate, sc[i] = (int8_t)-sa[i]; hc[i] = (int16_t)(ha[i] < 0 ? -ha[i] : ha[i]))
LOOP(select_shift, c[i] = (uint8_t)(a[i] >> (b[i] & 7)))
LOOP(reverse, c[i] = a[n - 1 - i])
LOOP(stride, if (2 * i + 1 < n) c[i] = (uint8_t)(a[2 * i] + a[2 * i + 1] * 3))

static const struct {
  const char* name;
  void (*run)(int);
} kLoops[] = {
    {"add_saturate", add_saturate},
    {"sub_saturate", sub_saturate},
    {"average_up", average_up},
    {"average_down", average_down},
    {"difference", difference},
    {"max_bytes", max_bytes},
    {"min_signed", min_signed},
    {"add_signed", add_signed},
    {"unpack", unpack},
    {"add_half", add_half},
    {"mul_high", mul_high},
    {"mul_round", mul_round},
    {"pack", pack},
    {"widen", widen},
    {"threshold", threshold},
    {"blend", blend},
    {"upper", upper},
    {"shift_left", shift_left},
    {"negate", negate},
    {"select_shift", select_shift},
    {"reverse", reverse},
    {"stride", stride},
};

static uint64_t digest(void) {
  uint64_t h = 0;
  for (int i = 0; i < kN; i++)
    h = h * 1099511628211ull + c[i] + (uint64_t)(uint8_t)sc[i] * 3 + (uint64_t)(uint16_t)hc[i] * 5 + ua[i] + wide[i] +
        mask[i];
  return h;
}

int main(void) {
  for (int i = 0; i < kN; i++) {
    a[i] = (uint8_t)(i * 37 + (i >> 3));
    b[i] = (uint8_t)(i * 91 + 7);
    sa[i] = (int8_t)(i * 53 % 256 - 128);
    sb[i] = (int8_t)(i * 29 % 256 - 128);
    ha[i] = (int16_t)(i * 9973 % 65536 - 32768);
    hb[i] = (int16_t)(i * 6151 % 65536 - 32768);
    ua[i] = (uint16_t)(i * 40503);
  }
  for (unsigned k = 0; k < sizeof kLoops / sizeof kLoops[0]; k++) {
    for (int n = 0; n < 48; n++) kLoops[k].run(n < 40 ? n : kN - n % 3);
    printf("%-13s %016llx\n", kLoops[k].name, (unsigned long long)digest());
  }
  return 0;
}
