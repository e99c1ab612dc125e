// Runs one function (`subject`) on many inputs and prints a digest of each outcome: results, buffers, the unit's data,
// callee-saved registers, stack pointer. Linked once with a translation and once with a mutant of it; bench/survivors.py
// compares what the two print. Shares nothing with the judge: the inputs are made here, and QEMU runs them.
// Arguments: kinds of the parameters (p: pointer, i8…i64, u8…u64, f32, f64), one word; kind of the result; seed; inputs;
// then numbers that stand in the code. SURVIVOR_ONLY=N in the environment: of the inputs only the N-th is run.
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

enum { kParameters = 8, kBuffers = 6, kBufferSize = 4096, kFilled = 1024, kStep = 16384, kSaved = 20 };
#define BUFFERS ((uint8_t*)0x3000000000)

// What goes into the registers, and what is in them afterwards. Lives beside the buffers, not in the data.
struct Call {
  uint64_t general[8], vector[8], saved[kSaved], saved_vector[12], stack;  // before
  uint64_t results[2], result_vectors[2], saved_after[kSaved], saved_vector_after[12], stack_after;
  void* subject;
  sigjmp_buf back;
  uint64_t random;
  uint64_t numbers[64];
  unsigned count;
};
#define CALL ((struct Call*)(BUFFERS - 65536))

extern void subject(void);
// The unit's writable sections, renamed; none if it has none.
extern uint8_t __start_unit_data[] __attribute__((weak)), __stop_unit_data[] __attribute__((weak));
extern uint8_t __start_unit_bss[] __attribute__((weak)), __stop_unit_bss[] __attribute__((weak));
void invoke(struct Call*);

#if defined(__aarch64__)
__asm__(
    ".text\n.globl invoke\ninvoke:\n"
    "stp x29, x30, [sp, #-208]!\nstp x19, x20, [sp, #16]\nstp x21, x22, [sp, #32]\nstp x23, x24, [sp, #48]\n"
    "stp x25, x26, [sp, #64]\nstp x27, x28, [sp, #80]\nstp d8, d9, [sp, #96]\nstp d10, d11, [sp, #112]\n"
    "stp d12, d13, [sp, #128]\nstp d14, d15, [sp, #144]\nstr x0, [sp, #160]\n"
    "mov x16, x0\n"
    "ldp d0, d1, [x16, #64]\nldp d2, d3, [x16, #80]\nldp d4, d5, [x16, #96]\nldp d6, d7, [x16, #112]\n"
    "ldp x19, x20, [x16, #128]\nldp x21, x22, [x16, #144]\nldp x23, x24, [x16, #160]\nldp x25, x26, [x16, #176]\n"
    "ldp x27, x28, [x16, #192]\n"
    "ldp d8, d9, [x16, #288]\nldp d10, d11, [x16, #304]\nldp d12, d13, [x16, #320]\nldp d14, d15, [x16, #336]\n"
    "mov x17, sp\nstr x17, [x16, #384]\n"
    "ldp x2, x3, [x16, #16]\nldp x4, x5, [x16, #32]\nldp x6, x7, [x16, #48]\nldp x0, x1, [x16]\n"
    "ldr x16, [x16, #688]\nblr x16\n"
    "mov x17, sp\nmovz x16, #0x002f, lsl #32\nmovk x16, #0xffff, lsl #16\n"
    "stp x0, x1, [x16, #392]\nstr d0, [x16, #408]\nstr d1, [x16, #416]\n"
    "stp x19, x20, [x16, #424]\nstp x21, x22, [x16, #440]\nstp x23, x24, [x16, #456]\nstp x25, x26, [x16, #472]\n"
    "stp x27, x28, [x16, #488]\n"
    "add x18, x16, #584\nstp d8, d9, [x18]\nstp d10, d11, [x18, #16]\nstp d12, d13, [x18, #32]\nstp d14, d15, [x18, #48]\n"
    "str x17, [x16, #680]\n"
    "ldr x17, [x16, #384]\nmov sp, x17\n"
    "ldp x19, x20, [sp, #16]\nldp x21, x22, [sp, #32]\nldp x23, x24, [sp, #48]\nldp x25, x26, [sp, #64]\n"
    "ldp x27, x28, [sp, #80]\nldp d8, d9, [sp, #96]\nldp d10, d11, [sp, #112]\nldp d12, d13, [sp, #128]\n"
    "ldp d14, d15, [sp, #144]\nldp x29, x30, [sp], #208\nret\n");
