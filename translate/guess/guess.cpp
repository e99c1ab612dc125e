#include "translate/guess/guess.h"

#include <fmt/format.h>

#include <algorithm>

#include "translate/guess/blocks.h"
#include "translate/sketch/filling/tests.h"

namespace portolan::guess {
namespace {

using Clock = std::chrono::steady_clock;
using propose::Draft;

constexpr size_t kMostDrafts = 8, kMostSketches = 24, kMostOpened = 2;  // in a round
constexpr std::chrono::milliseconds kJudging{10000};

class Guesser {
 public:
  Guesser(propose::Proposer& proposer, const Request& request) : proposer_(proposer), request_(request) {}
  Result run();

 private:
  // A draft that was judged and not taken.
  struct Failed {
    const Draft* draft = nullptr;
    Placed placed;
    sketch::filling::Judgement judgement;
  };
  // Tests find nothing against it; it is only less than is required.
  static bool agrees(const Failed& failed) {
    return failed.judgement.level >= judge::Level::tested && failed.judgement.level != judge::Level::refuted;
  }
  bool judge(const Draft& draft);
  bool open(const Failed& failed, Clock::time_point deadline);
  bool fill(const std::string& body, Clock::time_point deadline);
  std::string problem_of(const sketch::filling::Judgement& judgement) const;
  bool is_whole(const Draft& draft) const { return draft.text().find('?') == std::string::npos; }
  std::optional<Placed> place(const std::string& body) const {
    return put_body(request_.file, request_.source.options.target, request_.boundary.target_name, request_.binding,
                    body);
  }
  void take(std::string body, judge::Level level, bool filled);
  void reason(std::string why) {
    if (std::find(result_.reasons.begin(), result_.reasons.end(), why) == result_.reasons.end())
      result_.reasons.push_back(std::move(why));
  }

