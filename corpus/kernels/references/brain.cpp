#include "reference.h"

// The nearest of the two neighbours, of ties the even one.
REFERENCE(brain_scale)(const Launch*, int n, float scale, const unsigned short* in, unsigned short* out) {
  for (int i = 0; i < n; ++i) {
    float v;
    uint32_t bits = uint32_t(in[i]) << 16;
    std::memcpy(&v, &bits, 4);
    v *= scale;
    std::memcpy(&bits, &v, 4);
    const uint32_t rest = bits & 0xffff, cut = bits >> 16;
    out[i] = std::isnan(v) ? 0x7fff
                           : static_cast<unsigned short>(rest > 0x8000 || (rest == 0x8000 && cut % 2) ? cut + 1 : cut);
  }
}
