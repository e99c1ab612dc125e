// ELF's numbers for kinds of sections as .section writes them.
#pragma once

#include "frontends/asm/unit.h"

namespace portolan::assembly {

// Sets flags, type and the booleans that follow from sh_type and sh_flags.
void set_kind(Section& section, uint32_t elf_type, uint64_t elf_flags);

}  // namespace portolan::assembly
