#include "verify/solve/reply.h"

#include <cctype>
#include <deque>

#include "llvm/ADT/StringExtras.h"

namespace portolan::solve {
namespace {

using llvm::APInt;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return text;
}

struct Expression {
  std::string_view word;  // empty: a list
  std::vector<Expression*> list;
};

// The expressions of the text; false if its parentheses don't match or a bar is left open.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Expression* parse() {
    std::vector<Expression*> open{make({})};
    while (skip_space(), at_ < text_.size()) {
      if (text_[at_] == '(') {
        Expression* list = make({});
        open.back()->list.push_back(list);
        open.push_back(list);
        ++at_;
      } else if (text_[at_] == ')') {
        if (open.size() == 1) return nullptr;
        open.pop_back();
        ++at_;
      } else {
        const std::string_view word = take_word();
        if (word.empty()) return nullptr;
        open.back()->list.push_back(make(word));
      }
    }
    return open.size() == 1 ? open.front() : nullptr;
  }

 private:
  Expression* make(std::string_view word) { return &pool_.emplace_back(Expression{word, {}}); }
  void skip_space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  std::string_view take_word() {
    const size_t begin = at_;
    if (text_[at_] == '|' || text_[at_] == '"') {
      const size_t end = text_.find(text_[at_], at_ + 1);
      if (end == std::string_view::npos) return {};
      at_ = end + 1;
    } else {
      while (at_ < text_.size() && text_[at_] != '(' && text_[at_] != ')' &&
             !std::isspace(static_cast<unsigned char>(text_[at_])))
        ++at_;
    }
    return text_.substr(begin, at_ - begin);
  }

  std::string_view text_;
  size_t at_ = 0;
  std::deque<Expression> pool_;
};

std::optional<APInt> digits(std::string_view text, unsigned width, unsigned radix) {
  if (text.empty() || text.size() > 1u << 16) return std::nullopt;
  llvm::APInt value;
  if (llvm::StringRef(text.data(), text.size()).getAsInteger(radix, value)) return std::nullopt;
  if (value.getActiveBits() > width) return std::nullopt;
  return value.zextOrTrunc(width);
}

// #x…, #b…, (_ bvN width), true, false.
std::optional<APInt> value_of(const Expression& e, unsigned width) {
  if (e.word == "true" || e.word == "false")
    return width == 1 ? std::optional(APInt(1, e.word == "true")) : std::nullopt;
  if (e.word.starts_with("#x"))
    return (e.word.size() - 2) * 4 == width ? digits(e.word.substr(2), width, 16) : std::nullopt;
  if (e.word.starts_with("#b")) return e.word.size() - 2 == width ? digits(e.word.substr(2), width, 2) : std::nullopt;
  if (e.list.size() == 3 && e.list[0]->word == "_" && e.list[1]->word.starts_with("bv") &&
      e.list[2]->word == std::to_string(width))
    return digits(e.list[1]->word.substr(2), width, 10);
  return std::nullopt;
}

bool speaks_of_memory(std::string_view text) {
  for (const char* phrase : {"out of memory", "memout", "bad_alloc", "max. memory", "Cannot allocate memory"})
    if (text.find(phrase) != std::string_view::npos) return true;
  return false;
}

}  // namespace

std::string read_remains(std::string_view remains) {
  if (speaks_of_memory(remains)) return "memout";
  std::string text(trimmed(remains).substr(0, 200));
  for (char& c : text)
    if (!std::isprint(static_cast<unsigned char>(c))) c = ' ';
  return "error: " + (text.empty() ? std::string("no answer") : text);
}

std::string read_answer(std::string_view reply) {
  const std::string_view word = trimmed(reply);
  if (word == "unsat" || word == "sat" || word == "unknown") return std::string(word);
  return read_remains(reply);
}

std::optional<std::vector<APInt>> read_values(std::string_view reply, const std::vector<unsigned>& widths) {
  Parser parser(reply);
  const Expression* all = parser.parse();
  if (all == nullptr || all->list.size() != 1 || all->list[0]->list.size() != widths.size()) return std::nullopt;
  std::vector<APInt> values;
  for (size_t i = 0; i < widths.size(); ++i) {
    const Expression& pair = *all->list[0]->list[i];
    if (pair.list.size() != 2) return std::nullopt;
    std::optional<APInt> value = value_of(*pair.list[1], widths[i]);
    if (!value) return std::nullopt;
    values.push_back(std::move(*value));
  }
  return values;
}

}  // namespace portolan::solve
