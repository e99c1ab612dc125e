// Globals: initialisers holding addresses of data, code and members; static locals; tables of tables; bss; const data.
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int array[8] = {1, 2, 3, 4, 5, 6, 7, 8};
int* const middle = &array[4];
int** indirect = (int**)&middle;
static const char* const kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char* suffix = &"portolan chart"[9];
static char mutable_text[] = "mutable";

typedef struct Port {
  const char* name;
  const struct Port* links[3];
  int depth;
  double distance;
} Port;
static const Port genoa, venice, tunis;  // cyclic initialisers
static const Port genoa = {"Genoa", {&venice, &tunis, NULL}, 12, 0.5};
static const Port venice = {"Venice", {&genoa, &tunis, NULL}, 7, 1.25};
static const Port tunis = {"Tunis", {&venice, &genoa, &tunis}, 9, -2.5};

static int increment(int v) {
  return v + 1;
}
static int doubled(int v) {
  return (int)((unsigned)v * 2u) & 0xffffff;
}
static int (*const kPipeline[])(int) = {increment, doubled, increment, NULL};
static struct {
  int (*call)(int);
  int* target;
  ptrdiff_t offset;
} jobs[] = {{increment, &array[0], offsetof(Port, depth)},
            {doubled, &array[7], offsetof(Port, distance)},
            {NULL, middle + 0, 0}};

static uint8_t big_zero[20000];
static uint64_t counters[16];
double pi_ish = 3.25;
float half = 0.5f;
const int64_t limits[] = {INT64_MIN, -1, 0, INT64_MAX};
static const struct {
  uint8_t a;
  uint64_t b;
  uint16_t c;
} kPadded[] = {{1, 2, 3}, {4, 5, 6}};
_Bool flags[3] = {1, 0, 1};

static int next_id(void) {
  static int id = 100;
  return ++id;
}
static int* accumulator(int by) {
  static int total, calls = 1;
  total += by * calls++ % 5;
  return &total;
}
static uint64_t remember(uint64_t v) {
  static uint64_t history[8];
  static unsigned at;
  uint64_t old = history[at & 7];
  history[at++ & 7] = v;
  return old;
}

int main(void) {
  jobs[2].target = *indirect - 1;
  printf("%d %d %s %s %s\n", *middle, **indirect, kMonths[7], suffix, mutable_text);
  mutable_text[0] = 'M';
  printf("%s %zu %zu\n", mutable_text, jobs[0].offset, jobs[1].offset);
  double walked = 0;
  int depth = 0;
  const Port* p = &genoa;
  uint64_t h = 0;
  for (int i = 0; i < 60011; i++) {
    const Port* q = p->links[i % 3];
    walked += p->distance;
    depth += p->depth;
    p = q ? q : &venice;
    counters[(i * 7 + depth) & 15]++;
    int v = i;
    for (int k = 0; kPipeline[k]; k++) v = kPipeline[k](v);
    *jobs[i % 2].target = jobs[i % 2].call(*jobs[i % 2].target) % 1000;
    h = h * 31 + (uint64_t)v + remember((uint64_t)v * 3) + (uint64_t)*accumulator(i & 7) + (uint64_t)next_id();
    big_zero[(unsigned)(i * 37) % sizeof big_zero] ^= (uint8_t)i;
  }
  for (size_t i = 0; i < sizeof big_zero; i++) h = h * 131 + big_zero[i];
  printf("%s %.2f %d %016llx\n", p->name, walked, depth, (unsigned long long)h);
  for (int i = 0; i < 16; i++) printf("%llu ", (unsigned long long)counters[i]);
  for (int i = 0; i < 8; i++) printf("%d%s", array[i], i < 7 ? " " : "\n");
  pi_ish *= half;
  half += 1;
  printf("%.4f %.2f %lld %lld %u %d %d%d%d\n", pi_ish, half, (long long)limits[0], (long long)limits[3], kPadded[1].a,
         (int)kPadded[0].b + kPadded[1].c, flags[0], flags[1], flags[2]);
  return 0;
}
