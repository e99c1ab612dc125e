// Calls that leave the unit. A few functions of the C library are taken by what they are for; any other is fine only if
// nothing secret can reach it.
#include <fmt/format.h>

#include <algorithm>

#include "verify/leak/engine.h"

namespace portolan::leak {
namespace {

enum class Use : uint8_t {
  copies,     // (to, from, count): memory by address and count
  fills,      // (to, value, count)
  clears,     // (to, count)
  allocates,  // (sizes…) gives a new object
  releases,   // (pointer)
  ends,       // does not return
};

struct Described {
  std::string_view name;
  Use use;
  unsigned arguments;
};

constexpr Described kDescribed[] = {
    {"memcpy", Use::copies, 3},         {"memmove", Use::copies, 3}, {"memset", Use::fills, 3},
    {"explicit_bzero", Use::clears, 2}, {"bzero", Use::clears, 2},   {"malloc", Use::allocates, 1},
    {"calloc", Use::allocates, 2},      {"free", Use::releases, 1},  {"abort", Use::ends, 0},
    {"__stack_chk_fail", Use::ends, 0}, {"exit", Use::ends, 1},      {"_exit", Use::ends, 1},
    {"__assert_fail", Use::ends, 0},
};

}  // namespace

std::optional<State> Engine::known_library(const Code& caller, const std::string& name, uint32_t line, State& state) {
  const auto known =
      std::find_if(std::begin(kDescribed), std::end(kDescribed), [&](const Described& k) { return k.name == name; });
  if (known == std::end(kDescribed)) {
    unknown_callee(caller, name, line, state);
    return std::move(state);
  }
  taint_.callees.insert(name);
  std::vector<Value> arguments;
  for (unsigned n = 0; n < known->arguments; ++n) arguments.push_back(state.slots[machine_.integer_arguments[n]]);
  for (unsigned n = 0; n < known->arguments; ++n) {
    const bool data = known->use == Use::fills && n == 1;
    if (arguments[n].secret != 0 && !data)
      find(Finding::Kind::address, caller, line, fmt::format("argument {} of {}", n + 1, name));
  }
  Value result;
  switch (known->use) {
    case Use::copies:
    case Use::fills: {
      result = arguments[0];
      Value stored = arguments[1];
      if (known->use == Use::copies)
        stored = state.memory.load_anywhere(rules_, objects_of(stored));
      else
        stored.bases = 0;
      // Exactly as many bytes as are known to be written.
      const MaybeRange& count = arguments[2].range;
      Value last = arguments[0];
      if (count && arguments[2].bases == 0 && count->low >= 0 && count->high > 0 && count->high < (1 << 20) &&
          last.range)
        last.range = add(last.range, Range{0, count->high - 1, count->high > 1 ? 1u : 0u});
      else
        last.range.reset();
      stored.range.reset();
      state.memory.store(last, stored, 8);
      break;
    }
    case Use::clears:
      break;
    case Use::allocates:
      result.bases = base_bit(kForeign);
      break;
    case Use::releases:
      break;
    case Use::ends:
      return std::nullopt;
  }
  forget_registers(state, 0);
  state.slots[machine_.integer_results[0]] = result;
  return std::move(state);
}

// Whatever it is handed, and whatever that leads to, it may show.
void Engine::unknown_callee(const Code& caller, const std::string& name, uint32_t line, State& state) {
  Bases reached = base_bit(kForeign) | base_bit(kGlobals);
  bool secret = false;
  auto hand_over = [&](const Value& v) {
    secret |= v.secret != 0;
    reached |= v.bases;
  };
  for (const auto* list : {&machine_.integer_arguments, &machine_.float_arguments})
    for (const assembly::Slot s : *list) hand_over(state.slots[s]);
  // What is reached leads on.
  for (Bases before = 0; before != reached;) {
    before = reached;
    const Value contents = state.memory.load_anywhere(rules_, reached);
    hand_over(contents);
  }
  // Arguments on the stack, whose number is not known.
  Value above = state.slots[machine_.stack_pointer];
  if (above.range) above.range = add(above.range, Range{0, 1 << 20, 1});
  hand_over(state.memory.load(rules_, above, 64));
  if (secret) find(Finding::Kind::callee, caller, line, name);
  Value anything;
  anything.bases = reached;
  if (secret) anything.secret = ~uint64_t{0};
  state.memory.store_anywhere(reached & ~base_bit(kConstants), anything);
  forget_registers(state, reached);
  if (secret)
    for (const auto* list : {&machine_.integer_results, &machine_.float_results})
      for (const assembly::Slot s : *list) state.slots[s].secret = ~uint64_t{0};
}

}  // namespace portolan::leak
