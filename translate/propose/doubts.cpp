#include "translate/propose/doubts.h"

#include <algorithm>
#include <map>

namespace portolan::propose {
namespace {

using sketch::Part;
using Kind = Part::Kind;

constexpr double kUnsure = 0.9;            // a word less likely than this is doubted
constexpr size_t kLargestTable = 1 << 20;  // of an alignment

bool may_be_open(Kind kind) {
  return kind == Kind::op || kind == Kind::reg || kind == Kind::imm || kind == Kind::cond || kind == Kind::shift ||
         kind == Kind::lane || kind == Kind::label;
}

struct Line {
  size_t number = 0;  // in the body
  std::vector<Part> parts;
};

// One of the different bodies.
struct Variant {
  const Candidate* candidate = nullptr;
  size_t votes = 0;
  std::vector<Line> lines;  // its instructions
};

std::vector<Line> lines_of(const model::Body& body, Isa isa) {
  std::vector<Line> lines;
  for (size_t n = 0; n < body.lines.size(); ++n)
    if (!body.lines[n].label) lines.push_back({n, sketch::parts_of(body.lines[n].text, isa, body.names)});
  return lines;
}

// The same words but for what holes stand for.
bool same_shape(const Line& a, const Line& b) {
  return std::equal(a.parts.begin(), a.parts.end(), b.parts.begin(), b.parts.end(),
                    [](const Part& x, const Part& y) { return x.kind == y.kind; });
}

// Pairs of lines that correspond: the longest common subsequence.
std::vector<std::pair<size_t, size_t>> align(const Variant& a, const Variant& b) {
  const size_t rows = a.lines.size(), columns = b.lines.size();
  if (rows * columns > kLargestTable) return {};
  std::vector<std::vector<uint32_t>> best(rows + 1, std::vector<uint32_t>(columns + 1, 0));
  for (size_t i = rows; i-- > 0;)
    for (size_t j = columns; j-- > 0;)
      best[i][j] =
          std::max({best[i + 1][j], best[i][j + 1], same_shape(a.lines[i], b.lines[j]) ? best[i + 1][j + 1] + 1 : 0});
  std::vector<std::pair<size_t, size_t>> pairs;
  for (size_t i = 0, j = 0; i < rows && j < columns;) {
    if (same_shape(a.lines[i], b.lines[j]) && best[i][j] == best[i + 1][j + 1] + 1)
      pairs.emplace_back(i++, j++);
    else
      best[i + 1][j] >= best[i][j + 1] ? ++i : ++j;
  }
  return pairs;
}

class Doubter {
 public:
  Doubter(const Variant& own, Draft& draft) : own_(own), draft_(draft) {}

  void disagree(const Variant& other, size_t all) {
    for (const auto& [mine, theirs] : align(own_, other)) {
      const Line &a = own_.lines[mine], &b = other.lines[theirs];
      for (size_t n = 0; n < a.parts.size(); ++n) {
        const std::string word = text(own_, a, n), another = text(other, b, n);
        // Labels have names of their own in each body.
        if (word == another || !may_be_open(a.parts[n].kind) || a.parts[n].kind == Kind::label) continue;
        Doubt& doubt = at(a, n);
        doubt.weight = std::min(1.0, doubt.weight + static_cast<double>(other.votes) / static_cast<double>(all));
        for (const std::string& value : {word, another})
          if (std::find(doubt.alternatives.begin(), doubt.alternatives.end(), value) == doubt.alternatives.end())
            doubt.alternatives.push_back(value);
      }
    }
  }

  void unsure() {
    for (const Line& line : own_.lines) {
      const model::AdmittedLine& text = own_.candidate->body.lines[line.number];
      // Names were changed since the answer was written, so only lines without any can be found in it again.
      if (text.end - text.begin != text.text.size()) continue;
      for (size_t n = 0; n < line.parts.size(); ++n) {
        if (!may_be_open(line.parts[n].kind)) continue;
        double probability = 1;
        for (const model::Chance& c : own_.candidate->chances)
          if (c.begin < text.begin + line.parts[n].end && c.end > text.begin + line.parts[n].begin)
            probability = std::min(probability, c.probability);
        if (probability < kUnsure) at(line, n).weight = std::max(at(line, n).weight, 1 - probability);
      }
    }
  }

  void finish() {
    for (auto& [place, doubt] : doubts_) draft_.doubts.push_back(std::move(doubt));
    std::stable_sort(draft_.doubts.begin(), draft_.doubts.end(),
                     [](const Doubt& a, const Doubt& b) { return a.weight > b.weight; });
  }

 private:
  static std::string text(const Variant& variant, const Line& line, size_t part) {
    const Part& p = line.parts[part];
    return variant.candidate->body.lines[line.number].text.substr(p.begin, p.end - p.begin);
  }
  Doubt& at(const Line& line, size_t part) {
    Doubt& doubt = doubts_[{line.number, line.parts[part].begin}];
    doubt.line = line.number;
    doubt.begin = line.parts[part].begin;
    doubt.end = line.parts[part].end;
    return doubt;
  }

  const Variant& own_;
  Draft& draft_;
  std::map<std::pair<size_t, size_t>, Doubt> doubts_;
};

}  // namespace

std::vector<Draft> drafts_of(const std::vector<Candidate>& candidates, Isa isa) {
  std::vector<Variant> variants;
  std::map<std::string, size_t> by_text;
  for (const Candidate& candidate : candidates) {
    const auto [at, fresh] = by_text.emplace(candidate.body.text(), variants.size());
    if (fresh) variants.push_back({&candidate, 0, lines_of(candidate.body, isa)});
    ++variants[at->second].votes;
  }
  std::stable_sort(variants.begin(), variants.end(),
                   [](const Variant& a, const Variant& b) { return a.votes > b.votes; });
  std::vector<Draft> drafts;
  for (const Variant& own : variants) {
    Draft& draft = drafts.emplace_back();
    draft.names = own.candidate->body.names;
    for (const model::AdmittedLine& line : own.candidate->body.lines)
      draft.lines.push_back({line.text, line.label, line.from, line.to});
    Doubter doubter(own, draft);
    for (const Variant& other : variants)
      if (&other != &own) doubter.disagree(other, candidates.size());
    doubter.unsure();
    doubter.finish();
  }
  return drafts;
}

}  // namespace portolan::propose
