#include "verify/solve/portfolio.h"

#include <fmt/format.h>

#include <algorithm>

#include "verify/solve/integers.h"
#include "verify/solve/reply.h"

namespace portolan::solve {
namespace {

using std::chrono::milliseconds;

constexpr unsigned kMostExchanges = 400;  // then a fresh process, so that leaks and growth stay bounded
constexpr milliseconds kAfterSat{40};     // for the others to end by themselves: cheaper than a new process
constexpr milliseconds kForValues{1000}, kForTrial{2000}, kShortestTrial{250};
constexpr unsigned kMostFailures = 3;

// Two answers that must differ, and a version.
constexpr const char* kTrial =
    "(set-logic QF_BV)\n(declare-fun x () (_ BitVec 8))\n(assert (not (= (bvadd x x) (bvshl x #x01))))\n(check-sat)\n"
    "(reset)\n(set-logic QF_BV)\n(declare-fun x () (_ BitVec 8))\n(assert (= (bvmul x x) #x31))\n(check-sat)\n"
    "(get-info :version)";

// The version in the reply to the trial; nothing if that is not what a solver says.
std::optional<std::string> read_version(const std::string& reply) {
  constexpr std::string_view kExpected = "unsat\nsat\n(:version \"";
  if (!reply.starts_with(kExpected)) return std::nullopt;
  const size_t end = reply.find("\")", kExpected.size());
  if (end == std::string::npos) return std::nullopt;
  return reply.substr(kExpected.size(), end - kExpected.size());
}

milliseconds until(FairClock::time_point deadline) {
  return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(deadline - FairClock::now()));
}

}  // namespace

bool Outcome::said(std::string_view answer) const {
  return std::any_of(runs.begin(), runs.end(), [&](const SolverRun& run) { return run.answer == answer; });
}

Portfolio::Portfolio(uint64_t memory_bytes) {
  for (SolverProgram& program : known_solvers())
    members_.push_back({Session(std::move(program), memory_bytes), {}, 0, false});
}

void Portfolio::set_memory(uint64_t bytes) {
  for (Member& member : members_) member.session.set_memory(bytes);
}

// A solver that hangs in its trial must not use up the others' time; one that was stopped at the end of the last
// question, and has no time left to begin anew, has not failed for it.
void Portfolio::try_out(FairClock::time_point deadline) {
  const FairClock::time_point now = FairClock::now();
  const bool fair = deadline - now >= kShortestTrial;
  deadline = std::min(deadline, now + std::clamp<FairClock::duration>((deadline - now) / 4, kShortestTrial, kForTrial));
  std::vector<Session*> tried;
  for (Member& member : members_) {
    if (member.session.alive() && member.session.exchanges() > kMostExchanges) member.session.stop();
    if (!member.session.alive()) member.known = false;
    const bool before = !member.label.empty();
    if (member.known || member.failures >= kMostFailures || (before && !fair)) continue;
    member.session.begin(kTrial, until(deadline));
    tried.push_back(&member.session);
  }
  wait_for(tried, deadline);
  for (Member& member : members_) {
    if (std::find(tried.begin(), tried.end(), &member.session) == tried.end()) continue;
    std::optional<std::string> version;
    if (member.session.reply()) version = read_version(*member.session.reply());
    if (version) {
      member.label = fmt::format("{} {}", member.session.program().name, *version);
      member.known = true;
    } else {
      if (fair) ++member.failures;
      member.session.stop();
    }
  }
}

std::vector<std::string> Portfolio::ready(FairClock::time_point deadline) {
  try_out(deadline);
  std::vector<std::string> labels;
  for (const Member& member : members_)
    if (member.known) labels.push_back(member.label);
  return labels;
}

void Portfolio::collect(Outcome& outcome, Member& member, const Inquiry& inquiry, FairClock::time_point deadline) {
  Session& session = member.session;
  SolverRun run{member.label, FairClock::now() < deadline ? "stopped" : "timeout", 0};
  if (session.busy()) {
    session.stop();
  } else {
    run.answer = session.reply() ? read_answer(*session.reply()) : read_remains(session.remains());
  }
  run.seconds = session.seconds();
  if (run.answer == "sat" && !outcome.values && !inquiry.expressions.empty()) {
    std::string request = "(get-value (";
    for (const std::string& expression : inquiry.expressions) request += expression + " ";
    session.begin(request + "))", kForValues);
    Session* const one = &session;
    wait_for({&one, 1}, std::max(deadline, FairClock::now() + kForValues));
    if (session.busy()) session.stop();
    if (session.reply()) outcome.values = read_values(*session.reply(), inquiry.widths);
  }
  if (run.answer != "sat" && run.answer != "unsat") session.stop();
  outcome.runs.push_back(std::move(run));
}

Outcome Portfolio::ask(const Inquiry& inquiry, FairClock::time_point deadline,
                       const std::vector<std::string>& without) {
  try_out(deadline);
  Outcome outcome;
  const bool integers = inquiry.text.starts_with(kIntegerLogic);
  std::vector<Member*> asked;
  std::vector<Session*> sessions;
  for (Member& member : members_) {
    if (!member.known || std::find(without.begin(), without.end(), member.label) != without.end()) continue;
    const std::string check = integers ? member.session.program().check_integers : "(check-sat)";
    member.session.begin("(reset)\n" + inquiry.text + check, until(deadline));
    asked.push_back(&member);
    sessions.push_back(&member.session);
  }
  auto is_sat = [](const Session& session) { return session.reply() && read_answer(*session.reply()) == "sat"; };
  wait_for(sessions, deadline, inquiry.every_answer ? nullptr : +is_sat);
  if (std::any_of(sessions.begin(), sessions.end(), [&](Session* s) { return !s->busy() && is_sat(*s); }))
    wait_for(sessions, std::min(deadline, FairClock::now() + kAfterSat));
  for (Member* member : asked) collect(outcome, *member, inquiry, deadline);
  return outcome;
}

std::vector<std::string> available_solvers() {
  return Portfolio(Limits{}.memory_bytes).ready(FairClock::now() + std::chrono::seconds(5));
}

std::vector<SolverRun> recheck(const std::string& smt_text, const Limits& limits) {
  Portfolio portfolio(limits.memory_bytes);
  std::vector<SolverRun> runs;
  for (size_t at = 0; at < smt_text.size();) {
    const size_t end = std::min(smt_text.find(kNextQuestion, at), smt_text.size());
    std::string text = smt_text.substr(at, end - at);
    at = end + kNextQuestion.size();
    // A stored question ends in (check-sat), which ask() adds.
    const size_t check = text.rfind("(check-sat)");
    if (check != std::string::npos) text.erase(check);
    Outcome outcome = portfolio.ask({std::move(text), {}, {}, true}, FairClock::now() + limits.time);
    for (SolverRun& run : outcome.runs) runs.push_back(std::move(run));
  }
  return runs;
}

}  // namespace portolan::solve
