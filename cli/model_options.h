// What commands may be told of the language model; the key comes from the environment alone.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "ir/diagnostic.h"
#include "translate/model/configuration.h"

namespace portolan::cli {

struct ModelOptions {
  std::string endpoint, model, record, replay;
  unsigned samples = 4, rounds = 2;
  double time = 120, connect_time = 10;
  uint64_t tokens = 200000;
};

// --proposers, checked against the registry.
void add_proposers_option(CLI::App& command, std::vector<std::string>& proposers);
void add_model_options(CLI::App& command, ModelOptions& options);
// The same options as words, for another process.
std::vector<std::string> words_of(const ModelOptions& options);
// The error: nothing says whom to ask, or the key would go out readable.
Expected<model::Configuration> configure(const ModelOptions& options);

}  // namespace portolan::cli
