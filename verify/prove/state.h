// What a side knows while it runs symbolically, and what it did on the way.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "verify/prove/side.h"

namespace portolan::prove {

// Memory is split: bytes of the own frame at constant offsets from the frame base, which nobody else can reach, and
// everything else as one memory term.
struct State {
  std::vector<Term> slots;
  std::map<int64_t, Term> frame;  // byte terms by offset from the frame base
  Term memory;
  uint32_t forgotten = 0;  // how often callees may have changed what nobody wrote since
};

// An access faults unless its address is a multiple of `bytes`.
struct Alignment {
  uint32_t bytes = 1;
  bool atomic = false;
};

struct Access {
  Term address;
  uint32_t bytes = 0;
  bool write = false;
  uint32_t line = 0;
  Alignment alignment;
  uint32_t calls = 0;  // that were made before it on its way
};

// What other threads may see, and what keeps it in order.
struct Event {
  enum class Kind : uint8_t { read, write, exchange, fence, call };
  Kind kind = Kind::read;
  uint32_t line = 0;
  Term address, value;  // value: of what is written
  uint32_t bits = 0;
};

struct CallEvent {
  std::string callee;  // by the source's name; empty: through `target`
  Term target;
  std::vector<Term> arguments;  // by the callee's boundary
  std::vector<Term> registers;  // the whole registers that they are in; none for those on the stack
  bool outside = false;         // the callee is not of this unit
  std::vector<Term> results;    // variables
  Term memory;                  // before the call
  const verify::Boundary* boundary = nullptr;
  Term vector_count;  // x86-64's al, at a call of a variadic function
  uint32_t line = 0;
  uint32_t stack_places = 0;  // of a callee of unknown signature: 8-byte places that may be its arguments
};

enum class End : uint8_t { cut, returned, trapped, dropped };

// One way from a cut point to the next, or further.
struct Path {
  std::vector<Term> conditions;
  std::vector<CallEvent> calls;
  std::vector<Access> accesses;
  std::vector<Event> events;
  std::vector<Term> shown;     // where time is watched: addresses, operands of instructions that take their time
  std::vector<BlockId> trail;  // likewise: the blocks in their order
  std::vector<Term> seen;      // variables for what was read, where others may write at any time
  State state;
  End end = End::dropped;
  BlockId block = ir::kNoBlock;  // End::cut: where
  uint32_t line = 0;             // of the last instruction
  std::set<BlockId> blocks;      // that it runs through
  uint32_t undefined = 0;        // unknown values on the way, which are named by their number
};

}  // namespace portolan::prove
