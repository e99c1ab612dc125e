// Part of translated programs: walks a printf or scanf format and moves the variadic arguments out of a va_list as the
// source's ABI lays it out into consecutive slots, then makes a va_list of the target that reads them there. Compiled
// once per target, with one function per source ABI; it calls nothing.
//
//   long __portolan_va_pack_SOURCE(const void *format, long wide_or_scan, const void *source, unsigned long *slots,
//                                  unsigned long slot_count, void *target);
//
// `source` is what the va_list parameter's argument register holds: x86-64 and AArch64 pass an address, RISC-V the list
// itself. `slots` is 16-byte aligned; `target` has room for the target's va_list. Returns the slots used, or -1 when
// the format can't be followed (arguments by position, unknown conversions, a long double whose format differs, too
// many).
typedef unsigned long u64;
typedef unsigned u32;

enum { kWide = 1, kScan = 2 };
enum source { kX86, kAArch64, kRiscV };

#if defined(__x86_64__)
#define HERE kX86
#elif defined(__aarch64__)
#define HERE kAArch64
#else
#define HERE kRiscV
#endif

// Register areas first, then the stack, for whichever ABI: `registers` up to `end`, a step apart, then `stack`.
struct class_area {
  u64 next, end, step;
};
struct list {
  struct class_area integers, floats;
  u64 stack;
};

struct x86_list {
  u32 gp_offset, fp_offset;
  u64 overflow_arg_area, reg_save_area;
};
struct aarch64_list {
  u64 stack, gr_top, vr_top;
  int gr_offs, vr_offs;
};

static inline struct list open_list(enum source source, const void* argument) {
  struct list list = {{0, 0, 8}, {0, 0, 16}, 0};
  if (source == kX86) {
    const struct x86_list* x = argument;
    list.integers.next = x->reg_save_area + x->gp_offset;
    list.integers.end = x->reg_save_area + 48;
    list.floats.next = x->reg_save_area + x->fp_offset;
    list.floats.end = x->reg_save_area + 176;
    list.stack = x->overflow_arg_area;
  } else if (source == kAArch64) {
    const struct aarch64_list* a = argument;
    list.integers.next = a->gr_top + (u64)(long)a->gr_offs;
    list.integers.end = a->gr_offs < 0 ? a->gr_top : list.integers.next;
    list.floats.next = a->vr_top + (u64)(long)a->vr_offs;
    list.floats.end = a->vr_offs < 0 ? a->vr_top : list.floats.next;
    list.stack = a->stack;
  } else {
    list.stack = (u64)argument;
  }
  return list;
}

static inline u64 next_word(struct list* list, struct class_area* area) {
  u64 address;
  if (area->next < area->end) {
    address = area->next;
    area->next += area->step;
  } else {
    address = list->stack;
    list->stack += 8;
  }
  return *(const u64*)address;
}

// A long double of 16 bytes: x86-64 always has it on the stack, AArch64 in a vector register, RISC-V among the rest.
static inline void next_long_double(enum source source, struct list* list, u64* out) {
  const u64* from;
  if (source == kAArch64 && list->floats.next < list->floats.end) {
    from = (const u64*)list->floats.next;
    list->floats.next += 16;
  } else {
    list->stack = (list->stack + 15) & ~15ul;
    from = (const u64*)list->stack;
    list->stack += 16;
  }
  out[0] = from[0];
  out[1] = from[1];
}

struct text {
  const void* at;
  int wide;
};
static inline u32 peek(const struct text* t) {
  return t->wide ? *(const u32*)t->at : *(const unsigned char*)t->at;
}
static inline void advance(struct text* t) {
  t->at = (const char*)t->at + (t->wide ? 4 : 1);
}
static inline int is_digit(u32 c) {
  return c - '0' < 10;
}
static inline int is_one_of(u32 c, const char* set) {
  for (; *set; ++set)
    if (c == (u32)(unsigned char)*set) return 1;
  return 0;
}

struct out {
  u64 *slots, used, count;
};
static inline int room(const struct out* out, u64 more) {
  return out->used + more <= out->count;
}

static inline int put_word(struct out* out, u64 word) {
  if (!room(out, 1)) return 0;
  out->slots[out->used++] = word;
  return 1;
}

// Digits or '*' (an int argument). Fails on positions.
static inline int width(struct text* t, struct list* list, struct out* out) {
  if (peek(t) == '*') {
    advance(t);
    return !is_digit(peek(t)) && put_word(out, next_word(list, &list->integers));
  }
  while (is_digit(peek(t))) advance(t);
  return peek(t) != '$';
}

