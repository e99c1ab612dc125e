#include "cli/model_options.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "translate/model/transport.h"
#include "translate/propose/proposer.h"
#include "translate/rules/book.h"

namespace portolan::cli {
namespace {

constexpr const char* kKey = "PORTOLAN_API_KEY";

std::string from_environment(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

void add_proposers_option(CLI::App& command, std::vector<std::string>& proposers) {
  std::vector<std::string> names;
  std::string text = "what the output may be made of, with commas between; default: llvm,rules;";
  for (const propose::Entry& entry : propose::registry()) {
    names.emplace_back(entry.name);
    text += fmt::format(" {}: {};", entry.name, entry.what);
  }
  text.pop_back();
  command.add_option("--proposers", proposers, text)->delimiter(',')->check(CLI::IsMember(names));
}

void add_model_options(CLI::App& command, ModelOptions& o) {
  command
      .add_option("--endpoint", o.endpoint, "model: an OpenAI-compatible interface, such as http://localhost:8080/v1")
      ->envname("PORTOLAN_ENDPOINT");
  command.add_option("--model", o.model, "model: its name at the endpoint")->envname("PORTOLAN_MODEL");
  command.add_option("--samples", o.samples, "model: answers to each question; default: 4")->check(CLI::Range(1u, 64u));
  command.add_option("--rounds", o.rounds, "model: how often a wrong answer goes back; default: 2")
      ->check(CLI::Range(0u, 16u));
  command.add_option("--model-time", o.time, "model: seconds for one question; default: 120")
      ->check(CLI::Range(0.001, 86400.0));
  command.add_option("--model-tokens", o.tokens, "model: tokens for all questions and answers; default: 200000");
  command.add_option("--record", o.record, "model: a folder that keeps all that is asked and answered");
  command.add_option("--replay", o.replay, "model: a folder of such a record, taken instead of asking");
}

std::vector<std::string> words_of(const ModelOptions& o) {
  std::vector<std::string> words = {
      "--samples",    fmt::format("{}", o.samples), "--rounds",       fmt::format("{}", o.rounds),
      "--model-time", fmt::format("{}", o.time),    "--model-tokens", fmt::format("{}", o.tokens)};
  if (!o.endpoint.empty()) words.insert(words.end(), {"--endpoint", o.endpoint});
  if (!o.model.empty()) words.insert(words.end(), {"--model", o.model});
  return words;
}

Expected<model::Configuration> configure(const ModelOptions& o) {
  model::Configuration c;
  c.url = o.endpoint;
  while (!c.url.empty() && c.url.back() == '/') c.url.pop_back();
  c.model = o.model;
  c.record = o.record;
  c.replay = o.replay;
  c.samples = o.samples;
  c.rounds = o.rounds;
  c.tokens = o.tokens;
  c.question_time = std::chrono::milliseconds(static_cast<int64_t>(o.time * 1000));
  c.notice = [](const std::string& text) { fmt::print(stderr, "portolan: {}\n", text); };
  if (!c.replay.empty()) return c;
  if (c.url.empty())
    return error_at({}, "the proposer 'model' needs --endpoint URL or PORTOLAN_ENDPOINT, or --replay DIR");
  if (!model::is_web_address(c.url))
    return error_at({}, fmt::format("--endpoint: '{}' is no address of the form http://HOST/PATH", c.url));
  c.key = from_environment(kKey);
  if (c.key.find_first_of("\r\n") != std::string::npos) return error_at({}, fmt::format("{} holds a line end", kKey));
  if (!c.key.empty() && !c.url.starts_with("https://") && !model::is_loopback(c.url))
    return error_at({}, fmt::format("{} would go readable over the network: use https", kKey));
  c.cache = rules::cache_directory();
  if (!c.cache.empty()) c.cache += "/model";
  return c;
}

}  // namespace portolan::cli
