// The table from HIP's headers. What HIP declares comes from clang's reading of them as HIP source for AMD; how CUDA's
// names lead there from the text of HIP's headers for NVIDIA, which define each of HIP's names by CUDA's. The latter
// are not compiled: that would take CUDA's own headers, and those of CUDA 13 do not fit them.
#include "tools/hip/derive.h"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <vector>

#include "clang/AST/ASTConsumer.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendAction.h"
#include "clang/Lex/Lexer.h"
#include "clang/Lex/Preprocessor.h"
#include "clang/Tooling/CompilationDatabase.h"
#include "clang/Tooling/Tooling.h"

namespace portolan::hip {
namespace {

namespace fs = std::filesystem;

class Names : public clang::RecursiveASTVisitor<Names> {
 public:
  Names(Table& table, const std::string& own, const clang::SourceManager& sources)
      : table_(table), own_(own), sources_(sources) {}
  bool shouldVisitTemplateInstantiations() const { return false; }

  bool VisitNamedDecl(clang::NamedDecl* declaration) {
    if (!declaration->getIdentifier() || llvm::isa<clang::ParmVarDecl>(declaration)) return true;
    const auto* variable = llvm::dyn_cast<clang::VarDecl>(declaration);
    if (variable && variable->isLocalVarDecl()) return true;
    const std::string name = declaration->getNameAsString();
    const std::string scope = scope_of(*declaration);
    const bool ours = sources_.getFilename(sources_.getExpansionLoc(declaration->getLocation())).starts_with(own_);
    if (!ours || scope.empty() || scope.starts_with("cooperative_groups") || scope.starts_with("nvcuda") ||
        scope == "portolan::fp8::Number" || scope == "portolan::fp8::Pair" || scope == "portolan::fp8::Four")
      table_.declared.insert(name);
    if (ours && scope == "portolan") table_.supplied.insert(name);
    if (ours && scope == "portolan::ptx") table_.instructions.insert(name);
    return true;
  }

 private:
  static std::string scope_of(const clang::NamedDecl& declaration) {
    // Of an enumerator, what holds its enumeration.
    const auto* scope = llvm::dyn_cast<clang::NamedDecl>(declaration.getDeclContext()->getRedeclContext());
    return scope ? scope->getQualifiedNameAsString() : "";
  }
  Table& table_;
  const std::string& own_;
  const clang::SourceManager& sources_;
};

// Names that somebody else's headers declare by chance do no harm: only those that CUDA declares are ever looked up.
class Consumer : public clang::ASTConsumer {
 public:
  Consumer(Table& table, const std::string& own, clang::Preprocessor& preprocessor)
      : table_(table), own_(own), preprocessor_(preprocessor) {}
  void HandleTranslationUnit(clang::ASTContext& context) override {
    Names(table_, own_, context.getSourceManager()).TraverseDecl(context.getTranslationUnitDecl());
    for (const auto& macro : preprocessor_.macros())
      if (const clang::MacroInfo* info = preprocessor_.getMacroInfo(macro.first); info && !info->isBuiltinMacro())
        table_.declared.insert(macro.first->getName().str());
  }

 private:
  Table& table_;
  const std::string& own_;
  clang::Preprocessor& preprocessor_;
};

class Action : public clang::ASTFrontendAction {
 public:
  Action(Table& table, const std::string& own) : table_(table), own_(own) {}
  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance& compiler, llvm::StringRef) override {
    return std::make_unique<Consumer>(table_, own_, compiler.getPreprocessor());
  }

