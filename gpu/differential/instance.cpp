#include "gpu/differential/instance.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace portolan::differential {
namespace {

using manifest::Argument;

constexpr int64_t kMostBytes = int64_t{1} << 26, kLargestDimension = 65535;

// Where the drawn numbers lie, if the manifest says so.
struct Range {
  bool stated = false;
  int64_t low = 0, high = 0;
  bool holds(double v) const { return !stated || (v >= static_cast<double>(low) && v <= static_cast<double>(high)); }
};

// One of the code's numbers or a neighbour of it; none: there are no such numbers.
std::optional<uint64_t> drawn_from_code(const Numbers& code, unsigned bytes, Random& random) {
  const auto found = code.find(bytes);
  if (found == code.end() || found->second.empty()) return std::nullopt;
  return found->second[random.below(found->second.size())] + random.below(3) - 1;
}

double drawn_real(std::string_view kind, int64_t n, int64_t count, Random& random) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (kind == "small") return static_cast<double>(random.below(9)) - 4;
  if (kind == "ramp") return static_cast<double>(n - count / 2) * 0.5 + 0.25;
  const double part = static_cast<double>(random.next() >> 11) * 0x1p-53;  // [0, 1)
  const double plain = (2 * part - 1) * std::ldexp(1.0, static_cast<int>(random.below(9)) - 4);
  if (kind == "special" && random.one_in(4)) {
    static constexpr double kSpecial[] = {0.0,   -0.0,      1e-40,      -1e-41,
                                          6e-8,  kInfinity, -kInfinity, std::numeric_limits<double>::quiet_NaN(),
                                          65504, 3.4028e38, -3.4e38,    1.0};
    return kSpecial[random.below(std::size(kSpecial))];
  }
  // Neighbours nearly cancel.
  if (kind == "cancelling") {
    const double size = std::ldexp(1.0 + static_cast<double>(n / 2 % 7) * 0.125, 6);
    return n % 2 == 0 ? size : -size * (1 + part * 0x1p-8);
  }
  return plain;
}

int64_t drawn_integer(std::string_view kind, Element type, int64_t n, Random& random) {
  const int64_t least = type.kind == Element::is_signed ? INT64_MIN >> (64 - 8 * type.bytes) : 0;
  const int64_t most = type.kind == Element::is_signed ? ~least
                       : type.bytes == 8               ? INT64_MAX
                                                       : (int64_t{1} << (8 * type.bytes)) - 1;
  if (kind == "small") return static_cast<int64_t>(random.below(8)) + (least < 0 ? -3 : 0);
  if (kind == "ramp") return n * 3 + 1;
  if (kind == "cancelling") return n % 2 == 0 ? n * 1000 + 7 : -(n * 1000 + 6);
  if (kind == "special" && random.one_in(2)) {
    const int64_t special[] = {0, 1, -1, least, most, most - 1, 31, 32, 33, 64};
    return special[random.below(std::size(special))];
  }
  return static_cast<int64_t>(random.next());
}

class Maker {
 public:
  Maker(const manifest::Kernel& kernel, const manifest::Sizes& sizes, std::string_view inputs, Random& random,
        const Numbers& code)
      : kernel_(kernel), inputs_(inputs), random_(random), code_(code) {
    made_.kernel = kernel.name;
    made_.inputs = inputs;
    made_.sizes = sizes;
  }

  Expected<Instance> run() {
    uint32_t* const grid[] = {&made_.grid.x, &made_.grid.y, &made_.grid.z};
    uint32_t* const block[] = {&made_.block.x, &made_.block.y, &made_.block.z};
    for (int n = 0; n < 3; ++n) {
      *grid[n] = static_cast<uint32_t>(number(kernel_.grid[n], 1, kLargestDimension, "a grid's size"));
      *block[n] = static_cast<uint32_t>(number(kernel_.block[n], 1, 1024, "a block's size"));
    }
    if (made_.block.count() > 1024) fail(kernel_.block[0].location, "a block has at most 1024 threads");
    made_.shared_bytes = static_cast<uint64_t>(number(kernel_.shared, 0, 1 << 17, "shared memory"));
    for (const Argument& a : kernel_.arguments) argument(a, false);
    for (const Argument& a : kernel_.variables) argument(a, true);
    if (failure_) return *failure_;
    return std::move(made_);
  }

 private:
  void fail(const SourceLocation& where, std::string why) {
    if (!failure_) failure_ = error_at(where, fmt::format("kernel '{}': {}", kernel_.name, std::move(why)));
  }

  int64_t number(const manifest::Formula& f, int64_t least, int64_t most, const char* what) {
    auto value = f.evaluate(made_.sizes);
    if (!value) {
      if (!failure_) failure_ = value.error();
      return least;
    }
    if (*value >= least && *value <= most) return *value;
    fail(f.location, fmt::format("{} is {}, and must be from {} to {}", what, *value, least, most));
    return least;
  }

  Range range(const Argument& a) {
    Range r;
    if (!a.low && !a.high) return r;
    r.stated = true;
    r.low = a.low ? number(*a.low, INT64_MIN, INT64_MAX, "low") : 0;
    r.high = a.high ? number(*a.high, INT64_MIN, INT64_MAX, "high") : INT64_MAX;
    if (r.high < r.low)
      fail(kernel_.location, fmt::format("{}: there is nothing from {} to {}", a.name, r.low, r.high));
    return r;
  }

