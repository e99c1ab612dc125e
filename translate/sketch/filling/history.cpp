#include "translate/sketch/filling/history.h"

namespace portolan::sketch::filling {

std::optional<uint8_t> byte_at_start(const emulate::Image& image, const emulate::Request& request, uint64_t address) {
  for (const emulate::Region& region : request.regions)
    if (address >= region.address && address - region.address < region.bytes.size())
      return region.bytes[address - region.address];
  for (const emulate::DataPatch& patch : request.data)
    if (address >= patch.address && address - patch.address < patch.bytes.size())
      return patch.bytes[address - patch.address];
  for (const emulate::Segment& segment : image.segments)
    if (address >= segment.address && address - segment.address < segment.memory_size)
      return address - segment.address < segment.bytes.size() ? segment.bytes[address - segment.address] : 0;
  return std::nullopt;
}

History history_of(const emulate::Image& image, const emulate::Request& request, std::span<const WrittenByte> written) {
  std::unordered_map<uint64_t, std::optional<uint8_t>> now;
  History history;
  for (const WrittenByte& byte : written) {
    const auto [at, is_new] = now.try_emplace(byte.address);
    if (is_new) at->second = byte_at_start(image, request, byte.address);
    if (!at->second || *at->second == byte.value) continue;
    at->second = byte.value;
    history[byte.address].push_back(byte.value);
  }
  return history;
}

}  // namespace portolan::sketch::filling
