#include "cli/specification.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <random>

#include "cli/input.h"
#include "emulate/accelerator/reference.h"

namespace portolan::cli {
namespace {

using namespace accelerator;

Exit fail(const Diagnostic& error) {
  fmt::print(stderr, "{}", to_string(error));
  return Exit::usage;
}

// TENSOR=VALUES: numbers with commas or blanks between them, in row-major order; @FILE: they stand in a file.
std::optional<Diagnostic> fill(const Description& spec, Reference& reference, const std::string& text) {
  const size_t equals = text.find('=');
  const std::string name = text.substr(0, equals);
  const State* tensor = nullptr;
  uint32_t place = kNone;
  for (uint32_t s : inputs_of(spec))
    if (spec.states[s].name == name) tensor = &spec.states[s], place = s;
  if (!tensor || equals == std::string::npos)
    return error_at({}, fmt::format("--input {}: write TENSOR=1,2,... or TENSOR=@FILE; '{}' has the inputs:{}", text,
                                    spec.name, [&] {
                                      std::string names;
                                      for (uint32_t s : inputs_of(spec)) names += " " + spec.states[s].name;
                                      return names;
                                    }()));
  std::string values = text.substr(equals + 1);
  if (values.starts_with('@')) {
    auto contents = read_contents(values.substr(1));
    if (!contents) return contents.error();
    values = std::move(*contents);
  }
  Store& store = reference.tensor(place);
  const auto all = static_cast<uint64_t>(tensor->elements());
  uint64_t count = 0;
  for (size_t at = 0; at < values.size();) {
    const size_t begin = values.find_first_not_of(", \t\r\n", at);
    if (begin == std::string::npos) break;
    at = std::min(values.size(), values.find_first_of(", \t\r\n", begin));
    const std::string one = values.substr(begin, at - begin);
    const auto bits = element_bits(tensor->type, one);
    if (!bits) return error_at({}, fmt::format("--input {}: '{}' is no {}", name, one, tensor->type_name.name));
    if (count < all) store.write(count, {*bits, true});
    ++count;
  }
  if (count == all) return std::nullopt;
  return error_at({}, fmt::format("--input {}: {} elements are needed, and {} are given", name, all, count));
}

// Inputs that nobody gives: any bits for integers, small numbers for reals.
void fill_randomly(const Description& spec, Reference& reference, uint64_t seed) {
  std::mt19937_64 random(seed);
  for (uint32_t s : inputs_of(spec)) {
    const Type& type = spec.states[s].type;
    for (uint64_t i = 0; i < static_cast<uint64_t>(spec.states[s].elements()); ++i) {
      const uint64_t drawn = random();
      const double small = static_cast<double>(static_cast<int64_t>(drawn) >> 43) / 0x1p18;  // -4 to 4
      reference.tensor(s).write(
          i, {type.real ? type.real->bits(type.real->round(small)) : static_cast<uint64_t>(drawn & mask_of(type.width)),
              true});
    }
  }
}

std::string shape_of(const State& tensor) {
  std::string text;
  for (Number n : tensor.extent) text += (text.empty() ? "" : ", ") + to_string(n);
  return text.empty() ? "" : "[" + text + "]";
}

nlohmann::json json_of(const State& tensor, const Store& store) {
  nlohmann::json values = nlohmann::json::array();
  for (uint64_t i = 0; i < store.size(); ++i) {
    const uint64_t bits = store.read(i).bits;
    const std::string text = element_text(tensor.type, bits);
    if (tensor.type.real && !std::isfinite(tensor.type.real->value(bits)))
      values.push_back(text);
    else if (tensor.type.real)
      values.push_back(tensor.type.real->value(bits));
    else if (tensor.type.is_signed)
      values.push_back(static_cast<int64_t>(wrap(static_cast<Number>(bits), tensor.type.width, true)));
    else
      values.push_back(bits);
  }
  return values;
}

void print_tensor(const State& tensor, const Store& store) {
  fmt::print("{}{} : {}\n", tensor.name, shape_of(tensor), tensor.type_name.name);
  const uint64_t row = tensor.extent.empty() ? 1 : static_cast<uint64_t>(tensor.extent.back());
  for (uint64_t i = 0; i < store.size(); ++i)
    fmt::print("{}{}{}", i % row == 0 ? "  " : " ", element_text(tensor.type, store.read(i).bits),
               (i + 1) % row == 0 ? "\n" : "");
}

}  // namespace

Expected<ParameterValues> parameter_values(const std::vector<std::string>& texts) {
  ParameterValues values;
  for (const std::string& one : texts) {
    const size_t equals = one.find('=');
    const auto value = equals == std::string::npos ? std::nullopt : number_of(std::string_view(one).substr(equals + 1));
    if (!value) return error_at({}, fmt::format("--set {}: write NAME=NUMBER", one));
    values[one.substr(0, equals)] = *value;
  }
  return values;
}

Exit run_specification(const SpecificationRun& a) {
  const auto text = read_contents(a.file);
  if (!text) return fail(text.error());
  const auto sizes = parameter_values(a.sizes);
  if (!sizes) return fail(sizes.error());
  const Loaded loaded = load_specification(*text, a.file, *sizes);
  for (const Diagnostic& error : loaded.errors) fmt::print(stderr, "{}", to_string(error));
  if (!loaded.description) return Exit::usage;
  const Description& spec = *loaded.description;
  Reference reference(spec);
  fill_randomly(spec, reference, a.seed);
  for (const std::string& one : a.inputs)
    if (const auto error = fill(spec, reference, one)) return fail(*error);
  const Outcome outcome = reference.run();
  if (outcome.kind != Outcome::Kind::finished) {
    fmt::print(stderr, "{}",
               to_string(spec.error(outcome.at, fmt::format("{}: {}", to_string(outcome.kind), outcome.why))));
    return Exit::fell_short;
  }
  nlohmann::json all = nlohmann::json::object();
  std::vector<uint32_t> shown = inputs_of(spec);
  if (!a.json && !a.inputs.empty()) shown.clear();  // who gave them knows them
  for (uint32_t s : outputs_of(spec)) shown.push_back(s);
  for (uint32_t s : shown) {
    if (a.json)
      all[spec.states[s].name] = json_of(spec.states[s], reference.tensor(s));
    else
      print_tensor(spec.states[s], reference.tensor(s));
  }
  if (a.json) fmt::print("{}\n", all.dump());
  return Exit::ok;
}

}  // namespace portolan::cli
