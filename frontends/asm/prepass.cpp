#include "frontends/asm/prepass.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "frontends/asm/divisions.h"
#include "frontends/asm/unit.h"
#include "frontends/asm/words.h"

namespace portolan::assembly {
namespace {

std::string_view trim_left(std::string_view s) {
  size_t start = s.find_first_not_of(kSpace);
  return start == std::string_view::npos ? std::string_view() : s.substr(start);
}

std::string_view word_at(std::string_view s, size_t at) {
  size_t end = at;
  while (end < s.size() && is_word(s[end])) ++end;
  return s.substr(at, end - at);
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// The end of the statement that starts the line: at a separator, unless a comment or string comes first.
size_t statement_end(std::string_view line, Isa isa) {
  for (size_t i = 0; i < line.size(); ++i) {
    char c = line[i];
    if (c == '"') {
      for (++i; i < line.size() && line[i] != '"'; ++i)
        if (line[i] == '\\') ++i;
    } else if (c == ';') {
      return i;
    } else if ((c == '#' && isa != Isa::aarch64) || (c == '/' && i + 1 < line.size() && line[i + 1] == '/')) {
      return line.size();
    }
  }
  return line.size();
}

// Statements that are dropped: their effect is made anew for the translation or would only restrict the parser.
bool is_dropped(std::string_view directive, std::string_view rest, Isa isa) {
  if (directive == ".loc" || directive == ".cfi_sections") return true;
  if (directive.starts_with(".cfi_")) return true;
  if (directive == ".file") return !rest.empty() && std::isdigit(static_cast<unsigned char>(rest[0]));
  if (isa == Isa::aarch64) return directive == ".arch" || directive == ".cpu" || directive == ".arch_extension";
  if (isa == Isa::x86_64) return directive == ".arch";
  if (directive == ".attribute") return rest.starts_with("arch");
  return directive == ".option" && (rest.starts_with("rvc") || rest.starts_with("norvc") || rest.starts_with("arch"));
}

bool begins_expansion(std::string_view word) {
  return word == ".rept" || word == ".irp" || word == ".irpc" || word == ".rep";
}

// A literal count of .rept beyond what memory holds: the parser writes the repetitions out.
bool repeats_too_often(std::string_view word, std::string_view count) {
  constexpr size_t kMaxDigits = 6;
  if (word != ".rept" && word != ".rep") return false;
  size_t digits = 0;
  while (digits < count.size() && std::isalnum(static_cast<unsigned char>(count[digits]))) ++digits;
  return digits > kMaxDigits;
}

// --- gcc -masm=intel

void replace_all(std::string& line, std::string_view from, std::string_view to) {
  for (size_t at = line.find(from); at != std::string::npos; at = line.find(from, at + to.size()))
    line.replace(at, from.size(), to);
}

bool is_register_64(std::string_view word) {
  static constexpr std::string_view kNames[] = {"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp"};
  if (std::find(std::begin(kNames), std::end(kNames), word) != std::end(kNames)) return true;
  return word.size() >= 2 && word.size() <= 3 && word[0] == 'r' &&
         std::all_of(word.begin() + 1, word.end(), [](unsigned char c) { return std::isdigit(c); });
}

bool is_register_32(std::string_view word) {
  if (word.size() == 3 && word[0] == 'e') return true;
  return word.size() >= 3 && word[0] == 'r' && word.back() == 'd' && is_register_64(word.substr(0, word.size() - 1));
}

// movsx of 32 to 64 bits is called movsxd.
void rewrite_movsx(std::string& line) {
  std::string_view text = line;
  size_t at = text.find_first_not_of(kSpace);
  if (at == std::string_view::npos || !equal_ignoring_case(word_at(text, at), "movsx")) return;
  size_t destination = text.find_first_not_of(kSpace, at + 5);
  if (destination == std::string_view::npos || !is_register_64(word_at(text, destination))) return;
  size_t comma = text.find(',', destination);
  if (comma == std::string_view::npos) return;
  std::string_view source = trim_left(text.substr(comma + 1));
  if (source.starts_with("DWORD PTR") || is_register_32(word_at(source, 0))) line.insert(at + 5, "d");
}

// [QWORD PTR name[rip+rax*8]]: the outer brackets say nothing.
void rewrite_nested_brackets(std::string& line) {
  size_t open = line.find('[');
  if (open == std::string::npos || line.back() == '\r') return;
  std::string_view inside = std::string_view(line).substr(open + 1);
  bool sized = inside.starts_with("QWORD PTR ") || inside.starts_with("DWORD PTR ") ||
               inside.starts_with("WORD PTR ") || inside.starts_with("BYTE PTR ");
  size_t close = line.rfind("]]");
  if (!sized || close == std::string::npos) return;
  line.erase(close + 1, 1);
  line.erase(open, 1);
}

// BCST marks an embedded broadcast; LLVM wants {1toN}, whose N the registers' width gives.
void rewrite_broadcast(std::string& line) {
  size_t at = line.find(" BCST ");
  if (at == std::string::npos) return;
  size_t width_word = line.find_last_of(" \t,", at - 1);
  std::string_view element = std::string_view(line).substr(width_word + 1, at - width_word - 1);
  unsigned element_bits = element == "QWORD" ? 64 : element == "DWORD" ? 32 : 16;
  unsigned vector_bits = line.find("zmm") != std::string::npos   ? 512
                         : line.find("ymm") != std::string::npos ? 256
                                                                 : 128;
  size_t close = line.find(']', at);
  if (close == std::string::npos) return;
  line.insert(close + 1, "{1to" + std::to_string(vector_bits / element_bits) + "}");
  line.replace(at, 6, " PTR ");
}

void rewrite_intel(std::string& line) {
  replace_all(line, "OFFSET FLAT:", "OFFSET ");
  rewrite_movsx(line);
  rewrite_nested_brackets(line);
  rewrite_broadcast(line);
}

// --- gcc for AArch64

// movi of bytes with a sign-extended number: movi v0.16b, 0xffffffffffffff80. GNU as takes its low byte.
void rewrite_movi(std::string& line) {
  if (line.find(".16b") == std::string::npos && line.find(".8b") == std::string::npos) return;
  constexpr std::string_view kSign = "0xffffffffffffff";
  size_t at = line.find(kSign);
  if (at == std::string::npos || word_at(line, at).size() != kSign.size() + 2) return;
  line.erase(at + 2, kSign.size() - 2);
}

class Preparer {
 public:
  Preparer(std::string_view text, Isa isa) : text_(text), isa_(isa) { result_.text.reserve(text.size() + 64); }

  Prepared run() {
    for (size_t at = 0; at < text_.size();) {
      size_t end = std::min(text_.find('\n', at), text_.size());
      ++line_;
      put(text_.substr(at, end - at));
      if (end < text_.size()) result_.text += '\n';
      at = end + 1;
    }
    return std::move(result_);
  }

 private:
  void put(std::string_view line) {
    std::string_view statement = trim_left(line);
    std::string_view word = statement.empty() ? std::string_view() : word_at(statement, 0);
    std::string_view rest = trim_left(statement.substr(word.size()));
    if (word == ".macro") macros_.emplace(word_at(rest, 0));
    if (begins_expansion(word) || macros_.count(word)) result_.expansions.push_back(line_);
    if (isa_ == Isa::riscv64 && word.starts_with("c.")) result_.compressed = true;
    if (isa_ == Isa::x86_64 && word == ".intel_syntax") intel_ = true;
    if (isa_ == Isa::x86_64 && word == ".att_syntax") intel_ = false;
    if (word == ".cfi_lsda" && !rest.starts_with("0xff") && !rest.starts_with("255")) {  // 0xff: none (DW_EH_PE_omit)
      result_.text += fmt::format(".error \"{}\"", kHandlersReason);
    } else if (const char* reason = unsafe_division(line, isa_, intel_)) {
      result_.text += fmt::format(".error \"{}\"", reason);
    } else if (repeats_too_often(word, rest)) {
      result_.text += ".error \"too many repetitions\"";
    } else if (!word.empty() && word[0] == '.' && is_dropped(word, rest, isa_)) {
      result_.text += line.substr(statement_end(line, isa_));
    } else if (intel_ && !statement.empty() && statement[0] != '.') {
      std::string copy(line);
      rewrite_intel(copy);
      result_.text += copy;
    } else if (isa_ == Isa::aarch64 && word == "movi") {
      std::string copy(line);
      rewrite_movi(copy);
      result_.text += copy;
    } else {
      result_.text += line;
    }
  }

  std::string_view text_;
  Isa isa_;
  Prepared result_;
  std::set<std::string, std::less<>> macros_;
  uint32_t line_ = 0;
  bool intel_ = false;
};

}  // namespace

Prepared prepare(std::string_view text, Isa isa) {
  return Preparer(text, isa).run();
}

}  // namespace portolan::assembly
