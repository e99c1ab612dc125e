// A search for target code for packed data flow: operations over lanes that hang together, found in the raised
// functions, each written as a rule whose template is searched for. What is found is a rule like any other and is
// proved as such before it is used; it is remembered, and so is that nothing was found.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "ir/whole_file.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA256.h"
#include "translate/enumerate/search.h"
#include "translate/propose/proposers.h"
#include "translate/rules/parse.h"

namespace portolan::propose {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostPatterns = 8, kMostOperations = 4, kMostInputs = 3;
constexpr std::chrono::milliseconds kSearchTime{5000};

// One line of a block as ir::print writes it: "%12:b128 = uadd_saturate lanes=16 %9, %11 @15".
struct Value {
  std::string name, width, operation;  // "%12", "b128", "uadd_saturate lanes=16 %9, %11"
  std::vector<std::string> operands;   // names
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::vector<std::string> names_in(std::string_view text) {
  std::vector<std::string> names;
  for (size_t at = 0; (at = text.find('%', at)) != std::string_view::npos;) {
    size_t end = at + 1;
    while (end < text.size() && is_digit(text[end])) ++end;
    names.emplace_back(text.substr(at, end - at));
    at = end;
  }
  return names;
}

// Values of one block, and how often anybody in the function names each.
struct Block {
  std::map<std::string, Value> values;
  std::vector<std::string> order;
};

std::optional<Value> value_of(std::string_view line) {
  if (!line.starts_with("  %")) return std::nullopt;
  const size_t colon = line.find(':'), equals = line.find(" = ");
  if (colon == std::string_view::npos || equals == std::string_view::npos || colon > equals) return std::nullopt;
  Value value;
  value.name = line.substr(2, colon - 2);
  value.width = line.substr(colon + 1, equals - colon - 1);
  std::string_view operation = line.substr(equals + 3);
  if (const size_t at = operation.rfind(" @"); at != std::string_view::npos) operation = operation.substr(0, at);
  value.operation = operation;
  value.operands = names_in(operation);
  return value;
}

// Over whole vectors: by lanes, or bit by bit.
bool is_packed(const Value& value) {
  if (value.width != "b128" && value.width != "b64") return false;
  if (value.operation.find(" lanes=") != std::string::npos) return true;
  return value.width == "b128" && value.operation.starts_with("bit_");
}

class Finder {
 public:
  explicit Finder(const std::string& printed) {
    std::string_view text(printed);
    for (const std::string& name : names_in(text)) ++uses_[name];
    while (!text.empty()) {
      const size_t end = text.find('\n');
      const std::string_view line = text.substr(0, end);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      note_widths(line);
      if (line.starts_with("b")) blocks_.emplace_back();
      auto value = value_of(line);
      if (!value || blocks_.empty()) continue;
      blocks_.back().order.push_back(value->name);
      const std::string name = value->name;
      blocks_.back().values.emplace(name, std::move(*value));
    }
    forget_unused();
  }

  // The bodies of patterns, largest first: several operations that nothing outside looks into.
  std::vector<std::string> patterns() {
    std::vector<std::string> found;
    for (const Block& block : blocks_)
      for (auto root = block.order.rbegin(); root != block.order.rend(); ++root) {
        std::set<std::string> inside;
        if (!taken_.contains(*root) && uses_[*root] > 1 && is_packed(block.values.at(*root)))
          grow(block, *root, inside);
        if (inside.size() < 2) continue;
        taken_.insert(inside.begin(), inside.end());
        std::string text = write(block, *root, inside);
        if (!text.empty() && std::find(found.begin(), found.end(), text) == found.end()) found.push_back(text);
      }
    return found;
  }

 private:
  // What nobody uses is not emitted and keeps nothing alive. Users stand behind what they use.
  void forget_unused() {
    for (auto block = blocks_.rbegin(); block != blocks_.rend(); ++block)
      for (auto name = block->order.rbegin(); name != block->order.rend(); ++name) {
        const Value& value = block->values.at(*name);
        if (uses_[*name] != 1 || value.operation.starts_with("call")) continue;
        for (const std::string& operand : value.operands) --uses_[operand];
        uses_[*name] = 0;
      }
  }

  void note_widths(std::string_view line) {
    for (size_t at = 0; (at = line.find('%', at)) != std::string_view::npos; ++at) {
      size_t end = at + 1;
      while (end < line.size() && is_digit(line[end])) ++end;
      if (!line.substr(end).starts_with(":b")) continue;
      size_t last = end + 2;
      while (last < line.size() && is_digit(line[last])) ++last;
      widths_[std::string(line.substr(at, end - at))] = line.substr(end + 1, last - end - 1);
    }
  }

