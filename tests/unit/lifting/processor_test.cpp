// Loops of C, compiled by GCC for three processors, lifted to specifications that must compute what the C says.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>

#include "emulate/accelerator/reference.h"
#include "emulate/subprocess.h"
#include "frontends/asm/text_reader.h"
#include "gpu/lifting/lift.h"
#include "gpu/lifting/processor_source.h"

namespace portolan {
namespace {

constexpr const char* kSource = R"(
float expf(float);
void axpy(long n, float a, const float* x, float* y) { for (long i = 0; i < n; ++i) y[i] += a * x[i]; }
float dot(long n, const float* a, const float* b) {
  float sum = 0;
  for (long i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}
int dot8(int n, const signed char* a, const signed char* b) {
  int sum = 0;
  for (int i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}
void gemm(int m, int n, int k, const double* a, const double* b, double* c) {
  for (int i = 0; i < m; ++i)
    for (int j = 0; j < n; ++j) {
      double sum = 0;
      for (int l = 0; l < k; ++l) sum += a[i * k + l] * b[l * n + j];
      c[i * n + j] = sum;
    }
}
void relu(int n, const float* x, float* y) { for (int i = 0; i < n; ++i) y[i] = x[i] > 0 ? x[i] : 0; }
void halves(int n, const int* a, const int* b, int* c) { for (int i = 0; i < n; ++i) c[i] = (a[i] + b[i]) / 2; }
void tenths(int n, const unsigned* a, const unsigned* b, unsigned* c) {
  for (int i = 0; i < n; ++i) c[i] = (a[i] + b[i]) / 10;
}
void hundredths(int n, const int* a, int* c) { for (int i = 0; i < n; ++i) c[i] = a[i] / 100 - a[i] % 7; }
void narrow(int n, const int* a, const int* b, signed char* c) {
  for (int i = 0; i < n; ++i) {
    int s = (a[i] + b[i]) >> 5;
    c[i] = s > 100 ? 100 : s < -128 ? -128 : s;
  }
}
float rintf(float);
void scaled(int n, const signed char* a, const signed char* b, signed char* c) {
  for (int i = 0; i < n; ++i) {
    int v = (int)rintf((a[i] * b[i]) * 0.03125f);
    c[i] = v < -128 ? -128 : v > 127 ? 127 : v;
  }
}
void softmax(int rows, int columns, const float* x, float* y) {
  for (int r = 0; r < rows; ++r, x += columns, y += columns) {
    float most = x[0], sum = 0;
    for (int c = 1; c < columns; ++c) most = x[c] > most ? x[c] : most;
    for (int c = 0; c < columns; ++c) sum += y[c] = expf(x[c] - most);
    for (int c = 0; c < columns; ++c) y[c] /= sum;
  }
}
)";

constexpr const char* kManifest = R"(
[[kernel]]
file = "loops.s"
name = "axpy"
sizes = { n = [1, 7, 12, "1..40"] }
arguments = [{ name = "n", type = "i64", value = "n" }, { name = "a", type = "f32" },
             { name = "x", type = "f32", in = "n" }, { name = "y", type = "f32", inout = "n" }]
[[kernel]]
file = "loops.s"
name = "dot"
sizes = { n = [1, 7, 12, "1..40"] }
arguments = [{ name = "n", type = "i64", value = "n" }, { name = "a", type = "f32", in = "n" },
             { name = "b", type = "f32", in = "n" }, { name = "sum", type = "f32", returned = true }]
[[kernel]]
file = "loops.s"
name = "dot8"
sizes = { n = [1, 7, 12, "1..40"] }
arguments = [{ name = "n", type = "i32", value = "n" }, { name = "a", type = "i8", in = "n" },
             { name = "b", type = "i8", in = "n" }, { name = "sum", type = "i32", returned = true }]
[[kernel]]
file = "loops.s"
name = "gemm"
sizes = { m = [1, 6, 9], n = [1, 7, 11], k = [1, 6, 8] }
arguments = [{ name = "m", type = "i32", value = "m" }, { name = "n", type = "i32", value = "n" },
             { name = "k", type = "i32", value = "k" }, { name = "a", type = "f64", in = "m * k" },
             { name = "b", type = "f64", in = "k * n" }, { name = "c", type = "f64", out = "m * n" }]
[[kernel]]
file = "loops.s"
name = "relu"
sizes = { n = [1, 7, 12, "1..40"] }
arguments = [{ name = "n", type = "i32", value = "n" }, { name = "x", type = "f32", in = "n" },
             { name = "y", type = "f32", out = "n" }]
[[kernel]]
file = "loops.s"
name = "halves"
sizes = { n = [1, 7, 12, "1..40"] }
arguments = [{ name = "n", type = "i32", value = "n" }, { name = "a", type = "i32", in = "n" },
             { name = "b", type = "i32", in = "n" }, { name = "c", type = "i32", out = "n" }]
[[kernel]]
file = "loops.s"
name = "tenths"
sizes = { n = [1, 7, 12, "1..40"] }
arguments = [{ name = "n", type = "i32", value = "n" }, { name = "a", type = "u32", in = "n" },
             { name = "b", type = "u32", in = "n" }, { name = "c", type = "u32", out = "n" }]
[[kernel]]
file = "loops.s"
name = "hundredths"
sizes = { n = [1, 7, 12, "1..40"] }
arguments = [{ name = "n", type = "i32", value = "n" }, { name = "a", type = "i32", in = "n" },
             { name = "c", type = "i32", out = "n" }]
[[kernel]]
file = "loops.s"
name = "narrow"
sizes = { n = [1, 7, 12, "1..40"] }
arguments = [{ name = "n", type = "i32", value = "n" }, { name = "a", type = "i32", in = "n" },
             { name = "b", type = "i32", in = "n" }, { name = "c", type = "i8", out = "n" }]
[[kernel]]
file = "loops.s"
name = "scaled"
sizes = { n = [1, 7, 12, "1..40"] }
arguments = [{ name = "n", type = "i32", value = "n" }, { name = "a", type = "i8", in = "n" },
             { name = "b", type = "i8", in = "n" }, { name = "c", type = "i8", out = "n" }]
[[kernel]]
file = "loops.s"
name = "softmax"
sizes = { rows = [1, 3, 5, 6], columns = [2, 7, 9, 12] }
arguments = [{ name = "rows", type = "i32", value = "rows" }, { name = "columns", type = "i32", value = "columns" },
             { name = "x", type = "f32", in = "rows * columns" }, { name = "y", type = "f32", out = "rows * columns" }]
)";

using Sizes = std::map<std::string, int64_t>;
// What C says, in double precision: inputs by name, elements row by row.
using Formula = std::vector<double> (*)(const Sizes& n, const std::map<std::string, std::vector<double>>& in);

// What C's whole numbers are: every fifth is far from zero.
std::vector<double> each(const std::vector<double>& a, const std::vector<double>& b, int (*f)(int, int)) {
  std::vector<double> c;
  for (size_t i = 0; i < a.size(); ++i) c.push_back(f(static_cast<int>(a[i]), b.empty() ? 0 : static_cast<int>(b[i])));
  return c;
}

struct Case {
  const char* name;
  Sizes sizes;
  std::map<std::string, size_t> inputs;  // how many elements
  Formula formula;
};
const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"axpy",
       {{"n", 9}},
       {{"a", 1}, {"x", 9}, {"y", 9}},
       [](const Sizes&, const auto& in) {
         std::vector<double> y = in.at("y");
         for (size_t i = 0; i < y.size(); ++i) y[i] += in.at("a")[0] * in.at("x")[i];
         return y;
       }},
      {"dot",
       {{"n", 9}},
       {{"a", 9}, {"b", 9}},
       [](const Sizes&, const auto& in) {
         double sum = 0;
         for (size_t i = 0; i < 9; ++i) sum += in.at("a")[i] * in.at("b")[i];
         return std::vector<double>{sum};
       }},
      {"dot8",
       {{"n", 9}},
       {{"a", 9}, {"b", 9}},
       [](const Sizes&, const auto& in) {
         double sum = 0;
         for (size_t i = 0; i < 9; ++i) sum += in.at("a")[i] * in.at("b")[i];
         return std::vector<double>{sum};
       }},
      {"gemm",
       {{"m", 3}, {"n", 4}, {"k", 5}},
       {{"a", 15}, {"b", 20}},
       [](const Sizes&, const auto& in) {
         std::vector<double> c(12);
         for (size_t i = 0; i < 3; ++i)
           for (size_t j = 0; j < 4; ++j)
             for (size_t l = 0; l < 5; ++l) c[i * 4 + j] += in.at("a")[i * 5 + l] * in.at("b")[l * 4 + j];
         return c;
       }},
      {"relu",
       {{"n", 9}},
       {{"x", 9}},
       [](const Sizes&, const auto& in) {
         std::vector<double> y = in.at("x");
         for (double& v : y) v = std::fmax(v, 0);
         return y;
       }},
      {"halves",
       {{"n", 40}},
       {{"a", 40}, {"b", 40}},
       [](const Sizes&, const auto& in) {
         return each(in.at("a"), in.at("b"), [](int a, int b) { return (a + b) / 2; });
       }},
      {"tenths",
       {{"n", 40}},
       {{"a", 40}, {"b", 40}},
       [](const Sizes&, const auto& in) {
         std::vector<double> c;
         for (size_t i = 0; i < 40; ++i)
           c.push_back(static_cast<uint32_t>(static_cast<uint64_t>(static_cast<int64_t>(in.at("a")[i]) +
                                                                   static_cast<int64_t>(in.at("b")[i]))) /
                       10);
         return c;
       }},
      {"hundredths",
       {{"n", 40}},
       {{"a", 40}},
       [](const Sizes&, const auto& in) { return each(in.at("a"), {}, [](int a, int) { return a / 100 - a % 7; }); }},
      {"narrow",
       {{"n", 40}},
       {{"a", 40}, {"b", 40}},
       [](const Sizes&, const auto& in) {
         return each(in.at("a"), in.at("b"), [](int a, int b) { return std::min(100, std::max(-128, (a + b) >> 5)); });
       }},
      {"scaled",
       {{"n", 40}},
       {{"a", 40}, {"b", 40}},
       [](const Sizes&, const auto& in) {
         return each(in.at("a"), in.at("b"), [](int a, int b) {
           return std::min(127, std::max(-128, static_cast<int>(std::nearbyint(static_cast<float>(a * b) / 32))));
         });
       }},
      {"softmax",
       {{"rows", 2}, {"columns", 6}},
       {{"x", 12}},
       [](const Sizes&, const auto& in) {
         std::vector<double> y(12);
         for (size_t r = 0; r < 2; ++r) {
           double sum = 0;
           for (size_t c = 0; c < 6; ++c) sum += std::exp(in.at("x")[r * 6 + c]);
           for (size_t c = 0; c < 6; ++c) y[r * 6 + c] = std::exp(in.at("x")[r * 6 + c]) / sum;
         }
         return y;
       }},
  };
  return all;
}

