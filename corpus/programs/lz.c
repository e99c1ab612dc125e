// A small LZ77 compressor with hash chains and its decoder, run-length coding, delta and move-to-front; all round
// trips.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { kSize = 24000, kHash = 4096, kMinMatch = 4, kMaxMatch = 130, kWindow = 8192 };
static uint8_t input[kSize], packed[kSize * 2], output[kSize * 2];

static unsigned hash(const uint8_t* p) {
  uint32_t v = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
  return v * 2654435761u >> 20;
}
// Literal run: length - 1 below 128, then bytes. Match: 128 + length - 4, then two bytes of distance.
static size_t flush(uint8_t* out, size_t n, const uint8_t* from, size_t count) {
  while (count) {
    size_t take = count < 128 ? count : 128;
    out[n++] = (uint8_t)(take - 1);
    memcpy(out + n, from, take);
    n += take;
    from += take;
    count -= take;
  }
  return n;
}
static size_t compress(const uint8_t* in, size_t size, uint8_t* out) {
  static int32_t head[kHash], chain[kSize];
  size_t n = 0, literals = 0, i = 0;
  memset(head, -1, sizeof head);
  while (i + kMinMatch <= size) {
    unsigned h = hash(in + i);
    size_t best = 0, distance = 0;
    int tries = 12;
    for (int32_t at = head[h]; at >= 0 && i - (size_t)at <= kWindow && tries--; at = chain[at]) {
      size_t limit = size - i < kMaxMatch ? size - i : kMaxMatch, len = 0;
      while (len < limit && in[(size_t)at + len] == in[i + len]) len++;
      if (len > best) best = len, distance = i - (size_t)at;
    }
    size_t advance = best >= kMinMatch ? best : 1;
    if (best >= kMinMatch) {
      n = flush(out, n, in + i - literals, literals);
      literals = 0;
      out[n++] = (uint8_t)(128 + best - kMinMatch);
      out[n++] = (uint8_t)distance;
      out[n++] = (uint8_t)(distance >> 8);
    } else {
      literals++;
    }
    for (; advance--; i++)
      if (i + kMinMatch <= size) {
        h = hash(in + i);
        chain[i] = head[h];
        head[h] = (int32_t)i;
      }
  }
  literals += size - i;
  return flush(out, n, in + size - literals, literals);
}
static size_t decompress(const uint8_t* in, size_t size, uint8_t* out) {
  size_t n = 0;
  for (size_t i = 0; i < size;) {
    uint8_t c = in[i++];
    if (c < 128) {
      memcpy(out + n, in + i, (size_t)c + 1);
      n += (size_t)c + 1;
      i += (size_t)c + 1;
    } else {
      size_t distance = in[i] | (size_t)in[i + 1] << 8;
      i += 2;
      for (int len = c - 128 + kMinMatch; len--; n++) out[n] = out[n - distance];
    }
  }
  return n;
}
static size_t rle(const uint8_t* in, size_t size, uint8_t* out) {
  size_t n = 0;
  for (size_t i = 0; i < size;) {
    size_t run = 1;
    while (i + run < size && run < 255 && in[i + run] == in[i]) run++;
    out[n++] = (uint8_t)run;
    out[n++] = in[i];
    i += run;
  }
  return n;
}
static size_t unrle(const uint8_t* in, size_t size, uint8_t* out) {
  size_t n = 0;
  for (size_t i = 0; i < size; i += 2)
    for (int run = in[i]; run--;) out[n++] = in[i + 1];
  return n;
}
static void move_to_front(uint8_t* p, size_t n, int decode) {
  uint8_t order[256];
  for (int i = 0; i < 256; i++) order[i] = (uint8_t)i;
  for (size_t i = 0; i < n; i++) {
    int at = 0;
    if (decode)
      at = p[i];
    else
      while (order[at] != p[i]) at++;
    uint8_t c = order[at];
    memmove(order + 1, order, (size_t)at);
    order[0] = c;
    p[i] = decode ? c : (uint8_t)at;
  }
}
static void report(const char* name, size_t size, size_t n) {
  uint32_t h = 2166136261u;
  for (size_t i = 0; i < n; i++) h = (h ^ packed[i]) * 16777619u;
  size_t back = decompress(packed, n, output);
  printf("%-8s %zu -> %zu %08x %s\n", name, size, n, h,
         back == size && !memcmp(input, output, size) ? "round trip" : "BROKEN");
}

int main(void) {
  static const char* const kWords[] = {"the ",   "wind ", "sea ", "of ", "harbor ",
                                       "chart ", "and ",  "a ",   "\n",  "rhumb line "};
  uint32_t s = 3;
  size_t n = 0;
  while (n + 16 < kSize) {
    s = s * 1664525u + 1013904223u;
    const char* w = kWords[(s >> 20) % 10];
    memcpy(input + n, w, strlen(w));
    n += strlen(w);
  }
  report("text", n, compress(input, n, packed));
  move_to_front(input, n, 0);
  size_t m = rle(input, n, packed);
  size_t back = unrle(packed, m, output);
  printf("rle %zu -> %zu %s\n", n, m, back == n && !memcmp(input, output, n) ? "round trip" : "BROKEN");
  move_to_front(input, n, 1);
  report("again", n, compress(input, n, packed));
  for (size_t i = 0; i < kSize; i++) input[i] = (uint8_t)((i >> 6) * 3 + (i % 64 == 7));
  report("pattern", kSize, compress(input, kSize, packed));
  for (size_t i = 0; i < kSize; i++) s = s * 1664525u + 1013904223u, input[i] = (uint8_t)(s >> 24);
  report("noise", kSize, compress(input, kSize, packed));
  memset(input, 0, kSize);
  report("zeros", kSize, compress(input, kSize, packed));
  return 0;
}
