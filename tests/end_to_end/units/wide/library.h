// Numbers in two registers.
#include <stdint.h>

typedef unsigned __int128 wide;

wide product(wide a, wide b);
wide shifted(wide a, int by);
uint64_t upper(int64_t before, wide a);
