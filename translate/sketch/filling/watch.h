// Looks on while the source runs by its own meaning: what it stores, which ways it goes, and what it compares where it
// might have gone another.
#pragma once

#include "translate/sketch/filling/runner.h"
#include "verify/objects.h"

namespace portolan::sketch::filling {

class Watch : public emulate::IrObserver {
 public:
  explicit Watch(const verify::Side& source)
      : image_(source.image()),
        objects_(source.image()),
        engine_(emulate::make_ir_engine(source.isa(), this)),
        ways_(source.isa()) {}

  static constexpr uint64_t kLongestRun = 2000000;

  // Runs the test's input, and fills in its limit and what the source stores. `times_longer`: how much more
  // instructions the target's code has. False: it takes more instructions than these, and is forgotten.
  bool look_at(Test& test, emulate::Request request, double times_longer, uint64_t most = kLongestRun);

  uint64_t instructions() const { return instructions_; }  // 0: not known
  // The same test for the first instructions of this long run.
  static constexpr uint64_t kBeginning = 1500;
  Test beginning_of(const Test& test, double times_longer) const;
  // How it went from one object of the files' data to another that it has no pointer to; empty: it did not.
  const std::string& left() const { return objects_.left(); }
  // The ways that it went.
  const verify::Ways& ways() const { return ways_; }

  std::optional<uint64_t> before(uint64_t pc, std::span<const llvm::APInt> slots,
                                 emulate::MemoryAccess& memory) override;
  void after(const emulate::IrStep& step, std::span<const llvm::APInt> slots, std::span<const Access> accesses,
             bool completed) override;
  void called_outside() override { stores_.reset(), touched_.reset(); }  // what it does there is not seen

 private:
  void note_familiar();

  const emulate::Image& image_;
  verify::ObjectWatch objects_;
  std::unique_ptr<emulate::Engine> engine_;
  verify::Ways ways_;
  std::shared_ptr<Stores> stores_;
  std::shared_ptr<Touched> touched_;
  std::shared_ptr<Familiar> familiar_;
  std::vector<Access> pending_;
  std::vector<WrittenByte> written_;
  uint64_t instructions_ = 0, run_ = 0;
  uint64_t last_new_ = 0, quiet_ = 0;  // of bytes that it touches: instructions before the last one; the most without
  uint64_t seen_ = 0, stored_in_the_beginning_ = 0;  // instructions so far; bytes outside the stack
  bool flags_only_ = false;                          // the last instruction compared and did nothing else
};

}  // namespace portolan::sketch::filling
