// A kernel put together from operations on rows of a chip's memories (row_operation.h): each equation becomes a tensor
// on the chip, each of its rows is computed by the operations whose values match it in real algebra, and what is on the
// way stays on the chip. Only for outputs with a tolerance.
//
// Terms that are computed have their indices filled in, but for: lane (the element within a row), block (the row within
// what an operation does at once), chunk (which lanes of a long reduction) and inner (the lane that is reduced over).
#pragma once

#include "translate/mapping/host_blocks.h"
#include "translate/mapping/row_storage.h"
#include "translate/mapping/schedule.h"

namespace portolan::mapping {

class RowCompiler {
 public:
  // `fuses`: what an exponential is taken of becomes one sum before it is rounded (row_differences.cpp).
  RowCompiler(const accelerator::Description& chip, const accelerator::Description& specification, bool fuses = false);

  // The reason why not otherwise.
  Expected<Program> compile();
  // There was something to fuse.
  bool fused() const { return fused_; }

 private:
  struct Tensor {
    uint32_t id = accelerator::kNone;  // of elements: the specification's states, then what is on the way
    std::string name;
    std::vector<Number> extent, indices;
    const Term* value = nullptr;  // null: an input
    bool is_output = false;
    size_t last_use = 0;  // number of the tensor whose value is the last to use it
    accelerator::Position at;
    // Where it lies; nowhere yet: kNone.
    uint32_t memory = accelerator::kNone;
    RowShape shape;
    Number first = 0;
    bool zero_padded = false;
    std::map<uint32_t, std::pair<Number, std::set<Number>>> loaded;  // inputs: by memory, the first row, blocks there
    std::optional<size_t> host;                                      // its place in the program's tensors
    uint32_t of = accelerator::kNone;                                // an arrangement of this input
    std::vector<HostTensor::View> view;
  };
  struct Leaf {
    RowForm form;
    const Term* goal;
  };
  struct Choice {
    enum class Kind : uint8_t { none, ready, constant, operation };
    Kind kind = Kind::none;
    const RowOperation* operation = nullptr;
    std::vector<Leaf> leaves;
    const Term* instead = nullptr;    // the same, and there or on the way to it
    std::map<Number, Number> values;  // parameters that are known
    Number tiles = 1;
  };
  struct Match {
    const RowOperation* operation;
    std::map<Number, const Term*> bound;  // the operation's variables
    Choice choice;
  };
  using Key = std::tuple<const Term*, uint32_t, bool>;

  bool read_equations();
  void take_factors_out();
  const Term* value_of(const Tensor& tensor, const Term* element);
  void centre_again();
  const Term* centred_again(const Term* term, const Tensor& of);
  std::optional<size_t> centred_in(const Term* term, const Tensor& of);
  std::optional<std::pair<double, const Term*>> scaled_sum(const Term* term);
  void fuse_differences();
  const Term* with_fused(const Term* term, const Tensor& of);
  const Term* fused_argument(const Term* argument, const Tensor& of);
  // A sum, each part with a number that it is multiplied by; equations that only add and scale are looked through.
  using Parts = std::vector<std::pair<double, const Term*>>;
  void parts_of(const Term* term, double factor, Parts& found);
  bool looked_through(const Term* element, double factor, Parts& inner);
  static void scaled_parts(const Term* term, double factor, Parts& found);  // equations are not looked through
  const Term* sum_of_parts(const Parts& parts);
  // An element of a tensor for this value, with those of the indices of `of` that it depends on.
  const Term* as_tensor(const Term* value, const Tensor& of);
  uint32_t fresh_tensor() { return next_tensor_++; }
  const Term* without_factors(const Term* term, const std::map<uint32_t, size_t>& uses);
  const Term* hoist(const Term* term, const Tensor& of, bool top);
  const Term* as_matrices(const Term* term, const Tensor& of);
  const Term* arranged(const Term* element, const std::vector<Number>& order, const std::vector<Number>& extents,
                       const std::map<Number, HostTensor::View::Part>& digits);
  bool one_pass();
  bool is_beyond() const;
  bool solve_places();
  bool compute(Tensor& tensor);
  bool compute_rows(Tensor& tensor, uint32_t memory);
  bool compute_numbers(Tensor& tensor, uint32_t memory);
  bool finish_outputs();
  bool store(Tensor& tensor);
  bool prologue();

  const Choice& plan(const Term* goal, uint32_t memory, bool blocked);
  bool plan_operation(const Term* goal, uint32_t memory, bool blocked, Choice& out);
  bool match(const Term* pattern, const Term* goal, Match& m);
  bool match_reduction(const Term* pattern, const Term* goal, Match& m);
  bool leaf(const Term* pattern, const Term* goal, Match& m);
  bool can_give(const Leaf& leaf, const RowOperation& o);
  std::vector<const Term*> forms(const Term* goal, uint32_t memory);
  bool zero_beyond(const Term* term, Number variable, Number extent) const;

