// Which values are addresses of the frame, and what becomes of them. A frame whose addresses are all constant is no
// memory (state.h): a value that mentions where it lies, but is not at a constant offset from there, must then be no
// address, nor kept where it would no longer be seen that it does.
#include <fmt/format.h>

#include "verify/prove/executor.h"

namespace portolan::prove {

std::optional<int64_t> Executor::constant_offset(Term address) const {
  const terms::Linear form = pool_.linear(address);
  if (form.parts.size() != 1 || form.parts[0].term != frame_.variable || !form.parts[0].coefficient.isOne())
    return std::nullopt;
  return form.constant.getSExtValue() - frame_.displacement;
}

std::optional<int64_t> Executor::frame_offset(Term address) const {
  const auto offset = constant_offset(address);
  if (!offset) return std::nullopt;
  for (const auto& [low, high] : frame_.objects)
    if (*offset >= low && *offset < high) return std::nullopt;
  return offset;
}

// What was read is what somebody stored, and store() has looked at that; a condition is not what it chooses between.
std::span<const Term> Executor::made_of(Term t) const {
  switch (pool_.kind(t)) {
    case terms::Kind::memory:
    case terms::Kind::write:
    case terms::Kind::read:
    case terms::Kind::memory_select:
      return {};
    case terms::Kind::select:
      return pool_.operands(t).subspan(1);
    default:
      return pool_.operands(t);
  }
}

bool Executor::mentions_base(Term t) const {
  if (t == frame_.variable) return true;
  const auto [known, is_new] = mentions_.emplace(t.id, false);
  if (!is_new) return known->second;
  bool mentions = false;
  for (const Term part : made_of(t)) mentions = mentions || mentions_base(part);
  return mentions_[t.id] = mentions;
}

// The constant parts of all addresses of the frame that a value is made of.
void Executor::note_offsets(Term value) {
  if (!mentions_base(value)) return;
  const terms::Linear form = pool_.linear(value);
  for (const terms::Linear::Part& part : form.parts) {
    if (part.term == frame_.variable)
      survey_->computed.insert(form.constant.getSExtValue() - frame_.displacement);
    else if (part.term != value)
      note_offsets(part.term);
    else
      for (const Term operand : made_of(value)) note_offsets(operand);
  }
}

bool Executor::computed(Term address, std::string_view use, uint32_t line) {
  if (survey_ != nullptr) {
    note_offsets(address);
    return false;
  }
  if (!frame_.objects.empty() && !frame_offset(address)) return true;
  fail("unresolved-address",
       fmt::format("{}:{}: {} of a local at a place that is not known", side_.index().unit().file, line, use));
  return false;
}

void Executor::note_held(Term value) {
  if (!mentions_base(value)) return;
  if (survey_ != nullptr) {
    note_offsets(value);
    survey_->escapes = true;
  } else if (frame_.objects.empty()) {
    fail("unresolved-address", "the address of a local is in a register that changes in a loop");
  }
}

}  // namespace portolan::prove
