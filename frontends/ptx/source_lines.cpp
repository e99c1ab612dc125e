#include "frontends/ptx/source_lines.h"

#include <charconv>
#include <filesystem>
#include <optional>
#include <vector>

namespace portolan::ptx {

namespace {

std::optional<uint32_t> number(std::string_view word) {
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  return error == std::errc() && end != word.data() ? std::optional(value) : std::nullopt;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const size_t begin = line.find_first_not_of(" \t,");
    if (begin == std::string_view::npos) return words;
    const size_t end = line.find_first_of(" \t,", begin);
    words.push_back(line.substr(begin, end - begin));
    if (end == std::string_view::npos) return words;
    line.remove_prefix(end);
  }
}

}  // namespace

SourceLines::SourceLines(std::string_view text, std::string file) : file_(std::move(file)) {
  const std::string name = std::filesystem::path(file_).filename().string();
  // Files are numbered where they are first used, or at the end.
  std::map<uint32_t, bool> is_source;
  struct Said {
    uint32_t at = 0;
    std::vector<std::pair<uint32_t, uint32_t>> places;  // file, line: the instruction's, where it is inlined
  };
  std::vector<Said> all;
  for (uint32_t at = 1; !text.empty(); ++at) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.starts_with("}")) all.push_back({at, {}});
    const std::vector<std::string_view> words = words_of(line);
    if (words.size() < 3) continue;
    const auto first = number(words[1]), second = number(words[2]);
    if (words[0] == ".file" && first) {
      const size_t open = line.find('"'), close = line.rfind('"');
      if (open != close)
        is_source[*first] = std::filesystem::path(line.substr(open + 1, close - open - 1)).filename().string() == name;
    } else if (words[0] == ".loc" && first && second) {
      Said said{at, {{*first, *second}}};
      for (size_t w = 3; w + 2 < words.size(); ++w)
        if (words[w] == "inlined_at")
          if (const auto where = number(words[w + 1]), its = number(words[w + 2]); where && its)
            said.places.emplace_back(*where, *its);
      all.push_back(std::move(said));
    }
  }
  for (const Said& said : all) {
    uint32_t line = 0;
    for (const auto& [where, its] : said.places)
      if (line == 0 && is_source[where]) line = its;
    from_[said.at] = line;
  }
}

SourceLocation SourceLines::of(uint32_t line) const {
  const auto after = from_.upper_bound(line);
  if (after == from_.begin() || std::prev(after)->second == 0) return {};
  return {file_, std::prev(after)->second, 0};
}

Diagnostic SourceLines::said_there(Diagnostic said) const {
  const SourceLocation there = said.location.file == file_ ? of(said.location.line) : SourceLocation{};
  if (there.line != 0) said.location = there, said.source_line.clear();
  return said;
}

}  // namespace portolan::ptx
