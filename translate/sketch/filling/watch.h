// Looks on while the source runs by its own meaning: what it stores, which ways it goes, and what it compares where it
// might have gone another.
#pragma once

#include <map>
#include <set>

#include "translate/sketch/filling/runner.h"
#include "verify/objects.h"

namespace portolan::sketch::filling {

class Watch : public emulate::IrObserver {
 public:
  explicit Watch(const verify::Side& source)
      : image_(source.image()), objects_(source.image()), engine_(emulate::make_ir_engine(source.isa(), this)) {}

  static constexpr uint64_t kLongestRun = 2000000;

  // Runs the test's input, and fills in its limit and what the source stores. `times_longer`: how much more
  // instructions the target's code has. False: it takes more instructions than these, and is forgotten.
  bool look_at(Test& test, emulate::Request request, double times_longer, uint64_t most = kLongestRun);

  uint64_t instructions() const { return instructions_; }  // 0: not known
  // The same test for the first instructions of this long run.
  static constexpr uint64_t kBeginning = 1500;
  Test beginning_of(const Test& test, double times_longer) const;
  bool fresh() const { return fresh_; }  // it went a way that no run before it went
  // It went a way that few runs before it went after the same two ways.
  bool fresh_in_turn() const { return fresh_in_turn_; }
  // How it went from one object of the files' data to another that it has no pointer to; empty: it did not.
  const std::string& left() const { return objects_.left(); }
  // Some branch that was come to has a way that no run went.
  bool ways_left() const { return !open_.empty(); }
  // Pairs of numbers that met before such branches in the last run; `in_turn`: before those with a way that few runs
  // went after the same two ways.
  const std::set<std::pair<uint64_t, uint64_t>>& compared(bool in_turn) const {
    return in_turn ? compared_in_turn_ : compared_;
  }

  // Numbers that the last run loaded from elsewhere than the stack: where, and how many bytes; each place once.
  const std::map<uint64_t, uint32_t>& loads() const { return loads_; }

  std::optional<uint64_t> before(uint64_t pc, std::span<const llvm::APInt> slots,
                                 emulate::MemoryAccess& memory) override;
  void after(const emulate::IrStep& step, std::span<const llvm::APInt> slots, std::span<const Access> accesses,
             bool completed) override;
  void called_outside() override { stores_.reset(), touched_.reset(); }  // what it does there is not seen

 private:
  // What matters of an instruction.
  struct Kind {
    std::vector<uint64_t> ways;  // more than one: a branch
    bool compares = false;       // it sets flags, or branches by registers
    std::vector<assembly::Slot> reads;
    std::vector<uint64_t> constants;
    uint64_t noted = 0;  // the last run that its constants are familiar to
  };
  Kind& kind_of(const emulate::IrStep& step, uint64_t pc);
  void went(uint64_t to);
  void note_compared(std::set<std::pair<uint64_t, uint64_t>>& compared) const;
  void note_familiar();

  const emulate::Image& image_;
  verify::ObjectWatch objects_;
  std::unique_ptr<emulate::Engine> engine_;
  std::unordered_map<uint64_t, Kind> kinds_;
  std::set<std::pair<uint64_t, uint64_t>> gone_, open_;  // ways: from, to
  std::set<std::pair<uint64_t, uint64_t>> compared_, compared_in_turn_;
  std::unordered_map<uint64_t, unsigned> gone_in_turn_;  // a way and the two before it, hashed: how many runs
  std::unordered_set<uint64_t> in_turn_;                 // of the present run
  uint64_t last_way_ = 0, way_before_ = 0;
  std::vector<uint64_t> numbers_;  // that the last comparison read
  std::shared_ptr<Stores> stores_;
  std::shared_ptr<std::unordered_set<uint64_t>> touched_;
  std::shared_ptr<Familiar> familiar_;
  std::vector<Access> pending_, loaded_;
  std::vector<WrittenByte> written_;
  std::map<uint64_t, uint32_t> loads_;
  const Kind* branch_ = nullptr;  // the instruction before
  uint64_t pc_ = 0;
  uint64_t instructions_ = 0, run_ = 0;
  uint64_t seen_ = 0, stored_in_the_beginning_ = 0;  // instructions so far; bytes outside the stack
  bool fresh_ = false, fresh_in_turn_ = false;
  bool flags_only_ = false;  // the last instruction compared and did nothing else
};

}  // namespace portolan::sketch::filling
