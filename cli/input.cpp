#include "cli/input.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <set>
#include <sstream>

#include "frontends/asm/reader.h"
#include "frontends/entry_labels.h"
#include "verify/tester.h"

namespace portolan::cli {
Expected<std::string> read_contents(const std::string& path) {
  const bool standard = path == "-";
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(standard ? nullptr : std::fopen(path.c_str(), "rb"),
                                                       std::fclose);
  if (!standard && !file) return error_at({path, 0, 0}, fmt::format("cannot open: {}", std::strerror(errno)));
  std::FILE* stream = standard ? stdin : file.get();
  std::string contents;
  std::vector<char> buffer(1 << 20);
  while (const size_t got = std::fread(buffer.data(), 1, buffer.size(), stream)) contents.append(buffer.data(), got);
  if (std::ferror(stream)) return error_at({path, 0, 0}, fmt::format("cannot read: {}", std::strerror(errno)));
  return contents;
}

namespace {

// The text with something that traps in place of each line of code that could not be read: its function is refused, and
// the others can be run all the same.
std::string readable_text(const InputFile& file) {
  const std::string_view trap = file.isa() == Isa::x86_64 ? "ud2" : file.isa() == Isa::aarch64 ? "udf #0" : "unimp";
  std::set<uint32_t> traps;
  for (const assembly::UnreadLine& u : file.unit->unread)
    if (file.unit->sections[u.section].executable) traps.insert(u.line);
  std::string text;
  std::istringstream lines(file.contents);
  uint32_t number = 0;
  for (std::string line; std::getline(lines, line);)
    text.append(traps.contains(++number) ? trap : std::string_view(line)).push_back('\n');
  return text;
}

}  // namespace

Expected<emulate::Object> InputFile::object() const {
  if (unit->from_object) return emulate::Object(contents.begin(), contents.end());
  return verify::object_of_text(isa(), unit->unread.empty() ? contents : readable_text(*this), path);
}

bool InputFile::has_errors() const {
  return std::any_of(unit->diagnostics.begin(), unit->diagnostics.end(),
                     [](const Diagnostic& d) { return d.severity == Severity::error; });
}

Expected<InputFile> read_input(const std::string& path, const std::string& isa, const std::string& option) {
  std::optional<Isa> known;
  if (!isa.empty()) {
    known = isa_from_string(isa);
    if (!known)
      return error_at({}, fmt::format("{}: unknown instruction set '{}'; known: x86-64 aarch64 riscv64", option, isa));
  }
  Expected<std::string> contents = read_contents(path);
  if (!contents) return contents.error();
  return input_of_text(path == "-" ? "<stdin>" : path, std::move(*contents), known);
}

Expected<InputFile> input_of_text(const std::string& path, std::string contents, std::optional<Isa> isa) {
  assembly::ReadOptions read;
  read.isa = isa;
  InputFile file;
  file.path = path;
  file.contents = std::move(contents);
  Expected<assembly::Unit> unit = assembly::read_unit(file.contents, file.path, read);
  if (!unit) return unit.error();
  file.unit = std::make_unique<assembly::Unit>(std::move(*unit));
  frontends::mark_entry_labels(*file.unit);
  file.index = std::make_unique<assembly::CodeIndex>(*file.unit);
  return file;
}

}  // namespace portolan::cli
