// Any bytes as what a model's server sends, and as an answer that is let in: reasons, or text that is instructions and
// labels and nothing else.
#include <algorithm>
#include <cstdlib>
#include <string>

#include "translate/model/admit.h"
#include "translate/model/reply.h"

namespace {

using namespace portolan;

void read(const std::string& answer, Isa isa) {
  const model::Admission admission{isa, "f", {{"memcpy", "memcpy"}, {".LC0", ".Lx.LC0"}}, ".Lg_"};
  const auto body = model::admit(answer, admission);
  if (!body) {
    if (body.error().message.empty()) std::abort();
    return;
  }
  const std::string text = body->text();
  for (const char c : text)
    if (c != '\n' && c != '\t' && (c < ' ' || c > '~')) std::abort();
  if (text.find_first_of(";\"'\\=/") != std::string::npos) std::abort();
  for (size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
    // A label of ours, or an instruction that does not begin with a dot.
    const bool label = text.compare(at, 4, ".Lg_") == 0;
    if (!label && (text[at] != '\t' || text[at + 1] == '.')) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const Isa isa = kIsas[data[0] % 3];
  const std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  read(bytes, isa);
  const auto samples = model::read_samples(model::parse_json(bytes));
  if (!samples) return 0;
  for (const model::Sample& sample : *samples) {
    for (const model::Chance& chance : sample.chances)
      if (chance.begin > chance.end || chance.end > sample.text.size() ||
          !(chance.probability >= 0 && chance.probability <= 1))
        std::abort();
    read(sample.text, isa);
  }
  return 0;
}
