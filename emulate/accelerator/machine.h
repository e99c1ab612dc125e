// A program on a described chip: fetching and decoding, units that run by themselves and wait for each other's tokens,
// hardware loops, and the time that it all takes by the description's costs.
#pragma once

#include <deque>
#include <unordered_map>

#include "emulate/accelerator/overlap.h"

namespace portolan::accelerator {

struct Limits {
  uint64_t steps = 500'000'000;  // instructions and turns of loops in meanings
  uint64_t instructions = 10'000'000;
  bool interpreted = false;  // nothing is run at once (sums.h)
};

struct RunResult {
  Outcome outcome;
  uint64_t instructions = 0;  // that ran
  Number cycles = 0;          // by cost clauses; units and controllers overlap
  bool all_costs = true;      // each instruction that ran has a cost
  std::vector<std::pair<std::string, size_t>> tokens_left;
};

class Machine {
 public:
  // `compiled`: of this chip; outlives the machine.
  explicit Machine(const Description& chip, Limits limits = {}, CompiledMeanings* compiled = nullptr)
      : chip_(chip), limits_(limits), evaluator_(chip, limits.steps) {
    if (limits.interpreted)
      evaluator_.interpret_all();
    else
      evaluator_.use(compiled);
  }

  // `first`: the unit that is asked first whenever several could go on; a program that works only for some orders lacks
  // tokens.
  RunResult run(const std::vector<Word>& program, uint32_t first = 0);
  // Tells it what values depend on, and who takes and gives tokens.
  void observe(Observer* observer) {
    observer_ = observer;
    evaluator_.observe(observer);
  }
  // Only what it costs: nothing is computed, and no jump is taken. Costs that depend on state are not known then. (On a
  // chip with controllers registers are set, since what is touched may follow from them.)
  RunResult estimate(const std::vector<Word>& program);

  // A memory by name; null: there is none.
  Store* memory(const std::string& name);
  // The external memory; null: the chip has none.
  Store* external();

 private:
  using Time = Number;
  bool decode_all(const std::vector<Word>& program);
  bool configures(const Instruction& instruction);
  void in_order(const std::vector<Word>& program);
  void in_units(const std::vector<Word>& program, uint32_t first);
  bool can_start(size_t index, const Word& word);
  Time execute(size_t index, const Word& word, Time ready);
  Time take_tokens(const Instruction& instruction);
  void deadlock(const std::vector<Word>& program, const std::vector<std::deque<size_t>>& waiting);

  const Description& chip_;
  Limits limits_;
  Evaluator evaluator_;
  std::vector<const Instruction*> decoded_;
  std::vector<std::string> undecoded_;
  std::vector<std::deque<Time>> queues_;
  RunResult result_;
  Observer* observer_ = nullptr;
  bool only_costs_ = false;
  std::optional<Overlap> overlap_;  // on a chip with controllers
  std::unordered_map<const Instruction*, bool> is_configuration_;
};

}  // namespace portolan::accelerator
