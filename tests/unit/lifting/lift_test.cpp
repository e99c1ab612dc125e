// Kernels of corpus/kernels lifted to specifications: which are, that these compute what the kernels do by a formula of
// their own here, and that specifications with one thing wrong are not accepted.
#include "gpu/lifting/lift.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <random>
#include <regex>
#include <sstream>

#include "emulate/accelerator/reference.h"
#include "gpu/compile/compile.h"
#include "gpu/lifting/expression.h"

namespace portolan {
namespace {

const std::string kFolder = std::string(PORTOLAN_SOURCE) + "/corpus/kernels/";

struct Kernels {
  manifest::Manifest launches;
  std::map<std::string, simt::Module> modules;  // by file

  Kernels() {
    std::ifstream in(kFolder + "port.toml");
    std::stringstream text;
    text << in.rdbuf();
    auto read = manifest::parse(text.str(), kFolder + "port.toml");
    launches = std::move(*read);
  }
  const simt::Module& module(const std::string& file) {
    const auto found = modules.find(file);
    if (found != modules.end()) return found->second;
    const auto ptx = compile::to_ptx(kFolder + file, compile::Compiler::any, {});
    EXPECT_TRUE(ptx) << to_string(ptx.error());
    auto loaded = simt::load_module(kFolder + file, ptx->ptx);
    EXPECT_TRUE(loaded);
    return modules.emplace(file, std::move(*loaded)).first->second;
  }
};

Kernels& kernels() {
  static Kernels all;
  return all;
}

struct Wanted {
  const char *kernel, *file;
};
constexpr Wanted kWanted[] = {{"softmax", "softmax.cu"},       {"gemm_tiled", "linear.cu"},
                              {"axpy", "linear.cu"},           {"silu", "activation.cu"},
                              {"convolve2d", "convolve.cu"},   {"rms_norm", "norm.cu"},
                              {"transpose", "local.cu"},       {"block_scan", "collective.cu"},
                              {"stencil3d", "stencil.cu"},     {"attention_online", "attention.cu"},
                              {"reduce", "collective.cu"},     {"warp_scan", "collective.cu"},
                              {"quantise", "local.cu"},        {"half_warps", "votes.cu"},
                              {"some_lanes", "votes.cu"},      {"rope", "rope.cu"},
                              {"cg_update", "solver.cu"},      {"dequantise_int4", "int4.cu"},
                              {"dot_bytes", "inline_ptx.cu"},  {"max_pool", "pool.cu"},
                              {"tile_facts", "groups.cu"},     {"laplace4", "stencil.cu"},
                              {"brain_scale", "brain.cu"},     {"sum_floats", "atomics.cu"},
                              {"sum_last_block", "globals.cu"}};

const lifting::Lifted& lifted(const Wanted& w) {
  static std::map<std::string, lifting::Lifted> known;
  if (const auto before = known.find(w.kernel); before != known.end()) return before->second;
  const manifest::Kernel* kernel = kernels().launches.find(w.kernel, w.file);
  const auto found = lifting::lift(kernels().module(w.file), *kernel, {});
  EXPECT_TRUE(found) << to_string(found.error());
  return known[w.kernel] = found ? *found : lifting::Lifted{};
}

// An output on inputs that `give` makes of an input's number and an element's; whole numbers are hundredths of it.
std::vector<double> run(const std::string& text, const accelerator::ParameterValues& sizes,
                        const std::function<double(size_t, uint64_t)>& give, size_t output = 0) {
  const accelerator::Loaded loaded = accelerator::load_specification(text, "lifted.spec", sizes);
  if (!loaded.description) return {};
  const accelerator::Description& spec = *loaded.description;
  accelerator::Reference reference(spec, 3'000'000);
  size_t input = 0;
  for (uint32_t s : accelerator::inputs_of(spec)) {
    const auto& type = spec.states[s].type;
    for (uint64_t n = 0; n < static_cast<uint64_t>(spec.states[s].elements()); ++n) {
      const double x = give(input, n);
      const uint64_t bits =
          type.real ? type.real->bits(type.real->round(x)) : static_cast<uint64_t>(std::llround(x * 100)) & 0xffffffff;
      reference.tensor(s).write(n, {bits, true});
    }
    ++input;
  }
  if (reference.run().kind != accelerator::Outcome::Kind::finished) return {};
  std::vector<double> result;
  const uint32_t out = accelerator::outputs_of(spec)[output];
  const auto& type = spec.states[out].type;
  for (uint64_t n = 0; n < static_cast<uint64_t>(spec.states[out].elements()); ++n) {
    const uint64_t bits = reference.tensor(out).read(n).bits;
    result.push_back(type.real ? type.real->value(bits) : static_cast<double>(static_cast<int32_t>(bits)));
  }
  return result;
}

double value(size_t input, uint64_t n) {
  return static_cast<float>(std::sin(static_cast<double>(n * 7 + input * 13 + 1)) * 2);
}

TEST(Lifting, TheKernelsAreLifted) {
  for (const Wanted& w : kWanted) EXPECT_GE(lifted(w).tests, 4u) << w.kernel;
}

TEST(Lifting, MatrixProduct) {
  const auto got = run(lifted({"gemm_tiled", "linear.cu"}).specification, {{"m", 3}, {"n", 4}, {"k", 5}}, value);
  ASSERT_EQ(got.size(), 12u);
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 4; ++j) {
      double wanted = 0;
      for (size_t k = 0; k < 5; ++k) wanted += value(0, i * 5 + k) * value(1, k * 4 + j);
      EXPECT_NEAR(got[i * 4 + j], wanted, 1e-9);
    }
}

TEST(Lifting, Softmax) {
  const auto got = run(lifted({"softmax", "softmax.cu"}).specification, {{"rows", 2}, {"columns", 6}}, value);
  ASSERT_EQ(got.size(), 12u);
  for (size_t i = 0; i < 2; ++i) {
    double total = 0;
    for (size_t j = 0; j < 6; ++j) total += std::exp(value(0, i * 6 + j));
    for (size_t j = 0; j < 6; ++j) EXPECT_NEAR(got[i * 6 + j], std::exp(value(0, i * 6 + j)) / total, 1e-9);
  }
}

double whole(size_t, uint64_t n) {
  return static_cast<double>((n * 7 + 3) % 23) / 100;  // run() takes whole numbers for hundredths
}

// The last block of a reduction has fewer elements.
TEST(Lifting, ARaggedLastBlock) {
  const auto got = run(lifted({"reduce", "collective.cu"}).specification, {{"n", 70}, {"block", 32}}, whole);
  ASSERT_EQ(got.size(), 3u);
  for (uint64_t b = 0; b < 3; ++b) {
    double wanted = 0;
    for (uint64_t i = 32 * b; i < std::min<uint64_t>(70, 32 * b + 32); ++i)
      wanted += static_cast<double>((i * 7 + 3) % 23);
    EXPECT_EQ(got[b], wanted);
  }
}

// An index counts within its warp.
TEST(Lifting, PartsOfAnIndex) {
  const auto got = run(lifted({"warp_scan", "collective.cu"}).specification, {{"blocks", 2}, {"block", 64}}, whole);
  ASSERT_EQ(got.size(), 128u);
  double wanted = 0;
  for (uint64_t i = 0; i < 128; ++i) {
    wanted = (i % 32 == 0 ? 0 : wanted) + static_cast<double>((i * 7 + 3) % 23);
    EXPECT_EQ(got[i], wanted);
  }
}

TEST(Lifting, RoundedAndLimited) {
  const auto steps = [](size_t, uint64_t n) { return (static_cast<double>(n) - 30) * 0.1484375; };
  const auto got = run(lifted({"quantise", "local.cu"}).specification, {{"rows", 1}, {"columns", 60}}, steps);
  ASSERT_EQ(got.size(), 60u);
  for (uint64_t n = 0; n < 60; ++n) {
    const auto wanted = static_cast<int>(std::clamp(std::round(steps(0, n) / 0.03125), -127.0, 127.0));
    EXPECT_EQ(static_cast<int8_t>(static_cast<int>(got[n])), wanted);
  }
}

// The sine is spelled out by the compiler, with a branch for large numbers; the angle follows from the row.
TEST(Lifting, RotaryPositions) {
  const auto got = run(lifted({"rope", "rope.cu"}).specification, {{"positions", 12}, {"half", 3}}, value);
  ASSERT_EQ(got.size(), 72u);
  for (size_t p = 0; p < 12; ++p)
    for (size_t k = 0; k < 3; ++k) {
      const double angle = static_cast<double>(p) * value(0, k), a = value(1, p * 6 + k), b = value(1, p * 6 + 3 + k);
      EXPECT_NEAR(got[p * 6 + k], a * std::cos(angle) - b * std::sin(angle), 1e-9);
      EXPECT_NEAR(got[p * 6 + 3 + k], a * std::sin(angle) + b * std::cos(angle), 1e-9);
    }
}

// A branch that depends on data is one of two values.
TEST(Lifting, AGuardAgainstZero) {
  const std::string text = lifted({"cg_update", "solver.cu"}).specification;
  for (const double by : {0.0, 2.5}) {
    const auto give = [&](size_t input, uint64_t n) { return input == 1 ? by : value(input, n); };
    const auto x = run(text, {{"n", 5}}, give, 0), r = run(text, {{"n", 5}}, give, 1);
    ASSERT_EQ(x.size(), 5u);
    const double alpha = by == 0 ? 0 : value(0, 0) / by;
    for (size_t n = 0; n < 5; ++n) {
      EXPECT_NEAR(x[n], value(4, n) + alpha * value(2, n), 1e-9);
      EXPECT_NEAR(r[n], value(5, n) - alpha * value(3, n), 1e-9);
    }
  }
}

TEST(Lifting, NumbersPackedInWords) {
  constexpr uint32_t kWords[] = {0x8765'43f0, 0x0123'4567, 0xfedc'ba98};
  const auto words = [&](size_t input, uint64_t n) {
    return input == 1 ? static_cast<double>(n) + 0.5 : static_cast<double>(kWords[n % 3]) / 100;
  };
  const auto got = run(lifted({"dequantise_int4", "int4.cu"}).specification, {{"groups", 3}}, words);
  ASSERT_EQ(got.size(), 24u);
  for (size_t n = 0; n < 24; ++n) {
    const int q = static_cast<int>(kWords[n / 8] >> (4 * (n % 8)) & 15);
    EXPECT_EQ(got[n], (q < 8 ? q : q - 16) * (static_cast<double>(n / 8) + 0.5));
  }
  const auto bytes = [&](size_t, uint64_t n) { return static_cast<double>(static_cast<int32_t>(kWords[n % 3])) / 100; };
  const auto dot = run(lifted({"dot_bytes", "inline_ptx.cu"}).specification, {{"rows", 2}, {"words", 2}}, bytes);
  ASSERT_EQ(dot.size(), 2u);
  for (size_t row = 0; row < 2; ++row) {
    int wanted = 0;
    for (size_t k = 0; k < 8; ++k) {
      const auto byte = [&](size_t n) { return int{static_cast<int8_t>(kWords[n % 3] >> (8 * (k % 4)))}; };
      wanted += byte(row * 2 + k / 4) * byte(k / 4);
    }
    EXPECT_EQ(dot[row], wanted);
  }
}

// The place of the greatest of four, the first of those that are as great.
TEST(Lifting, WhereTheGreatestIs) {
  const auto give = [](size_t, uint64_t n) { return static_cast<double>(n * 7 % 5); };
  const auto text = lifted({"max_pool", "pool.cu"}).specification;
  const auto most = run(text, {{"width", 9}, {"height", 6}}, give, 0),
             where = run(text, {{"width", 9}, {"height", 6}}, give, 1);
  ASSERT_EQ(where.size(), 12u);
  for (uint64_t y = 0; y < 3; ++y)
    for (uint64_t x = 0; x < 4; ++x) {
      uint64_t best = 18 * y + 2 * x;
      for (const uint64_t at : {best + 1, best + 9, best + 10})
        if (give(0, at) > give(0, best)) best = at;
      EXPECT_EQ(most[y * 4 + x], give(0, best));
      EXPECT_EQ(where[y * 4 + x], static_cast<double>(best));
    }
}

// Lanes vote; each number less its right neighbour in a tile of eight, unless one of the tile is zero.
TEST(Lifting, VotesOfATile) {
  const auto text = lifted({"tile_facts", "groups.cu"}).specification;
  const auto number = [](uint64_t n) { return static_cast<int>((n * 11 + 5) % 17) - (n / 8 == 2 ? 0 : 20); };
  const auto give = [&](size_t, uint64_t n) { return number(n) / 100.0; };
  const auto below = run(text, {{"blocks", 1}, {"block", 32}}, give, 1),
             steps = run(text, {{"blocks", 1}, {"block", 32}}, give, 2);
  ASSERT_EQ(below.size(), 4u);
  ASSERT_EQ(steps.size(), 32u);
  for (uint64_t tile = 0; tile < 4; ++tile) {
    int most = -1000, less = 0;
    bool zero = false;
    for (uint64_t k = 0; k < 8; ++k) most = std::max(most, number(8 * tile + k)), zero |= number(8 * tile + k) == 0;
    for (uint64_t k = 0; k < 8; ++k) less += number(8 * tile + k) < most;
    EXPECT_EQ(below[tile], less);
    for (uint64_t k = 0; k < 8; ++k)
      EXPECT_EQ(steps[8 * tile + k], zero ? 0 : number(8 * tile + k) - number(8 * tile + (k + 1) % 8));
  }
}

// Added up by atomic operations, whose order shows in the last places only.
TEST(Lifting, SumsByAtomicAccesses) {
  const auto got = run(lifted({"sum_floats", "atomics.cu"}).specification, {{"n", 90}}, value);
  ASSERT_EQ(got.size(), 1u);
  double wanted = value(1, 0);
  for (uint64_t n = 0; n < 90; ++n) wanted += value(0, n);
  EXPECT_NEAR(got[0], wanted, 1e-9);
}

TEST(Lifting, AStencilWithZerosAround) {
  const auto got = run(lifted({"laplace4", "stencil.cu"}).specification, {{"n", 7}}, value);
  ASSERT_EQ(got.size(), 49u);
  for (int y = 0; y < 7; ++y)
    for (int x = 0; x < 7; ++x) {
      const auto at = [&](int v, int u) {
        return v < 0 || u < 0 || v > 6 || u > 6 ? 0 : value(0, static_cast<uint64_t>(v * 7 + u));
      };
      double wanted = -60 * at(y, x);
      for (const auto& [v, u] : {std::pair(0, 1), {1, 0}, {0, -1}, {-1, 0}})
        wanted += 16 * at(y + v, x + u) - at(y + 2 * v, x + 2 * u);
      EXPECT_NEAR(got[static_cast<size_t>(y * 7 + x)], wanted / 12, 1e-6);
    }
}

// One step of online softmax: what is there already, scaled to the new maximum, and one more.
TEST(Lifting, RunningSumsOfExponentialsAreScaledAtTheEnd) {
  using namespace lifting;
  const ExpressionPtr x = element(0, {{0, {}}}), y = element(0, {{1, {}}}), v = element(1, {{0, {}}});
  const auto minus = [](ExpressionPtr a, ExpressionPtr b) { return sum({a, product({number(-1), b})}); };
  const ExpressionPtr both = extreme(true, {x, y});
  const ExpressionPtr running = product({product({function("exp", minus(x, x)), v}), function("exp", minus(x, both))});
  const ExpressionPtr wanted = product({function("exp", minus(x, both)), v});
  const auto text = [](const ExpressionPtr& e) {
    std::vector<Affine> places;
    return form_of(*folded(e), places, nullptr);
  };
  EXPECT_EQ(text(running), text(wanted));
  EXPECT_EQ(text(product({sum({product({function("exp", x), v}), product({function("exp", y), v})}),
                          function("exp", product({number(-1), x}))})),
            text(sum({v, product({function("exp", minus(y, x)), v})})));
}

TEST(Lifting, WhatDependsOnDataIsRefused) {
  const manifest::Kernel* kernel = kernels().launches.find("bitonic", "sort.cu");
  EXPECT_FALSE(lifting::lift(kernels().module("sort.cu"), *kernel, {}));
}

// One token of an equation as another one.
std::string mutated(const std::string& text, std::mt19937_64& random) {
  static const std::regex tokens(
      R"(\bi\d\b|\bk\d\b|\d+\.\d+|[-+*/]|<=|<|==|>>|\b(max|sum|exp|sqrt|sin|cos|any|not)\b|\b\d\b)");
  const size_t begin = std::min(text.find("value "), text.find("output "));
  std::vector<std::smatch> found;
  for (auto at = std::sregex_iterator(text.begin() + static_cast<std::ptrdiff_t>(begin), text.end(), tokens);
       at != std::sregex_iterator(); ++at)
    found.push_back(*at);
  const std::smatch& one = found[random() % found.size()];
  const std::string old = one.str();
  std::string with;
  if (old == "max")
    with = "min";
  else if (old == "sum")
    with = "max";
  else if (old == "exp" || old == "sin")
    with = old == "exp" ? "abs" : "cos";
  else if (old == "cos")
    with = "sin";
  else if (old == "any")
    with = "all";
  else if (old == "not")
    with = "";
  else if (old == "<" || old == "==")
    with = random() % 2 ? "<=" : "!=";
  else if (old == "<=")
    with = "<";
  else if (old == ">>")
    with = "+";
  else if (old == "sqrt")
    with = "exp";
  else if (old == "+")
    with = "-";
  else if (old == "-")
    with = "+";
  else if (old == "*")
    with = random() % 2 ? "+" : "/";
  else if (old == "/")
    with = "*";
  else if (old[0] == 'i')
    with = old == "i0" ? "i1" : "i0";
  else if (old[0] == 'k')
    with = old == "k0" ? "k1" : "k0";
  else if (old.find('.') != std::string::npos)
    with = std::to_string(std::stod(old) * 1.5 + 0.25);
  else
    with = std::to_string(std::stoi(old) + 1);
  return text.substr(0, begin + static_cast<size_t>(one.position())) + with +
         text.substr(begin + static_cast<size_t>(one.position()) + old.size());
}

TEST(Lifting, NoWrongSpecificationIsAccepted) {
  const char* asked = std::getenv("PORTOLAN_MUTANTS");  // how many; more than a test of every day has time for
  const size_t count = asked ? static_cast<size_t>(std::atoi(asked)) : std::size(kWanted) * 2;
  size_t rejected = 0, same = 0, accepted = 0, none = 0;
  std::mt19937_64 random(5);
  for (const Wanted& w : kWanted) {
    const std::string text = lifted(w).specification;
    const manifest::Kernel* kernel = kernels().launches.find(w.kernel, w.file);
    const accelerator::ParameterValues sizes = [&] {
      accelerator::ParameterValues all;
      const auto loaded = accelerator::load_specification(text, "lifted.spec", {});
      for (const auto& p : loaded.description->parameters) all[p.name] = 5 + static_cast<int>(all.size());
      return all;
    }();
    const size_t goal = rejected + same + accepted + count / std::size(kWanted);
    for (size_t n = 0; n < 10 * count && rejected + same + accepted < goal; ++n) {
      const std::string mutant = mutated(text, random);
      const auto before = run(text, sizes, value), after = run(mutant, sizes, value);
      if (after.empty() || mutant == text) {
        ++none;  // no specification any more
        continue;
      }
      double most = 0, size = 0;
      for (size_t i = 0; i < before.size() && i < after.size(); ++i) {
        most = std::max(most, std::fabs(before[i] - after[i]));
        size = std::max(size, std::fabs(before[i]));
      }
      const bool differs = before.size() != after.size() || !(most <= 0.004 * size);
      lifting::Options options;
      options.seed = n + 3;
      const bool agrees = static_cast<bool>(lifting::agrees_with(kernels().module(w.file), *kernel, mutant, options));
      if (!agrees)
        ++rejected;
      else if (!differs)
        ++same;
      else {
        ++accepted;
        ADD_FAILURE() << w.kernel << ": accepted, and it differs:\n" << mutant;
      }
    }
  }
  RecordProperty("rejected", static_cast<int>(rejected));
  RecordProperty("same", static_cast<int>(same));
  RecordProperty("none", static_cast<int>(none));
  EXPECT_GE(rejected, count / 3) << same << " the same, " << none << " none";
}

}  // namespace
}  // namespace portolan
