// Encodings: base64 and hex both ways, UTF-8 decoding with all its errors, UTF-16, percent and quoted escapes, varints.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static size_t base64_encode(const uint8_t* in, size_t n, char* out) {
  size_t k = 0;
  for (size_t i = 0; i < n; i += 3) {
    uint32_t v = (uint32_t)in[i] << 16 | (i + 1 < n ? (uint32_t)in[i + 1] << 8 : 0) | (i + 2 < n ? in[i + 2] : 0);
    out[k++] = kAlphabet[v >> 18];
    out[k++] = kAlphabet[v >> 12 & 63];
    out[k++] = i + 1 < n ? kAlphabet[v >> 6 & 63] : '=';
    out[k++] = i + 2 < n ? kAlphabet[v & 63] : '=';
  }
  out[k] = 0;
  return k;
}
static int sextet(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}
static int base64_decode(const char* in, size_t n, uint8_t* out) {
  int k = 0, bits = 0;
  uint32_t v = 0;
  for (size_t i = 0; i < n && in[i] != '='; i++) {
    int s = sextet(in[i]);
    if (s < 0) return -1;
    v = (v << 6 | (uint32_t)s) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[k++] = (uint8_t)(v >> bits);
    }
  }
  return k;
}

typedef struct {
  uint32_t code;
  int length;
} Decoded;  // length 0: error
static Decoded utf8_decode(const uint8_t* p, size_t n) {
  static const uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (n == 0) return (Decoded){0, 0};
  int length = p[0] < 0x80 ? 1 : p[0] >> 5 == 6 ? 2 : p[0] >> 4 == 14 ? 3 : p[0] >> 3 == 30 ? 4 : 0;
  if (length == 0 || (size_t)length > n) return (Decoded){p[0], 0};
  if (length == 1) return (Decoded){p[0], 1};
  uint32_t c = p[0] & (0x7fu >> length);
  for (int i = 1; i < length; i++) {
    if ((p[i] & 0xc0) != 0x80) return (Decoded){p[i], 0};
    c = c << 6 | (p[i] & 63);
  }
  if (c < kLeast[length] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) return (Decoded){c, 0};
  return (Decoded){c, length};
}
static int utf8_encode(uint32_t c, uint8_t* out) {
  if (c < 0x80) return out[0] = (uint8_t)c, 1;
  if (c < 0x800) return out[0] = (uint8_t)(0xc0 | c >> 6), out[1] = (uint8_t)(0x80 | (c & 63)), 2;
  if (c < 0x10000) {
    out[0] = (uint8_t)(0xe0 | c >> 12);
    out[1] = (uint8_t)(0x80 | (c >> 6 & 63));
    out[2] = (uint8_t)(0x80 | (c & 63));
    return 3;
  }
  out[0] = (uint8_t)(0xf0 | c >> 18);
  out[1] = (uint8_t)(0x80 | (c >> 12 & 63));
  out[2] = (uint8_t)(0x80 | (c >> 6 & 63));
  out[3] = (uint8_t)(0x80 | (c & 63));
  return 4;
}
static int utf16_encode(uint32_t c, uint16_t* out) {
  if (c < 0x10000) return out[0] = (uint16_t)c, 1;
  c -= 0x10000;
  out[0] = (uint16_t)(0xd800 + (c >> 10));
  out[1] = (uint16_t)(0xdc00 + (c & 0x3ff));
  return 2;
}
static int varint_encode(uint64_t v, uint8_t* out) {
  int n = 0;
  while (v >= 0x80) out[n++] = (uint8_t)(v | 0x80), v >>= 7;
  out[n++] = (uint8_t)v;
  return n;
}
static uint64_t varint_decode(const uint8_t* in, int* n) {
  uint64_t v = 0;
  int shift = 0;
  *n = 0;
  do v |= (uint64_t)(in[*n] & 0x7f) << shift, shift += 7;
  while (in[(*n)++] & 0x80);
  return v;
}
static uint64_t zigzag(int64_t v) {
  return (uint64_t)v << 1 ^ (v < 0 ? ~0ull : 0);
}
static size_t percent(const char* s, char* out) {
  size_t n = 0;
  for (; *s; s++) {
    unsigned char c = (unsigned char)*s;
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-_.~", c)) {
      out[n++] = (char)c;
    } else {
      out[n++] = '%';
      out[n++] = "0123456789ABCDEF"[c >> 4];
      out[n++] = "0123456789ABCDEF"[c & 15];
    }
  }
  out[n] = 0;
  return n;
}

int main(void) {
  static const char* const kTexts[] = {"", "f", "fo", "foo", "foob", "fooba", "foobar"};
  char text[800];
  uint8_t data[512], back[600];
  for (int i = 0; i < 7; i++) {
    base64_encode((const uint8_t*)kTexts[i], strlen(kTexts[i]), text);
    printf("%s ", text);
  }
  percent("caf\xc3\xa9 & 100% \"ports\"", text);
  printf("%s\n", text);
  int broken = 0;
  unsigned h = 0;
  for (size_t n = 0; n < 512; n++) {
    data[n] = (uint8_t)(n * n * 31 + n);
    size_t k = base64_encode(data, n, text);
    int m = base64_decode(text, k, back);
    broken += (size_t)m != n || memcmp(data, back, n);
    h = h * 33 + (unsigned char)text[k / 2];
  }
  printf("base64 broken %d hash %08x bad %d\n", broken, h, base64_decode("ab!d", 4, back));
  unsigned lengths[5] = {0}, units = 0;
  for (uint32_t c = 0; c < 0x110000; c += c < 0x3000 ? 1 : 37) {
    uint8_t u8[4];
    uint16_t u16[2];
    int n = utf8_encode(c, u8);
    Decoded d = utf8_decode(u8, (size_t)n);
    int surrogate = c >= 0xd800 && c < 0xe000;
    broken += d.length != (surrogate ? 0 : n) || d.code != c;
    lengths[n]++;
    units += (unsigned)utf16_encode(c, u16);
    h = h * 31 + u16[0];
  }
  printf("utf8 broken %d lengths %u %u %u %u units %u hash %08x\n", broken, lengths[1], lengths[2], lengths[3],
         lengths[4], units, h);
  static const char* const kBad[] = {"\x80",     "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                     "\xe2\x82", "\xff",     "\xe2\x28\xa1"};
  for (int i = 0; i < 7; i++) printf("%d", utf8_decode((const uint8_t*)kBad[i], strlen(kBad[i])).length);
  for (int i = 0; i < 20000; i++) {
    int64_t v = ((int64_t)i * i * i - 5000) * (i & 1 ? -1 : 1);
    int n, m = varint_encode(zigzag(v), back);
    broken += varint_decode(back, &n) != zigzag(v) || n != m;
    h = h * 31 + (unsigned)m;
  }
  printf("\nvarint broken %d hash %08x\n", broken, h);
  return 0;
}
