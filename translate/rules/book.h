// All rules there are, and which of them are proved.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "translate/rules/check.h"
#include "translate/rules/rule.h"

namespace portolan::rules {

struct Book {
  std::vector<Instance> instances;
  std::vector<Diagnostic> errors;
};

// Sizes and names come from the text; errors include rules that overlap: the same pattern and target, and immediates
// that both allow.
Book embedded_rules();
Expected<Book> read_book(const std::string& path);  // a .rule file or a folder of them

// $XDG_CACHE_HOME/portolan or ~/.cache/portolan; empty: there is neither.
std::string cache_directory();

// Remembers proofs between runs: a file a proof in the user's cache folder, filed under the rule's text, the template's
// number, and the digest of everything that the proof depends on. Without such a folder each run proves again.
class ProofStore {
 public:
  ProofStore();                                // in cache_directory()
  explicit ProofStore(std::string directory);  // empty: remembers nothing
  bool proved(const Instance& rule, size_t target) const;
  void remember(const Instance& rule, size_t target) const;

 private:
  std::string path(const Instance& rule, size_t target) const;
  std::string directory_;
};

// A book in use: a rule is proved when it is first wanted, unless the present tool has proved it before.
class Library {
 public:
  Library(Book book, ProofStore store) : book_(std::move(book)), store_(std::move(store)) {}
  const std::vector<Instance>& instances() const { return book_.instances; }
  // Waits for the proof.
  bool usable(size_t instance, size_t target);

 private:
  Book book_;
  ProofStore store_;
  std::mutex lock_;
  std::map<std::pair<size_t, size_t>, bool> known_;
};

}  // namespace portolan::rules
