#include "emulate/slot_map.h"

#include <cstdlib>
#include <cstring>

namespace portolan::emulate {

using llvm::APInt;

SlotMap::SlotMap(Isa isa) : machine_(assembly::Machine::get(isa)) {
  using enum Isa;
  constexpr std::string_view kX86General[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi"};
  constexpr std::pair<std::string_view, uint8_t> kFlags[] = {{"cf", 0}, {"pf", 2},  {"af", 4},  {"zf", 6},
                                                             {"sf", 7}, {"df", 10}, {"of", 11}, {"n", 31},
                                                             {"z", 30}, {"c", 29},  {"v", 28}};
  for (const assembly::SlotInfo& slot : machine_.slots) {
    Place place;
    const std::string& name = slot.name;
    const auto number = [&](size_t skip) { return static_cast<uint8_t>(std::atoi(name.c_str() + skip)); };
    for (const auto& [flag, bit] : kFlags)
      if (name == flag) place = {Place::flag, bit, 0};
    for (uint8_t i = 0; i < 8; ++i)
      if (isa == x86_64 && name == kX86General[i]) place = {Place::general, i, 0};
    const bool numbered = name.size() > 1 && name[1] >= '0' && name[1] <= '9';
    if (isa == x86_64 && numbered && name[0] == 'r') place = {Place::general, number(1), 0};
    if (name.starts_with("xmm")) place = {Place::vector, number(3), 0};
    if (name.starts_with("ymm")) place = {Place::vector, number(3), 16};
    if (isa != x86_64 && numbered && name[0] == 'x') place = {Place::general, number(1), 0};
    if (isa == aarch64 && name == "sp") place = {Place::general, 31, 0};
    if (numbered && (name[0] == 'v' || name[0] == 'f')) place = {Place::vector, number(1), 0};
    places_.push_back(place);
  }
}

std::optional<APInt> SlotMap::get(const MachineState& state, assembly::Slot slot) const {
  const unsigned width = machine_.slots[slot].width;
  const Place& place = places_[slot];
  switch (place.kind) {
    case Place::general:
      return APInt(width, state.general[place.index]);
    case Place::flag:
      return APInt(1, (state.flags >> place.index) & 1);
    case Place::vector: {
      uint64_t words[2] = {};
      std::memcpy(words, &state.vector[place.index][place.byte], width / 8);
      return APInt(width, llvm::ArrayRef<uint64_t>(words, (width + 63) / 64));
    }
    default:
      return std::nullopt;
  }
}

void SlotMap::set(MachineState& state, assembly::Slot slot, const APInt& value) const {
  const Place& place = places_[slot];
  switch (place.kind) {
    case Place::general:
      state.general[place.index] = value.getZExtValue();
      break;
    case Place::flag:
      state.flags = (state.flags & ~(uint64_t{1} << place.index)) | value.getZExtValue() << place.index;
      break;
    case Place::vector:
      std::memcpy(&state.vector[place.index][place.byte], value.getRawData(), machine_.slots[slot].width / 8);
      break;
    default:
      break;
  }
}

std::vector<APInt> SlotMap::slots(const MachineState& state) const {
  std::vector<APInt> slots;
  for (assembly::Slot slot = 0; slot < machine_.slots.size(); ++slot)
    slots.push_back(get(state, slot).value_or(APInt(machine_.slots[slot].width, 0)));
  return slots;
}

}  // namespace portolan::emulate
