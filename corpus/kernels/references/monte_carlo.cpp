#include "reference.h"

REFERENCE(monte_carlo)(const Launch* l, int rounds, unsigned seed, unsigned* hits) {
  for (int t = 0; t < l->threads(); ++t) {
    unsigned state = seed + t * 2654435761u;
    auto next = [&] {
      state ^= state << 13, state ^= state >> 17, state ^= state << 5;
      return uint64_t{state >> 17};
    };
    for (int i = 0; i < rounds; ++i) {
      const uint64_t a = next(), b = next();
      *hits += a * a + b * b < uint64_t{1} << 30;
    }
  }
}
