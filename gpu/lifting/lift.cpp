#include "gpu/lifting/lift.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

#include "emulate/accelerator/reference.h"
#include "gpu/differential/prepare.h"
#include "gpu/differential/test.h"
#include "gpu/lifting/recorder.h"
#include "gpu/lifting/template.h"

namespace portolan::lifting {

using differential::Given;
using differential::Instance;
using manifest::Argument;

namespace {

constexpr size_t kLaunches = 3;
constexpr size_t kMostTurned = 4;         // tensors of two indices of which both orders are tried
constexpr int64_t kMostElements = 4'000;  // of all buffers of a launch that is followed
constexpr size_t kMostCombinations = 20'000;
constexpr size_t kLengthsCompared = 600;

// Words of the specification language.
std::string safe_name(const std::string& name) {
  static const std::set<std::string> kTaken = {
      "in",    "out",   "if",     "then",   "else", "let",   "match",  "sum",     "max", "min",
      "and",   "or",    "not",    "any",    "all",  "count", "exp",    "sqrt",    "abs", "size",
      "input", "value", "output", "spec",   "here", "floor", "ceil",   "bits",    "fma", "number",
      "names", "note",  "source", "within", "log2", "times", "follow", "function"};
  return kTaken.contains(name) ? name + "_" : name;
}

bool is_lifted(manifest::Element e) {
  return e.kind == manifest::Element::is_signed ? e.bytes == 4 || e.bytes == 1 : e.is_float();
}

// The name of a type in specifications.
std::string type_name(manifest::Element e) {
  return e.kind == manifest::Element::is_signed ? fmt::format("s{}", 8 * e.bytes) : std::string(manifest::to_string(e));
}

ir::FloatFormat format_of(manifest::Element e) {
  if (e.kind == manifest::Element::brain) return ir::FloatFormat::bf16;
  if (e.kind != manifest::Element::floating) return ir::FloatFormat::none;
  return e.bytes == 2 ? ir::FloatFormat::f16 : e.bytes == 4 ? ir::FloatFormat::f32 : ir::FloatFormat::f64;
}

// The factors of a count such as "m * k" or "(n / 2) * divide_up(m, b)", but for ones.
std::vector<std::string> factors(const std::string& text) {
  std::vector<std::string> all;
  std::string word;
  int depth = 0;
  for (char c : text + "*") {
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (c != '*' || depth != 0) {
      if (c != ' ' || depth != 0) word += c;
      continue;
    }
    if (word != "1") all.push_back(word);
    word.clear();
  }
  // What binds weaker than a product is one factor.
  for (const std::string& one : all)
    if (one[0] != '(' && one.find_first_of("+-/%") != std::string::npos && !one.starts_with("divide_up("))
      return {text};
  return all;
}

// A factor in the language of specifications, with the names of sizes made safe; `names` gets these. No value: it can't
// be said there.
std::optional<std::string> extent_text(const std::string& factor, const manifest::Sizes& sizes,
                                       std::set<std::string>& names) {
  if (factor.starts_with("divide_up(")) {
    const size_t comma = factor.find(',');
    if (comma == std::string::npos || factor.find('(', 10) != std::string::npos) return std::nullopt;
    const auto a = extent_text(factor.substr(10, comma - 10), sizes, names);
    const auto b = extent_text(factor.substr(comma + 1, factor.size() - comma - 2), sizes, names);
    if (!a || !b) return std::nullopt;
    return fmt::format("(({} + {} - 1) / {})", *a, *b, *b);
  }
  std::string result, word;
  for (char c : factor + " ") {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
      word += c;
      continue;
    }
    if (!word.empty() && std::isdigit(static_cast<unsigned char>(word[0])) == 0) {
      if (!sizes.contains(word)) return std::nullopt;
      names.insert(word);
      word = safe_name(word);
    }
    result += word;
    word.clear();
    if (c == ',' || c == '%') return std::nullopt;
    if (c != ' ') result += c;
  }
  return result;
}

// Real numbers within the tolerance; where either side is beyond what its format holds nothing is compared (the
// specification has more exponents than the kernel). Integers are the same.
std::string difference_of(const accelerator::State& state, const accelerator::Store& wanted, const Given& g,
                          const uint8_t* bytes) {
  const auto count = static_cast<uint64_t>(state.elements());
  if (!state.type.real) {
    for (uint64_t n = 0; n < count; ++n) {
      const int64_t right = g.type.bytes == 1 ? int64_t{static_cast<int8_t>(wanted.read(n).bits)}
                                              : int64_t{static_cast<int32_t>(wanted.read(n).bits)};
      if (const int64_t got = differential::integer_at(g.type, bytes + n * g.type.bytes); got != right)
        return fmt::format("{}[{}] is {}, and the specification says {}", g.name, n, got, right);
    }
    return {};
  }
  std::vector<std::pair<double, double>> pairs;
  double squares = 0;
  for (uint64_t n = 0; n < count; ++n) {
    const double right = state.type.real->value(wanted.read(n).bits);
    const double got = differential::number_at(g.type, bytes + n * g.type.bytes);
    if (!std::isfinite(right) || !std::isfinite(got)) continue;
    pairs.emplace_back(got, right);
    squares += right * right;
  }
  if (2 * pairs.size() < count) return fmt::format("{} is mostly beyond what its format holds", g.name);
  const double mean = std::sqrt(squares / static_cast<double>(std::max<size_t>(1, pairs.size())));
  for (const auto& [got, right] : pairs)
    if (std::fabs(got - right) > state.within * (std::fabs(right) + mean))
      return fmt::format("an element of {} is {}, and the specification says {}", g.name, got, right);
  return {};
}

class Lifter {
 public:
  Lifter(const simt::Module& source, const manifest::Kernel& kernel, const Options& options)
      : source_(source), kernel_(kernel), options_(options) {}

