// portolan batch: a folder of files, each translated by a process of its own, so that one bad file costs only itself.
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/commands.h"
#include "cli/model_options.h"
#include "cli/output.h"
#include "cli/report.h"
#include "ir/isa.h"

namespace portolan::cli {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  std::string directory, target, out, shard = "1/1", require = "tested", report, junit, memory_order;
  std::vector<std::string> proposers = {"llvm", "rules"};
  ModelOptions model;
  std::vector<std::string> headers;
  unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
  bool resume = false;
  double prove = -1;  // not given: as translate does
};

struct Job {
  fs::path input, output, evidence, log;
};

bool is_input(const fs::path& path) {
  std::string e = path.extension().string();
  return e == ".s" || e == ".S" || e == ".o" || e == ".asm";
}

std::vector<Job> find_jobs(const Arguments& a, unsigned shard, unsigned shards) {
  std::vector<fs::path> inputs;
  for (const fs::directory_entry& entry :
       fs::recursive_directory_iterator(a.directory, fs::directory_options::skip_permission_denied))
    if (entry.is_regular_file() && is_input(entry.path())) inputs.push_back(entry.path());
  std::sort(inputs.begin(), inputs.end());
  std::vector<Job> jobs;
  for (size_t n = 0; n < inputs.size(); ++n) {
    if (n % shards != shard - 1) continue;
    fs::path to = fs::path(a.out) / fs::relative(inputs[n], a.directory);
    if (to.extension() != ".s") to += ".s";
    jobs.push_back({inputs[n], to, fs::path(to.string() + ".evidence.json"), fs::path(to.string() + ".log")});
  }
  return jobs;
}

