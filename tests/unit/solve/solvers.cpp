#include "solvers.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>

namespace portolan::solve {

static emulate::TemporaryDirectory made_directory() {
  auto directory = emulate::TemporaryDirectory::make();
  EXPECT_TRUE(bool(directory));
  return std::move(*directory);
}

FakeSolvers::FakeSolvers() : directory_(made_directory()), path_(std::getenv("PATH")) {
  setenv("PATH", (directory_.file("") + ":" + path_).c_str(), 1);
}

FakeSolvers::~FakeSolvers() {
  setenv("PATH", path_.c_str(), 1);
}

void FakeSolvers::hide_others() {
  setenv("PATH", directory_.file("").c_str(), 1);
}

void FakeSolvers::put(const std::string& name, const std::string& script) {
  const std::string text = "#!/bin/sh\n" + script, path = directory_.file(name);
  EXPECT_EQ(emulate::write_file(path, {reinterpret_cast<const uint8_t*>(text.data()), text.size()}), "");
  chmod(path.c_str(), 0755);
}

std::string liar(const std::string& answer) {
  return R"(asked=0
while read -r line; do
  case "$line" in
    *check-sat*)
      asked=$((asked + 1))
      case $asked in 1) echo unsat ;; 2) echo sat ;; *) echo ')" +
         answer + R"(' ;; esac ;;
    *get-info*) echo '(:version "0")' ;;
    *echo*) line=${line#*\"}; echo "${line%\"*}" ;;
    *get-value*) echo '((a #x00) (b #x00))' ;;
  esac
done
)";
}

std::vector<std::string> answers_to(const std::string& text, int seconds) {
  Limits limits;
  limits.time = std::chrono::seconds(seconds);
  std::vector<std::string> answers;
  for (const SolverRun& run : recheck(text, limits)) answers.push_back(run.answer);
  return answers;
}

testing::AssertionResult all_say(const std::string& answer, const std::string& text) {
  const std::vector<std::string> answers = answers_to(text);
  if (answers == std::vector<std::string>{answer, answer}) return testing::AssertionSuccess();
  return testing::AssertionFailure() << fmt::format("{}, not {}: {}", fmt::join(answers, " and "), answer,
                                                    text.substr(0, 20000));
}

int children_left() {
  siginfo_t info{};
  return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 ? 1 : 0;
}

}  // namespace portolan::solve
