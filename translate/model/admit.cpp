#include "translate/model/admit.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "translate/sketch/sketch.h"
#include "translate/sketch/syntax.h"

namespace portolan::model {
namespace {

using Kind = sketch::Part::Kind;

constexpr size_t kLargestAnswer = 256u << 10, kMostLines = 4000, kLongestLine = 200;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

// The code block of an answer in Markdown, behind any thoughts; the whole answer if there is none.
std::string_view code_of(std::string_view answer) {
  if (const size_t thought = answer.rfind("</think>"); thought != std::string_view::npos)
    answer.remove_prefix(thought + 8);
  const size_t open = answer.find("```");
  if (open == std::string_view::npos) return answer;
  const size_t line = answer.find('\n', open);
  if (line == std::string_view::npos) return answer.substr(answer.size());
  return answer.substr(line + 1, answer.find("```", line) - line - 1);
}

bool is_label_character(char c) {
  return sketch::is_name_character(c) || c == '.' || c == '$';
}

class Reader {
 public:
  Reader(const std::string& answer, const Admission& admission) : answer_(answer), admission_(admission) {}
  Expected<Body> run();

 private:
  bool split();
  bool line(std::string_view text);
  void drop_comment(std::string_view& text) const;
  bool tag(std::string_view& text, AdmittedLine& line);
  bool label(std::string_view& text);
  bool rename();
  bool holes();
  bool fail(std::string message) {
    error_ = error_at({"the answer", number_, 0}, std::move(message));
    return false;
  }

