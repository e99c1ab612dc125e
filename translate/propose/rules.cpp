// The book of rules that is part of the command, and those of the user, which come first.
#include <iterator>

#include "translate/propose/proposers.h"

namespace portolan::propose {
namespace {

class Rules : public Proposer {
 public:
  explicit Rules(rules::Book more) : more_(std::move(more)) {}
  std::string_view name() const override { return "rules"; }
  void pieces(const Source&, rules::Book& book) override {
    for (rules::Book from : {more_, rules::embedded_rules()}) {
      std::move(from.instances.begin(), from.instances.end(), std::back_inserter(book.instances));
      std::move(from.errors.begin(), from.errors.end(), std::back_inserter(book.errors));
    }
  }

 private:
  const rules::Book more_;
};

}  // namespace

std::unique_ptr<Proposer> make_rules(const Configuration& configuration) {
  return std::make_unique<Rules>(configuration.rules);
}

}  // namespace portolan::propose
