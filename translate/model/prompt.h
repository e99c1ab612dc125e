// The text that a model is asked with.
#pragma once

#include <string>
#include <vector>

#include "ir/isa.h"
#include "translate/model/endpoint.h"

namespace portolan::model {

struct Task {
  Isa source = Isa::x86_64, target = Isa::aarch64;
  std::string function;
  std::string listing;                           // its source, each line with its number
  std::string ir;                                // what that means
  std::vector<std::string> parameters, results;  // "parameter 1, 32 bits: %edi in the source, w0 in the target"
  std::vector<std::string> symbols;              // names that may be mentioned
  std::vector<std::string> rules;                // proved ones that may fit
};

// A kernel that is to become a tensor specification.
struct KernelTask {
  std::string name, source, launch;
  std::vector<std::string> sizes;
};

std::vector<Message> first_question(const Task& task);
std::vector<Message> first_question(const KernelTask& task);
// Behind an answer: what is wrong with it.
Message objection(const std::string& problem, const std::string& what = "function");

}  // namespace portolan::model