  void put_drawn(const Argument& a, const Range& r, int64_t n, int64_t count, uint8_t* to) {
    std::optional<uint64_t> of_code;
    if (inputs_ == "special" && random_.one_in(4)) of_code = drawn_from_code(code_, a.type.bytes, random_);
    if (a.type.is_float()) {
      double v = drawn_real(inputs_, n, count, random_);
      if (of_code) v = number_at(a.type, reinterpret_cast<const uint8_t*>(&*of_code));
      if (!r.holds(v))
        v = static_cast<double>(r.low) + static_cast<double>(random_.next() >> 11) * 0x1p-53 *
                                             (static_cast<double>(r.high) - static_cast<double>(r.low));
      return put_number(a.type, v, to);
    }
    int64_t v = drawn_integer(inputs_, a.type, n, random_);
    if (of_code) v = integer_at(a.type, reinterpret_cast<const uint8_t*>(&*of_code));
    if (r.stated && (v < r.low || v > r.high)) {
      const uint64_t width = static_cast<uint64_t>(r.high) - static_cast<uint64_t>(r.low) + 1;
      v = r.low + static_cast<int64_t>(width == 0 ? random_.next() : static_cast<uint64_t>(v) % width);
    }
    put_integer(a.type, v, to);
  }

  void fill(const Argument& a, int64_t count, std::vector<uint8_t>& bytes) {
    const Range r = range(a);
    if (failure_) return;
    auto at = [&](int64_t n) { return bytes.data() + n * a.type.bytes; };
    auto put = [&](int64_t n, int64_t v) {
      a.type.is_float() ? put_number(a.type, static_cast<double>(v), at(n)) : put_integer(a.type, v, at(n));
    };
    std::vector<int64_t> values;
    switch (a.filling) {
      case Argument::any:
        for (int64_t n = 0; n < count; ++n) put_drawn(a, r, n, count, at(n));
        return;
      case Argument::zero:
        return;
      case Argument::ramp:
      case Argument::permutation:
        for (int64_t n = 0; n < count; ++n) values.push_back(r.low + n);
        if (a.filling == Argument::permutation)
          for (int64_t n = count - 1; n > 0; --n)
            std::swap(values[static_cast<size_t>(n)], values[random_.below(static_cast<uint64_t>(n) + 1)]);
        break;
      case Argument::offsets:
        if (!r.stated)
          return fail(kernel_.location, fmt::format("{}: offsets need 'high', where the last ends", a.name));
        for (int64_t n = 0; n < count; ++n)
          values.push_back(r.low + static_cast<int64_t>(random_.below(static_cast<uint64_t>(r.high - r.low) + 1)));
        std::sort(values.begin(), values.end());
        if (count != 0) values.front() = r.low, values.back() = r.high;
        break;
    }
    for (int64_t n = 0; n < count; ++n) put(n, values[static_cast<size_t>(n)]);
  }

  void argument(const Argument& a, bool variable) {
    Given g{a.name,   a.type,    a.direction, {}, a.any_order, a.tolerance.value_or(kernel_.tolerance),
            variable, a.returned};
    if (a.direction == Argument::value) {
      g.bytes.resize(a.type.bytes);
      g.stated = a.count || a.real_value;
      if (a.real_value)
        put_number(a.type, *a.real_value, g.bytes.data());
      else if (a.count)
        put_integer(a.type, number(*a.count, INT64_MIN, INT64_MAX, "a value"), g.bytes.data());
      else
        fill(a, 1, g.bytes);
    } else {
      const int64_t count = number(*a.count, 0, kMostBytes / a.type.bytes, "a number of elements");
      if (failure_) return;
      bytes_ += count * a.type.bytes;
      if (bytes_ > kMostBytes) return fail(a.count->location, "the buffers are too large together");
      g.bytes.resize(static_cast<size_t>(count * a.type.bytes));
      if (a.direction != Argument::out) fill(a, count, g.bytes);
    }
    made_.arguments.push_back(std::move(g));
  }

  const manifest::Kernel& kernel_;
  std::string_view inputs_;
  Random& random_;
  const Numbers& code_;
  Instance made_;
  int64_t bytes_ = 0;
  std::optional<Diagnostic> failure_;
};

}  // namespace

Numbers numbers_of(const simt::Program& program, const std::string& kernel) {
  Numbers numbers;
  const auto found = program.functions.find(kernel);
  if (found == program.functions.end()) return numbers;
  std::map<unsigned, std::set<uint64_t>> all;
  const ir::Function& f = *found->second.function;
  for (size_t n = 0; n < f.constants.size(); ++n) {
    const ir::APInt& c = f.constants[n];
    const unsigned bits = c.getBitWidth();
    if (bits != 8 && bits != 16 && bits != 32 && bits != 64) continue;
    // What is small is compared with narrower numbers too.
    for (unsigned bytes = 1; bytes <= bits / 8; bytes *= 2)
      if (bytes == bits / 8 || c.isSignedIntN(8 * bytes)) all[bytes].insert(static_cast<uint64_t>(c.getSExtValue()));
  }
  for (const auto& [bytes, values] : all) numbers[bytes].assign(values.begin(), values.end());
  return numbers;
}

std::string to_string(const Instance& i) {
  std::string text;
  for (const auto& [name, value] : i.sizes) text += fmt::format("{}={}, ", name, value);
  return text + fmt::format("grid {},{},{}, block {},{},{}, {} numbers", i.grid.x, i.grid.y, i.grid.z, i.block.x,
                            i.block.y, i.block.z, i.inputs);
}

Expected<Instance> make_instance(const manifest::Kernel& kernel, const manifest::Sizes& sizes, std::string_view inputs,
                                 Random& random, const Numbers& code) {
  return Maker(kernel, sizes, inputs, random, code).run();
}

}  // namespace portolan::differential