  struct Index {  // of a tensor's element, taken apart
    Number constant = 0;
    std::map<Number, Number> factors;
  };
  std::optional<std::vector<Index>> indices_of(const Term* element) const;
  struct Located {
    Number place = 0, step = 0;
  };
  std::optional<Located> locate(const Leaf& leaf, const RowOperation& o, Number tiles, bool only_ask);
  std::optional<Located> locate_tiles(const Leaf& leaf, const std::vector<Index>& indices, Tensor& tensor, Number tiles,
                                      bool only_ask);
  std::optional<Located> constant_tile(const Leaf& leaf, bool only_ask);
  // Places in the memory of tiles; what lay there is gone.
  Number tile_places(uint32_t memory, Number count);
  std::optional<Number> emit(const Term* goal, uint32_t memory, std::optional<Number> to);
  bool emit_block(const Term* goal, uint32_t memory, Number to);
  std::optional<Located> bring(const Leaf& leaf, const RowOperation& o, Number tiles);
  bool carry_out(const Choice& choice, Number to);
  bool add(uint32_t memory, Number x, Number y, Number to);
  bool copy(uint32_t memory, Number from, Number to);
  bool call(const RowOperation& o, const std::map<Number, Number>& values, int kind);
  bool load(Tensor& tensor, uint32_t memory, Number row, Number rows, Number to);
  const RowOperation* loader(uint32_t memory);
  std::optional<Number> constant_row(const std::vector<double>& values, uint32_t memory);
  std::optional<Number> constant_number(double value, uint32_t memory);
  std::optional<Number> temporary(uint32_t memory, Number count);
  void forget_temporaries();
  void assume(const std::string& what);
  size_t host_tensor(Tensor& tensor);
  std::shared_ptr<HostBlocks> blocks(const RowOperation& load);
  bool fail(accelerator::Position at, std::string why);
  void remember(const Term* goal, unsigned depth);

  Tensor& tensor_of(const Term* element) { return *by_id_.at(element->state); }
  const Tensor& tensor_of(const Term* element) const { return *by_id_.at(element->state); }
  bool is_row_memory(uint32_t state) const;

  const accelerator::Description &chip_, &specification_;
  Terms terms_;
  RealTerms real_;
  RowOperations operations_;
  accelerator::Evaluator evaluator_;
  bool fuses_, fused_ = false;
  uint32_t next_tensor_ = 0;
  Number lane_, block_, chunk_, inner_, picked_;
  std::deque<Tensor> tensors_;  // in the order in which they are computed
  std::map<uint32_t, Tensor*> by_id_;
  std::vector<uint32_t> memories_;  // that rows or numbers can lie in
  std::set<uint32_t> as_tiles_;     // inputs that lie in tiles: their rows are padded to whole ones
  std::map<const RowOperation*, std::shared_ptr<HostBlocks>> blocks_;

  // Of one pass. What constants there are is known in the second.
  Program out_;
  std::optional<Diagnostic> why_;
  std::map<uint32_t, Places> places_;
  std::map<uint32_t, std::vector<Number>> solved_places_;  // where the first gap that was large enough did not do
  std::map<std::pair<uint32_t, std::vector<double>>, Number> rows_;
  std::map<std::pair<uint32_t, double>, Number> numbers_;
  std::vector<std::pair<uint32_t, std::vector<double>>> wanted_rows_;
  std::vector<std::pair<uint32_t, double>> wanted_numbers_;
  std::map<Key, Choice> plans_;
  std::map<std::pair<const Term*, uint32_t>, Number> there_;  // computed for the row that is being worked on
  std::vector<std::pair<uint32_t, Number>> temporaries_;
  struct Tiles {
    const Tensor* tensor;
    std::vector<Number> key;
    Number first, count;
  };
  std::map<uint32_t, std::vector<Tiles>> tiles_;
  std::map<const Term*, Tensor> constant_tiles_;
  std::map<uint32_t, Number> next_tile_;
  uint64_t host_end_ = 0;
  const Tensor* current_ = nullptr;
  Number valid_ = 1;       // lanes of the row that is being worked on
  Number valid_rows_ = 1;  // of the block
  unsigned depth_ = 0, deepest_ = 0;
  bool gathers_ = false, picks_ = false;  // number by number; single lanes
  std::string missing_;
  std::vector<int> kinds_;  // of words
};

}  // namespace portolan::mapping
