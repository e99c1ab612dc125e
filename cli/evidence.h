// The evidence file: what was judged, how each function fared, and the inputs that refuted one. docs/evidence-format.md
// describes every field.
#pragma once

#include <nlohmann/json.hpp>

#include "verify/judge/judge.h"

namespace portolan::cli {

std::string sha256(std::string_view bytes);
std::string hex(uint64_t value);
// Which build of this program it is: the linker's hash of its code and tables. Empty: it has none.
std::string build_id();

// Queries that a verdict rests on are stored beside the evidence, each once, under the hash of their text.
class QueryStore {
 public:
  explicit QueryStore(std::string evidence_path) : evidence_(std::move(evidence_path)) {}
  // The name under which the evidence mentions it; empty: there is no query or no evidence file.
  std::string add(const std::string& query);
  std::optional<Diagnostic> write() const;
  static std::string folder(const std::string& evidence_path) { return evidence_path + ".queries"; }

 private:
  std::string evidence_;
  std::map<std::string, std::string> queries_;  // by name
};

// "unchecked", "runtime-check" or "violated", and how.
nlohmann::json assumption_json(const prove::Assumption& assumption);

// "00ff", and back; the error says what is wrong with the digits.
std::string digits_of(const std::vector<uint8_t>& bytes);
Expected<std::vector<uint8_t>> bytes_of_digits(const std::string& digits);

// The test axis: it stands in the verdict itself.
nlohmann::json tests_json(const verify::TestResult& tests);

nlohmann::json verdict_json(const verify::Boundary& boundary, const judge::Verdict& verdict, QueryStore& queries);

// The boundary and input that verdict_json() stored for a refuted function.
struct StoredInput {
  verify::Boundary boundary;
  verify::Input input;
};
Expected<StoredInput> stored_input(const nlohmann::json& function, Isa source, Isa target);

// An input with what crosses the border, as stored_input() wants it where it does not belong to a refuted function.
nlohmann::json input_json(const verify::Boundary& boundary, const verify::Input& input);
Expected<StoredInput> stored_input(const nlohmann::json& input, const std::string& function, Isa source, Isa target);

}  // namespace portolan::cli