std::vector<double> run(const std::string& text, const Case& c, std::map<std::string, std::vector<double>> in) {
  const accelerator::Loaded loaded =
      accelerator::load_specification(text, "lifted.spec", {c.sizes.begin(), c.sizes.end()});
  if (!loaded.description) return {};
  const accelerator::Description& spec = *loaded.description;
  accelerator::Reference reference(spec, 3'000'000);
  for (const uint32_t s : accelerator::inputs_of(spec)) {
    const auto& type = spec.states[s].type;
    const std::vector<double>& values = in.at(spec.states[s].name);
    for (uint64_t n = 0; n < values.size(); ++n)
      reference.tensor(s).write(
          n, {type.real ? type.real->bits(values[n])
                        : static_cast<uint64_t>(static_cast<int64_t>(values[n])) & ((uint64_t{1} << type.width) - 1),
              true});
  }
  if (reference.run().kind != accelerator::Outcome::Kind::finished) return {};
  std::vector<double> result;
  const uint32_t out = accelerator::outputs_of(spec)[0];
  const auto& type = spec.states[out].type;
  for (uint64_t n = 0; n < static_cast<uint64_t>(spec.states[out].elements()); ++n) {
    const uint64_t bits = reference.tensor(out).read(n).bits;
    result.push_back(type.real ? type.real->value(bits)
                               : static_cast<double>(accelerator::wrap(static_cast<accelerator::Number>(bits),
                                                                       type.width, type.is_signed)));
  }
  return result;
}

