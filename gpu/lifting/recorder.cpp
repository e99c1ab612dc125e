#include "gpu/lifting/recorder.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <set>
#include <unordered_map>

#include "frontends/kernel/series.h"
#include "ir/op.h"

namespace portolan::lifting {

using ir::FloatFormat;
using ir::Op;
using simt::kPlain;

namespace {

double number_of(const APInt& bits, FloatFormat format) {
  if (format == FloatFormat::none) return static_cast<double>(bits.getSExtValue());
  if (format == FloatFormat::f32) return std::bit_cast<float>(static_cast<uint32_t>(bits.getZExtValue()));
  return std::bit_cast<double>(kernel::convert_bits(bits, format, FloatFormat::f64).getZExtValue());
}

APInt bits_of(double x, FloatFormat format) {
  if (format == FloatFormat::f32) return APInt(32, std::bit_cast<uint32_t>(static_cast<float>(x)));
  return APInt(64, std::bit_cast<uint64_t>(x));
}

// Functions that specifications have or that are written with these; `factor`: of the argument.
struct Known {
  const char* name;
  double (*value)(double);
};
constexpr Known kFunctions[] = {
    {"identity", [](double x) { return x; }},        {"negative", [](double x) { return -x; }},
    {"sqrt", [](double x) { return std::sqrt(x); }}, {"rsqrt", [](double x) { return 1 / std::sqrt(x); }},
    {"inverse", [](double x) { return 1 / x; }},     {"tanh", [](double x) { return std::tanh(x); }},
    {"abs", [](double x) { return std::fabs(x); }},  {"relu", [](double x) { return std::max(x, 0.0); }},
};

// exp(rate * x), whatever the rate.
std::optional<double> exponential_rate(const std::vector<std::pair<double, double>>& samples) {
  std::optional<double> rate;
  for (const auto& [x, y] : samples)
    if (x == 1 && y > 0) rate = std::log(y);
  if (!rate || std::fabs(*rate) < 0.05 || std::fabs(*rate) > 4) return std::nullopt;
  for (double round : {1.0, -1.0, std::log(2.0), -std::log(2.0)})
    if (std::fabs(*rate - round) < 2e-6) rate = round;
  for (const auto& [x, y] : samples) {
    const double wanted = std::exp(*rate * static_cast<double>(static_cast<float>(x)));
    if (!(std::fabs(y - wanted) <= 4e-6 * wanted)) return std::nullopt;
  }
  return rate;
}

bool is_sign(const APInt& value) {
  return value.isSignMask();
}

}  // namespace

Mark Recorder::add(Node node) {
  nodes_.push_back(std::move(node));
  return static_cast<Mark>(nodes_.size());
}

std::vector<Mark> Recorder::input(uint32_t argument, std::vector<int64_t> place, unsigned bytes, FloatFormat format) {
  Node node;
  node.kind = Node::input;
  node.argument = argument, node.place = std::move(place), node.width = 8 * bytes, node.format = format;
  std::vector<Mark> marks(bytes);
  split(add(std::move(node)), marks);
  return marks;
}

Mark Recorder::undefined(uint32_t width) {
  Node node;
  node.width = width;
  return add(std::move(node));
}

Mark Recorder::compute(const ir::Function& function, const ir::Instruction& inst, std::span<const APInt> operands,
                       std::span<const Mark> marks, const APInt& result) {
  if (inst.op == Op::extract && inst.lanes == 1 && marks[0] != kPlain)
    if (const Mark part = extracted(marks[0], inst.index, inst.width); part != kPlain) return part;
  Node node;
  node.kind = Node::computed;
  node.inst = inst;
  node.width = inst.width;
  node.value = result;
  (void)function;
  for (size_t n = 0; n < operands.size(); ++n) node.operands.push_back({marks[n], operands[n]});
  return add(std::move(node));
}

// Bits of a value that was put together from others.
Mark Recorder::extracted(Mark whole, unsigned low, unsigned width) {
  const Node& n = at(whole);
  std::vector<Operand> pieces = n.operands;
  if (n.kind == Node::computed && n.inst.op == Op::concat && n.inst.lanes == 1)
    std::swap(pieces[0], pieces[1]);
  else if (n.kind != Node::joined)
    return kPlain;
  std::vector<APInt> values;
  std::vector<Mark> marks;
  unsigned begin = 0;
  for (const Operand& piece : pieces) {
    const unsigned bits = piece.value.getBitWidth();
    if (begin == low && bits == width) return piece.mark;
    if (begin <= low && low + width <= begin + bits)
      return piece.mark == kPlain ? kPlain : extracted(piece.mark, low - begin, width);
    if (begin >= low && begin + bits <= low + width) {
      values.push_back(piece.value);
      marks.push_back(piece.mark);
    }
    begin += bits;
  }
  unsigned found = 0;
  for (const APInt& value : values) found += value.getBitWidth();
  if (found != width || std::ranges::all_of(marks, [](Mark m) { return m == kPlain; })) return kPlain;
  return join(values, marks);
}

// The bytes of one value in their order are that value.
Mark Recorder::join(std::span<const APInt> pieces, std::span<const Mark> marks) {
  if (marks[0] != kPlain && at(marks[0]).kind == Node::byte) {
    const Mark whole = at(marks[0]).operands[0].mark;
    const unsigned low = at(marks[0]).low;
    bool same = true;
    for (size_t n = 0; n < pieces.size() && same; ++n)
      same = marks[n] != kPlain && at(marks[n]).kind == Node::byte && at(marks[n]).operands[0].mark == whole &&
             at(marks[n]).low == low + 8 * n;
    if (same && low == 0 && at(whole).width == 8 * pieces.size()) return whole;
    if (same)
      if (const Mark part = extracted(whole, low, static_cast<unsigned>(8 * pieces.size())); part != kPlain)
        return part;
  }
  Node node;
  node.kind = Node::joined;
  for (size_t n = 0; n < pieces.size(); ++n) {
    node.operands.push_back({marks[n], pieces[n]});
    node.width += pieces[n].getBitWidth();
  }
  return add(std::move(node));
}

void Recorder::split(Mark mark, std::span<Mark> bytes) {
  for (size_t n = 0; n < bytes.size(); ++n) {
    Node node;
    node.kind = Node::byte;
    node.operands = {{mark, APInt(1, 0)}};
    node.low = static_cast<unsigned>(8 * n), node.width = 8;
    bytes[n] = add(std::move(node));
  }
}

ExpressionPtr Recorder::fail(std::string why) {
  if (why_.empty()) why_ = std::move(why);
  return nullptr;
}

ExpressionPtr Recorder::operand(const Operand& o, FloatFormat format) {
  return o.mark == kPlain ? number(number_of(o.value, format)) : read(o.mark, format);
}

ExpressionPtr Recorder::read(Mark mark, FloatFormat format) {
  const auto key = std::pair(mark, format);
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  const Node& n = at(mark);
  ExpressionPtr result;
  if (n.kind == Node::input && n.format == format) {
    std::vector<Affine> index;
    for (int64_t i : n.place) index.push_back({i, {}});
    result = element(n.argument, std::move(index));
  } else if (n.kind == Node::computed && n.inst.lanes == 1) {
    if (n.inst.op == Op::select && n.operands[0].mark == kPlain)
      return operand(n.operands[n.operands[0].value.getBoolValue() ? 1 : 2], format);
    result = n.inst.op == Op::select                                                              ? chosen(n)
             : n.inst.format == format || n.inst.op == Op::fconvert || n.inst.op == Op::sint_to_f ? arithmetic(n)
                                                                                                  : nullptr;
  }
  if (!result && n.kind == Node::computed && n.inst.lanes == 1)
    result = format == FloatFormat::none ? whole(n) : turned(n, format);
  if (!result && n.kind == Node::computed && format == FloatFormat::none) result = rounded(mark);
  if (!result && n.kind == Node::computed) result = recognised(mark, format);
  if (result) why_.clear();
  known_.emplace(key, result);
  if (!result)
    return fail(n.kind == Node::computed  ? fmt::format("a value that is computed by {} is no arithmetic that "
                                                         "specifications have and no function that is known",
                                                        ir::info(n.inst.op).name)
                : n.kind == Node::unknown ? "a value that nobody has set"
                                          : "bytes of several numbers make one");
  return result;
}

ExpressionPtr Recorder::read_low(Mark mark) {
  const Node& n = at(mark);
  if (n.kind == Node::byte && n.low == 0) return read_low(n.operands[0].mark);
  if (n.kind == Node::joined && n.operands.size() == 1 && n.operands[0].mark != kPlain)
    return read_low(n.operands[0].mark);
  if (n.kind == Node::computed && n.inst.op == Op::extract && n.inst.lanes == 1 && n.inst.index == 0)
    return read_low(n.operands[0].mark);
  return read(mark, FloatFormat::none);
}

// A real number that became a whole one: rounded, halves away from zero, perhaps within limits.
ExpressionPtr Recorder::rounded(Mark root) {
  constexpr unsigned kGates = 6;
  Mark from = root;
  for (unsigned turn = 0; turn < kGates; ++turn) {
    from = gate(from);
    if (from == 0) return nullptr;
    const auto at_number = [&](double x) {
      const auto y = evaluated(root, from, bits_of(x, FloatFormat::f32));
      return y ? number_of(*y, FloatFormat::none) : std::nan("");
    };
    const double lowest = at_number(-1e6), highest = at_number(1e6);
    if (!(lowest < highest)) return nullptr;
    const auto is_rounded = [&](double x) { return at_number(x) == std::clamp(std::round(x), lowest, highest); };
    constexpr double kSamples[] = {-999.5, -300.5, -200.25, -127.75, -127.5, -100.75, -9.0,  -5.5,  -2.5,
                                   -1.5,   -0.75,  -0.5,    -0.25,   0.0,    0.25,    0.5,   0.75,  1.5,
                                   2.5,    6.25,   11.0,    100.5,   126.5,  127.25,  200.5, 999.75};
    if (!std::ranges::all_of(kSamples, is_rounded)) continue;
    ExpressionPtr x = read(from, FloatFormat::f32);
    if (!x) return nullptr;
    ExpressionPtr whole = function("round_away", std::move(x));
    if (highest < 1e6) whole = extreme(false, {std::move(whole), number(highest)});
    if (lowest > -1e6) whole = extreme(true, {std::move(whole), number(lowest)});
    return whole;
  }
  return nullptr;
}

ExpressionPtr Recorder::arithmetic(const Node& n) {
  const FloatFormat f = n.inst.format;
  if (n.inst.op == Op::fconvert) return operand(n.operands[0], f);
  const size_t count = n.operands.size();
  std::vector<ExpressionPtr> x;
  if (n.inst.op == Op::sint_to_f && n.operands[0].mark != kPlain) return read(n.operands[0].mark, FloatFormat::none);
  switch (n.inst.op) {
    case Op::fadd:
    case Op::fsub:
    case Op::fmul:
    case Op::fdiv:
    case Op::fma:
    case Op::fsqrt:
    case Op::fmaximum:
    case Op::fmaxnum:
    case Op::fminimum:
    case Op::fminnum:
      break;
    default:
      return nullptr;
  }
  if (n.inst.op == Op::fma) return fused(n);
  for (size_t i = 0; i < count; ++i) {
    x.push_back(operand(n.operands[i], f));
    if (!x.back()) return nullptr;
  }
  switch (n.inst.op) {
    case Op::fadd:
      return sum(x);
    case Op::fsub:
      return sum({x[0], product({number(-1), x[1]})});
    case Op::fmul:
      return product(x);
    case Op::fdiv:
      return product({x[0], inverse(x[1])});
    case Op::fsqrt:
      return function("sqrt", x[0]);
    default:
      return extreme(n.inst.op == Op::fmaximum || n.inst.op == Op::fmaxnum, x);
  }
}

// The product may be a function that is known where its factors by themselves are none.
ExpressionPtr Recorder::fused(const Node& n) {
  const ExpressionPtr added = operand(n.operands[2], n.inst.format);
  if (!added) return nullptr;
  const ExpressionPtr a = operand(n.operands[0], n.inst.format),
                      b = a ? operand(n.operands[1], n.inst.format) : nullptr;
  if (b) return sum({product({a, b}), added});
  Node factors;
  factors.kind = Node::computed;
  factors.inst = n.inst;
  factors.inst.op = Op::fmul;
  factors.width = n.width;
  factors.operands = {n.operands[0], n.operands[1]};
  const ExpressionPtr both = recognised(add(std::move(factors)), n.inst.format);
  return both ? sum({both, added}) : nullptr;
}

// With its sign turned round, by the bits.
ExpressionPtr Recorder::turned(const Node& n, FloatFormat format) {
  if (n.inst.op != Op::bit_xor) return nullptr;
  for (size_t i : {0, 1})
    if (n.operands[i].mark == kPlain && is_sign(n.operands[i].value))
      if (const ExpressionPtr x = operand(n.operands[1 - i], format)) return product({number(-1), x});
  return nullptr;
}

// Arithmetic modulo a power of two.
ExpressionPtr Recorder::whole(const Node& n) {
  std::vector<ExpressionPtr> x;
  switch (n.inst.op) {
    case Op::add:
    case Op::sub:
    case Op::mul:
    case Op::smin:
    case Op::smax:
    case Op::sext:
    case Op::shl:
      if (n.inst.op == Op::shl && n.operands[1].mark != kPlain) return nullptr;
      for (const Operand& o : n.operands) {
        x.push_back(operand(o, FloatFormat::none));
        if (!x.back()) return nullptr;
      }
      break;
    default:
      return nullptr;
  }
  switch (n.inst.op) {
    case Op::add:
      return sum(x);
    case Op::sub:
      return sum({x[0], product({number(-1), x[1]})});
    case Op::mul:
      return product(x);
    case Op::shl: {
      const uint64_t by = n.operands[1].value.getZExtValue();
      return by < 31 ? product({x[0], number(static_cast<double>(uint64_t{1} << by))}) : nullptr;
    }
    case Op::sext:
      return at(n.operands[0].mark).kind == Node::input ? x[0] : nullptr;
    default:
      return extreme(n.inst.op == Op::smax, x);
  }
}

// The larger or smaller of what is compared.
ExpressionPtr Recorder::chosen(const Node& n) {
  if (n.operands[0].mark == kPlain) return nullptr;
  const Node& c = at(n.operands[0].mark);
  if (c.kind != Node::computed || (c.inst.op != Op::flt && c.inst.op != Op::fle) || c.operands.size() != 2)
    return nullptr;
  if (c.inst.format == FloatFormat::none) return nullptr;
  const auto same = [](const Operand& a, const Operand& b) {
    return a.mark == b.mark &&
           (a.mark != kPlain || (a.value.getBitWidth() == b.value.getBitWidth() && a.value == b.value));
  };
  const bool first = same(c.operands[0], n.operands[1]) && same(c.operands[1], n.operands[2]);
  const bool second = same(c.operands[1], n.operands[1]) && same(c.operands[0], n.operands[2]);
  if (!first && !second) return nullptr;
  const ExpressionPtr a = operand(n.operands[1], c.inst.format), b = operand(n.operands[2], c.inst.format);
  return a && b ? extreme(second, {a, b}) : nullptr;
}

// The last value through which all of the inputs reach this one.
Mark Recorder::gate(Mark root) const {
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
    const bool is_number = n.kind == Node::input ? n.format != FloatFormat::none
                                                 : n.kind == Node::computed && n.inst.lanes == 1 && n.width == 32 &&
                                                       n.inst.format == FloatFormat::f32;
    if (open.size() == 1 && is_number) return largest;
    if (n.kind == Node::input || n.kind == Node::unknown) return 0;
    open.erase(largest);
    open_operands(largest);
  }
  return 0;
}

