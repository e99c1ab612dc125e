// Integer ops against definitions over 128-bit integers, written independently of op_semantics.h; both for the concrete
// domain and for one that has the primitives only, so that every composed body is tested.
#include "ir/op_semantics.h"

#include "ir/concrete_domain.h"
#include "llvm/ADT/StringRef.h"
#include "tests/unit/ir/test_support.h"

namespace portolan::ir {
namespace {

using Wide = __int128;
using UWide = unsigned __int128;

// The primitives of ConcreteDomain and nothing that it computes in its own way.
class PrimitivesOnly {
 public:
  using Value = APInt;
#define FORWARD(name)              \
  template <class... T>            \
  auto name(const T&... values) {  \
    return inner_.name(values...); \
  }
  FORWARD(leaf)
  FORWARD(unspecified)
  // clang-format off: it has no stable layout for these
  FORWARD(width) FORWARD(constant) FORWARD(add) FORWARD(sub) FORWARD(mul) FORWARD(udiv) FORWARD(urem) FORWARD(bit_and)
  FORWARD(bit_or) FORWARD(bit_xor) FORWARD(bit_not) FORWARD(shl) FORWARD(lshr) FORWARD(ashr) FORWARD(eq) FORWARD(ult)
  FORWARD(slt) FORWARD(extract) FORWARD(concat) FORWARD(zext) FORWARD(sext) FORWARD(select)
  // clang-format on
#undef FORWARD
              APInt floating(const Instruction& inst, unsigned width, std::span<const APInt> operands) {
    return inner_.floating(inst, width, operands);
  }

