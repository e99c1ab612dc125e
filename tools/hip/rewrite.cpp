#include "tools/hip/rewrite.h"

#include <algorithm>

#include "clang/Basic/LangOptions.h"
#include "clang/Lex/Lexer.h"
#include "tools/hip/inline_ptx.h"

namespace portolan::hip {
namespace {

struct Word {
  unsigned begin, end;
  std::string text;
};

// Identifiers of the text, in directives and skipped branches too.
std::vector<Word> words_of(const std::string& text) {
  clang::LangOptions language;
  language.CPlusPlus = language.CPlusPlus17 = language.CUDA = true;
  clang::Lexer lexer(clang::SourceLocation(), language, text.data(), text.data(), text.data() + text.size());
  std::vector<Word> words;
  clang::Token token;
  for (lexer.LexFromRawLexer(token); token.isNot(clang::tok::eof); lexer.LexFromRawLexer(token)) {
    if (token.isNot(clang::tok::raw_identifier)) continue;
    // Raw locations count from 1.
    const unsigned end = static_cast<unsigned>(lexer.getBufferLocation() - text.data());
    words.push_back({end - token.getLength(), end, token.getRawIdentifier().str()});
  }
  return words;
}

// Where the first token stands.
unsigned first_token(const std::string& text) {
  clang::LangOptions language;
  clang::Lexer lexer(clang::SourceLocation(), language, text.data(), text.data(), text.data() + text.size());
  clang::Token token;
  lexer.LexFromRawLexer(token);
  return static_cast<unsigned>(lexer.getBufferLocation() - text.data()) - token.getLength();
}

bool looks_like_cuda(const std::string& name) {
  for (const char* prefix : {"cuda", "cublas", "cufft", "curand", "cusparse", "cusolver", "cudnn"})
    if (name.starts_with(prefix) && name.size() > std::string(prefix).size() &&
        isupper(static_cast<unsigned char>(name[std::string(prefix).size()])))
      return true;
  for (const char* prefix :
       {"CUDA_", "CUDART_", "CUBLAS_", "CUFFT_", "CURAND_", "CUSPARSE_", "CU_", "__nv_", "__nvvm_", "nvcuda"})
    if (name.starts_with(prefix)) return true;
  return false;
}

class Rewriter {
 public:
  Rewriter(const FileFacts& facts, const Table& table, const std::string& header)
      : facts_(facts), table_(table), header_(header), words_(words_of(facts.text)) {}

  Rewritten run(bool insert_header) {
    for (const Complaint& c : facts_.complaints) complain(c.offset, c.message);
    note_conversions();
    has_header_ = false;
    std::string text = part({0, static_cast<unsigned>(facts_.text.size())}, true);
    if (insert_header && !has_header_) {
      const unsigned at = first_token(facts_.text);
      text = part({0, at}, false) + "#include \"" + header_ + "\"\n" + text.substr(at);
    }
    std::sort(made_.errors.begin(), made_.errors.end(), [](const Problem& a, const Problem& b) {
      return std::pair(a.line, a.column) < std::pair(b.line, b.column);
    });
    made_.text = std::move(text);
    return std::move(made_);
  }

 private:
  // C++ leaves open what becomes of a float beyond an integer's range. CUDA's and AMD's instructions for 32 bits take
  // the nearest end of it, and 0 for a NaN; of other widths AMD's code gives other numbers than nvcc's.
  void note_conversions() {
    static constexpr const char* kWhat[] = {
        "a float becomes an integer of 32 bits{}: of numbers beyond its range C++ leaves open what comes out. CUDA's "
        "and "
        "AMD's instructions agree, and a compiler may yet go by C++; __float2int_rz and its like have CUDA's numbers "
        "for "
        "sure",
        "a float becomes an integer of 8, 16 or 64 bits{}: of numbers beyond its range (negative ones, where it is "
        "unsigned) "
        "C++ leaves open what comes out, and on AMD it is another number than nvcc's. Limit them before, or write "
        "__float2ll_rz, (unsigned char)__float2uint_rz and their like, which have CUDA's numbers"};
    for (size_t n = 0; n < 2; ++n) {
      const std::set<unsigned>& places = facts_.narrowed[n];
      if (places.empty()) continue;
      std::set<unsigned> lines;
      for (unsigned offset : places) lines.insert(problem(offset, "").line);
      std::string more;
      for (unsigned line : lines)
        if (line != *lines.begin()) more += (more.empty() ? " (lines " : ", ") + std::to_string(line);
      if (!more.empty()) more.replace(0, 7, lines.size() == 2 ? " (and line" : " (and lines"), more += ")";
      std::string text = kWhat[n];
      text.replace(text.find("{}"), 2, more);
      note(*places.begin(), text);
    }
  }
  // A part of the text with its replacements. Operands of assembly are parts of their own.
  std::string part(Range range, bool with_assembly) {
    std::string out;
    unsigned at = range.first;
    const auto copy = [&](unsigned to) { out += facts_.text.substr(at, to - at), at = to; };
    for (auto word = std::lower_bound(words_.begin(), words_.end(), range.first,
                                      [](const Word& w, unsigned offset) { return w.begin < offset; });
         word != words_.end() && word->end <= range.second; ++word) {
      const auto include = facts_.includes.lower_bound(at);
      if (with_assembly && include != facts_.includes.end() && include->first < word->begin) {
        copy(include->first);
        out += replaced(include->second);
        at = include->second.name.second;
      }
      if (word->begin < at) continue;
      copy(word->begin);
      const auto assembly = facts_.assembly.find(word->begin);
      if (with_assembly && assembly != facts_.assembly.end()) {
        out += replaced(assembly->second);
        if (assembly->second.range.second > at) at = assembly->second.range.second;
        continue;
      }
      out += replaced(*word);
      at = word->end;
    }
    // Includes behind the last name of all.
    for (auto include = facts_.includes.lower_bound(at);
         with_assembly && include != facts_.includes.end() && include->first < range.second; ++include) {
      copy(include->first);
      out += replaced(include->second);
      at = include->second.name.second;
    }
    copy(range.second);
    return out;
  }

