// A language model behind an endpoint, asked for whole functions and for specifications of kernels. It is told what the
// judge says of an answer, and never trusted: what it writes is read by model::admit() before anybody else sees it.
#include <fmt/format.h>

#include <algorithm>

#include "translate/boundary.h"
#include "translate/model/prompt.h"
#include "translate/propose/doubts.h"
#include "translate/propose/listing.h"
#include "translate/propose/places.h"
#include "translate/propose/proposers.h"
#include "translate/sketch/grammar.h"

namespace portolan::propose {
namespace {

constexpr size_t kMostRules = 4, kLongestRule = 700;
constexpr size_t kLongestSpecification = 20'000;

// Rules of which all operations occur in the function.
std::vector<std::string> nearest_rules(const std::string& ir, Isa target) {
  std::vector<std::string> nearest;
  const rules::Book book = rules::embedded_rules();
  for (const rules::Instance& rule : book.instances) {
    const bool here = std::any_of(rule.templates.begin(), rule.templates.end(),
                                  [&](const rules::Template& t) { return t.isa == target && !t.unused; });
    if (!here || rule.text.size() > kLongestRule || rule.size() < 2) continue;
    bool all = true;
    const ir::Function& pattern = rule.pattern;
    std::string printed = ir::print(pattern);
    for (size_t at = 0; all && (at = printed.find(" = ", at)) != std::string::npos; ++at) {
      const std::string operation = printed.substr(at, printed.find('%', at) - at);
      all = ir.find(operation) != std::string::npos;
    }
    if (all) nearest.push_back(rule.text);
    if (nearest.size() == kMostRules) break;
  }
  return nearest;
}

class Model : public Proposer {
 public:
  explicit Model(const model::Configuration& configuration)
      : configuration_(configuration), endpoint_(configuration_) {}
  std::string_view name() const override { return "model"; }
  bool makes_functions() const override { return true; }
  std::string origin() const override {
    return fmt::format("model {} ({})", endpoint_.printable(configuration_.model),
                       endpoint_.abilities() ? endpoint_.abilities()->describe() : "not asked");
  }
  std::optional<Expected<FunctionDrafts>> function(const Source& source, const raise::RaisedFunction& function,
                                                   std::span<const Feedback> feedback) override;
  std::optional<Expected<SpecificationDrafts>> specification(const Kernel& kernel,
                                                             std::span<const Feedback> feedback) override;

 private:
  model::Question question_of(const Source& source, const raise::RaisedFunction& function, const Listing& listing);

  const model::Configuration configuration_;
  model::Endpoint endpoint_;
  std::vector<model::Message> conversation_;  // about the function that is asked about
  unsigned asked_ = 0;                        // functions
};

model::Question Model::question_of(const Source& source, const raise::RaisedFunction& function,
                                   const Listing& listing) {
  const Isa from = source.index.unit().isa, to = source.options.target;
  model::Task task;
  task.source = from;
  task.target = to;
  task.function = function.name;
  task.listing = listing.text;
  task.ir = ir::print(function.function);
  const verify::Boundary boundary = translate::describe_boundary(source.raised(), function, from, to);
  task.parameters = describe_values("parameter", boundary.parameters, from, to);
  task.results = describe_values("result", boundary.results, from, to);
  for (const auto& [name, renamed] : listing.symbols) task.symbols.push_back(name);
  task.rules = nearest_rules(task.ir, to);
  model::Question question;
  question.messages = model::first_question(task);
  return question;
}

std::optional<Expected<FunctionDrafts>> Model::function(const Source& source, const raise::RaisedFunction& function,
                                                        std::span<const Feedback> feedback) {
  const Isa target = source.options.target;
  const Listing listing = list_function(source.index, function.name);
  if (feedback.empty()) {
    conversation_ = question_of(source, function, listing).messages;
    ++asked_;
  }
  for (const Feedback& f : feedback) {
    conversation_.push_back({"assistant", fmt::format("```\n{}```\n", f.draft)});
    conversation_.push_back(model::objection(f.problem));
  }
  model::Question question;
  question.about = fmt::format("the source of '{}'", function.name);
  question.messages = conversation_;
  question.samples = configuration_.samples;
  const sketch::Grammar grammar = sketch::make_grammar(target);
  question.gbnf = print_gbnf(grammar);
  question.lark = print_lark(grammar);
  auto answer = endpoint_.ask(question);
  if (!answer) return Expected<FunctionDrafts>(answer.error());
  FunctionDrafts result;
  std::vector<Candidate> candidates;
  const model::Admission admission{target, function.name, listing.symbols, fmt::format(".Lguess{}_", asked_)};
  for (model::Sample& sample : answer->samples) {
    if (sample.cut) {
      result.refused.emplace_back("the answer is cut off");
      continue;
    }
    auto body = model::admit(sample.text, admission);
    if (body)
      candidates.push_back({std::move(*body), std::move(sample.chances)});
    else
      result.refused.push_back(
          endpoint_.printable(fmt::format("line {}: {}", body.error().location.line, body.error().message)));
  }
  if (!answer->problem.empty()) result.refused.push_back(endpoint_.printable(answer->problem));
  result.drafts = drafts_of(candidates, target);
  return Expected<FunctionDrafts>(std::move(result));
}

// What stands between the first two lines of three backticks, or all of it. Only printable text is let in.
Expected<std::string> code_of(const std::string& answer) {
  std::string text = answer;
  if (const size_t fence = text.find("```"); fence != std::string::npos) {
    const size_t begin = text.find('\n', fence), end = text.find("```", fence + 3);
    text = begin == std::string::npos || end == std::string::npos || end < begin
               ? ""
               : text.substr(begin + 1, end - begin - 1);
  }
  if (text.empty() || text.size() > kLongestSpecification)
    return error_at({}, fmt::format("the answer is no specification of 1 to {} characters", kLongestSpecification));
  const auto is_text = [](char c) { return c == '\n' || c == '\t' || (c >= ' ' && c <= '~'); };
  if (!std::ranges::all_of(text, is_text)) return error_at({}, "the answer has other bytes than printable ASCII");
  return text;
}

std::optional<Expected<SpecificationDrafts>> Model::specification(const Kernel& kernel,
                                                                  std::span<const Feedback> feedback) {
  if (feedback.empty())
    conversation_ = model::first_question({kernel.name, kernel.source, kernel.launch, kernel.sizes});
  for (const Feedback& f : feedback) {
    conversation_.push_back({"assistant", fmt::format("```\n{}```\n", f.draft)});
    conversation_.push_back(model::objection(f.problem, "specification"));
  }
  model::Question question;
  question.about = fmt::format("the source of '{}'", kernel.name);
  question.messages = conversation_;
  question.samples = configuration_.samples;
  auto answer = endpoint_.ask(question);
  if (!answer) return Expected<SpecificationDrafts>(answer.error());
  SpecificationDrafts result;
  for (const model::Sample& sample : answer->samples) {
    auto text = sample.cut ? Expected<std::string>(error_at({}, "the answer is cut off")) : code_of(sample.text);
    if (!text)
      result.refused.push_back(text.error().message);
    else if (!std::ranges::count(result.texts, *text))
      result.texts.push_back(std::move(*text));
  }
  if (!answer->problem.empty()) result.refused.push_back(endpoint_.printable(answer->problem));
  return Expected<SpecificationDrafts>(std::move(result));
}

}  // namespace

std::unique_ptr<Proposer> make_model(const Configuration& configuration) {
  return std::make_unique<Model>(configuration.model);
}

}  // namespace portolan::propose
