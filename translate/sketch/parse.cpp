#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <optional>
#include <set>

#include "frontends/asm/inclusions.h"
#include "translate/sketch/syntax.h"

namespace portolan::sketch {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

class Parser {
 public:
  Parser(const std::string& file, Isa isa) {
    sketch_.file = file;
    sketch_.isa = isa;
  }
  Expected<Sketch> run(std::string_view text);

 private:
  // False: there is an error.
  bool line(std::string_view text);
  bool hole(std::string_view text, size_t& at, Line& line);
  std::optional<HoleKind> kind(std::string_view text, size_t& at);
  bool number(std::string_view text, size_t& at, Hole& hole);
  bool candidates(std::string_view text, size_t& at, Hole& hole);
  bool name(std::string_view text, size_t& at, Hole& hole);
  bool sensible(const Hole& hole);
  bool add(Hole hole, Line& line);
  bool statement(std::string_view text, Line& line);
  bool directive(std::string_view text);
  // Whether a comment that ends the line begins here.
  bool is_comment(std::string_view rest, bool first) const;
  bool fail(size_t column, std::string message) {
    error_ = error_at({sketch_.file, number_, static_cast<uint32_t>(column + 1)}, std::move(message));
    error_.source_line = std::string(text_);
    return false;
  }

  Sketch sketch_;
  std::map<std::string, HoleId> by_name_;
  uint32_t number_ = 0;
  std::string_view text_;
  bool in_comment_ = false;
  Diagnostic error_;
};

bool Parser::is_comment(std::string_view rest, bool first) const {
  if (rest.starts_with("//")) return true;
  return rest.starts_with("#") && (sketch_.isa != Isa::aarch64 || first);
}

std::optional<HoleKind> Parser::kind(std::string_view text, size_t& at) {
  size_t end = at + 1;
  while (end < text.size() && is_letter(text[end])) ++end;
  const std::string_view word = text.substr(at + 1, end - at - 1);
  for (const HoleSyntax& hole : hole_syntax())
    if (to_string(hole.kind) == word) return at = end, hole.kind;
  fail(at, word.empty()
               ? std::string("a '?' begins a hole, and its kind must follow")
               : fmt::format("there is no hole '?{}': use imm, reg, cond, op, shift, lane, label or seq", word));
  return std::nullopt;
}

bool Parser::number(std::string_view text, size_t& at, Hole& hole) {
  const char* const begin = text.data() + at + 1;
  const auto [end, problem] = std::from_chars(begin, text.data() + text.size(), hole.number);
  const HoleSyntax& syntax = syntax_of(hole.kind);
  if (syntax.most == 0) return fail(at, "only ?imm has a width and only ?seq a length");
  if (problem != std::errc() || hole.number == 0 || hole.number > syntax.most)
    return fail(at + 1, std::string(syntax.number_means));
  at = end - text.data();
  return true;
}

bool Parser::candidates(std::string_view text, size_t& at, Hole& hole) {
  const size_t end = text.find('}', at);
  if (end == std::string_view::npos) return fail(at, "the list of candidates has no '}'");
  std::string_view list = text.substr(at + 1, end - at - 1);
  std::set<std::string> seen;
  for (size_t column = at + 1;;) {
    const size_t comma = list.find(',');
    const std::string_view word = trimmed(list.substr(0, comma));
    if (word.empty()) return fail(column, "an empty candidate");
    for (const char c : word)
      if (!is_candidate_character(c)) return fail(column, fmt::format("a candidate cannot hold '{}'", c));
    if (sketch_.isa != Isa::aarch64 && word.find('#') != std::string_view::npos)
      return fail(column, "a '#' begins a comment here");
    if (!seen.insert(std::string(word)).second) return fail(column, fmt::format("candidate '{}' stands twice", word));
    if (seen.size() > kMostCandidates) return fail(column, "too many candidates");
    hole.candidates.emplace_back(word);
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
    column += comma + 1;
  }
  at = end + 1;
  return true;
}

bool Parser::name(std::string_view text, size_t& at, Hole& hole) {
  size_t end = at + 1;
  while (end < text.size() && is_name_character(text[end])) ++end;
  hole.name = text.substr(at + 1, end - at - 1);
  at = end;
  return true;
}

bool Parser::sensible(const Hole& hole) {
  const size_t column = hole.column - 1;
  const HoleSyntax& syntax = syntax_of(hole.kind);
  if (syntax.number_needed && hole.number == 0) return fail(column, "?seq needs a length: ?seq:2");
  if (!syntax.list && !hole.candidates.empty()) return fail(column, "?seq takes no candidates");
  if (hole.number != 0 && !hole.candidates.empty()) return fail(column, "a width and candidates exclude each other");
  return true;
}

// A name that occurs again stands for the same value: the kind must be the same, the rest is said once.
bool Parser::add(Hole hole, Line& line) {
  auto known = hole.name.empty() ? by_name_.end() : by_name_.find(hole.name);
  if (known == by_name_.end()) {
    if (sketch_.holes.size() == kMostHoles) return fail(hole.column - 1, fmt::format("more than {} holes", kMostHoles));
    line.pieces.back().hole = static_cast<HoleId>(sketch_.holes.size());
    if (!hole.name.empty()) by_name_[hole.name] = line.pieces.back().hole;
    sketch_.holes.push_back(std::move(hole));
    return true;
  }
  Hole& first = sketch_.holes[known->second];
  line.pieces.back().hole = known->second;
  const bool plain = hole.number == 0 && hole.candidates.empty();
  if (first.kind != hole.kind || (!plain && (hole.number != first.number || hole.candidates != first.candidates)))
    return fail(hole.column - 1,
                fmt::format("hole '{}' is {} in line {}: one name, one value", hole.name, print(first), first.line));
  return true;
}

bool Parser::hole(std::string_view text, size_t& at, Line& line) {
  Hole hole;
  hole.line = number_;
  hole.column = static_cast<uint32_t>(at + 1);
  const std::optional<HoleKind> found = kind(text, at);
  if (!found) return false;
  hole.kind = *found;
  if (at < text.size() && text[at] == ':' && at + 1 < text.size() && is_digit(text[at + 1]) && !number(text, at, hole))
    return false;
  if (at < text.size() && text[at] == '{' && !candidates(text, at, hole)) return false;
  if (at + 1 < text.size() && text[at] == '#' && is_letter(text[at + 1]) && !name(text, at, hole)) return false;
  if (!sensible(hole)) return false;
  if (at < text.size() && text[at] == '?')
    return fail(at, "two holes touch: nothing tells where one ends and the other begins");
  return add(std::move(hole), line);
}

// Lines with holes hold one instruction, behind any labels, so that it can be run with each value by itself.
bool Parser::statement(std::string_view text, Line& line) {
  std::string& first = line.pieces.front().text;
  for (;;) {
    size_t at = first.find_first_not_of(" \t");
    if (at == std::string::npos) break;
    size_t end = at;
    while (end < first.size() && (is_name_character(first[end]) || first[end] == '.' || first[end] == '$')) ++end;
    if (end == at || end >= first.size() || first[end] != ':') break;
    line.labels += first.substr(0, end + 1);
    first.erase(0, end + 1);
  }
  const std::string_view head = trimmed(first);
  if (head.starts_with(".")) return fail(0, "a hole in a directive: holes stand in instructions only");
  const Hole& hole = sketch_.holes[line.holes().front()];
  const bool sequence = hole.kind == HoleKind::seq;
  for (const Piece& piece : line.pieces) {
    if (piece.text.find(';') != std::string::npos)
      return fail(text.find(';'), "a ';' beside a hole: give the instruction a line of its own");
    if (sequence && &piece == &line.pieces.back() && !trimmed(piece.text).empty())
      return fail(hole.column - 1, "?seq stands for whole instructions and alone on its line");
    // "1f" and "2b" would mean another place where the instruction is tried out.
    for (size_t at = 0; at + 1 < piece.text.size(); ++at) {
      size_t end = at;
      while (end < piece.text.size() && is_digit(piece.text[end])) ++end;
      const bool begins =
          at == 0 || piece.text[at - 1] == ' ' || piece.text[at - 1] == '\t' || piece.text[at - 1] == ',';
      const bool ends =
          end + 1 >= piece.text.size() || !(is_name_character(piece.text[end + 1]) || piece.text[end + 1] == '.');
      if (begins && end > at && end < piece.text.size() && (piece.text[end] == 'f' || piece.text[end] == 'b') && ends)
        return fail(0, "a numbered label beside a hole: give it a name");
    }
  }
  if (sequence && (line.pieces.size() > 2 || !head.empty()))
    return fail(hole.column - 1, "?seq stands for whole instructions and alone on its line");
  return true;
}

// Whoever wrote the sketch need not be trusted: it brings in nothing from outside the text.
bool Parser::directive(std::string_view text) {
  for (const std::string_view name : assembly::kInclusions) {
    const size_t at = llvm::StringRef(text).find_insensitive(llvm::StringRef(name));
    const bool whole =
        at != std::string_view::npos && (at + name.size() >= text.size() || !is_name_character(text[at + name.size()]));
    if (whole) return fail(at, fmt::format("a sketch cannot read other files: {}", name));
  }
  return true;
}

bool Parser::line(std::string_view text) {
  text_ = text;
  ++number_;
  if (!directive(text)) return false;
  Line line;
  line.pieces.emplace_back();
  bool quoted = false;
  for (size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    if (in_comment_) {
      if (rest.starts_with("*/")) in_comment_ = false;
    } else if (quoted) {
      if (text[at] == '\\' && at + 1 < text.size())
        line.pieces.back().text += text[at++];
      else if (text[at] == '"')
        quoted = false;
    } else if (text[at] == '"') {
      quoted = true;
    } else if (rest.starts_with("/*")) {
      in_comment_ = true;
      line.pieces.back().text += text[at++];
    } else if (is_comment(rest, trimmed(text.substr(0, at)).empty())) {
      line.pieces.back().text += rest;
      break;
    } else if (text[at] == '?') {
      if (!hole(text, at, line)) return false;
      line.pieces.emplace_back();
      continue;
    }
    if (at < text.size()) line.pieces.back().text += text[at++];
  }
  // A comment behind the instruction would have to be carried along with it.
  if (line.has_holes()) {
    std::string& last = line.pieces.back().text;
    const size_t comment =
        std::min({last.find("//"), last.find("/*"), sketch_.isa == Isa::aarch64 ? std::string::npos : last.find('#')});
    if (comment != std::string::npos) {
      if (in_comment_) return fail(0, "a comment that goes on beside a hole: end it on the line");
      last.erase(comment);
    }
    while (!last.empty() && (last.back() == ' ' || last.back() == '\t' || last.back() == '\r')) last.pop_back();
    for (const Piece& piece : line.pieces)
      if (piece.text.find("/*") != std::string::npos || piece.text.find('"') != std::string::npos)
        return fail(0, "a comment or string between the parts of an instruction with holes");
    if (line.pieces.size() > 1 && line.pieces.back().text.empty()) line.pieces.pop_back();
    if (!statement(text, line)) return false;
  }
  sketch_.lines.push_back(std::move(line));
  return true;
}

Expected<Sketch> Parser::run(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return error_at({sketch_.file, 0, 0}, "this is no text");
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view one = text.substr(0, end);
    while (!one.empty() && one.back() == '\r') one.remove_suffix(1);
    if (!line(one)) return error_;
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return std::move(sketch_);
}

}  // namespace

Expected<Sketch> parse(std::string_view text, const std::string& file, Isa isa) {
  return Parser(file, isa).run(text);
}

}  // namespace portolan::sketch
