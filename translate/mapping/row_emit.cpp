// A plan for a row becomes words: operands are brought to where an operation reads them.
#include <fmt/format.h>

#include <algorithm>

#include "translate/mapping/row_compiler.h"

namespace portolan::mapping {

using namespace accelerator;

namespace {

constexpr size_t kMostWords = 2'000'000;

}  // namespace

std::optional<Number> RowCompiler::temporary(uint32_t memory, Number count) {
  const auto place = places_.at(memory).take(count, true);
  if (place)
    temporaries_.emplace_back(memory, *place);
  else
    fail(specification_.at, fmt::format("what is on the way doesn't fit in {}", chip_.states[memory].name));
  return place;
}

void RowCompiler::forget_temporaries() {
  for (const auto& [memory, place] : temporaries_) places_.at(memory).give_back(place);
  temporaries_.clear();
  there_.clear();
}

bool RowCompiler::call(const RowOperation& o, const std::map<Number, Number>& values, int kind) {
  std::vector<Evaluator::Argument> list(o.parameters.size());
  for (size_t p = 0; p < o.parameters.size(); ++p) {
    const auto value = values.find(o.parameters[p]);
    if (value == values.end())
      return fail(specification_.at, fmt::format("nothing says what parameter {} of {} is",
                                                 chip_.routines[o.declared->by].parameters[p].first, o.declared->name));
    list[p] = {value->second, static_cast<double>(value->second)};
  }
  if (o.declared->when != kNone && evaluator_.integer_of(o.declared->when, list) == 0)
    return fail(specification_.at, fmt::format("{} isn't allowed here", o.declared->name));
  evaluator_.carry_out(o.declared->by, list, &out_.words);
  if (evaluator_.ended())
    return fail(specification_.at, fmt::format("{} can't be issued: {}", o.declared->name, evaluator_.outcome().why));
  kinds_.resize(out_.words.size(), kind);
  if (out_.words.size() > kMostWords) return fail(specification_.at, "the program becomes too long");
  auto& used = out_.used[o.declared];
  if (used.empty()) used.push_back(std::move(list));
  if (!o.assumes.empty()) assume(o.assumes);
  return true;
}

void RowCompiler::assume(const std::string& what) {
  if (!std::ranges::count(out_.assumptions, what)) out_.assumptions.push_back(what);
}

const RowOperation* RowCompiler::loader(uint32_t memory) {
  for (const RowOperation& o : operations_.all())
    if (o.kind == RowOperation::Kind::load && o.target.state == memory) return &o;
  return nullptr;
}

std::shared_ptr<HostBlocks> RowCompiler::blocks(const RowOperation& load) {
  auto& made = blocks_[&load];
  std::string why;
  if (!made && !(made = HostBlocks::make(real_, chip_, load, why)))
    fail(specification_.at, fmt::format("how the host writes for {} can't be found: {}", load.declared->name, why));
  return made;
}

// Where the tensor lies in the host's memory, in rows as on the chip.
size_t RowCompiler::host_tensor(Tensor& tensor) {
  if (tensor.host) return *tensor.host;
  HostTensor host;
  host.state = tensor.of == kNone ? tensor.id : tensor.of;
  host.view = tensor.view;
  const RowOperation* load = loader(memories_[0]);
  const auto how = load ? blocks(*load) : nullptr;
  tensor.host = out_.tensors.size();
  if (!how) {
    out_.tensors.push_back(std::move(host));
    return *tensor.host;
  }
  if (!how->tabulate(chip_, *load)) fail(tensor.at, fmt::format("{} reads no byte as a number", load->declared->name));
  host.blocks = how;
  host.width = how->streams()[0].bytes * 8;
  const RowShape& shape = tensor.shape;
  const Number bytes = how->streams()[0].bytes, row = shape.lanes * bytes;
  Number stride = shape.chunks * shape.padded * row;
  std::vector<HostTensor::Dimension> dimensions(shape.extent.size());
  for (size_t d = shape.extent.size(); d-- > 0;) {
    HostTensor::Dimension& one = dimensions[d];
    one.extent = shape.extent[d];
    if (d + 1 == shape.extent.size()) {
      one = {shape.extent[d], shape.lanes, shape.chunk_step() * row, bytes};
    } else if (d + 2 == shape.extent.size()) {
      one = {shape.extent[d], 1, row, row};
    } else {
      one = {shape.extent[d], 1, stride, stride};
      stride *= shape.extent[d];
    }
  }
  host.dimensions = std::move(dimensions);
  const auto calls = static_cast<uint64_t>(shape.rows()) * static_cast<uint64_t>(shape.lanes) / how->elements();
  for (const HostBlocks::Stream& stream : how->streams()) {
    host_end_ = (host_end_ + 63) / 64 * 64;
    host.streams.push_back(host_end_);
    host.stream_bytes.push_back(calls * stream.span);
    host_end_ += calls * stream.span;
  }
  host.base = host.streams[0];
  host.bytes = host.stream_bytes[0];
  out_.tensors.push_back(std::move(host));
  return *tensor.host;
}

// `rows` rows of an input from `row` on, to `to` on.
bool RowCompiler::load(Tensor& tensor, uint32_t memory, Number row, Number rows, Number to) {
  const RowOperation* o = loader(memory);
  const auto how = o ? blocks(*o) : nullptr;
  if (!how) return fail(tensor.at, fmt::format("nothing loads {} into {}", tensor.name, chip_.states[memory].name));
  const size_t host = host_tensor(tensor);
  const auto laid_out = out_.tensors[host].blocks;
  if (!laid_out || laid_out->streams().size() != how->streams().size())
    return fail(tensor.at, "two ways to lie outside");
  const Number together = o->block != 0 ? o->block_length : o->middle;
  for (Number r = row; r < row + rows; r += together) {
    std::map<Number, Number> values;
    for (size_t s = 0; s < how->streams().size(); ++s) {
      const HostBlocks::Stream& stream = how->streams()[s];
      const uint64_t in_row = stream.span / static_cast<uint64_t>(together);
      const auto address = static_cast<Number>(out_.tensors[host].streams[s] + static_cast<uint64_t>(r) * in_row);
      if (address % stream.unit != 0) return fail(tensor.at, "an address that the operation can't say");
      values[stream.parameter] = address / stream.unit;
    }
    values[o->target.base] = to + (o->middle > 1 ? (r - row) / together : r - row);
    if (!call(*o, values, 1)) return false;
  }
  return true;
}

Number RowCompiler::tile_places(uint32_t memory, Number count) {
  Number& next = next_tile_[memory];
  if (next + count > operations_.memory(memory).places) next = 0;
  const Number first = next;
  next += count;
  std::erase_if(tiles_[memory],
                [&](const Tiles& one) { return one.first < first + count && first < one.first + one.count; });
  return first;
}

// A tile whose numbers follow from where they stand in it.
std::optional<RowCompiler::Located> RowCompiler::constant_tile(const Leaf& leaf, bool only_ask) {
  const RowMemory memory = operations_.memory(leaf.form.state);
  const RowOperation* o = loader(leaf.form.state);
  if (!o || leaf.form.dimension.size() != 2 || leaf.form.step != 0 || depends_on(leaf.goal, chunk_) ||
      depends_on(leaf.goal, block_) || memory.rows != memory.lanes ||
      memory.lanes != operations_.memory(memories_[0]).lanes)
    return std::nullopt;
  if (only_ask) return Located{};
  const auto how = blocks(*o);
  if (!how || !how->tabulate(chip_, *o)) return std::nullopt;
  Tensor& tensor = constant_tiles_[leaf.goal];
  for (const Tiles& one : tiles_[leaf.form.state])
    if (one.tensor == &tensor) return Located{one.first, 0};
  if (!tensor.host) {
    tensor.name = "a constant matrix";
    tensor.at = specification_.at;
    tensor.extent = {memory.rows, memory.lanes};
    tensor.shape = RowShape(tensor.extent, memory.lanes, memory.rows);
    std::vector<double> all, read;
    std::vector<std::vector<double>> rows;
    for (Number i = 0; i < memory.rows; ++i) {
      rows.emplace_back();
      for (Number j = 0; j < memory.lanes; ++j)
        rows.back().push_back(value_at(leaf.goal, {{leaf.form.dimension[0], i}, {leaf.form.dimension[1], j}}));
      all.insert(all.end(), rows.back().begin(), rows.back().end());
    }
    (void)how->encode(all, read);
    if (read != all) {
      fail(specification_.at, "the chip has no exact bytes for a matrix of ones and zeros");
      return std::nullopt;
    }
    const size_t host = host_tensor(tensor);
    out_.tensors[host].state = kNone;
    out_.tensors[host].rows = std::move(rows);
  }
  const Number first = tile_places(leaf.form.state, 1);
  if (!load(tensor, leaf.form.state, 0, memory.rows, first)) return std::nullopt;
  tiles_[leaf.form.state].push_back({&tensor, {}, first, 1});
  return Located{first, 0};
}

std::optional<RowCompiler::Located> RowCompiler::locate_tiles(const Leaf& leaf, const std::vector<Index>& indices,
                                                              Tensor& tensor, Number tiles, bool only_ask) {
  const RowMemory memory = operations_.memory(leaf.form.state);
  const size_t last = indices.size() - 1;
  if (tensor.value || last < 1 || leaf.form.dimension.size() != 2 || !loader(leaf.form.state)) return std::nullopt;
  if (memory.rows != operations_.memory(memories_[0]).lanes || memory.lanes != memory.rows) return std::nullopt;
  std::vector<Number> key;
  bool along_last = false, along = false;
  for (size_t d = 0; d <= last; ++d) {
    const Index& index = indices[d];
    std::map<Number, Number> left = index.factors;
    if (d + 1 >= last) {
      const Number variable = leaf.form.dimension[d + 1 - last];
      if (left[variable] != 1 || index.constant % memory.lanes != 0) return std::nullopt;
      left.erase(variable);
      if (const auto step = left.find(chunk_); step != left.end()) {
        if (step->second != memory.lanes || along) return std::nullopt;
        along = true;
        along_last = d == last;
        left.erase(step);
      }
    }
    if (!left.empty() || index.constant >= tensor.extent[d]) return std::nullopt;
    key.push_back(index.constant);
  }
  if (only_ask) return Located{};
  as_tiles_.insert(tensor.id);
  if (tensor.shape.padded % memory.rows != 0) {  // the next pass has room
    tensor.shape = RowShape(tensor.extent, memory.lanes, memory.rows);
    tensor.host.reset();
  }
  const Number count = along ? tiles : 1;
  key.push_back(count);
  key.push_back(along_last);
  auto& there = tiles_[leaf.form.state];
  for (const Tiles& one : there)
    if (one.tensor == &tensor && one.key == key) return Located{one.first, 1};
  if (count > memory.places) {
    fail(tensor.at, fmt::format("{} doesn't fit in {}", tensor.name, chip_.states[leaf.form.state].name));
    return std::nullopt;
  }
  const Number first = tile_places(leaf.form.state, count);
  std::vector<Number> index(key.begin(), key.end() - 2);
  for (Number t = 0; t < count; ++t) {
    if (!load(tensor, leaf.form.state, tensor.shape.row(index), memory.rows, first + t)) return std::nullopt;
    index[along_last ? last : last - 1] += memory.lanes;
  }
  there.push_back({&tensor, key, first, count});
  return Located{first, 1};
}

// Where the element that is asked for lies already, or an input that can be loaded there.
std::optional<RowCompiler::Located> RowCompiler::locate(const Leaf& leaf, const RowOperation& o, Number tiles,
                                                        bool only_ask) {
  if (is_of_indices(leaf.goal) && operations_.memory(leaf.form.state).rows > 1) return constant_tile(leaf, only_ask);
  if (leaf.goal->kind != Term::Kind::element) return std::nullopt;
  Tensor& tensor = tensor_of(leaf.goal);
  const auto indices = indices_of(leaf.goal);
  if (!indices) return std::nullopt;
  const uint32_t state = leaf.form.state;
  const RowMemory memory = operations_.memory(state);
  if (memory.rows > 1) return locate_tiles(leaf, *indices, tensor, tiles, only_ask);
  if (tensor.value ? tensor.memory != state : (!is_row_memory(state) || !loader(state))) return std::nullopt;
  const size_t rank = indices->size();
  std::vector<Number> index;
  Number step = 0, rows = 1;
  for (size_t d = 0; d < rank; ++d) {
    std::map<Number, Number> left = (*indices)[d].factors;
    if (d + 1 == rank && !leaf.form.dimension.empty()) {
      if (left[leaf.form.dimension[0]] != 1 || (*indices)[d].constant % memory.lanes != 0) return std::nullopt;
      left.erase(leaf.form.dimension[0]);
      if (const auto at = left.find(chunk_); at != left.end()) {
        if (at->second != memory.lanes || leaf.form.step == 0) return std::nullopt;
        step = tensor.shape.chunk_step();
        left.erase(at);
      }
    } else if (d + 1 == rank && leaf.form.block == lane_) {  // numbers in a row
      if (left[lane_] != 1 || (*indices)[d].constant + o.lanes > tensor.extent[d]) return std::nullopt;
      left.erase(lane_);
    } else if (d + 2 == rank && leaf.form.block == block_ && left.contains(block_)) {
      if (left[block_] != 1) return std::nullopt;
      left.erase(block_);
      rows = o.block_length;
    }
    if (!left.empty() || (*indices)[d].constant < 0 || (*indices)[d].constant >= tensor.extent[d]) return std::nullopt;
    index.push_back((*indices)[d].constant);
  }
  if (rank == 0 && !leaf.form.dimension.empty()) return std::nullopt;
  if (leaf.form.block == block_ && rows == 1) return std::nullopt;  // the same row for all
  if (leaf.form.block == lane_ && leaf.form.dimension.empty() && rank == 0) return std::nullopt;
  if (leaf.form.dimension.empty()) {
    Number flat = 0;
    for (size_t d = 0; d < rank; ++d) flat = flat * tensor.extent[d] + index[d];
    return Located{tensor.first + flat, 0};
  }
  const Number row = tensor.shape.row(index);
  if (only_ask) return Located{};
  if (tensor.value) return Located{tensor.first + row, step};
  const auto [at, fresh] = tensor.loaded.try_emplace(state);
  auto& [first, there] = at->second;
  if (fresh) {
    const auto place = places_.at(state).take(tensor.shape.rows());
    if (!place) {
      tensor.loaded.erase(at);
      fail(tensor.at, fmt::format("{} doesn't fit in {}", tensor.name, chip_.states[state].name));
      return std::nullopt;
    }
    first = *place;
  }
  const Number together = loader(state)->block_length;
  for (Number t = 0; t < (step == 0 ? 1 : tiles); ++t)
    for (Number b = (row + t * step) / together; b * together < row + t * step + rows; ++b)
      if (there.insert(b).second && !load(tensor, state, b * together, together, first + b * together))
        return std::nullopt;
  return Located{first + row, step};
}

// Brings about what a leaf asks for.
std::optional<RowCompiler::Located> RowCompiler::bring(const Leaf& leaf, const RowOperation& o, Number tiles) {
  if (auto there = locate(leaf, o, tiles, false)) return there;
  if (why_) return std::nullopt;
  const RowForm& form = leaf.form;
  if (form.dimension.empty() && form.block == lane_) {  // number by number
    const auto place = temporary(form.state, o.lanes);
    if (!place) return std::nullopt;
    for (Number j = 0; j < o.lanes; ++j) {
      const Term* one = j < valid_ ? real_.substitute(leaf.goal, lane_, terms_.number(j)) : real_.real(0);
      if (!emit(one, form.state, *place + j)) return std::nullopt;
    }
    return Located{*place, 0};
  }
  const Term* one = leaf.goal;
  if (!form.dimension.empty() && form.dimension.back() == inner_)
    one = real_.substitute(one, inner_, terms_.variable(lane_));
  const Number rows = form.block == block_ ? o.block_length : 1;
  const Number chunks = form.step != 0 && depends_on(one, chunk_) ? tiles : 1;
  if (rows == 1 && chunks == 1) {
    one = real_.substitute(one, chunk_, terms_.number(0));
    const auto place = emit(one, form.state, std::nullopt);
    if (!place) return std::nullopt;
    return Located{*place, 0};
  }
  const auto place = temporary(form.state, rows * chunks);
  if (!place) return std::nullopt;
  for (Number t = 0; t < chunks; ++t)
    for (Number b = 0; b < rows; ++b) {
      // Rows beyond the last are computed from nothing that is looked at: the last one does.
      const Term* of = terms_.number(form.block == block_ ? std::min(b, valid_rows_ - 1) : b);
      const Term* row = real_.substitute(real_.substitute(one, chunk_, terms_.number(t)), block_, of);
      if (!emit(row, form.state, *place + t * rows + b)) return std::nullopt;
    }
  return Located{*place, chunks == 1 ? 0 : rows};
}

bool RowCompiler::carry_out(const Choice& choice, Number to) {
  const RowOperation& o = *choice.operation;
  std::map<Number, Number> values = choice.values;
  const std::vector<Leaf> leaves = choice.leaves;  // plans may come in between
  const Number tiles = choice.tiles;
  for (const Leaf& leaf : leaves) {
    const auto at = bring(leaf, o, tiles);
    if (!at)
      return fail(current_->at, fmt::format("{}: an operand of {} doesn't come about: {}", current_->name,
                                            o.declared->name, describe(leaf.goal, specification_)));
    values[leaf.form.base] = at->place;
    if (leaf.form.step != 0) values[leaf.form.step] = at->step;
  }
  values[o.target.base] = to;
  return call(o, values, 0);
}

// to := x + y, all of them places of one memory.
bool RowCompiler::add(uint32_t memory, Number x, Number y, Number to) {
  for (const RowOperation& o : operations_.all()) {
    if (o.kind != RowOperation::Kind::compute || o.target.state != memory || o.block_length > 1 ||
        o.value->what != "+" || o.value->operands.size() != 2)
      continue;
    std::map<Number, Number> values = {{o.target.base, to}};
    for (size_t i = 0; i < 2; ++i) {
      const Term* operand = o.value->operands[i];
      const auto form = operand->kind == Term::Kind::element ? operations_.form_of(o, operand) : std::nullopt;
      if (form && form->state == memory && form->block == 0) values.emplace(form->base, i == 0 ? x : y);
    }
    if (values.size() == 3) return call(o, values, 2);
  }
  return fail(specification_.at, fmt::format("nothing adds within {}", chip_.states[memory].name));
}

bool RowCompiler::copy(uint32_t memory, Number from, Number to) {
  const auto zero =
      is_row_memory(memory)
          ? constant_row(std::vector<double>(static_cast<size_t>(operations_.memory(memory).lanes), 0.0), memory)
          : constant_number(0, memory);
  return zero && add(memory, from, *zero, to);
}

std::optional<Number> RowCompiler::emit(const Term* goal, uint32_t memory, std::optional<Number> to) {
  const auto known = there_.find({goal, memory});
  std::optional<Number> place = known == there_.end() ? std::nullopt : std::optional(known->second);
  if (!place) {
    const Choice& choice = plan(goal, memory, false);
    if (choice.kind == Choice::Kind::none) return std::nullopt;
    if (choice.instead) return emit(choice.instead, memory, to);
    if (choice.kind == Choice::Kind::operation) {
      const Number made = to ? *to : temporary(memory, 1).value_or(-1);
      if (made < 0 || !carry_out(choice, made)) return std::nullopt;
      there_[{goal, memory}] = made;
      return made;
    }
    if (choice.kind == Choice::Kind::ready) {
      Leaf leaf{{}, goal};
      leaf.form.state = memory;
      if (is_row_memory(memory)) leaf.form.dimension = {lane_};
      const auto at = locate(leaf, operations_.all().front(), 1, false);
      if (!at) return std::nullopt;
      place = at->place;
    } else if (is_row_memory(memory)) {
      if (goal->what == "<") assume("what lies beyond the end of a ragged row stays finite: it is multiplied by zero");
      std::vector<double> values;
      for (Number j = 0; j < operations_.memory(memory).lanes; ++j) values.push_back(value_at(goal, {{lane_, j}}));
      place = constant_row(values, memory);
    } else {
      place = constant_number(value_at(goal, {}), memory);
    }
    if (!place) return std::nullopt;
    there_[{goal, memory}] = *place;
  }
  if (!to || *to == *place) return place;
  return copy(memory, *place, *to) ? to : std::nullopt;
}

bool RowCompiler::emit_block(const Term* goal, uint32_t memory, Number to) {
  const Choice& choice = plan(goal, memory, true);
  return choice.kind == Choice::Kind::operation && carry_out(choice, to);
}

}  // namespace portolan::mapping