struct Compiled {
  const char *processor, *compiler, *options;
};

class Loops : public testing::TestWithParam<Compiled> {};

TEST_P(Loops, AreLifted) {
  const Compiled& p = GetParam();
  auto directory = emulate::TemporaryDirectory::make();
  ASSERT_TRUE(directory);
  std::ofstream(directory->file("loops.c")) << kSource;
  const auto compiled =
      emulate::run_process({p.compiler, p.options, "-S", "-fno-builtin-memset", "-fno-builtin-rintf", "-fno-pic",
                            directory->file("loops.c"), "-o", directory->file("loops.s")});
  ASSERT_TRUE(compiled);
  std::ifstream file(directory->file("loops.s"));
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto isa = isa_from_string(p.processor);
  const assembly::Unit unit = assembly::read_text(text, "loops.s", *isa);
  const assembly::CodeIndex index(unit);
  const auto launches = manifest::parse(kManifest, "port.toml");
  ASSERT_TRUE(launches) << to_string(launches.error());
  for (const Case& c : cases()) {
    const manifest::Kernel& kernel = *launches->find(c.name, "loops.s");
    const auto source = lifting::ProcessorSource::make(index, kernel);
    ASSERT_TRUE(source) << c.name << ": " << to_string(source.error());
    const auto lifted = lifting::lift(**source, kernel, {});
    if (!lifted) {
      ADD_FAILURE() << c.name << ": " << to_string(lifted.error());
      continue;
    }
    EXPECT_GE(lifted->tests, 4u) << c.name;
    std::map<std::string, std::vector<double>> in;
    double next = 0.7;
    for (const auto& [name, count] : c.inputs)
      for (size_t n = 0; n < count; ++n) {
        next = std::fmod(next * 1.7 + 0.9, 4);
        const std::string kernel = c.name;
        if (kernel == "halves" || kernel == "tenths" || kernel == "hundredths" || kernel == "narrow")
          in[name].push_back(std::round((next - 2) * (n % 5 == 0 ? 3e8 : 2000)));
        else
          in[name].push_back(kernel == "dot8" || kernel == "scaled" ? std::round(next * 30 - 60)
                                                                    : static_cast<float>(next - 2));
      }
    const std::vector<double> wanted = c.formula(c.sizes, in), got = run(lifted->specification, c, in);
    ASSERT_EQ(got.size(), wanted.size()) << c.name << "\n" << lifted->specification;
    for (size_t n = 0; n < got.size(); ++n) EXPECT_NEAR(got[n], wanted[n], 1e-9) << c.name << " " << n;
  }
}

INSTANTIATE_TEST_SUITE_P(Processors, Loops,
                         testing::Values(Compiled{"x86-64", "gcc", "-O1"}, Compiled{"x86-64", "gcc", "-O2"},
                                         Compiled{"aarch64", "aarch64-linux-gnu-gcc", "-O1"},
                                         Compiled{"aarch64", "aarch64-linux-gnu-gcc", "-O2"},
                                         Compiled{"riscv64", "riscv64-linux-gnu-gcc", "-O1"},
                                         Compiled{"riscv64", "riscv64-linux-gnu-gcc", "-O2"}));

}  // namespace
}  // namespace portolan
