// From micro-operations of threads to those of waves: which places hold one value for all lanes, where lanes part for a
// few blocks, and what has to be given to all lanes before they use it.
#pragma once

#include "emulate/simt/places.h"
#include "emulate/simt/wave.h"

namespace portolan::simt {

// What a micro-operation reads and writes: first words and how many.
struct Uses {
  llvm::SmallVector<std::pair<uint32_t, uint32_t>, 4> reads;
  std::optional<std::pair<uint32_t, uint32_t>> write;
};

class StepMaker {
 public:
  StepMaker(const Compiled& compiled, const std::vector<BlockFacts>& facts, uint32_t lanes, bool keep_slots);
  std::unique_ptr<WaveCode> run();

 private:
  struct OfBlock {
    size_t begin = 0, end = 0;  // micro-operations
    std::vector<uint32_t> next;
    Places read, written;  // before it is written; whatever happens
    Places live, varying;  // at the block's start
  };
  // Blocks that lanes whose bit is 1 go through before they meet the others.
  struct Region {
    std::vector<uint32_t> blocks;
    uint32_t after = 0;
  };

  Uses uses_of(const Micro& m) const;
  uint32_t target(size_t jump) const;
  void find_live();
  std::optional<Region> region_behind(uint32_t block) const;
  void find_varying();
  bool flow(uint32_t block);
  bool varies(const Micro& m, const Uses& uses, const Places& varying) const;
  // wave_translate.cpp
  void translate(uint32_t block);
  void emit(Micro m, size_t at);
  void spread(uint32_t place, size_t at);
  void spread_reads(const Uses& uses, size_t at);
  void data(size_t at, bool by_all);
  void skip(size_t at);
  void branch(uint32_t block, size_t at);
  void go_apart(Micro m, const Region& region, size_t at);
  uint32_t count_first(const Region& region) const;
  void jump(size_t at);
  void meet(size_t at);
  void may_part();

  const Compiled& compiled_;
  const ir::Function& f_;
  const std::vector<BlockFacts>& facts_;
  const uint32_t lanes_;
  const bool keep_slots_;
  std::vector<OfBlock> blocks_;
  std::vector<uint32_t> block_of_;              // micro-operation
  std::vector<uint32_t> preds_;                 // how many
  Places written_;                              // by anything
  std::vector<bool> apart_;                     // blocks in which lanes run one by one
  std::unordered_map<size_t, Region> regions_;  // by branch
  std::unique_ptr<WaveCode> result_;
  std::vector<uint32_t> new_at_, land_;  // micro-operation: where it is now, and where what leads to it goes
  // While translating: what varies, and of what only lane 0 has its value; until where all is done by all lanes.
  Places varying_, first_only_;
  size_t skipped_ = 0;
  bool skipped_by_varying_ = false;
};

}  // namespace portolan::simt
