// What micro-operations compute is what the interpreter's domain computes: every pure op of ops.def, all values of
// small widths, random and special ones of large.
#include "emulate/simt/micro.h"

#include <gtest/gtest.h>

#include <random>

#include "ir/check.h"
#include "ir/concrete_domain.h"
#include "ir/float_semantics.h"
#include "llvm/ADT/StringExtras.h"

namespace portolan::simt {
namespace {

using ir::APInt;
using ir::FloatFormat;
using ir::Op;
using ir::Shape;

// One instruction with parameters as its operands.
struct Subject {
  ir::Function function;
  ir::Instruction inst;
  std::vector<uint32_t> widths;

  bool is_well_formed() const { return ir::type_error(function, inst).empty(); }
  void take(std::initializer_list<uint32_t> operands) {
    widths = operands;
    const ir::BlockId block = function.add_block();
    for (uint32_t width : widths) inst.operands.push_back(function.add_parameter(block, width));
  }
  // A frame for so many lanes, a value's words lane beside lane.
  Micro laid_out(std::vector<std::vector<APInt>> lanes, std::vector<uint64_t>& words) const {
    Micro m = describe(function, inst);
    uint32_t* places[] = {&m.a, &m.b, &m.c};
    const auto count = static_cast<uint32_t>(lanes.size());
    words.assign(count, 0x5a5a);  // place 0 is nobody's
    for (size_t n = 0; n < widths.size(); ++n) {
      *places[n] = static_cast<uint32_t>(words.size());
      words.resize(words.size() + words_of(widths[n]) * count);
      for (uint32_t lane = 0; lane < count; ++lane) put_value(&words[*places[n] + lane], lanes[lane][n], count);
    }
    m.to = static_cast<uint32_t>(words.size());
    words.resize(words.size() + (words_of(inst.width) + 1) * count, 0x1234);
    return m;
  }
  // Empty: they agree.
  std::string difference(std::span<const APInt> operands) const {
    std::vector<uint64_t> words;
    const Micro m = laid_out({{operands.begin(), operands.end()}}, words);
    Machine machine;
    machine.words = words.data();
    machine.function = &function;
    const APInt expected = ir::evaluate_concrete(function, inst, operands);
    if (pure_handler(function, inst).one(m, machine) != &m + 1) return "does not go on";
    const APInt got = value_at(&words[m.to], inst.width);
    const bool canonical = inst.width % 64 == 0 || words[m.to + words_of(inst.width) - 1] >> inst.width % 64 == 0;
    if (got == expected && canonical && words.back() == 0x1234) return {};
    std::string text = std::string(ir::info(inst.op).name);
    for (const APInt& v : operands) text += " " + llvm::toString(v, 16, false);
    return text + " gives " + llvm::toString(got, 16, false) + ", not " + llvm::toString(expected, 16, false);
  }
  // All lanes at once against one after the other, which the above has compared; also where the result takes an
  // operand's place.
  std::string difference_of_waves(const std::vector<std::vector<APInt>>& lanes) const {
    const Handlers handlers = pure_handler(function, inst);
    for (const bool in_place : {false, true}) {
      std::vector<uint64_t> words;
      Micro m = laid_out(lanes, words);
      if (in_place && words_of(widths[0]) != words_of(inst.width)) continue;
      if (in_place) m.to = m.a;
      std::vector<uint64_t> one_by_one = words;
      Machine machine;
      machine.stride = static_cast<uint32_t>(lanes.size());
      machine.function = &function;
      for (uint32_t lane = 0; lane < machine.stride; ++lane) {
        machine.words = one_by_one.data() + lane;
        handlers.one(m, machine);
      }
      machine.words = words.data();
      if (handlers.wave(m, machine) != &m + 1 || machine.words != words.data()) return "does not go on";
      if (words != one_by_one) return std::string(ir::info(inst.op).name) + " differs in waves";
    }
    return {};
  }
};

class Values {
 public:
  explicit Values(FloatFormat format) : format_(format) {}
  APInt next(uint32_t width) {
    APInt v(width, 0);
    for (uint32_t low = 0; low < width; low += 32)
      v.insertBits(APInt(std::min(32u, width - low), static_cast<uint32_t>(random_())), low);
    const uint32_t lane = format_ == FloatFormat::none ? width : bits(format_);
    if (width % lane != 0) return v;
    for (uint32_t low = 0; low < width; low += lane) v.insertBits(shaped(v.extractBits(lane, low)), low);
    return v;
  }

