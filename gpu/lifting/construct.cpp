#include "gpu/lifting/construct.h"

#include <fmt/format.h>

#include <algorithm>

namespace portolan::lifting {

using ir::Op;

namespace {

struct Words {
  Op op;
  const char* text;
};

constexpr const char* kUpperHalf =
    "the upper half of a product (__mulhi, a product in 64 bits shifted down, or a division by a constant)";
constexpr const char* kBits = "an operation on bits (&, |, ^, ~)";
constexpr const char* kShift = "a shift (<<, >>)";
constexpr const char* kTurn = "a rotation of bits (__funnelshift, or two shifts)";
constexpr const char* kDivision = "a division or remainder of whole numbers (/, %)";
constexpr const char* kComparison = "a comparison";
constexpr const char* kToWhole = "a conversion of a real number to a whole one";
constexpr const char* kToReal = "a conversion of a whole number to a real one";
constexpr const char* kBytes = "bytes put together in another order (__byte_perm, or a cast of pointers)";
constexpr const char* kSaturated = "an addition that saturates";
constexpr const char* kLanes = "numbers that lanes exchange (a shuffle or vote)";

constexpr Words kWords[] = {
    {Op::umulh, kUpperHalf},
    {Op::smulh, kUpperHalf},
    {Op::bit_and, kBits},
    {Op::bit_or, kBits},
    {Op::bit_xor, kBits},
    {Op::bit_not, kBits},
    {Op::shl, kShift},
    {Op::lshr, kShift},
    {Op::ashr, kShift},
    {Op::rotl, kTurn},
    {Op::rotr, kTurn},
    {Op::udiv, kDivision},
    {Op::urem, kDivision},
    {Op::sdiv, kDivision},
    {Op::srem, kDivision},
    {Op::eq, kComparison},
    {Op::ne, kComparison},
    {Op::ult, kComparison},
    {Op::ule, kComparison},
    {Op::slt, kComparison},
    {Op::sle, kComparison},
    {Op::feq, kComparison},
    {Op::flt, kComparison},
    {Op::fle, kComparison},
    {Op::fto_sint, kToWhole},
    {Op::fto_uint, kToWhole},
    {Op::sint_to_f, kToReal},
    {Op::uint_to_f, kToReal},
    {Op::concat, kBytes},
    {Op::extract, kBytes},
    {Op::shuffle, kBytes},
    {Op::permute, kBytes},
    {Op::byte_swap, kBytes},
    {Op::uadd_saturate, kSaturated},
    {Op::sadd_saturate, kSaturated},
    {Op::usub_saturate, kSaturated},
    {Op::ssub_saturate, kSaturated},
    {Op::lane_read, kLanes},
    {Op::lane_ballot, kLanes},
    {Op::lane_match, kLanes},
    {Op::lane_reduce, kLanes},
    {Op::select, "a choice between two values (?:, if, or a limit)"},
    {Op::popcount, "a count of bits (__popc)"},
    {Op::clz, "a count of leading zeros (__clz)"},
    {Op::ctz, "a count of trailing zeros (__ffs)"},
    {Op::bit_reverse, "bits in the opposite order (__brev)"},
    {Op::fround, "a rounding of a real number (rintf, floorf, …)"},
    {Op::fconvert, "a conversion between formats of real numbers"},
};

}  // namespace

std::string construct(Op op) {
  const auto found = std::ranges::find(kWords, op, &Words::op);
  return found != std::end(kWords) ? found->text : fmt::format("the operation '{}'", ir::info(op).name);
}

}  // namespace portolan::lifting
