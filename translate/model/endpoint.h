// A model behind an OpenAI-compatible interface. What the server can do is found out by asking it: chat or plain
// completion, several samples at once, log-probabilities, and how it takes a grammar, if it takes one.
#pragma once

#include "translate/model/exchange.h"
#include "translate/model/reply.h"

namespace portolan::model {

struct Message {
  std::string role, text;  // "system", "user", "assistant"
};

struct Question {
  std::string about;  // what it holds, for the notice
  std::vector<Message> messages;
  unsigned samples = 1;
  double temperature = 0.8;
  std::string gbnf, lark;  // the grammar of the answer, in both notations; empty: any text
};

struct Answer {
  std::vector<Sample> samples;
  std::string problem;  // why there are fewer than were asked for
};

struct Abilities {
  bool chat = true, several = false, probabilities = false;
  size_t grammar = 0;  // index into the ways of handing over a grammar; 0: none
  std::string describe() const;
};

class Endpoint {
 public:
  explicit Endpoint(const Configuration& configuration) : configuration_(configuration), exchange_(configuration) {}

  // Finds out what the server can do when it is asked first.
  Expected<Answer> ask(const Question& question);
  const std::optional<Abilities>& abilities() const { return abilities_; }
  uint64_t tokens_used() const { return exchange_.tokens_used(); }
  std::string printable(std::string text) const { return exchange_.printable(std::move(text)); }

 private:
  std::optional<Diagnostic> probe();
  nlohmann::json request_of(const Question& question, const Abilities& abilities, unsigned samples) const;
  Expected<Reply> send(const nlohmann::json& request, bool chat, const std::string& about, bool patiently = true);

  const Configuration& configuration_;
  Exchange exchange_;
  std::optional<Abilities> abilities_;
};

}  // namespace portolan::model
