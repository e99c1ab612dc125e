#include "frontends/asm/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "frontends/asm/detect.h"
#include "frontends/asm/object_reader.h"
#include "frontends/asm/text_reader.h"

namespace portolan::assembly {
namespace {

constexpr size_t kTrialBytes = 64 << 10;

Diagnostic failure(const std::string& name, std::string message) {
  return error_at({name, 0, 0}, std::move(message));
}

// A known kind of file that is not ours, by its first bytes.
std::string_view foreign_format(std::string_view contents) {
  struct Magic {
    std::string_view bytes, name;
  };
  static constexpr Magic kMagics[] = {
      {"!<arch>\n", "an archive: extract its members first"},
      {"BC\xC0\xDE", "LLVM bitcode: compile it to assembly first"},
      {"MZ", "a Windows program"},
      {"\xCF\xFA\xED\xFE", "a Mach-O object"},
      {"\x1F\x8B", "compressed"},
      {"\x28\xB5\x2F\xFD", "compressed"},
  };
  for (const Magic& magic : kMagics)
    if (contents.starts_with(magic.bytes)) return magic.name;
  return {};
}

// Text that no rule of thumb decides is read as each CPU's; the only one without errors is right.
std::optional<Isa> isa_by_trial(std::string_view text, const std::vector<Isa>& candidates) {
  if (text.size() > kTrialBytes) {
    size_t end = text.rfind('\n', kTrialBytes);
    text = text.substr(0, end == std::string_view::npos ? kTrialBytes : end + 1);
  }
  std::optional<Isa> best;
  size_t fewest = SIZE_MAX;
  bool tie = false;
  for (Isa isa : candidates) {
    Unit unit = read_text(text, "", isa);
    size_t errors = unit.unread.size();
    bool has_code = std::any_of(unit.sections.begin(), unit.sections.end(),
                                [](const Section& s) { return !s.instructions.empty(); });
    if (errors < fewest) {
      fewest = errors, best = isa, tie = !has_code;
    } else if (errors == fewest) {
      tie = true;
    }
  }
  return tie ? std::nullopt : best;
}

// LLVM's expression parsers recurse for each parenthesis and each sign: a line that nests thousands of them, which no
// person and no compiler writes, would overflow the stack. The first such line, or 0.
uint32_t overly_nested_line(std::string_view text) {
  constexpr unsigned kMaxNesting = 2000;
  uint32_t line = 1;
  unsigned open = 0, signs = 0;
  for (char c : text) {
    if (c == '\n') {
      ++line, open = signs = 0;
    } else if (c == '(' || c == '[' || c == '{') {
      ++open;
    } else if (c == ')' || c == ']' || c == '}') {
      open -= open != 0;
    } else if (c == '-' || c == '+' || c == '~' || c == '!') {
      ++signs;
    } else if (c != ' ' && c != '\t') {
      signs = 0;
    }
    if (open + signs > kMaxNesting) return line;
  }
  return 0;
}

// clang shows each character constant in a comment behind it, a NUL as itself. Anywhere else one is in no text.
bool has_stray_nul(std::string_view text) {
  for (size_t at = text.find('\0'); at != std::string_view::npos; at = text.find('\0', at + 1)) {
    const size_t newline = text.rfind('\n', at), begin = newline == std::string_view::npos ? 0 : newline + 1;
    const std::string_view before = text.substr(begin, at - begin);
    if (before.find("//") == std::string_view::npos && before.find('#') == std::string_view::npos) return true;
  }
  return false;
}

Expected<Unit> read_any_text(std::string_view contents, const std::string& name, std::optional<Isa> isa) {
  if (has_stray_nul(contents)) return failure(name, "neither assembler text nor an ELF object (it has NUL bytes)");
  if (contents.find_first_not_of(" \t\r\n") == std::string_view::npos) return failure(name, "the file is empty");
  if (uint32_t line = overly_nested_line(contents))
    return error_at({name, line, 1}, "too many parentheses or signs on one line");
  if (!isa) {
    std::vector<Isa> candidates = likely_isas(contents);
    isa = candidates.size() == 1 ? candidates[0] : isa_by_trial(contents, candidates);
  }
  if (!isa)
    return failure(name, "cannot tell which CPU this assembly is for: say so with --from x86-64, aarch64 or riscv64");
  return read_text(contents, name, *isa);
}

Expected<std::string> contents_of(std::FILE* file, const std::string& name) {
  std::string contents;
  std::unique_ptr<char[]> buffer(new char[1 << 20]);
  size_t got;
  while ((got = std::fread(buffer.get(), 1, 1 << 20, file)) > 0) contents.append(buffer.get(), got);
  if (std::ferror(file)) return failure(name, fmt::format("cannot read: {}", std::strerror(errno)));
  return contents;
}

}  // namespace

Expected<Unit> read_unit(std::string_view contents, const std::string& name, const ReadOptions& options) {
  if (contents.empty()) return failure(name, "the file is empty");
  if (std::string_view foreign = foreign_format(contents); !foreign.empty())
    return failure(name, fmt::format("this is no assembly: it is {}", foreign));
  if (!is_elf(contents)) return read_any_text(contents, name, options.isa);
  Expected<Unit> unit = read_object(contents, name, options.isa);
  if (unit && options.cross_check)
    for (Diagnostic& d : options.cross_check(*unit)) unit->diagnostics.push_back(std::move(d));
  return unit;
}

Expected<Unit> read_unit_from_file(const std::string& path, const ReadOptions& options) {
  if (path == "-") {
    Expected<std::string> contents = contents_of(stdin, "<stdin>");
    if (!contents) return contents.error();
    return read_unit(*contents, "<stdin>", options);
  }
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) return failure(path, fmt::format("cannot open: {}", std::strerror(errno)));
  Expected<std::string> contents = contents_of(file.get(), path);
  if (!contents) return contents.error();
  return read_unit(*contents, path, options);
}

}  // namespace portolan::assembly
