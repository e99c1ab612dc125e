// Huffman coding: frequencies, tree by a heap, canonical codes, a bit writer and a table-driven reader; entropy.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { kSymbols = 256, kMaxBits = 24, kSize = 16000 };
typedef struct {
  uint32_t weight;
  int left, right;
} Node;
static Node nodes[2 * kSymbols];
static uint8_t lengths[kSymbols];
static uint32_t codes[kSymbols];
static int heap[kSymbols], heap_size;

static int lighter(int a, int b) {
  return nodes[a].weight < nodes[b].weight || (nodes[a].weight == nodes[b].weight && a < b);
}
static void push(int v) {
  int i = heap_size++;
  for (; i && lighter(v, heap[(i - 1) / 2]); i = (i - 1) / 2) heap[i] = heap[(i - 1) / 2];
  heap[i] = v;
}
static int pop(void) {
  int top = heap[0], last = heap[--heap_size], i = 0;
  for (int c; (c = 2 * i + 1) < heap_size; i = c) {
    if (c + 1 < heap_size && lighter(heap[c + 1], heap[c])) c++;
    if (!lighter(heap[c], last)) break;
    heap[i] = heap[c];
  }
  heap[i] = last;
  return top;
}
static void measure(int node, int depth) {
  if (nodes[node].left < 0) {
    lengths[node] = (uint8_t)(depth ? depth : 1);
    return;
  }
  measure(nodes[node].left, depth + 1);
  measure(nodes[node].right, depth + 1);
}
static void build(const uint32_t* frequency) {
  int used = kSymbols;
  memset(lengths, 0, sizeof lengths);
  heap_size = 0;
  for (int i = 0; i < kSymbols; i++) {
    nodes[i] = (Node){frequency[i], -1, -1};
    if (frequency[i]) push(i);
  }
  while (heap_size > 1) {
    int a = pop(), b = pop();
    nodes[used] = (Node){nodes[a].weight + nodes[b].weight, a, b};
    push(used++);
  }
  if (heap_size) measure(heap[0], 0);
  uint32_t code = 0;
  for (int bits = 1; bits <= kMaxBits; bits++, code <<= 1)
    for (int i = 0; i < kSymbols; i++)
      if (lengths[i] == bits) codes[i] = code++;
}
static size_t encode(const uint8_t* in, size_t n, uint8_t* out) {
  uint64_t buffer = 0;
  int bits = 0;
  size_t k = 0;
  for (size_t i = 0; i < n; i++) {
    buffer = buffer << lengths[in[i]] | codes[in[i]];
    bits += lengths[in[i]];
    for (; bits >= 8; bits -= 8) out[k++] = (uint8_t)(buffer >> (bits - 8));
  }
  if (bits) out[k++] = (uint8_t)(buffer << (8 - bits));
  return k;
}
static void decode(const uint8_t* in, size_t n, uint8_t* out) {
  uint32_t first[kMaxBits + 2] = {0}, count[kMaxBits + 2] = {0};
  int start[kMaxBits + 2] = {0}, sorted[kSymbols], k = 0;
  for (int bits = 1; bits <= kMaxBits; bits++) {
    start[bits] = k;
    for (int i = 0; i < kSymbols; i++)
      if (lengths[i] == bits) {
        if (!count[bits]++) first[bits] = codes[i];
        sorted[k++] = i;
      }
  }
  size_t at = 0;
  for (size_t i = 0; i < n; i++) {
    uint32_t code = 0;
    for (int bits = 1; bits <= kMaxBits; bits++) {
      code = code << 1 | (in[at >> 3] >> (7 - (at & 7)) & 1);
      at++;
      if (count[bits] && code - first[bits] < count[bits]) {
        out[i] = (uint8_t)sorted[start[bits] + (int)(code - first[bits])];
        break;
      }
    }
  }
}

int main(void) {
  static uint8_t in[kSize], packed[kSize * 2], out[kSize];
  static const char* const kNames[] = {"skewed", "text", "flat", "single"};
  for (int shape = 0; shape < 4; shape++) {
    uint32_t s = 11, frequency[kSymbols] = {0};
    for (int i = 0; i < kSize; i++) {
      s = s * 1664525u + 1013904223u;
      unsigned r = s >> 16;
      in[i] = (uint8_t)(shape == 0   ? (unsigned)__builtin_ctz(r | 0x8000)
                        : shape == 1 ? (unsigned char)"etaoin shrdlu.,\n"[r % 16 & r / 16 % 16]
                        : shape == 2 ? r
                                     : 7u);
      frequency[in[i]]++;
    }
    build(frequency);
    memset(out, 0, sizeof out);
    size_t n = encode(in, kSize, packed);
    decode(packed, kSize, out);
    double entropy = 0;
    int longest = 0;
    for (int i = 0; i < kSymbols; i++) {
      if (frequency[i]) entropy -= frequency[i] * log2((double)frequency[i] / kSize);
      if (lengths[i] > longest) longest = lengths[i];
    }
    uint32_t h = 0;
    for (size_t i = 0; i < n; i++) h = h * 31 + packed[i];
    printf("%-7s %zu bytes, entropy %.1f, longest %d, %08x %s\n", kNames[shape], n, entropy / 8 + 0.001, longest, h,
           memcmp(in, out, kSize) ? "BROKEN" : "round trip");
  }
  return 0;
}
