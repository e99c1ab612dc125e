// Integers of at most 64 bits, one lane, as ops.def defines them.
#include <bit>

#include "emulate/simt/micro_lanes.h"

namespace portolan::simt {

using ir::Op;

namespace {

__extension__ typedef __int128 Wide;
__extension__ typedef unsigned __int128 UnsignedWide;

int64_t as_signed(uint64_t v, unsigned width) {
  const unsigned spare = 64 - width;
  return static_cast<int64_t>(v << spare) >> spare;
}
uint64_t as_bits(int64_t v) {
  return static_cast<uint64_t>(v);
}
uint64_t negated(uint64_t v) {
  return uint64_t{0} - v;
}
bool is_negative(uint64_t v, unsigned width) {
  return (v >> (width - 1) & 1) != 0;
}
uint64_t lowest(unsigned width) {
  return uint64_t{1} << (width - 1);
}
bool in_range(Wide v, unsigned width) {
  return v >= -(Wide{1} << (width - 1)) && v < (Wide{1} << (width - 1));
}
uint64_t saturated(Wide v, unsigned width) {
  if (in_range(v, width)) return static_cast<uint64_t>(v);
  return v < 0 ? lowest(width) : lowest(width) - 1;
}
uint64_t rotated_left(uint64_t v, uint64_t count, unsigned width) {
  return count == 0 ? v : v << count | v >> (width - count);
}
uint64_t reversed(uint64_t v) {
  v = (v >> 1 & 0x5555555555555555) | (v & 0x5555555555555555) << 1;
  v = (v >> 2 & 0x3333333333333333) | (v & 0x3333333333333333) << 2;
  v = (v >> 4 & 0x0f0f0f0f0f0f0f0f) | (v & 0x0f0f0f0f0f0f0f0f) << 4;
  return __builtin_bswap64(v);
}

template <auto compute>
const Micro* unary_of_one(const Micro& m, Machine& machine) {
  uint64_t* w = machine.words;
  w[m.to] = static_cast<uint64_t>(compute(m, w[m.a])) & m.mask;
  return &m + 1;
}
template <auto compute>
const Micro* binary_of_one(const Micro& m, Machine& machine) {
  uint64_t* w = machine.words;
  w[m.to] = static_cast<uint64_t>(compute(m, w[m.a], w[m.b])) & m.mask;
  return &m + 1;
}
template <auto compute>
const Micro* ternary_of_one(const Micro& m, Machine& machine) {
  uint64_t* w = machine.words;
  w[m.to] = static_cast<uint64_t>(compute(m, w[m.a], w[m.b], w[m.c])) & m.mask;
  return &m + 1;
}
template <auto compute>
const Micro* unary_of_wave(const Micro& m, Machine& machine) {
  const uint64_t *a = machine.words + m.a, mask = m.mask;
  return in_chunks(m, machine, [&](uint32_t n) { return static_cast<uint64_t>(compute(m, a[n])) & mask; });
}
template <auto compute>
const Micro* binary_of_wave(const Micro& m, Machine& machine) {
  const uint64_t *a = machine.words + m.a, *b = machine.words + m.b, mask = m.mask;
  return in_chunks(m, machine, [&](uint32_t n) { return static_cast<uint64_t>(compute(m, a[n], b[n])) & mask; });
}
template <auto compute>
const Micro* ternary_of_wave(const Micro& m, Machine& machine) {
  const uint64_t *a = machine.words + m.a, *b = machine.words + m.b, *c = machine.words + m.c, mask = m.mask;
  return in_chunks(m, machine, [&](uint32_t n) { return static_cast<uint64_t>(compute(m, a[n], b[n], c[n])) & mask; });
}
template <auto compute>
constexpr Handlers unary = {unary_of_one<compute>, unary_of_wave<compute>};
template <auto compute>
constexpr Handlers binary = {binary_of_one<compute>, binary_of_wave<compute>};
template <auto compute>
constexpr Handlers ternary = {ternary_of_one<compute>, ternary_of_wave<compute>};

using W = uint64_t;
using M = const Micro&;

W quotient(M m, W a, W b) {
  if (b == 0) return ~W{0};
  const int64_t divisor = as_signed(b, m.width);
  return divisor == -1 ? negated(a) : as_bits(as_signed(a, m.width) / divisor);
}
W remainder(M m, W a, W b) {
  const int64_t divisor = as_signed(b, m.width);
  if (divisor == 0) return a;
  return divisor == -1 ? 0 : as_bits(as_signed(a, m.width) % divisor);
}

// Of `from` bits, which may be more than a word.
const Micro* extract_of_wide(M m, Machine& machine) {
  uint64_t* w = machine.words;
  const uint32_t first = m.low / 64, shift = m.low % 64;
  uint64_t bits = w[m.a + first * machine.stride] >> shift;
  if (shift != 0 && shift + m.width > 64) bits |= w[m.a + (first + 1) * machine.stride] << (64 - shift);
  w[m.to] = bits & m.mask;
  return &m + 1;
}
// Both parts are whole words, or the upper one has one at most.
const Micro* concat_to_wide(M m, Machine& machine) {
  constexpr uint32_t kMost = 8;
  uint64_t parts[kMost] = {};
  uint64_t* w = machine.words;
  const uint32_t low_words = words_of(m.low), high_words = words_of(m.from), all = words_of(m.width);
  for (uint32_t n = 0; n < low_words; ++n) parts[n] = w[m.b + n * machine.stride];
  const uint32_t shift = m.low % 64;
  for (uint32_t n = 0; n < high_words; ++n) {
    const uint32_t at = m.low / 64 + n;
    const uint64_t word = w[m.a + n * machine.stride];
    parts[at] |= word << shift;
    if (shift != 0 && at + 1 < all) parts[at + 1] |= word >> (64 - shift);
  }
  for (uint32_t n = 0; n < all; ++n) w[m.to + n * machine.stride] = parts[n];
  return &m + 1;
}

Handlers arithmetic(Op op) {
  switch (op) {
    case Op::add:
      return binary<[](M, W a, W b) { return a + b; }>;
    case Op::sub:
      return binary<[](M, W a, W b) { return a - b; }>;
    case Op::mul:
      return binary<[](M, W a, W b) { return a * b; }>;
    case Op::umulh:
      return binary<[](M m, W a, W b) { return (static_cast<W>(UnsignedWide{a} * b >> m.width)); }>;
    case Op::smulh:
      return binary<[](M m, W a, W b) {
        return (static_cast<W>(Wide{as_signed(a, m.width)} * as_signed(b, m.width) >> m.width));
      }>;
    case Op::udiv:
      return binary<[](M, W a, W b) { return b == 0 ? ~W{0} : a / b; }>;
    case Op::urem:
      return binary<[](M, W a, W b) { return b == 0 ? a : a % b; }>;
    case Op::sdiv:
      return binary<quotient>;
    case Op::srem:
      return binary<remainder>;
    case Op::umin:
      return binary<[](M, W a, W b) { return a < b ? a : b; }>;
    case Op::umax:
      return binary<[](M, W a, W b) { return a < b ? b : a; }>;
    case Op::smin:
      return binary<[](M m, W a, W b) { return as_signed(a, m.width) < as_signed(b, m.width) ? a : b; }>;
    case Op::smax:
      return binary<[](M m, W a, W b) { return as_signed(a, m.width) < as_signed(b, m.width) ? b : a; }>;
    case Op::abs:
      return unary<[](M m, W a) { return is_negative(a, m.width) ? negated(a) : a; }>;
    case Op::uadd_saturate:
      return binary<[](M m, W a, W b) {
        const UnsignedWide sum = UnsignedWide{a} + b;
        return m.mask < sum ? m.mask : static_cast<W>(sum);
      }>;
    case Op::sadd_saturate:
      return binary<[](M m, W a, W b) {
        return saturated(Wide{as_signed(a, m.width)} + as_signed(b, m.width), m.width);
      }>;
    case Op::usub_saturate:
      return binary<[](M, W a, W b) { return a < b ? 0 : a - b; }>;
    case Op::ssub_saturate:
      return binary<[](M m, W a, W b) {
        return saturated(Wide{as_signed(a, m.width)} - as_signed(b, m.width), m.width);
      }>;
    case Op::uaverage_up:
      return binary<[](M, W a, W b) { return ((a | b) - ((a ^ b) >> 1)); }>;
    case Op::add_carry:
      return ternary<[](M m, W a, W b, W c) { return (static_cast<W>((UnsignedWide{a} + b + c) >> m.from)); }>;
    case Op::sub_borrow:
      return ternary<[](M, W a, W b, W c) { return UnsignedWide{a} < UnsignedWide{b} + c; }>;
    case Op::add_overflow:
      return ternary<[](M m, W a, W b, W c) {
        return !in_range(Wide{as_signed(a, m.from)} + as_signed(b, m.from) + Wide{c}, m.from);
      }>;
    case Op::sub_overflow:
      return ternary<[](M m, W a, W b, W c) {
        return !in_range(Wide{as_signed(a, m.from)} - as_signed(b, m.from) - Wide{c}, m.from);
      }>;
    default:
      return {};
  }
}

Handlers bitwise(Op op) {
  switch (op) {
    case Op::bit_and:
      return binary<[](M, W a, W b) { return a & b; }>;
    case Op::bit_or:
      return binary<[](M, W a, W b) { return a | b; }>;
    case Op::bit_xor:
      return binary<[](M, W a, W b) { return a ^ b; }>;
    case Op::bit_not:
      return unary<[](M, W a) { return ~a; }>;
    case Op::shl:
      return binary<[](M m, W a, W b) { return b >= m.width ? 0 : a << b; }>;
    case Op::lshr:
      return binary<[](M m, W a, W b) { return (b >= m.width ? 0 : a >> b); }>;
    case Op::ashr:
      return binary<[](M m, W a, W b) {
        return (as_bits(as_signed(a, m.width) >> (b >= m.width ? m.width - 1u : static_cast<unsigned>(b))));
      }>;
    case Op::rotl:
      return binary<[](M m, W a, W b) { return rotated_left(a, b % m.width, m.width); }>;
    case Op::rotr:
      return binary<[](M m, W a, W b) { return rotated_left(a, (m.width - b % m.width) % m.width, m.width); }>;
    case Op::clz:
      return unary<[](M m, W a) { return std::countl_zero(a) - (64 - m.width); }>;
    case Op::ctz:
      return unary<[](M m, W a) { return a == 0 ? m.width : std::countr_zero(a); }>;
    case Op::popcount:
      return unary<[](M, W a) { return std::popcount(a); }>;
    case Op::byte_swap:
      return unary<[](M m, W a) { return (__builtin_bswap64(a) >> (64 - m.width)); }>;
    case Op::bit_reverse:
      return unary<[](M m, W a) { return (reversed(a) >> (64 - m.width)); }>;
    case Op::eq:
      return binary<[](M, W a, W b) { return a == b; }>;
    case Op::ne:
      return binary<[](M, W a, W b) { return a != b; }>;
    case Op::ult:
      return binary<[](M, W a, W b) { return a < b; }>;
    case Op::ule:
      return binary<[](M, W a, W b) { return a <= b; }>;
    case Op::slt:
      return binary<[](M m, W a, W b) { return as_signed(a, m.from) < as_signed(b, m.from); }>;
    case Op::sle:
      return binary<[](M m, W a, W b) { return as_signed(a, m.from) <= as_signed(b, m.from); }>;
    case Op::zext:
      return unary<[](M, W a) { return a; }>;
    case Op::sext:
      return unary<[](M m, W a) { return as_bits(as_signed(a, m.from)); }>;
    case Op::extract:
      return unary<[](M m, W a) { return (a >> m.low); }>;
    case Op::concat:
      return binary<[](M m, W a, W b) { return a << m.low | b; }>;
    case Op::select:
      return ternary<[](M, W a, W b, W c) { return c ^ ((b ^ c) & negated(a)); }>;
    default:
      return {};
  }
}

}  // namespace

Handlers integer_handler(const ir::Function& function, const ir::Instruction& inst) {
  constexpr uint32_t kWidest = 512;  // bits, of what is put together
  if (inst.lanes != 1) return {};
  bool narrow = inst.width <= 64;
  for (ir::ValueId operand : inst.operands) narrow &= function.width(operand) <= 64;
  if (!narrow && inst.op == Op::extract && inst.width <= 64) return {extract_of_wide, each_lane<extract_of_wide>};
  if (!narrow && inst.op == Op::concat && inst.width <= kWidest) return {concat_to_wide, each_lane<concat_to_wide>};
  if (!narrow) return {};
  if (const Handlers found = arithmetic(inst.op); found.one) return found;
  return bitwise(inst.op);
}

}  // namespace portolan::simt
