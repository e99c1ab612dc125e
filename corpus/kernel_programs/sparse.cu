// A matrix by rows and one of padded rows, with rows that are empty.
#include "check.h"

KERNEL(spmv_csr, int rows, const int* offsets, const int* columns, const float* values, const float* x, float* y);
KERNEL(spmv_ell, int rows, int width, const int* columns, const float* values, const float* x, float* y);

int main(int argc, char** argv) {
  const int rows = 1'001, entries = 40'003, width = 19;
  Random random(argc, argv);
  Checks checks;
  const std::vector<int> offsets = random.offsets(rows, entries), columns = random.whole(entries, 0, rows - 1);
  const std::vector<float> values = random.numbers(entries, -1, 1), x = random.numbers(rows, -1, 1);
  std::vector<float> y(rows);
  Buffer<int> device_offsets(offsets), device_columns(columns);
  Buffer<float> device_values(values), device_x(x), device_y(rows);
  spmv_csr<<<divide_up(rows, 4), 128>>>(rows, device_offsets, device_columns, device_values, device_x, device_y);
  reference_spmv_csr(nullptr, rows, offsets.data(), columns.data(), values.data(), x.data(), y.data());
  checks.near("spmv_csr", device_y.host(), y, 1e-4);

  const std::vector<int> padded = random.whole(rows * width, -1, rows - 1);
  Buffer<int> device_padded(padded);
  spmv_ell<<<divide_up(rows, 128), 128>>>(rows, width, device_padded, device_values, device_x, device_y);
  reference_spmv_ell(nullptr, rows, width, padded.data(), values.data(), x.data(), y.data());
  checks.equal("spmv_ell", device_y.host(), y);
  return checks.done();
}
