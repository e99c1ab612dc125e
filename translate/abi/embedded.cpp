#include "translate/abi/embedded.h"

// The assembler includes the file, so neither the compiler nor start-up ever looks at its contents.
#define PORTOLAN_EMBED(symbol, path)                                                                                \
  __asm__(".pushsection .rodata\n.globl " #symbol ", " #symbol "_end\n" #symbol ":\n.incbin \"" path "\"\n" #symbol \
          "_end:\n.popsection\n");                                                                                  \
  extern "C" const char symbol[];                                                                                   \
  extern "C" const char symbol##_end[]

PORTOLAN_EMBED(portolan_libc_prototypes, PORTOLAN_LIBC_PROTOTYPES);

namespace portolan::abi {
namespace {

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<size_t>(end - begin)};
}

}  // namespace

std::string_view embedded_libc_prototypes() {
  return between(portolan_libc_prototypes, portolan_libc_prototypes_end);
}

}  // namespace portolan::abi
