#include "frontends/ptx/row.h"

#include <array>
#include <string>
#include <unordered_map>

namespace portolan::ptx {
namespace {

// Advice about caches changes no result: .L1::no_allocate, .L2::128B.
std::string without_hints(std::string_view mnemonic) {
  std::string plain(mnemonic);
  for (std::string_view hint : {".L1::", ".L2::"})
    if (const size_t at = plain.find(hint); at != std::string::npos) {
      const size_t end = plain.find('.', at + 1);
      plain.erase(at, end == std::string::npos ? end : end - at);
    }
  return plain;
}

std::string_view base_name(std::string_view mnemonic) {
  return mnemonic.substr(0, mnemonic.find_first_of(".{*"));
}

}  // namespace

std::span<const RowSpan> families() {
  static const std::array kFamilies = {integer_rows(),     bit_rows(),     compare_rows(), float_rows(),
                                       approximate_rows(), convert_rows(), video_rows(),   memory_rows(),
                                       atomic_rows(),      warp_rows(),    matrix_rows(),  control_rows()};
  return kFamilies;
}

const Row* find_row(std::string_view mnemonic) {
  static const auto kByName = [] {
    std::unordered_map<std::string_view, std::vector<const Row*>> rows;
    for (RowSpan family : families())
      for (const Row& row : family) rows[base_name(row.pattern)].push_back(&row);
    return rows;
  }();
  const std::string plain = without_hints(mnemonic);
  const auto found = kByName.find(base_name(plain));
  if (found == kByName.end()) return nullptr;
  for (const Row* row : found->second)
    if (matches(row->pattern, plain)) return row;
  return nullptr;
}

}  // namespace portolan::ptx
