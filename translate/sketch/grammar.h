// The grammar of a function's body as sketches have it, for models that can be held to one: instructions of the target
// or holes in their places, labels, and behind each instruction the source lines it comes from. Printed from the same
// tables that the parser reads by.
#pragma once

#include <string>
#include <vector>

#include "ir/isa.h"

namespace portolan::sketch {

struct GrammarNode {
  enum class Kind : uint8_t { text, characters, rule, sequence, choice, repeat };
  Kind kind = Kind::text;
  std::string text;  // the text itself; a class as "a-z_-", '\\' before '[', ']' and '\\'; a rule's name
  std::vector<GrammarNode> parts;
  unsigned least = 0, most = 0;  // repeat; most 0: any number
};

struct Grammar {
  struct Rule {
    std::string name;
    GrammarNode body;
  };
  std::vector<Rule> rules;  // the first is where it starts
};

// Lines end in "\n"; a tag is " @3" or " @3-5".
Grammar make_grammar(Isa isa);

std::string print_gbnf(const Grammar& grammar);  // as llama.cpp reads it
std::string print_lark(const Grammar& grammar);  // as Lark and llguidance do

}  // namespace portolan::sketch
