// TOML is toml++'s business; what the keys mean is this file's.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "gpu/manifest/manifest.h"
#include "gpu/manifest/range.h"

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
// Its assertions speak of the input: what they would stop at is an error a few lines further down, with its place.
#define TOML_ASSERT(condition) static_assert(true)
#include <toml++/toml.h>

namespace portolan::manifest {
namespace {

constexpr size_t kMostKernels = 10'000, kMostArguments = 256, kMostValues = 256, kLongestFormula = 1000;

class Reader {
 public:
  explicit Reader(std::string path) { manifest_.path = std::move(path); }

  Expected<Manifest> run(const toml::table& root) {
    for (const auto& [key, node] : root)
      if (key.str() != "kernel")
        fail(node, fmt::format("unknown key '{}'; the manifest has [[kernel]] tables", key.str()));
    const toml::node* kernels = root.get("kernel");
    if (kernels && !failure_) {
      const toml::array* all = kernels->as_array();
      if (!all || all->size() > kMostKernels)
        fail(*kernels, "kernels are written as [[kernel]] tables");
      else
        for (const toml::node& one : *all) kernel(one);
    }
    if (failure_) return *failure_;
    return std::move(manifest_);
  }

 private:
  SourceLocation at(const toml::node& node) const {
    const auto& where = node.source().begin;
    return {manifest_.path, static_cast<uint32_t>(where.line), static_cast<uint32_t>(where.column)};
  }
  void fail(const toml::node& node, std::string why) {
    if (!failure_) failure_ = error_at(at(node), std::move(why));
  }

  std::string text(const toml::node& node, std::string_view key) {
    if (auto value = node.value_exact<std::string>()) return *value;
    fail(node, fmt::format("'{}' is a string", key));
    return {};
  }

  Formula formula(const toml::node& node, std::string_view key) {
    if (auto number = node.value_exact<int64_t>()) return {std::to_string(*number), at(node)};
    if (!node.is_string()) fail(node, fmt::format("'{}' takes a whole number, or a formula in quotes", key));
    Formula f{node.value_or(std::string()), at(node)};
    if (f.text.size() > kLongestFormula) fail(node, "this formula is too long");
    return f;
  }

  double real(const toml::node& node, std::string_view key) {
    if (auto value = node.value<double>()) return *value;
    fail(node, fmt::format("'{}' is a number", key));
    return 0;
  }

  void dimensions(const toml::node& node, std::string_view key, std::array<Formula, 3>& out) {
    const toml::array* list = node.as_array();
    if (!list) {
      out[0] = formula(node, key);
      return;
    }
    if (list->empty() || list->size() > 3) return fail(node, fmt::format("'{}' has one to three numbers", key));
    for (size_t n = 0; n < list->size(); ++n) out[n] = formula(*list->get(n), key);
  }

  void sizes(const toml::node& node, Kernel& k) {
    const toml::table* table = node.as_table();
    if (!table) return fail(node, "'sizes' is a table of names: { n = [1, 31, 100] }");
    for (const auto& [name, values] : *table) {
      auto& [_, list] = k.sizes.emplace_back(std::string(name.str()), std::vector<int64_t>());
      auto add = [&](const toml::node& v) {
        const auto one = v.value_exact<int64_t>();
        const auto text = v.value_exact<std::string>();
        const auto range = text ? range_of_sizes(*text) : std::nullopt;
        if (!one && !range) return fail(v, "sizes are whole numbers, or ranges: \"1..300\", \"32..256/32\"");
        for (const int64_t size : range.value_or(std::vector<int64_t>{one.value_or(0)}))
          if (std::find(list.begin(), list.end(), size) == list.end()) list.push_back(size);
      };
      if (const toml::array* many = values.as_array())
        for (const toml::node& v : *many) add(v);
      else
        add(values);
      if (list.empty() || list.size() > kMostValues)
        return fail(values, "a size is a whole number, a range, or a list of them");
    }
  }

  void tolerance(const toml::node& node, Tolerance& t) {
    const toml::table* table = node.as_table();
    if (!table) return fail(node, "'tolerance' is a table: { ulps = 4 }, { relative = 1e-5, absolute = 1e-6 }");
    for (const auto& [key, value] : *table) {
      const double v = real(value, key.str());
      if (!(v >= 0 && v < 1e9)) fail(value, "a tolerance is not negative, and below 1e9");
      if (failure_) return;
      if (key == "ulps")
        t.ulps = static_cast<uint64_t>(v);
      else if (key == "relative")
        t.relative = v;
      else if (key == "absolute")
        t.absolute = v;
      else
        fail(value, fmt::format("unknown key '{}'; there are: ulps, relative, absolute", key.str()));
    }
  }

