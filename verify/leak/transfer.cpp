#include "verify/leak/transfer.h"

#include <algorithm>
#include <bit>

namespace portolan::leak {
namespace {

using ir::Instruction;
using ir::Op;

Bases all_bases(std::span<const Value> operands) {
  Bases bases = 0;
  for (const Value& v : operands) bases |= v.bases;
  return bases;
}

uint64_t all_secrets(std::span<const Value> operands) {
  uint64_t secret = 0;
  for (const Value& v : operands) secret |= v.secret;
  return secret;
}

// Carries go up within a lane.
uint64_t spread_up(uint64_t secret, unsigned width, unsigned lanes) {
  if (secret == 0) return 0;
  const unsigned lane_bits = lanes == 0 ? width : width / lanes;
  if (lanes > 1 && (lane_bits % 8 != 0 || width > 512)) return all_bytes(width);
  const unsigned lane_bytes = std::max(1u, (lane_bits + 7) / 8);
  uint64_t result = 0;
  bool on = false;
  for (unsigned n = 0; n < 64 && 8 * n < width; ++n) {
    if (n % lane_bytes == 0) on = false;
    on |= (secret >> n & 1) != 0;
    if (on) result |= uint64_t{1} << n;
  }
  return width > 512 ? all_bytes(width) : result;
}

// Numbers below 64 bits are unsigned.
MaybeRange fitted(const MaybeRange& range, unsigned width) {
  if (width >= 64) return width == 64 ? range : std::nullopt;
  const int64_t most = static_cast<int64_t>((uint64_t{1} << width) - 1);
  if (range && range->low >= 0 && range->high <= most) return range;
  // One number: what is left of it.
  if (range && range->is_single()) {
    const int64_t n = range->low & most;
    return Range{n, n, 0};
  }
  return width <= 32 ? MaybeRange(Range{0, most, 1}) : std::nullopt;
}

Value arithmetic(const Instruction& i, std::span<const Value> v) {
  Value r;
  r.secret = spread_up(v[0].secret | v[1].secret, i.width, i.lanes);
  r.bases = v[0].bases | v[1].bases;
  if (i.lanes != 1) return r;
  if (i.op == Op::add && (v[0].bases == 0 || v[1].bases == 0)) {
    r.range = add(v[0].range, v[1].range);
  } else if (i.op == Op::sub && v[1].bases == 0) {
    r.range = subtract(v[0].range, v[1].range);
  } else if (i.op == Op::sub && v[0].bases == v[1].bases && std::has_single_bit(v[0].bases) && v[0].range &&
             v[1].range) {
    // The distance of two places in one object is a number.
    r.range = subtract(v[0].range, v[1].range);
    r.bases = 0;
  } else if (i.op == Op::mul && r.bases == 0) {
    for (unsigned n : {0, 1})
      if (v[n].range && v[n].range->is_single()) r.range = multiply(v[1 - n].range, v[n].range->low);
  }
  r.range = fitted(r.range, i.width);
  return r;
}

// Bytes of a constant that are all zeros or all ones, where the other operand does not show.
uint64_t hidden_by(const Instruction& i, const Value& constant) {
  if (constant.bases != 0 || !constant.range || !constant.range->is_single() || i.width > 64) return 0;
  const uint8_t hides = i.op == Op::bit_and ? 0 : 0xff;
  uint64_t hidden = 0;
  for (unsigned n = 0; n < 8; ++n)
    if (static_cast<uint8_t>(static_cast<uint64_t>(constant.range->low) >> (8 * n)) == hides)
      hidden |= uint64_t{1} << n;
  return hidden;
}

Value bitwise(const Instruction& i, std::span<const Value> v) {
  Value r;
  r.secret = v[0].secret | v[1].secret;
  r.bases = v[0].bases | v[1].bases;
  if (i.op != Op::bit_xor) {
    r.secret = (v[0].secret & ~hidden_by(i, v[1])) | (v[1].secret & ~hidden_by(i, v[0]));
  }
  // A few low bits of an address are a number.
  if (i.op == Op::bit_and)
    for (unsigned n : {0, 1})
      if (v[n].bases == 0 && v[n].range && v[n].range->is_single() && v[n].range->low >= 0 &&
          v[n].range->low <= UINT32_MAX)
        r.bases = 0;
  if (i.op == Op::bit_and && r.bases == 0)
    for (unsigned n : {0, 1})
      if (v[n].bases == 0 && v[n].range && v[n].range->is_single() && v[n].range->low >= 0) {
        r.range = Range{0, v[n].range->low, v[n].range->low == 0 ? 0u : 1u};
        if (const MaybeRange& other = v[1 - n].range;
            v[1 - n].bases == 0 && other && other->low >= 0 && other->high < r.range->high)
          r.range = Range{0, other->high, other->high == 0 ? 0u : 1u};
      }
  // Aligning a place in the frame moves it down by less than the alignment.
  if (i.op == Op::bit_and && v[0].bases == base_bit(kFrame) && v[1].bases == 0 && v[1].range &&
      v[1].range->is_single() && v[1].range->low < 0 && std::has_single_bit(static_cast<uint64_t>(-v[1].range->low)))
    r.range = add(v[0].range, Range{v[1].range->low + 1, 0, 1});
  r.range = fitted(r.range, i.width);
  return r;
}

Value shift(const Instruction& i, std::span<const Value> v) {
  Value r = smashed(Value{v[0].secret | v[1].secret, v[0].bases | v[1].bases, {}}, i.width);
  if (i.lanes != 1 || !v[1].range || !v[1].range->is_single() || v[1].bases != 0 || v[1].secret != 0 || i.width > 512)
    return r;
  const uint64_t count = static_cast<uint64_t>(v[1].range->low);
  if (count >= i.width) return i.op == Op::ashr ? r : Value{};
  const auto bytes = static_cast<unsigned>(count / 8);
  if (i.op == Op::shl) {
    r.secret = (v[0].secret << bytes | (count % 8 != 0 ? v[0].secret << (bytes + 1) : 0)) & all_bytes(i.width);
    if (bytes >= 63) r.secret = v[0].secret != 0 ? all_bytes(i.width) : 0;
    if (r.bases == 0 && count < 62) r.range = fitted(multiply(v[0].range, int64_t{1} << count), i.width);
  } else {
    if (count >= 16) r.bases = 0;
    const bool sign = i.op == Op::ashr && (v[0].secret >> (std::min(512u, i.width) - 1) / 8 & 1) != 0;
    r.secret = sign ? all_bytes(i.width)
                    : v[0].secret >> bytes | (count % 8 != 0 && bytes < 63 ? v[0].secret >> (bytes + 1) : 0);
    if (v[0].bases == 0 && v[0].range && v[0].range->low >= 0 && (i.op == Op::lshr || i.width >= 64)) {
      r.range = Range{v[0].range->low >> count, v[0].range->high >> count, 1};
      if (r.range->is_single()) r.range->step = 0;
    }
  }
  r.range = fitted(r.range, i.width);
  return r;
}

Value part(const Instruction& i, const Value& whole, unsigned from_width) {
  Value r;
  r.bases = i.width >= 64 ? whole.bases : 0;
  const unsigned first = i.index / 8, last = (i.index + i.width - 1) / 8;
  if (from_width > 512 || last >= 63) {
    r.secret = whole.secret != 0 ? all_bytes(i.width) : 0;
  } else {
    r.secret = (whole.secret >> first) & all_bytes(8 * (last - first + 1));
    // What straddles bytes: any of them.
    if (i.index % 8 != 0) r.secret = r.secret != 0 ? all_bytes(i.width) : 0;
    r.secret &= all_bytes(i.width);
  }
  MaybeRange range;
  // The low part of an address is a number of which nothing is known.
  if (i.index == 0 && from_width <= 64 && whole.bases == 0) range = whole.range;
  if (i.index == 0 && i.width == 64 && from_width == 64) range = whole.range;
  r.range = fitted(range, i.width);
  return r;
}

Value extension(const Instruction& i, const Value& v, unsigned from_width) {
  Value r = v;
  if (i.op == Op::sext) {
    const unsigned top = (std::min(512u, from_width) - 1) / 8;
    if ((v.secret >> top & 1) != 0) r.secret |= all_bytes(i.width) & ~all_bytes(from_width);
    const bool small = from_width < 64 && v.bases == 0 && v.range;
    const int64_t half = from_width < 64 ? int64_t{1} << (from_width - 1) : 0;
    if (small && v.range->high < half)
      r.range = v.range;
    else if (small && v.range->low >= half && i.width == 64)
      r.range = subtract(v.range, Range{2 * half, 2 * half, 0});
    else if (from_width <= 32 && i.width == 64)
      r.range = Range{-half, half - 1, 1};
    else
      r.range.reset();
  }
  r.range = fitted(r.range, i.width);
  return r;
}

Value joined(const Instruction& i, const Value& high, const Value& low, unsigned low_width) {
  Value r;
  r.bases = high.bases | low.bases;
  if (low_width % 8 == 0 && low_width < 512)
    r.secret = (low.secret & all_bytes(low_width)) | high.secret << (low_width / 8);
  else
    r.secret = (low.secret | high.secret) != 0 ? all_bytes(i.width) : 0;
  r.secret &= all_bytes(i.width);
  if (i.width <= 64 && r.bases == 0 && low_width < 62)
    r.range = add(multiply(high.range, int64_t{1} << low_width), low.range);
  r.range = fitted(r.range, i.width);
  return r;
}

Value chosen(const Instruction& i, std::span<const Value> v) {
  Value r = join(v[1], v[2]);
  if (v[0].secret != 0) r.secret = all_bytes(i.width);
  if (i.lanes != 1) r.range.reset();
  return r;
}

}  // namespace

Value transfer(const ir::Function& f, const Instruction& i, std::span<const Value> v) {
  auto width_of = [&](unsigned n) { return f.width(i.operands[n]); };
  switch (i.op) {
    case Op::constant: {
      const llvm::APInt& c = f.constants[i.index];
      if (i.width > 64) return {};
      return number(static_cast<int64_t>(c.getZExtValue()));
    }
    case Op::add:
    case Op::sub:
    case Op::mul:
      return arithmetic(i, v);
    case Op::bit_and:
    case Op::bit_or:
    case Op::bit_xor:
      return bitwise(i, v);
    case Op::bit_not:
      return {v[0].secret, v[0].bases, fitted({}, i.width)};
    case Op::shl:
    case Op::lshr:
    case Op::ashr:
      return shift(i, v);
    case Op::select:
      return chosen(i, v);
    default:
      break;
  }
  if (i.lanes == 1) {
    if (i.op == Op::extract) return part(i, v[0], width_of(0));
    if (i.op == Op::zext || i.op == Op::sext) return extension(i, v[0], width_of(0));
    if (i.op == Op::concat) return joined(i, v[0], v[1], width_of(1));
  }
  // Anything else: of all operands whatever. What is narrower than an address is a number.
  Value r;
  r.secret = all_secrets(v) != 0 ? all_bytes(i.width) : 0;
  r.bases = i.width < 64 ? 0 : all_bases(v);
  r.range = fitted({}, i.width);
  return r;
}

}  // namespace portolan::leak
