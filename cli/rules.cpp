// portolan rules: the book of rules.
#include <fmt/format.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <mutex>
#include <thread>

#include "cli/commands.h"
#include "cli/rules_learn.h"
#include "translate/enumerate/search.h"
#include "translate/measure_rule.h"
#include "translate/rules/book.h"

namespace portolan::cli {
namespace {

using rules::CheckResult;

struct Arguments {
  std::string path;
  unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::string> names;
  double time = 20;
  bool verbose = false;
  unsigned longest = 4;
};

Expected<rules::Book> book_of(const Arguments& a) {
  if (a.path.empty()) return rules::embedded_rules();
  return rules::read_book(a.path);
}

bool wanted(const Arguments& a, const std::string& name) {
  if (a.names.empty()) return true;
  for (const std::string& n : a.names)
    if (name == n || name.starts_with(n + ".")) return true;
  return false;
}

std::string_view word(CheckResult::Verdict verdict) {
  switch (verdict) {
    case CheckResult::Verdict::proved:
      return "proved";
    case CheckResult::Verdict::wrong:
      return "WRONG";
    case CheckResult::Verdict::unknown:
      return "not proved";
    case CheckResult::Verdict::malformed:
      break;
  }
  return "malformed";
}

Exit run_check(const Arguments& a) {
  auto book = book_of(a);
  if (!book) {
    fmt::print(stderr, "{}", to_string(book.error()));
    return Exit::usage;
  }
  for (const Diagnostic& d : book->errors) fmt::print(stderr, "{}", to_string(d));
  struct Task {
    const rules::Instance* rule;
    size_t target;
  };
  std::vector<Task> tasks;
  for (const rules::Instance& rule : book->instances)
    for (size_t n = 0; n < rule.templates.size(); ++n)
      if (wanted(a, rule.name)) tasks.push_back({&rule, n});
  const rules::ProofStore store;
  std::atomic<size_t> next = 0;
  std::mutex lock;
  size_t failed = 0, wrong = 0;
  auto work = [&] {
    for (size_t n = next++; n < tasks.size(); n = next++) {
      const auto [rule, target] = tasks[n];
      const rules::Template& t = rule->templates[target];
      rules::CheckOptions options;
      options.time = std::chrono::milliseconds(static_cast<int64_t>(a.time * 1000));
      options.total = options.time * 8;
      const CheckResult result = rules::check(*rule, t, options);
      const bool proved = result.verdict == CheckResult::Verdict::proved;
      if (proved) store.remember(*rule, target);
      const std::lock_guard guard(lock);
      failed += !proved;
      wrong += result.verdict == CheckResult::Verdict::wrong;
      if (!proved || a.verbose)
        fmt::print("{}:{}: {} for {}: {}{}{} ({} obligations, {} by solvers, {:.2f} s)\n", t.location.file,
                   t.location.line, rule->name, to_string(t.isa), word(result.verdict),
                   result.detail.empty() ? "" : ": ", result.detail, result.obligations, result.by_solver,
                   result.seconds);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned n = 1; n < a.jobs; ++n) threads.emplace_back(work);
  work();
  for (std::thread& t : threads) t.join();
  fmt::print("{} proved, {} not proved, {} errors\n", tasks.size() - failed, failed, book->errors.size());
  if (wrong != 0) return Exit::refuted;
  return failed != 0 || !book->errors.empty() ? Exit::fell_short : Exit::ok;
}

Exit run_list(const Arguments& a) {
  auto book = book_of(a);
  if (!book) {
    fmt::print(stderr, "{}", to_string(book.error()));
    return Exit::usage;
  }
  for (const Diagnostic& d : book->errors) fmt::print(stderr, "{}", to_string(d));
  for (const rules::Instance& rule : book->instances)
    for (const rules::Template& t : rule.templates)
      if (wanted(a, rule.name))
        fmt::print("{:40} {:8} {:3} instructions{}  {}\n", rule.name, to_string(t.isa), t.cost,
                   t.unused ? ", unused" : "", rule.origin);
  return book->errors.empty() ? Exit::ok : Exit::fell_short;
}

// A table for people and for bench/rules.py: name, target, instructions by LLVM alone, with the rule, state.
Exit run_measure(const Arguments& a) {
  auto book = book_of(a);
  if (!book) {
    fmt::print(stderr, "{}", to_string(book.error()));
    return Exit::usage;
  }
  for (const rules::Instance& rule : book->instances)
    for (size_t n = 0; n < rule.templates.size(); ++n) {
      const rules::Template& t = rule.templates[n];
      if (!wanted(a, rule.name) || !t.features.empty()) continue;
      const auto worth = translate::measure_rule(rule, n);
      if (!worth) {
        fmt::print(stderr, "{}", to_string(worth.error()));
        continue;
      }
      fmt::print("{}\t{}\t{}\t{}\t{}\n", rule.name, to_string(t.isa), worth->llvm, worth->rule,
                 t.unused ? "unused" : "used");
    }
  return Exit::ok;
}

// Tries to find each rule's template again, knowing only the pattern and where operands are.
Exit run_enumerate(const Arguments& a) {
  auto book = book_of(a);
  if (!book) {
    fmt::print(stderr, "{}", to_string(book.error()));
    return Exit::usage;
  }
  bool all = true;
  for (const rules::Instance& rule : book->instances)
    for (const rules::Template& t : rule.templates) {
      if (!wanted(a, rule.name) || t.lines.size() > a.longest) continue;
      enumerate::SearchOptions options;
      options.time = std::chrono::milliseconds(static_cast<int64_t>(a.time * 1000));
      options.longest = static_cast<unsigned>(t.lines.size());
      const enumerate::SearchResult result = enumerate::search(rule, t, options);
      all &= result.found.has_value();
      fmt::print("{}\t{}\t{}\t{}\t{:.2f}\t{}\t{}\t{}\n", rule.name, to_string(t.isa), t.lines.size(),
                 result.found ? std::to_string(result.found->instructions) : "-", result.seconds, result.forms,
                 result.tried, result.reason);
      if (a.verbose && result.found) fmt::print("{}", result.found->text);
      std::fflush(stdout);
    }
  return all ? Exit::ok : Exit::fell_short;
}

}  // namespace

void add_rules(CLI::App& app, Command& chosen) {
  auto a = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("rules", "the book of rules: what data flow becomes on a target, proved");
  command->require_subcommand(1);
  CLI::App* check = command->add_subcommand("check", "prove every rule again");
  CLI::App* list = command->add_subcommand("list", "the rules by name");
  CLI::App* measure = command->add_subcommand("measure", "instructions by LLVM alone and with each rule");
  CLI::App* enumerate = command->add_subcommand("enumerate", "search the target's instructions for each pattern");
  for (CLI::App* sub : {check, list, measure, enumerate}) {
    sub->add_option("PATH", a->path, "a .rule file or a folder of them; default: the book that is built in");
    sub->add_option("--rule", a->names, "only this rule (may be given again)");
  }
  check->add_option("--jobs", a->jobs, "rules at a time")->check(CLI::Range(1, 256));
  check->add_option("--time", a->time,
                    "seconds for one question to the solvers; default: 20, eight times that for a rule");
  check->add_flag("--verbose", a->verbose, "a line for each rule");
  enumerate->add_option("--time", a->time, "seconds for each rule; default: 20");
  enumerate->add_option("--longest", a->longest, "only rules of at most so many instructions; default: 4")
      ->check(CLI::Range(1u, 4u));
  enumerate->add_flag("--verbose", a->verbose, "print what was found");
  enumerate->callback([a, &chosen] { chosen = [a] { return run_enumerate(*a); }; });
  add_rules_learn(*command, chosen);
  check->callback([a, &chosen] { chosen = [a] { return run_check(*a); }; });
  measure->callback([a, &chosen] { chosen = [a] { return run_measure(*a); }; });
  list->callback([a, &chosen] { chosen = [a] { return run_list(*a); }; });
}

}  // namespace portolan::cli
