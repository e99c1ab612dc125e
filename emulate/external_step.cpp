#include "emulate/external_step.h"

#include <cstring>

namespace portolan::emulate {
namespace {

constexpr size_t kMostCalls = 1 << 16;  // each is remembered

bool end_with_fault(uint64_t address, Access access, Outcome& outcome) {
  outcome.ending = Ending::trapped;
  outcome.trap = {TrapKind::segmentation, access, address};
  return false;
}

}  // namespace

bool step_external(const Image& image, const Request& request, MachineState& state, MemoryAccess& memory,
                   Outcome& outcome) {
  const auto external = image.externals.find(state.pc);
  if (external == image.externals.end()) return end_with_fault(state.pc, Access::execute, outcome);
  if (outcome.calls.size() >= kMostCalls) {
    outcome.ending = Ending::limit;
    return false;
  }
  ExternalHandler::Result result;
  if (request.externals != nullptr) result = request.externals->on_external(external->second, state, memory);
  if (!result.silent) outcome.calls.push_back({result.alias.empty() ? external->second : result.alias, result.digest});
  switch (result.action) {
    case ExternalHandler::Action::handled:
      break;
    case ExternalHandler::Action::unhandled:
      outcome.ending = Ending::external_unhandled;
      return false;
    case ExternalHandler::Action::stop:
      outcome.ending = Ending::stopped;
      return false;
    case ExternalHandler::Action::fault:
      return end_with_fault(result.address, Access::unknown, outcome);
  }
  if (image.isa != Isa::x86_64) {
    state.pc = state.general[image.isa == Isa::aarch64 ? 30 : 1];
    return true;
  }
  uint8_t bytes[8];
  uint64_t& stack_pointer = state.general[stack_pointer_index(image.isa)];
  if (!memory.read(stack_pointer, bytes)) return end_with_fault(stack_pointer, Access::read, outcome);
  std::memcpy(&state.pc, bytes, 8);
  stack_pointer += 8;
  return true;
}

}  // namespace portolan::emulate
