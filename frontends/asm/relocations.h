// What the relocation types of the three CPUs mean, in terms of Reference.
#pragma once

#include <cstdint>

#include "frontends/asm/unit.h"

namespace portolan::assembly {

struct RelocationKind {
  enum Role : uint8_t {
    unsupported,
    ignored,       // hints to the linker
    value,         // the whole address or a part of it, in an operand or in data
    call_pair,     // RISC-V: auipc and jalr
    low_of_label,  // RISC-V: the low part that belongs to the auipc at the symbol
    mark,          // no field: says what the instruction does
    add,
    subtract,
    set,  // RISC-V: parts of a value in data
  };
  Role role = unsupported;
  Reference reference = Reference::none;
  bool pc_relative = false;  // the stored value is relative to its own place
  uint8_t size = 0;          // bytes in data, and of the field on x86-64
};

RelocationKind relocation_kind(Isa isa, uint32_t type);
std::string relocation_name(Isa isa, uint32_t type);

}  // namespace portolan::assembly
