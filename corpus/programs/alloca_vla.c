// Frames of unknown size: alloca in loops and recursion, variable length arrays of one and two dimensions.
#include <alloca.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

__attribute__((noinline)) static unsigned reverse_hash(const char* s) {
  size_t n = strlen(s);
  char* copy = alloca(n + 1);
  for (size_t i = 0; i < n; i++) copy[i] = s[n - 1 - i];
  copy[n] = 0;
  unsigned h = 0;
  while (*copy) h = h * 31 + (unsigned char)*copy++;
  return h;
}
typedef struct Node {
  struct Node* next;
  int value;
} Node;
__attribute__((noinline)) static long list_on_stack(int n) {
  Node* head = NULL;
  for (int i = 0; i < n; i++) {
    Node* node = alloca(sizeof *node);
    node->next = head;
    node->value = i * i;
    head = node;
  }
  long s = 0;
  for (; head; head = head->next) s = s * 3 % 1000003 + head->value;
  return s;
}
__attribute__((noinline)) static int64_t pascal(int n) {
  int64_t row[n + 1];
  memset(row, 0, sizeof row);
  row[0] = 1;
  for (int i = 1; i <= n; i++)
    for (int j = i; j > 0; j--) row[j] += row[j - 1];
  int64_t best = 0;
  for (int i = 0; i <= n; i++)
    if (row[i] > best) best = row[i];
  return best;
}
__attribute__((noinline)) static void multiply(int n, int m, int k, int a[n][m], int b[m][k], int c[n][k]) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < k; j++) {
      c[i][j] = 0;
      for (int l = 0; l < m; l++) c[i][j] += a[i][l] * b[l][j];
    }
}
__attribute__((noinline)) static int product(int n) {
  int a[n][n + 1], b[n + 1][n + 2], c[n][n + 2], s = 0;
  for (int i = 0; i < n; i++)
    for (int j = 0; j <= n; j++) a[i][j] = i - j;
  for (int i = 0; i <= n; i++)
    for (int j = 0; j <= n + 1; j++) b[i][j] = i ^ j;
  multiply(n, n + 1, n + 2, a, b, c);
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n + 2; j++) s = s * 7 % 10007 + c[i][j];
  return s + (int)(sizeof c / sizeof c[0]);
}
// Ten arguments, so that some are below the frame whose size is known only at run time.
__attribute__((noinline)) static long deep(int n, long a, long b, long c, long d, long e, long f, long g, long h,
                                           long i) {
  long local[n + 1];
  for (int k = 0; k <= n; k++) local[k] = a + b * k + i;
  if (n == 0) return local[0] + c + d + e + f + g + h;
  return (local[n] + deep(n - 1, b, c, d, e, f, g, h, i, a)) % 1000003;
}
__attribute__((noinline)) static void fill(char* p, int n, int seed) {
  for (int i = 0; i < n; i++) p[i] = (char)('a' + (seed + i) % 26);
}

int main(void) {
  unsigned h = 0;
  long lists = 0, rows = 0, products = 0, depth = 0;
  for (int i = 0; i < 1500; i++) {
    char text[8 + i % 90];
    fill(text, (int)sizeof text - 1, i);
    text[sizeof text - 1] = 0;
    h = h * 17 + reverse_hash(text);
    lists += list_on_stack(i % 120);
    if (i % 4 == 0) rows += pascal(i % 40) % 1000;
    if (i % 16 == 0) products += product(1 + i % 13);
    if (i % 8 == 0) depth += deep(i % 30, 1, 2, 3, 4, 5, 6, 7, 8, i);
  }
  printf("hash %08x lists %ld rows %ld products %ld depth %ld\n", h, lists, rows, products, depth);
  return 0;
}