  void grow(const Block& block, const std::string& name, std::set<std::string>& inside) {
    if (inside.size() == kMostOperations || inside.contains(name)) return;
    inside.insert(name);
    for (const std::string& operand : block.values.at(name).operands) {
      const auto at = block.values.find(operand);
      if (at != block.values.end() && uses_[operand] == 2 && is_packed(at->second)) grow(block, operand, inside);
    }
  }

  // With names of its own, so that equal patterns are equal text; empty: it has too many inputs.
  std::string write(const Block& block, const std::string& root, const std::set<std::string>& inside) {
    std::map<std::string, std::string> renamed;
    std::vector<std::string> inputs;
    std::string lines;
    for (const std::string& name : block.order) {
      if (!inside.contains(name)) continue;
      const Value& value = block.values.at(name);
      std::string operation = value.operation;
      for (auto operand = value.operands.rbegin(); operand != value.operands.rend(); ++operand) {
        const auto [at, fresh] = renamed.try_emplace(*operand, fmt::format("%v{}", renamed.size()));
        if (fresh) inputs.push_back(fmt::format("{}:{}", at->second, widths_[*operand]));
        const size_t place = operation.rfind(*operand);
        operation.replace(place, operand->size(), at->second);
      }
      const std::string own = fmt::format("%v{}", renamed.size());
      renamed[name] = own;
      lines += fmt::format("  {}:{} = {}\n", own, value.width, operation);
    }
    if (inputs.empty() || inputs.size() > kMostInputs) return {};
    return fmt::format("pattern ({}) {{\n{}  give {}\n}}\n", fmt::join(inputs, ", "), lines, renamed[root]);
  }

  std::map<std::string, int> uses_;
  std::map<std::string, std::string> widths_;
  std::vector<Block> blocks_;
  std::set<std::string> taken_;
};

std::string hash_of(const std::string& text) {
  llvm::SHA256 hash;
  hash.update(text);
  return llvm::toHex(hash.final(), true);
}

std::optional<std::string> contents_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// A rule's text with the template that was found; empty: nothing was.
std::string search_for(const std::string& pattern, Isa target) {
  const std::string rule =
      fmt::format("rule enumerated_{}\norigin enumerate\n{}", hash_of(pattern).substr(0, 12), pattern);
  // Of the template nothing counts but where operands are.
  const size_t give = pattern.rfind("give %") + 6;
  const std::string output = pattern.substr(give, pattern.find('\n', give) - give);
  const rules::ParsedRules parsed = rules::parse_rules(
      fmt::format("{}template {} {{\n  nop {{{}}}\n}}\n", rule, to_string(target), output), "enumerate");
  if (parsed.instances.size() != 1) return {};
  const std::string cache = rules::cache_directory();
  const fs::path file = fs::path(cache) / "enumerated" / hash_of(parsed.instances[0].text);
  if (!cache.empty())
    if (auto known = contents_of(file)) return std::move(*known);
  enumerate::SearchOptions options;
  options.time = kSearchTime;
  // Longer code than the pattern is nothing to look for.
  options.longest = static_cast<unsigned>(std::min<size_t>(parsed.instances[0].size() - 1, options.longest));
  const enumerate::SearchResult result =
      enumerate::search(parsed.instances[0], parsed.instances[0].templates[0], options);
  const std::string text = result.found ? result.found->text : std::string();
  // A search that was cut off says nothing of the next one, on a machine that is less busy.
  const bool whole = result.found || result.seconds < std::chrono::duration<double>(kSearchTime).count();
  if (!cache.empty() && whole) keep_file(file.string(), text);
  return text;
}

class Enumerate : public Proposer {
 public:
  std::string_view name() const override { return "enumerate"; }
  void pieces(const Source& source, rules::Book& book) override {
    const Isa target = source.options.target;
    std::set<std::string> patterns;
    for (const raise::RaisedFunction& f : source.raised().functions) {
      if (!f.ok) continue;
      for (std::string& pattern : Finder(ir::print(f.function)).patterns()) {
        if (patterns.size() == kMostPatterns || !patterns.insert(pattern).second) continue;
        // What is remembered is read like any file: as text that nobody trusts.
        rules::ParsedRules parsed = rules::parse_rules(search_for(pattern, target), "enumerate");
        for (rules::Instance& rule : parsed.instances) book.instances.push_back(std::move(rule));
      }
    }
  }
};

}  // namespace

std::unique_ptr<Proposer> make_enumerate(const Configuration&) {
  return std::make_unique<Enumerate>();
}

}  // namespace portolan::propose
