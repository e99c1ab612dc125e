// Makes more of a rule that was found for one piece of data flow: constants become immediates under a precondition,
// lane counts and widths become parameters, as far as the proof holds. Everything is proved in the form that it gets.
#pragma once

#include <chrono>
#include <string>

#include "translate/rules/rule.h"

namespace portolan::learn {

struct General {
  std::string text;  // a rule file's text
  std::vector<rules::Instance> instances;
  unsigned steps = 0;  // of generalisation that were proved
};

// `text` is one rule with one template, as the search writes it, and proved; `rule` is what it says. `time`: for all
// proofs.
General generalise(const std::string& text, const rules::Instance& rule, std::chrono::milliseconds time);

}  // namespace portolan::learn
