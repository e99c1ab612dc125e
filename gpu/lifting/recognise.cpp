// Functions that the compiler spelled out: a part of the computation that depends on one number only is run at many
// places and compared with what specifications have.
#include <algorithm>
#include <bit>
#include <cmath>
#include <set>

#include "gpu/lifting/recorder.h"
#include "ir/concrete_domain.h"

namespace portolan::lifting {

using ir::FloatFormat;
using ir::Op;
using simt::kPlain;

namespace {

// Functions that specifications have or that are written with these.
struct Known {
  const char* name;
  double (*value)(double);
  bool small = false;  // at most 1, and compared absolutely
};
constexpr Known kFunctions[] = {
    {"identity", [](double x) { return x; }},
    {"negative", [](double x) { return -x; }},
    {"sqrt", [](double x) { return std::sqrt(x); }},
    {"rsqrt", [](double x) { return 1 / std::sqrt(x); }},
    {"inverse", [](double x) { return 1 / x; }},
    {"tanh", [](double x) { return std::tanh(x); }},
    {"abs", [](double x) { return std::fabs(x); }},
    {"relu", [](double x) { return std::max(x, 0.0); }},
    {"sin", [](double x) { return std::sin(x); }, true},
    {"cos", [](double x) { return std::cos(x); }, true},
};

// How close a function's values are that is computed in a format.
double closeness(FloatFormat format) {
  switch (format) {
    case FloatFormat::f64:
      return 1e-10;
    case FloatFormat::f32:
      return 2e-6;
    case FloatFormat::f16:
      return 0x1p-10;
    default:
      return 0x1p-7;
  }
}

// exp(rate * x), whatever the rate.
std::optional<double> exponential_rate(const std::vector<std::pair<double, double>>& samples, double within) {
  std::optional<double> rate;
  for (const auto& [x, y] : samples)
    if (x == 1 && y > 0) rate = std::log(y);
  if (!rate || std::fabs(*rate) < 0.05 || std::fabs(*rate) > 4) return std::nullopt;
  for (double round : {1.0, -1.0, std::log(2.0), -std::log(2.0)})
    if (std::fabs(*rate - round) < 2e-6) rate = round;
  for (const auto& [x, y] : samples) {
    const double wanted = std::exp(*rate * x);
    if (!(std::fabs(y - wanted) <= 2 * within * wanted)) return std::nullopt;
  }
  return rate;
}

}  // namespace

// A real number that became a whole one: rounded, halves away from zero, perhaps within limits.
ExpressionPtr Recorder::rounded(Mark root) {
  constexpr unsigned kGates = 6;
  Mark from = root;
  for (unsigned turn = 0; turn < kGates; ++turn) {
    from = gate(from);
    if (from == 0) return nullptr;
    const FloatFormat format = format_of(from);
    const auto at_number = [&](double x) {
      const auto y = evaluated(root, {{from, bits_of(x, format)}});
      return y ? number_of(*y, FloatFormat::none) : std::nan("");
    };
    const double lowest = at_number(-1e6), highest = at_number(1e6);
    if (!(lowest < highest)) return nullptr;
    const auto is_rounded = [&](double x) { return at_number(x) == std::clamp(std::round(x), lowest, highest); };
    constexpr double kSamples[] = {-999.5, -300.5, -200.25, -127.75, -127.5, -100.75, -9.0,  -5.5,  -2.5,
                                   -1.5,   -0.75,  -0.5,    -0.25,   0.0,    0.25,    0.5,   0.75,  1.5,
                                   2.5,    6.25,   11.0,    100.5,   126.5,  127.25,  200.5, 999.75};
    if (!std::ranges::all_of(kSamples, is_rounded)) continue;
    ExpressionPtr x = read(from, format);
    if (!x) return nullptr;
    sampled_.insert("round");
    ExpressionPtr whole = function("round_away", std::move(x));
    if (highest < 1e6) whole = extreme(false, {std::move(whole), number(highest)});
    if (lowest > -1e6) whole = extreme(true, {std::move(whole), number(lowest)});
    return whole;
  }
  return nullptr;
}

// A whole number divided by a constant, toward zero, as compilers write it: by a product of which the upper half
// counts, or by shifts.
ExpressionPtr Recorder::divided(Mark root) {
  constexpr unsigned kGates = 4;
  Mark from = root;
  for (unsigned turn = 0; turn < kGates; ++turn) {
    from = gate(from, false);
    if (from == 0 || format_of(from) != FloatFormat::none) return nullptr;
    const unsigned bits = at(from).width;
    if (bits != 32 && bits != 64) continue;
    const auto at_number = [&](int64_t x) {
      const auto y = evaluated(root, {{from, APInt(bits, static_cast<uint64_t>(x), true)}});
      return y && y->getBitWidth() <= 64 ? std::optional(y->getSExtValue()) : std::nullopt;
    };
    constexpr int64_t kFar = int64_t{1} << 30;
    const auto far = at_number(kFar);
    if (!far) return nullptr;
    if (*far <= 1 || *far > kFar / 2) continue;
    for (int64_t divisor = std::max<int64_t>(2, kFar / *far - 1); divisor <= kFar / *far + 1; ++divisor) {
      std::vector<int64_t> samples = {0, 1, 2, INT32_MAX, INT32_MAX - 1, kFar};
      uint64_t state = 1;
      for (int64_t k = 1; k <= 24; ++k) {
        state = state * 6364136223846793005 + 1442695040888963407;
        const int64_t multiple = (k <= 8 ? k : static_cast<int64_t>(state >> 33) / divisor) * divisor;
        for (const int64_t x : {multiple - 1, multiple, multiple + 1})
          samples.push_back(std::min<int64_t>(x, INT32_MAX));
      }
      const auto by_sign = [&](int64_t x) { return at_number(x) == x / divisor && at_number(-x) == -x / divisor; };
      // Of 32 bits without a sign: those with the highest bit too.
      const auto by_size = [&](int64_t x) {
        return at_number(x) == x / divisor && at_number(UINT32_MAX - x) == (UINT32_MAX - x) / divisor;
      };
      const bool is_signed = std::ranges::all_of(samples, by_sign) && at_number(INT32_MIN) == INT32_MIN / divisor;
      if (!is_signed && (bits != 32 || !std::ranges::all_of(samples, by_size))) continue;
      ExpressionPtr x = extended(from, is_signed);
      if (!x) return nullptr;
      sampled_.insert("division");
      return quotient(std::move(x), static_cast<double>(divisor));
    }
  }
  return nullptr;
}

// The last value through which all of the inputs reach this one. What is not known counts for nothing: where it decides
// there is no value (evaluated).
Mark Recorder::gate(Mark root, bool real) const {
  // Marks grow along the computation: what is left open of the largest first, until only one is.
  std::set<Mark> open;
  const auto open_operands = [&](Mark mark) {
    for (const Operand& o : at(mark).operands)
      if (o.mark != kPlain) open.insert(o.mark);
  };
  open_operands(root);
  for (size_t seen = 0; seen < 2000 && !open.empty(); ++seen) {
    const Mark largest = *open.rbegin();
    const Node& n = at(largest);
    if (open.size() == 1 && (!real || format_of(largest) != FloatFormat::none)) return largest;
    if (n.kind == Node::input) return 0;
    open.erase(largest);
    open_operands(largest);
  }
  return 0;
}

// Behind limits beyond which exponentials are no numbers.
Mark Recorder::without_limits(Mark mark) const {
  constexpr double kWide = 80;
  while (true) {
    const Node& n = at(mark);
    const bool limits = n.kind == Node::computed && n.inst.lanes == 1 &&
                        (n.inst.op == Op::fminnum || n.inst.op == Op::fmaxnum || n.inst.op == Op::fminimum ||
                         n.inst.op == Op::fmaximum);
    const size_t limit = limits && n.operands[0].mark == kPlain ? 0 : 1;
    if (!limits || n.operands[limit].mark != kPlain || format_of(n.operands[1 - limit].mark) != n.inst.format ||
        std::fabs(number_of(n.operands[limit].value, n.inst.format)) < kWide)
      return mark;
    mark = n.operands[1 - limit].mark;
  }
}

// Of a value that is surely a real number.
FloatFormat Recorder::format_of(Mark mark) const {
  const Node& n = at(mark);
  if (n.kind == Node::input) return n.format;
  if (n.kind != Node::computed || n.inst.lanes != 1) return FloatFormat::none;
  const FloatFormat f = n.inst.to_format != FloatFormat::none ? n.inst.to_format : n.inst.format;
  return (f == FloatFormat::f32 && n.width == 32) || (f == FloatFormat::f64 && n.width == 64) ? f : FloatFormat::none;
}

// What `root` is if these marks have these values; no value: it depends on others. Of a select only what it takes.
std::optional<APInt> Recorder::evaluated(Mark root, std::unordered_map<Mark, APInt> values) const {
  std::vector<Mark> open = {root};
  const ir::Function none;
  while (!open.empty()) {
    const Mark mark = open.back();
    if (values.contains(mark)) {
      open.pop_back();
      continue;
    }
    const Node& n = at(mark);
    if (n.kind == Node::input || n.kind == Node::unknown) return std::nullopt;
    std::vector<APInt> operands;
    size_t wanted = 0;
    const auto ask = [&](const Operand& o) -> const APInt* {
      ++wanted;
      if (o.mark == kPlain) return &o.value;
      if (const auto found = values.find(o.mark); found != values.end()) return &found->second;
      open.push_back(o.mark);
      return nullptr;
    };
    const bool selects = n.kind == Node::computed && n.inst.op == Op::select && n.inst.lanes == 1;
    if (selects) {
      const APInt* condition = ask(n.operands[0]);
      const APInt* value = condition ? ask(n.operands[condition->getBoolValue() ? 1 : 2]) : nullptr;
      if (!value) continue;
      open.pop_back();
      values.insert_or_assign(mark, APInt(*value));
      continue;
    }
    for (const Operand& o : n.operands)
      if (const APInt* value = ask(o)) operands.push_back(*value);
    if (operands.size() != wanted) continue;
    open.pop_back();
    APInt result(n.width, 0);
    if (n.kind == Node::computed) {
      if (n.inst.op == Op::shuffle) return std::nullopt;  // its mask stands in the function
      result = ir::evaluate_concrete(none, n.inst, operands);
    } else if (n.kind == Node::byte) {
      result = operands[0].extractBits(8, n.low);
    } else {
      unsigned low = 0;
      for (const APInt& piece : operands) {
        result.insertBits(piece, low);
        low += piece.getBitWidth();
      }
    }
    values.insert_or_assign(mark, result);
  }
  return values.at(root);
}

// One of kFunctions as specifications write it.
ExpressionPtr Recorder::known_function(const std::string& name, ExpressionPtr x) {
  if (name == "identity") return x;
  if (name == "inverse") return inverse(x);
  if (name == "rsqrt") return inverse(function("sqrt", x));
  if (name == "relu") return extreme(true, {x, number(0)});
  if (name == "negative") return product({number(-1), x});
  if (name == "tanh") {  // 1 - 2 / (exp(2 x) + 1)
    ExpressionPtr e = sum({function("exp", product({number(2), x})), number(1)});
    return sum({number(1), product({number(-2), inverse(e)})});
  }
  return function(name, x);
}

ExpressionPtr Recorder::recognised(Mark root, FloatFormat format) {
  if (format == FloatFormat::none) return nullptr;
  const Mark nearest = gate(root);
  if (nearest == 0) return nullptr;
  const Mark from = without_limits(nearest);
  const FloatFormat given = format_of(from);
  const double within = closeness(format);
  std::vector<std::pair<double, double>> samples;
  for (double x : {-9.0, -5.5, -3.25, -2.0, -1.0, -0.75, -0.3, -0.01, 0.02, 0.4, 0.7, 1.0, 1.5, 2.5, 4.0, 6.5, 11.0}) {
    const auto y = evaluated(root, {{from, bits_of(x, given)}});
    if (!y) return nullptr;
    samples.emplace_back(number_of(bits_of(x, given), given), number_of(*y, format));
  }
  if (const auto rate = exponential_rate(samples, within)) {
    ExpressionPtr x = read(from, given);
    if (x) sampled_.insert("exp");
    return x ? function("exp", product({number(*rate), x})) : nullptr;
  }
  for (const Known& f : kFunctions) {
    const bool fits = std::ranges::all_of(samples, [&](const auto& s) {
      const double wanted = f.value(s.first);
      return std::isnan(wanted) ? std::isnan(s.second)
                                : std::fabs(s.second - wanted) <= within * (f.small ? 1.0 : std::fabs(wanted));
    });
    if (!fits) continue;
    ExpressionPtr x = read(from, given);
    if (!x) return nullptr;
    sampled_.insert(f.name);
    return known_function(f.name, std::move(x));
  }
  return nullptr;
}

// The nearest sum of products that a value is made with. (Code that rounds by hand computes what it rounds.)
std::vector<Mark> Recorder::sums_within(Mark root) const {
  constexpr size_t kSeen = 40, kMost = 3;
  std::vector<Mark> found, queue = {root};
  std::set<Mark> seen;
  for (size_t n = 0; n < queue.size() && n < kSeen && found.size() < kMost; ++n) {
    const Node& node = at(queue[n]);
    const bool sums = node.kind == Node::computed && (node.inst.op == Op::fma || node.inst.op == Op::fadd);
    if (sums && format_of(queue[n]) != FloatFormat::none && queue[n] != root) {
      found.push_back(queue[n]);
      continue;
    }
    for (const Operand& o : node.operands)
      if (o.mark != kPlain && seen.insert(o.mark).second) queue.push_back(o.mark);
  }
  return found;
}

// Bits put together so that they come near a sum from which they also take whether it is a number: as that sum, if at
// many drawings of what the sum is of the two are as close as the format lets them be.
ExpressionPtr Recorder::near_sum(Mark root, FloatFormat format) {
  constexpr unsigned kDrawings = 16;
  if (format == FloatFormat::none) return nullptr;
  for (const Mark sum : sums_within(root)) {
    std::vector<std::pair<Mark, FloatFormat>> leaves;
    std::vector<std::pair<Mark, FloatFormat>> open = {{sum, format_of(sum)}};
    std::set<Mark> seen;
    while (!open.empty()) {
      const auto [mark, f] = open.back();
      open.pop_back();
      const Node& n = at(mark);
      const bool is_sum =
          n.kind == Node::computed && n.inst.lanes == 1 && n.inst.format != FloatFormat::none &&
          (n.inst.op == Op::fma || n.inst.op == Op::fadd || n.inst.op == Op::fmul || n.inst.op == Op::fconvert);
      if (!is_sum) leaves.emplace_back(mark, f);
      for (const Operand& o : n.operands)
        if (is_sum && o.mark != kPlain && seen.insert(o.mark).second) open.emplace_back(o.mark, n.inst.format);
    }
    uint64_t state = 1;
    bool close = !leaves.empty();
    for (unsigned drawing = 0; drawing < kDrawings && close; ++drawing) {
      std::unordered_map<Mark, APInt> given;
      double size = 1;
      for (const auto& [mark, f] : leaves) {
        state = state * 6364136223846793005 + 1442695040888963407;
        // Eighths, so that all formats hold them.
        const double x = static_cast<double>(static_cast<int64_t>(state >> 40) % 25 - 12) / 8;
        given.emplace(mark, bits_of(x, f));
        size += std::fabs(x);
      }
      const auto y = evaluated(root, given), wanted = evaluated(sum, given);
      close = y && wanted &&
              std::fabs(number_of(*y, format) - number_of(*wanted, format_of(sum))) <= closeness(format) * size;
    }
    if (!close) continue;
    sampled_.insert("a rounding");
    return read(sum, format_of(sum));
  }
  return nullptr;
}

}  // namespace portolan::lifting
