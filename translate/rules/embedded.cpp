#include "translate/rules/embedded.h"

#include <cstddef>

// The assembler includes the files, so neither the compiler nor start-up ever looks at their contents.
#define PORTOLAN_EMBED(symbol, path)                                                      \
  __asm__(".pushsection .rodata\n.globl " #symbol ", " #symbol "_end\n" #symbol           \
          ":\n.incbin \"" PORTOLAN_GENERATED path "\"\n" #symbol "_end:\n.popsection\n"); \
  extern "C" const char symbol[];                                                         \
  extern "C" const char symbol##_end[]

PORTOLAN_EMBED(portolan_rules_text, "/rules.book");
PORTOLAN_EMBED(portolan_rules_digest, "/rules.digest");

namespace portolan::rules {

std::string_view embedded_book() {
  return {portolan_rules_text, static_cast<size_t>(portolan_rules_text_end - portolan_rules_text)};
}

std::string_view semantics_digest() {
  return {portolan_rules_digest, static_cast<size_t>(portolan_rules_digest_end - portolan_rules_digest)};
}

}  // namespace portolan::rules
