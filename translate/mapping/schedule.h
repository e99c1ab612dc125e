// A plan with its holes filled: lengths of tiles, places in memories, layouts in the host's memory, the order of tiles.
// What comes out are the chip's words and how the host lays out its tensors.
#pragma once

#include "emulate/accelerator/machine.h"
#include "translate/mapping/plan.h"
#include "translate/mapping/program.h"

namespace portolan::mapping {

class Scheduler {
 public:
  Scheduler(const accelerator::Description& chip, const accelerator::Description& specification, const Plan& plan,
            Planner& planner)
      : chip_(chip), specification_(specification), plan_(plan), planner_(planner), evaluator_(chip, 1'000'000'000) {}

  // The program goes on behind another one, whose results it may read from external memory.
  void go_on(Program before, const Scheduler& earlier) {
    before_ = std::move(before);
    before_calls_ = earlier.calls_;
    before_end_ = earlier.host_end_;
    before_constants_ = earlier.constants_;
  }
  void more_follows() { more_follows_ = true; }
  // No value: this choice breaks a rule of the chip, and why.
  Expected<Program> program(const Choice& choice);
  // Lengths that the tile of each variable may have, whatever operations and memories allow.
  std::vector<std::pair<Number, std::vector<Number>>> lengths() const;
  // All of these with one another, the largest first.
  std::vector<std::map<Number, Number>> tiles() const;

 private:
  using Coordinates = std::map<Number, Number>;
  using Arguments = std::vector<accelerator::Evaluator::Argument>;
  struct External {  // of a step that touches the host's memory
    size_t tensor = 0;
    Number base_parameter = 0, unit = 1, constant = 0;
    std::map<Number, Number> pitches;  // parameter: value
  };
  struct Pool {  // places for what a need asks for
    Number rows = 1, first = 0, count = 1, next = 0;
    std::vector<Coordinates> holds;
    std::vector<bool> used;
    std::set<Number> variables;
  };
  struct Interval {
    uint32_t state;
    Number first, rows;
  };
  struct Call {
    size_t begin, end;  // words
    std::vector<Interval> reads, writes;
    int kind;  // 0 arithmetic, 1 transfer, 2 other
  };

  bool is_on_the_way(uint32_t state) const;
  bool fail(std::string why);
  Number length(Number variable, const Coordinates& at) const;
  Number tiles_of(Number variable) const;
  bool lay_out(const Step& step, bool is_output);
  void fold_diagonals();
  bool is_zero(const Coordinates& at) const;
  bool pools(const Step& step);
  bool pool(const Step::Need& need);
  bool share_memories();
  const Step* find_accumulating(const Step& step, const Step::Need* owner);
  Coordinates key_of(const Step::Need& need, const Coordinates& at) const;
  std::optional<Number> fetch(const Step::Need& need, const Coordinates& at);
  bool emit(const Step& step, Number place, const Coordinates& at);
  bool accumulate(const std::vector<Coordinates>& group);
  bool call(const Step& step, Number place, const std::vector<Number>& bases, const Coordinates& at);
  std::optional<Arguments> arguments(const Step& step, Number place, const std::vector<Number>& bases,
                                     const Coordinates& at);
  bool external_arguments(const Step& step, const Coordinates& at, std::map<Number, Number>& values);
  bool table();
  bool body();
  bool finish();
  bool tokens();
  struct Edge {
    uint32_t queue;
    const accelerator::Field *signal, *wait;  // the flags of the word that gives and of the one that takes
  };
  enum class Given : uint8_t { never, already, now };
  std::optional<Edge> edge(size_t from, size_t to) const;
  Given give(const Edge& edge, size_t from, size_t to, bool only_ask);
  bool token(size_t from, size_t to);
  void drop_repeated();
  void cost();

  const accelerator::Description &chip_, &specification_;
  const Plan& plan_;
  Planner& planner_;
  accelerator::Evaluator evaluator_;
  Choice choice_;
  Program out_;
  std::string why_;
  uint64_t host_end_ = 0;
  Program before_;
  std::vector<Call> before_calls_;
  std::map<uint64_t, Number> before_constants_;
  std::optional<uint64_t> before_end_;
  bool more_follows_ = false;
  std::map<const Step*, External> externals_;
  std::map<const Step::Need*, Pool> pools_;
  std::vector<const Step::Need*> pool_order_;
  const Step* accumulating_ = nullptr;
  const Step::Need* owner_ = nullptr;
  std::set<std::pair<const Step::Need*, Number>> accumulated_;  // places whose sum is complete
  std::map<uint64_t, Number> constants_;                        // value: place in the memory that holds them
  uint32_t constants_state_ = accelerator::kNone;
  Number table_length_ = 0;
  std::vector<Call> calls_;
  std::vector<Interval> reads_now_;
  std::map<uint32_t, std::pair<size_t, size_t>> last_edges_;  // queue: the last signal and wait
};

}  // namespace portolan::mapping
