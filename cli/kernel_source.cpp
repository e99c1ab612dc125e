#include "cli/kernel_source.h"

#include "cli/input.h"

namespace portolan::cli {

Expected<std::string> ptx_of(const std::filesystem::path& path, const std::string& compiler,
                             const std::vector<std::string>& flags, compile::Lines lines) {
  if (path.extension() == ".ptx") return read_contents(path.string());
  const compile::Compiler which = compiler == "nvcc"    ? compile::Compiler::nvcc
                                  : compiler == "clang" ? compile::Compiler::clang
                                                        : compile::Compiler::any;
  auto compiled = compile::to_ptx(path.string(), which, flags, lines);
  if (!compiled) return compiled.error();
  return std::move(compiled->ptx);
}

}  // namespace portolan::cli
