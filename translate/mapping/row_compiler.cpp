#include "translate/mapping/row_compiler.h"

#include <fmt/format.h>

#include <algorithm>

#include "frontends/accelerator/specification.h"
#include "translate/mapping/combinations.h"
#include "translate/mapping/lacking.h"

namespace portolan::mapping {

using namespace accelerator;

namespace {

constexpr uint64_t kHostBegin = 0x1000;

void tensors_in(const Term* term, std::set<uint32_t>& found) {
  if (term->kind == Term::Kind::element) found.insert(term->state);
  for (const Term* operand : term->operands) tensors_in(operand, found);
}

}  // namespace

RowCompiler::RowCompiler(const Description& chip, const Description& specification, bool fuses)
    : chip_(chip),
      specification_(specification),
      real_(terms_),
      operations_(real_, chip),
      evaluator_(chip, 1'000'000'000),
      fuses_(fuses),
      next_tensor_(static_cast<uint32_t>(specification.states.size())),
      lane_(terms_.fresh()),
      block_(terms_.fresh()),
      chunk_(terms_.fresh()),
      inner_(terms_.fresh()),
      picked_(terms_.fresh()) {
  // Rows that the host's tensors are loaded to come first, numbers last.
  const auto take = [&](const auto& wanted) {
    for (const RowOperation& o : operations_.all())
      if (o.kind != RowOperation::Kind::store && o.middle == 1 && !std::ranges::count(memories_, o.target.state) &&
          wanted(o.target.state))
        memories_.push_back(o.target.state);
  };
  take([&](uint32_t state) { return is_row_memory(state) && loader(state); });
  take([&](uint32_t state) {
    return is_row_memory(state) && !memories_.empty() &&
           operations_.memory(state).lanes == operations_.memory(memories_[0]).lanes;
  });
  take([&](uint32_t state) { return !is_row_memory(state); });
}

bool RowCompiler::fail(Position at, std::string why) {
  if (!why_) why_ = specification_.error(at, std::move(why));
  return false;
}

// Each reduction within an expression becomes a tensor of its own: so that it can be computed a block at a time.
const Term* RowCompiler::hoist(const Term* term, const Tensor& of, bool top) {
  if (term->kind != Term::Kind::operation && term->kind != Term::Kind::reduction) return term;
  Tensor inner = of;
  if (term->kind == Term::Kind::reduction) {
    inner.indices.insert(inner.indices.begin(), term->bound[0]);
    inner.extent.insert(inner.extent.begin(), term->operands[1]->number);
  }
  std::vector<const Term*> operands;
  for (size_t i = 0; i < term->operands.size(); ++i)
    operands.push_back(term->kind == Term::Kind::reduction && i == 1 ? term->operands[1]
                                                                     : hoist(term->operands[i], inner, false));
  if (term->kind == Term::Kind::operation) return real_.operation(term->what, std::move(operands));
  const Term* result = terms_.reduction(term->what, operands[0], {operands.begin() + 1, operands.end()}, term->bound);
  return top ? result : as_tensor(result, of);
}

const Term* RowCompiler::as_tensor(const Term* value, const Tensor& of) {
  Tensor made;
  made.id = fresh_tensor();
  made.name = fmt::format("a part of {}", of.name);
  made.at = of.at;
  made.value = value;
  std::vector<const Term*> indices;
  for (size_t d = 0; d < of.indices.size(); ++d)
    if (depends_on(value, of.indices[d])) {
      made.indices.push_back(of.indices[d]);
      made.extent.push_back(of.extent[d]);
      indices.push_back(terms_.variable(of.indices[d]));
    }
  for (const Tensor& other : tensors_)  // the same sum may stand twice
    if (other.value == made.value) return terms_.element(other.id, true, "", std::move(indices));
  tensors_.push_back(std::move(made));
  return terms_.element(tensors_.back().id, true, "", std::move(indices));
}

bool RowCompiler::read_equations() {
  for (uint32_t s : inputs_of(specification_)) {
    Tensor input;
    input.id = s;
    input.name = specification_.states[s].name;
    input.extent = specification_.states[s].extent;
    if (input.extent.empty()) {
      input.extent = {1};
      real_.give_index(s);
    }
    input.at = specification_.states[s].fact.at;
    tensors_.push_back(std::move(input));
  }
  TermReader reader(terms_, specification_);
  reader.keep_definitions();
  const std::vector<uint32_t> outputs = outputs_of(specification_);
  for (const Statement& loop : specification_.instructions.front().meaning) {
    const Statement& write = loop.body.front();
    Tensor tensor;
    tensor.id = write.target->index;
    const State& state = specification_.states[tensor.id];
    tensor.name = state.name;
    tensor.extent = state.extent;
    tensor.is_output = std::ranges::count(outputs, tensor.id) != 0;
    tensor.at = write.fact.at;
    std::vector<const Term*> slots(specification_.instructions.front().slots, nullptr);
    for (const Range& range : loop.ranges) {
      tensor.indices.push_back(terms_.fresh());
      slots[range.slot] = terms_.variable(tensor.indices.back());
    }
    const Term* value = reader.read(*write.value, slots);
    if (!value)
      return fail(write.fact.at,
                  "this equation uses what the mapper has no terms for (a filter, a field of bits, a match)");
    tensor.value = real_.simplify(value);
    tensors_.push_back(std::move(tensor));
  }
  if (fuses_) centre_again();
  take_factors_out();
  std::deque<Tensor> read;
  std::swap(read, tensors_);
  for (Tensor& tensor : read) {
    if (tensor.value) tensor.value = hoist(as_matrices(tensor.value, tensor), tensor, true);
    tensors_.push_back(std::move(tensor));
  }
  if (fuses_) fuse_differences();
  for (size_t n = 0; n < tensors_.size(); ++n) {
    by_id_[tensors_[n].id] = &tensors_[n];
    std::set<uint32_t> used;
    if (tensors_[n].value) tensors_in(tensors_[n].value, used);
    for (uint32_t id : used) by_id_.at(id)->last_use = n;
  }
  return true;
}

bool RowCompiler::compute_rows(Tensor& tensor, uint32_t memory) {
  if (tensor.extent.empty()) return false;
  const RowShape shape(tensor.extent, operations_.memory(memory).lanes, operations_.block());
  tensor.shape = shape;
  const size_t last = tensor.extent.size() - 1;
  const Number together = operations_.block();
  const auto goal_at = [&](const std::vector<Number>& index, bool blocked) {
    const Term* goal = tensor.value;
    for (size_t d = 0; d <= last; ++d) {
      const Term* at = terms_.number(index[d]);
      if (d == last || (blocked && d + 1 == last))
        at = real_.operation("+", {terms_.variable(d == last ? lane_ : block_), at});
      goal = real_.substitute(goal, tensor.indices[d], at);
    }
    return goal;
  };
  const std::vector<Number> beginning(tensor.extent.size(), 0);
  bool blocked = last > 0 && together > 1;
  if (blocked) blocked = plan(goal_at(beginning, true), memory, true).kind == Choice::Kind::operation;
  if (!blocked) {
    const Choice::Kind kind = plan(goal_at(beginning, false), memory, false).kind;
    if (kind == Choice::Kind::none) return false;
  }
  const auto first = places_.at(memory).take(shape.rows());
  if (!first) return fail(tensor.at, fmt::format("{} doesn't fit in {}", tensor.name, chip_.states[memory].name));
  tensor.first = *first;
  tensor.zero_padded = zero_beyond(tensor.value, tensor.indices[last], tensor.extent[last]);
  std::vector<Number> counts = tensor.extent;
  counts[last] = shape.chunks;
  if (blocked) counts[last - 1] = (counts[last - 1] + together - 1) / together;
  const bool done = for_all(counts, [&](const std::vector<Number>& at) {
    std::vector<Number> index = at;
    index[last] *= shape.lanes;
    if (blocked) index[last - 1] *= together;
    valid_ = std::min(shape.lanes, tensor.extent[last] - index[last]);
    valid_rows_ = blocked ? std::min(together, tensor.extent[last - 1] - index[last - 1]) : 1;
    const Term* goal = goal_at(index, blocked);
    const Number to = tensor.first + shape.row(index);
    const bool ok = blocked ? emit_block(goal, memory, to) : emit(goal, memory, to).has_value();
    forget_temporaries();
    return ok;
  });
  if (done) tensor.memory = memory;
  return done || fail(tensor.at, fmt::format("{} can't be computed for all of its rows", tensor.name));
}

bool RowCompiler::compute_numbers(Tensor& tensor, uint32_t memory) {
  const auto goal_at = [&](const std::vector<Number>& index) {
    const Term* goal = tensor.value;
    for (size_t d = 0; d < index.size(); ++d) goal = real_.substitute(goal, tensor.indices[d], terms_.number(index[d]));
    return goal;
  };
  const std::vector<Number> beginning(tensor.extent.size(), 0);
  if (plan(goal_at(beginning), memory, false).kind == Choice::Kind::none) return false;
  tensor.shape = {};
  Number all = 1;
  for (Number n : tensor.extent) all *= n;
  const auto first = places_.at(memory).take(all);
  if (!first) return fail(tensor.at, fmt::format("{} doesn't fit in {}", tensor.name, chip_.states[memory].name));
  tensor.first = *first;
  Number to = *first;
  const bool done = for_all(tensor.extent, [&](const std::vector<Number>& index) {
    const bool ok = emit(goal_at(index), memory, to++).has_value();
    forget_temporaries();
    return ok;
  });
  if (done) tensor.memory = memory;
  return done || fail(tensor.at, fmt::format("{} can't be computed for all of its numbers", tensor.name));
}

// As rows, as numbers, and then with what takes a number at a time.
bool RowCompiler::compute(Tensor& tensor) {
  deepest_ = 0;
  missing_.clear();
  current_ = &tensor;
  for (const auto& [gathers, picks] : {std::pair(false, false), {true, false}, {false, true}, {true, true}}) {
    gathers_ = gathers;
    picks_ = picks;
    for (uint32_t memory : memories_) {
      plans_.clear();
      if (is_row_memory(memory) ? compute_rows(tensor, memory) : compute_numbers(tensor, memory)) return true;
      if (why_) return false;
    }
  }
  std::vector<const Term*> there;
  for (const RowOperation& o : operations_.all()) there.push_back(o.value);
  const std::string none = lacking(tensor.value, there);
  return fail(tensor.at, fmt::format("{} has no operations that give {}: {}{}", chip_.name, tensor.name,
                                     missing_.empty() ? describe(tensor.value, specification_) : missing_,
                                     none.empty() ? "" : fmt::format("; no operation of {} has {}", chip_.name, none)));
}

bool RowCompiler::one_pass() {
  out_ = {};
  kinds_.clear();
  places_.clear();
  rows_.clear();
  numbers_.clear();
  there_.clear();
  temporaries_.clear();
  tiles_.clear();
  constant_tiles_.clear();
  next_tile_.clear();
  host_end_ = kHostBegin;
  for (uint32_t memory : memories_)
    places_.emplace(memory, Places(operations_.memory(memory).places, solved_places_[memory]));
  for (Tensor& tensor : tensors_) {
    tensor.memory = kNone;
    tensor.loaded.clear();
    tensor.host.reset();
    if (!tensor.value)
      tensor.shape =
          RowShape(tensor.extent, operations_.memory(memories_[0]).lanes,
                   as_tiles_.contains(tensor.id) ? operations_.memory(memories_[0]).lanes : operations_.block());
  }
  if (!prologue()) return false;
  for (size_t n = 0; n < tensors_.size(); ++n) {
    Tensor& tensor = tensors_[n];
    if (!tensor.value) continue;
    for (auto& [memory, places] : places_) places.turn();
    if (!compute(tensor)) return false;
    for (Tensor& other : tensors_) {
      if (other.last_use != n || other.is_output) continue;
      if (other.value && other.memory != kNone) places_.at(other.memory).give_back(other.first);
      for (const auto& [memory, place] : other.loaded) places_.at(memory).give_back(place.first);
      other.loaded.clear();
    }
  }
  return finish_outputs();
}

bool RowCompiler::is_beyond() const {
  return std::ranges::any_of(places_, [](const auto& one) { return one.second.beyond(); });
}

// Where a memory's gaps did not do.
bool RowCompiler::solve_places() {
  for (const auto& [memory, places] : places_) {
    if (!places.beyond()) continue;
    auto found = places.solved();
    if (!found || !solved_places_[memory].empty())
      return fail(specification_.at, fmt::format("what has to be there at once doesn't fit in {}, wherever it lies",
                                                 chip_.states[memory].name));
    solved_places_[memory] = std::move(*found);
  }
  return true;
}

Expected<Program> RowCompiler::compile() {
  const auto why = [&] { return why_ ? *why_ : specification_.error(specification_.at, "it can't be mapped"); };
  if (std::ranges::none_of(chip_.states, [](const State& state) { return !state.is_register && state.type.real; }))
    return error_at({chip_.file, 0, 0}, fmt::format("{} has no memory of real numbers, and the results are real: its "
                                                    "arithmetic is of integers",
                                                    chip_.name));
  if (!chip_.units.empty())
    return error_at({chip_.file, 0, 0}, fmt::format("{} has units, and rows are mapped without tokens", chip_.name));
  if (memories_.empty() || !is_row_memory(memories_[0]))
    return error_at({chip_.file, 0, 0},
                    fmt::format("{} has no operations between real numbers in a row of a memory, and the results are "
                                "real: what it computes with is whole",
                                chip_.name));
  if (!read_equations()) return why();
  // Constants, and which tensors lie in tiles, are known after a pass.
  for (unsigned pass = 0; pass < 6; ++pass) {
    const auto before = std::tuple(wanted_rows_, wanted_numbers_, as_tiles_);
    if (!one_pass())
      return is_beyond() ? specification_.error(specification_.at,
                                                "what has to be there at once doesn't fit in the chip's memories")
                         : why();
    if (before != std::tuple(wanted_rows_, wanted_numbers_, as_tiles_)) {
      solved_places_.clear();
      continue;
    }
    if (!is_beyond()) {
      out_.places_solved = !solved_places_.empty() &&
                           std::ranges::any_of(solved_places_, [](const auto& one) { return !one.second.empty(); });
      return std::move(out_);
    }
    if (!solve_places()) return why();
  }
  return specification_.error(specification_.at, "the constants that are needed don't settle");
}

}  // namespace portolan::mapping
