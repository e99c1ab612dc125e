// Part of translated programs: what a caller passed to a variadic function by the target's ABI goes to where code
// translated from the source's looks for it: the registers and stack slots that the named parameters left.
//
//   long __portolan_va_gather_SOURCE(const void *format, long kind, const void *list, struct image *image);
//
// `list` is what an argument register of the target holds for a va_list. By a printf or scanf format; or (kIntegers) as
// if all were integers, so many that every register and slot is filled; or (kBoth) integers and doubles each from their
// own registers, which x86-64 and AArch64 keep apart. Returns -1 when the format can't be followed.
#include "va_list.h"

enum { kIntegers = 4, kBoth = 8 };

struct image {  // as translate/abi/runtime.h says
  u64 integers[8];
  u64 floats[8][2];
  u64 integers_used, floats_used, slots_used, slots_count;  // at entry: what the named parameters take, and the size
  u64 slots[64];
};

long NAMED_FUNCTION(__portolan_va_gather_, SOURCE)(const void* format, long kind, const void* argument,
                                                   struct image* image) {
  struct way way = {HERE, NAMED_SOURCE(SOURCE)};
  struct list list = open_list(way.from, argument);
  struct out out = {image->slots,
                    image->slots_used,
                    image->slots_count,
                    image->integers + image->integers_used,
                    image->floats + image->floats_used,
                    (way.to == kX86 ? 6 : 8) - image->integers_used,
                    8 - image->floats_used};
  if (!(kind & (kIntegers | kBoth))) return move_by_format(way, format, kind, &list, &out) ? 0 : -1;
  if (kind & kBoth)
    while (out.floats_left != 0 && list.floats.next < list.floats.end)
      put_double(way.to, &out, next_word(&list, &list.floats));
  while (put_word(&out, next_word(&list, &list.integers)));
  return 0;
}
