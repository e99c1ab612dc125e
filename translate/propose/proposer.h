// Who proposes target code: behind this interface stand LLVM, the book of rules, a search, a language model, and
// whoever comes next, who writes a class here and a line in registry.cpp. All of them propose only: none sees the
// judge.
//
// There are four scales, and a proposer serves those that it can: a piece of data flow (as a rule, which is proved
// before it is used, and put into the code with registers allocated), a whole unit, the body of one function, and the
// tensor specification of a kernel.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "translate/model/configuration.h"
#include "translate/rules/book.h"
#include "translate/sketch/parts.h"
#include "translate/translate.h"

namespace portolan::propose {

// What is to be translated.
struct Source {
  const assembly::CodeIndex& index;
  const translate::TranslateOptions& options;
  // Raised for the target when somebody first asks.
  const raise::RaisedUnit& raised() const {
    if (!raised_) raised_ = translate::raise(index, options);
    return *raised_;
  }

  mutable std::optional<raise::RaisedUnit> raised_ = std::nullopt;
};

// A place in a draft that may be wrong.
struct Doubt {
  size_t line = 0, begin = 0, end = 0;    // a word of the instruction lines[line]
  double weight = 0;                      // how much it is doubted, up to 1
  std::vector<std::string> alternatives;  // what else was thought of, itself included; empty: nothing is known
};

struct DraftLine {
  std::string text;  // an instruction, perhaps with holes, or a label
  bool label = false;
  uint32_t from = 0, to = 0;  // lines of the source that it comes from; 0: not known
};

// A body for one function: a sketch, with or without holes.
struct Draft {
  std::vector<DraftLine> lines;
  sketch::Names names;
  std::vector<Doubt> doubts;
  std::string text() const;
};

// What became of the drafts of the last round.
struct Feedback {
  std::string draft;    // the text
  std::string problem;  // for whoever made it: the counterexample
};

struct FunctionDrafts {
  std::vector<Draft> drafts;         // likely ones first
  std::vector<std::string> refused;  // what was answered and is no draft, and why
};

// A kernel that is to become a tensor specification (docs/tensor-specification.md).
struct Kernel {
  std::string name;
  std::string source;              // of the file that it is in
  std::string launch;              // how it is launched: its sizes and arguments
  std::vector<std::string> sizes;  // names that the specification's sizes have
};

struct SpecificationDrafts {
  std::vector<std::string> texts;    // likely ones first
  std::vector<std::string> refused;  // what was answered and is none, and why
};

class Proposer {
 public:
  virtual ~Proposer() = default;
  virtual std::string_view name() const = 0;

  // Adds rules for pieces of data flow.
  virtual void pieces(const Source&, rules::Book&) {}
  // The unit as a whole, with what `library` has for its pieces (nullptr: nothing).
  virtual std::optional<Expected<translate::Translation>> unit(const Source&, rules::Library*) { return std::nullopt; }
  // Whether there is any sense in asking for those of a function: it costs raising and assembling the source.
  virtual bool makes_functions() const { return false; }
  // Drafts of one function; in later rounds with what became of the last. Nothing: it makes none.
  virtual std::optional<Expected<FunctionDrafts>> function(const Source&, const raise::RaisedFunction&,
                                                           std::span<const Feedback>) {
    return std::nullopt;
  }
  // Drafts of what a kernel computes; in later rounds with what became of the last. Nothing: it makes none.
  virtual std::optional<Expected<SpecificationDrafts>> specification(const Kernel&, std::span<const Feedback>) {
    return std::nullopt;
  }
  // What evidence says of how it was made: who was asked.
  virtual std::string origin() const { return std::string(name()); }
};

struct Configuration {
  model::Configuration model = {};
  rules::Book rules = {};  // beside those that are part of the command
};

// In the order in which they are asked.
struct Entry {
  const char* name;
  const char* what;
  std::unique_ptr<Proposer> (*make)(const Configuration&);
};
std::span<const Entry> registry();
// The one of this name; nullptr: there is none.
const Entry* find(std::string_view name);

}  // namespace portolan::propose