  void filling(const toml::node& node, Argument& a) {
    const std::string word = text(node, "values");
    if (word == "ramp")
      a.filling = Argument::ramp;
    else if (word == "permutation")
      a.filling = Argument::permutation;
    else if (word == "offsets")
      a.filling = Argument::offsets;
    else if (word == "zero")
      a.filling = Argument::zero;
    else
      fail(node, fmt::format("unknown values '{}'; there are: ramp, permutation, offsets, zero", word));
  }

  void argument(const toml::node& node, std::vector<Argument>& all) {
    const toml::table* table = node.as_table();
    if (!table) return fail(node, "an argument is a table: { type = \"f32\", in = \"n\" }");
    Argument a;
    a.name = fmt::format("argument {}", all.size() + 1);
    bool typed = false, directed = false;
    const toml::node* stated = nullptr;
    auto direct = [&](Argument::Direction direction, const toml::node& value, std::string_view key) {
      if (directed) fail(value, "an argument has one of value, in, out, inout");
      directed = true;
      a.direction = direction;
      a.count = formula(value, key);
    };
    for (const auto& [key, value] : *table) {
      if (key == "name")
        a.name = text(value, "name");
      else if (key == "type") {
        const std::string name = text(value, "type");
        const auto type = element_from_name(name);
        if (!type)
          fail(value,
               fmt::format("unknown type '{}'; there are: i8 u8 i16 u16 i32 u32 i64 u64 f16 bf16 f32 f64", name));
        typed = true;
        if (type) a.type = *type;
      } else if (key == "value")
        stated = &value;
      else if (key == "in")
        direct(Argument::in, value, "in");
      else if (key == "out")
        direct(Argument::out, value, "out");
      else if (key == "inout")
        direct(Argument::inout, value, "inout");
      else if (key == "low")
        a.low = formula(value, "low");
      else if (key == "high")
        a.high = formula(value, "high");
      else if (key == "values")
        filling(value, a);
      else if (key == "tolerance")
        tolerance(value, a.tolerance.emplace());
      else if (key == "any_order") {
        const auto bit = value.value_exact<bool>();
        if (!bit) fail(value, "'any_order' is true or false");
        a.any_order = bit.value_or(false);
      } else if (key == "returned") {
        const auto bit = value.value_exact<bool>();
        if (!bit.value_or(false) || directed) fail(value, "'returned' is true, and takes the place of in, out, inout");
        directed = a.returned = true;
        a.direction = Argument::out;
        a.count = Formula{"1", {}};
      } else
        fail(value, fmt::format("unknown key '{}'; there are: name type value in out inout low high values tolerance "
                                "any_order returned",
                                key.str()));
    }
    if (!typed) fail(node, "the argument's type is missing");
    if (stated && directed) fail(*stated, "an argument has one of value, in, out, inout");
    if (stated && a.type.is_float())
      a.real_value = real(*stated, "value");
    else if (stated)
      a.count = formula(*stated, "value");
    if (a.any_order && a.direction == Argument::value) fail(node, "only buffers have an order");
    all.push_back(std::move(a));
  }

  void inputs(const toml::node& node, std::vector<std::string>& kinds) {
    static const std::set<std::string, std::less<>> kKinds = {"small", "random", "ramp", "special", "cancelling"};
    const toml::array* list = node.as_array();
    if (!list || list->empty()) return fail(node, "'inputs' is a list of small, random, ramp, special, cancelling");
    for (const toml::node& one : *list) {
      kinds.push_back(text(one, "inputs"));
      if (!kKinds.contains(kinds.back()))
        fail(one,
             fmt::format("unknown inputs '{}'; there are: small, random, ramp, special, cancelling", kinds.back()));
    }
  }

