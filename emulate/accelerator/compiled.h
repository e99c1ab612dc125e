// Meanings as machine code of the host's, for the evaluator to run in place of its own interpretation. Such code does
// what is usual: numbers within 64 bits, indices inside, a result that is defined where something is decided by it. At
// anything else it gives up; its writes are taken back then, and the evaluator interprets the instruction from its
// beginning, so that what is illegal, undefined or enormous is found and worded in one place only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "emulate/accelerator/store.h"

namespace portolan::accelerator {

// What a compiled meaning works on. It reads and writes the first part by the places of the members.
struct CompiledRun {
  const Store::Page* const* const* lists = nullptr;  // by state (Store::list())
  int64_t steps = 0;                                 // that are left
  int64_t here = 0, jump = 0;
  uint8_t jumps = 0, stops = 0;

  struct Write {
    uint32_t state;
    uint64_t index;
    Cell cell;
  };
  std::vector<Store>* stores = nullptr;
  std::vector<Write> before;    // what was there, in the order of the writes
  std::vector<Write> deferred;  // of turns that are done together

  void write(const Write& write) {
    before.push_back({write.state, write.index, (*stores)[write.state].read(write.index)});
    (*stores)[write.state].write(write.index, write.cell);
  }
  void take_back();
};

// A field whose numbers are handed over as 64 bits without a sign; others with one.
inline bool has_no_sign(const Field& field) {
  return !field.type.is_signed && field.scale >= 0 && field.offset >= 0;
}

// The fields' numbers, the bits of a double for real ones. False: it gave up.
using CompiledMeaning = bool (*)(CompiledRun*, const int64_t* fields);

class CompiledMeanings {
 public:
  virtual ~CompiledMeanings() = default;
  // Null: there is none, or it isn't worth the time yet.
  virtual CompiledMeaning find(const Instruction& instruction) = 0;
  struct Interpreted {
    uint64_t steps = 0;    // that it took
    bool gave_up = false;  // its code, before
    bool ended = false;    // the program, as illegal or the like: nothing that code is there for
  };
  virtual void interpreted(const Instruction& instruction, Interpreted how) = 0;

  struct Counts {
    size_t meanings = 0, without_code = 0;  // compiled; looked at, with something in them that has no code
    size_t runs = 0, gave_up = 0;           // of them so many
    size_t in_vain = 0;                     // gave up, though the interpretation went on to its end
    size_t idle = 0;                        // meanings whose code gave up whenever it ran
    Counts& operator+=(const Counts& other) {
      meanings += other.meanings, without_code += other.without_code;
      runs += other.runs, gave_up += other.gave_up;
      in_vain += other.in_vain, idle += other.idle;
      return *this;
    }
  };
  virtual Counts counts() const = 0;
};

}  // namespace portolan::accelerator
