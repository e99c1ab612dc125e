// Backtracking: n queens with bit masks and with arrays, a sudoku solver, a knight's tour by Warnsdorff's rule, subset
// sums.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int queens_bits(uint32_t all, uint32_t columns, uint32_t left, uint32_t right) {
  if (columns == all) return 1;
  int n = 0;
  for (uint32_t free = all & ~(columns | left | right); free;) {
    uint32_t bit = free & -free;
    free -= bit;
    n += queens_bits(all, columns | bit, (left | bit) << 1, (right | bit) >> 1);
  }
  return n;
}
static int place[12];
static int queens_array(int row, int n) {
  if (row == n) return 1;
  int found = 0;
  for (int c = 0; c < n; c++) {
    int ok = 1;
    for (int r = 0; r < row && ok; r++) {
      int d = place[r] - c;
      ok = d != 0 && d != row - r && d != r - row;
    }
    if (ok) {
      place[row] = c;
      found += queens_array(row + 1, n);
    }
  }
  return found;
}

typedef struct {
  uint8_t cell[81];
  uint16_t row[9], column[9], box[9];
  int steps;
} Sudoku;
static void sudoku_put(Sudoku* s, int at, int digit, int on) {
  uint16_t bit = (uint16_t)(1u << digit);
  int box = at / 27 * 3 + at % 9 / 3;
  s->cell[at] = (uint8_t)(on ? digit : 0);
  if (on)
    s->row[at / 9] |= bit, s->column[at % 9] |= bit, s->box[box] |= bit;
  else
    s->row[at / 9] &= (uint16_t)~bit, s->column[at % 9] &= (uint16_t)~bit, s->box[box] &= (uint16_t)~bit;
}
static int sudoku_solve(Sudoku* s) {
  int best = -1, best_count = 10;
  unsigned best_free = 0;
  s->steps++;
  for (int i = 0; i < 81; i++) {
    if (s->cell[i]) continue;
    unsigned open = 0x3feu & ~(unsigned)(s->row[i / 9] | s->column[i % 9] | s->box[i / 27 * 3 + i % 9 / 3]);
    int n = __builtin_popcount(open);
    if (n < best_count) best = i, best_count = n, best_free = open;
  }
  if (best < 0) return 1;
  for (; best_free; best_free &= best_free - 1) {
    int digit = __builtin_ctz(best_free);
    sudoku_put(s, best, digit, 1);
    if (sudoku_solve(s)) return 1;
    sudoku_put(s, best, digit, 0);
  }
  return 0;
}

static const int kJumpX[] = {1, 2, 2, 1, -1, -2, -2, -1}, kJumpY[] = {-2, -1, 1, 2, 2, 1, -1, -2};
static int board[8][8];
static int inside(int x, int y) {
  return x >= 0 && x < 8 && y >= 0 && y < 8 && !board[y][x];
}
static int degree(int x, int y) {
  int n = 0;
  for (int i = 0; i < 8; i++) n += inside(x + kJumpX[i], y + kJumpY[i]);
  return n;
}
static int tour(int x, int y) {
  memset(board, 0, sizeof board);
  int step = 1;
  for (;; step++) {
    board[y][x] = step;
    int best = -1, fewest = 9;
    for (int i = 0; i < 8; i++) {
      int nx = x + kJumpX[i], ny = y + kJumpY[i];
      if (!inside(nx, ny)) continue;
      int d = degree(nx, ny);
      if (d < fewest) best = i, fewest = d;
    }
    if (best < 0) return step;
    x += kJumpX[best];
    y += kJumpY[best];
  }
}
static int subsets(const int* a, int n, int target) {
  if (target == 0) return 1;
  if (n == 0 || target < 0) return 0;
  return subsets(a + 1, n - 1, target - a[0]) + subsets(a + 1, n - 1, target);
}

int main(void) {
  for (int n = 4; n <= 9; n++)
    printf("%d queens: %d %d\n", n, queens_bits((1u << n) - 1, 0, 0, 0), n < 9 ? queens_array(0, n) : -1);
  Sudoku s;
  memset(&s, 0, sizeof s);
  // A solved grid by a formula; most cells are then removed.
  for (int i = 0; i < 81; i++)
    if ((i * 7 + i / 9 * 2) % 11 < 4) sudoku_put(&s, i, (i / 9 * 3 + i / 27 + i % 9) % 9 + 1, 1);
  int solved = sudoku_solve(&s);
  printf("sudoku %d in %d steps\n", solved, s.steps);
  for (int i = 0; i < 81; i++) printf("%d%s", s.cell[i], i % 9 == 8 ? "\n" : "");
  int complete = 0, visited = 0;
  for (int i = 0; i < 64; i++) {
    int n = tour(i % 8, i / 8);
    visited += n;
    complete += n == 64;
  }
  printf("tours %d visited %d last %d %d\n", complete, visited, board[0][0], board[3][4]);
  int items[18];
  for (int i = 0; i < 18; i++) items[i] = 3 + i * i % 23;
  printf("subsets %d\n", subsets(items, 18, 70));
  return 0;
}
