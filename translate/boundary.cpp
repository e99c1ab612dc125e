#include "translate/boundary.h"

#include "translate/raise/convention.h"
#include "translate/raise/unit_raiser.h"

namespace portolan::translate {
namespace {

using raise::Passed;
using verify::Boundary;
using verify::BoundaryValue;
using verify::Place;

Place source_place(const raise::Convention& c, Isa source, unsigned position) {
  if (position >= raise::kStackSlot) return {Place::Kind::stack, position - raise::kStackSlot};
  if (position < c.integer_arguments()) return {Place::Kind::integer_argument, position};
  if (position < c.integer_arguments() + c.float_arguments())
    return {Place::Kind::float_argument, position - c.integer_arguments()};
  return {source == Isa::aarch64 ? Place::Kind::indirect_result : Place::Kind::vector_count, 0};
}

BoundaryValue value_of(const Passed& p) {
  BoundaryValue value;
  value.bits = p.bits;
  value.is_signed = p.is_signed;
  if (p.kind == Passed::Kind::floating) value.kind = BoundaryValue::Kind::floating;
  if (p.kind == Passed::Kind::hidden_result) value.kind = BoundaryValue::Kind::result_address;
  return value;
}

std::string obstacle(const raise::Signature& s, const raise::RaisedFunction& f, Isa source, Isa target) {
  if (!f.entry.empty()) return "it takes or returns a structure by value";
  if (f.outside) return f.outside->va_list ? "it takes a va_list" : "it is variadic";
  if (f.parameter_positions.size() != s.parameters.size() || f.result_positions.size() != s.results.size())
    return "where its arguments stand is not known";
  for (const Passed& p : s.parameters) {
    if (p.kind == Passed::Kind::memory_copy) return "it takes a structure by value on the stack";
    if (p.kind == Passed::Kind::floating && p.bits > 64 && (source == Isa::riscv64 || target == Isa::riscv64))
      return "it takes vectors, which RISC-V passes otherwise";
  }
  // A number that looks like an address would do for the source, whose callee alone looks at the list.
  if (f.inferred && f.hands_on_va_list) return "it hands on a va_list, and no prototype says where it comes from";
  raise::Convention convention(source);
  for (unsigned position : f.parameter_positions) {
    if (position >= convention.private_argument(0) && position < convention.stack_pointer())
      return "it takes arguments as only functions of this file pass them";
    if (position == raise::kStackAddress) return "it takes the address of its stack arguments";
  }
  if (target == Isa::riscv64 && s.results.size() > 2) return "it returns more than two values";
  for (const Passed& p : s.results)
    if (p.bits > 64 && (source == Isa::riscv64 || target == Isa::riscv64)) return "it returns a vector";
  return {};
}

}  // namespace

Place ArgumentPlaces::integer() {
  if (integers_used_ < integers_) return {Place::Kind::integer_argument, integers_used_++};
  return {Place::Kind::stack, stack_used_++};
}

Place ArgumentPlaces::floating() {
  if (floats_used_ < 8) return {Place::Kind::float_argument, floats_used_++};
  // RISC-V: what has no floating-point register left goes into integer ones.
  return isa_ == Isa::riscv64 ? integer() : Place{Place::Kind::stack, stack_used_++};
}

Place ArgumentPlaces::indirect_result() {
  return isa_ == Isa::aarch64 ? Place{Place::Kind::indirect_result, 0} : integer();
}

Boundary describe_boundary(const raise::RaisedUnit& unit, const raise::RaisedFunction& f, Isa source, Isa target) {
  Boundary boundary;
  boundary.name = f.name;
  if (f.inferred) boundary.origin = Boundary::Origin::inferred;
  const raise::Signature& s = unit.signatures[f.signature];
  boundary.untestable = obstacle(s, f, source, target);
  if (!boundary.untestable.empty()) return boundary;
  raise::Convention convention(source);
  ArgumentPlaces places(target);  // LLVM's default convention is C's for these types
  for (size_t n = 0; n < s.parameters.size(); ++n) {
    BoundaryValue value = value_of(s.parameters[n]);
    value.source = source_place(convention, source, f.parameter_positions[n]);
    value.target = value.kind == BoundaryValue::Kind::floating         ? places.floating()
                   : value.kind == BoundaryValue::Kind::result_address ? places.indirect_result()
                                                                       : places.integer();
    if (value.bits > 64 && value.target.kind == Place::Kind::stack) boundary.untestable = "it takes vectors in memory";
    boundary.parameters.push_back(value);
  }
  uint32_t integers = 0, floats = 0;
  for (size_t n = 0; n < s.results.size(); ++n) {
    BoundaryValue value = value_of(s.results[n]);
    unsigned position = f.result_positions[n];
    bool floating = value.kind == BoundaryValue::Kind::floating;
    if (floating != (position >= convention.integer_results()))
      boundary.untestable = "where its result stands is not known";
    value.source = floating ? Place{Place::Kind::float_result, position - convention.integer_results()}
                            : Place{Place::Kind::integer_result, position};
    value.target =
        floating ? Place{Place::Kind::float_result, floats++} : Place{Place::Kind::integer_result, integers++};
    boundary.results.push_back(value);
  }
  return boundary;
}

}  // namespace portolan::translate
