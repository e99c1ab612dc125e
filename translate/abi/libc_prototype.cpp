#include "translate/abi/embedded.h"
#include "translate/abi/prototypes.h"
#include "translate/abi/text.h"

namespace portolan::abi {

// A binary search over the text itself: `low` is always the start of a line.
std::optional<FunctionType> libc_prototype(std::string_view name) {
  std::string_view text = embedded_libc_prototypes();
  size_t low = 0, high = text.size();
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    size_t previous_end = text.substr(low, middle - low).rfind('\n');
    size_t start = previous_end == std::string_view::npos ? low : low + previous_end + 1;
    size_t end = std::min(text.find('\n', start), text.size());
    std::string_view line = text.substr(start, end - start);
    int order = line.substr(0, line.find('(')).compare(name);
    if (order == 0) {
      Expected<std::pair<std::string, FunctionType>> parsed = parse_prototype(line);
      return parsed ? std::optional(std::move(parsed->second)) : std::nullopt;
    }
    if (order < 0)
      low = std::min(end + 1, text.size());
    else
      high = start;
  }
  return std::nullopt;
}

}  // namespace portolan::abi
