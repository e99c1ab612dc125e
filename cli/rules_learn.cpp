#include "cli/rules_learn.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>

#include "cli/input.h"
#include "cli/output.h"
#include "translate/learn/learn.h"
#include "translate/translate.h"

namespace portolan::cli {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  std::string path, from, target = "aarch64", output;
  double time = 5, total = 600;
};

// In the order of their names, so that what is learnt first does not depend on the machine.
std::vector<std::string> files_of(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return {path};
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(path, error))
    if (const std::string type = entry.path().extension().string(); type == ".s" || type == ".o" || type == ".S")
      files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

// A piece, and the first place that it was seen in.
struct Seen {
  learn::Piece piece;
  std::string origin;
  size_t times = 0;
};

class Learn {
 public:
  Learn(const Arguments& a, Isa target) : a_(a), target_(target) {}
  Exit run();

 private:
  bool collect(const std::string& path);
  Exit write(const std::vector<learn::Learnt>& learnt) const;

  const Arguments& a_;
  const Isa target_;
  std::map<std::string, size_t> known_;  // by pattern: index
  std::vector<Seen> seen_;
};

bool Learn::collect(const std::string& path) {
  auto file = read_input(path, a_.from, "--from");
  if (!file) {
    fmt::print(stderr, "{}", to_string(file.error()));
    return false;
  }
  if (file->isa() == target_) return true;
  translate::TranslateOptions options;
  options.target = target_;
  const raise::RaisedUnit raised = translate::raise(*file->index, options);
  for (const raise::RaisedFunction& f : raised.functions) {
    if (!f.ok) continue;
    for (learn::Piece& piece : learn::pieces_of(f.function)) {
      const auto [at, fresh] = known_.try_emplace(piece.pattern, seen_.size());
      if (fresh)
        seen_.push_back({std::move(piece), fmt::format("{} in {}", f.name, fs::path(path).filename().string()), 0});
      ++seen_[at->second].times;
    }
  }
  return true;
}

Exit Learn::write(const std::vector<learn::Learnt>& learnt) const {
  std::string text =
      fmt::format("// Learnt by `portolan rules learn` for {}, each proved by two solvers.\n", to_string(target_));
  for (const learn::Learnt& rule : learnt) text += "\n" + rule.text;
  if (auto error = write_output(a_.output.empty() ? "-" : a_.output, text)) {
    fmt::print(stderr, "{}", to_string(*error));
    return Exit::usage;
  }
  return Exit::ok;
}

Exit Learn::run() {
  const std::vector<std::string> files = files_of(a_.path);
  if (files.empty()) {
    fmt::print(stderr, "portolan: error: {}: there is no .s or .o file\n", a_.path);
    return Exit::usage;
  }
  size_t unread = 0;
  for (const std::string& file : files) unread += !collect(file);
  if (unread == files.size()) return Exit::usage;
  // What occurs often is worth most; large pieces hold small ones.
  std::stable_sort(seen_.begin(), seen_.end(), [](const Seen& a, const Seen& b) {
    return std::pair(a.piece.operations * a.times, a.piece.operations) >
           std::pair(b.piece.operations * b.times, b.piece.operations);
  });
  learn::Options options;
  options.target = target_;
  options.search = std::chrono::milliseconds(static_cast<int64_t>(a_.time * 1000));
  learn::Learner learner(rules::embedded_rules(), options);
  std::vector<learn::Learnt> learnt;
  const auto latest = std::chrono::steady_clock::now() + std::chrono::duration<double>(a_.total);
  for (const Seen& seen : seen_) {
    if (std::chrono::steady_clock::now() > latest) break;
    auto rule = learner.learn(seen.piece, seen.origin);
    if (!rule) continue;
    fmt::print(stderr, "{}: {} instructions against {}, {} instance{}, seen {} time{}\n", rule->name, rule->after,
               rule->before, rule->instances, rule->instances == 1 ? "" : "s", seen.times, seen.times == 1 ? "" : "s");
    learnt.push_back(std::move(*rule));
  }
  const learn::Tally& tally = learner.tally();
  fmt::print(stderr,
             "{} rules learnt from {} of {} pieces in {} files; one instruction already: {}, a rule knows it: {}, "
             "nothing shorter found: {}, no gain: {}\n",
             learnt.size(), tally.pieces, seen_.size(), files.size() - unread, tally.short_already, tally.known,
             tally.not_found, tally.no_gain);
  return write(learnt);
}

}  // namespace

void add_rules_learn(CLI::App& rules, Command& chosen) {
  auto a = std::make_shared<Arguments>();
  CLI::App* learn = rules.add_subcommand("learn", "look for new rules in assembly or objects");
  learn->add_option("DIR", a->path, "a folder of .s and .o files, or one file")->required();
  learn->add_option("--to", a->target, "the rules' target: aarch64 (default) or riscv64")
      ->check(CLI::IsMember({"aarch64", "riscv64"}));
  learn->add_option("--from", a->from, "the files' instruction set, when they do not tell");
  learn->add_option("-o,--output", a->output, "where the rules go; default: standard output");
  learn->add_option("--time", a->time, "seconds for the search of each piece; default: 5")
      ->check(CLI::Range(0.1, 3600.0));
  learn->add_option("--total", a->total, "seconds for all pieces; default: 600")->check(CLI::Range(1.0, 86400.0));
  learn->callback([a, &chosen] { chosen = [a] { return Learn(*a, *isa_from_string(a->target)).run(); }; });
}

}  // namespace portolan::cli
