#include "frontends/amdgcn/row.h"

#include <array>
#include <string>
#include <unordered_map>

namespace portolan::amdgcn {

std::span<const RowSpan> families() {
  static const std::array kFamilies = {scalar_rows(),  scalar_mask_rows(),  vector_integer_rows(), vector_bit_rows(),
                                       compare_rows(), vector_float_rows(), divide_rows(),         convert_rows(),
                                       packed_rows(),  dot_rows(),          lane_rows(),           matrix_rows(),
                                       lds_rows(),     global_rows(),       control_rows()};
  return kFamilies;
}

const Row* find_row(std::string_view mnemonic) {
  struct Table {
    std::unordered_map<std::string, const Row*> exact;
    std::vector<const Row*> open;  // patterns with a star
  };
  static const Table kTable = [] {
    Table table;
    for (RowSpan family : families())
      for (const Row& row : family) {
        if (row.pattern.ends_with('*')) {
          table.open.push_back(&row);
          continue;
        }
        for (std::string& form : kernel::expand(row.pattern)) table.exact.emplace(std::move(form), &row);
      }
    return table;
  }();
  if (const auto found = kTable.exact.find(std::string(mnemonic)); found != kTable.exact.end()) return found->second;
  for (const Row* row : kTable.open)
    if (kernel::matches(row->pattern, mnemonic)) return row;
  return nullptr;
}

}  // namespace portolan::amdgcn
