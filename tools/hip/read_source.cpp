#include "tools/hip/read_source.h"

#include <filesystem>

#include "clang/Frontend/TextDiagnosticPrinter.h"
#include "clang/Tooling/CompilationDatabase.h"

namespace portolan::hip {
namespace {

std::vector<std::string> arguments_of(const ReadOptions& options, const char* side) {
  std::vector<std::string> all = {"-x",
                                  "cuda",
                                  "--cuda-gpu-arch=sm_80",
                                  side,
                                  "-std=c++17",
                                  "-w",
                                  "-fsyntax-only",
                                  "-Wno-unknown-cuda-version",
                                  "-nocudalib",
                                  "-resource-dir",
                                  PORTOLAN_CLANG_RESOURCES};
  if (options.toolkit.empty())
    all.insert(all.end(), {"-nocudainc", "-fdeclspec", "-include", options.own_header, "-I",
                           std::filesystem::path(options.own_header).parent_path().string() + "/without_toolkit"});
  else  // the folder has the header that clang's wrapper wants and CUDA 13 no longer has
    all.insert(all.end(), {"--cuda-path=" + options.toolkit, "-Xclang",
                           "-target-sdk-version=12.3",                     // for launches by cudaLaunchKernel
                           "-isystem", options.toolkit + "/include/cccl",  // where nvcc looks too
                           "-isystem", std::filesystem::path(options.own_header).parent_path().string() + "/toolkit",
                           "-include", "host_functions.h"});
  all.insert(all.end(), options.flags.begin(), options.flags.end());
  return all;
}

}  // namespace

bool read_source(const ReadOptions& options, const char* side, clang::tooling::FrontendActionFactory& factory,
                 std::string& messages) {
  clang::tooling::FixedCompilationDatabase database(".", arguments_of(options, side));
  clang::tooling::ClangTool tool(database, {options.file});
  llvm::raw_string_ostream out(messages);
  llvm::IntrusiveRefCntPtr<clang::DiagnosticOptions> how(new clang::DiagnosticOptions());
  clang::TextDiagnosticPrinter printer(out, how.get());
  tool.setDiagnosticConsumer(&printer);
  tool.setPrintErrorMessage(false);
  return tool.run(&factory) == 0;
}

}  // namespace portolan::hip
