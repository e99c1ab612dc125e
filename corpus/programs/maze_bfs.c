// A maze carved by depth-first search, solved breadth-first with a queue, filled by flood fill, printed with its path.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { kW = 61, kH = 31, kCells = kW * kH };
static unsigned char grid[kH][kW];
static uint32_t rng = 2024;
static const int kDx[] = {1, 0, -1, 0}, kDy[] = {0, 1, 0, -1};

static unsigned below(unsigned n) {
  rng ^= rng << 13;
  rng ^= rng >> 17;
  rng ^= rng << 5;
  return rng % n;
}
static void carve(int x, int y) {
  int dirs[] = {0, 1, 2, 3};
  grid[y][x] = ' ';
  for (int i = 3; i > 0; i--) {
    unsigned j = below((unsigned)i + 1);
    int t = dirs[i];
    dirs[i] = dirs[j];
    dirs[j] = t;
  }
  for (int i = 0; i < 4; i++) {
    int nx = x + 2 * kDx[dirs[i]], ny = y + 2 * kDy[dirs[i]];
    if (nx > 0 && nx < kW - 1 && ny > 0 && ny < kH - 1 && grid[ny][nx] == '#') {
      grid[y + kDy[dirs[i]]][x + kDx[dirs[i]]] = ' ';
      carve(nx, ny);
    }
  }
}
static int solve(int mark) {
  static int queue[kCells], parent[kCells];
  int head = 0, tail = 0, start = kW + 1, goal = (kH - 2) * kW + kW - 2;
  memset(parent, -1, sizeof parent);
  queue[tail++] = start;
  parent[start] = start;
  while (head < tail && parent[goal] < 0) {
    int c = queue[head++];
    for (int d = 0; d < 4; d++) {
      int n = c + kDx[d] + kW * kDy[d];
      if (grid[n / kW][n % kW] == '#' || parent[n] >= 0) continue;
      parent[n] = c;
      queue[tail++] = n;
    }
  }
  if (parent[goal] < 0) return -1;
  int length = 0;
  for (int c = goal; c != start; c = parent[c], length++)
    if (mark) grid[c / kW][c % kW] = '.';
  return length;
}
static int flood(int x, int y) {
  if (grid[y][x] != ' ') return 0;
  grid[y][x] = '~';
  int n = 1;
  for (int d = 0; d < 4; d++) n += flood(x + kDx[d], y + kDy[d]);
  return n;
}

int main(void) {
  int total = 0, wet = 0;
  for (int round = 0; round < 40; round++) {
    memset(grid, '#', sizeof grid);
    carve(1, 1);
    for (int i = 0; i < 10; i++) {
      unsigned x = 1 + below(kW - 2), y = 1 + below(kH - 2);
      grid[y][x] = ' ';
    }
    int length = solve(round == 39);
    total += length;
    if (round == 39) {
      for (int y = 0; y < kH; y++) printf("%.*s\n", kW, (const char*)grid[y]);
      printf("length %d\n", length);
    }
    for (int y = 1; y < kH - 1; y += 6) wet += flood(1 + y * 2 % (kW - 2), y);
  }
  printf("total %d wet %d\n", total, wet);
  return 0;
}
