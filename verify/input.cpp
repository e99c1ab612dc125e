#include "verify/input.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "emulate/arena.h"

namespace portolan::verify {
namespace {

using Numbers = Filling::Numbers;

constexpr uint64_t kTagBase = emulate::kArenaBase + 0x8'0000'0000;
constexpr uint64_t kTagSpan = 0x1'0000;
constexpr uint64_t kSlotsPerBuffer = 2048;

uint64_t boundary_number(Random& random) {
  static constexpr uint64_t kNumbers[] = {0,     1,     2,      3,          7,           8,          15,
                                          16,    31,    32,     63,         64,          0x7f,       0x80,
                                          0xff,  0x100, 0x7fff, 0x8000,     0xffff,      0x7fffffff, 0x80000000,
                                          ~0ull, ~1ull, ~6ull,  0xffffffff, 0x100000000, 1ull << 63, (1ull << 63) - 1};
  return kNumbers[random.below(std::size(kNumbers))];
}

// Between almost no bits and almost all.
uint64_t random_density(Random& random) {
  uint64_t value = random.next();
  for (uint64_t n = random.below(4); n != 0; --n) value &= random.next();
  return random.one_in(2) ? value : ~value;
}

uint64_t number(Numbers how, Random& random) {
  switch (how) {
    case Numbers::zero:
    case Numbers::tag:
      return 0;
    case Numbers::small:
      return random.one_in(8) ? 0 - random.below(9) : random.below(20);
    case Numbers::text: {
      static constexpr char kLetters[] = "abcz XYZ019+-*/.,%(){}[]\"'\n\\_:;=<>&|eE#";
      uint64_t word = 0;
      for (int i = 0; i < 8; ++i) word = word << 8 | static_cast<uint8_t>(kLetters[random.below(sizeof kLetters - 1)]);
      return random.one_in(5) ? word >> (8 * random.below(8)) : word;  // a zero byte now and then
    }
    case Numbers::boundary:
      return random.one_in(4) ? boundary_number(random) + random.below(5) - 2 : boundary_number(random);
    case Numbers::random:
      return random.one_in(2) ? random.next() >> random.below(64) : random_density(random);
  }
  return 0;
}

double floating_number(Numbers how, Random& random) {
  static constexpr double kNumbers[] = {0.0,  -0.0, 1.0,  -1.0, 0.5,   2.0,   10.0,    100.0,        -3.25,
                                        1e-3, 1e9,  1e18, 1e30, 1e-30, 255.0, 65536.5, 2147483648.0, 0.1};
  if (how == Numbers::boundary && random.one_in(6)) return std::numeric_limits<double>::infinity();
  if (how == Numbers::boundary && random.one_in(12)) return std::numeric_limits<double>::quiet_NaN();
  // Zeros of both signs often: what is made of a pair of them differs between ISAs.
  if (random.one_in(6)) return random.one_in(2) ? 0.0 : -0.0;
  // All bits of the mantissa count: rounding shows in the last one. Magnitudes are near each other, or sums are one of
  // the operands.
  if (how == Numbers::random || random.one_in(2)) {
    const uint64_t exponent = 1023 - 4 + random.below(9);
    return std::bit_cast<double>(random.next() >> 63 << 63 | exponent << 52 | random.next() >> 12);
  }
  if (random.one_in(3)) return (static_cast<double>(random.below(2'000'001)) - 1'000'000) / 1024;
  return kNumbers[random.below(std::size(kNumbers))];
}

// A register that holds a double, or a float in its lower half: which one is not known for 64 bits.
uint64_t floating_bits(uint32_t bits, Numbers how, Random& random, bool& has_nan) {
  const double value = floating_number(how, random);
  has_nan |= std::isnan(value);
  if (bits == 32 || (bits == 64 && random.one_in(how == Numbers::random ? 8 : 3)))
    return std::bit_cast<uint32_t>(static_cast<float>(value));
  return std::bit_cast<uint64_t>(value);
}

uint64_t narrow(uint64_t value, uint32_t bits, bool is_signed) {
  if (bits >= 64) return value;
  value &= (uint64_t{1} << bits) - 1;
  return is_signed && value >> (bits - 1) != 0 ? value | ~uint64_t{0} << bits : value;
}

class Maker {
 public:
  Maker(const Shape& shape, const Filling& filling, Random& random)
      : shape_(shape), filling_(filling), random_(random) {}

  Input make(const Boundary& boundary);

 private:
  uint64_t pointer(uint32_t buffer);
  void overlap();
  void fill(uint32_t buffer, bool& has_nan);

