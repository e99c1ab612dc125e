// A product of sparse matrices in two passes: how many columns each row has, then its numbers.
#include "check.h"

KERNEL(spgemm_count, int rows, const int* a_offsets, const int* a_columns, const int* b_offsets, const int* b_columns,
       int* counts);
KERNEL(spgemm_numbers, int rows, const int* a_offsets, const int* a_columns, const float* a_values,
       const int* b_offsets, const int* b_columns, const float* b_values, int* columns, float* values);

int main(int argc, char** argv) {
  const int rows = 301, inner = 97, a = 1'003, b = 405, places = 64;
  Random random(argc, argv);
  Checks checks;
  const std::vector<int> a_offsets = random.offsets(rows, a), a_columns = random.whole(a, 0, inner - 1);
  const std::vector<int> b_offsets = random.offsets(inner, b), b_columns = random.whole(b, 0, 60);
  const std::vector<float> a_values = random.numbers(a, -1, 1), b_values = random.numbers(b, -1, 1);
  std::vector<int> counts(rows), columns(rows * places);
  std::vector<float> values(rows * places);
  Buffer<int> ao(a_offsets), ac(a_columns), bo(b_offsets), bc(b_columns), device_counts(rows), device_columns(columns);
  Buffer<float> av(a_values), bv(b_values), device_values(values);
  spgemm_count<<<divide_up(rows, 2), 64>>>(rows, ao, ac, bo, bc, device_counts);
  reference_spgemm_count(nullptr, rows, a_offsets.data(), a_columns.data(), b_offsets.data(), b_columns.data(),
                         counts.data());
  checks.equal("spgemm_count", device_counts.host(), counts);
  spgemm_numbers<<<divide_up(rows, 2), 64>>>(rows, ao, ac, av, bo, bc, bv, device_columns, device_values);
  reference_spgemm_numbers(nullptr, rows, a_offsets.data(), a_columns.data(), a_values.data(), b_offsets.data(),
                           b_columns.data(), b_values.data(), columns.data(), values.data());
  checks.equal("spgemm_numbers: columns", device_columns.host(), columns);
  checks.near("spgemm_numbers: values", device_values.host(), values, 1e-4);
  return checks.done();
}