  std::string replaced(const AsmStatement& statement) {
    const std::string before = facts_.text.substr(
        statement.range.first,
        statement.range.second > statement.range.first ? statement.range.second - statement.range.first : 0);
    // Nothing but a fence for the compiler, which HIP's has too.
    if (statement.problem.empty() && statement.operands.empty() &&
        statement.text.find_first_not_of(" \n\t;") == std::string::npos)
      return before;
    const auto newlines = static_cast<unsigned>(std::count(before.begin(), before.end(), '\n'));
    const size_t line = facts_.text.rfind('\n', statement.range.first) + 1;
    const size_t first = facts_.text.find_first_not_of(" \t", line);
    const auto source = [&](Range r) { return part(r, false); };
    const Lifted lifted = lift(statement, table_, source, newlines, facts_.text.substr(line, first - line));
    if (!lifted.error.empty()) complain(statement.range.first, "inline PTX: " + lifted.error);
    ++made_.assembly;
    // A macro's line breaks have backslashes before them, which a replacement of several lines lacks.
    if (newlines != 0 && before.find("\\\n") != std::string::npos) {
      std::string joined = lifted.text;
      std::replace(joined.begin(), joined.end(), '\n', ' ');
      return joined;
    }
    return lifted.text;
  }

  std::string replaced(const Include& include) {
    const std::string as_it_is = facts_.text.substr(include.name.first, include.name.second - include.name.first);
    if (!include.toolkit) return as_it_is;
    const auto header = table_.header(include.spelled);
    if (!header) {
      complain(include.name.first, "HIP has no counterpart of <" + include.spelled + ">");
      return as_it_is;
    }
    ++made_.names;
    if (!header->checked)
      note(include.name.first,
           "<" + header->text + "> is not installed here: its names are replaced by rule and nothing is compiled");
    if (header->text.starts_with("hiprand/"))
      note(include.name.first,
           "hipRAND's numbers are not cuRAND's for the same seed (XORWOW; of Philox only the words agree)");
    if (header->text != kOwnHeader) return "<" + header->text + ">";
    has_header_ = true;
    return "\"" + header_ + "\"";
  }

  std::string replaced(const Word& word) {
    const bool cuda = facts_.cuda.contains(word.begin), own = facts_.own.contains(word.begin);
    if (own && !cuda) return word.text;
    const bool seen = cuda || !inactive(word.begin);
    const auto name = table_.name(word.text);
    if (!name) {
      if ((cuda && !own) || (!cuda && looks_like_cuda(word.text)))
        complain(word.begin, "HIP has no counterpart of '" + word.text + "'");
      if (!seen && (word.text == "asm" || word.text == "__asm__"))
        complain(word.begin, "inline assembly in a branch that is not compiled here (the source is read for sm_80)");
      return word.text;
    }
    // A name that nobody resolved (a template's, a branch's that is not compiled): only what is CUDA's by its spelling.
    if (!cuda && !looks_like_cuda(word.text) && !word.text.starts_with("__")) return word.text;
    if (name->text == word.text) return word.text;
    if (name->text.starts_with("portolan::"))
      ++made_.warp;
    else
      ++made_.names;
    return name->text;
  }

  bool inactive(unsigned offset) const {
    return std::all_of(facts_.skipped.begin(), facts_.skipped.end(), [&](const std::vector<Range>& ranges) {
      return std::any_of(ranges.begin(), ranges.end(),
                         [&](const Range& r) { return r.first <= offset && offset < r.second; });
    });
  }

  Problem problem(unsigned offset, const std::string& message) const {
    const auto lines = std::count(facts_.text.begin(), facts_.text.begin() + offset, '\n');
    const size_t line = facts_.text.rfind('\n', offset == 0 ? 0 : offset - 1);
    return {static_cast<unsigned>(lines) + 1, offset - static_cast<unsigned>(lines == 0 ? 0 : line + 1) + 1, message};
  }
  void complain(unsigned offset, const std::string& message) { made_.errors.push_back(problem(offset, message)); }
  void note(unsigned offset, const std::string& message) { made_.notes.push_back(problem(offset, message)); }

  const FileFacts& facts_;
  const Table& table_;
  const std::string& header_;
  std::vector<Word> words_;
  bool has_header_ = false;
  Rewritten made_;
};

}  // namespace

Rewritten rewrite(const FileFacts& facts, const Table& table, const std::string& header, bool insert_header) {
  return Rewriter(facts, table, header).run(insert_header);
}

}  // namespace portolan::hip