 private:
  APInt shaped(APInt v) {
    const uint32_t width = v.getBitWidth();
    const unsigned fraction = ir::fraction_bits(format_);
    switch (random_() % 8) {
      case 0:
        return APInt(width, static_cast<uint64_t>(random_() % 3)) - 1;
      case 1:
        return APInt::getSignedMinValue(width) + APInt(width, random_() % 3) - 1;
      case 2:
        return v.lshr(random_() % width);
      case 3:  // infinities, NaNs
        if (fraction != 0) v.setBits(fraction, width - 1);
        if (fraction != 0 && random_() % 2 != 0) v.insertBits(APInt(fraction, 0), 0);
        return v;
      case 4:  // near one, where sums and rounding to integers are interesting
      case 5:
        if (fraction != 0)
          v.insertBits(APInt(width - 1 - fraction, (uint64_t{1} << (width - 2 - fraction)) - 5 + random_() % 12),
                       fraction);
        return v;
      case 6:  // few bits, so that ties occur
        return fraction != 0 ? (v.lshr(fraction - 3)).shl(fraction - 3) : v;
      default:
        return v;
    }
  }
  std::mt19937_64 random_{1};
  FloatFormat format_;
};

constexpr size_t kLanes = 32;

void compare(const Subject& subject, unsigned count) {
  if (!subject.is_well_formed()) return;
  uint32_t all = 0;
  for (uint32_t width : subject.widths) all += width;
  const bool every_value = all <= 9 && subject.inst.format == FloatFormat::none;
  if (every_value) count = 1u << all;
  Values values(subject.inst.format);
  std::vector<std::vector<APInt>> lanes;
  for (unsigned n = 0; n < count; ++n) {
    std::vector<APInt> operands;
    uint32_t low = 0;
    for (uint32_t width : subject.widths) {
      operands.push_back(every_value ? APInt(width, n >> low & ((1u << width) - 1)) : values.next(width));
      low += width;
    }
    ASSERT_EQ(subject.difference(operands), "")
        << "width " << subject.inst.width << ", rounding " << to_string(subject.inst.rounding);
    lanes.push_back(std::move(operands));
    if (lanes.size() != kLanes) continue;
    ASSERT_EQ(subject.difference_of_waves(lanes), "")
        << "width " << subject.inst.width << ", rounding " << to_string(subject.inst.rounding);
    lanes.clear();
  }
}

constexpr uint32_t kWidths[] = {1, 2, 3, 4, 5, 8, 16, 24, 31, 32, 33, 48, 63, 64, 65, 96, 128, 192, 256};
constexpr unsigned kRandom = 300;

void integers_of(Op op, uint32_t width) {
  const ir::OpInfo& info = ir::info(op);
  auto with = [&](std::initializer_list<uint32_t> operands, uint32_t result, uint32_t index = 0) {
    Subject s;
    s.inst.op = op, s.inst.width = result, s.inst.index = index;
    s.take(operands);
    compare(s, kRandom);
  };
  switch (info.shape) {
    case Shape::Unary:
      return with({width}, width);
    case Shape::Binary:
      return with({width, width}, width);
    case Shape::Compare:
      return with({width, width}, 1);
    case Shape::Carry:
      return with({width, width, 1}, 1);
    case Shape::Convert:
      for (uint32_t other : kWidths)
        for (uint32_t low : {0u, 1u, 7u, 32u, 60u, 64u, 100u}) {
          if (op != Op::extract && low != 0) continue;
          if (op == Op::extract && low + other > width) continue;
          with({width}, other, low);
        }
      return;
    case Shape::Free:
      if (op == Op::select) with({1, width, width}, width);
      if (op == Op::concat)
        for (uint32_t other : kWidths) with({width, other}, width + other);
      return;
    default:
      return;
  }
}

TEST(Micro, IntegersAgreeWithTheInterpreter) {
  for (unsigned n = 0; n < ir::kOpCount; ++n) {
    const Op op = static_cast<Op>(n);
    const ir::OpInfo& info = ir::info(op);
    if (info.effects != ir::Effects::Pure || info.arity < 1) continue;
    if (info.name.starts_with("f") || info.name.ends_with("_to_f")) continue;
    for (uint32_t width : kWidths) integers_of(op, width);
  }
}

constexpr FloatFormat kFormats[] = {FloatFormat::f16, FloatFormat::bf16, FloatFormat::f32, FloatFormat::f64};
constexpr ir::Rounding kRoundings[] = {ir::Rounding::nearest_even, ir::Rounding::toward_zero, ir::Rounding::down,
                                       ir::Rounding::up, ir::Rounding::nearest_away};

void floats_of(Op op, FloatFormat format, ir::Rounding rounding, ir::NanRule nan, unsigned count) {
  const uint32_t width = bits(format);
  const Shape shape = ir::info(op).shape;
  auto with = [&](std::initializer_list<uint32_t> operands, uint32_t result, FloatFormat from, FloatFormat to) {
    Subject s;
    s.inst.op = op, s.inst.width = result;
    s.inst.format = from, s.inst.to_format = to, s.inst.rounding = rounding, s.inst.nan = nan;
    s.take(operands);
    compare(s, count);
  };
  if (op == Op::fconvert) {
    for (FloatFormat to : kFormats) with({width}, bits(to), format, to);
  } else if (op == Op::sint_to_f || op == Op::uint_to_f) {
    for (uint32_t integer : {1u, 8u, 16u, 31u, 32u, 64u}) with({integer}, width, FloatFormat::none, format);
  } else if (op == Op::fto_sint || op == Op::fto_uint) {
    for (uint32_t integer : {8u, 16u, 31u, 32u, 64u}) with({width}, integer, format, FloatFormat::none);
  } else if (shape == Shape::Unary) {
    with({width}, width, format, FloatFormat::none);
  } else if (shape == Shape::Binary) {
    with({width, width}, width, format, FloatFormat::none);
  } else if (shape == Shape::Ternary) {
    with({width, width, width}, width, format, FloatFormat::none);
  } else {
    with({width, width}, 1, format, FloatFormat::none);
  }
}

TEST(Micro, FloatsAgreeWithTheInterpreter) {
  for (unsigned n = 0; n < ir::kOpCount; ++n) {
    const Op op = static_cast<Op>(n);
    const ir::OpInfo& info = ir::info(op);
    if (info.effects != ir::Effects::Pure || info.arity < 1) continue;
    if (!info.name.starts_with("f") && !info.name.ends_with("_to_f")) continue;
    for (FloatFormat format : kFormats)
      for (ir::Rounding rounding : kRoundings)
        for (ir::NanRule nan : {ir::NanRule::ptx, ir::NanRule::x86, ir::NanRule::riscv})
          floats_of(op, format, rounding, nan, rounding == ir::Rounding::nearest_even ? 2000 : 200);
  }
}

// Otherwise the test above would compare the interpreter with itself.
TEST(Micro, WhatKernelsDoMostHasFunctionsOfItsOwn) {
  for (Op op : {Op::add, Op::mul, Op::shl, Op::eq, Op::slt, Op::bit_and, Op::umulh, Op::clz}) {
    Subject s;
    s.inst.op = op, s.inst.width = ir::info(op).shape == Shape::Compare ? 1 : 32;
    s.take({32, 32});
    if (ir::info(op).arity == 1) s.inst.operands.resize(1);
    EXPECT_NE(pure_handler(s.function, s.inst).one, &compute_generally) << ir::info(op).name;
  }
  for (Op op : {Op::fadd, Op::fmul, Op::fma, Op::fdiv, Op::fminnum, Op::flt})
    for (FloatFormat format : {FloatFormat::f32, FloatFormat::f64}) {
      ir::Instruction inst;
      inst.op = op, inst.format = format, inst.width = bits(format);
      EXPECT_TRUE(float_handler(inst).one) << ir::info(op).name;
    }
}

}  // namespace
}  // namespace portolan::simt
