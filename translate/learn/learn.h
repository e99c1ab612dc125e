// Learns rules from code: pieces of its data flow for which the search finds target code that is proved and shorter
// than what is made of them at present, by LLVM and the rules that are known.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "translate/learn/pieces.h"
#include "translate/rules/book.h"

namespace portolan::learn {

struct Options {
  Isa target = Isa::aarch64;
  std::chrono::milliseconds search{5000};    // for each piece
  std::chrono::milliseconds general{60000};  // for the proofs of what is made of a rule that was found
};

struct Learnt {
  std::string name;
  std::string text;  // a rule file's
  size_t instances = 0;
  uint32_t before = 0, after = 0;  // instructions of the piece, with what stands around it
};

// What became of the pieces that were looked at.
struct Tally {
  size_t pieces = 0;
  size_t short_already = 0;  // one instruction does it
  size_t known = 0;          // a rule of the book or one that was learnt does it
  size_t not_found = 0;
  size_t no_gain = 0;  // found, and no shorter
};

class Learner {
 public:
  // `book`: the rules that are known.
  Learner(rules::Book book, const Options& options) : known_(std::move(book)), options_(options) {}

  // `origin`: where the piece stands, in words.
  std::optional<Learnt> learn(const Piece& piece, const std::string& origin);
  const Tally& tally() const { return tally_; }

 private:
  bool is_known(const rules::Instance& rule) const;

  rules::Book known_;
  Options options_;
  Tally tally_;
  std::map<std::string, int> names_;
};

}  // namespace portolan::learn