// 'L' for long double, 'l' for any other length that floats may have, 'x' for one they may not, 0 for none.
static inline u32 length(struct text* t) {
  u32 c = peek(t);
  if (c == 'h' || c == 'l') {
    advance(t);
    if (peek(t) != c) return c == 'l' ? 'l' : 'x';
    advance(t);
    return 'x';
  }
  if (c == 0 || !is_one_of(c, "LqjzZt")) return 0;
  advance(t);
  return c == 'L' ? 'L' : 'x';
}

static inline int same_long_double(enum source source) {
  return (source == kX86) == (HERE == kX86);
}

static inline int put_float(enum source source, u32 size, struct list* list, struct out* out) {
  if (size == 'x') return 0;
  if (size != 'L') return put_word(out, next_word(list, &list->floats));
  out->used += out->used & 1;
  if (!same_long_double(source) || !room(out, 2)) return 0;
  next_long_double(source, list, out->slots + out->used);
  out->used += 2;
  return 1;
}

static inline int printf_conversion(enum source source, struct text* t, struct list* list, struct out* out) {
  while (peek(t) && is_one_of(peek(t), "-+ #0'I")) advance(t);
  if (!width(t, list, out)) return 0;
  if (peek(t) == '.') {
    advance(t);
    if (!width(t, list, out)) return 0;
  }
  u32 size = length(t), c = peek(t);
  if (c == 0) return 0;
  advance(t);
  if (c == '%' || c == 'm') return 1;
  if (is_one_of(c, "diouxXcCsSpn")) return put_word(out, next_word(list, &list->integers));
  return is_one_of(c, "eEfFgGaA") && put_float(source, size, list, out);
}

static inline int scan_set(struct text* t) {
  if (peek(t) == '^') advance(t);
  if (peek(t) == ']') advance(t);
  while (peek(t) && peek(t) != ']') advance(t);
  if (peek(t) == 0) return 0;
  advance(t);
  return 1;
}

static inline int scanf_conversion(enum source source, struct text* t, struct list* list, struct out* out) {
  int suppressed = 0;
  for (; peek(t) && is_one_of(peek(t), "*'I"); advance(t)) suppressed |= peek(t) == '*';
  while (is_digit(peek(t))) advance(t);
  if (peek(t) == '$') return 0;
  if (peek(t) == 'm') advance(t);
  u32 size = length(t), c = peek(t);
  if (c == 0) return 0;
  advance(t);
  if (c == '%') return 1;
  if (c == '[' && !scan_set(t)) return 0;
  int is_float = is_one_of(c, "eEfFgGaA");
  if (!is_float && !is_one_of(c, "diouxXcCsSpn[")) return 0;
  if (is_float && (size == 'x' || (size == 'L' && !same_long_double(source) && !suppressed))) return 0;
  return suppressed || put_word(out, next_word(list, &list->integers));
}

// A list whose register areas are used up reads everything from where its stack pointer says.
static inline void make_target_list(u64* slots, void* target) {
#if defined(__x86_64__)
  struct x86_list list = {48, 176, (u64)slots, 0};
  *(struct x86_list*)target = list;
#elif defined(__aarch64__)
  struct aarch64_list list = {(u64)slots, 0, 0, 0, 0};
  *(struct aarch64_list*)target = list;
#else
  *(u64*)target = (u64)slots;
#endif
}

static inline long pack(enum source source, const void* format, long kind, const void* argument, u64* slots,
                        u64 slot_count, void* target) {
  struct text text = {format, (kind & kWide) != 0};
  struct list list = open_list(source, argument);
  struct out out = {slots, 0, slot_count};
  while (peek(&text)) {
    int conversion = peek(&text) == '%';
    advance(&text);
    if (!conversion) continue;
    if (!(kind & kScan ? scanf_conversion(source, &text, &list, &out) : printf_conversion(source, &text, &list, &out)))
      return -1;
  }
  make_target_list(slots, target);
  return (long)out.used;
}

#define PACK(name, source)                                                                               \
  long __portolan_va_pack_##name(const void* format, long kind, const void* list, u64* slots, u64 count, \
                                 void* target) {                                                         \
    return pack(source, format, kind, list, slots, count, target);                                       \
  }
#define kSOURCE_x86_64 kX86
#define kSOURCE_aarch64 kAArch64
#define kSOURCE_riscv64 kRiscV
#define PACK_NAMED(name) PACK(name, kSOURCE_##name)
#define PACK_EXPANDED(name) PACK_NAMED(name)
PACK_EXPANDED(SOURCE)
