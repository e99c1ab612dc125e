// What the files that print SMT-LIB share. Nobody else includes this.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "verify/solve/smtlib.h"
#include "verify/solve/walk.h"

namespace portolan::solve {

std::string sort_of(unsigned width);
std::string digits(const llvm::APInt& value);
const char* function_name(terms::Kind kind);

class Printer {
 public:
  Printer(Pool& pool, PrintOptions options) : pool_(pool), options_(options) {}
  Question print(std::span<const Term> conditions);

 private:
  struct Node {
    std::string text;
    bool boolean = false;  // of sort Bool: predicates and logic of one bit
  };

  std::vector<Term> below(Term t) const;
  void print_below(Term root);
  void visit(Term t);
  std::string bits(Term t);
  std::string boolean(Term t);
  void give(Term t, std::string text, bool is_boolean = false);
  std::string fold(const char* function, std::vector<std::string> parts);
  void declare(const std::string& symbol, const std::string& signature);

  void variable(Term t);
  void linear(Term t);
  void product(Term t);
  void exact_product(Term t);
  bool product_of_sums(Term t);
  std::string abstracted(terms::Kind kind, Term a, Term b);
  void logic(Term t);
  void compare(Term t);
  void select(Term t);

  void read(Term t);
  std::string byte(Term memory, Term address);
  std::string root_byte(Term root, Term address);
  void memory_equation(Term t);
  void array(Term t);
  void apply(Term t);
  std::string argument_list(Term apply, std::string& signature);
  std::string function_symbol(Term apply, const std::string& result) const;
  std::string memory_name(Term memory);
  void tell_memories_apart();
  void bit_count(Term t);
  std::string population(const std::string& of, unsigned width);

  Pool& pool_;
  PrintOptions options_;
  Question question_;
  std::string declarations_, body_;
  std::unordered_map<Term, Node, TermHash> nodes_;
  std::unordered_map<Term, unsigned, TermHash> uses_;
  std::unordered_set<Term, TermHash> done_;
  std::set<std::string> declared_;
  std::map<std::pair<Term, Term>, std::string> bytes_;
  std::vector<Term> named_memories_, memory_equations_;
  std::map<std::string, Question::Abstracted> abstracted_;
  unsigned names_ = 0, depth_ = 0;
  bool functions_ = false;
};

}  // namespace portolan::solve
