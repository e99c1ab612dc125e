// Part of translated programs: the reverse of va_pack.c, for va_lists that callers outside made by the target's ABI.
//
//   long __portolan_va_unpack_SOURCE(const void *format, long wide_or_scan, const void *target, unsigned long *slots,
//                                    unsigned long slot_count, void *source);
#include "va_list.h"

long NAMED_FUNCTION(__portolan_va_unpack_, SOURCE)(const void* format, long kind, const void* target, u64* slots,
                                                   u64 count, void* source) {
  struct way way = {HERE, NAMED_SOURCE(SOURCE)};
  struct list list = open_list(way.from, target);
  struct out out = {slots, 0, count, 0, 0, 0, 0};
  if (!move_by_format(way, format, kind, &list, &out)) return -1;
  make_list(way.to, slots, source);
  return (long)out.used;
}
