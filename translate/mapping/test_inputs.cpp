#include "translate/mapping/test_inputs.h"

#include <algorithm>

#include "frontends/accelerator/encoding.h"

namespace portolan::mapping {

using namespace accelerator;

uint64_t drawn(const Type& type, std::string_view kind, uint64_t index, std::mt19937_64& random, double lowest,
               double highest, uint64_t period) {
  const uint64_t any = random();
  const Number small = static_cast<Number>(any % 7) - 3;
  const auto mask = static_cast<uint64_t>(mask_of(type.width));
  if (type.real) {
    if (lowest < highest) {
      const double part = static_cast<double>(any >> 11) * 0x1p-53, size = highest - lowest;
      const double value = kind == "small" ? std::clamp(static_cast<double>(small), lowest, highest)
                           : kind == "ramp"
                               ? lowest + size * static_cast<double>(index % period) / static_cast<double>(period)
                           : kind == "ends" ? (any & 1 ? lowest : highest)
                                            : lowest + size * part;
      return type.real->bits(type.real->round(value));
    }
    const double wide = static_cast<double>(static_cast<int64_t>(any) >> 33) / 0x1p28;
    const double value = kind == "small"  ? static_cast<double>(small)
                         : kind == "ramp" ? static_cast<double>(index % 64) / 8 - 4
                         : kind == "ends" ? (any & 1 ? 100.0 : -100.0)
                                          : wide;
    return type.real->bits(type.real->round(value));
  }
  if (kind == "mixed") {  // as many large as small ones: most large ones only show where something saturates
    const Number narrow = wrap(static_cast<Number>(any >> 8), 1 + static_cast<unsigned>(any % type.width), true);
    return static_cast<uint64_t>(static_cast<UnsignedNumber>(narrow)) & mask;
  }
  if (kind == "small") return static_cast<uint64_t>(small) & mask;
  if (kind == "ramp") return index & mask;
  if (kind == "ends") return (type.is_signed ? (any & 1 ? mask >> 1 : (mask >> 1) + 1) : (any & 1 ? mask : 0)) & mask;
  return any & mask;
}

void draw_inputs(const Description& specification, std::string_view kind, std::mt19937_64& random,
                 Reference& reference) {
  uint64_t period = 67;
  for (uint32_t s : inputs_of(specification)) {
    const State& state = specification.states[s];
    period = period > 20 ? period - 6 : 67;
    for (uint64_t i = 0; i < static_cast<uint64_t>(state.elements()); ++i)
      reference.tensor(s).write(i, {drawn(state.type, kind, i, random, state.lowest, state.highest, period), true});
  }
}

}  // namespace portolan::mapping
