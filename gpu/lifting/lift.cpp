#include "gpu/lifting/lift.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <set>

#include "gpu/differential/prepare.h"
#include "gpu/differential/test.h"
#include "gpu/lifting/lifter.h"
#include "gpu/lifting/recorder.h"
#include "gpu/lifting/shape.h"
#include "gpu/lifting/template.h"

namespace portolan::lifting {

using differential::Given;
using differential::Instance;
using manifest::Argument;

namespace {

constexpr size_t kLaunches = 3;
constexpr size_t kMostAdded = 2;   // on which what was found from the others is wrong
constexpr size_t kMostTurned = 4;  // tensors of two indices of which both orders are tried
constexpr size_t kMostCombinations = 20'000;
constexpr double kMostTwice = 60'000;  // parts of all results that are looked at in more than one way

}  // namespace

std::optional<Diagnostic> Lifter::shapes() {
  const auto is_size = [&](const std::string& text) {
    return std::ranges::any_of(kernel_.sizes, [&](const auto& size) { return size.first == text; });
  };
  for (const auto* list : {&kernel_.arguments, &kernel_.variables})
    for (const Argument& a : *list) arguments_.push_back(a);
  for (const Argument& a : arguments_) {
    tensors_.push_back({safe_name(a.name), type_name(a.type), {}, a.type.is_float()});
    factors_.push_back(a.direction == Argument::value ? std::vector<std::string>() : factors(a.count->text));
    if (a.direction != Argument::value) {
      if (!is_lifted(a.type))
        return error(fmt::format("{} is of {}, which is not lifted yet", a.name, manifest::to_string(a.type)));
    } else if (format_of(a.type) == ir::FloatFormat::none && !a.count) {
      return error(fmt::format("the whole number {} is data", a.name));
    } else if (a.count && is_size(a.count->text)) {
      shape_names_.insert(a.count->text);
    }
  }
  return name_extents();
}

std::optional<Diagnostic> Lifter::name_extents() {
  manifest::Sizes some;
  for (const auto& [name, values] : kernel_.sizes) some[name] = values.front();
  for (size_t n = 0; n < tensors_.size(); ++n) {
    tensors_[n].extents.clear();
    for (const std::string& part : factors_[n]) {
      const auto text = extent_text(part, some, shape_names_);
      if (!text)
        return error(
            fmt::format("the length of {}, {}, is not of sizes only", arguments_[n].name, arguments_[n].count->text));
      tensors_[n].extents.push_back(*text);
    }
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

std::optional<Diagnostic> Lifter::results_of(const manifest::Sizes& sizes, Results& results) {
  const auto [found, is_new] = followed_.try_emplace({sizes, keep_places_});
  if (is_new)
    if (auto refusal = follow(sizes, found->second)) {
      followed_.erase(found);
      ended_ = true;
      return refusal;
    }
  std::vector<std::vector<int64_t>> shapes;
  for (size_t n = 0; n < arguments_.size(); ++n) shapes.push_back(extents(n, sizes));
  Placed known;
  results.assign(found->second.size(), {});
  for (size_t n = 0; n < results.size(); ++n)
    for (const ExpressionPtr& e : found->second[n]) results[n].push_back(folded(placed(e, shapes, known))), ++elements_;
  return std::nullopt;
}

// At the source's line, if it is known.
Diagnostic Lifter::error(uint32_t line, std::string why) const {
  const SourceLocation at = source_.place(line);
  return at.line == 0 ? error(std::move(why)) : error_at(at, std::move(why));
}

Diagnostic Lifter::error(simt::Finding finding) const {
  if (finding.kind == simt::FindingKind::data_dependent && source_.place(finding.line).line != 0)
    return error(finding.line,
                 finding.detail + ": a specification says from the sizes alone what is read, written and repeated");
  const uint32_t line = finding.line;
  if (source_.place(line).line != 0) finding.line = finding.other_line = 0;
  return error(line, simt::to_string(finding));
}

// Where atomic accesses stand, in two orders, in which the same must come out.
std::optional<Diagnostic> Lifter::follow(const manifest::Sizes& sizes, Results& results) {
  bool exchanges = false;
  if (auto refusal = follow(sizes, results, false, exchanges)) return refusal;
  if (!exchanges) return std::nullopt;
  Results others;
  if (auto refusal = follow(sizes, others, true, exchanges)) return refusal;
  for (size_t n = 0; n < results.size(); ++n)
    for (size_t e = 0; e < results[n].size(); ++e) {
      std::vector<Affine> places, other_places;
      if (form_of(*folded(results[n][e]), places, nullptr) != form_of(*folded(others[n][e]), other_places, nullptr) ||
          places != other_places)
        return error(fmt::format("element {} of {} depends on the order of atomic accesses", e, arguments_[n].name));
    }
  return std::nullopt;
}

std::optional<Diagnostic> Lifter::follow(const manifest::Sizes& sizes, Results& results, bool descending,
                                         bool& exchanges) {
  verify::Random random(options_.seed);
  auto instance = differential::make_instance(kernel_, sizes, "random", random);
  if (!instance) return instance.error();
  if (const auto problem = source_.misfit(*instance)) return error(*problem);
  differential::Prepared p = source_.prepare(*instance, 0);
  Recorder recorder(keep_places_);
  p.launch.descending = descending;
  for (size_t n = 0; n < instance->arguments.size(); ++n) {
    const Given& g = instance->arguments[n];
    const ir::FloatFormat format = format_of(g.type);
    if (!g.is_buffer()) {
      if (g.stated || format == ir::FloatFormat::none) continue;
      const auto marks = recorder.input(static_cast<uint32_t>(n), {}, g.type.bytes, format);
      source_.mark_number(p, n, marks, recorder);
      continue;
    }
    const auto found = differential::buffer_of(p, *instance, n);
    found.allocation->marks.resize(found.allocation->bytes.size(), simt::kPlain);
    for (size_t at = 0; at + g.type.bytes <= g.bytes.size(); at += g.type.bytes) {
      const auto marks = g.direction == Argument::out
                             ? std::vector<Mark>(g.type.bytes, simt::kUnset)
                             : recorder.input(static_cast<uint32_t>(n), {static_cast<int64_t>(at / g.type.bytes)},
                                              g.type.bytes, format, g.type.kind == manifest::Element::is_signed);
      std::ranges::copy(marks, found.allocation->marks.begin() + static_cast<ptrdiff_t>(found.offset + at));
    }
  }
  p.launch.observer = &recorder;
  p.launch.check_uninitialised = false;
  p.launch.milliseconds = 20'000;
  const simt::Outcome outcome = simt::run(source_.program(), p.memory, p.launch);

  if (!outcome.findings.empty()) return error(outcome.findings[0]);
  if (!outcome.completed) return error("the launch did not end");
  exchanges = recorder.exchanges();
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
      if (const uint32_t line = recorder.line_of(whole); line != 0) made_at_.emplace(n, line);
      const ExpressionPtr e = g.type.is_float() ? recorder.read(whole, format_of(g.type)) : recorder.read_low(whole);
      if (!e)
        return error(recorder.why_at(), fmt::format("element {} of {}: {}", at / g.type.bytes, g.name, recorder.why()));
      // Of bits only those that are kept.
      const unsigned bits = 8 * g.type.bytes;
      const ExpressionPtr kept = g.type.is_float() ? e : low_bits(e, bits);
      if (!g.type.is_float() && kept->kind == Expression::Kind::field && kept->variable >= static_cast<int>(bits))
        elements.push_back(field(kept->parts[0], kept->extent.constant, static_cast<int>(bits),
                                 g.type.kind == manifest::Element::is_signed));
      else
        elements.push_back(kept);
    }
    results[n] = std::move(elements);
  }
  sampled_.insert(recorder.sampled().begin(), recorder.sampled().end());
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
    if (fits.size() == launches.size() && std::ranges::all_of(fits, alike)) break;
  }
  // A border of one element may be an end of its own in one launch, and in another be as wide as it is.
  if (std::ranges::none_of(fits, &Fit::padded) || std::ranges::all_of(fits, &Fit::padded)) return std::nullopt;
  for (size_t l = 0; l < fits.size(); ++l) {
    std::string why;
    if (fits[l].padded) continue;
    if (auto one = fit_padded(extents(argument, launches[l]), results[l][argument], fits[l].digits, why))
      fits[l] = std::move(*one);
  }
  return std::nullopt;
}

