// Seven sorting algorithms on the same data; each must give what the others give.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { kN = 1200 };
static uint32_t rng = 17;
static int random_int(void) {
  rng = rng * 1664525u + 1013904223u;
  return (int)(rng >> 8) - (1 << 23);
}
static void swap(int* a, int* b) {
  int t = *a;
  *a = *b;
  *b = t;
}

static void insertion(int* a, int n) {
  for (int i = 1; i < n; i++) {
    int v = a[i], j = i;
    for (; j > 0 && a[j - 1] > v; j--) a[j] = a[j - 1];
    a[j] = v;
  }
}
static void selection(int* a, int n) {
  for (int i = 0; i < n; i++) {
    int best = i;
    for (int j = i + 1; j < n; j++)
      if (a[j] < a[best]) best = j;
    swap(&a[i], &a[best]);
  }
}
static void bubble(int* a, int n) {
  for (int limit = n; limit > 1;) {
    int last = 0;
    for (int i = 1; i < limit; i++)
      if (a[i - 1] > a[i]) swap(&a[i - 1], &a[i]), last = i;
    limit = last;
  }
}
static void shell(int* a, int n) {
  static const int kGaps[] = {701, 301, 132, 57, 23, 10, 4, 1};
  for (unsigned g = 0; g < sizeof kGaps / sizeof kGaps[0]; g++) {
    int gap = kGaps[g];
    for (int i = gap; i < n; i++) {
      int v = a[i], j = i;
      for (; j >= gap && a[j - gap] > v; j -= gap) a[j] = a[j - gap];
      a[j] = v;
    }
  }
}
static void sift(int* a, int root, int n) {
  for (int child; (child = 2 * root + 1) < n; root = child) {
    if (child + 1 < n && a[child + 1] > a[child]) child++;
    if (a[root] >= a[child]) return;
    swap(&a[root], &a[child]);
  }
}
static void heap(int* a, int n) {
  for (int i = n / 2 - 1; i >= 0; i--) sift(a, i, n);
  for (int i = n - 1; i > 0; i--) {
    swap(&a[0], &a[i]);
    sift(a, 0, i);
  }
}
static void quick(int* a, int n) {
  while (n > 12) {
    int mid = n / 2, pivot;
    if (a[0] > a[mid]) swap(&a[0], &a[mid]);
    if (a[mid] > a[n - 1]) swap(&a[mid], &a[n - 1]);
    if (a[0] > a[mid]) swap(&a[0], &a[mid]);
    pivot = a[mid];
    int i = 0, j = n - 1;
    while (i <= j) {
      while (a[i] < pivot) i++;
      while (a[j] > pivot) j--;
      if (i <= j) swap(&a[i++], &a[j--]);
    }
    quick(a, j + 1);
    a += i;
    n -= i;
  }
  insertion(a, n);
}
static void merge_into(int* a, int n, int* tmp) {
  if (n < 2) return;
  int half = n / 2, i = 0, j = half, k = 0;
  merge_into(a, half, tmp);
  merge_into(a + half, n - half, tmp);
  while (i < half && j < n) tmp[k++] = a[j] < a[i] ? a[j++] : a[i++];
  while (i < half) tmp[k++] = a[i++];
  while (j < n) tmp[k++] = a[j++];
  memcpy(a, tmp, sizeof(int) * (size_t)n);
}
static void merge(int* a, int n) {
  static int tmp[kN];
  merge_into(a, n, tmp);
}
static void radix(int* a, int n) {
  static uint32_t from[kN], to[kN];
  for (int i = 0; i < n; i++) from[i] = (uint32_t)a[i] ^ 0x80000000u;
  for (int shift = 0; shift < 32; shift += 8) {
    int count[257] = {0};
    for (int i = 0; i < n; i++) count[(from[i] >> shift & 255) + 1]++;
    for (int i = 0; i < 256; i++) count[i + 1] += count[i];
    for (int i = 0; i < n; i++) to[count[from[i] >> shift & 255]++] = from[i];
    memcpy(from, to, sizeof(uint32_t) * (size_t)n);
  }
  for (int i = 0; i < n; i++) a[i] = (int)(from[i] ^ 0x80000000u);
}

static const struct {
  const char* name;
  void (*sort)(int*, int);
} kSorts[] = {
    {"insertion", insertion}, {"selection", selection}, {"bubble", bubble}, {"shell", shell},
    {"heap", heap},           {"quick", quick},         {"merge", merge},   {"radix", radix},
};

int main(void) {
  static int input[kN], reference[kN], work[kN];
  for (int shape = 0; shape < 4; shape++) {
    for (int i = 0; i < kN; i++)
      input[i] = shape == 0 ? random_int() : shape == 1 ? i * 3 : shape == 2 ? -i : random_int() & 15;
    memcpy(reference, input, sizeof input);
    insertion(reference, kN);
    for (unsigned s = 0; s < sizeof kSorts / sizeof kSorts[0]; s++) {
      memcpy(work, input, sizeof input);
      kSorts[s].sort(work, kN);
      unsigned hash = 0;
      for (int i = 0; i < kN; i++) hash = hash * 31 + (unsigned)work[i];
      printf("%d %-9s %08x %s\n", shape, kSorts[s].name, hash, memcmp(work, reference, sizeof work) ? "WRONG" : "same");
    }
  }
  return 0;
}
