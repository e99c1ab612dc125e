// SARIF 2.1.0, the form that code-scanning services read. One rule for each word of the verdicts; what reached the
// required level is a result of kind "pass".
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "cli/report.h"
#include "cli/verify_report.h"

namespace portolan::cli {
namespace {

using nlohmann::json;

struct Rule {
  const char* level;  // of the verdict
  const char* text;
};

constexpr Rule kRules[] = {
    {"refuted", "An input makes source and target differ; it replays."},
    {"unknown", "Nothing is claimed about the pair."},
    {"not-run", "The pair was not judged."},
    {"refused", "There is no target for this function."},
    {"tested", "Source and target agreed on the inputs that were run."},
    {"bounded", "Source and target agree on all inputs up to a number of loop iterations."},
    {"proved", "Source and target agree on all inputs, under the listed assumptions."},
    {"leaks", "Two inputs that differ in secrets only can be told apart by branches, addresses or times."},
    {"constant-time-unknown", "Whether branches, addresses or times depend on secrets is not known."},
    {"constant-time", "No branch, address or time depends on the secrets, under the listed assumptions."},
};

std::string rule_id(const std::string& level) {
  return "portolan/" + level;
}

json rules() {
  json all = json::array();
  for (const Rule& rule : kRules)
    all.push_back({{"id", rule_id(rule.level)}, {"name", rule.level}, {"shortDescription", {{"text", rule.text}}}});
  return all;
}

// A path as an RFC 3986 reference (SARIF 3.10.1): what may not stand in one is escaped, byte by byte.
std::string uri_of(const std::string& path) {
  constexpr std::string_view kPlain = "-._~/!$&'()*+,;=@";
  std::string uri;
  // A colon in the first segment would make it a scheme.
  for (const char c : path)
    if (std::isalnum(static_cast<unsigned char>(c)) || kPlain.find(c) != std::string_view::npos)
      uri += c;
    else
      uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return uri;
}

json location(const std::string& file, uint32_t line) {
  json physical = {{"artifactLocation", {{"uri", uri_of(file)}}}};
  if (line != 0) physical["region"] = {{"startLine", line}};
  return {{"physicalLocation", physical}};
}

size_t rule_index(const std::string& level) {
  const auto at =
      std::find_if(std::begin(kRules), std::end(kRules), [&](const Rule& rule) { return level == rule.level; });
  return static_cast<size_t>((at == std::end(kRules) ? &kRules[1] : &*at) - kRules);
}

json time_result(const json& evidence, const json& function) {
  const json& time = function.at("constant_time");
  const json& side = time.contains("target") ? time["target"] : time["source"];
  const std::string level = time.value("level", "unknown"), name = function.value("name", "?");
  const std::string rule = level == "unknown" ? "constant-time-unknown" : level;
  const bool good = level == "constant-time", leaks = level == "leaks";
  uint32_t line = function.value(time.contains("target") ? "target_line" : "line", 0u);
  json r = {
      {"ruleId", rule_id(rule)},
      {"ruleIndex", rule_index(rule)},
      {"kind", good ? "pass" : "fail"},
      {"level", good    ? "none"
                : leaks ? "error"
                        : "warning"},
      {"message", {{"text", fmt::format("{}: {}: {}", name, time.value("word", level), side.value("detail", ""))}}}};
  r["locations"] = json::array({location(evidence.at("target"), line)});
  r["partialFingerprints"] = {{"portolanFunction/v1", name + " (constant time)"}};
  return r;
}

json result(const json& evidence, const json& function, const std::string& require) {
  const json& verdict = function.at("verdict");
  const std::string level = verdict.value("level", "unknown"), name = function.value("name", "?");
  const size_t index = rule_index(level);
  const bool refuted = level == "refuted", good = !refuted && level_reaches(level, require);
  json r = {{"ruleId", rule_id(level)},
            {"ruleIndex", index},
            {"kind", good ? "pass" : "fail"},
            {"level", good      ? "none"
                      : refuted ? "error"
                                : "warning"},
            {"message",
             {{"text", fmt::format("{}: {}: {}", name, verdict.value("word", level), verdict.value("claim", ""))}}}};
  const bool has_target = function.contains("target_line");
  r["locations"] =
      json::array({location(evidence.at("target"), has_target ? function["target_line"].get<uint32_t>() : 0)});
  json related = location(evidence.at("source"), function.value("line", 0u));
  related["message"] = {{"text", fmt::format("the source of '{}'", name)}};
  related["id"] = 1;
  r["relatedLocations"] = json::array({related});
  r["partialFingerprints"] = {{"portolanFunction/v1", name}};
  return r;
}

}  // namespace

std::string sarif_of(const json& evidence, const std::string& require) {
  json run = {{"tool", {{"driver", {{"name", "portolan"}, {"version", "0.1.0"}, {"rules", rules()}}}}},
              {"columnKind", "utf16CodeUnits"},
              {"results", json::array()}};
  for (const json& function : evidence.at("functions")) {
    if (function.contains("verdict")) run["results"].push_back(result(evidence, function, require));
    if (function.contains("constant_time")) run["results"].push_back(time_result(evidence, function));
  }
  const json log = {
      {"$schema", "https://json.schemastore.org/sarif-2.1.0.json"}, {"version", "2.1.0"}, {"runs", json::array({run})}};
  return log.dump(2) + "\n";
}

}  // namespace portolan::cli
