// Part of translated programs: walks a printf or scanf format and moves the variadic arguments out of a va_list as the
// source's ABI lays it out into consecutive slots, then makes a va_list of the target that reads them there.
//
//   long __portolan_va_pack_SOURCE(const void *format, long wide_or_scan, const void *source, unsigned long *slots,
//                                  unsigned long slot_count, void *target);
//
// `source` is what the va_list parameter's argument register holds: x86-64 and AArch64 pass an address, RISC-V the list
// itself. `slots` is 16-byte aligned; `target` has room for the target's va_list. Returns the slots used, or -1 when
// the format can't be followed (arguments by position, unknown conversions, a long double whose format differs, too
// many).
#include "va_list.h"

long NAMED_FUNCTION(__portolan_va_pack_, SOURCE)(const void* format, long kind, const void* source, u64* slots,
                                                 u64 count, void* target) {
  struct way way = {NAMED_SOURCE(SOURCE), HERE};
  struct list list = open_list(way.from, source);
  struct out out = {slots, 0, count, 0, 0, 0, 0};
  if (!move_by_format(way, format, kind, &list, &out)) return -1;
  make_list(way.to, slots, target);
  return (long)out.used;
}
