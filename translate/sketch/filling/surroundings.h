// What the code around a line tells of the instructions that are missing there: they set what is read later and nothing
// before sets, read what is set before and nothing else reads, and destroy nothing that is still wanted. It decides
// nothing, only what is tried first.
#pragma once

#include <bitset>

#include "emulate/ir_code.h"
#include "translate/sketch/filling/layout.h"
#include "verify/boundary.h"

namespace portolan::sketch::filling {

using SlotSet = std::bitset<128>;

// What an instruction, or a variant of a line, does with slots.
struct Effects {
  SlotSet reads, writes;
  SlotSet saves;  // of what it reads: only to store it on the stack
  bool call = false, returns = false;
  std::vector<uint64_t> next;        // where it may go on
  std::optional<int64_t> stack = 0;  // what it adds to the stack pointer; nothing: it sets it otherwise
};
Effects effects_of(const emulate::IrStep& step, uint64_t pc, assembly::Slot stack_pointer);

// The slots that hold what the calling convention gives a function.
SlotSet given_at_entry(const assembly::Machine& machine, const verify::Boundary& boundary);

// The slots before a line with holes, as the fixed lines have it.
struct Surroundings {
  bool known = false;  // the line was come to
  SlotSet live;        // read later before they are set; calls and returns read what they may
  SlotSet required;    // of `wanted` those that some instruction reads and does not write
  SlotSet beyond;      // as live, by fixed lines alone, and lines with holes set what all their variants set
  // By lines with holes: what that line would have from here if it read it, likewise.
  std::vector<SlotSet> reaches;
  SlotSet wanted;  // of these, those that an instruction reads and nothing set on any way to here
  SlotSet set;     // on some way to here
  SlotSet unread;  // set by an instruction and read by nothing on some way to here
  // What the stack pointer lacks at a return behind here, if nothing that is missing changes it; 0: nothing.
  int64_t stack_lacks = 0;
};
// One for each line with holes.
std::vector<Surroundings> survey(const Layout& layout, const emulate::Image& image,
                                 const std::vector<verify::Boundary>& boundaries);

}  // namespace portolan::sketch::filling