  void kernel(const toml::node& node) {
    const toml::table* table = node.as_table();
    if (!table) return fail(node, "kernels are written as [[kernel]] tables");
    Kernel k;
    k.location = at(node);
    for (Formula& f : k.grid) f = {"1", k.location};
    for (Formula& f : k.block) f = {"1", k.location};
    k.shared = {"0", k.location};
    bool block = false;
    for (const auto& [key, value] : *table) {
      if (key == "name")
        k.name = text(value, "name");
      else if (key == "file")
        k.file = text(value, "file");
      else if (key == "unfinished")
        k.unfinished = text(value, "unfinished");
      else if (key == "sizes")
        sizes(value, k);
      else if (key == "grid")
        dimensions(value, "grid", k.grid);
      else if (key == "block")
        block = true, dimensions(value, "block", k.block);
      else if (key == "shared")
        k.shared = formula(value, "shared");
      else if (key == "tolerance")
        tolerance(value, k.tolerance);
      else if (key == "library_tolerance")
        tolerance(value, k.library_tolerance.emplace());
      else if (key == "inputs")
        inputs(value, k.inputs);
      else if (key == "library_inputs")
        inputs(value, k.library_inputs);
      else if (key == "arguments" || key == "variables") {
        std::vector<Argument>& to = key == "arguments" ? k.arguments : k.variables;
        const toml::array* all = value.as_array();
        if (!all || all->size() > kMostArguments) fail(value, fmt::format("'{}' is a list of tables", key.str()));
        for (size_t n = 0; all && n < all->size() && !failure_; ++n) argument(*all->get(n), to);
      } else
        fail(value, fmt::format("unknown key '{}'; there are: name file sizes grid block shared arguments variables "
                                "tolerance library_tolerance inputs library_inputs unfinished",
                                key.str()));
      if (failure_) return;
    }
    if (k.name.empty()) fail(node, "the kernel's name is missing");
    // A function of a processor runs by itself.
    if (!block && !k.file.ends_with(".s"))
      fail(node, fmt::format("kernel '{}': the size of a block is missing", k.name));
    check(node, k);
    manifest_.kernels.push_back(std::move(k));
  }

  // Every formula once, with the first of the sizes: slips of the pen show here and not in the middle of a port.
  void check(const toml::node& node, const Kernel& k) {
    Sizes first;
    for (const auto& [name, values] : k.sizes) first[name] = values.front();
    std::vector<const Formula*> all = {&k.shared};
    for (int n = 0; n < 3; ++n) all.insert(all.end(), {&k.grid[n], &k.block[n]});
    for (const auto* list : {&k.arguments, &k.variables})
      for (const Argument& a : *list)
        for (const auto* f : {&a.count, &a.low, &a.high})
          if (*f) all.push_back(&**f);
    for (const Argument& a : k.variables)
      if (a.direction == Argument::value) fail(node, "a variable of the module is in, out or inout, with its length");
    for (const Formula* f : all)
      if (auto value = f->evaluate(first); !value && !failure_) failure_ = value.error();
    for (const Kernel& other : manifest_.kernels)
      if (other.name == k.name && other.file == k.file)
        fail(node, fmt::format("kernel '{}' is described twice", k.name));
  }

  Manifest manifest_;
  std::optional<Diagnostic> failure_;
};

// toml++ takes it for granted that a letter from U+00A1 to U+0499 is in a string or a comment, and is undefined where
// it is not. Here such letters are for comments.
std::optional<SourceLocation> letter_beyond_ascii(std::string_view text, const std::string& path) {
  const bool long_strings = text.find("\"\"\"") != text.npos || text.find("'''") != text.npos;
  SourceLocation at{path, 1, 1};
  char quote = 0;
  bool comment = false;
  for (size_t n = 0; n < text.size(); ++n, ++at.column) {
    const char c = text[n];
    if (c == '\n' || c == '\r') {
      if (c == '\n') ++at.line, at.column = 0;
      quote = 0, comment = false;
    } else if (static_cast<unsigned char>(c) > 0x7f) {
      if (!comment || long_strings) return at;
    } else if (quote == '"' && c == '\\') {
      if (n + 1 < text.size() && (text[n + 1] == '"' || text[n + 1] == '\\')) ++n, ++at.column;
    } else if (!comment && (c == '"' || c == '\'')) {
      quote = quote == 0 ? c : quote == c ? '\0' : quote;
    } else if (quote == 0 && c == '#') {
      comment = true;
    }
  }
  return std::nullopt;
}

}  // namespace

Expected<Manifest> parse(std::string_view text, const std::string& path) {
  if (const auto at = letter_beyond_ascii(text, path))
    return error_at(*at,
                    "letters beyond ASCII are read in comments only, and in no file with strings of several lines");
  const toml::parse_result parsed = toml::parse(text, path);
  if (!parsed) {
    const auto& where = parsed.error().source().begin;
    return error_at({path, static_cast<uint32_t>(where.line), static_cast<uint32_t>(where.column)},
                    std::string(parsed.error().description()));
  }
  return Reader(path).run(parsed.table());
}

}  // namespace portolan::manifest
