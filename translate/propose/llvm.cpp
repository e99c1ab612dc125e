// LLVM's code generation from the raised IR, with rules for the pieces that they fit.
#include "translate/propose/proposers.h"

namespace portolan::propose {
namespace {

class Llvm : public Proposer {
 public:
  std::string_view name() const override { return "llvm"; }
  std::optional<Expected<translate::Translation>> unit(const Source& source, rules::Library* library) override {
    translate::TranslateOptions options = source.options;
    options.rules = library;
    return translate::translate(source.index.unit(), options);
  }
};

}  // namespace

std::unique_ptr<Proposer> make_llvm(const Configuration&) {
  return std::make_unique<Llvm>();
}

}  // namespace portolan::propose
