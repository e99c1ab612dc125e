// Where tensors lie in the host's memory, as the operations that read and write them allow.
#include <fmt/format.h>

#include <algorithm>

#include "frontends/accelerator/specification.h"
#include "translate/mapping/schedule.h"

namespace portolan::mapping {

using namespace accelerator;

namespace {

Number round_up(Number value, Number unit) {
  return (value + unit - 1) / unit * unit;
}

}  // namespace

uint64_t HostTensor::address(const std::vector<Number>& index) const {
  Number offset = 0;
  for (size_t d = 0; d < dimensions.size(); ++d)
    offset += index[d] / dimensions[d].tile * dimensions[d].tile_stride +
              index[d] % dimensions[d].tile * dimensions[d].stride;
  return base + static_cast<uint64_t>(offset);
}

std::vector<Number> HostTensor::viewed(const std::vector<Number>& index) const {
  if (view.empty()) return index;
  std::vector<Number> element;
  for (const View& one : view) {
    Number at = one.constant;
    for (const View::Part& part : one.parts) {
      const Number digit = index[part.dimension] / part.divisor;
      at += part.factor * (part.modulus == 0 ? digit : digit % part.modulus);
    }
    element.push_back(at);
  }
  return element;
}

// A tensor that the specification neither gives nor asks for.
bool Scheduler::is_on_the_way(uint32_t state) const {
  return !specification_.states[state].given && !std::ranges::count(outputs_of(specification_), state);
}

// Chooses the layout of the tensor that the step reads or writes: row by row if the operation can, else tile by tile.
bool Scheduler::lay_out(const Step& step, bool is_output) {
  const KnownOperation& o = *step.operation;
  const auto address = polynomial(step.address);
  if (!address) return fail(fmt::format("{}: an address that is no sum of products", o.declared->name));
  External external;
  std::map<Number, Number> fixed;                       // the specification's variable: bytes from one to the next
  std::map<Number, std::pair<Number, Number>> pitched;  // variable: parameter and its unit
  for (const auto& [monomial, factor] : *address) {
    if (monomial.empty()) {
      external.constant = factor;
      continue;
    }
    std::vector<Number> loops, parameters;
    for (Number v : monomial) (step.variables.contains(v) ? loops : parameters).push_back(v);
    if (loops.size() > 1 || parameters.size() > 1)
      return fail(fmt::format("{}: an address that multiplies more than a pitch and an index", o.declared->name));
    if (loops.empty()) {
      if (external.base_parameter != 0) return fail(fmt::format("{}: an address with two bases", o.declared->name));
      external.base_parameter = parameters[0];
      external.unit = factor;
      continue;
    }
    const Number variable = step.variables.at(loops[0]);
    if (parameters.empty())
      fixed[variable] = factor;
    else
      pitched[variable] = {parameters[0], factor};
  }
  HostTensor tensor;
  tensor.state = step.tensor->state;
  tensor.is_output = is_output;
  tensor.on_the_way = step.tensor->state != kNone && is_on_the_way(step.tensor->state);
  const bool table = tensor.state == kNone;
  if (const auto at = planner_.diagonals().find(step.tensor); at != planner_.diagonals().end())
    tensor.diagonal = at->second.dimension;
  tensor.width = table ? chip_.states[constants_state_].type.width : specification_.states[tensor.state].type.width;
  const Number bytes = (tensor.width + 7) / 8;
  std::vector<Number> padded;
  std::vector<Number> variables;
  // The variable of each index that the operation counts through; of a sum such as q + s the one that it does.
  bool overlaps = false;
  for (size_t d = 0; d < step.tensor->operands.size(); ++d) {
    HostTensor::Dimension dimension;
    const auto sum = polynomial(step.tensor->operands[d]);
    Number variable = 0;
    bool looped = false;
    for (const auto& [part, factor] : *sum) {
      if (part.empty()) continue;
      const bool counted = std::ranges::any_of(step.variables, [&](const auto& v) { return v.second == part[0]; });
      if (counted && looped) return fail("an index that is a sum of two that an operation counts through");
      if (counted || variable == 0) variable = part[0];
      looped |= counted;
    }
    overlaps |= sum->size() > 1;
    if (std::ranges::count(variables, variable) && variable != 0) return fail("a tensor with the same index twice");
    variables.push_back(variable);
    dimension.extent = table
                           ? table_length_
                           : specification_.states[tensor.state].extent[d - (tensor.diagonal && d > *tensor.diagonal)];
    dimension.tile = variable != 0 && looped ? choice_.tile.at(variable) : 1;
    padded.push_back(plan_.tile.contains(variable) && sum->size() == 1 ? round_up(dimension.extent, dimension.tile)
                                                                       : dimension.extent);
    tensor.dimensions.push_back(dimension);
  }
  // Row by row?
  bool rows = true;
  Number stride = bytes;
  for (size_t d = variables.size(); d-- > 0;) {
    tensor.dimensions[d].stride = stride;
    tensor.dimensions[d].tile_stride = stride * tensor.dimensions[d].tile;
    if (padded[d] > tensor.dimensions[d].tile) rows &= tensor.dimensions[d].tile_stride % external.unit == 0;
    stride *= padded[d];
  }
  std::map<Number, Number> pitches;
  const auto stride_of = [&](Number variable) {
    for (size_t d = 0; d < variables.size(); ++d)
      if (variables[d] == variable) return tensor.dimensions[d].stride;
    return Number{0};
  };
  for (const auto& [variable, factor] : fixed) rows &= variable == 0 || factor == stride_of(variable);
  for (const auto& [variable, pitch] : pitched) {
    const Number wanted = variable == 0 ? 0 : stride_of(variable);
    rows &= wanted % pitch.second == 0;
    pitches[pitch.first] = wanted / pitch.second;
  }
  for (size_t d = 0; d < variables.size(); ++d)
    if (tensor.dimensions[d].tile > 1) rows &= fixed.contains(variables[d]) || pitched.contains(variables[d]);
  tensor.row_major = rows;
  if (tensor.diagonal && tensor.dimensions[*tensor.diagonal].tile != tensor.dimensions[*tensor.diagonal + 1].tile)
    return fail("the diagonal of a matrix whose tiles are not square");
  Number size = stride;
  if (!rows && overlaps) return fail("tiles that overlap in the host's memory would have to lie row by row");
  if (!rows) {  // tile by tile
    pitches.clear();
    Number span = bytes;
    for (size_t d = 0; d < variables.size(); ++d)
      if (const auto at = fixed.find(variables[d]); at != fixed.end()) {
        tensor.dimensions[d].stride = at->second;
        span += at->second * (tensor.dimensions[d].tile - 1);
      }
    for (const auto& [variable, factor] : fixed)
      if (variable != 0 && !std::ranges::count(variables, variable))
        return fail(fmt::format("{} would need the tensor repeated", o.declared->name));
    for (const auto& [variable, pitch] : pitched) {
      if (variable == 0 || !std::ranges::count(variables, variable)) {
        pitches[pitch.first] = 0;
        continue;
      }
      const size_t d = static_cast<size_t>(std::ranges::find(variables, variable) - variables.begin());
      pitches[pitch.first] = (span + pitch.second - 1) / pitch.second;
      tensor.dimensions[d].stride = pitches[pitch.first] * pitch.second;
      span += tensor.dimensions[d].stride * (tensor.dimensions[d].tile - 1);
    }
    size = round_up(span, external.unit);
    for (size_t d = variables.size(); d-- > 0;) {
      tensor.dimensions[d].tile_stride = size;
      size *= (tensor.dimensions[d].extent + tensor.dimensions[d].tile - 1) / tensor.dimensions[d].tile;
    }
  }
  external.pitches = std::move(pitches);
  // A tensor that several steps read lies there once.
  for (size_t other = 0; other < out_.tensors.size(); ++other) {
    if (out_.tensors[other].state != tensor.state) continue;
    const HostTensor& there = out_.tensors[other];
    const auto same_stride = [](const HostTensor::Dimension& a, const HostTensor::Dimension& b) {
      return a.stride == b.stride && a.tile_stride * b.tile == b.tile_stride * a.tile;
    };
    const bool same_rows =
        there.row_major && tensor.row_major && std::ranges::equal(there.dimensions, tensor.dimensions, same_stride);
    if ((there.dimensions != tensor.dimensions && !same_rows) || there.diagonal != tensor.diagonal ||
        static_cast<Number>(out_.tensors[other].base) % external.unit != 0)
      return fail("a tensor that would have to lie there in two ways");
    external.tensor = other;
    externals_[&step] = std::move(external);
    return true;
  }
  const Number base = round_up(static_cast<Number>(host_end_), std::max<Number>(external.unit, 64));
  tensor.base = static_cast<uint64_t>(round_up(base, external.unit));
  tensor.bytes = static_cast<uint64_t>(size);
  host_end_ = tensor.base + tensor.bytes;
  external.tensor = out_.tensors.size();
  out_.tensors.push_back(std::move(tensor));
  externals_[&step] = std::move(external);
  return true;
}

// What lies on the diagonal of matrices, as a tensor like any other.
void Scheduler::fold_diagonals() {
  for (HostTensor& tensor : out_.tensors) {
    if (!tensor.diagonal) continue;
    const auto second = tensor.dimensions.begin() + static_cast<std::ptrdiff_t>(*tensor.diagonal) + 1;
    HostTensor::Dimension& first = tensor.dimensions[*tensor.diagonal];
    first.stride += second->stride;
    first.tile_stride += second->tile_stride;
    tensor.dimensions.erase(second);
    tensor.diagonal.reset();
    tensor.row_major = false;
  }
}

}  // namespace portolan::mapping
