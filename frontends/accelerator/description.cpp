#include "frontends/accelerator/description.h"

namespace portolan::accelerator {

std::string_view Description::line(uint32_t number) const {
  std::string_view rest = contents;
  for (uint32_t n = 1; n < number; ++n) {
    const size_t end = rest.find('\n');
    if (end == std::string_view::npos) return {};
    rest.remove_prefix(end + 1);
  }
  std::string_view found = rest.substr(0, rest.find('\n'));
  if (found.ends_with('\r')) found.remove_suffix(1);
  return found;
}

Diagnostic Description::error(Position at, std::string message) const {
  Diagnostic made = error_at({file, at.line, at.column}, std::move(message));
  made.source_line = std::string(line(at.line));
  return made;
}

const std::string* Names::name_of(Number value) const {
  for (const auto& [name, number] : values)
    if (number == value) return &name;
  return nullptr;
}

unsigned Field::width() const {
  unsigned total = 0;
  for (const BitRange& range : ranges) total += range.width();
  return total;
}

Number State::elements() const {
  Number total = 1;
  for (Number n : extent) total *= n;
  return total;
}

const Field* Format::field(const std::string& wanted) const {
  for (const Field& field : fields)
    if (field.name == wanted) return &field;
  return nullptr;
}

}  // namespace portolan::accelerator