  const Shape& shape_;
  const Filling& filling_;
  Random& random_;
  std::vector<uint64_t> addresses_;
  Input input_;
};

uint64_t Maker::pointer(uint32_t buffer) {
  if (filling_.aliases && random_.one_in(12)) return 0;
  if (filling_.aliases && random_.one_in(5)) {
    const uint32_t other = static_cast<uint32_t>(random_.below(addresses_.size()));
    return addresses_[other] + (random_.one_in(2) ? 0 : random_.below(4) * 8);
  }
  return addresses_[buffer];
}

// One pointer parameter into another's buffer: every ordered pair at every distance, one after the other.
void Maker::overlap() {
  static constexpr uint64_t kDistances[] = {0, 8, 16, 4, 1, 24};
  std::vector<uint32_t> pointers;
  for (uint32_t p = 0; p < shape_.parameters.size(); ++p)
    if (shape_.parameters[p] != Shape::kNumber) pointers.push_back(p);
  const size_t n = pointers.size(), pairs = n * (n - 1);
  if (filling_.alias == 0 || n < 2) return;
  const size_t turn = filling_.alias - 1, pair = turn % pairs, first = pair / (n - 1);
  const size_t second = pair % (n - 1) + (pair % (n - 1) >= first);
  input_.values[pointers[first]][0] =
      addresses_[shape_.parameters[pointers[second]]] + kDistances[turn / pairs % std::size(kDistances)];
}

void Maker::fill(uint32_t n, bool& has_nan) {
  const Shape::Buffer& buffer = shape_.buffers[n];
  emulate::Region& region = input_.regions[n];
  const bool floats = filling_.words != Numbers::text && filling_.words != Numbers::tag && random_.one_in(4);
  const bool narrow_words = random_.one_in(2);
  for (uint32_t w = 0; w < buffer.size / 8; ++w) {
    uint64_t word = 0;
    if (w < buffer.slots.size() && buffer.slots[w] != Shape::kNumber)
      word = pointer(buffer.slots[w]);
    else if (filling_.words == Numbers::tag)
      word = w < kSlotsPerBuffer ? tag_of({static_cast<int>(n), w}) : 0;
    else if (floats && filling_.words != Numbers::zero)
      word = floating_bits(64, filling_.words, random_, has_nan);
    else if (narrow_words && filling_.words != Numbers::text)
      word = number(filling_.words, random_) << 32 | (number(filling_.words, random_) & 0xffffffff);
    else
      word = number(filling_.words, random_);
    std::memcpy(region.bytes.data() + 8 * w, &word, 8);
  }
  // Text ends somewhere.
  if (filling_.words == Numbers::text) {
    const uint32_t at = static_cast<uint32_t>(random_.below(buffer.size < 64 ? buffer.size : 64));
    const uint32_t word = at / 8;
    if (word >= buffer.slots.size() || buffer.slots[word] == Shape::kNumber) region.bytes[at] = 0;
    region.bytes.back() = 0;
  }
}

Input Maker::make(const Boundary& boundary) {
  emulate::Arena arena;
  for (const Shape::Buffer& buffer : shape_.buffers) {
    addresses_.push_back(
        arena.place(buffer.size, random_.one_in(2) ? emulate::Arena::Edge::end : emulate::Arena::Edge::start, 8));
    input_.regions.push_back({addresses_.back(), std::vector<uint8_t>(buffer.size), true});
  }
  for (uint32_t n = 0; n < shape_.buffers.size(); ++n) fill(n, input_.has_nan);
  for (uint32_t p = 0; p < boundary.parameters.size(); ++p) {
    const BoundaryValue& parameter = boundary.parameters[p];
    Value value{};
    // Mixed: a function of five numbers seldom wants all of them large.
    Numbers how = filling_.parameters;
    const bool rounds = how == Numbers::random && parameter.kind == BoundaryValue::Kind::floating;
    if (how != Numbers::tag && how != Numbers::zero && !rounds && random_.one_in(4)) how = Numbers::small;
    if (shape_.parameters[p] != Shape::kNumber)
      value[0] = pointer(shape_.parameters[p]);
    else if (parameter.kind == BoundaryValue::Kind::floating)
      for (uint32_t half = 0; half < (parameter.bits + 63) / 64; ++half)
        value[half] = floating_bits(parameter.bits > 64 ? 64 : parameter.bits, how, random_, input_.has_nan);
    else if (parameter.source.kind == Place::Kind::vector_count)
      value[0] = random_.below(9);
    else if (how == Numbers::tag || filling_.tagged_parameter == static_cast<int>(p))
      value[0] = tag_of({-1, p});
    else
      value[0] = number(how, random_);
    if (parameter.kind == BoundaryValue::Kind::integer)
      value[0] = narrow(value[0], parameter.bits, parameter.is_signed);
    input_.values.push_back(value);
  }
  overlap();
  return std::move(input_);
}

}  // namespace

// In the middle of its span, so that small negative offsets are recognised too.
uint64_t tag_of(const Slot& slot) {
  return kTagBase + (static_cast<uint64_t>(slot.buffer + 1) * kSlotsPerBuffer + slot.index) * kTagSpan + kTagSpan / 4;
}

bool slot_of_tag(uint64_t address, Slot& slot) {
  if (address < kTagBase) return false;
  const uint64_t n = (address - kTagBase) / kTagSpan;
  slot = {static_cast<int>(n / kSlotsPerBuffer) - 1, static_cast<uint32_t>(n % kSlotsPerBuffer)};
  return true;
}

Input make_input(const Boundary& boundary, const Shape& shape, const Filling& filling, Random& random) {
  return Maker(shape, filling, random).make(boundary);
}

}  // namespace portolan::verify