 private:
  Table& table_;
  const std::string& own_;
};

struct Factory : clang::tooling::FrontendActionFactory {
  Factory(Table& table, const std::string& own) : table(table), own(own) {}
  std::unique_ptr<clang::FrontendAction> create() override { return std::make_unique<Action>(table, own); }
  Table& table;
  const std::string& own;
};

bool declared_names(const std::string& include, const std::string& own, Table& table) {
  std::string text = "#include <hip/hip_runtime.h>\n#include <hip/hip_fp16.h>\n#include <hip/hip_complex.h>\n";
  for (const char* more : {"hip/library_types.h", "hip/hip_bf16.h", "hiprand/hiprand.h", "hiprand/hiprand_kernel.h",
                           "hipsparse/hipsparse.h", "hipblas/hipblas.h", "hipfft/hipfft.h"})
    if (fs::exists(fs::path(include) / more)) text += std::string("#include <") + more + ">\n";
  text += "#include \"" + own + "/portolan_hip.h\"\n";
  const std::vector<std::string> arguments = {"-x",
                                              "hip",
                                              "--offload-arch=gfx90a",
                                              "--cuda-device-only",
                                              "-std=c++17",
                                              "-w",
                                              "-nogpuinc",
                                              "-nogpulib",
                                              "-fsyntax-only",
                                              "-D__HIP_PLATFORM_AMD__",
                                              "-idirafter",
                                              include,
                                              "-include",
                                              "__clang_hip_runtime_wrapper.h",
                                              "-resource-dir",
                                              PORTOLAN_CLANG_RESOURCES};
  clang::tooling::FixedCompilationDatabase database(".", arguments);
  clang::tooling::ClangTool tool(database, {"portolan_names.hip"});
  tool.mapVirtualFile((fs::current_path() / "portolan_names.hip").string(), text);
  tool.mapVirtualFile("portolan_names.hip", text);
  Factory factory(table, own);
  return tool.run(&factory) == 0;
}

std::vector<std::string> words_of(const std::string& path) {
  std::ifstream file(path);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  clang::LangOptions language;
  language.CPlusPlus = true;
  clang::Lexer lexer(clang::SourceLocation(), language, text.data(), text.data(), text.data() + text.size());
  std::vector<std::string> words;
  clang::Token token;
  do {
    lexer.LexFromRawLexer(token);
    words.push_back(
        token.is(clang::tok::raw_identifier)                      ? token.getRawIdentifier().str()
        : token.is(clang::tok::hash) && token.isAtStartOfLine()   ? "#line"
        : token.isOneOf(clang::tok::l_paren, clang::tok::r_paren) ? (token.is(clang::tok::l_paren) ? "(" : ")")
        : token.isOneOf(clang::tok::l_brace, clang::tok::r_brace) ? (token.is(clang::tok::l_brace) ? "{" : "}")
        : token.is(clang::tok::semi)                              ? ";"
        : token.is(clang::tok::colon)                             ? ":"
                                                                  : "?");
  } while (token.isNot(clang::tok::eof));
  return words;
}

bool is_cuda(const std::string& word) {
  const auto capital = [&](size_t n) {
    return word.size() > n && ((word[n] >= 'A' && word[n] <= 'Z') || word[n] == '_');
  };
  return (word.starts_with("cuda") && capital(4)) || (word.starts_with("cu") && capital(2)) ||
         (word.starts_with("CU") && capital(2));
}
bool is_hip(const std::string& word) {
  return word.starts_with("hip") || word.starts_with("HIP");
}

// #define hipX cudaX; typedef … cudaX hipX; case cudaX: return hipX; case hipX: v = cudaX; and a function hipX by the
// first of CUDA's that it calls.
void pairs(const std::vector<std::string>& words, Table& table) {
  std::string function;
  int depth = 0;
  const auto keep = [&](const std::string& cuda, const std::string& hip) { table.paired.emplace(cuda, hip); };
  for (size_t n = 0; n + 4 < words.size(); ++n) {
    const std::string& w = words[n];
    if (w == "#line" && words[n + 1] == "define" && is_hip(words[n + 2]) && is_cuda(words[n + 3]))
      keep(words[n + 3], words[n + 2]);
    if (w == "case" && is_cuda(words[n + 1]) && words[n + 2] == ":" && words[n + 3] == "return" && is_hip(words[n + 4]))
      keep(words[n + 1], words[n + 4]);
    if (w == "case" && is_hip(words[n + 1]) && n + 6 < words.size() && words[n + 4] == "?" && is_cuda(words[n + 5]) &&
        words[n + 6] == ";")
      keep(words[n + 5], words[n + 1]);
    if (is_cuda(w) && is_hip(words[n + 1]) && words[n + 2] == ";") keep(w, words[n + 1]);
    // A type that HIP's headers name, and whose own name has an ending more.
    if (is_cuda(w) && w.starts_with("cuda") && table.declared.contains("hip" + w.substr(4) + "_t"))
      keep(w, "hip" + w.substr(4) + "_t");
    if (w == "{") ++depth;
    if (w == "}" && --depth <= 0) depth = 0, function.clear();
    // In C's linkage block, functions stand at depth 1.
    const std::string before = n == 0 ? "" : words[n - 1];
    const bool declarator = before == "?" ? function.empty() : before != "return" && before != "(" && before != ";";
    if (depth <= 1 && is_hip(w) && words[n + 1] == "(" && declarator) function = w;
    if (!function.empty() && is_cuda(w) && words[n + 1] == "(") keep(w, function);
  }
}

}  // namespace

std::optional<Table> derive(const std::string& include, const std::string& own) {
  Table table;
  if (!declared_names(include, own, table)) return std::nullopt;
  std::error_code error;
  for (const auto& file : fs::directory_iterator(fs::path(include) / "hip" / "nvidia_detail", error))
    pairs(words_of(file.path().string()), table);
  for (const char* folder : {"hip", "hipblas", "hipfft", "hiprand", "hipsparse", "hipcub", "rocprim", "thrust"})
    for (const auto& file : fs::directory_iterator(fs::path(include) / folder, error))
      if (file.is_regular_file()) table.headers.insert(std::string(folder) + "/" + file.path().filename().string());
  std::erase_if(table.paired, [&](const auto& pair) { return !table.declared.contains(pair.second); });
  return table;
}

}  // namespace portolan::hip
