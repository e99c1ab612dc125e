// Addresses of AArch64 loads and stores, for all register files.
#pragma once

#include <string_view>

#include "frontends/aarch64/operands.h"

namespace portolan::aarch64 {

// The form that an opcode's ending names, with where its operands stand.
struct AddressForm {
  enum class Kind : uint8_t { offset, pre, post, register_offset, literal };
  Kind kind = Kind::offset;
  bool scaled = false;        // the offset counts elements (…ui and pairs)
  unsigned first_target = 0;  // operand of the first transferred register: 1 where operand 0 is the written-back base
};

// Takes the ending ("ui", "i", "pre", "post", "roW", "roX", "l") off the name.
AddressForm consume_address_form(std::string_view& name, bool pair);

// The address that a load or store of `count` registers of `bytes` accesses; writes a changed base back.
ValueId access_address(LiftContext& c, const AddressForm& form, unsigned count, unsigned bytes);

}  // namespace portolan::aarch64