#elif defined(__riscv)
__asm__(
    ".text\n.globl invoke\ninvoke:\n"
    "addi sp, sp, -224\nsd ra, 0(sp)\nsd s0, 8(sp)\nsd s1, 16(sp)\nsd s2, 24(sp)\nsd s3, 32(sp)\nsd s4, 40(sp)\n"
    "sd s5, 48(sp)\nsd s6, 56(sp)\nsd s7, 64(sp)\nsd s8, 72(sp)\nsd s9, 80(sp)\nsd s10, 88(sp)\nsd s11, 96(sp)\n"
    "fsd fs0, 104(sp)\nfsd fs1, 112(sp)\nfsd fs2, 120(sp)\nfsd fs3, 128(sp)\nfsd fs4, 136(sp)\nfsd fs5, 144(sp)\n"
    "fsd fs6, 152(sp)\nfsd fs7, 160(sp)\nfsd fs8, 168(sp)\nfsd fs9, 176(sp)\nfsd fs10, 184(sp)\nfsd fs11, 192(sp)\n"
    "mv t0, a0\n"
    "fld fa0, 64(t0)\nfld fa1, 72(t0)\nfld fa2, 80(t0)\nfld fa3, 88(t0)\nfld fa4, 96(t0)\nfld fa5, 104(t0)\n"
    "fld fa6, 112(t0)\nfld fa7, 120(t0)\n"
    "ld s0, 128(t0)\nld s1, 136(t0)\nld s2, 144(t0)\nld s3, 152(t0)\nld s4, 160(t0)\nld s5, 168(t0)\nld s6, 176(t0)\n"
    "ld s7, 184(t0)\nld s8, 192(t0)\nld s9, 200(t0)\nld s10, 208(t0)\nld s11, 216(t0)\n"
    "fld fs0, 288(t0)\nfld fs1, 296(t0)\nfld fs2, 304(t0)\nfld fs3, 312(t0)\nfld fs4, 320(t0)\nfld fs5, 328(t0)\n"
    "fld fs6, 336(t0)\nfld fs7, 344(t0)\nfld fs8, 352(t0)\nfld fs9, 360(t0)\nfld fs10, 368(t0)\nfld fs11, 376(t0)\n"
    "sd sp, 384(t0)\n"
    "ld a1, 8(t0)\nld a2, 16(t0)\nld a3, 24(t0)\nld a4, 32(t0)\nld a5, 40(t0)\nld a6, 48(t0)\nld a7, 56(t0)\n"
    "ld a0, 0(t0)\nld t0, 688(t0)\njalr t0\n"
    "li t0, 0x2fffff0000\n"
    "sd a0, 392(t0)\nsd a1, 400(t0)\nfsd fa0, 408(t0)\nfsd fa1, 416(t0)\n"
    "sd s0, 424(t0)\nsd s1, 432(t0)\nsd s2, 440(t0)\nsd s3, 448(t0)\nsd s4, 456(t0)\nsd s5, 464(t0)\nsd s6, 472(t0)\n"
    "sd s7, 480(t0)\nsd s8, 488(t0)\nsd s9, 496(t0)\nsd s10, 504(t0)\nsd s11, 512(t0)\n"
    "fsd fs0, 584(t0)\nfsd fs1, 592(t0)\nfsd fs2, 600(t0)\nfsd fs3, 608(t0)\nfsd fs4, 616(t0)\nfsd fs5, 624(t0)\n"
    "fsd fs6, 632(t0)\nfsd fs7, 640(t0)\nfsd fs8, 648(t0)\nfsd fs9, 656(t0)\nfsd fs10, 664(t0)\nfsd fs11, 672(t0)\n"
    "sd sp, 680(t0)\nld sp, 384(t0)\n"
    "ld ra, 0(sp)\nld s0, 8(sp)\nld s1, 16(sp)\nld s2, 24(sp)\nld s3, 32(sp)\nld s4, 40(sp)\n"
    "ld s5, 48(sp)\nld s6, 56(sp)\nld s7, 64(sp)\nld s8, 72(sp)\nld s9, 80(sp)\nld s10, 88(sp)\nld s11, 96(sp)\n"
    "fld fs0, 104(sp)\nfld fs1, 112(sp)\nfld fs2, 120(sp)\nfld fs3, 128(sp)\nfld fs4, 136(sp)\nfld fs5, 144(sp)\n"
    "fld fs6, 152(sp)\nfld fs7, 160(sp)\nfld fs8, 168(sp)\nfld fs9, 176(sp)\nfld fs10, 184(sp)\nfld fs11, 192(sp)\n"
    "addi sp, sp, 224\nret\n");
#else
#error "a target of the campaign"
#endif

_Static_assert(__builtin_offsetof(struct Call, saved) == 128, "");
_Static_assert(__builtin_offsetof(struct Call, saved_vector) == 288, "");
_Static_assert(__builtin_offsetof(struct Call, stack) == 384, "");
_Static_assert(__builtin_offsetof(struct Call, results) == 392, "");
_Static_assert(__builtin_offsetof(struct Call, saved_after) == 424, "");
_Static_assert(__builtin_offsetof(struct Call, saved_vector_after) == 584, "");
_Static_assert(__builtin_offsetof(struct Call, stack_after) == 680, "");
_Static_assert(__builtin_offsetof(struct Call, subject) == 688, "");

