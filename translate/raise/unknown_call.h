// Calls of functions that neither the unit nor a prototype describes: what they pass and what they give is read off the
// call itself, before anything of the calling function is rewritten.
#pragma once

#include "translate/raise/frame_stores.h"
#include "translate/raise/unit_raiser.h"

namespace portolan::raise {

class UnknownCalls {
 public:
  // A call as the chosen signature has it; `results` by position in the convention.
  struct Typed {
    ir::Instruction call;
    Signature signature;
    std::vector<unsigned> results;
  };

  UnknownCalls(UnitRaiser& raiser, size_t n);
  Typed typed(ir::Builder& b, ir::ValueId call);

 private:
  struct Seen {
    unsigned integers = 0, floats = 0;  // argument registers up to the last one that holds something
    bool all_floats = false;
    bool result_in_memory = false;
    std::vector<bool> worked_on;  // results that an instruction works on, rather than only carries elsewhere
  };
  void note(ir::ValueId call);
  unsigned stack_slots_passed(const ir::Instruction& call, bool all_registers);
  void refuse(const ir::Instruction& call, const std::string& reason) const;
  void check_mixed_result(const ir::Instruction& call, const Seen& seen);
  void check_variadic(const ir::Instruction& call, const Seen& seen);
  bool computed(ir::ValueId v) const;
  void note_stack_arguments(ir::ValueId call);
  std::vector<unsigned> results_taken(ir::ValueId call, bool indirect) const;
  void add_arguments(ir::Builder& b, const ir::Instruction& call, const Seen& seen, Typed& typed);
  void add_results(ir::ValueId call, Typed& typed);

  UnitRaiser& raiser_;
  size_t n_;
  const ir::Function& f_;
  const Convention& c_;
  FrameStores stores_;
  std::map<ir::ValueId, Seen> seen_;
  std::set<int64_t> passed_at_;  // offsets of stack pointers at which some call passes arguments on the stack
};

}  // namespace portolan::raise
