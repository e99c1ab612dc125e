#include "tools/headers/collect.h"

#include <memory>
#include <optional>

#include "clang/AST/ASTConsumer.h"
#include "clang/AST/Attr.h"
#include "clang/AST/Mangle.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendAction.h"
#include "clang/Tooling/CompilationDatabase.h"
#include "clang/Tooling/Tooling.h"
#include "llvm/Support/Path.h"
#include "tools/headers/convert.h"

namespace portolan::headers {
namespace {

std::optional<abi::FormatRole> format_role(const clang::FunctionDecl& function) {
  using Kind = abi::FormatRole::Kind;
  for (const auto* attribute : function.specific_attrs<clang::FormatAttr>()) {
    llvm::StringRef kind = attribute->getType()->getName();
    bool is_printf = kind == "printf" || kind == "gnu_printf", is_scanf = kind == "scanf" || kind == "gnu_scanf";
    if (!is_printf && !is_scanf) continue;
    unsigned first = static_cast<unsigned>(attribute->getFirstArg());
    return abi::FormatRole{is_printf ? Kind::printf : Kind::scanf, static_cast<unsigned>(attribute->getFormatIdx()) - 1,
                           first == 0 ? 0 : first - 1};
  }
  return std::nullopt;
}

std::string symbol_name(const clang::FunctionDecl& function) {
  const auto* label = function.getAttr<clang::AsmLabelAttr>();
  return label ? label->getLabel().str() : function.getNameAsString();
}

class Consumer : public clang::ASTConsumer {
 public:
  explicit Consumer(Collected& collected) : collected_(collected) {}

  void HandleTranslationUnit(clang::ASTContext& context) override {
    Converter converter(context);
    for (const clang::Decl* declaration : context.getTranslationUnitDecl()->decls())
      if (const auto* function = llvm::dyn_cast<clang::FunctionDecl>(declaration)) add(*function, converter, context);
  }

 private:
  void add(const clang::FunctionDecl& function, Converter& converter, const clang::ASTContext& context) {
    std::string name = function.getNameAsString();
    // What clang declares for itself has no place in a header; a later redeclaration carries all attributes.
    if (function.isImplicit() || &function != function.getMostRecentDecl()) return;
    const auto* prototype = function.getType()->getAs<clang::FunctionProtoType>();
    if (prototype == nullptr) {
      collected_.left_out.push_back(name + ": declared without a prototype");
      return;
    }
    converter.take_differing_format();
    std::optional<abi::FunctionType> type = converter.convert_function(*prototype);
    if (!type) {
      collected_.left_out.push_back(name + ": a type that has no portable calling convention");
      return;
    }
    Declared declared{std::move(*type), {}, {}};
    declared.type.noreturn |= function.isNoReturn();
    declared.type.format = format_role(function);
    for (size_t i = 0; i < prototype->getNumParams(); ++i) {
      // The declaration's own parameters keep typedefs that merged function types lose.
      clang::QualType spelled = function.getParamDecl(static_cast<unsigned>(i))->getType();
      declared.type.parameters[i] = converter.convert(spelled).value_or(declared.type.parameters[i]);
      declared.reach.push_back(reach(spelled, converter));
    }
    declared.reach.push_back(reach(prototype->getReturnType(), converter));
    declared.type.abi_differs = converter.take_differing_format();
    clang::SourceLocation location = context.getSourceManager().getExpansionLoc(function.getLocation());
    declared.header = llvm::sys::path::filename(context.getSourceManager().getFilename(location)).str();
    keep(name, declared);
    if (std::string symbol = symbol_name(function); symbol != name) keep(symbol, declared);
  }

  // va_list itself as a parameter is no difference: its own type says so.
  static std::string reach(clang::QualType type, Converter& converter) {
    std::optional<abi::Type> converted = converter.convert(type);
    return converted && converted->kind == abi::TypeKind::va_list ? "va_list" : converter.reach(type);
  }

  // glibc declares some symbols twice, once under another name; a format stated once is not lost.
  void keep(const std::string& symbol, const Declared& declared) {
    auto [entry, added] = collected_.functions.try_emplace(symbol, declared);
    if (!added && !entry->second.type.format) entry->second.type.format = declared.type.format;
  }

  Collected& collected_;
};

class Action : public clang::ASTFrontendAction {
 public:
  explicit Action(Collected& collected) : collected_(collected) {}
  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance&, llvm::StringRef) override {
    return std::make_unique<Consumer>(collected_);
  }

 private:
  Collected& collected_;
};

class Factory : public clang::tooling::FrontendActionFactory {
 public:
  explicit Factory(Collected& collected) : collected_(collected) {}
  std::unique_ptr<clang::FrontendAction> create() override { return std::make_unique<Action>(collected_); }

 private:
  Collected& collected_;
};

std::string triple(Isa isa) {
  return isa == Isa::x86_64 ? "x86_64-linux-gnu" : isa == Isa::aarch64 ? "aarch64-linux-gnu" : "riscv64-linux-gnu";
}

}  // namespace

Collected collect(const std::string& header, Isa isa, const std::vector<std::string>& compiler_arguments, bool quiet) {
  std::vector<std::string> arguments = {"-x",
                                        "c",
                                        "-std=gnu17",
                                        "--target=" + triple(isa),
                                        "-w",
                                        "-fno-caret-diagnostics",
                                        "-fsyntax-only",
                                        "-resource-dir",
                                        PORTOLAN_CLANG_RESOURCES};
  arguments.insert(arguments.end(), compiler_arguments.begin(), compiler_arguments.end());
  clang::tooling::FixedCompilationDatabase database(".", arguments);
  clang::tooling::ClangTool tool(database, {header});
  tool.setPrintErrorMessage(!quiet);
  clang::IgnoringDiagConsumer ignore;
  if (quiet) tool.setDiagnosticConsumer(&ignore);
  Collected collected;
  Factory factory(collected);
  collected.failed = tool.run(&factory) != 0;
  return collected;
}

}  // namespace portolan::headers
