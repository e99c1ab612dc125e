#include "reference.h"

REFERENCE(max_pool)(const Launch*, int width, int height, const float* in, float* out, int* places) {
  for (int y = 0; y < height / 2; ++y)
    for (int x = 0; x < width / 2; ++x) {
      int all[4], best = 0;
      for (int k = 0; k < 4; ++k) all[k] = (2 * y + k / 2) * width + 2 * x + k % 2;
      for (int k = 1; k < 4; ++k)
        if (in[all[k]] > in[all[best]]) best = k;
      *out++ = in[all[best]];
      *places++ = all[best];
    }
}
