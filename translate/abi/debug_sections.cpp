#include "translate/abi/debug_sections.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <vector>

namespace portolan::abi {
namespace {

constexpr std::string_view kKept[] = {".debug_info", ".debug_abbrev", ".debug_str", ".debug_line_str",
                                      ".debug_str_offsets"};
constexpr std::string_view kStrings[] = {".string", ".asciz", ".ascii"};
constexpr std::string_view kNumbers[] = {".byte",  ".2byte", ".value",   ".hword",   ".half", ".short",
                                         ".4byte", ".long",  ".word",    ".8byte",   ".quad", ".xword",
                                         ".dword", ".int",   ".uleb128", ".sleb128", ".zero", ".skip"};

template <size_t N>
bool is_one_of(const std::string_view (&list)[N], std::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return text;
}

std::string_view without_comment(std::string_view text) {
  return trimmed(text.substr(0, std::min(text.find('#'), text.find("//"))));
}

bool is_symbol_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '$';
}

struct Line {
  std::string_view directive, rest;  // or a label: rest is empty and directive ends with ':'
};

// The lines of the kept sections, and the labels that they define.
struct Debug {
  std::vector<Line> lines;
  std::set<std::string_view> labels;
  bool has_entries = false;
};

bool is_section_change(std::string_view directive) {
  return directive == ".section" || directive == ".text" || directive == ".data" || directive == ".bss" ||
         directive == ".previous" || directive == ".pushsection" || directive == ".popsection";
}

void add_line(std::string_view line, bool& kept, Debug& debug) {
  size_t space = line.find_first_of(" \t");
  std::string_view directive = line.substr(0, space);
  std::string_view rest = space == std::string_view::npos ? "" : trimmed(line.substr(space));
  if (is_section_change(directive)) {
    std::string_view section = trimmed(rest.substr(0, rest.find_first_of(", \t")));
    kept = directive == ".section" && is_one_of(kKept, section);
    debug.has_entries |= kept && section == ".debug_info";
    if (kept) debug.lines.push_back({directive, rest});
  } else if (kept) {
    // A label stands alone, or before a comment.
    if (directive.ends_with(':')) {
      debug.labels.insert(directive.substr(0, directive.size() - 1));
      debug.lines.push_back({directive, ""});
    } else if (is_one_of(kStrings, directive)) {
      debug.lines.push_back({directive, rest});
    } else if (is_one_of(kNumbers, directive)) {
      debug.lines.push_back({directive, without_comment(rest)});
    }
  }
}

bool refers_elsewhere(std::string_view expression, const std::set<std::string_view>& labels) {
  for (size_t i = 0; i < expression.size();) {
    if (!is_symbol_character(expression[i])) {
      ++i;
      continue;
    }
    size_t start = i;
    while (i < expression.size() && is_symbol_character(expression[i])) ++i;
    std::string_view word = expression.substr(start, i - start);
    bool is_number = std::isdigit(static_cast<unsigned char>(word[0])) != 0;
    if (!is_number && word != "." && !labels.contains(word)) return true;
  }
  return false;
}

// Each of the numbers by itself: the place of a thread's variable is `.long name@dtpoff, 0`.
std::string without_references(std::string_view numbers, const std::set<std::string_view>& labels) {
  std::string result;
  for (bool more = true; more;) {
    const size_t comma = numbers.find(',');
    more = comma != std::string_view::npos;
    const std::string_view number = trimmed(numbers.substr(0, comma));
    result.append(refers_elsewhere(number, labels) ? "0" : number).append(more ? ", " : "");
    if (more) numbers.remove_prefix(comma + 1);
  }
  return result;
}

}  // namespace

std::string debug_sections_of(std::string_view text) {
  Debug debug;
  bool kept = false;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty()) add_line(line, kept, debug);
  }
  if (!debug.has_entries) return {};
  std::string result;
  for (const auto& [directive, rest] : debug.lines) {
    result += directive;
    if (is_one_of(kNumbers, directive))
      result.append(" ").append(without_references(rest, debug.labels));
    else if (!rest.empty())
      result.append(" ").append(rest);
    result += '\n';
  }
  return result;
}

}  // namespace portolan::abi
