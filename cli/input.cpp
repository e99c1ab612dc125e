#include "cli/input.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "frontends/asm/reader.h"
#include "verify/tester.h"

namespace portolan::cli {
namespace {

Expected<std::string> contents_of(const std::string& path) {
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

}  // namespace

Expected<emulate::Object> InputFile::object() const {
  if (unit->from_object) return emulate::Object(contents.begin(), contents.end());
  return verify::object_of_text(isa(), contents, path);
}

bool InputFile::has_errors() const {
  return std::any_of(unit->diagnostics.begin(), unit->diagnostics.end(),
                     [](const Diagnostic& d) { return d.severity == Severity::error; });
}

Expected<InputFile> read_input(const std::string& path, const std::string& isa, const std::string& option) {
  assembly::ReadOptions read;
  if (!isa.empty()) {
    read.isa = isa_from_string(isa);
    if (!read.isa)
      return error_at({}, fmt::format("{}: unknown instruction set '{}'; known: x86-64 aarch64 riscv64", option, isa));
  }
  Expected<std::string> contents = contents_of(path);
  if (!contents) return contents.error();
  InputFile file;
  file.path = path == "-" ? "<stdin>" : path;
  file.contents = std::move(*contents);
  Expected<assembly::Unit> unit = assembly::read_unit(file.contents, file.path, read);
  if (!unit) return unit.error();
  file.unit = std::make_unique<assembly::Unit>(std::move(*unit));
  file.index = std::make_unique<assembly::CodeIndex>(*file.unit);
  return file;
}

}  // namespace portolan::cli
