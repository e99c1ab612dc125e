#include "emulate/accelerator/fill.h"

#include <fmt/format.h>

#include <algorithm>

namespace portolan::accelerator {

void fill(Machine& machine, const Description& chip, std::mt19937_64& random, Filling filling) {
  constexpr uint64_t kMost = 1 << 14;  // elements of a memory
  for (const State& s : chip.states) {
    if (s.is_register && !filling.registers) continue;
    const auto all = static_cast<uint64_t>(mask_of(s.type.width));
    const uint64_t mask = s.is_register && random() % 2 == 0 ? all & 63 : all;
    const bool gaps = !filling.all_defined && random() % 3 == 0;
    Store& store = *machine.memory(s.name);
    for (uint64_t n = 0; n < std::min(store.size(), kMost); ++n)
      store.write(n, {random() & mask, !gaps || random() % 16 != 0});
  }
}

std::string difference(const Description& chip, const RunResult& a, Machine& machine, const RunResult& b,
                       Machine& other) {
  if (a.outcome.kind != b.outcome.kind || a.outcome.why != b.outcome.why ||
      a.outcome.instruction != b.outcome.instruction || a.outcome.at.line != b.outcome.at.line ||
      a.outcome.at.column != b.outcome.at.column)
    return fmt::format("how it ends: {} ({})", to_string(b.outcome.kind), b.outcome.why);
  if (a.cycles != b.cycles || a.instructions != b.instructions) return "what it costs";
  for (const State& state : chip.states)
    if (!machine.memory(state.name)->holds_the_same(*other.memory(state.name))) return state.name;
  return {};
}

}  // namespace portolan::accelerator
