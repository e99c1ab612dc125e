// Runs machine code by what the lifters say each instruction means: the same IR that is translated and proved about.
#pragma once

#include <optional>
#include <span>

#include "emulate/engine.h"
#include "llvm/ADT/APInt.h"

namespace portolan::emulate {

struct IrStep;

// Looks on while the IR engine runs, and may send it elsewhere.
class IrObserver {
 public:
  // A load or store of the program, or what calls and returns do on a stack.
  struct Access {
    uint64_t address = 0;
    uint32_t size = 0;
    bool write = false;
  };

  virtual ~IrObserver() = default;
  // Before the instruction at `pc`: where to go on. Nothing: the run ends (Ending::limit), and
  // what memory holds then is not collected.
  virtual std::optional<uint64_t> before(uint64_t pc, std::span<const llvm::APInt> slots, MemoryAccess& memory) = 0;
  // After an instruction, with its accesses in order; `completed`: it did not trap. The last access is the one that
  // faulted, if one did.
  virtual void after(const IrStep& step, std::span<const llvm::APInt> slots, std::span<const Access> accesses,
                     bool completed) = 0;
  // A function outside the image is about to run; what it reads and changes is not said.
  virtual void called_outside() = 0;
};

// A run that an observer looks on may be gone back in.
class IrEngine : public Engine {
 public:
  // How everything stood before an instruction.
  class Mark {
   public:
    virtual ~Mark() = default;
  };
  // To be called by the observer, from before(). nullptr: too much was written since the run began.
  virtual std::unique_ptr<Mark> mark() = 0;
  // Goes on from there, as often as wanted, as the last run's request; the observer is asked about that instruction
  // again. Nothing: the mark is of no use any more, because another request was run, the run was gone back in further,
  // or a function outside the image was called, whose state is not kept.
  virtual std::optional<Outcome> resume(const Mark& mark) = 0;
};

// `observer` is asked for all runs and must outlive the engine.
std::unique_ptr<IrEngine> make_ir_engine(Isa isa, IrObserver* observer = nullptr);

}  // namespace portolan::emulate
