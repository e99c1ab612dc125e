#include "translate/mapping/tile_program.h"

namespace portolan::mapping {

std::optional<tiles::TileProgram> tile_program(const Program& program) {
  tiles::TileProgram told{program.words, {}, {}};
  for (const HostTensor& t : program.tensors) {
    if (t.blocks || t.memory != accelerator::kNone || !t.stored.empty()) return std::nullopt;
    if (t.on_the_way) continue;
    if (!t.is_output) told.contents.emplace_back(t.base, std::vector<uint8_t>(t.bytes, 0));  // padding is zero
    const unsigned bytes = (t.width + 7) / 8;
    if (t.state != accelerator::kNone) {
      told.tensors.push_back({t.state, t.is_output, bytes, [&t](const auto& index) { return t.address(index); }});
      continue;
    }
    for (size_t n = 0; n < program.constants.size(); ++n)
      for (unsigned b = 0; b < bytes; ++b)
        told.contents.emplace_back(t.address({static_cast<Number>(n)}) + b,
                                   std::vector{static_cast<uint8_t>(program.constants[n] >> (8 * b))});
  }
  return told;
}

}  // namespace portolan::mapping
