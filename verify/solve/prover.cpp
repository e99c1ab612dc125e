#include <algorithm>
#include <map>
#include <optional>

#include "verify/solve/float_facts.h"
#include "verify/solve/generalise.h"
#include "verify/solve/integers.h"
#include "verify/solve/lemmas.h"
#include "verify/solve/memories.h"
#include "verify/solve/portfolio.h"
#include "verify/solve/valuations.h"
#include "verify/terms/rewrite.h"

namespace portolan::solve {
namespace {

using std::chrono::milliseconds;
using terms::APInt;
using Verdict = Answer::Verdict;

constexpr unsigned kMostRounds = 6;     // of lemmas
constexpr size_t kMostAbstracted = 48;  // applications whose values a model is asked for
// Of the time of a question, in hundredths: the cheap stages must leave something to the dear one.
constexpr int kFirstShare = 20, kIntegerShare = 45, kLemmaShare = 60, kBitVectorShare = 70;

// One question on its way through the stages.
class Inquest {
 public:
  Inquest(Pool& pool, Portfolio& portfolio, std::vector<Term> assumptions, Term goal, FairClock::time_point begin,
          FairClock::time_point deadline)
      : pool_(pool),
        portfolio_(portfolio),
        assumptions_(std::move(assumptions)),
        goal_(goal),
        begin_(begin),
        deadline_(deadline) {}

  // Whether normalising or computing with some values is enough.
  bool settled_at_once() { return by_normalising() || by_evaluation(); }
  // After that.
  Answer ask();
  Answer answer() { return std::move(answer_); }

 private:
  bool by_normalising();
  bool by_evaluation();
  void by_solvers();
  // True: the answer is settled.
  bool ask_uninterpreted(Question& question, unsigned rounds, int share);
  bool ask_integers(int share);
  bool ask_exact(const Question& question, int share);

  Inquiry inquiry(const Question& question, bool with_abstracted) const;
  bool take(const Outcome& outcome, Method method, const std::string& text);
  bool take_model(const Outcome& outcome, const Question& question);
  bool enough_votes() const { return votes_.size() >= 2; }
  FairClock::time_point until(int share) const {
    return std::min(deadline_, begin_ + (deadline_ - begin_) * share / 100);
  }
  bool late() const { return FairClock::now() >= deadline_; }
  void settle(Verdict verdict, Method method, bool cross_checked);
  bool unknown(std::string reason);
  std::string reason_of_silence() const;

