// More arguments than there are registers, across units; with and without prototypes.
#include <stdint.h>
int64_t seven(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f, int64_t g);
int64_t eleven(int a, int64_t b, int c, int64_t d, int e, int64_t f, int g, int64_t h, int i, int64_t j, int k);
void fill(int* to, int* from, int a, int b, int c, int d, int* count);
int64_t apply(int64_t (*f)(int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t), int64_t x);
