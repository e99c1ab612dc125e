// The three ABIs' va_lists, and walking a printf or scanf format to move the arguments from one ABI's places into
// another's. Shared by va_pack.c and va_gather.c, compiled once per pair of ISAs; it calls nothing.
#pragma once

typedef unsigned long u64;
typedef unsigned u32;

enum { kWide = 1, kScan = 2 };
enum source { kX86, kAArch64, kRiscV };
// Whose va_list is read, and for whom the arguments are put down.
struct way {
  enum source from, to;
};

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

// Where arguments go: registers while some are left, then consecutive slots.
struct out {
  u64 *slots, used, count;
  u64* integers;     // the next integer register's image
  u64 (*floats)[2];  // the next floating-point register's
  u64 integers_left, floats_left;
};
static inline int room(const struct out* out, u64 more) {
  return out->used + more <= out->count;
}

static inline int put_slot(struct out* out, u64 word) {
  if (!room(out, 1)) return 0;
  out->slots[out->used++] = word;
  return 1;
}

static inline int put_word(struct out* out, u64 word) {
  if (out->integers_left == 0) return put_slot(out, word);
  --out->integers_left;
  *out->integers++ = word;
  return 1;
}

static inline int put_double(enum source to, struct out* out, u64 word) {
  if (to == kRiscV) return put_word(out, word);
  if (out->floats_left == 0) return put_slot(out, word);
  --out->floats_left;
  (*out->floats)[0] = word;
  (*out->floats++)[1] = 0;
  return 1;
}

// The source's convention and this one's agree about the format, but not about where it goes.
static inline int put_long_double(enum source to, struct out* out, const u64* words) {
  if (to == kAArch64 && out->floats_left != 0) {
    --out->floats_left;
    (*out->floats)[0] = words[0];
    (*out->floats++)[1] = words[1];
    return 1;
  }
  if (to == kRiscV && (out->integers_left & 1)) put_word(out, 0);
  if (to == kRiscV && out->integers_left != 0) return put_word(out, words[0]) && put_word(out, words[1]);
  out->used += out->used & 1;
  return put_slot(out, words[0]) && put_slot(out, words[1]);
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

static inline int same_long_double(struct way way) {
  return (way.from == kX86) == (way.to == kX86);
}

static inline int put_float(struct way way, u32 size, struct list* list, struct out* out) {
  if (size == 'x') return 0;
  if (size != 'L') return put_double(way.to, out, next_word(list, &list->floats));
  if (!same_long_double(way)) return 0;
  u64 words[2];
  next_long_double(way.from, list, words);
  return put_long_double(way.to, out, words);
}

static inline int printf_conversion(struct way way, struct text* t, struct list* list, struct out* out) {
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
  return is_one_of(c, "eEfFgGaA") && put_float(way, size, list, out);
}

static inline int scan_set(struct text* t) {
  if (peek(t) == '^') advance(t);
  if (peek(t) == ']') advance(t);
  while (peek(t) && peek(t) != ']') advance(t);
  if (peek(t) == 0) return 0;
  advance(t);
  return 1;
}

static inline int scanf_conversion(struct way way, struct text* t, struct list* list, struct out* out) {
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
  if (is_float && (size == 'x' || (size == 'L' && !same_long_double(way) && !suppressed))) return 0;
  return suppressed || put_word(out, next_word(list, &list->integers));
}

// Moves everything that the format names; 0 if it can't be followed.
static inline int move_by_format(struct way way, const void* format, long kind, struct list* list, struct out* out) {
  struct text text = {format, (kind & kWide) != 0};
  while (peek(&text)) {
    int conversion = peek(&text) == '%';
    advance(&text);
    if (!conversion) continue;
    if (!(kind & kScan ? scanf_conversion(way, &text, list, out) : printf_conversion(way, &text, list, out))) return 0;
  }
  return 1;
}

// A list whose register areas are used up reads everything from where its stack pointer says.
static inline void make_list(enum source source, u64* slots, void* list) {
  if (source == kX86) {
    struct x86_list x = {48, 176, (u64)slots, 0};
    *(struct x86_list*)list = x;
  } else if (source == kAArch64) {
    struct aarch64_list a = {(u64)slots, 0, 0, 0, 0};
    *(struct aarch64_list*)list = a;
  } else {
    *(u64*)list = (u64)slots;
  }
}

#define kSOURCE_x86_64 kX86
#define kSOURCE_aarch64 kAArch64
#define kSOURCE_riscv64 kRiscV
#define NAMED_SOURCE_2(name) kSOURCE_##name
#define NAMED_SOURCE(name) NAMED_SOURCE_2(name)
#define NAMED_FUNCTION_2(prefix, name) prefix##name
#define NAMED_FUNCTION(prefix, name) NAMED_FUNCTION_2(prefix, name)
