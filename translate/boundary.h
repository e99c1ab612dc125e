// Describes the border of a raised function for the tester.
#pragma once

#include "translate/raise/raise.h"
#include "verify/boundary.h"

namespace portolan::translate {

// Hands out places as a C calling convention does for plain integers, pointers and floating-point values.
class ArgumentPlaces {
 public:
  explicit ArgumentPlaces(Isa isa) : isa_(isa), integers_(isa == Isa::x86_64 ? 6 : 8) {}
  verify::Place integer();
  verify::Place floating();
  verify::Place indirect_result();

 private:
  Isa isa_;
  uint32_t integers_, integers_used_ = 0, floats_used_ = 0, stack_used_ = 0;
};

verify::Boundary describe_boundary(const raise::RaisedUnit& unit, const raise::RaisedFunction& function, Isa source,
                                   Isa target);

}  // namespace portolan::translate
