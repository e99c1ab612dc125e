#include "translate/abi/embedded.h"

#include <cstddef>

// The assembler includes the file, so neither the compiler nor start-up ever looks at its contents.
#define PORTOLAN_EMBED(symbol, path)                                                      \
  __asm__(".pushsection .rodata\n.globl " #symbol ", " #symbol "_end\n" #symbol           \
          ":\n.incbin \"" PORTOLAN_GENERATED path "\"\n" #symbol "_end:\n.popsection\n"); \
  extern "C" const char symbol[];                                                         \
  extern "C" const char symbol##_end[]
#define PORTOLAN_EMBED_FUNCTION(function, source, target) \
  PORTOLAN_EMBED(portolan_##function##_##source##_##target, "/runtime/" #function "_" #source "_" #target ".s")
#define PORTOLAN_EMBED_PAIR(source, target)           \
  PORTOLAN_EMBED_FUNCTION(va_pack, source, target);   \
  PORTOLAN_EMBED_FUNCTION(va_unpack, source, target); \
  PORTOLAN_EMBED_FUNCTION(va_gather, source, target); \
  PORTOLAN_EMBED_FUNCTION(stat, source, target)
#define PORTOLAN_PAIRS(X) \
  X(x86_64, aarch64) X(x86_64, riscv64) X(aarch64, x86_64) X(aarch64, riscv64) X(riscv64, x86_64) X(riscv64, aarch64)
#define PORTOLAN_EMBED_ONE(source, target) PORTOLAN_EMBED_PAIR(source, target);

PORTOLAN_EMBED(portolan_libc_prototypes, "/libc.prototypes");
PORTOLAN_PAIRS(PORTOLAN_EMBED_ONE)

namespace portolan::abi {
namespace {

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<size_t>(end - begin)};
}

}  // namespace

std::string_view embedded_libc_prototypes() {
  return between(portolan_libc_prototypes, portolan_libc_prototypes_end);
}

std::string_view embedded_runtime(RuntimeFunction function, Isa source, Isa target) {
#define PORTOLAN_FUNCTION(f, s, t)                                            \
  if (function == RuntimeFunction::f && source == Isa::s && target == Isa::t) \
    return between(portolan_##f##_##s##_##t, portolan_##f##_##s##_##t##_end);
#define PORTOLAN_PAIR(s, t)          \
  PORTOLAN_FUNCTION(va_pack, s, t)   \
  PORTOLAN_FUNCTION(va_unpack, s, t) \
  PORTOLAN_FUNCTION(va_gather, s, t) \
  PORTOLAN_FUNCTION(stat, s, t)
  PORTOLAN_PAIRS(PORTOLAN_PAIR)
  return {};
}

}  // namespace portolan::abi
