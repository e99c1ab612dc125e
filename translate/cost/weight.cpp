#include "translate/cost/weight.h"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

namespace portolan::cost {
namespace {

constexpr unsigned kDeepest = 4;  // loops within loops

constexpr std::array<std::string_view, 9> kGoAway = {"b", "br", "ret", "j", "jr", "tail", "jmp", "retq", "jmpq"};

// One function's instructions in blocks. Not every backward jump is a loop: what is rarely needed stands at the end and
// jumps back. A loop is an edge to a block that the search is still within.
class Function {
 public:
  std::string name;

  void label(std::string_view text) {
    if (!blocks_.back().empty()) blocks_.emplace_back();
    labels_.emplace(text, blocks_.size() - 1);
  }
  void instruction(std::string_view line) {
    const size_t end = line.find_first_of(" \t");
    const std::string_view mnemonic = line.substr(0, end);
    const bool away = std::find(kGoAway.begin(), kGoAway.end(), mnemonic) != kGoAway.end();
    const size_t last = line.find_last_of(" \t,");
    const std::string_view operand = last == std::string_view::npos ? "" : line.substr(last + 1);
    blocks_.back().push_back({std::string(operand), away});
    if (away || operand.starts_with('.')) blocks_.emplace_back();
  }
  Weight weigh();

 private:
  struct Line {
    std::string operand;
    bool away = false;
  };
  std::vector<size_t> successors(size_t block) const;
  void enclose(size_t header, size_t latch);

  std::vector<std::vector<Line>> blocks_{1};
  std::map<std::string, size_t, std::less<>> labels_;
  std::vector<unsigned> depth_;
};

std::vector<size_t> Function::successors(size_t block) const {
  std::vector<size_t> next;
  bool falls = true;
  if (!blocks_[block].empty()) {
    const Line& last = blocks_[block].back();
    falls = !last.away;
    if (const auto target = labels_.find(last.operand); target != labels_.end()) next.push_back(target->second);
  }
  if (falls && block + 1 < blocks_.size()) next.push_back(block + 1);
  return next;
}

// Everything that leads to the latch without the header.
void Function::enclose(size_t header, size_t latch) {
  std::set<size_t> inside{header, latch};
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t b = 0; b < blocks_.size(); ++b) {
      if (inside.contains(b)) continue;
      for (size_t next : successors(b))
        if (next != header && inside.contains(next)) changed |= inside.insert(b).second;
    }
  }
  for (size_t b : inside) depth_[b] = std::min(depth_[b] + 1, kDeepest);
}

Weight Function::weigh() {
  depth_.assign(blocks_.size(), 0);
  enum class Color : uint8_t { fresh, within, done };
  std::vector<Color> color(blocks_.size(), Color::fresh);
  std::vector<std::pair<size_t, size_t>> stack{{0, 0}}, back_edges;
  color[0] = Color::within;
  while (!stack.empty()) {
    auto& [block, turn] = stack.back();
    const std::vector<size_t> next = successors(block);
    if (turn == next.size()) {
      color[block] = Color::done;
      stack.pop_back();
      continue;
    }
    const size_t to = next[turn++];
    if (color[to] == Color::within) back_edges.emplace_back(to, block);
    if (color[to] != Color::fresh) continue;
    color[to] = Color::within;
    stack.emplace_back(to, 0);
  }
  std::set<size_t> headers;
  for (const auto& [header, latch] : back_edges)
    if (headers.insert(header).second) enclose(header, latch);
  Weight weight;
  for (size_t b = 0; b < blocks_.size(); ++b) {
    weight.instructions += static_cast<uint32_t>(blocks_[b].size());
    weight.weighted += blocks_[b].size() << (3 * depth_[b]);
  }
  return weight;
}

}  // namespace

std::map<std::string, Weight> weigh(std::string_view text, const std::set<std::string>& wanted) {
  std::map<std::string, Weight> weights;
  Function function;
  auto finish = [&] {
    if (wanted.contains(function.name)) weights[function.name] = function.weigh();
  };
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty()) continue;
    const size_t colon = line.find(':');
    if (line[0] == '.' && colon != std::string_view::npos) {
      function.label(line.substr(0, colon));
    } else if (line[0] != '\t' && line[0] != '.' && line[0] != '#' && colon != std::string_view::npos) {
      finish();
      function = Function();
      function.name = line.substr(0, colon);
      if (function.name.size() > 1 && function.name.front() == '"')
        function.name = function.name.substr(1, function.name.size() - 2);
    } else if (line[0] == '\t' && line.size() > 1 && line[1] != '.' && line[1] != '#' && line[1] != '/') {
      function.instruction(line.substr(1));
    }
  }
  finish();
  return weights;
}

}  // namespace portolan::cost
