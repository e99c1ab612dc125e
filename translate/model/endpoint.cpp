#include "translate/model/endpoint.h"

#include <fmt/format.h>

#include <algorithm>

namespace portolan::model {
namespace {

using nlohmann::json;

// How servers take a grammar; each extends the interface in a way of its own.
struct GrammarWay {
  const char* name;
  void (*add)(json& request, const Question& question);
};
constexpr GrammarWay kGrammarWays[] = {
    {"none", [](json&, const Question&) {}},
    {"grammar (GBNF)", [](json& r, const Question& q) { r["grammar"] = q.gbnf; }},
    {"structured_outputs (Lark)", [](json& r, const Question& q) { r["structured_outputs"] = {{"grammar", q.lark}}; }},
    {"response_format (GBNF)",
     [](json& r, const Question& q) { r["response_format"] = {{"type", "grammar"}, {"grammar", q.gbnf}}; }},
};

// No model says this unless it must.
constexpr const char* kForced = "qzxjvk7";

std::string plain_prompt(const std::vector<Message>& messages) {
  std::string text;
  for (const Message& m : messages) text += m.text + "\n\n";
  return text;
}

Question probe_question() {
  Question question;
  question.messages = {{"user", "Say yes."}};
  question.samples = 2;
  question.gbnf = fmt::format("root ::= \"{}\"", kForced);
  question.lark = fmt::format("start: \"{}\"", kForced);
  return question;
}

}  // namespace

std::string Abilities::describe() const {
  return fmt::format("{}, {}, {}, grammar: {}", chat ? "chat" : "plain completion",
                     several ? "several samples at once" : "one sample at a time",
                     probabilities ? "log-probabilities" : "no log-probabilities", kGrammarWays[grammar].name);
}

json Endpoint::request_of(const Question& question, const Abilities& abilities, unsigned samples) const {
  json request = {{"model", configuration_.model}, {"temperature", question.temperature}, {"stream", false}};
  if (abilities.chat) {
    request["messages"] = json::array();
    for (const Message& m : question.messages) request["messages"].push_back({{"role", m.role}, {"content", m.text}});
  } else {
    request["prompt"] = plain_prompt(question.messages);
  }
  if (samples > 1) request["n"] = samples;
  if (abilities.probabilities) {
    // The chosen token's is all that is looked at.
    if (abilities.chat)
      request["logprobs"] = true, request["top_logprobs"] = 1;
    else
      request["logprobs"] = 1;
  }
  if (!question.gbnf.empty()) kGrammarWays[abilities.grammar].add(request, question);
  return request;
}

Expected<Reply> Endpoint::send(const json& request, bool chat, const std::string& about, bool patiently) {
  return exchange_.send(chat ? "/chat/completions" : "/completions", request, about, patiently);
}

// Each ability is asked for by itself, behind the plainest request that works: servers refuse what they do not know, or
// pass over it in silence, which the answer shows.
std::optional<Diagnostic> Endpoint::probe() {
  Question question = probe_question();
  Abilities found;
  auto attempt = [&](const Abilities& abilities, unsigned samples, bool patiently) -> Expected<Reply> {
    json request = request_of(question, abilities, samples);
    request["max_tokens"] = 16;
    return send(request, abilities.chat, "a question about what the server can do", patiently);
  };
  auto samples_of = [](const Reply& reply) -> std::vector<Sample> {
    if (reply.status != 200) return {};
    auto samples = read_samples(reply.json);
    return samples ? std::move(*samples) : std::vector<Sample>();
  };
  Expected<Reply> plain = attempt(found, 1, true);
  if (plain && plain->status != 200) {
    found.chat = false;
    plain = attempt(found, 1, true);
  }
  if (!plain) return plain.error();
  if (plain->status != 200)
    return error_at({configuration_.url, 0, 0},
                    fmt::format("the server answers {} to chat and to plain completion", plain->status));
  if (auto samples = read_samples(plain->json); !samples)
    return error_at({configuration_.url, 0, 0}, samples.error().message);
  Abilities tried = found;
  tried.probabilities = true;
  Expected<Reply> optional = attempt(tried, 1, false);
  if (!optional) return optional.error();
  const std::vector<Sample> with_chances = samples_of(*optional);
  found.probabilities = !with_chances.empty() && !with_chances.front().chances.empty();
  optional = attempt(found, 2, false);
  if (!optional) return optional.error();
  found.several = samples_of(*optional).size() == 2;
  for (size_t way = 1; way < std::size(kGrammarWays) && found.grammar == 0; ++way) {
    tried = found;
    tried.grammar = way;
    optional = attempt(tried, 1, false);
    if (!optional) return optional.error();
    const std::vector<Sample> forced = samples_of(*optional);
    if (!forced.empty() && forced.front().text.find(kForced) != std::string::npos) found.grammar = way;
  }
  abilities_ = found;
  return std::nullopt;
}

Expected<Answer> Endpoint::ask(const Question& question) {
  if (!abilities_)
    if (auto problem = probe()) return std::move(*problem);
  Answer answer;
  const unsigned at_once = abilities_->several ? question.samples : 1;
  for (unsigned n = 0; answer.samples.size() < question.samples; ++n) {
    json request = request_of(question, *abilities_, at_once);
    const uint32_t tokens = exchange_.tokens_for(request, at_once);
    if (tokens == 0) answer.problem = "the token budget is used up";
    if (tokens == 0 || n == question.samples) break;
    request["max_tokens"] = tokens;
    request["seed"] = n;  // another sample, also for the cache
    auto reply = send(request, abilities_->chat, question.about);
    auto samples = !reply ? Expected<std::vector<Sample>>(reply.error())
                   : reply->status != 200
                       ? Expected<std::vector<Sample>>(
                             error_at({configuration_.url, 0, 0}, fmt::format("the server answers {}", reply->status)))
                       : read_samples(reply->json);
    if (!samples) {
      // What came before is still worth judging.
      if (answer.samples.empty()) return samples.error();
      answer.problem = samples.error().message;
      break;
    }
    for (Sample& s : *samples) answer.samples.push_back(std::move(s));
  }
  if (answer.samples.empty()) return error_at({configuration_.url, 0, 0}, answer.problem);
  return answer;
}

}  // namespace portolan::model
