// All codes there and back, and numbers between them.
#include "check.h"

KERNEL(to_e4m3, int n, const float* in, unsigned char* out);
KERNEL(from_e4m3, int n, const unsigned char* in, float* out);

int main(int argc, char** argv) {
  const int n = 20'011;
  Random random(argc, argv);
  Checks checks;
  std::vector<float> in = random.numbers(n, -500, 500), wide(256);
  for (int i = 0; i < n; i += 3) in[i] *= 1.0f / 4096;
  std::vector<unsigned char> expected(n), codes(256);
  for (int code = 0; code < 256; ++code) codes[code] = static_cast<unsigned char>(code);
  Buffer<unsigned char> narrow(n), device_codes(codes), again(256);
  Buffer<float> x(in), y(256);

  to_e4m3<<<divide_up(n, 128), 128>>>(n, x, narrow);
  reference_to_e4m3(nullptr, n, in.data(), expected.data());
  checks.equal("to_e4m3", narrow.host(), expected);

  from_e4m3<<<2, 128>>>(256, device_codes, y);
  reference_from_e4m3(nullptr, 256, codes.data(), wide.data());
  checks.equal("from_e4m3", y.host(), wide);
  to_e4m3<<<2, 128>>>(256, y, again);
  checks.equal("there and back", again.host(), codes);
  return checks.done();
}
