#include "translate/model/reply.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace portolan::model {
namespace {

using nlohmann::json;

const json* find(const json& value, const char* name) {
  if (!value.is_object()) return nullptr;
  const auto at = value.find(name);
  return at == value.end() ? nullptr : &*at;
}

std::optional<std::string> string_at(const json& value, const char* name) {
  const json* const found = find(value, name);
  if (found == nullptr || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

double probability_of(const json& value) {
  if (!value.is_number()) return 1;
  const double log = value.get<double>();
  return std::isfinite(log) ? std::clamp(std::exp(log), 0.0, 1.0) : 0;
}

// Tokens are matched with the text, because some servers leave some out, or tokens of thoughts in.
void add_chance(Sample& sample, const std::string& token, double probability) {
  if (token.empty()) return;
  const size_t from = sample.chances.empty() ? 0 : sample.chances.back().end;
  constexpr size_t kGap = 64;
  const size_t at = std::string_view(sample.text).substr(from, token.size() + kGap).find(token);
  if (at != std::string_view::npos) sample.chances.push_back({from + at, from + at + token.size(), probability});
}

void read_chances(const json& from, Sample& sample) {
  if (const json* content = find(from, "content"); content != nullptr && content->is_array()) {
    for (const json& token : *content) {
      const json* const log = find(token, "logprob");
      if (const auto text = string_at(token, "token"); text && log != nullptr)
        add_chance(sample, *text, probability_of(*log));
    }
    return;
  }
  const json *const tokens = find(from, "tokens"), *const logs = find(from, "token_logprobs");
  if (tokens == nullptr || logs == nullptr || !tokens->is_array() || !logs->is_array()) return;
  for (size_t n = 0; n < std::min(tokens->size(), logs->size()); ++n)
    if ((*tokens)[n].is_string()) add_chance(sample, (*tokens)[n].get<std::string>(), probability_of((*logs)[n]));
}

}  // namespace

json parse_json(std::string_view text) {
  size_t depth = 0;
  bool quoted = false;
  for (size_t n = 0; n < text.size(); ++n) {
    const char c = text[n];
    if (quoted) {
      if (c == '\\')
        ++n;
      else if (c == '"')
        quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kDeepest) return json(json::value_t::discarded);
    } else if ((c == ']' || c == '}') && depth != 0) {
      --depth;
    }
  }
  return json::parse(text, nullptr, false);
}

Expected<std::vector<Sample>> read_samples(const json& reply) {
  const json* const choices = find(reply, "choices");
  if (choices == nullptr || !choices->is_array()) return error_at({}, "the answer has no 'choices'");
  if (choices->empty()) return error_at({}, "the answer's 'choices' are empty");
  if (choices->size() > kMostSamples) return error_at({}, "the answer has too many 'choices'");
  std::vector<Sample> samples;
  for (const json& choice : *choices) {
    const json* const message = find(choice, "message");
    auto text = message != nullptr ? string_at(*message, "content") : string_at(choice, "text");
    if (!text) return error_at({}, "an answer among the 'choices' has no text");
    Sample sample;
    sample.text = std::move(*text);
    sample.cut = string_at(choice, "finish_reason") == "length";
    if (const json* chances = find(choice, "logprobs")) read_chances(*chances, sample);
    samples.push_back(std::move(sample));
  }
  return samples;
}

}  // namespace portolan::model
