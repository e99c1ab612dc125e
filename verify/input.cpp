#include "verify/input.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>

#include "emulate/arena.h"

namespace portolan::verify {
namespace {

using Numbers = Filling::Numbers;

constexpr uint64_t kTagBase = emulate::kArenaBase + 0x8'0000'0000;
constexpr uint64_t kTagSpan = 0x8'0000;  // members of large objects lie this far from the beginning
constexpr uint64_t kSlotsPerBuffer = 2048;

uint64_t boundary_number(Random& random) {
  static constexpr uint64_t kNumbers[] = {0,     1,     2,      3,          7,           8,          15,
                                          16,    31,    32,     63,         64,          0x7f,       0x80,
                                          0xff,  0x100, 0x7fff, 0x8000,     0xffff,      0x7fffffff, 0x80000000,
                                          ~0ull, ~1ull, ~6ull,  0xffffffff, 0x100000000, 1ull << 63, (1ull << 63) - 1};
  return kNumbers[random.below(std::size(kNumbers))];
}

// The largest and the smallest of lanes of 16, 8 and 32 bits.
uint64_t lanes_number(uint64_t turn) {
  static constexpr uint64_t kLanes[] = {0x8000800080008000, 0x8080808080808080, 0x7fff7fff7fff7fff,
                                        0x7f7f7f7f7f7f7f7f, 0x8000000080000000, 0xff00ff00ff00ff00};
  return kLanes[turn % std::size(kLanes)];
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
    case Numbers::related:  // Maker::related
      return 0;
    case Numbers::small:
      return random.one_in(8) ? 0 - random.below(9) : random.below(random.one_in(2) ? 4 : 20);
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

uint64_t number(const Filling& filling, Numbers how, Random& random) {
  const bool mixes = how == Numbers::small || how == Numbers::boundary || how == Numbers::random;
  if (!mixes || !filling.constants || filling.constants->empty() || !random.one_in(3)) return number(how, random);
  const uint64_t constant = (*filling.constants)[random.below(filling.constants->size())];
  return random.one_in(3) ? constant + random.below(3) - 1 : constant;
}

double floating_number(Numbers how, Random& random) {
  static constexpr double kNumbers[] = {0.0,  -0.0, 1.0,  -1.0, 0.5,   2.0,   10.0,    100.0,        -3.25,
                                        1e-3, 1e9,  1e18, 1e30, 1e-30, 255.0, 65536.5, 2147483648.0, 0.1};
  // Zeros of both signs often: what is made of a pair of them differs between ISAs.
  if (random.one_in(6)) return random.one_in(2) ? 0.0 : -0.0;
  // Halves round in other ways than all else.
  if (random.one_in(12)) return static_cast<double>(random.below(16)) - 7.5;
  // All bits of the mantissa count: rounding shows in the last one. Magnitudes are near each other, or sums are one of
  // the operands.
  if (how == Numbers::random || random.one_in(2)) {
    const uint64_t exponent = 1023 - 4 + random.below(9);
    return std::bit_cast<double>(random.next() >> 63 << 63 | exponent << 52 | random.next() >> 12);
  }
  if (random.one_in(3)) return (static_cast<double>(random.below(2'000'001)) - 1'000'000) / 1024;
  return kNumbers[random.below(std::size(kNumbers))];
}

// Infinities, NaNs of every kind, the smallest and the largest of their kinds.
uint64_t special_floating(bool is_double, uint64_t which) {
  static constexpr uint64_t kDouble[] = {0x7ff8000000000000, 0x7ff0000000000000, 0x7ff0000000000000, 0x7ff8000000001234,
                                         0x7ff0000000000001, 0x7ff4000000005678, 0x0000000000000001, 0x000fffffffffffff,
                                         0x0010000000000000, 0x7fefffffffffffff, 0x43e0000000000000, 0x41e0000000000000,
                                         0x4340000000000001};
  static constexpr uint64_t kSingle[] = {0x7fc00000, 0x7f800000, 0x7f800000, 0x7fc01234, 0x7f800001,
                                         0x7fa05678, 0x00000001, 0x007fffff, 0x00800000, 0x7f7fffff,
                                         0x5f000000, 0x4f000000, 0x4b800001};
  const size_t count = std::size(kDouble);
  static_assert(std::size(kDouble) == std::size(kSingle));
  const uint64_t sign = which / count & 1;
  return is_double ? kDouble[which % count] | sign << 63 : kSingle[which % count] | sign << 31;
}

bool is_double_nan(uint64_t bits) {
  return (bits & ~(1ull << 63)) > 0x7ff0000000000000;
}

bool is_single_nan(uint64_t bits) {
  return (bits & 0x7fffffff) > 0x7f800000;
}

// A register that holds a double, or a float in its lower half: which one is not known for 64 bits.
uint64_t floating_bits(uint32_t bits, Numbers how, Random& random, bool& has_nan) {
  const bool is_double = bits != 32 && !(bits == 64 && random.one_in(how == Numbers::random ? 8 : 3));
  if (how == Numbers::boundary && random.one_in(3)) {
    const uint64_t special = special_floating(is_double, random.next() >> 8);
    has_nan |= is_double ? is_double_nan(special) : is_single_nan(special);
    return special;
  }
  const double value = floating_number(how, random);
  return is_double ? std::bit_cast<uint64_t>(value) : std::bit_cast<uint32_t>(static_cast<float>(value));
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
  uint64_t integer(Numbers how);
  uint64_t up_to_an_end();
  uint64_t multiple();
  uint64_t floating(uint32_t bits, Numbers how);
  void overlap();
  void special_pair(const Boundary& boundary);
  void fill(uint32_t buffer);
  // `owner` as Slot::buffer.
  void fill_words(std::span<uint8_t> bytes, const std::vector<uint32_t>& slots, Numbers how, int owner);
  void fill_global(uint32_t global);
  uint64_t alike_word();
  bool draws(Numbers& how);  // how to fill a global; false: it stays as it is
  bool leads_back(int owner, uint32_t word, uint64_t& address);

  const Shape& shape_;
  const Filling& filling_;
  Random& random_;
  uint64_t related_integer_ = 0, related_double_ = 0, related_single_ = 0, alike_ = 0;
  bool lanes_ = false, marks_ = false;
  std::vector<uint64_t> addresses_;
  Input input_;
};

uint64_t Maker::integer(Numbers how) {
  if (how != Numbers::related) return number(filling_, how, random_);
  if (lanes_ && !random_.one_in(16)) return related_integer_;
  switch (random_.below(8)) {
    case 0:
      return related_integer_ + 1;
    case 1:
      return related_integer_ - 1;
    case 2:
      return 0 - related_integer_;
    case 3:
      return ~related_integer_;
    case 4:
      return related_integer_ ^ 1ull << random_.below(64);
    default:
      return related_integer_;
  }
}

// How many bytes, or elements of some size, a buffer has: what is behind them may not be read.
uint64_t Maker::up_to_an_end() {
  const std::vector<uint8_t>& bytes = input_.regions[random_.below(input_.regions.size())].bytes;
  static constexpr unsigned kShifts[] = {0, 3, 0, 2, 0, 1};
  return bytes.size() >> kShifts[filling_.fit % std::size(kShifts)];
}

// Of the number that all others are.
uint64_t Maker::multiple() {
  const uint64_t factors[] = {1, alike_, 1 + random_.below(6)};
  return alike_ * factors[random_.below(std::size(factors))];
}

uint64_t Maker::floating(uint32_t bits, Numbers how) {
  if (how != Numbers::related) return floating_bits(bits, how, random_, input_.has_nan);
  const bool is_double = bits != 32;
  if (random_.one_in(4)) {
    const uint64_t special = special_floating(is_double, random_.next() >> 8);
    input_.has_nan |= is_double ? is_double_nan(special) : is_single_nan(special);
    return special;
  }
  const uint64_t sign = random_.one_in(3) ? 1 : 0, step = random_.one_in(3) ? random_.below(3) : 0;
  return is_double ? (related_double_ ^ sign << 63) + step : (related_single_ ^ sign << 31) + step;
}

uint64_t Maker::pointer(uint32_t buffer) {
  if (filling_.aliases && random_.one_in(12)) return 0;
  if (filling_.aliases && filling_.overlaps && random_.one_in(5)) {
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
  if (filling_.alias == 0 || !filling_.overlaps || n < 2) return;
  const size_t turn = filling_.alias - 1, pair = turn % pairs, first = pair / (n - 1);
  const size_t second = pair % (n - 1) + (pair % (n - 1) >= first);
  input_.values[pointers[first]][0] =
      addresses_[shape_.parameters[pointers[second]]] + kDistances[turn / pairs % std::size(kDistances)];
}

// Two numbers that are special together, every ordered pair of parameters in turn: the smallest integer and minus one
// (which no division takes), a NaN or an infinity and something else, zeros of both signs.
void Maker::special_pair(const Boundary& boundary) {
  using Kind = BoundaryValue::Kind;
  std::vector<size_t> numbers;
  for (size_t p = 0; p < boundary.parameters.size(); ++p)
    if (shape_.parameters[p] == Shape::kNumber && boundary.parameters[p].kind != Kind::result_address &&
        boundary.parameters[p].source.kind != Place::Kind::vector_count)
      numbers.push_back(p);
  const size_t n = numbers.size(), pairs = n * (n - 1);
  if (filling_.pair != 0 && n == 1 && boundary.parameters[numbers[0]].kind == Kind::floating) {
    input_.values[numbers[0]][0] = special_floating(boundary.parameters[numbers[0]].bits != 32, filling_.pair - 1);
    input_.has_nan = true;
  }
  if (filling_.pair == 0 || n < 2) return;
  const size_t turn = filling_.pair - 1, pair = turn % pairs, round = turn / pairs;
  const size_t first = numbers[pair / (n - 1)], second = numbers[pair % (n - 1) + (pair % (n - 1) >= pair / (n - 1))];
  const BoundaryValue &a = boundary.parameters[first], &b = boundary.parameters[second];
  if (a.kind == Kind::integer && b.kind == Kind::integer && round % 2 == 0) {
    input_.values[first][0] = narrow(1ull << (std::min(a.bits, 64u) - 1), a.bits, a.is_signed);
    input_.values[second][0] = narrow(~0ull, b.bits, b.is_signed);
  } else if (a.kind == Kind::integer && b.kind == Kind::integer) {
    input_.values[second][0] = narrow(input_.values[first][0], b.bits, b.is_signed);
  } else if (a.kind == Kind::floating && b.kind == Kind::floating && round % 3 == 0) {
    input_.values[first][0] = special_floating(a.bits != 32, round / 3);
    input_.has_nan = true;
  } else if (a.kind == Kind::floating && b.kind == Kind::floating && round % 3 == 1) {
    input_.values[first][0] = 0;
    input_.values[second][0] = 1ull << (b.bits == 32 ? 31 : 63);
  } else if (a.kind == Kind::floating && b.kind == Kind::floating) {
    input_.values[second] = input_.values[first];
  }
}

// Many objects know the one that they belong to, and code checks that.
bool Maker::leads_back(int owner, uint32_t word, uint64_t& address) {
  constexpr uint32_t kFirstWords = 4;
  if (owner <= 0 || owner >= Slot::kFirstGlobal || word >= kFirstWords || random_.one_in(3)) return false;
  for (uint32_t n = 0; n < shape_.buffers.size(); ++n) {
    const std::vector<uint32_t>& slots = shape_.buffers[n].slots;
    if (std::find(slots.begin(), slots.end(), static_cast<uint32_t>(owner)) == slots.end()) continue;
    address = addresses_[n];
    return true;
  }
  return false;
}

void Maker::fill_words(std::span<uint8_t> bytes, const std::vector<uint32_t>& slots, Numbers how, int owner) {
  // The largest lanes of all are seldom all there otherwise.
  const bool lanes = lanes_ && how == Numbers::related;
  // Where a pointer is looked for the count beside it had better be a small one.
  const bool looking = owner == filling_.tagged_buffer;
  const bool floats = !lanes && how != Numbers::text && how != Numbers::tag && random_.one_in(4) && !looking;
  const bool halves = random_.one_in(2), single_bytes = !halves && random_.one_in(4);
  // Zeros among other numbers: a loop that goes on while there are some.
  const bool sparse = !lanes && how != Numbers::text && how != Numbers::tag && random_.one_in(4) && !looking;
  auto word_at = [&](uint32_t w) -> uint64_t {
    if (w < slots.size() && slots[w] == Shape::kNull) return 0;
    if (w < slots.size() && slots[w] != Shape::kNumber && slots[w] != Shape::kKept)
      return filling_.nulls && random_.one_in(3) ? 0 : pointer(slots[w]);
    if (how == Numbers::tag || (owner == filling_.tagged_buffer && w == filling_.tagged_word))
      return tag_of({owner, w}, bytes.size() / 8);
    if (filling_.alike != 0) return alike_word();
    if (uint64_t back = 0; filling_.owners && leads_back(owner, w, back)) return back;
    if (sparse && random_.one_in(3)) return 0;
    if (floats && how != Numbers::zero) return floating(64, how);
    if (how == Numbers::text || (!halves && !single_bytes)) return integer(how);
    uint64_t word = 0;
    const unsigned width = halves ? 32 : 8;
    for (unsigned shift = 0; shift < 64; shift += width) word |= (integer(how) & ((uint64_t{1} << width) - 1)) << shift;
    return word;
  };
  for (uint32_t w = 0; 8 * w < bytes.size(); ++w) {
    const uint64_t word = word_at(w);
    std::memcpy(bytes.data() + 8 * w, &word, std::min<size_t>(8, bytes.size() - 8 * w));
  }
  // No zero: what looks for one goes on to the end.
  const bool dense = filling_.fit != 0 && (how == Numbers::small || how == Numbers::boundary || how == Numbers::random);
  for (size_t at = 0; dense && at < bytes.size(); ++at)
    if (bytes[at] == 0 && (at / 8 >= slots.size() || slots[at / 8] == Shape::kNumber)) bytes[at] = 1;
  // Text ends somewhere.
  if (how == Numbers::text) {
    const uint32_t at = static_cast<uint32_t>(random_.below(std::min<size_t>(bytes.size(), 64)));
    const uint32_t word = at / 8;
    if (word >= slots.size() || slots[word] == Shape::kNumber) bytes[at] = 0;
    if (slots.size() < (bytes.size() + 7) / 8 || slots[(bytes.size() - 1) / 8] == Shape::kNumber) bytes.back() = 0;
  }
}

// What is pointed to may hold anything while the counts beside the pointer are small.
void Maker::fill(uint32_t n) {
  const bool counts = filling_.words == Numbers::small || filling_.words == Numbers::zero;
  const bool looking = filling_.constants == nullptr;  // for pointers
  const bool any = n > 0 && counts && !looking && filling_.alike == 0 && random_.one_in(4);
  const Numbers how = any ? Numbers::random : filling_.words;
  fill_words(input_.regions[n].bytes, shape_.buffers[n].slots, how, static_cast<int>(n));
}

uint64_t Maker::alike_word() {
  static constexpr unsigned kBits[] = {32, 64, 8, 16};
  const unsigned width = kBits[filling_.alike % std::size(kBits)];
  const uint64_t element = width == 64 ? alike_ : alike_ & ((uint64_t{1} << width) - 1);
  uint64_t word = 0;
  for (unsigned shift = 0; shift < 64; shift += width)
    if (!marks_ || random_.one_in(6)) word |= element << shift;
  return word;
}

bool Maker::draws(Numbers& how) {
  static constexpr Numbers kWild[] = {Numbers::boundary, Numbers::random, Numbers::related, Numbers::text};
  if (filling_.alike != 0) {
    how = Numbers::small;
    return true;
  }
  switch (filling_.globals) {
    case Filling::Globals::initial:
      return false;
    case Filling::Globals::small:
      how = Numbers::small;
      return true;
    case Filling::Globals::wild:
      how = kWild[random_.below(std::size(kWild))];
      return true;
    case Filling::Globals::mixed:
      break;
  }
  const uint64_t draw = random_.below(6);
  how = draw == 2 ? Numbers::zero : draw < 5 ? Numbers::small : kWild[random_.below(std::size(kWild))];
  return draw > 1;
}

// Addresses that the file puts there stay: each side has its own.
void Maker::fill_global(uint32_t n) {
  const Shape::Global& global = shape_.globals[n];
  Numbers how = Numbers::tag;
  if (filling_.tagged_global != static_cast<int>(n) && !draws(how)) return;
  std::vector<uint8_t> bytes(global.bytes.size());
  fill_words(bytes, global.slots, how, Slot::kFirstGlobal + static_cast<int>(n));
  auto kept = [&](size_t at) { return at / 8 < global.slots.size() && global.slots[at / 8] == Shape::kKept; };
  for (size_t begin = 0, end; begin < bytes.size(); begin = end) {
    for (end = begin; end < bytes.size() && kept(end) == kept(begin);) ++end;
    const auto from = bytes.begin() + static_cast<ptrdiff_t>(begin), to = bytes.begin() + static_cast<ptrdiff_t>(end);
    if (!kept(begin) && !std::equal(from, to, global.bytes.begin() + static_cast<ptrdiff_t>(begin)))
      input_.data.push_back({global.name, global.offset + begin, {from, to}, global.own});
  }
}

Input Maker::make(const Boundary& boundary) {
  related_integer_ = number(filling_, random_.one_in(2) ? Numbers::boundary : Numbers::random, random_);
  marks_ = filling_.alike / 4 % 2 == 1 && filling_.constants != nullptr && !filling_.constants->empty();
  if (marks_)
    alike_ = (*filling_.constants)[random_.below(filling_.constants->size())];
  else if (filling_.alike != 0)
    alike_ = 1 + random_.below(12);
  lanes_ = filling_.pair % 2 == 1;
  if (lanes_) related_integer_ = lanes_number(filling_.pair / 2);
  const double related = floating_number(random_.one_in(2) ? Numbers::boundary : Numbers::random, random_);
  related_double_ = std::bit_cast<uint64_t>(related);
  related_single_ = std::bit_cast<uint32_t>(static_cast<float>(related));
  emulate::Arena arena;
  for (const Shape::Buffer& buffer : shape_.buffers) {
    addresses_.push_back(arena.place(
        buffer.size, filling_.fit != 0 || random_.one_in(2) ? emulate::Arena::Edge::end : emulate::Arena::Edge::start,
        8));
    input_.regions.push_back({addresses_.back(), std::vector<uint8_t>(buffer.size), true});
  }
  for (uint32_t n = 0; n < shape_.buffers.size(); ++n) fill(n);
  for (uint32_t n = 0; n < shape_.globals.size(); ++n) fill_global(n);
  for (uint32_t p = 0; p < boundary.parameters.size(); ++p) {
    const BoundaryValue& parameter = boundary.parameters[p];
    Value value{};
    // Mixed: a function of five numbers seldom wants all of them large.
    Numbers how = filling_.parameters;
    const bool rounds = how == Numbers::random && parameter.kind == BoundaryValue::Kind::floating;
    if (how != Numbers::tag && how != Numbers::zero && how != Numbers::related && !rounds && random_.one_in(4))
      how = Numbers::small;
    if (shape_.parameters[p] != Shape::kNumber)
      value[0] = pointer(shape_.parameters[p]);
    else if (parameter.kind == BoundaryValue::Kind::floating)
      for (uint32_t half = 0; half < (parameter.bits + 63) / 64; ++half)
        value[half] = floating(parameter.bits > 64 ? 64 : parameter.bits, how);
    else if (parameter.source.kind == Place::Kind::vector_count)
      value[0] = random_.below(9);
    else if (how == Numbers::tag || filling_.tagged_parameter == static_cast<int>(p))
      value[0] = tag_of({-1, p}, 0);
    else if (filling_.alike != 0)
      value[0] = marks_ ? integer(Numbers::small) : multiple();
    else if (filling_.fit != 0 && !shape_.buffers.empty())
      value[0] = up_to_an_end();
    else
      value[0] = integer(how);
    if (parameter.kind == BoundaryValue::Kind::integer)
      value[0] = narrow(value[0], parameter.bits, parameter.is_signed);
    input_.values.push_back(value);
  }
  overlap();
  special_pair(boundary);
  return std::move(input_);
}

}  // namespace

// In the middle of its span, so that small negative offsets are recognised too.
uint64_t tag_of(const Slot& slot, uint64_t words) {
  uint64_t index = slot.index;
  if (words > kSlotsPerBuffer && index >= kSlotsPerBuffer / 2) {
    if (index < words - kSlotsPerBuffer / 2) return 0;
    index -= words - kSlotsPerBuffer;
  }
  return kTagBase + (static_cast<uint64_t>(slot.buffer + 1) * kSlotsPerBuffer + index) * kTagSpan + kTagSpan / 4;
}

uint32_t slot_of_index(uint32_t index, uint64_t words) {
  const bool from_the_end = words > kSlotsPerBuffer && index >= kSlotsPerBuffer / 2;
  return from_the_end ? static_cast<uint32_t>(index + words - kSlotsPerBuffer) : index;
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

namespace {

uint64_t other_nan(uint64_t bits, unsigned which) {
  constexpr uint64_t kPayload = 0x155;  // leaves the quiet bit alone and some payload set
  if (which == kNoNans) {
    constexpr uint64_t kExponent = 1ull << 62, kLowExponent = 1ull << 30;
    if (is_double_nan(bits) || is_single_nan(bits >> 32)) bits &= ~kExponent;
    return is_single_nan(bits & 0xffffffff) ? bits & ~kLowExponent : bits;
  }
  if (is_double_nan(bits)) return which == 0 ? bits ^ 1ull << 63 : (bits ^ kPayload) | 1;
  if ((bits & ~(1ull << 63)) == 0x7ff0000000000000) return bits;  // infinity, whose upper half would pass for a NaN
  for (const unsigned shift : {0u, 32u})
    if (is_single_nan(bits >> shift & 0xffffffff))
      bits = which == 0 ? bits ^ 1ull << (shift + 31) : (bits ^ kPayload << shift) | 1ull << shift;
  return bits;
}

}  // namespace

Input with_other_nans(const Input& input, const Boundary& boundary, unsigned which) {
  Input made = input;
  for (size_t p = 0; p < boundary.parameters.size(); ++p)
    if (const BoundaryValue& parameter = boundary.parameters[p]; parameter.kind == BoundaryValue::Kind::floating)
      for (uint64_t& half : made.values[p]) half = other_nan(half, which);
    else if (parameter.kind == BoundaryValue::Kind::integer && which == kNoNans)
      made.values[p][0] =
          narrow(other_nan(parameter.bits <= 32 ? made.values[p][0] & 0xffffffff : made.values[p][0], which),
                 parameter.bits, parameter.is_signed);
  auto change = [which](std::vector<uint8_t>& bytes) {
    for (size_t at = 0; at < bytes.size(); at += 8) {
      const size_t width = std::min<size_t>(8, bytes.size() - at);
      uint64_t word = 0;
      std::memcpy(&word, bytes.data() + at, width);
      word = other_nan(word, which);
      std::memcpy(bytes.data() + at, &word, width);
    }
  };
  for (emulate::Region& region : made.regions) change(region.bytes);
  for (DataPiece& piece : made.data) change(piece.bytes);
  return made;
}

bool may_be_taken_for_nan(const Input& input) {
  auto has = [](const std::vector<uint8_t>& bytes) {
    for (size_t at = 0; at + 4 <= bytes.size(); at += 4) {
      uint64_t word = 0;
      std::memcpy(&word, bytes.data() + at, std::min<size_t>(8, bytes.size() - at));
      if (is_single_nan(word & 0xffffffff) || (at % 8 == 0 && is_double_nan(word))) return true;
    }
    return false;
  };
  return std::any_of(input.regions.begin(), input.regions.end(),
                     [&](const auto& region) { return has(region.bytes); }) ||
         std::any_of(input.data.begin(), input.data.end(), [&](const auto& piece) { return has(piece.bytes); });
}

namespace {

// One number of the bytes; `slots` of the object that they begin in at a word of their own.
void vary_bytes(std::vector<uint8_t>& bytes, const std::vector<uint32_t>* slots, uint64_t first_word, uint64_t value,
                Random& random) {
  // The beginning decides most often.
  const size_t words = (bytes.size() + 7) / 8,
               word = random.below(random.one_in(2) ? std::min<size_t>(8, words) : words);
  const uint64_t slot = first_word + word;
  if (slots != nullptr && slot < slots->size() && (*slots)[slot] != Shape::kNumber) {
    const bool follows = (*slots)[slot] != Shape::kKept && 8 * word + 8 <= bytes.size();
    if (follows && random.one_in(2)) std::fill_n(bytes.begin() + static_cast<ptrdiff_t>(8 * word), 8, 0);
    return;
  }
  static constexpr size_t kWidths[] = {1, 1, 2, 4, 8};
  const size_t width = kWidths[random.below(std::size(kWidths))];
  const size_t at = 8 * word + random.below(8 / width) * width;
  if (at < bytes.size()) std::memcpy(bytes.data() + at, &value, std::min(width, bytes.size() - at));
}

// Where the piece stands; its words count from there.
const Shape::Global* global_of(const Shape& shape, const DataPiece& piece) {
  for (const Shape::Global& g : shape.globals)
    if (g.name == piece.object && piece.offset - g.offset < g.bytes.size()) return &g;
  return nullptr;
}

}  // namespace

Input varied(const Boundary& boundary, const Shape& shape, Input input, const Filling& filling, Random& random) {
  static constexpr Numbers kWays[] = {Numbers::small, Numbers::text, Numbers::boundary, Numbers::random};
  const size_t buffers = boundary.parameters.size(), data = buffers + 2 * input.regions.size();
  const size_t places = data + 2 * input.data.size();
  if (places == 0) return input;
  for (uint64_t changes = 1 + random.below(3); changes != 0; --changes) {
    const Numbers how = kWays[random.below(std::size(kWays))];
    const size_t place = random.below(places);
    if (place < buffers) {
      const BoundaryValue& parameter = boundary.parameters[place];
      if (shape.parameters[place] != Shape::kNumber || parameter.source.kind == Place::Kind::vector_count) continue;
      if (parameter.kind == BoundaryValue::Kind::floating)
        input.values[place][0] = floating_bits(std::min(parameter.bits, 64u), how, random, input.has_nan);
      else
        input.values[place][0] = narrow(number(filling, how, random), parameter.bits, parameter.is_signed);
    } else if (place < data) {
      const size_t n = (place - buffers) / 2;
      // Now and then an address of a buffer where no pointer is followed: some code compares them.
      const uint64_t value =
          random.one_in(8) ? input.regions[random.below(input.regions.size())].address : number(filling, how, random);
      vary_bytes(input.regions[n].bytes, n < shape.buffers.size() ? &shape.buffers[n].slots : nullptr, 0, value,
                 random);
    } else {
      DataPiece& piece = input.data[(place - data) / 2];
      const Shape::Global* const global = global_of(shape, piece);
      vary_bytes(piece.bytes, global != nullptr ? &global->slots : nullptr,
                 global != nullptr ? (piece.offset - global->offset) / 8 : 0, number(filling, how, random), random);
    }
  }
  return input;
}

}  // namespace portolan::verify