static uint64_t next(void) {  // xorshift*
  uint64_t x = CALL->random;
  x ^= x >> 12, x ^= x << 25, x ^= x >> 27;
  CALL->random = x;
  return x * 0x2545f4914f6cdd1dull;
}

static uint64_t below(uint64_t n) { return (next() >> 33) % n; }

static uint64_t integer(uint64_t base) {
  static const uint64_t kEdges[] = {0, 1, 2, 3, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 255, 256, 32767, 32768, 65535, 65536,
                                    0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 1ull << 63, ~(1ull << 63), ~0ull, ~1ull};
  switch (below(9)) {
    case 0: return base;
    case 1: return base + below(3) - 1;
    case 2: return -base;
    case 3: return kEdges[below(sizeof kEdges / 8)];
    case 4: return -kEdges[below(sizeof kEdges / 8)];
    case 5: return next() >> below(64);
    case 6: return next() & next() & next();
    case 7: return CALL->count ? CALL->numbers[below(CALL->count)] + below(3) - 1 : below(10);
    default: return below(24);
  }
}

static uint64_t single(uint64_t base) {
  static const uint32_t kEdges[] = {0, 1u << 31, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00000, 0x00000001,
                                    0x007fffff, 0x7f7fffff, 0x4f000000, 0x5f000000, 0x3f000000, 0x3fc00000, 0x40200000};
  switch (below(5)) {
    case 0: return (uint32_t)base;
    case 1: return kEdges[below(sizeof kEdges / 4)];
    case 2: return (uint32_t)next();
    default: return (uint32_t)(next() & 0x807fffff) | (uint32_t)(120 + below(16)) << 23;
  }
}

static uint64_t real(uint64_t base) {
  static const uint64_t kEdges[] = {0, 1ull << 63, 0x3ff0000000000000, 0xbff0000000000000, 0x7ff0000000000000,
                                    0xfff0000000000000, 0x7ff8000000000000, 1, 0x000fffffffffffff, 0x7fefffffffffffff,
                                    0x41e0000000000000, 0x43e0000000000000, 0x3fe0000000000000, 0x3ff8000000000000,
                                    0x4004000000000000};
  switch (below(5)) {
    case 0: return base;
    case 1: return kEdges[below(sizeof kEdges / 8)];
    case 2: return next();
    default: return (next() & 0x800fffffffffffff) | (1015 + below(16)) << 52;
  }
}

static uint8_t* buffer(unsigned n) { return BUFFERS + n * kStep; }

// Structures, texts and arrays are all guesses: words of one kind, or of all kinds.
static void fill(unsigned n, uint64_t base) {
  const unsigned how = below(8), pointers = below(3);
  for (unsigned at = 0; at < kFilled; at += 8) {
    uint64_t word = 0;
    switch (how) {
      case 0: word = integer(base) << 32 | (uint32_t)integer(base); break;
      case 1: for (unsigned i = 0; i < 8; ++i) word = word << 8 | (below(24) ? 32 + below(95) : 0); break;
      case 2: word = real(base); break;
      case 3: word = single(base) << 32 | single(base); break;
      case 4: word = below(4) ? below(6) : integer(base); break;
      case 5: word = below(6) << 32 | below(6); break;
      case 6: word = next(); break;
      default: word = integer(base);
    }
    if (pointers && below(pointers == 1 ? 3 : 8) == 0) word = (uint64_t)(buffer(below(kBuffers)) + 8 * below(3));
    memcpy(buffer(n) + at, &word, 8);
  }
}

static void caught(int signal) { siglongjmp(CALL->back, signal); }

static uint64_t digest(uint64_t hash, const void* bytes, size_t count) {
  for (size_t i = 0; i < count; ++i) hash = (hash ^ ((const uint8_t*)bytes)[i]) * 0x100000001b3ull;
  return hash;
}

