#include "translate/propose/places.h"

#include <fmt/format.h>

#include "frontends/asm/machine.h"

namespace portolan::propose {
namespace {

std::string name_of(Isa isa, const verify::Place& place) {
  using Kind = verify::Place::Kind;
  const assembly::Machine& machine = assembly::Machine::get(isa);
  // RISC-V's slots have the registers' numbers, people write their roles.
  const bool by_role = isa == Isa::riscv64;
  auto slot = [&](const std::vector<assembly::Slot>& slots, const char* role) {
    if (by_role) return fmt::format("{}{}", role, place.index);
    return place.index < slots.size() ? machine.slots[slots[place.index]].name : std::string("?");
  };
  switch (place.kind) {
    case Kind::integer_argument:
      return slot(machine.integer_arguments, "a");
    case Kind::float_argument:
      return slot(machine.float_arguments, "fa");
    case Kind::integer_result:
      return slot(machine.integer_results, "a");
    case Kind::float_result:
      return slot(machine.float_results, "fa");
    case Kind::stack:
      return fmt::format("the stack's argument slot {}", place.index);
    case Kind::indirect_result:
      return "x8";
    case Kind::vector_count:
      return "al";
  }
  return "?";
}

}  // namespace

std::vector<std::string> describe_values(std::string_view what, const std::vector<verify::BoundaryValue>& values,
                                         Isa source, Isa target) {
  std::vector<std::string> described;
  for (const verify::BoundaryValue& value : values) {
    const bool floating = value.kind == verify::BoundaryValue::Kind::floating;
    described.push_back(fmt::format("{} {}: {} of {} bits, in {} in the source, in {} here", what, described.size() + 1,
                                    floating           ? "floating-point number"
                                    : value.bits >= 64 ? "integer or address"
                                    : value.is_signed  ? "signed integer"
                                                       : "unsigned integer",
                                    value.bits, name_of(source, value.source), name_of(target, value.target)));
  }
  return described;
}

}  // namespace portolan::propose