  const std::string& answer_;
  const Admission& admission_;
  Body body_;
  uint32_t number_ = 0;
  Diagnostic error_;
};

// Comments are left out. '#' begins a number on AArch64.
void Reader::drop_comment(std::string_view& text) const {
  text = text.substr(0, text.find("//"));
  const bool number_sign = admission_.isa != Isa::aarch64 || trimmed(text).starts_with("#");
  // "?imm#name" is a hole with a name.
  for (size_t at = 0; number_sign && at < text.size(); ++at)
    if (text[at] == '#' && (at == 0 || text[at - 1] == ' ' || text[at - 1] == '\t')) text = text.substr(0, at);
  text = trimmed(text);
}

// " @3-5" at the end, whatever begins a comment in front of it.
bool Reader::tag(std::string_view& text, AdmittedLine& line) {
  const size_t at = text.rfind('@');
  if (at == std::string_view::npos) return true;
  const std::string_view word = trimmed(text.substr(at + 1));
  const char *begin = word.data(), *const last = word.data() + word.size();
  const auto first = std::from_chars(begin, last, line.from);
  if (first.ec != std::errc()) return line.from = 0, true;  // "sym@PLT"
  line.to = line.from;
  auto end = first.ptr;
  if (end != last && *end == '-') {
    const auto second = std::from_chars(end + 1, last, line.to);
    if (second.ec != std::errc()) return fail("a tag that is no range of lines");
    end = second.ptr;
  }
  if (end != last) return fail("something stands behind the tag of source lines");
  text = text.substr(0, at);
  while (!text.empty() && std::string_view(" \t#;/").find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  return true;
}

bool Reader::label(std::string_view& text) {
  for (;;) {
    size_t end = 0;
    while (end < text.size() && is_label_character(text[end])) ++end;
    if (end == 0 || end >= text.size() || text[end] != ':') return true;
    const std::string name(text.substr(0, end));
    text = trimmed(text.substr(end + 1));
    if (name == admission_.function) {
      if (!body_.lines.empty()) return fail(fmt::format("the label '{}' is not at the beginning", name));
      continue;
    }
    if (name.front() >= '0' && name.front() <= '9') return fail("a numbered label: give it a name");
    if (admission_.symbols.contains(name)) return fail(fmt::format("the label '{}' is a name of the source", name));
    const std::string renamed = fmt::format("{}{}", admission_.prefix, body_.names.labels.size());
    if (!body_.names.labels.emplace(name, renamed).second)
      return fail(fmt::format("the label '{}' stands twice", name));
    AdmittedLine line;
    line.text = name;
    line.label = true;
    line.line = number_;
    body_.lines.push_back(std::move(line));
  }
}

bool Reader::line(std::string_view text) {
  const char* const whole = text.data();
  AdmittedLine line;
  line.line = number_;
  for (const char c : text)
    if (c != '\t' && (c < ' ' || c > '~'))
      return fail(fmt::format("the byte 0x{:02x}: only printable ASCII is taken", static_cast<unsigned char>(c)));
  if (!tag(text, line)) return false;
  drop_comment(text);
  if (!label(text)) return false;
  if (text.empty()) return true;
  if (text.front() == '.')
    return fail(fmt::format("a directive, '{}': only instructions and labels are taken",
                            text.substr(0, text.find_first_of(" \t"))));
  // Statements and comments within, strings, assignments, expressions.
  if (const size_t at = text.find_first_of(";\"'\\=<>|&~^/`"); at != std::string_view::npos)
    return fail(fmt::format("'{}' has no place in an instruction here", text[at]));
  line.begin = whole - answer_.data() + (text.data() - whole);
  line.end = line.begin + text.size();
  line.text = text;
  body_.lines.push_back(std::move(line));
  return true;
}

bool Reader::split() {
  std::string_view code = code_of(answer_);
  number_ = static_cast<uint32_t>(std::count(answer_.data(), code.data(), '\n'));
  while (!code.empty()) {
    const size_t end = code.find('\n');
    std::string_view one = code.substr(0, end);
    code.remove_prefix(end == std::string_view::npos ? code.size() : end + 1);
    while (!one.empty() && one.back() == '\r') one.remove_suffix(1);
    ++number_;
    if (one.size() > kLongestLine) return fail(fmt::format("a line of more than {} characters", kLongestLine));
    if (body_.lines.size() >= kMostLines) return fail(fmt::format("more than {} lines", kMostLines));
    if (!line(one)) return false;
  }
  if (std::all_of(body_.lines.begin(), body_.lines.end(), [](const AdmittedLine& l) { return l.label; }))
    return fail("there is no instruction in it");
  return true;
}

// Every word must be one that the target's table or the source has; labels and symbols get their names in the output.
bool Reader::rename() {
  sketch::Names names{body_.names.labels, admission_.symbols};
  for (AdmittedLine& line : body_.lines) {
    number_ = line.line;
    if (line.label) {
      line.text = names.labels.find(line.text)->second;
      continue;
    }
    std::string text;
    size_t done = 0;
    for (const sketch::Part& part : sketch::parts_of(line.text, admission_.isa, names)) {
      const std::string word = line.text.substr(part.begin, part.end - part.begin);
      if (part.kind == Kind::unknown && part.begin == 0)
        return fail(fmt::format("'{}' is no instruction that is known here", word));
      if (part.kind == Kind::unknown)
        return fail(fmt::format("'{}' is no word of the target, and no name or label of the source", word));
      text += line.text.substr(done, part.begin - done);
      done = part.end;
      if (part.kind == Kind::label)
        text += names.labels.find(word)->second;
      else if (part.kind == Kind::symbol)
        text += names.symbols.find(word)->second;
      else
        text += word;
    }
    line.text = text + line.text.substr(done);
    std::replace(line.text.begin(), line.text.end(), '\t', ' ');
  }
  for (const auto& [name, renamed] : names.labels) body_.names.labels.emplace(renamed, renamed);
  for (const auto& [name, renamed] : names.symbols) body_.names.symbols.emplace(renamed, renamed);
  return true;
}

// Holes are read by the parser of sketches; what they list must be words of the table too.
bool Reader::holes() {
  const auto parsed = sketch::parse(body_.text(), "the answer", admission_.isa);
  if (!parsed) {
    const uint32_t n = parsed.error().location.line;
    number_ = n >= 1 && n <= body_.lines.size() ? body_.lines[n - 1].line : 0;
    return fail(parsed.error().message);
  }
  for (const sketch::Hole& hole : parsed->holes) {
    number_ = body_.lines[hole.line - 1].line;
    for (const std::string& word : hole.candidates)
      if (!sketch::is_word_for(hole.kind, word, admission_.isa))
        return fail(fmt::format("'{}' cannot stand in a hole ?{}", word, to_string(hole.kind)));
  }
  return true;
}

Expected<Body> Reader::run() {
  if (answer_.size() > kLargestAnswer)
    return error_at({"the answer", 0, 0}, fmt::format("it has more than {} bytes", kLargestAnswer));
  if (!split() || !rename() || !holes()) return error_;
  return std::move(body_);
}

}  // namespace

std::string Body::text() const {
  std::string all;
  for (const AdmittedLine& line : lines) all += line.label ? line.text + ":\n" : "\t" + line.text + "\n";
  return all;
}

Expected<Body> admit(const std::string& answer, const Admission& admission) {
  return Reader(answer, admission).run();
}

}  // namespace portolan::model
