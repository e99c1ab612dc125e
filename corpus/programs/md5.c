// MD5 after RFC 1321; the sine table is computed.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint32_t table[64];
static const uint8_t kShift[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

static uint32_t rotl(uint32_t x, unsigned n) {
  return x << n | x >> (32 - n);
}
static uint32_t load32(const uint8_t* p) {
  return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void block(uint32_t* s, const uint8_t* p) {
  uint32_t m[16], a = s[0], b = s[1], c = s[2], d = s[3];
  for (int i = 0; i < 16; i++) m[i] = load32(p + 4 * i);
  for (int i = 0; i < 64; i++) {
    uint32_t f;
    int g;
    switch (i >> 4) {
      case 0:
        f = (b & c) | (~b & d);
        g = i;
        break;
      case 1:
        f = (d & b) | (~d & c);
        g = (5 * i + 1) & 15;
        break;
      case 2:
        f = b ^ c ^ d;
        g = (3 * i + 5) & 15;
        break;
      default:
        f = c ^ (b | ~d);
        g = (7 * i) & 15;
        break;
    }
    f += a + table[i] + m[g];
    a = d;
    d = c;
    c = b;
    b += rotl(f, kShift[i >> 4][i & 3]);
  }
  s[0] += a;
  s[1] += b;
  s[2] += c;
  s[3] += d;
}

static void md5(const uint8_t* data, size_t n, uint8_t out[16]) {
  uint32_t s[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  uint8_t tail[128] = {0};
  size_t whole = n / 64 * 64, rest = n - whole, padded = rest < 56 ? 64 : 128;
  for (size_t i = 0; i < whole; i += 64) block(s, data + i);
  memcpy(tail, data + whole, rest);
  tail[rest] = 0x80;
  uint64_t bits = (uint64_t)n * 8;
  for (int i = 0; i < 8; i++) tail[padded - 8 + (size_t)i] = (uint8_t)(bits >> (8 * i));
  for (size_t i = 0; i < padded; i += 64) block(s, tail + i);
  for (int i = 0; i < 16; i++) out[i] = (uint8_t)(s[i / 4] >> (8 * (i % 4)));
}

static void show(const char* text, size_t n) {
  uint8_t out[16];
  md5((const uint8_t*)text, n, out);
  for (int i = 0; i < 16; i++) printf("%02x", out[i]);
  printf(" %zu\n", n);
}

int main(void) {
  for (int i = 0; i < 64; i++) table[i] = (uint32_t)(int64_t)(fabs(sin(i + 1)) * 4294967296.0);
  show("", 0);
  show("abc", 3);
  show("message digest", 14);
  static char text[60000];
  for (size_t i = 0; i < sizeof text; i++) text[i] = (char)(32 + i * i % 95);
  show(text, 55);
  show(text, 56);
  show(text, 64);
  show(text, sizeof text);
  uint8_t chain[16] = {0};
  for (int i = 0; i < 1500; i++) md5(chain, 16, chain);
  printf("chain %08x\n", load32(chain));
  return 0;
}
