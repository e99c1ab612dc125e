#include "emulate/library_atomics.h"

#include <utility>

namespace portolan::emulate {
namespace {

// GCC's outline atomics: __aarch64_<operation><size>_<ordering>. Requests run on one thread, so ordering is moot.
struct OutlineAtomic {
  const char* prefix;
  uint64_t (*combine)(uint64_t old, uint64_t operand);
};
constexpr OutlineAtomic kOutlineAtomics[] = {
    {"__aarch64_swp", [](uint64_t, uint64_t operand) { return operand; }},
    {"__aarch64_ldadd", [](uint64_t old, uint64_t operand) { return old + operand; }},
    {"__aarch64_ldset", [](uint64_t old, uint64_t operand) { return old | operand; }},
    {"__aarch64_ldclr", [](uint64_t old, uint64_t operand) { return old & ~operand; }},
    {"__aarch64_ldeor", [](uint64_t old, uint64_t operand) { return old ^ operand; }},
};

template <size_t kOperation, unsigned kSize>
void outline_atomic(LibraryHandler&, Call& call) {
  const uint64_t operand = call.integer(), at = call.integer();
  const uint64_t old = call.read_integer(at, kSize);
  call.write_integer(at, kOutlineAtomics[kOperation].combine(old, operand), kSize);
  call.give(old);
}

template <unsigned kSize>
void outline_compare_and_swap(LibraryHandler&, Call& call) {
  constexpr uint64_t kMask = UINT64_MAX >> (64 - 8 * kSize);
  const uint64_t expected = call.integer() & kMask, desired = call.integer(), at = call.integer();
  const uint64_t old = call.read_integer(at, kSize);
  if (old == expected) call.write_integer(at, desired, kSize);
  call.give(old);
}

template <size_t... kOperations>
const LibraryFunction* find_outline_operation(std::string_view name, std::index_sequence<kOperations...>) {
  static constexpr LibraryFunction kRows[][4] = {{{"1", "llp", outline_atomic<kOperations, 1>},
                                                  {"2", "llp", outline_atomic<kOperations, 2>},
                                                  {"4", "llp", outline_atomic<kOperations, 4>},
                                                  {"8", "llp", outline_atomic<kOperations, 8>}}...};
  for (size_t i = 0; i < sizeof...(kOperations); ++i) {
    const std::string_view prefix = kOutlineAtomics[i].prefix;
    if (!name.starts_with(prefix)) continue;
    for (const LibraryFunction& row : kRows[i])
      if (name.substr(prefix.size()).starts_with(std::string(row.name) + "_")) return &row;
  }
  return nullptr;
}

}  // namespace

const LibraryFunction* find_outline_atomic(std::string_view name) {
  static constexpr LibraryFunction kSwaps[] = {{"__aarch64_cas1_", "lllp", outline_compare_and_swap<1>},
                                               {"__aarch64_cas2_", "lllp", outline_compare_and_swap<2>},
                                               {"__aarch64_cas4_", "lllp", outline_compare_and_swap<4>},
                                               {"__aarch64_cas8_", "lllp", outline_compare_and_swap<8>}};
  for (const LibraryFunction& row : kSwaps)
    if (name.starts_with(row.name)) return &row;
  return find_outline_operation(name, std::make_index_sequence<std::size(kOutlineAtomics)>());
}

}  // namespace portolan::emulate
