// Constants of a kernel that is mapped by rows, and its results.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "translate/mapping/row_compiler.h"

namespace portolan::mapping {

using namespace accelerator;

namespace {

constexpr size_t kMostPieces = 3;
constexpr double kBeyond = 0x1p64;

}  // namespace

std::optional<Number> RowCompiler::constant_row(const std::vector<double>& values, uint32_t memory) {
  if (std::ranges::any_of(values, [](double v) { return std::abs(v) >= kBeyond; }))
    assume("maxima are of numbers that are larger than -2^64, or than the lowest that the chip has");
  const auto key = std::pair(memory, values);
  if (const auto found = rows_.find(key); found != rows_.end()) return found->second;
  if (!std::ranges::count(wanted_rows_, key)) wanted_rows_.push_back(key);
  // This pass counts; the next one has it.
  const auto place = places_.at(memory).take(1);
  if (!place) fail(specification_.at, fmt::format("constants don't fit in {}", chip_.states[memory].name));
  if (place) rows_[key] = *place;
  return place;
}

// The sum of a row with nothing else in it.
std::optional<Number> RowCompiler::constant_number(double value, uint32_t memory) {
  const auto key = std::pair(memory, value);
  if (const auto found = numbers_.find(key); found != numbers_.end()) return found->second;
  if (!std::ranges::count(wanted_numbers_, key)) wanted_numbers_.push_back(key);
  const auto place = places_.at(memory).take(1);
  if (!place) {
    fail(specification_.at, fmt::format("constants don't fit in {}", chip_.states[memory].name));
    return std::nullopt;
  }
  for (const RowOperation& o : operations_.all()) {
    if (o.kind != RowOperation::Kind::compute || o.target.state != memory || o.value->kind != Term::Kind::reduction ||
        o.value->what != "sum" || o.value->operands[0]->kind != Term::Kind::element)
      continue;
    const auto form = operations_.form_of(o, o.value->operands[0]);
    if (!form || !is_row_memory(form->state) || !loader(form->state)) continue;
    std::vector<double> row(static_cast<size_t>(operations_.memory(form->state).lanes), 0.0);
    row[0] = value;
    const auto from = constant_row(row, form->state);
    if (!from || !call(o, {{o.target.base, *place}, {form->base, *from}}, 2)) return std::nullopt;
    numbers_[key] = *place;
    return place;
  }
  fail(specification_.at, fmt::format("nothing brings a constant into {}", chip_.states[memory].name));
  return std::nullopt;
}

// Rows of constants are loaded in one go; one that is not exact in the chip's bytes is a sum of several.
bool RowCompiler::prologue() {
  for (uint32_t memory : memories_) {
    if (!is_row_memory(memory) || !loader(memory) || !chip_.states[memory].type.real) continue;
    const RowOperation& o = *loader(memory);
    const auto how = blocks(o);
    if (!how || !how->tabulate(chip_, o)) return fail(specification_.at, "no constant can be written for the chip");
    const auto lanes = static_cast<size_t>(operations_.memory(memory).lanes);
    std::vector<std::vector<double>> pieces;
    std::vector<std::pair<std::vector<double>, std::vector<size_t>>> rows;  // which pieces each is the sum of
    for (const auto& [where, values] : wanted_rows_) {
      if (where != memory) continue;
      rows.emplace_back(values, std::vector<size_t>{});
      std::vector<double> rest = values;
      for (size_t n = 0; n < kMostPieces; ++n) {
        std::vector<double> block(how->elements(), 0.0), read;
        std::ranges::copy(rest, block.begin());
        (void)how->encode(block, read);
        rows.back().second.push_back(pieces.size());
        pieces.emplace_back(rest);
        // As close as the memory's own format comes.
        const double close_enough = std::ldexp(0.5, -static_cast<int>(chip_.states[memory].type.real->fraction_bits));
        bool close = true;
        for (size_t j = 0; j < lanes; ++j) {
          rest[j] -= read[j];
          if (std::abs(values[j]) >= kBeyond) continue;  // as far as the format goes is enough
          close &= std::abs(rest[j]) <= close_enough * std::abs(values[j]);
        }
        if (close) break;
      }
    }
    if (pieces.empty()) continue;
    Tensor constants;
    constants.name = "constants";
    constants.extent = {static_cast<Number>(pieces.size()), static_cast<Number>(lanes)};
    constants.shape = RowShape(constants.extent, static_cast<Number>(lanes), operations_.block());
    const auto place = places_.at(memory).take(constants.shape.rows());
    if (!place) return fail(specification_.at, fmt::format("constants don't fit in {}", chip_.states[memory].name));
    const size_t host = host_tensor(constants);
    out_.tensors[host].state = kNone;
    out_.tensors[host].rows = pieces;
    if (!load(constants, memory, 0, constants.shape.rows(), *place)) return false;
    for (const auto& [values, parts] : rows) rows_[{memory, values}] = *place + static_cast<Number>(parts[0]);
    for (const auto& [values, parts] : rows)
      for (size_t n = 1; n < parts.size(); ++n)
        if (!add(memory, *place + static_cast<Number>(parts[0]), *place + static_cast<Number>(parts[n]),
                 *place + static_cast<Number>(parts[0])))
          return false;
  }
  for (const auto& [memory, value] : std::vector(wanted_numbers_))
    if (!constant_number(value, memory)) return false;
  return true;
}

// Result rows are stored in the host's memory if an operation does that, else they stay where they are.
bool RowCompiler::finish_outputs() {
  for (Tensor& tensor : tensors_) {
    if (!tensor.is_output) continue;
    if (std::ranges::any_of(operations_.all(), [&](const RowOperation& o) {
          return o.kind == RowOperation::Kind::store && o.target.state == tensor.memory;
        })) {
      if (!store(tensor)) return false;
      continue;
    }
    HostTensor host;
    host.state = tensor.id;
    host.is_output = true;
    host.memory = tensor.memory;
    host.width = chip_.states[tensor.memory].type.width;
    const bool rows = is_row_memory(tensor.memory);
    const RowShape shape = rows ? tensor.shape : RowShape();
    host.base = static_cast<uint64_t>(tensor.first * shape.lanes);
    Number stride = rows ? shape.chunks * shape.padded * shape.lanes : 1;
    host.dimensions.resize(tensor.extent.size());
    for (size_t d = tensor.extent.size(); d-- > 0;) {
      const Number extent = tensor.extent[d];
      if (rows && d + 1 == tensor.extent.size()) {
        host.dimensions[d] = {extent, shape.lanes, shape.chunk_step() * shape.lanes, 1};
      } else if (rows && d + 2 == tensor.extent.size()) {
        host.dimensions[d] = {extent, 1, shape.lanes, shape.lanes};
      } else {
        host.dimensions[d] = {extent, 1, stride, stride};
        stride *= extent;
      }
    }
    host.bytes = static_cast<uint64_t>(rows ? shape.rows() * shape.lanes : stride) * ((host.width + 7) / 8);
    out_.tensors.push_back(std::move(host));
  }
  return true;
}

bool RowCompiler::store(Tensor& tensor) {
  for (const RowOperation& o : operations_.all()) {
    if (o.kind != RowOperation::Kind::store || o.target.state != tensor.memory || o.block_length > 1) continue;
    const Term* address = real_.simplify(o.does.target->operands[0]);
    std::map<Number, Number> at;
    for (Number parameter : o.parameters) at[parameter] = 0;
    for (const auto& loop : o.does.loops) at[loop.variable] = 0;
    const double zero = value_at(address, at);
    Number base = 0, unit = 1;
    for (Number parameter : o.parameters)
      if (depends_on(address, parameter)) {
        if (base != 0) return fail(tensor.at, fmt::format("{}: an address with two bases", o.declared->name));
        base = parameter;
        at[parameter] = 1;
        unit = static_cast<Number>(value_at(address, at) - zero);
        at[parameter] = 0;
      }
    const RowMemory memory = operations_.memory(tensor.memory);
    Number stride = 0;
    if (o.lane != 0) {
      at[o.lane] = 1;
      stride = static_cast<Number>(value_at(address, at) - zero);
    }
    HostTensor host;
    host.state = tensor.id;
    host.is_output = true;
    const Type type = chip_.states[tensor.memory].type;
    const bool bits = o.does.value->what.starts_with("bits ");
    host.stored = bits ? type_key(type) : o.does.target->what;
    host.width = type.width;
    const bool rows = memory.lanes > 1;
    const Number bytes = rows ? stride : (type.width + 7) / 8, row = bytes * memory.lanes;
    if (base == 0 || unit < 1 || bytes < 1)
      return fail(tensor.at, fmt::format("{}: an address that isn't understood", o.declared->name));
    host_end_ = (host_end_ + 63) / 64 * 64;
    host.base = host_end_;
    Number all = 1;
    for (Number n : tensor.extent) all *= n;
    const Number count = rows ? tensor.shape.rows() : all;
    host.bytes = static_cast<uint64_t>(count * row);
    host_end_ += host.bytes;
    Number outer = rows ? tensor.shape.chunks * tensor.shape.padded * row : bytes;
    host.dimensions.resize(tensor.extent.size());
    for (size_t d = tensor.extent.size(); d-- > 0;) {
      const Number extent = tensor.extent[d];
      if (rows && d + 1 == tensor.extent.size()) {
        host.dimensions[d] = {extent, memory.lanes, tensor.shape.chunk_step() * row, bytes};
      } else if (rows && d + 2 == tensor.extent.size()) {
        host.dimensions[d] = {extent, 1, row, row};
      } else {
        host.dimensions[d] = {extent, 1, outer, outer};
        outer *= extent;
      }
    }
    for (Number r = 0; r < count; ++r) {
      const Number place = static_cast<Number>(host.base) + r * row - static_cast<Number>(zero);
      if (place % unit != 0) return fail(tensor.at, "an address that the operation can't say");
      if (!call(o, {{base, place / unit}, {o.target.base, tensor.first + r}}, 1)) return false;
    }
    out_.tensors.push_back(std::move(host));
    return true;
  }
  return fail(tensor.at, "nothing stores this");
}

}  // namespace portolan::mapping
