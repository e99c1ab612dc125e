// What a processor shows of a run beside its results: where it went, which addresses it touched, and the operands of
// instructions whose time depends on them. Only the engine `ir` makes one.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "ir/isa.h"

namespace portolan::emulate {

struct Event {
  enum class Kind : uint8_t { instruction, read, write, operand };
  Kind kind = Kind::instruction;
  uint64_t value = 0;  // the address; operand: its bits (a digest above 64)
  uint32_t size = 0;   // bytes read or written
  bool operator==(const Event&) const = default;
};

struct Recording {
  // Whether the operands of an instruction (by LLVM's opcode) belong to what is shown.
  bool (*shows_operands)(Isa isa, unsigned opcode) = nullptr;
  size_t most_events = 1 << 20;
  std::vector<Event> events;
  bool complete = true;  // false: there were more

  void add(Event::Kind kind, uint64_t value, uint32_t size = 0) {
    if (events.size() < most_events)
      events.push_back({kind, value, size});
    else
      complete = false;
  }
};

}  // namespace portolan::emulate
