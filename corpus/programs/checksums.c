// Byte-wise checksums: CRC-32 (bit by bit and by table), CRC-16, Adler-32, FNV-1a, djb2, Fletcher.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint32_t table[256];
static void make_table(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t c = i;
    for (int k = 0; k < 8; k++) c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
    table[i] = c;
  }
}
static uint32_t crc32_table(const uint8_t* p, size_t n) {
  uint32_t c = ~0u;
  while (n--) c = table[(c ^ *p++) & 255] ^ c >> 8;
  return ~c;
}
static uint32_t crc32_bits(const uint8_t* p, size_t n) {
  uint32_t c = ~0u;
  for (; n--; p++) {
    c ^= *p;
    for (int k = 0; k < 8; k++) c = c >> 1 ^ (0xedb88320u & (0u - (c & 1)));
  }
  return ~c;
}
static uint16_t crc16(const uint8_t* p, size_t n) {
  uint16_t c = 0xffff;
  for (; n--; p++) {
    c ^= (uint16_t)(*p << 8);
    for (int k = 0; k < 8; k++) c = (uint16_t)(c & 0x8000 ? c << 1 ^ 0x1021 : c << 1);
  }
  return c;
}
static uint32_t adler32(const uint8_t* p, size_t n) {
  uint32_t a = 1, b = 0;
  while (n) {
    size_t chunk = n < 5552 ? n : 5552;
    n -= chunk;
    while (chunk--) a += *p++, b += a;
    a %= 65521;
    b %= 65521;
  }
  return b << 16 | a;
}
static uint64_t fnv1a(const uint8_t* p, size_t n) {
  uint64_t h = 14695981039346656037ull;
  while (n--) h = (h ^ *p++) * 1099511628211ull;
  return h;
}
static uint32_t djb2(const uint8_t* p, size_t n) {
  uint32_t h = 5381;
  while (n--) h = h * 33 + *p++;
  return h;
}
static uint32_t fletcher32(const uint8_t* p, size_t n) {
  uint32_t a = 0, b = 0;
  for (size_t i = 0; i + 1 < n; i += 2) {
    a = (a + (uint32_t)(p[i] | p[i + 1] << 8)) % 65535;
    b = (b + a) % 65535;
  }
  return b << 16 | a;
}
static unsigned xor_fold(const uint8_t* p, size_t n) {
  unsigned x = 0, s = 0;
  for (size_t i = 0; i < n; i++) x ^= p[i], s += p[i];
  return s << 8 | x;
}

static void report(const char* name, const uint8_t* p, size_t n) {
  printf("%-8s crc32 %08x %08x crc16 %04x adler %08x fnv %016llx djb2 %08x fletcher %08x fold %06x\n", name,
         crc32_table(p, n), crc32_bits(p, n), crc16(p, n), adler32(p, n), (unsigned long long)fnv1a(p, n), djb2(p, n),
         fletcher32(p, n), xor_fold(p, n));
}

int main(void) {
  static uint8_t data[30000];
  uint32_t s = 1;
  for (size_t i = 0; i < sizeof data; i++) {
    s = s * 1103515245u + 12345u;
    data[i] = (uint8_t)(s >> 16);
  }
  make_table();
  report("empty", data, 0);
  report("check", (const uint8_t*)"123456789", 9);
  report("random", data, sizeof data);
  report("odd", data + 3, sizeof data / 2 + 1);
  memset(data, 0xff, sizeof data);
  report("ones", data, sizeof data);
  return 0;
}