std::optional<APInt> Recorder::evaluated(Mark root, Mark given, const APInt& value) const {
  std::unordered_map<Mark, APInt> values = {{given, value}};
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
    for (const Operand& o : n.operands) {
      if (o.mark == kPlain)
        operands.push_back(o.value);
      else if (const auto found = values.find(o.mark); found != values.end())
        operands.push_back(found->second);
      else
        open.push_back(o.mark);
    }
    if (operands.size() != n.operands.size()) continue;
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

ExpressionPtr Recorder::recognised(Mark root, FloatFormat format) {
  if (format != FloatFormat::f32) return nullptr;
  const Mark from = gate(root);
  if (from == 0) return nullptr;
  std::vector<std::pair<double, double>> samples;
  for (double x : {-9.0, -5.5, -3.25, -2.0, -1.0, -0.75, -0.3, -0.01, 0.02, 0.4, 0.7, 1.0, 1.5, 2.5, 4.0, 6.5, 11.0}) {
    const auto y = evaluated(root, from, bits_of(x, format));
    if (!y) return nullptr;
    samples.emplace_back(x, number_of(*y, format));
  }
  if (const auto rate = exponential_rate(samples)) {
    ExpressionPtr x = read(from, format);
    return x ? function("exp", product({number(*rate), x})) : nullptr;
  }
  for (const Known& f : kFunctions) {
    const bool fits = std::ranges::all_of(samples, [&](const auto& s) {
      const double wanted = f.value(static_cast<double>(static_cast<float>(s.first)));
      return std::isnan(wanted) ? std::isnan(s.second) : std::fabs(s.second - wanted) <= 2e-6 * std::fabs(wanted);
    });
    if (!fits) continue;
    ExpressionPtr x = read(from, format);
    if (!x) return nullptr;
    const std::string name = f.name;
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
  return nullptr;
}

}  // namespace portolan::lifting
