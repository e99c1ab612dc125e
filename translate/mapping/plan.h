// How a specification's result can come about on a chip: which operation gives the last step, what it needs where,
// which operations bring that about, back to the inputs in external memory. Terms are matched; nothing knows what an
// operation is called. The plan is a sketch: lengths of tiles, places, pitches and order are still open (schedule.h).
#pragma once

#include <functional>
#include <memory>
#include <set>

#include "translate/mapping/term.h"

namespace portolan::mapping {

// Where an element lies: an index for each dimension, the first counted from a base.
struct Form {
  uint32_t state = accelerator::kNone;
  Number base = 0;                                   // a parameter; 0: a fixed place
  std::vector<std::map<Number, Number>> dimensions;  // factor of each variable
  std::vector<Number> constants;
};

struct KnownOperation {
  const accelerator::Operation* declared = nullptr;
  std::vector<Number> parameters;  // as variables
  TermReader::Assignment does;
  bool writes_external = false;
  uint32_t external = accelerator::kNone;  // the chip's external memory
  Form target;                             // if not external
};

struct Step {
  const KnownOperation* operation = nullptr;
  std::map<Number, Number> variables;       // of the operation's loops: the specification's; 0: one turn only
  std::map<Number, Number> extents;         // parameter: the variable whose tile it is as long as; 0: 1
  std::map<Number, const Term*> constants;  // parameter: the value that the specification has there
  std::map<Number, size_t> places;          // parameter: where the need with this number lies
  struct Need {
    std::shared_ptr<Step> step;
    const Term* goal = nullptr;
    Form form;              // in the specification's variables
    bool in_place = false;  // there where the result goes
  };
  std::vector<Need> needs;
  const Term *address = nullptr, *tensor = nullptr;  // of external memory, and the element that lies there
  // Adds up over tiles of these variables. First comes `initial`; or `first`, which overwrites, does the first tile.
  std::vector<Number> reduced;
  std::shared_ptr<Step> initial, first;
};

struct Plan {
  std::shared_ptr<Step> result;  // writes the output
  uint32_t output = accelerator::kNone;
  std::vector<Number> indices;       // of the output
  std::map<Number, Number> lengths;  // of all variables: how far they run
  std::map<Number, Number> tile;     // lengths that an operation fixes
  std::set<Number> tiled, whole;     // variables that some operation loops over; that can't be split
};

class Planner {
 public:
  Planner(Terms& terms, const accelerator::Description& chip, const accelerator::Description& specification);

  // An element of this tensor is there already, in external memory.
  void lies_outside(uint32_t state) { spec_reader_.keep_definition(state); }
  // A diagnostic: why not, in terms of what no operation gives.
  Expected<Plan> plan(uint32_t output);
  // The operation that brings an element of this type and place from external memory, with nothing else to it.
  std::optional<Plan> plan_table(uint32_t state, const std::string& type, Number length);
  const std::deque<KnownOperation>& operations() const { return operations_; }
  // A tensor as matrices with one of its dimensions as their diagonal: that dimension, which stands twice, the first
  // time counted by `extra`. What is not on the diagonal is zero.
  struct Diagonal {
    size_t dimension = 0;
    Number extra = 0, variable = 0;
  };
  const std::map<const Term*, Diagonal>& diagonals() const { return diagonals_; }

 private:
  std::optional<Form> form_of(const KnownOperation& o, const Term* element) const;
  std::shared_ptr<Step> into(const Term* goal, const Form& form, unsigned depth);
  bool fits(const KnownOperation& o, const Term* goal, Step& step, unsigned depth);
  bool loops(const KnownOperation& o, Step& step);
  bool extent(const Term* end, Number variable, Step& step);
  bool accumulates(const KnownOperation& o, const Term* goal, Step& step, unsigned depth);
  bool match(const Term* pattern, const Term* goal, Step& step, unsigned depth);
  bool match_reduction(const Term* pattern, const Term* goal, Step& step, unsigned depth, bool more);
  bool counts_alike(const Term* pattern, const Term* goal, const Step& step) const;
  bool match_element(const Term* pattern, const Term* goal, Step& step, unsigned depth);
  bool consistent(const Step& step) const;
  std::vector<const Term*> alternatives(const Term* goal);
  std::vector<const Term*> with_diagonals(const Term* goal);
  void deepest(const Term* goal, unsigned depth);

  Terms& terms_;
  const accelerator::Description &chip_, &specification_;
  TermReader spec_reader_;
  std::deque<KnownOperation> operations_;
  std::map<const Term*, Diagonal> diagonals_;
  std::map<const Term*, std::vector<const Term*>> as_diagonals_;
  Plan plan_;
  std::string missing_;
  unsigned missing_depth_ = 0;
};

// A term as text, for messages.
std::string describe(const Term* term, const accelerator::Description& specification);

}  // namespace portolan::mapping
