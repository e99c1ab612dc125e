// What `portolan verify` tells: text, evidence, and the reports that are made from the evidence.
#pragma once

#include "cli/commands.h"
#include "cli/constant_time.h"
#include "cli/evidence.h"
#include "cli/input.h"

namespace portolan::cli {

struct VerifyRun {
  std::vector<verify::Boundary> boundaries;
  judge::Report report;
  std::vector<std::string> missing;  // functions that the source exports and the target lacks
  judge::Requirement requirement = judge::Requirement::tested;
  nlohmann::json options;
  std::string evidence_path;
  std::vector<std::string> order_labels;  // by boundary; empty: nothing is to be said of memory order
  std::vector<SecretArgument> secrets;
  std::vector<ConstantTime> constant_time;  // by boundary; empty: nobody asked
};

nlohmann::json evidence_json(const InputFile& source, const InputFile& target, const VerifyRun& run,
                             QueryStore& queries);
// Of one file alone, asked for constant time.
nlohmann::json evidence_json(const InputFile& file, const VerifyRun& run);
std::string text_of(const VerifyRun& run);
// Like a compiler's errors, on standard error; the traces that are made for it go into the evidence too.
void print_refutations(const InputFile& source, const InputFile& target, const verify::Subject& subject,
                       const VerifyRun& run, nlohmann::json& evidence);
Exit exit_of(const VerifyRun& run);

std::string junit_of(const nlohmann::json& evidence, const std::string& require);
std::string sarif_of(const nlohmann::json& evidence, const std::string& require);

}  // namespace portolan::cli
