// libc calling back into the program: qsort and bsearch with comparators over ints, strings, structs and doubles.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t state = 2463534242u;
static uint32_t next(void) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

typedef struct {
  char key[12];
  int id;
  double value;
} Entry;

static int by_int(const void* a, const void* b) {
  int x = *(const int*)a, y = *(const int*)b;
  return (x > y) - (x < y);
}
static int by_int_down(const void* a, const void* b) {
  return by_int(b, a);
}
static int by_string(const void* a, const void* b) {
  return strcmp(*(const char* const*)a, *(const char* const*)b);
}
static int by_double(const void* a, const void* b) {
  double x = *(const double*)a, y = *(const double*)b;
  if (x < y) return -1;
  return x > y;
}
// Ties are broken by the unique id, so that the order does not depend on the sort being stable.
static int by_key(const void* a, const void* b) {
  const Entry *x = a, *y = b;
  int c = strcmp(x->key, y->key);
  return c ? c : x->id - y->id;
}
static int find_key(const void* key, const void* entry) {
  return strcmp(key, ((const Entry*)entry)->key);
}

static const char* kWords[] = {"meridian", "azimuth", "compass", "rhumb",  "harbor",   "anchor", "sextant",
                               "bearing",  "fathom",  "leeward", "zenith", "portolan", "chart",  "wind"};
enum { kWordCount = sizeof kWords / sizeof kWords[0] };

int main(void) {
  enum { kN = 6000 };
  static int a[kN];
  static double d[kN];
  for (int i = 0; i < kN; i++) a[i] = (int)(next() % 100000), d[i] = (double)next() / 65536.0 - 30000;
  qsort(a, kN, sizeof a[0], by_int);
  int ordered = 1, hits = 0;
  for (int i = 1; i < kN; i++) ordered &= a[i - 1] <= a[i];
  for (int key = 0; key < 20000; key++) hits += bsearch(&key, a, kN, sizeof a[0], by_int) != NULL;
  printf("ints %d %d %d ordered %d hits %d\n", a[0], a[kN / 2], a[kN - 1], ordered, hits);
  qsort(a, kN, sizeof a[0], by_int_down);
  printf("down %d %d %d\n", a[0], a[kN / 2], a[kN - 1]);
  qsort(d, kN, sizeof d[0], by_double);
  printf("doubles %.3f %.3f %.3f\n", d[0], d[kN / 2], d[kN - 1]);

  const char* words[kWordCount];
  memcpy(words, kWords, sizeof words);
  qsort(words, kWordCount, sizeof words[0], by_string);
  for (int i = 0; i < kWordCount; i++) printf("%s%c", words[i], i + 1 < kWordCount ? ' ' : '\n');
  const char* wanted = "rhumb";
  const char** found = bsearch(&wanted, words, kWordCount, sizeof words[0], by_string);
  printf("rhumb at %d\n", found ? (int)(found - words) : -1);

  enum { kEntries = 2000 };
  static Entry e[kEntries];
  for (int i = 0; i < kEntries; i++) {
    snprintf(e[i].key, sizeof e[i].key, "k%05u", next() % 1500);
    e[i].id = i;
    e[i].value = (double)(next() % 1000) / 8;
  }
  qsort(e, kEntries, sizeof e[0], by_key);
  unsigned hash = 0;
  for (int i = 0; i < kEntries; i++) hash = hash * 31 + (unsigned)e[i].id;
  int present = 0;
  for (int i = 0; i < 1500; i++) {
    char key[16];
    snprintf(key, sizeof key, "k%05d", i);
    present += bsearch(key, e, kEntries, sizeof e[0], find_key) != NULL;
  }
  printf("entries %s %s hash %08x present %d value %.3f\n", e[0].key, e[kEntries - 1].key, hash, present, e[7].value);
  return 0;
}
