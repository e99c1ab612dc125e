#include "translate/rules/book.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "ir/whole_file.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA256.h"
#include "translate/rules/embedded.h"
#include "translate/rules/parse.h"

namespace portolan::rules {
namespace {

constexpr std::string_view kFileMark = "//// ";

void add(Book& book, std::string_view text, const std::string& file) {
  ParsedRules parsed = parse_rules(text, file);
  std::move(parsed.instances.begin(), parsed.instances.end(), std::back_inserter(book.instances));
  std::move(parsed.errors.begin(), parsed.errors.end(), std::back_inserter(book.errors));
}

// The pattern without names and lines, which of its operands are immediates included.
std::string canonical(const Instance& rule) {
  ir::Function f = rule.pattern;
  f.name.clear();
  for (ir::Instruction& i : f.values) i.line = 0;
  f.blocks[0].terminator.line = 0;
  std::string text = ir::print(f);
  for (const Operand& operand : rule.operands) text += operand.immediate ? "i" : "r";
  return text;
}

bool share_immediates(const Instance& a, const Instance& b) {
  const auto all = immediate_values(a);
  return std::any_of(all.begin(), all.end(), [&](const auto& values) { return allowed(b, values); });
}

void find_overlaps(Book& book) {
  std::map<std::string, std::vector<size_t>> by_pattern;
  for (size_t n = 0; n < book.instances.size(); ++n) by_pattern[canonical(book.instances[n])].push_back(n);
  for (const auto& [text, group] : by_pattern)
    for (size_t x = 0; x < group.size(); ++x)
      for (size_t y = x + 1; y < group.size(); ++y) {
        const Instance &a = book.instances[group[x]], &b = book.instances[group[y]];
        for (const Template& ta : a.templates)
          for (const Template& tb : b.templates) {
            if (ta.isa != tb.isa || ta.features != tb.features || !share_immediates(a, b)) continue;
            const bool first = ta.cost <= tb.cost;
            book.errors.push_back(error_at(
                tb.location, fmt::format("rule '{}' overlaps '{}' ({}:{}); the cheaper one is '{}' ({} instructions "
                                         "against {}): keep one",
                                         b.name, a.name, a.location.file, a.location.line, first ? a.name : b.name,
                                         std::min(ta.cost, tb.cost), std::max(ta.cost, tb.cost))));
          }
      }
}

std::optional<std::string> contents_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return in ? std::optional(text.str()) : std::nullopt;
}

}  // namespace

std::string cache_directory() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache && *cache) return std::string(cache) + "/portolan";
  const char* home = std::getenv("HOME");
  return home && *home ? std::string(home) + "/.cache/portolan" : "";
}

Book embedded_rules() {
  Book book;
  std::string_view text = embedded_book();
  while (text.starts_with(kFileMark)) {
    text.remove_prefix(kFileMark.size());
    const size_t line = text.find('\n');
    const std::string file(text.substr(0, line));
    text.remove_prefix(line + 1);
    size_t next = text.find("\n//// ");
    next = next == std::string_view::npos ? text.size() : next + 1;
    add(book, text.substr(0, next), file);
    text.remove_prefix(next);
  }
  find_overlaps(book);
  return book;
}

Expected<Book> read_book(const std::string& path) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    for (const auto& entry : std::filesystem::directory_iterator(path, error))
      if (entry.path().extension() == ".rule") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    if (files.empty()) return error_at({path, 0, 0}, "there is no .rule file in this folder");
  } else {
    files.emplace_back(path);
  }
  Book book;
  for (const auto& file : files) {
    const auto text = contents_of(file);
    if (!text) return error_at({file.string(), 0, 0}, "cannot be read");
    add(book, *text, file.string());
  }
  find_overlaps(book);
  return book;
}

ProofStore::ProofStore() : ProofStore(cache_directory()) {}
ProofStore::ProofStore(std::string directory) : directory_(std::move(directory)) {
  if (!directory_.empty()) directory_ += "/proved-rules";
}

std::string ProofStore::path(const Instance& rule, size_t target) const {
  llvm::SHA256 hash;
  hash.update(rule.text);
  hash.update(fmt::format("\ntemplate {}\n", target));
  hash.update(semantics_digest());
  return directory_ + "/" + llvm::toHex(hash.final(), true);
}

bool ProofStore::proved(const Instance& rule, size_t target) const {
  if (directory_.empty()) return false;
  const auto text = contents_of(path(rule, target));
  return text && *text == "proved\n" + rule.text;
}

void ProofStore::remember(const Instance& rule, size_t target) const {
  if (!directory_.empty()) keep_file(path(rule, target), "proved\n" + rule.text);
}

bool Library::usable(size_t instance, size_t target) {
  const std::lock_guard guard(lock_);
  const auto [at, inserted] = known_.try_emplace({instance, target}, false);
  if (!inserted) return at->second;
  const Instance& rule = book_.instances[instance];
  at->second = store_.proved(rule, target);
  if (at->second) return true;
  at->second = check(rule, rule.templates[target], {}).verdict == CheckResult::Verdict::proved;
  if (at->second) store_.remember(rule, target);
  return at->second;
}

}  // namespace portolan::rules