  propose::Proposer& proposer_;
  const Request& request_;
  std::vector<Failed> failed_;
  Result result_;
};

// The strongest word counts, then the shortest text.
void Guesser::take(std::string body, judge::Level level, bool filled) {
  const auto length = [](const std::string& text) { return std::count(text.begin(), text.end(), '\n'); };
  const bool better =
      result_.body.empty() || level > result_.level || (level == result_.level && length(body) < length(result_.body));
  if (!better) return;
  result_.body = std::move(body);
  result_.level = level;
  result_.filled = filled;
}

std::string Guesser::problem_of(const sketch::filling::Judgement& judgement) const {
  if (!judgement.problem.empty()) return judgement.problem;
  for (const judge::Verdict& v : judgement.verdicts) {
    std::string text = judge::word(v) + (v.detail.empty() ? "" : ": " + v.detail);
    if (v.tests && v.tests->counterexample)
      text = fmt::format("for {}: {}", sketch::filling::describe(request_.boundary, v.tests->counterexample->input),
                         v.tests->counterexample->difference);
    return text;
  }
  return "it cannot be judged";
}

// True: it is accepted.
bool Guesser::judge(const Draft& draft) {
  const std::string body = draft.text();
  auto placed = place(body);
  if (!placed) return reason("the code that is there cannot be replaced: data refers into it"), false;
  sketch::filling::Judgement judgement = request_.judge(placed->text, kJudging);
  // What is not proved for all inputs meets many more of them, as fillings do.
  if (request_.test_more && judgement.level != judge::Level::proved &&
      judge::reaches(judgement.level, request_.require))
    if (sketch::filling::Judgement more = request_.test_more(placed->text); more.level == judge::Level::refuted)
      judgement = std::move(more);
  if (judge::reaches(judgement.level, request_.require)) return take(body, judgement.level, false), true;
  reason(problem_of(judgement));
  failed_.push_back({&draft, std::move(*placed), std::move(judgement)});
  return false;
}

bool Guesser::fill(const std::string& body, Clock::time_point deadline) {
  const Isa target = request_.source.options.target;
  const auto placed = place(body);
  if (!placed) return false;
  auto parsed = sketch::parse(placed->text, request_.function.name, target);
  if (!parsed) return reason(parsed.error().message), false;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
  if (left <= std::chrono::milliseconds(0)) return false;
  ++result_.sketches;
  const sketch::filling::FillRequest fill{
      request_.source.index.unit(),
      request_.source_object,
      [this](const std::string&) { return Expected<std::vector<verify::Boundary>>({request_.boundary}); },
      {},
      request_.judge,
      request_.require == judge::Requirement::proved    ? judge::Level::proved
      : request_.require == judge::Requirement::bounded ? judge::Level::bounded
                                                        : judge::Level::tested,
      std::min(left, request_.fill_time),
      request_.seed,
      request_.signatures,
      request_.test_more};
  auto filled = sketch::filling::fill(*parsed, fill);
  if (!filled) return reason(filled.error().message), false;
  if (filled->status != sketch::filling::FillResult::Status::filled ||
      !judge::reaches(filled->judgement.level, request_.require))
    return false;
  // The body in the filled text: what stands around it is as it was.
  const size_t behind = placed->text.size() - (placed->text.find(body) + body.size());
  const size_t before = placed->text.find(body);
  take(filled->text.substr(before, filled->text.size() - before - behind), filled->judgement.level, true);
  return true;
}

bool Guesser::open(const Failed& failed, Clock::time_point deadline) {
  prove::Proof proof;
  for (const judge::Verdict& v : failed.judgement.verdicts)
    if (v.proof) proof = *v.proof;
  if (proof.obligations.empty() && failed.judgement.problem.empty()) proof = request_.prove(failed.placed.text);
  const std::set<size_t> lines = doubtful_lines(*failed.draft, proof, failed.placed.first_line);
  const std::vector<std::string> bodies =
      open_places(*failed.draft, lines, request_.source.options.target, kMostSketches);
  return std::any_of(bodies.begin(), bodies.end(),
                     [&](const std::string& body) { return Clock::now() < deadline && fill(body, deadline); });
}

Result Guesser::run() {
  std::vector<propose::Feedback> feedback;
  for (unsigned round = 0; round <= request_.rounds; ++round) {
    ++result_.rounds;
    const auto answer = proposer_.function(request_.source, request_.function, feedback);
    if (!answer) return std::move(result_);
    if (!*answer) {
      reason((*answer).error().message);
      return std::move(result_);
    }
    const propose::FunctionDrafts& drafts = **answer;
    for (const std::string& why : drafts.refused) reason(why);
    failed_.clear();
    const Clock::time_point deadline = Clock::now() + request_.time;
    const size_t count = std::min(drafts.drafts.size(), kMostDrafts);
    result_.drafts += static_cast<unsigned>(count);
    bool done = false;
    for (size_t n = 0; n < count; ++n)
      if (is_whole(drafts.drafts[n])) done |= judge(drafts.drafts[n]);
    for (size_t n = 0; n < count && !done; ++n)
      if (!is_whole(drafts.drafts[n])) done = fill(drafts.drafts[n].text(), deadline);
    for (size_t n = 0; n < std::min(failed_.size(), kMostOpened) && !done; ++n)
      if (!agrees(failed_[n])) done = open(failed_[n], deadline);
    // What tests agree with and no proof is found for is not wrong: neither holes nor another answer help.
    const bool agreed = std::any_of(failed_.begin(), failed_.end(), agrees);
    if (done || agreed) return std::move(result_);
    feedback.clear();
    if (!failed_.empty())
      feedback.push_back({failed_.front().draft->text(), problem_of(failed_.front().judgement)});
    else
      feedback.push_back({"", drafts.refused.empty() ? "it could not be completed" : drafts.refused.front()});
  }
  return std::move(result_);
}

}  // namespace

Result guess(propose::Proposer& proposer, const Request& request) {
  return Guesser(proposer, request).run();
}

}  // namespace portolan::guess
