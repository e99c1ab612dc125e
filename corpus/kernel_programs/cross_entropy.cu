// Rows of scores that lie far apart.
#include "check.h"

KERNEL(cross_entropy, int columns, const float* scores, const int* labels, float* loss);

int main(int argc, char** argv) {
  const int blocks = 61, block = 96, rows = blocks * block / 32, columns = 1'001;
  Random random(argc, argv);
  Checks checks;
  const std::vector<float> scores = random.numbers(rows * columns, -20, 20);
  const std::vector<int> labels = random.whole(rows, 0, columns - 1);
  std::vector<float> expected(rows);
  Buffer<float> device_scores(scores), loss(rows);
  Buffer<int> device_labels(labels);
  cross_entropy<<<blocks, block>>>(columns, device_scores, device_labels, loss);
  const Launch launch = launch_of(blocks, block);
  reference_cross_entropy(&launch, columns, scores.data(), labels.data(), expected.data());
  checks.near("cross_entropy", loss.host(), expected, 1e-5);
  return checks.done();
}