// A manifest says how many elements a buffer has, not how they lie: its length is taken factor by factor, then with a
// square number shared out between two sizes (tiles side by side), then as one row.
Expected<Lifted> Lifter::run() {
  if (auto refusal = shapes()) return *refusal;
  auto found = in_any_order();
  const auto listed = factors_;
  const auto again = [&](bool keep_places, std::vector<std::string> (*shape)(const std::vector<std::string>&)) {
    factors_.clear();
    for (const auto& one : listed) factors_.push_back(shape(one));
    keep_places_ = keep_places;
    if (!keep_places && factors_ == listed) return false;
    double length = 0;
    for (const auto& [key, results] : followed_)
      for (const auto& elements : results)
        for (const ExpressionPtr& e : elements) length += e->length;
    if (length > kMostTwice) return false;
    if (name_extents()) return false;
    auto other = in_any_order();
    if (other) found = std::move(other);
    return static_cast<bool>(found);
  };
  const auto as_listed = [](const std::vector<std::string>& all) { return all; };
  (void)(found || ended_ || again(true, as_listed) || again(false, shared_square) || again(false, one_row));
  return found;
}

// The order of factors in a length says nothing of the order in which elements lie.
Expected<Lifted> Lifter::in_any_order() {
  auto found = find();
  std::vector<size_t> open;
  for (size_t n = 0; n < tensors_.size() && open.size() < kMostTurned; ++n)
    if (factors_[n].size() == 2 && factors_[n][0] != factors_[n][1]) open.push_back(n);
  for (size_t turned = 1; !found && !ended_ && turned < size_t{1} << open.size(); ++turned) {
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

// A launch on which the specification that comes of some launches is wrong tells sizes apart that these did not.
Expected<Lifted> Lifter::find() {
  const std::vector<manifest::Sizes> chosen = choose();
  if (chosen.empty()) return error("no launch of the manifest is small enough to be followed");
  std::vector<manifest::Sizes> launches = chosen;
  for (size_t more = 0;; ++more) {
    wrong_at_.reset();
    auto found = find(launches);
    // What joined is tested again, on the numbers that it was wrong on: it may be wrong there for another reason.
    if (found && more > 0) {
      const auto passed = check(found->specification, chosen);
      if (!passed) return error("the specification that was found does not hold: " + passed.error().message);
      found->tests = *passed;
    }
    if (found || ended_ || more == kMostAdded || !wrong_at_ ||
        std::ranges::find(launches, *wrong_at_) != launches.end())
      return found;
    launches.push_back(*wrong_at_);
  }
}

Expected<Lifted> Lifter::find(const std::vector<manifest::Sizes>& launches) {
  std::vector<SizeValues> sizes;
  std::vector<Results> results;
  for (const manifest::Sizes& one : launches) {
    if (auto refusal = results_of(one, results.emplace_back())) return *refusal;
    sizes.push_back(shape_sizes(one));
  }
  std::string text = fmt::format("// Lifted from a kernel.\nspec {} \"what kernel {} computes\"\n\n",
                                 specification_name(kernel_), manifest::plain_name(kernel_.name));
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
    const auto made = equations(sizes, of_result, tensors_, result, within(arguments_[n].type), why);
    if (!made) return error(fmt::format("{}: {}", arguments_[n].name, why));
    text += *made;
  }
  const auto passed = check(text, launches);
  if (!passed) return error("the specification that was found does not hold: " + passed.error().message + "\n" + text);
  Lifted lifted{text, launches.size(), elements_, *passed, {}, {}, {}, {}, {}};
  complete(lifted, launches);
  return lifted;
}

std::string specification_name(const manifest::Kernel& kernel) {
  std::string name = manifest::plain_name(kernel.name);
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return safe_name(name);
}

Expected<Lifted> lift(const Source& source, const manifest::Kernel& kernel, const Options& options) {
  return Lifter(source, kernel, options).run();
}

Expected<Lifted> lift(const simt::Module& source, const manifest::Kernel& kernel, const Options& options) {
  return lift(ModuleSource(source), kernel, options);
}

}  // namespace portolan::lifting
