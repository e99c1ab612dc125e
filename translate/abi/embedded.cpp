#include "translate/abi/embedded.h"

#include <cstddef>

// The assembler includes the file, so neither the compiler nor start-up ever looks at its contents.
#define PORTOLAN_EMBED(symbol, path)                                                      \
  __asm__(".pushsection .rodata\n.globl " #symbol ", " #symbol "_end\n" #symbol           \
          ":\n.incbin \"" PORTOLAN_GENERATED path "\"\n" #symbol "_end:\n.popsection\n"); \
  extern "C" const char symbol[];                                                         \
  extern "C" const char symbol##_end[]
#define PORTOLAN_EMBED_PAIR(source, target)                                                           \
  PORTOLAN_EMBED(portolan_va_pack_##source##_##target, "/runtime/va_pack_" #source "_" #target ".s"); \
  PORTOLAN_EMBED(portolan_stat_##source##_##target, "/runtime/stat_" #source "_" #target ".s")
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

struct Pair {
  Isa source, target;
  std::string_view va_pack, stat;
};

Pair find_pair(Isa source, Isa target) {
#define PORTOLAN_PAIR(s, t)                                                                        \
  if (source == Isa::s && target == Isa::t)                                                        \
    return {source, target, between(portolan_va_pack_##s##_##t, portolan_va_pack_##s##_##t##_end), \
            between(portolan_stat_##s##_##t, portolan_stat_##s##_##t##_end)};
  PORTOLAN_PAIRS(PORTOLAN_PAIR)
  return {source, target, {}, {}};
}

}  // namespace

std::string_view embedded_libc_prototypes() {
  return between(portolan_libc_prototypes, portolan_libc_prototypes_end);
}

std::string_view embedded_va_pack(Isa source, Isa target) {
  return find_pair(source, target).va_pack;
}
std::string_view embedded_stat(Isa source, Isa target) {
  return find_pair(source, target).stat;
}

}  // namespace portolan::abi