 private:
  ConcreteDomain inner_;
};
static_assert(Domain<PrimitivesOnly> && !HasKnown<PrimitivesOnly> && !HasJoin<PrimitivesOnly>);

Wide to_signed(UWide v, unsigned w) {
  return (v >> (w - 1)) & 1 ? Wide(v) - (Wide(1) << w) : Wide(v);
}
Wide clamp(Wide v, Wide low, Wide high) {
  return v < low ? low : v > high ? high : v;
}

// What ops.def says, on w-bit numbers; the caller cuts the result to its width.
std::optional<Wide> reference(Op op, unsigned w, UWide a, UWide b, UWide c) {
  const Wide sa = to_signed(a, w), sb = to_signed(b, w);
  const Wide top = Wide(1) << w, high = (Wide(1) << (w - 1)) - 1, low = -high - 1;
  auto bit = [&](UWide v, unsigned i) { return (v >> i) & 1; };
  switch (op) {
    case Op::add:
      return a + b;
    case Op::sub:
      return a - b;
    case Op::mul:
      return a * b;
    case Op::umulh:
      return (a * b) >> w;
    case Op::smulh:
      return (sa * sb) >> w;
    case Op::udiv:
      return b ? a / b : top - 1;
    case Op::urem:
      return b ? a % b : a;
    case Op::sdiv:
      return b ? sa / sb : -1;
    case Op::srem:
      return b ? sa % sb : sa;
    case Op::bit_and:
      return a & b;
    case Op::bit_or:
      return a | b;
    case Op::bit_xor:
      return a ^ b;
    case Op::bit_not:
      return ~a;
    case Op::shl:
      return b >= w ? 0 : a << unsigned(b);
    case Op::lshr:
      return b >= w ? 0 : a >> unsigned(b);
    case Op::ashr:
      return sa >> unsigned(b >= w ? w - 1 : b);
    case Op::rotl:
    case Op::rotr: {
      UWide result = 0;
      for (unsigned i = 0; i < w; ++i) {
        const unsigned to = op == Op::rotl ? (i + unsigned(b % w)) % w : (i + w - unsigned(b % w)) % w;
        result |= bit(a, i) << to;
      }
      return result;
    }
    case Op::umin:
      return a < b ? a : b;
    case Op::umax:
      return a > b ? a : b;
    case Op::smin:
      return sa < sb ? sa : sb;
    case Op::smax:
      return sa > sb ? sa : sb;
    case Op::abs:
      return sa < 0 ? -sa : sa;
    case Op::uadd_saturate:
      return clamp(Wide(a) + Wide(b), 0, top - 1);
    case Op::sadd_saturate:
      return clamp(sa + sb, low, high);
    case Op::usub_saturate:
      return clamp(Wide(a) - Wide(b), 0, top - 1);
    case Op::ssub_saturate:
      return clamp(sa - sb, low, high);
    case Op::uaverage_up:
      return (a + b + 1) >> 1;
    case Op::clz: {
      unsigned n = 0;
      while (n < w && !bit(a, w - 1 - n)) ++n;
      return n;
    }
    case Op::ctz: {
      unsigned n = 0;
      while (n < w && !bit(a, n)) ++n;
      return n;
    }
    case Op::popcount: {
      unsigned n = 0;
      for (unsigned i = 0; i < w; ++i) n += unsigned(bit(a, i));
      return n;
    }
    case Op::byte_swap: {
      if (w % 8 != 0) return std::nullopt;
      UWide result = 0;
      for (unsigned i = 0; i < w; i += 8) result |= ((a >> i) & 255) << (w - 8 - i);
      return result;
    }
    case Op::bit_reverse: {
      UWide result = 0;
      for (unsigned i = 0; i < w; ++i) result |= bit(a, i) << (w - 1 - i);
      return result;
    }
    case Op::eq:
      return a == b;
    case Op::ne:
      return a != b;
    case Op::ult:
      return a < b;
    case Op::ule:
      return a <= b;
    case Op::slt:
      return sa < sb;
    case Op::sle:
      return sa <= sb;
    case Op::add_carry:
      return a + b + c >= UWide(top);
    case Op::sub_borrow:
      return a < b + c;
    case Op::add_overflow:
      return sa + sb + Wide(c) < low || sa + sb + Wide(c) > high;
    case Op::sub_overflow:
      return sa - sb - Wide(c) < low || sa - sb - Wide(c) > high;
    default:
      return std::nullopt;
  }
}

bool gives_bit(Op op) {
  return info(op).shape == Shape::Compare || info(op).shape == Shape::Carry;
}

template <class D>
void expect_reference(Op op, unsigned w, uint64_t a, uint64_t b, uint64_t c) {
  const std::optional<Wide> expected = reference(op, w, a, b, c);
  if (!expected) return;
  const Instruction inst = instruction(op, gives_bit(op) ? 1 : w);
  const APInt operands[] = {APInt(w, a), APInt(w, b), APInt(1, c)};
  D domain;
  const APInt got = evaluate(domain, Function(), inst, std::span<const APInt>(operands));
  ASSERT_EQ(got.getBitWidth(), inst.width);
  const uint64_t mask = ~uint64_t{0} >> (64 - inst.width);
  ASSERT_EQ(got.getZExtValue(), uint64_t(*expected) & mask)
      << info(op).name << " b" << w << " " << a << ", " << b << ", " << c;
}

std::vector<Op> integer_ops() {
  std::vector<Op> ops;
  for (unsigned i = 0; i < kOpCount; ++i)
    if (reference(Op(i), 8, 1, 1, 0)) ops.push_back(Op(i));
  return ops;
}

TEST(OpSemantics, ReferenceKnowsEveryIntegerOp) {
  for (unsigned i = 0; i < kOpCount; ++i) {
    const OpInfo& op = info(Op(i));
    const bool integer = op.name[0] != 'f' && op.effects == Effects::Pure;
    const bool plain =
        op.shape == Shape::Unary || op.shape == Shape::Binary || op.shape == Shape::Compare || op.shape == Shape::Carry;
    EXPECT_TRUE(!integer || !plain || reference(Op(i), 8, 1, 1, 0).has_value()) << op.name;
  }
}

TEST(OpSemantics, ExhaustiveAtSmallWidths) {
  for (Op op : integer_ops())
    for (unsigned w = 1; w <= 4; ++w)
      for (uint64_t a = 0; a < 1u << w; ++a)
        for (uint64_t b = 0; b < 1u << w; ++b)
          for (uint64_t c = 0; c < 2; ++c) {
            ASSERT_NO_FATAL_FAILURE(expect_reference<ConcreteDomain>(op, w, a, b, c));
            ASSERT_NO_FATAL_FAILURE(expect_reference<PrimitivesOnly>(op, w, a, b, c));
          }
}

TEST(OpSemantics, RandomAtLargerWidths) {
  Random random;
  SCOPED_TRACE("seed " + std::to_string(random.seed()));
  for (Op op : integer_ops())
    for (unsigned i = 0; i < 3000; ++i) {
      constexpr unsigned kWidths[] = {8, 16, 32, 64, 24, 33, 57, 7};
      const unsigned w = kWidths[i % std::size(kWidths)];
      const uint64_t a = random.value(w), c = random.below(2);
      uint64_t b = i % 7 == 0 ? a : random.value(w);
      if (i % 5 == 0) b = random.below(w + 2) & (~uint64_t{0} >> (64 - w));  // as a count
      ASSERT_NO_FATAL_FAILURE(expect_reference<ConcreteDomain>(op, w, a, b, c));
      if (i % 4 != 0) continue;
      ASSERT_NO_FATAL_FAILURE(expect_reference<PrimitivesOnly>(op, w, a, b, c));
    }
}

// An op on lanes is the op on each lane.
TEST(OpSemantics, Lanes) {
  Random random;
  SCOPED_TRACE("seed " + std::to_string(random.seed()));
  for (Op op : integer_ops()) {
    if (!info(op).lanes) continue;
    for (unsigned i = 0; i < 40; ++i) {
      const unsigned w = 8u << random.below(4), lanes = 128 / w;
      std::vector<APInt> a, b;
      APInt whole_a(128, 0), whole_b(128, 0);
      for (unsigned lane = 0; lane < lanes; ++lane) {
        a.emplace_back(w, random.value(w));
        b.emplace_back(w, random.value(w));
        whole_a.insertBits(a.back(), lane * w);
        whole_b.insertBits(b.back(), lane * w);
      }
      const unsigned result = gives_bit(op) ? 1 : w;
      const APInt whole = evaluate_concrete({}, instruction(op, result * lanes, lanes), std::array{whole_a, whole_b});
      for (unsigned lane = 0; lane < lanes; ++lane) {
        const APInt one = evaluate_concrete({}, instruction(op, result), std::array{a[lane], b[lane]});
        ASSERT_EQ(whole.extractBits(result, lane * result), one) << info(op).name;
      }
    }
  }
}

APInt eval(const Function& f, const Instruction& inst, std::vector<APInt> operands) {
  APInt plain_result = evaluate_concrete(f, inst, operands);
  PrimitivesOnly plain;
  EXPECT_EQ(evaluate(plain, f, inst, std::span<const APInt>(operands)), plain_result) << info(inst.op).name;
  return plain_result;
}
APInt hex(unsigned width, const char* digits) {
  return APInt(width, digits, 16);
}

TEST(OpSemantics, WidthsAndLanes) {
  Function f;
  f.masks = {{3, 4, 0, 7}, {0, 0}};
  EXPECT_EQ(eval(f, instruction(Op::zext, 64, 4), {hex(32, "80ff017f")}), hex(64, "008000ff0001007f"));
  EXPECT_EQ(eval(f, instruction(Op::sext, 64, 4), {hex(32, "80ff017f")}), hex(64, "ff80ffff0001007f"));
  Instruction extract = instruction(Op::extract, 16, 2);
  extract.index = 4;
  EXPECT_EQ(eval(f, extract, {hex(32, "12345678")}), hex(16, "2367"));
  EXPECT_EQ(eval(f, instruction(Op::concat, 32, 2), {hex(16, "abcd"), hex(16, "1234")}), hex(32, "ab12cd34"));
  EXPECT_EQ(eval(f, instruction(Op::concat, 16), {hex(8, "ab"), hex(8, "cd")}), hex(16, "abcd"));
  EXPECT_EQ(eval(f, instruction(Op::select, 32, 4), {hex(4, "5"), hex(32, "11223344"), hex(32, "aabbccdd")}),
            hex(32, "aa22cc44"));
  EXPECT_EQ(eval(f, instruction(Op::splat, 32, 4), {hex(8, "5a")}), hex(32, "5a5a5a5a"));
  EXPECT_EQ(eval(f, instruction(Op::shuffle, 32, 4), {hex(32, "33221100"), hex(32, "77665544")}), hex(32, "77004433"));
  Instruction narrowing = instruction(Op::shuffle, 16, 4);
  narrowing.index = 1;
  EXPECT_EQ(eval(f, narrowing, {hex(32, "33221100"), hex(32, "77665544")}), hex(16, "0000"));
  // Index 9 and 255 are outside a table of eight entries.
  EXPECT_EQ(eval(f, instruction(Op::permute, 32, 4), {hex(64, "7766554433221100"), hex(32, "0709ff02")}),
            hex(32, "77000022"));
  EXPECT_EQ(eval(f, instruction(Op::reduce_add, 8, 4), {hex(32, "80ff0203")}), hex(8, "84"));
  EXPECT_EQ(eval(f, instruction(Op::reduce_smin, 8, 4), {hex(32, "80ff0203")}), hex(8, "80"));
  EXPECT_EQ(eval(f, instruction(Op::reduce_umax, 8, 4), {hex(32, "80ff0203")}), hex(8, "ff"));
  EXPECT_EQ(eval(f, instruction(Op::reduce_umin, 8, 4), {hex(32, "80ff0203")}), hex(8, "02"));
  EXPECT_EQ(eval(f, instruction(Op::reduce_smax, 8, 4), {hex(32, "80ff0203")}), hex(8, "03"));
}

}  // namespace
}  // namespace portolan::ir
