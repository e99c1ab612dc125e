// The launch manifest, port.toml: how kernels are launched, so that they can be tested. docs/launch-manifest.md
// describes every key. Text may come from a stranger: whatever it is, the result is a manifest or an error with its
// place.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "gpu/manifest/expression.h"

namespace portolan::manifest {

struct Element {
  enum Kind : uint8_t { is_signed, is_unsigned, floating, brain };
  Kind kind = is_unsigned;
  uint8_t bytes = 1;
  bool is_float() const { return kind == floating || kind == brain; }
  bool operator==(const Element&) const = default;
};
std::optional<Element> element_from_name(std::string_view name);  // i8 u8 … i64 u64 f16 bf16 f32 f64
std::string_view to_string(Element element);

// How far a floating-point result may lie from the source's. All zero: bit for bit, but for which NaN it is.
struct Tolerance {
  uint64_t ulps = 0;
  double relative = 0, absolute = 0;
  bool exact() const { return ulps == 0 && relative == 0 && absolute == 0; }
};

// A text with its place, for messages when it cannot be evaluated.
struct Formula {
  std::string text;
  SourceLocation location;
  Expected<int64_t> evaluate(const Sizes& sizes) const;
};

struct Argument {
  enum Direction : uint8_t { value, in, out, inout };
  enum Filling : uint8_t { any, ramp, permutation, offsets, zero };
  std::string name;
  Element type;
  Direction direction = value;
  std::optional<Formula> count;      // of buffers: elements; of values: the value, if it is stated
  std::optional<double> real_value;  // of floating-point values
  std::optional<Formula> low, high;  // of what is drawn
  Filling filling = any;
  bool any_order = false;  // compared as a multiset
  bool returned = false;   // by a function of a processor: no argument, but its result
  std::optional<Tolerance> tolerance;
};

struct Kernel {
  std::string name, file;  // file: empty, any
  std::string unfinished;  // what a draft of it lacks; then it isn't launched
  SourceLocation location;
  std::vector<std::pair<std::string, std::vector<int64_t>>> sizes;
  std::array<Formula, 3> grid, block;
  Formula shared;
  std::vector<Argument> arguments;
  std::vector<Argument> variables;  // of the module; buffers by name
  Tolerance tolerance;
  // Instead of it, where the two sides call different libraries of mathematics: CUDA's and HIP's.
  std::optional<Tolerance> library_tolerance;
  std::vector<std::string> inputs;          // kinds that are tried; empty: all
  std::vector<std::string> library_inputs;  // instead of them, where library_tolerance takes the tolerance's place
};

struct Manifest {
  std::string path;
  std::vector<Kernel> kernels;
  // `file`: the path of a module; entries that name a file are for paths that end in it. Of a C++ name an entry may
  // give the symbol or, where no entry does, the name as it stands in the source.
  const Kernel* find(std::string_view kernel, std::string_view file) const;

 private:
  const Kernel* named(std::string_view name, std::string_view file) const;
};

// A function's name as it stands in the source: "scale" of "_Z5scalePfi", with namespaces and template arguments.
std::string plain_name(const std::string& symbol);

Expected<Manifest> parse(std::string_view text, const std::string& path);

}  // namespace portolan::manifest
