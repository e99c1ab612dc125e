// Dynamic programming: longest common subsequence, knapsack, edit distance, coin change, matrix chain, increasing runs.
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { kMax = 240 };
static int table[kMax + 1][kMax + 1];

static int lcs(const char* a, const char* b, char* out) {
  int n = (int)strlen(a), m = (int)strlen(b);
  for (int i = 0; i <= n; i++)
    for (int j = 0; j <= m; j++) {
      if (i == 0 || j == 0)
        table[i][j] = 0;
      else if (a[i - 1] == b[j - 1])
        table[i][j] = table[i - 1][j - 1] + 1;
      else
        table[i][j] = table[i - 1][j] > table[i][j - 1] ? table[i - 1][j] : table[i][j - 1];
    }
  int length = table[n][m], k = length;
  out[k] = 0;
  for (int i = n, j = m; k > 0;) {
    if (a[i - 1] == b[j - 1])
      out[--k] = a[i - 1], i--, j--;
    else if (table[i - 1][j] >= table[i][j - 1])
      i--;
    else
      j--;
  }
  return length;
}
static int edit_distance(const char* a, const char* b) {
  int m = (int)strlen(b), row[kMax + 1];
  for (int j = 0; j <= m; j++) row[j] = j;
  for (int i = 1; a[i - 1]; i++) {
    int diagonal = row[0];
    row[0] = i;
    for (int j = 1; j <= m; j++) {
      int change = diagonal + (a[i - 1] != b[j - 1]), best = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
      diagonal = row[j];
      row[j] = change < best ? change : best;
    }
  }
  return row[m];
}
static int knapsack(const int* weight, const int* value, int n, int room) {
  static int best[2001];
  memset(best, 0, sizeof best);
  for (int i = 0; i < n; i++)
    for (int w = room; w >= weight[i]; w--) {
      int with = best[w - weight[i]] + value[i];
      if (with > best[w]) best[w] = with;
    }
  return best[room];
}
static uint64_t coin_ways(const int* coins, int n, int amount) {
  static uint64_t ways[5001];
  memset(ways, 0, sizeof ways);
  ways[0] = 1;
  for (int i = 0; i < n; i++)
    for (int a = coins[i]; a <= amount; a++) ways[a] += ways[a - coins[i]];
  return ways[amount];
}
static int64_t matrix_chain(const int* d, int n) {
  static int64_t cost[64][64];
  for (int i = 0; i < n; i++) cost[i][i] = 0;
  for (int span = 1; span < n; span++)
    for (int i = 0; i + span < n; i++) {
      int j = i + span;
      cost[i][j] = INT64_MAX;
      for (int k = i; k < j; k++) {
        int64_t c = cost[i][k] + cost[k + 1][j] + (int64_t)d[i] * d[k + 1] * d[j + 1];
        if (c < cost[i][j]) cost[i][j] = c;
      }
    }
  return cost[0][n - 1];
}
static int increasing(const int* a, int n) {
  int tails[kMax * 4], length = 0;
  for (int i = 0; i < n; i++) {
    int lo = 0, hi = length;
    while (lo < hi) {
      int mid = (lo + hi) / 2;
      if (tails[mid] < a[i])
        lo = mid + 1;
      else
        hi = mid;
    }
    tails[lo] = a[i];
    length += lo == length;
  }
  return length;
}
static int max_subarray(const int* a, int n) {
  int best = INT_MIN, here = 0;
  for (int i = 0; i < n; i++) {
    here = here > 0 ? here + a[i] : a[i];
    if (here > best) best = here;
  }
  return best;
}

int main(void) {
  char a[kMax + 1], b[kMax + 1], common[kMax + 1];
  uint32_t s = 5;
  for (int i = 0; i < kMax; i++) {
    s = s * 1664525u + 1013904223u;
    a[i] = "acgt"[s >> 30];
    b[i] = "acgt"[s >> 16 & 3];
  }
  a[kMax] = b[kMax] = 0;
  printf("lcs %d %s\n", lcs("portolan chart", "patrol contract", common), common);
  int length = 0;
  for (int i = 0; i < 5; i++) length += lcs(a + i, b + 2 * i, common);
  printf("lcs %d %.20s\n", length, common);
  printf("edit %d %d %d\n", edit_distance("kitten", "sitting"), edit_distance("", "abc"), edit_distance(a, b));
  int weight[80], value[80], d[64], seq[kMax * 4];
  for (int i = 0; i < 80; i++) {
    s = s * 1664525u + 1013904223u;
    weight[i] = 5 + (int)(s >> 25);
    value[i] = 1 + (int)(s >> 12 & 255);
  }
  for (int i = 0; i < 64; i++) d[i] = 2 + weight[i] % 50;
  for (int i = 0; i < kMax * 4; i++) seq[i] = i * 7919 % 2003 - 1000;
  printf("knapsack %d %d\n", knapsack(weight, value, 80, 2000), knapsack(weight, value, 30, 500));
  static const int kCoins[] = {1, 2, 5, 10, 20, 50, 100, 200, 500};
  printf("coins %llu\n", (unsigned long long)coin_ways(kCoins, 9, 5000));
  printf("chain %lld\n", (long long)matrix_chain(d, 60));
  printf("increasing %d subarray %d\n", increasing(seq, kMax * 4), max_subarray(seq, kMax * 4));
  return 0;
}
