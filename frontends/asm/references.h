// Relations between the kinds of references.
#pragma once

#include <optional>

#include "frontends/asm/unit.h"

namespace portolan::assembly {

// The reference that completes a high part: address_low for address_high, …
std::optional<Reference> low_part(Reference high);
const char* to_string(Reference reference);

}  // namespace portolan::assembly
