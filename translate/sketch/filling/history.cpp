#include "translate/sketch/filling/history.h"

#include "verify/guided.h"

namespace portolan::sketch::filling {

History history_of(const emulate::Image& image, const emulate::Request& request, std::span<const WrittenByte> written) {
  std::unordered_map<uint64_t, std::optional<uint8_t>> now;
  History history;
  for (const WrittenByte& byte : written) {
    const auto [at, is_new] = now.try_emplace(byte.address);
    if (is_new) at->second = verify::byte_at_start(image, request, byte.address);
    if (!at->second || *at->second == byte.value) continue;
    at->second = byte.value;
    history[byte.address].push_back(byte.value);
  }
  return history;
}

}  // namespace portolan::sketch::filling
