#include "reference.h"

static void attend(int queries, int keys, int width, const float* q, const float* k, const float* v, float* out) {
  for (int i = 0; i < queries; ++i) {
    std::vector<double> scores(keys);
    double sum = 0;
    for (int j = 0; j < keys; ++j)
      for (int d = 0; d < width; ++d) scores[j] += double(q[i * width + d]) * k[j * width + d];
    const double most = *std::max_element(scores.begin(), scores.end());
    for (double& s : scores) sum += s = std::exp(s - most);
    for (int d = 0; d < width; ++d) {
      double o = 0;
      for (int j = 0; j < keys; ++j) o += scores[j] * v[j * width + d];
      out[i * width + d] = float(o / sum);
    }
  }
}

TOLERANCE(attention_naive, 1e-4);
REFERENCE(attention_naive)(const Launch*, int queries, int keys, int width, const float* q, const float* k,
                           const float* v, float* out) {
  attend(queries, keys, width, q, k, v, out);
}

TOLERANCE(attention_online, 1e-4);
REFERENCE(attention_online)(const Launch*, int queries, int keys, const float* q, const float* k, const float* v,
                            float* out) {
  attend(queries, keys, 8, q, k, v, out);
}
