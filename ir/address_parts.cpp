#include "ir/address_parts.h"

#include <cstdlib>

namespace portolan::ir {

std::optional<SymbolRef> join_parts(const SymbolRef& high, const SymbolRef& low) {
  constexpr int64_t kPage = 4096;
  if (high.part != AddressPart::high || low.part != AddressPart::low) return std::nullopt;
  if (high.name != low.name || high.kind != low.kind) return std::nullopt;
  int64_t distance = high.addend - low.addend;
  SymbolRef whole = distance % kPage == 0 ? high : low;
  if (distance % kPage != 0 && std::abs(distance) >= kPage) return std::nullopt;
  whole.part = AddressPart::whole;
  return whole;
}

}  // namespace portolan::ir
