#include "gpu/lifting/library.h"

#include "frontends/kernel/series.h"

namespace portolan::lifting {

using ir::Builder;
using ir::FloatFormat;
using ir::FloatMode;
using ir::Op;
using ir::ValueId;
using kernel::Wide;

namespace {

ValueId exponential(Builder& b, ValueId x) {
  return kernel::power_of_two(b, Wide{b}.mul(x, Wide{b}.constant(1.4426950408889634074)));
}

// 1 - 2 / (e^(2 x) + 1)
ValueId hyperbolic_tangent(Builder& b, ValueId x) {
  Wide w{b};
  const ValueId e = exponential(b, w.add(x, x));
  return w.sub(w.constant(1), w.div(w.constant(2), w.add(e, w.constant(1))));
}

ValueId root(Builder& b, ValueId x) {
  return b.floating(Op::fsqrt, {x}, kernel::kWide);
}

struct Unary {
  std::string_view name;  // of doubles; with an f behind it of floats
  ValueId (*make)(Builder&, ValueId);
};
constexpr Unary kUnary[] = {
    {"exp", exponential},
    {"exp2", kernel::power_of_two},
    {"tanh", hyperbolic_tangent},
    {"sqrt", root},
    {"fabs", [](Builder& b, ValueId x) { return b.fabs(x, FloatFormat::f64); }},
    {"sin", [](Builder& b, ValueId x) { return kernel::circular(b, x, false); }},
    {"cos", [](Builder& b, ValueId x) { return kernel::circular(b, x, true); }},
};
struct Binary {
  std::string_view name;
  Op op;
};
struct Rounding {
  std::string_view name;
  ir::Rounding how;
};
constexpr Rounding kRounding[] = {{"rint", ir::Rounding::nearest_even},
                                  {"nearbyint", ir::Rounding::nearest_even},
                                  {"trunc", ir::Rounding::toward_zero},
                                  {"floor", ir::Rounding::down},
                                  {"ceil", ir::Rounding::up}};
constexpr Binary kBinary[] = {{"fmax", Op::fmaxnum}, {"fmin", Op::fminnum}};

class Maker {
 public:
  Maker(const assembly::Machine& machine, std::string_view name, bool single)
      : machine_(machine), single_(single), b_(f_, f_.add_block()) {
    f_.name = name;
  }

  // As it comes.
  ValueId given(size_t n) {
    const assembly::Slot slot = machine_.float_arguments[n];
    return b_.truncate(b_.get_slot(slot, machine_.slots[slot].width), single_ ? 32 : 64);
  }
  FloatMode mode(ir::Rounding rounding) const {
    return {single_ ? FloatFormat::f32 : FloatFormat::f64, ir::NanRule::any, rounding};
  }
  // In double precision.
  ValueId argument(size_t n) {
    const ValueId x = given(n);
    return single_ ? b_.fconvert(x, mode(ir::Rounding::nearest_even), FloatFormat::f64) : x;
  }

  // On RISC-V a single stands under ones.
  ir::Function give(ValueId result) {
    return give_as_is(single_ ? b_.fconvert(result, kernel::kWide, FloatFormat::f32) : result);
  }
  ir::Function give_as_is(ValueId result) {
    const assembly::Slot slot = machine_.float_results[0];
    if (single_ && machine_.isa == Isa::riscv64) result = b_.concat(b_.constant(32, 0xffffffff), result);
    b_.set_slot(slot, b_.zext_or_truncate(result, machine_.slots[slot].width));
    f_.blocks[0].terminator.op = Op::ret;
    return std::move(f_);
  }

  Builder& builder() { return b_; }

 private:
  const assembly::Machine& machine_;
  const bool single_;
  ir::Function f_;
  Builder b_;
};

}  // namespace

std::optional<ir::Function> library_function(std::string_view name, const assembly::Machine& machine) {
  for (const bool single : {false, true}) {
    if (single && !name.ends_with('f')) break;
    const std::string_view wide = single ? name.substr(0, name.size() - 1) : name;
    Maker maker(machine, name, single);
    for (const Unary& one : kUnary)
      if (one.name == wide) return maker.give(one.make(maker.builder(), maker.argument(0)));
    for (const Rounding& one : kRounding)
      if (one.name == wide)
        return maker.give_as_is(maker.builder().floating(Op::fround, {maker.given(0)}, maker.mode(one.how)));
    for (const Binary& one : kBinary)
      if (one.name == wide) {
        const ValueId a = maker.argument(0), b = maker.argument(1);
        return maker.give(maker.builder().floating(one.op, {a, b}, kernel::kWide));
      }
  }
  return std::nullopt;
}

}  // namespace portolan::lifting
