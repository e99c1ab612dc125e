// A translation from what the chosen proposers offer: a unit from the first that makes one, with the functions of
// others put in where the judge lets them.
#pragma once

#include <map>
#include <nlohmann/json.hpp>

#include "cli/judging.h"
#include "translate/guess/guess.h"

namespace portolan::cli {

struct ProposeOptions {
  propose::Configuration configuration;
  std::vector<std::string> proposers;
  judge::Requirement require = judge::Requirement::tested;
  JudgeSettings judging;
};

class Proposing {
 public:
  Proposing(const InputFile& source, const Judging& judging, translate::TranslateOptions translation,
            ProposeOptions options);

  // Of these functions; empty: of all.
  Expected<translate::Translation> make(const std::vector<std::string>& functions);
  // The whole was judged, and this function is not what is required: it is not put in again.
  void reject(const std::string& function, const std::string& reason);
  // Whether others than LLVM and its rules may have written something, which must be judged whatever is required.
  bool untrusted() const { return untrusted_; }
  // How a function was made, for its evidence; null: there is nothing to say.
  nlohmann::json evidence(const std::string& function) const;

 private:
  struct Attempt {
    guess::Result result;
    std::string origin;
    std::string skipped;  // why nobody was asked
    bool rejected = false;
  };
  std::string unsuited(const translate::FunctionReport& report, const raise::RaisedFunction* raised) const;
  const Attempt& attempt(propose::Proposer& proposer, const translate::Translation& translation, size_t function);
  void put_in(propose::Proposer& proposer, translate::Translation& translation);
  sketch::filling::Judgement judgement_of(const std::string& text, const translate::Translation& translation,
                                          size_t function, const JudgeSettings& settings) const;

  const InputFile& source_;
  const Judging& judging_;
  translate::TranslateOptions translation_;
  ProposeOptions options_;
  propose::Source offered_;
  std::vector<std::unique_ptr<propose::Proposer>> proposers_;
  std::optional<rules::Library> library_;
  std::map<std::string, Attempt> attempts_;
  bool untrusted_ = false;
};

}  // namespace portolan::cli
