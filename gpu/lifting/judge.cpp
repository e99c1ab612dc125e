// Whether a specification says what a kernel computes: run beside it, and compared as expressions.
#include <fmt/format.h>

#include <algorithm>

#include "gpu/differential/prepare.h"
#include "gpu/differential/test.h"
#include "gpu/lifting/lifter.h"

namespace portolan::lifting {

using differential::Given;

namespace {

constexpr size_t kOthers = 2;  // at which expressions are compared too
constexpr size_t kLengthsCompared = 600;

}  // namespace

// One launch, the kernel on the engine against the specification.
std::optional<Diagnostic> Lifter::compare(const accelerator::Description& specification, Instance& instance) {
  differential::Prepared p = source_.prepare(instance, 0);
  p.launch.milliseconds = 20'000;
  const simt::Outcome outcome = simt::run(source_.program(), p.memory, p.launch);
  if (!outcome.completed || !outcome.findings.empty())
    return outcome.findings.empty() ? error("a launch did not end") : error(outcome.findings[0]);
  accelerator::Reference reference(specification);
  give_inputs(reference, specification, instance, tensor_names(), nullptr);
  if (const auto end = reference.run(); end.kind != accelerator::Outcome::Kind::finished)
    return error(fmt::format("the specification ends as {}: {}", to_string(end.kind), end.why));
  for (size_t n = 0; n < instance.arguments.size(); ++n) {
    const Given& g = instance.arguments[n];
    if (g.direction != Argument::out && g.direction != Argument::inout) continue;
    const uint32_t s = tensor_named(specification, result_name(n));
    if (s == accelerator::kNone) return error(fmt::format("the specification has no {}", g.name));
    const auto found = differential::buffer_of(p, instance, n);
    if (static_cast<size_t>(specification.states[s].elements()) * g.type.bytes != g.bytes.size())
      return error(fmt::format("{} has another number of elements", g.name));
    const std::string difference =
        difference_of(specification.states[s], reference.tensor(s), g, &found.allocation->bytes[found.offset]);
    if (difference.empty()) continue;
    wrong_at_ = instance.sizes;
    return error(fmt::format("{}: {}", differential::to_string(instance), difference));
  }
  return std::nullopt;
}

// Whether the specification says what the kernel computes at these sizes as expressions, so for all contents of the
// inputs; else why not.
std::string Lifter::not_the_same(const std::string& text, const manifest::Sizes& sizes, const Results& results) {
  accelerator::ParameterValues values;
  for (const auto& [name, value] : shape_sizes(sizes)) values[name] = value;
  const accelerator::Loaded loaded = accelerator::load_specification(text, kernel_.name + ".spec", values);
  verify::Random random(options_.seed);
  const auto instance = differential::make_instance(kernel_, sizes, "random", random);
  if (!loaded.description || !instance) return "there is no such launch";
  const accelerator::Description& specification = *loaded.description;
  accelerator::Reference reference(specification);
  Algebra algebra;
  reference.observe(&algebra);
  give_inputs(reference, specification, *instance, tensor_names(), &algebra);
  if (const auto end = reference.run(); end.kind != accelerator::Outcome::Kind::finished) return end.why;
  if (!algebra.why().empty()) return algebra.why();
  std::vector<std::vector<int64_t>> shapes;
  for (size_t n = 0; n < arguments_.size(); ++n) shapes.push_back(extents(n, sizes));
  Placed known;
  for (size_t n = 0; n < results.size(); ++n) {
    const uint32_t s = results[n].empty() ? accelerator::kNone : tensor_named(specification, result_name(n));
    for (size_t e = 0; e < results[n].size(); ++e) {
      const ExpressionPtr there = algebra.at(s, e, specification.states[s].type, reference.tensor(s).read(e).bits);
      if (!there || !same_expression(folded(placed(there, shapes, known)), results[n][e]))
        return fmt::format("element {} of {} is written another way", e, arguments_[n].name);
    }
  }
  return {};
}

// All sizes of launches that are small enough, in any order; those that are known last, or none if there are many
// others.
std::vector<manifest::Sizes> Lifter::small_sizes(verify::Random& random,
                                                 const std::vector<manifest::Sizes>& known) const {
  std::vector<manifest::Sizes> all = combinations();
  std::erase_if(all, [&](const manifest::Sizes& one) { return elements(one) > kMostElements; });
  for (size_t n = all.size(); n > 1; --n) std::swap(all[n - 1], all[random.below(n)]);
  const auto is_new = [&](const manifest::Sizes& one) { return std::ranges::find(known, one) == known.end(); };
  std::ranges::stable_partition(all, is_new);
  if (all.size() > known.size() + options_.tests) all.resize(all.size() - known.size());
  return all;
}

Sameness Lifter::sameness(const std::string& text, const std::vector<manifest::Sizes>& launches) {
  Sameness same;
  for (const manifest::Sizes& one : launches) {
    Results results;
    const auto refusal = results_of(one, results);
    const std::string why = refusal ? refusal->message : not_the_same(text, one, results);
    if (why.empty())
      same.same_at.push_back(one);
    else if (same.differs.empty())
      same.differs = fmt::format("at {}: {}", to_string(one), why);
  }
  same.sampled.assign(sampled_.begin(), sampled_.end());
  return same;
}

void Lifter::complete(Lifted& lifted, const std::vector<manifest::Sizes>& found_from) {
  std::vector<manifest::Sizes> compared = found_from;
  verify::Random random(options_.seed + 5);
  for (const manifest::Sizes& one : small_sizes(random, found_from))
    if (compared.size() < found_from.size() + kOthers && std::ranges::find(compared, one) == compared.end())
      compared.push_back(one);
  Sameness same = sameness(lifted.specification, compared);
  lifted.same_at = std::move(same.same_at);
  lifted.differs = std::move(same.differs);
  lifted.sampled = std::move(same.sampled);
  for (const auto& [argument, line] : made_at_)
    if (const SourceLocation at = source_.place(line); at.line != 0)
      lifted.made_at.emplace_back(arguments_[argument].name, at);
  lifted.assumptions = {
      "real-algebra: sums and products are taken in any order, roundings are not looked at, whole numbers have no "
      "limits",
      "functions that the code spells out are those that they were found to be at some places; NaNs are left out",
      "bounds beyond 1e29 stand for infinities; where a number is beyond its format nothing is compared"};
}

// Of a specification that may say anything: its inputs are the kernel's, with nothing left out of what they may be,
// and its results those alone, as close as a specification that is found would ask.
std::optional<Diagnostic> Lifter::check_tensors(const std::string& text) const {
  const accelerator::Loaded loaded = accelerator::load_specification(text, kernel_.name + ".spec", {});
  if (!loaded.description) return loaded.errors.front();
  const accelerator::Description& specification = *loaded.description;
  for (const accelerator::Parameter& p : specification.parameters)
    if (std::ranges::none_of(shape_names_, [&](const std::string& name) { return safe_name(name) == p.name; }))
      return error(fmt::format("the kernel has no size {}", p.name));
  for (const uint32_t s : accelerator::inputs_of(specification)) {
    const accelerator::State& state = specification.states[s];
    const auto tensor = std::ranges::find(tensors_, state.name, &Tensor::name);
    const auto n = static_cast<size_t>(tensor - tensors_.begin());
    if (tensor == tensors_.end() || arguments_[n].direction == Argument::out)
      return error(fmt::format("the kernel reads no {}", state.name));
    if (state.type_name.name != tensor->type)
      return error(fmt::format("{} is of {}, not {}", state.name, tensor->type, state.type_name.name));
    if (state.lowest < state.highest) return error(fmt::format("{} has no limits", state.name));
  }
  for (const uint32_t s : accelerator::outputs_of(specification)) {
    const accelerator::State& state = specification.states[s];
    size_t n = 0;
    for (; n < arguments_.size(); ++n)
      if ((arguments_[n].direction == Argument::out || arguments_[n].direction == Argument::inout) &&
          result_name(n) == state.name)
        break;
    if (n == arguments_.size()) return error(fmt::format("the kernel writes no {}", state.name));
    if (tensors_[n].real != (state.type.real != nullptr))
      return error(fmt::format("{} is of other numbers", state.name));
    if (state.type.real && !(state.within > 0 && state.within <= within(arguments_[n].type)))
      return error(fmt::format("{} says how close it is: within {} or less", state.name, within(arguments_[n].type)));
  }
  return std::nullopt;
}

Expected<Lifted> Lifter::judge(const std::string& text) {
  if (auto refusal = shapes()) return *refusal;
  if (auto wrong = check_tensors(text)) return *wrong;
  const auto passed = check(text, {});
  if (!passed) return passed.error();
  Lifted lifted{text, 0, 0, *passed, {}, {}, {}, {}, {}};
  complete(lifted, choose());
  return lifted;
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
      const std::string name = result_name(n);
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
  constexpr const char* kKinds[] = {"small", "random", "ramp"};
  const std::vector<manifest::Sizes> all = small_sizes(random, known);
  size_t passed = 0;
  for (size_t n = 0; n < 4 * options_.tests && passed < options_.tests && !all.empty(); ++n) {
    const manifest::Sizes& sizes = all[n % all.size()];
    accelerator::ParameterValues values;
    for (const auto& [name, value] : shape_sizes(sizes)) values[name] = value;
    const accelerator::Loaded loaded = accelerator::load_specification(text, kernel_.name + ".spec", values);
    if (!loaded.description) return loaded.errors.front();
    auto instance = differential::make_instance(kernel_, sizes, kKinds[(n + n / all.size()) % 3], random);
    if (!instance) continue;
    if (auto wrong = compare(*loaded.description, *instance)) return *wrong;
    ++passed;
  }
  if (passed == 0) return error("no launch was small enough to test the specification on");
  return passed;
}

Expected<Lifted> judge(const Source& source, const manifest::Kernel& kernel, const std::string& specification,
                       const Options& options) {
  return Lifter(source, kernel, options).judge(specification);
}

Expected<size_t> agrees_with(const simt::Module& source, const manifest::Kernel& kernel,
                             const std::string& specification, const Options& options) {
  const ModuleSource module(source);
  Lifter lifter(module, kernel, options);
  if (auto refusal = lifter.shapes()) return *refusal;
  return lifter.check(specification, {});
}

std::string to_string(const manifest::Sizes& sizes) {
  std::string text;
  for (const auto& [name, value] : sizes) text += fmt::format("{}{}={}", text.empty() ? "" : ", ", name, value);
  return text;
}

Expected<Sameness> same_expressions(const simt::Module& source, const manifest::Kernel& kernel,
                                    const std::string& specification, const std::vector<manifest::Sizes>& launches,
                                    const Options& options) {
  const ModuleSource module(source);
  Lifter lifter(module, kernel, options);
  if (auto refusal = lifter.shapes()) return *refusal;
  return lifter.sameness(specification, launches);
}

}  // namespace portolan::lifting
