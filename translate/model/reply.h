// What an OpenAI-compatible server answers, read without trust: anything may be missing, of another type, or absurd.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "ir/diagnostic.h"

namespace portolan::model {

// Characters [begin, end) of a sample's text, and how likely the model thought them, the alternatives considered.
struct Chance {
  size_t begin = 0, end = 0;
  double probability = 1;
};

struct Sample {
  std::string text;
  std::vector<Chance> chances;  // empty: the server does not tell
  bool cut = false;             // the model did not come to an end
};

inline constexpr size_t kMostSamples = 64;
inline constexpr size_t kDeepest = 64;  // copies and prints of values go as deep as these do

// Discarded if it is none, or nested too deeply.
nlohmann::json parse_json(std::string_view text);

// Of /chat/completions and of /completions alike. The error says what is not as it should be.
Expected<std::vector<Sample>> read_samples(const nlohmann::json& reply);

}  // namespace portolan::model
