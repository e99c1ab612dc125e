// All 65,536 numbers of 16 bits, copied once more on the device.
#include "check.h"

KERNEL(brain_scale, int n, float scale, const unsigned short* in, unsigned short* out);

int main() {
  const int n = 65'536;
  Checks checks;
  std::vector<unsigned short> in(n), expected(n);
  for (int i = 0; i < n; ++i) in[i] = static_cast<unsigned short>(i);
  Buffer<unsigned short> x(in), y(n), copy(n);
  brain_scale<<<divide_up(n, 192), 192>>>(n, 0.3f, x, y);
  CHECK(cudaMemcpy(copy, y, y.bytes(), cudaMemcpyDeviceToDevice));
  reference_brain_scale(nullptr, n, 0.3f, in.data(), expected.data());
  checks.equal("brain_scale", copy.host(), expected);
  return checks.done();
}
