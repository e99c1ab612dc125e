#include "frontends/asm/references.h"

#include <cstddef>
#include <iterator>

namespace portolan::assembly {

std::optional<Reference> low_part(Reference high) {
  switch (high) {
    case Reference::address_high:
      return Reference::address_low;
    case Reference::got_high:
      return Reference::got_low;
    case Reference::tls_offset_high:
      return Reference::tls_offset_low;
    case Reference::tls_got_high:
      return Reference::tls_got_low;
    case Reference::tls_index:
      return Reference::tls_index_low;
    default:
      return std::nullopt;
  }
}

const char* to_string(Reference reference) {
  static constexpr const char* kNames[] = {
      "none",       "address",         "address_high",   "address_low",    "got",     "got_high",     "got_low",
      "tls_offset", "tls_offset_high", "tls_offset_low", "tls_offset_add", "tls_got", "tls_got_high", "tls_got_low",
      "tls_index",  "tls_index_low",   "tls_descriptor"};
  static_assert(std::size(kNames) == static_cast<size_t>(Reference::tls_descriptor) + 1);
  return kNames[static_cast<size_t>(reference)];
}

}  // namespace portolan::assembly