  Expected<Lifted> run();
  std::optional<Diagnostic> shapes();
  Expected<size_t> check(const std::string& text, const std::vector<manifest::Sizes>& known);

 private:
  Expected<Lifted> find();
  Diagnostic error(std::string why) const { return error_at(kernel_.location, std::move(why)); }
  std::vector<manifest::Sizes> combinations() const;
  std::vector<manifest::Sizes> choose() const;
  int64_t elements(const manifest::Sizes& sizes) const;
  SizeValues shape_sizes(const manifest::Sizes& sizes) const;
  std::vector<int64_t> extents(size_t argument, const manifest::Sizes& sizes) const;
  using Results = std::vector<std::vector<ExpressionPtr>>;  // by argument
  std::optional<Diagnostic> follow(const manifest::Sizes& sizes, Results& results);
  std::optional<Diagnostic> fit(const std::vector<manifest::Sizes>& launches, const std::vector<Results>& results,
                                size_t argument, std::vector<Fit>& fits) const;
  std::optional<Diagnostic> check_lengths(const std::string& text) const;
  std::optional<Diagnostic> compare(const accelerator::Description& specification, Instance& instance);

  const simt::Module& source_;
  const manifest::Kernel& kernel_;
  const Options& options_;
  std::vector<Argument> arguments_;  // with variables of the module
  std::vector<Tensor> tensors_;      // by argument
  std::vector<std::vector<std::string>> factors_;
  std::set<std::string> shape_names_;
  size_t elements_ = 0;
};

std::optional<Diagnostic> Lifter::shapes() {
  manifest::Sizes some;
  for (const auto& [name, values] : kernel_.sizes) some[name] = values.front();
  for (const auto* list : {&kernel_.arguments, &kernel_.variables})
    for (const Argument& a : *list) arguments_.push_back(a);
  for (const Argument& a : arguments_) {
    Tensor t{safe_name(a.name), type_name(a.type), {}, a.type.is_float()};
    std::vector<std::string> found;
    if (a.direction != Argument::value) {
      if (!is_lifted(a.type))
        return error(fmt::format("{} is of {}, which is not lifted yet", a.name, manifest::to_string(a.type)));
      for (const std::string& part : factors(a.count->text)) {
        const auto text = extent_text(part, some, shape_names_);
        if (!text) return error(fmt::format("the length of {}, {}, is not of sizes only", a.name, a.count->text));
        t.extents.push_back(*text);
        found.push_back(part);
      }
    } else if (format_of(a.type) == ir::FloatFormat::none && !a.count) {
      return error(fmt::format("the whole number {} is data", a.name));
    } else if (a.count && some.contains(a.count->text)) {
      shape_names_.insert(a.count->text);
    }
    tensors_.push_back(std::move(t));
    factors_.push_back(std::move(found));
  }
  return std::nullopt;
}

std::vector<int64_t> Lifter::extents(size_t argument, const manifest::Sizes& sizes) const {
  std::vector<int64_t> all;
  for (const std::string& part : factors_[argument]) {
    const auto value = manifest::evaluate(part, sizes);
    all.push_back(value ? *value : 0);
  }
  return all;
}

int64_t Lifter::elements(const manifest::Sizes& sizes) const {
  int64_t all = 0;
  for (size_t n = 0; n < arguments_.size(); ++n) {
    if (arguments_[n].direction == Argument::value) continue;
    int64_t one = 1;
    for (int64_t extent : extents(n, sizes)) one *= extent;
    all += one;
  }
  return all;
}

SizeValues Lifter::shape_sizes(const manifest::Sizes& sizes) const {
  SizeValues values;
  for (const auto& [name, value] : sizes)
    if (shape_names_.contains(name)) values[safe_name(name)] = value;
  return values;
}

std::vector<manifest::Sizes> Lifter::combinations() const {
  std::vector<manifest::Sizes> all = {{}};
  for (const auto& [name, values] : kernel_.sizes) {
    std::vector<manifest::Sizes> more;
    for (const manifest::Sizes& one : all)
      for (int64_t value : values) {
        if (more.size() >= kMostCombinations) break;
        more.push_back(one);
        more.back()[name] = value;
      }
    all = std::move(more);
  }
  return all;
}

// Small ones in which sizes can be told apart, and each of another than the one before in as many sizes as can be.
std::vector<manifest::Sizes> Lifter::choose() const {
  std::vector<manifest::Sizes> chosen;
  const std::vector<manifest::Sizes> all = combinations();
  while (chosen.size() < kLaunches) {
    double best = 1e30;
    const manifest::Sizes* found = nullptr;
    for (const manifest::Sizes& one : all) {
      const int64_t count = elements(one);
      if (count > kMostElements || std::ranges::find(chosen, one) != chosen.end()) continue;
      double cost = std::log(static_cast<double>(count));
      for (size_t n = 0; n < arguments_.size(); ++n) {
        if (arguments_[n].direction != Argument::out && arguments_[n].direction != Argument::inout) continue;
        int64_t results = 1;
        for (int64_t extent : extents(n, one)) results *= extent;
        if (results < 3 && !factors_[n].empty()) cost += 9;
      }
      bool small = false;
      std::set<int64_t> seen;
      for (const auto& [name, value] : one) {
        if (!shape_names_.contains(name)) continue;
        if (value < 3) cost += 20;
        if (value < 6) cost += 7, small = true;
        if (!seen.insert(value).second) cost += 8;
        for (const manifest::Sizes& before : chosen)
          if (before.at(name) == value) cost += 6;
      }
      // With few elements, borders look like everything else.
      if (small && chosen.size() >= 2) continue;
      if (cost < best) best = cost, found = &one;
    }
    if (!found) break;
    chosen.push_back(*found);
  }
  return chosen;
}

std::vector<int64_t> place_of(int64_t flat, const std::vector<int64_t>& extents) {
  std::vector<int64_t> place(extents.size(), 0);
  for (size_t d = extents.size(); d-- > 0;) {
    place[d] = flat % extents[d];
    flat /= extents[d];
  }
  return place;
}

std::optional<Diagnostic> Lifter::follow(const manifest::Sizes& sizes, Results& results) {
  verify::Random random(options_.seed);
  auto instance = differential::make_instance(kernel_, sizes, "random", random);
  if (!instance) return instance.error();
  if (const auto problem = differential::misfit(source_, source_, *instance)) return error(*problem);
  differential::Prepared p = differential::prepare(source_, *instance, 0);
  Recorder recorder;
  p.launch.parameter_marks.assign(p.launch.parameters.size(), simt::kPlain);
  for (size_t n = 0; n < instance->arguments.size(); ++n) {
    const Given& g = instance->arguments[n];
    const ir::FloatFormat format = format_of(g.type);
    if (!g.is_buffer()) {
      if (g.stated || format == ir::FloatFormat::none) continue;
      const auto marks = recorder.input(static_cast<uint32_t>(n), {}, g.type.bytes, format);
      std::ranges::copy(marks, p.launch.parameter_marks.begin() + static_cast<ptrdiff_t>(p.parameter_places[n]));
      continue;
    }
    const auto found = differential::buffer_of(p, *instance, n);
    found.allocation->marks.resize(found.allocation->bytes.size(), simt::kPlain);
    const std::vector<int64_t> shape = extents(n, sizes);
    for (size_t at = 0; at + g.type.bytes <= g.bytes.size(); at += g.type.bytes) {
      const auto marks =
          g.direction == Argument::out
              ? std::vector<Mark>(g.type.bytes, simt::kUnset)
              : recorder.input(static_cast<uint32_t>(n), place_of(static_cast<int64_t>(at / g.type.bytes), shape),
                               g.type.bytes, format);
      std::ranges::copy(marks, found.allocation->marks.begin() + static_cast<ptrdiff_t>(found.offset + at));
    }
  }
  p.launch.observer = &recorder;
  p.launch.check_uninitialised = false;
  p.launch.milliseconds = 20'000;
  const simt::Outcome outcome = simt::run(source_.program, p.memory, p.launch);
  if (!outcome.findings.empty()) return error(simt::to_string(outcome.findings[0]));
  if (!outcome.completed) return error("the launch did not end");
  results.assign(instance->arguments.size(), {});
  for (size_t n = 0; n < instance->arguments.size(); ++n) {
    const Given& g = instance->arguments[n];
    if (g.direction != Argument::out && g.direction != Argument::inout) continue;
    const auto found = differential::buffer_of(p, *instance, n);
    std::vector<ExpressionPtr> elements;
    for (size_t at = 0; at + g.type.bytes <= g.bytes.size(); at += g.type.bytes) {
      const size_t begin = found.offset + at;
      const std::span marks = std::span(found.allocation->marks).subspan(begin, g.type.bytes);
      if (marks[0] == simt::kUnset)
        return error(fmt::format("element {} of {} is left alone", at / g.type.bytes, g.name));
      if (marks[0] == simt::kPlain) {
        const uint8_t* there = &found.allocation->bytes[begin];
        elements.push_back(number(g.type.is_float() ? differential::number_at(g.type, there)
                                                    : static_cast<double>(differential::integer_at(g.type, there))));
        continue;
      }
      std::vector<APInt> bytes;
      for (size_t b = 0; b < g.type.bytes; ++b) bytes.emplace_back(8, found.allocation->bytes[begin + b]);
      const Mark whole = recorder.join(bytes, marks);
      const ExpressionPtr e = g.type.is_float() ? recorder.read(whole, format_of(g.type)) : recorder.read_low(whole);
      if (!e) return error(fmt::format("element {} of {}: {}", at / g.type.bytes, g.name, recorder.why()));
      elements.push_back(folded(e));
    }
    elements_ += elements.size();
    results[n] = std::move(elements);
  }
  return std::nullopt;
}

// One result in all launches, with the same parts of its indices in each.
std::optional<Diagnostic> Lifter::fit(const std::vector<manifest::Sizes>& launches, const std::vector<Results>& results,
                                      size_t argument, std::vector<Fit>& fits) const {
  std::vector<Digit> digits, found;
  for (unsigned turn = 0; turn < 2; ++turn, digits = found) {
    fits.clear();
    for (size_t l = 0; l < launches.size(); ++l) {
      std::string why;
      auto one = fit_elements(extents(argument, launches[l]), results[l][argument], digits, why);
      if (!one && turn == 0 && l + 1 < launches.size()) continue;  // perhaps with the parts that another one needs
      if (!one) return error(fmt::format("{}: {}", arguments_[argument].name, why));
      if (one->digits.size() > found.size()) found = one->digits;
      fits.push_back(std::move(*one));
    }
    const auto alike = [&](const Fit& one) { return one.digits == fits[0].digits; };
    if (fits.size() == launches.size() && std::ranges::all_of(fits, alike)) return std::nullopt;
  }
  return std::nullopt;
}

// One launch, the kernel on the engine against the specification.
std::optional<Diagnostic> Lifter::compare(const accelerator::Description& specification, Instance& instance) {
  using accelerator::Number;
  differential::Prepared p = differential::prepare(source_, instance, 0);
  p.launch.milliseconds = 20'000;
  const simt::Outcome outcome = simt::run(source_.program, p.memory, p.launch);
  if (!outcome.completed || !outcome.findings.empty())
    return error(outcome.findings.empty() ? "a launch did not end" : simt::to_string(outcome.findings[0]));
  accelerator::Reference reference(specification);
  const auto state_named = [&](const std::string& name) {
    for (uint32_t s = 0; s < specification.states.size(); ++s)
      if (specification.states[s].name == name) return s;
    return accelerator::kNone;
  };
  for (size_t n = 0; n < instance.arguments.size(); ++n) {
    const Given& g = instance.arguments[n];
    const uint32_t s = state_named(tensors_[n].name);
    if (g.direction == Argument::out || s == accelerator::kNone || !specification.states[s].given) continue;
    for (size_t at = 0; at + g.type.bytes <= g.bytes.size(); at += g.type.bytes) {
      uint64_t bits = 0;
      for (size_t b = 0; b < g.type.bytes; ++b) bits |= uint64_t{g.bytes[at + b]} << (8 * b);
      reference.tensor(s).write(at / g.type.bytes, {bits, true});
    }
  }
  if (const auto end = reference.run(); end.kind != accelerator::Outcome::Kind::finished)
    return error(fmt::format("the specification ends as {}: {}", to_string(end.kind), end.why));
  for (size_t n = 0; n < instance.arguments.size(); ++n) {
    const Given& g = instance.arguments[n];
    if (g.direction != Argument::out && g.direction != Argument::inout) continue;
    const uint32_t s = state_named(tensors_[n].name + (g.direction == Argument::inout ? "_after" : ""));
    if (s == accelerator::kNone) return error(fmt::format("the specification has no {}", g.name));
    const auto found = differential::buffer_of(p, instance, n);
    if (static_cast<size_t>(specification.states[s].elements()) * g.type.bytes != g.bytes.size())
      return error(fmt::format("{} has another number of elements", g.name));
    const std::string difference =
        difference_of(specification.states[s], reference.tensor(s), g, &found.allocation->bytes[found.offset]);
    if (!difference.empty()) return error(fmt::format("{}: {}", differential::to_string(instance), difference));
  }
  return std::nullopt;
}

// At many sizes, whether results have as many elements as the kernel writes. Launches are too few to meet those at
// which a length that is wrong shows.
std::optional<Diagnostic> Lifter::check_lengths(const std::string& text) const {
  const std::vector<manifest::Sizes> all = combinations();
  const size_t step = std::max<size_t>(1, all.size() / kLengthsCompared);
  for (size_t c = 0; c < all.size(); c += step) {
    accelerator::ParameterValues values;
    for (const auto& [name, value] : shape_sizes(all[c])) values[name] = value;
    const accelerator::Loaded loaded = accelerator::load_specification(text, kernel_.name + ".spec", values);
    if (!loaded.description) return loaded.errors.front();
    for (size_t n = 0; n < arguments_.size(); ++n) {
      if (arguments_[n].direction != Argument::out && arguments_[n].direction != Argument::inout) continue;
      int64_t wanted = 1;
      for (int64_t extent : extents(n, all[c])) wanted *= extent;
      const std::string name = tensors_[n].name + (arguments_[n].direction == Argument::inout ? "_after" : "");
      const auto& states = loaded.description->states;
      const auto state = std::ranges::find(states, name, &accelerator::State::name);
      if (state == states.end() || static_cast<int64_t>(state->elements()) != wanted)
        return error(fmt::format("{} has another number of elements for other sizes", arguments_[n].name));
    }
  }
  return std::nullopt;
}

Expected<size_t> Lifter::check(const std::string& text, const std::vector<manifest::Sizes>& known) {
  if (auto wrong = check_lengths(text)) return *wrong;
  verify::Random random(options_.seed + 77);
  const std::vector<manifest::Sizes> all = combinations();
  constexpr const char* kKinds[] = {"small", "random", "ramp"};
  size_t passed = 0;
  for (size_t n = 0; n < 4 * options_.tests && passed < options_.tests; ++n) {
    // Sizes that it was not found from, if there are any.
    const manifest::Sizes& sizes = all[random.below(all.size())];
    if (elements(sizes) > kMostElements) continue;
    if (n < 2 * options_.tests && std::ranges::find(known, sizes) != known.end()) continue;
    accelerator::ParameterValues values;
    for (const auto& [name, value] : shape_sizes(sizes)) values[name] = value;
    const accelerator::Loaded loaded = accelerator::load_specification(text, kernel_.name + ".spec", values);
    if (!loaded.description) return loaded.errors.front();
    auto instance = differential::make_instance(kernel_, sizes, kKinds[n % 3], random);
    if (!instance) continue;
    if (auto wrong = compare(*loaded.description, *instance)) return *wrong;
    ++passed;
  }
  if (passed == 0) return error("no launch was small enough to test the specification on");
  return passed;
}

// The order of factors in a length says nothing of the order in which elements lie.
Expected<Lifted> Lifter::run() {
  if (auto refusal = shapes()) return *refusal;
  auto found = find();
  std::vector<size_t> open;
  for (size_t n = 0; n < tensors_.size() && open.size() < kMostTurned; ++n)
    if (factors_[n].size() == 2 && factors_[n][0] != factors_[n][1]) open.push_back(n);
  for (size_t turned = 1; !found && turned < size_t{1} << open.size(); ++turned) {
    // Those in which this choice differs from the last.
    for (size_t b = 0; b < open.size(); ++b) {
      if (((turned ^ (turned - 1)) >> b & 1) == 0) continue;
      std::swap(factors_[open[b]][0], factors_[open[b]][1]);
      std::swap(tensors_[open[b]].extents[0], tensors_[open[b]].extents[1]);
    }
    elements_ = 0;
    if (auto again = find()) return again;
  }
  return found;
}

Expected<Lifted> Lifter::find() {
  const std::vector<manifest::Sizes> launches = choose();
  if (launches.empty()) return error("no launch of the manifest is small enough to be followed");
  std::vector<SizeValues> sizes;
  std::vector<Results> results;
  for (const manifest::Sizes& one : launches) {
    if (auto refusal = follow(one, results.emplace_back())) return *refusal;
    sizes.push_back(shape_sizes(one));
  }
  std::string text = fmt::format("// Lifted from a kernel.\nspec {} \"what kernel {} computes\"\n\n",
                                 safe_name(kernel_.name), kernel_.name);
  for (const auto& [name, value] : sizes[0]) text += fmt::format("size {} = {}\n", name, value);
  for (size_t n = 0; n < tensors_.size(); ++n) {
    const Argument& a = arguments_[n];
    const bool scalar = a.direction == Argument::value && tensors_[n].real && !a.real_value;
    if (a.direction != Argument::in && a.direction != Argument::inout && !scalar) continue;
    text += fmt::format("input {} : {}{}\n", tensors_[n].name, tensors_[n].type,
                        tensors_[n].extents.empty() ? "" : fmt::format("[{}]", fmt::join(tensors_[n].extents, ", ")));
  }
  text += "\n";
  for (size_t n = 0; n < tensors_.size(); ++n) {
    if (results[0][n].empty()) continue;
    std::vector<Fit> of_result;
    if (auto refusal = fit(launches, results, n, of_result)) return *refusal;
    Tensor result = tensors_[n];
    if (arguments_[n].direction == Argument::inout) result.name += "_after";
    std::string why;
    const auto made = equations(sizes, of_result, tensors_, result, options_.within, why);
    if (!made) return error(fmt::format("{}: {}", arguments_[n].name, why));
    text += *made;
  }
  const auto passed = check(text, launches);
  if (!passed) return error("the specification that was found does not hold: " + passed.error().message + "\n" + text);
  Lifted lifted{text, launches.size(), elements_, *passed, {}};
  lifted.assumptions = {
      "real-algebra: sums and products are taken in any order, roundings are not looked at",
      "bounds beyond 1e29 stand for infinities; where a number is beyond its format nothing is compared"};
  return lifted;
}

}  // namespace

Expected<Lifted> lift(const simt::Module& source, const manifest::Kernel& kernel, const Options& options) {
  return Lifter(source, kernel, options).run();
}

Expected<size_t> agrees_with(const simt::Module& source, const manifest::Kernel& kernel,
                             const std::string& specification, const Options& options) {
  Lifter lifter(source, kernel, options);
  if (auto refusal = lifter.shapes()) return *refusal;
  return lifter.check(specification, {});
}

}  // namespace portolan::lifting
