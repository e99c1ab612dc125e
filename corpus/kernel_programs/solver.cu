// A system whose matrix is a diagonal, by conjugate gradients: each step's kernels against the host, and the solution.
#include "check.h"

KERNEL(dot_blocks, int n, const double* a, const double* b, double* out);
KERNEL(cg_update, int n, const double* rr, const double* pap, const double* p, const double* ap, double* x, double* r);

constexpr int kSize = 1'003, kBlocks = 7, kValues = 8;  // as many different values as steps

// The sum of what blocks left, which are compared one by one.
static double dot(Checks& checks, const Buffer<double>& a, const Buffer<double>& b) {
  const Launch launch = launch_of(kBlocks, 64);
  std::vector<double> expected(kBlocks);
  Buffer<double> parts(kBlocks);
  dot_blocks<<<kBlocks, 64>>>(kSize, a, b, parts);
  reference_dot_blocks(&launch, kSize, a.host().data(), b.host().data(), expected.data());
  checks.near("dot_blocks", parts.host(), expected, 1e-9);
  double sum = 0;
  for (double part : parts.host()) sum += part;
  return sum;
}

int main(int argc, char** argv) {
  Random random(argc, argv);
  Checks checks;
  const std::vector<int> which = random.whole(kSize, 1, kValues);
  const std::vector<double> right = random.numbers<double>(kSize, -1, 1);
  Buffer<double> x(std::vector<double>(kSize, 0.0)), r(right), p(right), ap(kSize);
  double rr = dot(checks, r, r);
  for (int step = 0; step < kValues; ++step) {
    std::vector<double> direction = p.host(), product(kSize), expected_x = x.host(), expected_r = r.host();
    for (int i = 0; i < kSize; ++i) product[i] = which[i] * direction[i];
    ap.set(product);
    const double pap = dot(checks, p, ap);
    Buffer<double> device_rr(std::vector<double>{rr}), device_pap(std::vector<double>{pap});
    cg_update<<<divide_up(kSize, 64), 64>>>(kSize, device_rr, device_pap, p, ap, x, r);
    reference_cg_update(nullptr, kSize, &rr, &pap, direction.data(), product.data(), expected_x.data(),
                        expected_r.data());
    checks.near("cg_update: x", x.host(), expected_x, 1e-12);
    checks.near("cg_update: r", r.host(), expected_r, 1e-12);
    const double next = dot(checks, r, r), by = rr == 0 ? 0 : next / rr;
    const std::vector<double> rest = r.host();
    for (int i = 0; i < kSize; ++i) direction[i] = rest[i] + by * direction[i];
    p.set(direction);
    rr = next;
  }
  std::vector<double> solution(kSize);
  for (int i = 0; i < kSize; ++i) solution[i] = right[i] / which[i];
  checks.near("solution", x.host(), solution, 1e-9);
  return checks.done();
}
