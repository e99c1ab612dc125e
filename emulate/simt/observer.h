// Who follows what a run computes from, beside its numbers: every value, register and byte of memory has a mark, and
// the observer gives marks to what is computed from marked values. The engine itself knows two marks and nothing of
// what the others mean. With an observer a run ends where control, an address or a member mask is marked: what
// follows would hold for these data alone.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ir/function.h"

namespace portolan::simt {

using Mark = uint32_t;
inline constexpr Mark kPlain = 0;           // the same whatever the data are
inline constexpr Mark kUnset = UINT32_MAX;  // a register or byte that nobody has set; observers do not see it

// An access to shared memory, or to global memory that may be written.
struct Touch {
  enum Kind : uint8_t { read, write, modify };
  Kind kind = read;
  ir::RmwKind rmw = ir::RmwKind::exchange;  // modify
  bool shared = false;
  uint64_t address = 0, size = 0;
  uint64_t block = 0;
  uint32_t thread = 0, warp = 0, line = 0;
  uint32_t block_epoch = 0, warp_epoch = 0;  // barriers passed
};

class Observer {
 public:
  virtual ~Observer() = default;
  // Another one each time.
  virtual Mark undefined(uint32_t width) = 0;
  // The result of a pure instruction; some operand is marked.
  virtual Mark compute(const ir::Function& function, const ir::Instruction& inst, std::span<const ir::APInt> operands,
                       std::span<const Mark> marks, const ir::APInt& result) = 0;
  // Pieces as one value, the first lowest; some are marked.
  virtual Mark join(std::span<const ir::APInt> pieces, std::span<const Mark> marks) = 0;
  // The bytes of a marked value, the first lowest.
  virtual void split(Mark mark, std::span<Mark> bytes) = 0;
  virtual void touch(const Touch& touch) = 0;
  // True: what else is seen does not matter, and the run ends. Asked now and then.
  virtual bool exhausted() const = 0;

  // True: a branch by a marked condition is followed both ways, and what differs is a select. False: the run ends
  // there.
  virtual bool both_ways() const { return false; }
  // True: sums of reals may be taken in any order, and an atomic access gives what it gives in the order of this run;
  // whoever wants to know whether the order shows runs another one.
  virtual bool in_this_order() const { return false; }
  // True: sums, minima and maxima of reals that atomic accesses make are those of this run's order, and what was there
  // before is another value each time. Roundings and NaNs depend on the order.
  virtual bool reals_in_any_order() const { return in_this_order(); }
  // An address by data that is one of a few: values by the bits of the conditions, the first lowest.
  struct Choices {
    std::vector<Mark> conditions;
    std::vector<bool> holds;  // in this run
    std::vector<ir::APInt> values;
  };
  virtual std::optional<Choices> choices(Mark) { return std::nullopt; }
};

}  // namespace portolan::simt
