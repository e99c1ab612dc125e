// A request and its reply: from a recording, from the cache, or from the endpoint with attempts that are bounded in
// time and tokens.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "ir/diagnostic.h"
#include "translate/model/configuration.h"

namespace portolan::model {

struct Reply {
  long status = 0;
  nlohmann::json json;  // discarded if the body is none
};

class Exchange {
 public:
  explicit Exchange(const Configuration& configuration)
      : configuration_(configuration), tokens_left_(configuration.tokens) {}

  // `path`: "/chat/completions". `about`: what the request holds, for the notice. The error: no reply could be had, or
  // one that says that nothing will come of it. Patiently: busy servers are asked again; else their word is a reply.
  Expected<Reply> send(const std::string& path, const nlohmann::json& request, const std::string& about,
                       bool patiently = true);

  // For each of `samples` answers to this request; 0: the budget does not allow it.
  uint32_t tokens_for(const nlohmann::json& request, unsigned samples) const;
  uint64_t tokens_used() const { return configuration_.tokens - tokens_left_; }
  // The text without the key, should a server repeat it, and without what a terminal would act on.
  std::string printable(std::string text) const;

 private:
  // A server may repeat it.
  std::string without_key(std::string text) const;
  Expected<Reply> replayed(const std::string& path, const nlohmann::json& request);
  // `tokens`: what the prompt may count for.
  Expected<Reply> asked(const std::string& path, const std::string& body, uint64_t tokens, const std::string& about,
                        bool patiently);
  void spend(uint64_t tokens) { tokens_left_ -= std::min(tokens, tokens_left_); }

  const Configuration& configuration_;
  uint64_t tokens_left_;
  unsigned number_ = 0;  // of the exchange, in recordings
};

}  // namespace portolan::model