pid_t start(const Arguments& a, const Job& job) {
  std::vector<std::string> words = {
      "portolan",          "translate",  job.input.string(),    "--to",      a.target, "-o",
      job.output.string(), "--evidence", job.evidence.string(), "--require", a.require};
  words.insert(words.end(), {"--proposers", fmt::format("{}", fmt::join(a.proposers, ","))});
  if (std::find(a.proposers.begin(), a.proposers.end(), "model") != a.proposers.end())
    for (std::string& word : words_of(a.model)) words.push_back(std::move(word));
  if (a.prove >= 0) words.insert(words.end(), {"--prove", fmt::format("{}", a.prove)});
  if (!a.memory_order.empty()) words.insert(words.end(), {"--memory-order", a.memory_order});
  for (const std::string& header : a.headers) words.insert(words.end(), {"--proto", header});
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t child = fork();
  if (child != 0) return child;
  int log = open(job.log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (log >= 0) {
    dup2(log, 1);
    dup2(log, 2);
  }
  execv("/proc/self/exe", argv.data());
  _exit(static_cast<int>(Exit::internal));
}

FileReport collect(const Job& job, int status) {
  FileReport report;
  report.file = job.input.string();
  report.exit = WIFEXITED(status) ? WEXITSTATUS(status) : static_cast<int>(Exit::internal);
  if (std::ifstream in(job.evidence); in) report.evidence = nlohmann::json::parse(in, nullptr, false);
  std::ifstream log(job.log);
  report.messages.assign(std::istreambuf_iterator<char>(log), {});
  std::error_code ignored;
  fs::remove(job.log, ignored);
  return report;
}

// The batch ends as its worst file: internal error, refuted, unreadable, short, fine.
Exit worst(const std::vector<FileReport>& reports) {
  static constexpr int kOrder[] = {0, 3, 1, 2, 4};  // by exit code
  Exit result = Exit::ok;
  for (const FileReport& r : reports)
    if (kOrder[std::clamp(r.exit, 0, 4)] > kOrder[static_cast<int>(result)])
      result = static_cast<Exit>(std::clamp(r.exit, 0, 4));
  return result;
}

std::vector<FileReport> run_all(const Arguments& a, const std::vector<Job>& jobs) {
  std::vector<FileReport> reports(jobs.size());
  std::map<pid_t, size_t> running;
  size_t next = 0, done = 0;
  bool terminal = isatty(2);
  auto finish_one = [&] {
    int status = 0;
    pid_t child = waitpid(-1, &status, 0);
    auto at = running.find(child);
    if (at == running.end()) return;
    reports[at->second] = collect(jobs[at->second], status);
    running.erase(at);
    ++done;
    if (terminal)
      fmt::print(stderr, "\r[{}/{}] {:<60.60}", done, jobs.size(),
                 jobs[std::min(next, jobs.size() - 1)].input.filename().string());
  };
  for (; next < jobs.size(); ++next) {
    std::error_code failed;
    fs::create_directories(jobs[next].output.parent_path(), failed);
    bool newer = fs::exists(jobs[next].evidence) &&
                 fs::last_write_time(jobs[next].evidence) >= fs::last_write_time(jobs[next].input);
    if (a.resume && newer) {
      reports[next] = collect(jobs[next], 0);
      reports[next].exit = evidence_exit(reports[next].evidence, a.require);
      ++done;
      continue;
    }
    while (running.size() >= a.jobs) finish_one();
    pid_t child = start(a, jobs[next]);
    if (child < 0) {
      reports[next].file = jobs[next].input.string();
      reports[next].exit = static_cast<int>(Exit::internal);
      continue;
    }
    running.emplace(child, next);
  }
  while (!running.empty()) finish_one();
  if (terminal) fmt::print(stderr, "\r{:<80}\r", "");
  return reports;
}

Exit run(const Arguments& a) {
  unsigned shard = 0, shards = 0;
  if (std::sscanf(a.shard.c_str(), "%u/%u", &shard, &shards) != 2 || shard == 0 || shard > shards) {
    fmt::print(stderr, "portolan: error: --shard takes I/N with 1 <= I <= N, not '{}'\n", a.shard);
    return Exit::usage;
  }
  if (!isa_from_string(a.target)) {
    fmt::print(stderr, "portolan: error: unknown target '{}'; known: x86-64 aarch64 riscv64\n", a.target);
    return Exit::usage;
  }
  if (!fs::is_directory(a.directory)) {
    fmt::print(stderr, "{}: error: not a folder\n", a.directory);
    return Exit::usage;
  }
  std::vector<Job> jobs = find_jobs(a, shard, shards);
  if (jobs.empty()) {
    fmt::print(stderr, "{}: error: no assembler or object files (.s .S .asm .o) in this folder\n", a.directory);
    return Exit::usage;
  }
  std::vector<FileReport> reports = run_all(a, jobs);
  for (const FileReport& r : reports)
    if (!r.messages.empty()) fmt::print(stderr, "{}", r.messages);
  fmt::print("{}", text_report(reports));
  std::optional<Diagnostic> error;
  if (!a.report.empty()) error = write_output(a.report, html_report(reports, a.target));
  if (!error && !a.junit.empty()) error = write_output(a.junit, junit_report(reports, a.require));
  if (error) {
    fmt::print(stderr, "{}", to_string(*error));
    return Exit::usage;
  }
  return worst(reports);
}

}  // namespace

void add_batch(CLI::App& app, Command& chosen) {
  auto a = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("batch", "translate every assembler and object file of a folder");
  command->add_option("DIR", a->directory, "the folder, with its subfolders")->required();
  command->add_option("--to", a->target, "x86-64, aarch64 or riscv64")->required();
  command->add_option("--out", a->out, "where the results go, under the same relative names")->required();
  command->add_option("--jobs", a->jobs, "processes at a time")->check(CLI::Range(1u, 1024u));
  command->add_option("--shard", a->shard, "only files I of every N, as I/N");
  command->add_option("--require", a->require, "proved, bounded, tested (default) or none")
      ->check(CLI::IsMember({"proved", "bounded", "tested", "none"}));
  add_proposers_option(*command, a->proposers);
  add_model_options(*command, a->model);
  command->add_option("--proto", a->headers, "a C header or .prototypes file (may be given again)");
  command->add_option("--prove", a->prove, "seconds for the proof of each function; default: as translate")
      ->check(CLI::Range(0.0, 86400.0));
  command->add_option("--memory-order", a->memory_order, "tso or relaxed; default: as translate")
      ->check(CLI::IsMember({"tso", "relaxed"}));
  command->add_option("--report", a->report, "an HTML report");
  command->add_option("--junit", a->junit, "a JUnit report");
  command->add_flag("--resume", a->resume, "keep results that are newer than their input");
  command->callback([a, &chosen] { chosen = [a] { return run(*a); }; });
}

}  // namespace portolan::cli
