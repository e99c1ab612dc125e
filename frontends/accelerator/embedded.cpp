#include "frontends/accelerator/embedded.h"

// The assembler includes the file, so neither the compiler nor start-up ever looks at its contents.
__asm__(
    ".pushsection .rodata\n.globl portolan_accelerators, portolan_accelerators_end\nportolan_accelerators:\n.incbin "
    "\"" PORTOLAN_GENERATED "/accelerators.book\"\nportolan_accelerators_end:\n.popsection\n");
extern "C" const char portolan_accelerators[];
extern "C" const char portolan_accelerators_end[];

namespace portolan::accelerator {
namespace {

constexpr std::string_view kMark = "//// ";

// Gives name and text of each description to `take` until that says true.
template <class Take>
void walk(const Take& take) {
  std::string_view book(portolan_accelerators, static_cast<size_t>(portolan_accelerators_end - portolan_accelerators));
  while (book.starts_with(kMark)) {
    const size_t line_end = book.find('\n');
    const std::string_view name = book.substr(kMark.size(), line_end - kMark.size());
    const size_t next = book.find("\n//// ", line_end);
    const size_t end = next == std::string_view::npos ? book.size() : next + 1;
    if (take(name, book.substr(line_end + 1, end - line_end - 1))) return;
    book.remove_prefix(end);
  }
}

}  // namespace

std::vector<std::string> embedded_names() {
  std::vector<std::string> names;
  walk([&](std::string_view name, std::string_view) {
    names.emplace_back(name);
    return false;
  });
  return names;
}

std::optional<std::string_view> embedded_description(std::string_view wanted) {
  std::optional<std::string_view> found;
  walk([&](std::string_view name, std::string_view text) {
    if (name != wanted) return false;
    found = text;
    return true;
  });
  return found;
}

}  // namespace portolan::accelerator
