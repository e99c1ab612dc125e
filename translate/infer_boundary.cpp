#include "translate/infer_boundary.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "translate/boundary.h"
#include "translate/raise/convention.h"

namespace portolan::translate {
namespace {

using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::ValueId;
using verify::Boundary;
using verify::BoundaryValue;
using verify::Place;

// Whether nothing of the value above its low 32 bits is used.
bool only_low_half(const Function& f, ValueId v) {
  for (const ir::Block& block : f.blocks) {
    for (const ValueId user : block.instructions) {
      const Instruction& i = f[user];
      if (std::find(i.operands.begin(), i.operands.end(), v) == i.operands.end()) continue;
      if (i.op != Op::extract || i.lanes != 1 || i.index + i.width > 32) return false;
    }
    const ir::Terminator& t = block.terminator;
    if (std::find(t.operands.begin(), t.operands.end(), v) != t.operands.end()) return false;
    for (const ir::Edge& edge : t.edges)
      if (std::find(edge.arguments.begin(), edge.arguments.end(), v) != edge.arguments.end()) return false;
  }
  return true;
}

// Whether the value's upper half is an extension of the lower on all ways to it.
bool is_extended(const Function& f, ValueId v, std::set<ValueId>& seen) {
  if (!seen.insert(v).second) return true;
  const Instruction& i = f[v];
  if (i.width != 64) return i.width < 64;
  if (const ir::APInt* constant = f.constant(v)) return constant->isSignedIntN(32) || constant->isIntN(32);
  switch (i.op) {
    case Op::undef:
      return true;
    case Op::zext:
    case Op::sext:
      return f.width(i.operands[0]) <= 32 && i.lanes == 1;
    case Op::select:
      return is_extended(f, i.operands[1], seen) && is_extended(f, i.operands[2], seen);
    case Op::parameter: {
      const std::vector<ValueId>& parameters = f.blocks[i.block].parameters;
      const size_t p = std::find(parameters.begin(), parameters.end(), v) - parameters.begin();
      if (i.block == 0) return false;
      for (const ir::Block& block : f.blocks)
        for (const ir::Edge& edge : block.terminator.edges)
          if (edge.target == i.block && !is_extended(f, edge.arguments[p], seen)) return false;
      return true;
    }
    default:
      return false;
  }
}

bool result_is_extended(const raise::RaisedFunction& function, size_t result) {
  for (const ir::Block& block : function.function.blocks) {
    std::set<ValueId> seen;
    if (block.terminator.op == Op::ret && result < block.terminator.operands.size() &&
        !is_extended(function.function, block.terminator.operands[result], seen))
      return false;
  }
  return true;
}

// The target's result in that place, or nothing.
std::optional<size_t> target_result(const raise::RaisedUnit& unit, const raise::RaisedFunction& f, Isa isa,
                                    const Place& place) {
  const raise::Convention convention(isa);
  const bool floating = place.kind == Place::Kind::float_result;
  const unsigned wanted = place.index + (floating ? convention.integer_results() : 0);
  if (f.result_positions.size() != unit.signatures[f.signature].results.size()) return std::nullopt;
  for (size_t r = 0; r < f.result_positions.size(); ++r)
    if (f.result_positions[r] == wanted) return r;
  return std::nullopt;
}

// Its arguments, and results as they stand on both sides.
Boundary of_source(const raise::RaisedUnit& unit, const raise::RaisedFunction& source, Isa source_isa, Isa target_isa) {
  Boundary boundary = describe_boundary(unit, source, source_isa, target_isa);
  boundary.origin = Boundary::Origin::inferred;
  if (!boundary.untestable.empty()) return boundary;
  const std::vector<ValueId>& parameters = source.function.blocks.front().parameters;
  for (size_t p = 0; p < boundary.parameters.size() && p < parameters.size(); ++p) {
    BoundaryValue& v = boundary.parameters[p];
    if (v.kind == BoundaryValue::Kind::integer && v.bits == 64 && only_low_half(source.function, parameters[p])) {
      v.bits = 32;
      v.is_signed = true;
    }
  }
  // What x86-64's al holds on a way that leaves it alone is no argument, and no other convention passes it: code that
  // returns it there returns nothing.
  std::erase_if(boundary.parameters, [](const BoundaryValue& v) { return v.source.kind == Place::Kind::vector_count; });
  return boundary;
}

}  // namespace

Boundary infer_boundary(const raise::RaisedUnit& unit, const raise::RaisedFunction& source, Isa source_isa,
                        Isa target_isa) {
  Boundary boundary = of_source(unit, source, source_isa, target_isa);
  for (size_t r = 0; r < boundary.results.size(); ++r) {
    BoundaryValue& v = boundary.results[r];
    if (v.kind == BoundaryValue::Kind::integer && v.bits == 64 && result_is_extended(source, r)) v.bits = 32;
  }
  return boundary;
}

Boundary infer_boundary(const raise::RaisedUnit& source_unit, const raise::RaisedFunction& source,
                        const raise::RaisedUnit& target_unit, const raise::RaisedFunction& target, Isa source_isa,
                        Isa target_isa) {
  Boundary boundary = of_source(source_unit, source, source_isa, target_isa);
  if (!boundary.untestable.empty()) return boundary;
  std::vector<BoundaryValue> results;
  for (size_t r = 0; r < boundary.results.size(); ++r) {
    BoundaryValue v = boundary.results[r];
    const std::optional<size_t> other = target_result(target_unit, target, target_isa, v.target);
    // A mutant that no longer writes its result must not pass for a function without one.
    if (!other && v.target.index == 0)
      boundary.doubt = "the source leaves a value where a result may be, and the target leaves none there";
    if (!other) continue;
    if (v.kind == BoundaryValue::Kind::integer && v.bits == 64 && result_is_extended(source, r) &&
        result_is_extended(target, *other))
      v.bits = 32;
    results.push_back(v);
  }
  boundary.results = std::move(results);
  boundary.assumptions.push_back(fmt::format(
      "its prototype is what its code shows: {} argument{} read by the source, {} result{} written by both sides",
      boundary.parameters.size(), boundary.parameters.size() == 1 ? "" : "s", boundary.results.size(),
      boundary.results.size() == 1 ? "" : "s"));
  return boundary;
}

}  // namespace portolan::translate
