#include "frontends/ptx/row.h"

#include <array>
#include <string>
#include <unordered_map>

namespace portolan::ptx {
namespace {

// Calls use(alternative) for each alternative of the group that `group` is the inside of.
template <class Use>
bool any_alternative(std::string_view group, Use use) {
  for (size_t start = 0;;) {
    const size_t comma = group.find(',', start);
    if (use(group.substr(start, comma - start))) return true;
    if (comma == std::string_view::npos) return false;
    start = comma + 1;
  }
}

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

bool matches(std::string_view pattern, std::string_view mnemonic) {
  if (pattern.ends_with('*')) return mnemonic.starts_with(pattern.substr(0, pattern.size() - 1));
  const size_t open = pattern.find('{');
  if (open == std::string_view::npos) return pattern == mnemonic;
  if (!mnemonic.starts_with(pattern.substr(0, open))) return false;
  mnemonic.remove_prefix(open);
  const size_t close = pattern.find('}', open);
  const std::string_view rest = pattern.substr(close + 1);
  return any_alternative(pattern.substr(open + 1, close - open - 1), [&](std::string_view alternative) {
    return mnemonic.starts_with(alternative) && matches(rest, mnemonic.substr(alternative.size()));
  });
}

uint64_t count_forms(std::string_view pattern) {
  uint64_t forms = 1;
  for (size_t open = pattern.find('{'); open != std::string_view::npos; open = pattern.find('{', open + 1)) {
    uint64_t alternatives = 0;
    any_alternative(pattern.substr(open + 1, pattern.find('}', open) - open - 1), [&](std::string_view) {
      ++alternatives;
      return false;
    });
    forms *= alternatives;
  }
  return forms;
}

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
