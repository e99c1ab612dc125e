#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "translate/sketch/sketch.h"

namespace portolan::sketch {

std::string_view to_string(HoleKind kind) {
  static constexpr std::string_view kNames[] = {"imm", "reg", "cond", "op", "shift", "lane", "label", "seq"};
  return kNames[static_cast<size_t>(kind)];
}

bool Line::has_holes() const {
  return std::any_of(pieces.begin(), pieces.end(), [](const Piece& p) { return p.hole != kNoHole; });
}

bool Line::mentions(HoleId hole) const {
  return std::any_of(pieces.begin(), pieces.end(), [hole](const Piece& p) { return p.hole == hole; });
}

std::vector<HoleId> Line::holes() const {
  std::vector<HoleId> all;
  for (const Piece& piece : pieces)
    if (piece.hole != kNoHole && std::find(all.begin(), all.end(), piece.hole) == all.end()) all.push_back(piece.hole);
  return all;
}

std::string print(const Hole& hole) {
  std::string text = fmt::format("?{}", to_string(hole.kind));
  if (hole.number != 0) text += fmt::format(":{}", hole.number);
  if (!hole.candidates.empty()) text += fmt::format("{{{}}}", fmt::join(hole.candidates, ","));
  if (!hole.name.empty()) text += "#" + hole.name;
  return text;
}

std::string print(const Sketch& sketch) {
  std::string text;
  for (const Line& line : sketch.lines) {
    text += line.labels;
    for (const Piece& piece : line.pieces) {
      text += piece.text;
      if (piece.hole != kNoHole) text += print(sketch.holes[piece.hole]);
    }
    text += '\n';
  }
  return text;
}

std::string instantiate(const Line& line, const std::vector<std::string>& values) {
  std::string text;
  for (const Piece& piece : line.pieces) {
    text += piece.text;
    if (piece.hole != kNoHole) text += values[piece.hole];
  }
  return text;
}

std::string instantiate(const Sketch& sketch, const std::vector<std::string>& values) {
  std::string text;
  for (const Line& line : sketch.lines) text += line.labels + instantiate(line, values) + '\n';
  return text;
}

std::vector<Label> labels_of(const Sketch& sketch) {
  std::vector<Label> labels;
  for (uint32_t number = 1; number <= sketch.lines.size(); ++number) {
    const Line& line = sketch.lines[number - 1];
    const std::string text = line.labels + (line.has_holes() ? std::string() : line.pieces.front().text);
    for (size_t at = 0;;) {
      const size_t begin = text.find_first_not_of(" \t", at);
      if (begin == std::string::npos) break;
      size_t end = begin;
      while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) || text[end] == '_' ||
                                   text[end] == '.' || text[end] == '$'))
        ++end;
      if (end == begin || end == text.size() || text[end] != ':') break;
      if (!std::isdigit(static_cast<unsigned char>(text[begin])))
        labels.push_back({text.substr(begin, end - begin), number});
      at = end + 1;
    }
  }
  return labels;
}

Diagnostic error_at_hole(const Sketch& sketch, HoleId hole, std::string message) {
  const Hole& h = sketch.holes[hole];
  Diagnostic error = error_at({sketch.file, h.line, h.column}, std::move(message));
  const Line& line = sketch.lines[h.line - 1];
  error.source_line = line.labels;
  for (const Piece& piece : line.pieces)
    error.source_line += piece.text + (piece.hole != kNoHole ? print(sketch.holes[piece.hole]) : "");
  return error;
}

}  // namespace portolan::sketch
