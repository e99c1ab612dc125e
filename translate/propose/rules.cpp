// The book of rules that is part of the command.
#include <iterator>

#include "translate/propose/proposers.h"

namespace portolan::propose {
namespace {

class Rules : public Proposer {
 public:
  std::string_view name() const override { return "rules"; }
  void pieces(const Source&, rules::Book& book) override {
    rules::Book own = rules::embedded_rules();
    std::move(own.instances.begin(), own.instances.end(), std::back_inserter(book.instances));
    std::move(own.errors.begin(), own.errors.end(), std::back_inserter(book.errors));
  }
};

}  // namespace

std::unique_ptr<Proposer> make_rules(const Configuration&) {
  return std::make_unique<Rules>();
}

}  // namespace portolan::propose
