// The program's own memcpy, memmove, memset, memcmp, strlen, strchr, strcmp, strstr in several styles, against libc's.
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

__attribute__((noinline)) static void* copy_bytes(void* to, const void* from, size_t n) {
  unsigned char* d = to;
  const unsigned char* s = from;
  while (n--) *d++ = *s++;
  return to;
}
__attribute__((noinline)) static void* copy_words(void* restrict to, const void* restrict from, size_t n) {
  unsigned char* d = to;
  const unsigned char* s = from;
  for (; n >= 8; n -= 8, d += 8, s += 8) {
    uint64_t w;
    memcpy(&w, s, 8);
    memcpy(d, &w, 8);
  }
  switch (n) {
    case 7: d[6] = s[6]; /* fall through */
    case 6: d[5] = s[5]; /* fall through */
    case 5: d[4] = s[4]; /* fall through */
    case 4: d[3] = s[3]; /* fall through */
    case 3: d[2] = s[2]; /* fall through */
    case 2: d[1] = s[1]; /* fall through */
    case 1: d[0] = s[0];
  }
  return to;
}
__attribute__((noinline)) static void move_bytes(unsigned char* d, const unsigned char* s, size_t n) {
  if (d < s)
    for (size_t i = 0; i < n; i++) d[i] = s[i];
  else
    for (size_t i = n; i-- > 0;) d[i] = s[i];
}
__attribute__((noinline)) static void fill(unsigned char* d, unsigned char v, size_t n) {
  for (size_t i = 0; i < n; i++) d[i] = v;
}
__attribute__((noinline)) static int compare(const unsigned char* a, const unsigned char* b, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  return 0;
}
__attribute__((noinline)) static size_t length(const char* s) {
  const char* p = s;
  while (*p) p++;
  return (size_t)(p - s);
}
// Eight bytes at a time, from an aligned address within a padded buffer.
__attribute__((noinline)) static size_t length_words(const char* s) {
  for (size_t n = 0;; n += 8) {
    uint64_t w;
    memcpy(&w, s + n, 8);
    uint64_t zero = (w - 0x0101010101010101ull) & ~w & 0x8080808080808080ull;
    if (zero) return n + (size_t)__builtin_ctzll(zero) / 8;
  }
}
__attribute__((noinline)) static const char* find(const char* s, int c) {
  for (;; s++) {
    if ((unsigned char)*s == (unsigned char)c) return s;
    if (!*s) return NULL;
  }
}
__attribute__((noinline)) static const char* find_text(const char* s, const char* what) {
  for (; *s; s++) {
    size_t i = 0;
    while (what[i] && s[i] == what[i]) i++;
    if (!what[i]) return s;
  }
  return NULL;
}
__attribute__((noinline)) static int find_kmp(const char* s, const char* what) {
  int fail[32] = {0}, m = (int)length(what);
  for (int i = 1, k = 0; i < m; i++) {
    while (k && what[i] != what[k]) k = fail[k - 1];
    fail[i] = k += what[i] == what[k];
  }
  for (int i = 0, k = 0; s[i]; i++) {
    while (k && s[i] != what[k]) k = fail[k - 1];
    k += s[i] == what[k];
    if (k == m) return i - m + 1;
  }
  return -1;
}
static int sign(int v) {
  return (v > 0) - (v < 0);
}

int main(void) {
  static unsigned char a[600], b[600], c[600];
  int wrong = 0;
  uint32_t s = 1, h = 0;
  for (int round = 0; round < 1500; round++) {
    s = s * 1664525u + 1013904223u;
    size_t n = s >> 23, from = s >> 4 & 63, to = s >> 12 & 63;
    for (size_t i = 0; i < 16; i++) a[(s >> 8) % 580 + i] = (unsigned char)(s >> (i & 7));
    copy_bytes(b + to, a + from, n);
    copy_words(c + to, a + from, n);
    wrong += memcmp(b + to, c + to, n) != 0;
    wrong += sign(compare(a + from, b, n)) != sign(memcmp(a + from, b, n));
    memmove(c + to, c + from, n);
    move_bytes(b + to, b + from, n);
    wrong += compare(b + to, c + to, n) != 0;
    fill(b + from, (unsigned char)s, n / 4);
    memset(c + from, (unsigned char)s, n / 4);
    h = h * 31 + b[n] + c[n / 2];
  }
  printf("memory wrong %d hash %08x\n", wrong, h);
  static char text[512 + 8];
  for (int i = 0; i < 500; i++) text[i] = (char)("abcabdabe "[i * i % 10]);
  for (int i = 0; i < 480; i++) {
    text[500 - i] = 0;
    const char* t = text + i % 16;
    wrong += length(t) != strlen(t) || length_words(t) != strlen(t);
    wrong += find(t, "xyze"[i & 3]) != strchr(t, "xyze"[i & 3]);
    wrong += find_text(t, "bea") != strstr(t, "bea");
    const char* p = strstr(t, "cab e");
    wrong += find_kmp(t, "cab e") != (p ? (int)(p - t) : -1);
  }
  printf("strings wrong %d tail %s\n", wrong, text + 5);
  return 0;
}