int main(int count, char** words) {
  void* all = mmap((void*)CALL, 65536 + kBuffers * kStep, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (count < 5 || all != (void*)CALL) return 3;
  // A guard behind each buffer.
  for (unsigned n = 0; n < kBuffers; ++n) mprotect(buffer(n) + kBufferSize, kStep - kBufferSize, PROT_NONE);
  struct Call* c = CALL;
  c->random = strtoull(words[3], 0, 0) * 2 + 1;
  for (int i = 5; i < count && c->count < 64; ++i) c->numbers[c->count++] = strtoull(words[i], 0, 0);
  const size_t data = __stop_unit_data - __start_unit_data, bss = __stop_unit_bss - __start_unit_bss;
  uint8_t* const data_before = mmap(0, data + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  static uint8_t stack[65536];
  const stack_t other = {.ss_sp = mmap(0, sizeof stack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
                         .ss_size = sizeof stack};
  sigaltstack(&other, 0);
  struct sigaction action = {.sa_handler = caught, .sa_flags = SA_ONSTACK | SA_NODEFER};
  const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGPROF};
  for (unsigned i = 0; i < sizeof signals / sizeof *signals; ++i) sigaction(signals[i], &action, 0);
  const int out = dup(1), null = open("/dev/null", O_RDWR);
  dup2(null, 0), dup2(null, 1), dup2(null, 2);  // what it prints is for tests of whole programs
  memcpy(data_before, __start_unit_data, data);
  const unsigned tests = strtoul(words[4], 0, 0);
  const char* const only = getenv("SURVIVOR_ONLY");
  for (unsigned test = 0; test < tests; ++test) {
    uint64_t base = 0;
    base = integer(next());
    for (unsigned n = 0; n < kBuffers; ++n) memset(buffer(n) + kFilled, 0, kBufferSize - kFilled), fill(n, base);
    for (unsigned i = 0; i < 8; ++i) c->general[i] = next(), c->vector[i] = next();
    for (unsigned i = 0; i < kSaved; ++i) c->saved[i] = next();
    for (unsigned i = 0; i < 12; ++i) c->saved_vector[i] = next();
    unsigned general = 0, vector = 0, pointers = 0;
    char* kinds = strdup(words[1]);
    for (char* kind = strtok(kinds, ","); kind; kind = strtok(0, ",")) {
      const unsigned bits = atoi(kind + 1);
      if (*kind == 'p')
        c->general[general++] = below(40) == 0 ? 0 : (uint64_t)(buffer(below(12) ? pointers++ % kBuffers : below(3)) + (below(3) ? 0 : 8 * below(8)));
      else if (*kind == 'f')
        c->vector[vector++] = bits == 32 ? single(base) | 0xffffffff00000000 : real(base);
      else {
        uint64_t value = integer(base);
        if (bits < 64) {
          value &= (1ull << bits) - 1;
          // RISC-V extends by the type to 32 bits and then by the sign, AArch64 leaves the rest as it is.
          if (*kind == 'i' && value >> (bits - 1)) value |= ~0ull << bits;
#if defined(__riscv)
          if (bits == 32) value = (uint64_t)(int64_t)(int32_t)value;
#else
          value = bits == 32 ? (next() << 32) | (uint32_t)value : value;
#endif
        }
        c->general[general++] = value;
      }
    }
    free(kinds);
    c->subject = (void*)subject;
    const struct itimerval limit = {{0, 0}, {0, 60000}}, none = {{0, 0}, {0, 0}};
    setitimer(ITIMER_PROF, &limit, 0);
    const int ended = sigsetjmp(c->back, 1);
    if (!ended && (!only || strtoul(only, 0, 0) == test)) invoke(c);
    setitimer(ITIMER_PROF, &none, 0);
    uint64_t hash = 0xcbf29ce484222325ull;
    char line[160];
    int length;
    if (ended) {
      length = snprintf(line, sizeof line, "signal %d\n", ended == SIGPROF ? 14 : 1);
    } else {
      const int result = *words[2], bits = atoi(words[2] + 1);
      if (result == 'i' || result == 'u' || result == 'p') {
        uint64_t value = c->results[0];
        // RISC-V's callers look at all of a 32-bit result.
#if defined(__aarch64__)
        if (result != 'p' && bits < 64) value &= (1ull << bits) - 1;
#endif
        hash = digest(hash, &value, 8);
      }
      if (result == 'f') {
        uint64_t value = c->result_vectors[0];
        if (bits == 32) value = (uint32_t)value;
        hash = digest(hash, &value, 8);
      }
      for (unsigned n = 0; n < kBuffers; ++n) hash = digest(hash, buffer(n), kBufferSize);
      const uint64_t memory = hash;
      uint64_t kept = c->stack == c->stack_after;
#if defined(__aarch64__)
      kept &= !memcmp(c->saved, c->saved_after, 10 * 8) && !memcmp(c->saved_vector, c->saved_vector_after, 8 * 8);
#else
      kept &= !memcmp(c->saved, c->saved_after, 12 * 8) && !memcmp(c->saved_vector, c->saved_vector_after, 12 * 8);
#endif
      length = snprintf(line, sizeof line, "%016llx %016llx kept %d\n", (unsigned long long)memory,
                        (unsigned long long)digest(digest(1, __start_unit_data, data), __start_unit_bss, bss), (int)kept);
    }
    write(out, line, length);
    memcpy(__start_unit_data, data_before, data);
    memset(__start_unit_bss, 0, bss);
  }
  _exit(0);
}
