#include "verify/judge/overlap.h"

namespace portolan::judge {

using Numbers = verify::Filling::Numbers;

std::vector<verify::Input> overlapping_inputs(const verify::Boundary& boundary, const verify::Shape& shape,
                                              const std::vector<uint64_t>& constants, verify::Random& random) {
  constexpr size_t kMost = 480;
  // Elements, words, vectors and blocks, and one byte less or more than some.
  static constexpr uint64_t kDistances[] = {0, 8, 4, 16, 1, 2, 32, 24, 12, 3, 7, 9, 15, 20, 48, 64};
  struct Kinds {
    Numbers parameters, words;
  };
  static constexpr Kinds kKinds[] = {{Numbers::small, Numbers::random},
                                     {Numbers::small, Numbers::small},
                                     {Numbers::boundary, Numbers::random},
                                     {Numbers::related, Numbers::related}};
  std::vector<size_t> pointers;
  for (size_t p = 0; p < shape.parameters.size(); ++p)
    if (shape.parameters[p] != verify::Shape::kNumber) pointers.push_back(p);
  std::vector<verify::Input> inputs;
  for (const Kinds& kinds : kKinds)
    for (const uint64_t distance : kDistances)
      for (const size_t moved : pointers)
        for (const size_t other : pointers) {
          if (moved == other || inputs.size() == kMost) continue;
          verify::Filling filling;
          filling.parameters = kinds.parameters;
          filling.words = kinds.words;
          filling.constants = &constants;
          inputs.push_back(make_input(boundary, shape, filling, random));
          verify::Input& input = inputs.back();
          input.values[moved][0] = input.values[other][0] + distance;
        }
  return inputs;
}

}  // namespace portolan::judge
