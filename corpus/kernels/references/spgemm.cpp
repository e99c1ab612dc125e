#include <map>

#include "reference.h"

namespace {
constexpr int kPlaces = 64;

std::map<int, double> row_of(int row, const int* a_offsets, const int* a_columns, const float* a_values,
                             const int* b_offsets, const int* b_columns, const float* b_values) {
  std::map<int, double> sums;
  for (int i = a_offsets[row]; i < a_offsets[row + 1]; ++i)
    for (int j = b_offsets[a_columns[i]]; j < b_offsets[a_columns[i] + 1]; ++j)
      sums[b_columns[j]] += a_values && b_values ? double(a_values[i]) * double(b_values[j]) : 0;
  return sums;
}
}  // namespace

REFERENCE(spgemm_count)(const Launch*, int rows, const int* a_offsets, const int* a_columns, const int* b_offsets,
                        const int* b_columns, int* counts) {
  for (int row = 0; row < rows; ++row)
    counts[row] = int(row_of(row, a_offsets, a_columns, nullptr, b_offsets, b_columns, nullptr).size());
}

TOLERANCE(spgemm_numbers, 1e-4);
REFERENCE(spgemm_numbers)(const Launch*, int rows, const int* a_offsets, const int* a_columns, const float* a_values,
                          const int* b_offsets, const int* b_columns, const float* b_values, int* columns,
                          float* values) {
  for (int row = 0; row < rows; ++row) {
    int at = row * kPlaces;
    for (const auto& [column, sum] : row_of(row, a_offsets, a_columns, a_values, b_offsets, b_columns, b_values))
      columns[at] = column, values[at++] = float(sum);
  }
}