  Pool& pool_;
  Portfolio& portfolio_;
  std::vector<Term> assumptions_;
  Term goal_;
  FairClock::time_point begin_, deadline_;
  Answer answer_;
  std::vector<Term> conditions_;  // all of them together are the counterexample
  bool unknown_functions_ = false;
  std::vector<std::string> votes_;  // solvers that said unsat, in whichever stage
  // A solver called the exact question satisfiable; and there are functions in it that it knew nothing of.
  bool exact_sat_ = false, exact_is_abstract_ = false, too_large_ = false;
};

void Inquest::settle(Verdict verdict, Method method, bool cross_checked) {
  answer_.verdict = verdict;
  answer_.method = method;
  answer_.cross_checked = cross_checked;
  answer_.reason.clear();
}

bool Inquest::unknown(std::string reason) {
  answer_.verdict = Verdict::unknown;
  answer_.reason = std::move(reason);
  return true;
}

bool Inquest::by_normalising() {
  const Term always = pool_.bit(true);
  for (Term& assumption : assumptions_) assumption = expand_memory_equations(pool_, assumption);
  goal_ = expand_memory_equations(pool_, goal_);
  terms::Substitution known(pool_);
  for (Term assumption : assumptions_) known.assume(assumption);
  const Term rest = known.contradictory() ? always : known(goal_);
  if (rest == always) {
    settle(Verdict::holds, Method::syntactic, true);
    return true;
  }
  conditions_ = assumptions_;
  std::erase(conditions_, always);
  conditions_.push_back(pool_.bit_not(rest));
  const std::vector<Term> facts = float_facts(pool_, conditions_);
  conditions_.insert(conditions_.end(), facts.begin(), facts.end());
  std::erase(conditions_, always);
  return false;
}

bool Inquest::by_evaluation() {
  std::vector<Term> all = assumptions_;
  all.push_back(goal_);
  unknown_functions_ = has_unknown_functions(pool_, all);
  std::optional<Model> model = find_failing(pool_, assumptions_, goal_);
  if (!model) return false;
  answer_.method = Method::evaluation;
  answer_.model = std::move(*model);
  // Solvers would find the same: to them a function is any function.
  if (unknown_functions_) return unknown("approximation");
  settle(Verdict::fails, Method::evaluation, true);
  return true;
}

Inquiry Inquest::inquiry(const Question& question, bool with_abstracted) const {
  Inquiry made{question.text, {}, {}, false};
  auto want = [&](const std::string& expression, unsigned width) {
    made.expressions.push_back(expression);
    made.widths.push_back(width);
  };
  for (const Question::Value& value : question.values) want(value.expression, value.width);
  if (with_abstracted)
    for (const Question::Abstracted& application : question.abstracted)
      for (const std::string& part : {application.result, application.a, application.b}) want(part, application.width);
  return made;
}

// Counts the votes of a stage.
bool Inquest::take(const Outcome& outcome, Method method, const std::string& text) {
  answer_.runs.insert(answer_.runs.end(), outcome.runs.begin(), outcome.runs.end());
  bool any = false;
  for (const SolverRun& run : outcome.runs)
    if (run.answer == "unsat") {
      votes_.push_back(run.solver);
      any = true;
    }
  if (any) {
    if (!answer_.query.empty()) answer_.query += kNextQuestion;
    answer_.query += text + "(check-sat)\n";
    settle(Verdict::holds, method, enough_votes());
  }
  if (outcome.said("unsat") && outcome.said("sat")) return unknown("solver-disagreement");
  return enough_votes();
}

// A model counts only if the terms themselves, computed, agree with it.
bool Inquest::take_model(const Outcome& outcome, const Question& question) {
  if (!outcome.values || unknown_functions_) return false;
  std::optional<Model> model = confirmed(pool_, assumptions_, goal_, question, *outcome.values);
  if (!model) return false;
  answer_.model = std::move(*model);
  answer_.query = question.text + "(check-sat)\n";
  settle(Verdict::fails, question.abstracted.empty() ? Method::bit_vectors : Method::euf, true);
  return true;
}

// Adds lemmas to the question as models break them. Once a solver has called it unsatisfiable the other is asked the
// same.
bool Inquest::ask_uninterpreted(Question& question, unsigned rounds, int share) {
  const bool refine = question.abstracted.size() <= kMostAbstracted;
  for (unsigned round = 0; round < rounds && !late(); ++round) {
    const Outcome outcome = portfolio_.ask(inquiry(question, refine), until(share), votes_);
    if (take_model(outcome, question) || take(outcome, Method::euf, question.text)) return true;
    if (!votes_.empty() || !refine || !outcome.values) return false;
    std::string lemmas;
    for (size_t i = 0; i < question.abstracted.size(); ++i) {
      const APInt* values = outcome.values->data() + question.values.size() + 3 * i;
      if (values[0] != true_value(question.abstracted[i].kind, values[1], values[2]))
        lemmas += lemmas_against(question.abstracted[i], values[1], values[2]);
    }
    if (lemmas.empty()) return false;
    question.text += lemmas;
  }
  return false;
}

bool Inquest::ask_integers(int share) {
  const std::string text = print_integer_question(pool_, conditions_);
  if (text.empty() || late()) return false;
  Outcome outcome = portfolio_.ask({text, {}, {}, false}, until(share), votes_);
  return take(outcome, Method::integers, text);
}

bool Inquest::ask_exact(const Question& question, int share) {
  if (question.too_large) return too_large_ = true, false;
  const Outcome outcome = portfolio_.ask(inquiry(question, false), until(share), votes_);
  if (take_model(outcome, question)) return true;
  if (outcome.said("sat")) {
    exact_sat_ = true;
    exact_is_abstract_ = question.has_applications;
    if (!votes_.empty() && !outcome.said("unsat") && !question.has_applications) {
      take(outcome, Method::bit_vectors, question.text);
      return unknown("solver-disagreement");
    }
  }
  return take(outcome, Method::bit_vectors, question.text);
}

std::string Inquest::reason_of_silence() const {
  if (too_large_) return "resource-limit";
  if (exact_sat_) return exact_is_abstract_ ? "approximation" : "spurious-model";
  auto any = [&](std::string_view answer) {
    return std::any_of(answer_.runs.begin(), answer_.runs.end(),
                       [&](const SolverRun& run) { return run.answer.starts_with(answer); });
  };
  if (any("timeout") || late()) return "timeout";
  if (any("memout")) return "memout";
  return any("error") ? "no-solver" : "resource-limit";
}

void Inquest::by_solvers() {
  if (portfolio_.ready(deadline_).empty()) {
    unknown(late() ? "timeout" : "no-solver");
    return;
  }
  Question abstract = print_question(pool_, conditions_, {Arithmetic::uninterpreted, Memories::functions});
  if (abstract.too_large) {
    unknown("resource-limit");
    return;
  }
  // Constant division falls to integers at once, before lemmas are learnt for it.
  const bool settled = abstract.has_products
                           ? ask_uninterpreted(abstract, 1, kFirstShare) || ask_integers(kIntegerShare) ||
                                 (votes_.empty() && ask_uninterpreted(abstract, kMostRounds, kLemmaShare)) ||
                                 ask_exact(print_question(pool_, conditions_, {}), 100)
                           : ask_exact(abstract, kBitVectorShare) || (!exact_sat_ && ask_integers(100));
  if (settled || !votes_.empty()) return;
  unknown(reason_of_silence());
}

Answer Inquest::ask() {
  by_solvers();
  return answer();
}

}  // namespace

struct Prover::State {
  State(Pool& pool, Limits limits) : pool(pool), limits(limits), portfolio(limits.memory_bytes) {}
  Pool& pool;
  Limits limits;
  Portfolio portfolio;
  std::optional<FairClock::time_point> deadline;
  // By the terms of the question: equal terms are equal questions.
  std::map<std::vector<Term>, Answer> answers;
  std::map<Term, Answer> always;  // in less time
};

Prover::Prover(Pool& pool, Limits limits) : state_(std::make_unique<State>(pool, limits)) {}
Prover::~Prover() = default;

void Prover::set_deadline(FairClock::time_point deadline) {
  state_->deadline = deadline;
}

void Prover::set_limits(Limits limits) {
  state_->limits = limits;
  state_->portfolio.set_memory(limits.memory_bytes);
  std::erase_if(state_->answers, [](const auto& entry) { return entry.second.verdict == Verdict::unknown; });
}

Answer Prover::holds(std::vector<Term> assumptions, Term goal) {
  std::sort(assumptions.begin(), assumptions.end());
  assumptions.erase(std::unique(assumptions.begin(), assumptions.end()), assumptions.end());
  std::vector<Term> key = assumptions;
  key.push_back(goal);
  if (const auto known = state_->answers.find(key); known != state_->answers.end()) return known->second;
  const FairClock::time_point begin = FairClock::now(), end = begin + state_->limits.time;
  const bool cut = state_->deadline && *state_->deadline < end;
  Inquest inquest(state_->pool, state_->portfolio, assumptions, goal, begin, cut ? *state_->deadline : end);
  Answer answer;
  if (inquest.settled_at_once()) {
    answer = inquest.answer();
  } else {
    // What holds anyway holds under every condition, and the same is often asked under others.
    const Answer* alone = assumptions.empty() ? nullptr : always(goal);
    answer = alone != nullptr && alone->verdict == Verdict::holds && alone->cross_checked ? *alone : inquest.ask();
  }
  // Time that was cut short says nothing about the question.
  if (answer.verdict != Verdict::unknown || !cut) state_->answers.emplace(std::move(key), answer);
  return answer;
}

// In a part of a question's time.
const Answer* Prover::always(Term goal) {
  if (state_->pool.constant_value(goal) != nullptr) return nullptr;
  if (const auto known = state_->always.find(goal); known != state_->always.end()) return &known->second;
  const FairClock::time_point begin = FairClock::now();
  FairClock::time_point end = begin + state_->limits.time / 4;
  if (state_->deadline) end = std::min(end, begin + (*state_->deadline - begin) / 4);
  auto ask = [&](Term what, FairClock::time_point until) {
    Inquest inquest(state_->pool, state_->portfolio, {}, what, FairClock::now(), until);
    return inquest.settled_at_once() ? inquest.answer() : inquest.ask();
  };
  if (const auto general = generalised(state_->pool, goal)) {
    Answer answer = ask(*general, begin + (end - begin) / 4);
    if (answer.verdict == Verdict::holds && answer.cross_checked)
      return &state_->always.emplace(goal, std::move(answer)).first->second;
  }
  return &state_->always.emplace(goal, ask(goal, end)).first->second;
}

}  // namespace portolan::solve
