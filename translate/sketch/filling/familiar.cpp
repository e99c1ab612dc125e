#include "translate/sketch/filling/familiar.h"

namespace portolan::sketch::filling {

void Familiar::add(const llvm::APInt& number) {
  for (unsigned word = 0; word < number.getNumWords(); ++word) {
    add(number.getRawData()[word]);
    if (number.getNumWords() > 1) low_.insert(static_cast<uint32_t>(number.getRawData()[word] >> 32));
  }
}

bool Familiar::knows(const llvm::APInt& number) const {
  if (number.getNumWords() == 1) return knows(number.getZExtValue());
  for (unsigned word = 0; word < number.getNumWords(); ++word) {
    const uint64_t bits = number.getRawData()[word];
    const bool halves = low_.contains(static_cast<uint32_t>(bits)) && low_.contains(static_cast<uint32_t>(bits >> 32));
    if (!halves && !whole_.contains(bits)) return false;
  }
  return true;
}

// Above 32 bits stand zeros, the sign, or ones (RISC-V's NaN boxes).
bool Familiar::has(uint64_t number) const {
  if (whole_.contains(number)) return true;
  const auto high = static_cast<uint32_t>(number >> 32);
  return (high == 0 || high == UINT32_MAX) && low_.contains(static_cast<uint32_t>(number));
}

}  // namespace portolan::sketch::filling
