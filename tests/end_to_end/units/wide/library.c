#include "library.h"

wide product(wide a, wide b) { return a * b + 1; }
wide shifted(wide a, int by) { return a << by; }
uint64_t upper(int64_t before, wide a) { return (uint64_t)(a >> 64) * before; }
