#include "tools/hip/launches.h"

#include "clang/AST/ASTConsumer.h"
#include "clang/AST/Mangle.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendAction.h"
#include "clang/Lex/Lexer.h"
#include "tools/hip/host_code.h"
#include "tools/hip/parameter_type.h"
#include "tools/hip/read_source.h"

namespace portolan::hip {
namespace {

bool is_device_code(const clang::Decl* d) {
  return d->hasAttr<clang::CUDAGlobalAttr>() || d->hasAttr<clang::CUDADeviceAttr>() ||
         d->hasAttr<clang::CUDAConstantAttr>();
}

// Of one function or variable of the device.
class DeviceCode : public clang::RecursiveASTVisitor<DeviceCode> {
 public:
  DeviceCode(const clang::ASTContext& context, DeviceNames& names) : context_(context), names_(names) {}
  bool VisitExpr(clang::Expr* e) {
    const clang::SourceManager& sources = context_.getSourceManager();
    for (clang::SourceLocation at = e->getBeginLoc(); at.isMacroID(); at = sources.getImmediateMacroCallerLoc(at))
      names_.macros.insert(clang::Lexer::getImmediateMacroName(at, sources, context_.getLangOpts()).str());
    return true;
  }
  bool VisitDeclRefExpr(clang::DeclRefExpr* e) {
    if (const auto* d = llvm::dyn_cast<clang::VarDecl>(e->getDecl()); d && d->hasGlobalStorage())
      names_.constants.insert(d->getCanonicalDecl());
    return true;
  }

 private:
  const clang::ASTContext& context_;
  DeviceNames& names_;
};

class Visitor : public clang::RecursiveASTVisitor<Visitor> {
 public:
  explicit Visitor(const clang::ASTContext& context) : context_(context) {}
  bool shouldVisitTemplateInstantiations() const { return true; }
  bool VisitFunctionDecl(clang::FunctionDecl* f) {
    if (f->isDependentContext()) return true;
    if (f->hasAttr<clang::CUDAGlobalAttr>()) kernels.push_back(f);
    if (is_device_code(f) && f->getBody()) DeviceCode(context_, names).TraverseStmt(f->getBody());
    if (!is_device_code(f) && f->isThisDeclarationADefinition()) host.push_back(f);
    return true;
  }
  bool VisitVarDecl(clang::VarDecl* d) {
    if (is_device_code(d)) DeviceCode(context_, names).TraverseVarDecl(d);
    return true;
  }
  DeviceNames names;
  std::vector<const clang::FunctionDecl*> kernels, host;

 private:
  const clang::ASTContext& context_;
};

llvm::json::Value formula(const HostValue& v) {
  if (v.kind != HostValue::number || !v.count.valid()) return nullptr;
  return v.count.text();
}

class Writer {
 public:
  Writer(clang::ASTContext& context, const HostCode& code)
      : context_(context),
        code_(code),
        mangling_(clang::ItaniumMangleContext::create(context, context.getDiagnostics())) {}

  llvm::json::Object kernel(const clang::FunctionDecl* f) {
    llvm::json::Array parameters;
    for (const clang::ParmVarDecl* p : f->parameters()) {
      const ParameterType type = parameter_type(context_, p->getType());
      parameters.push_back(llvm::json::Object{{"name", p->getNameAsString()},
                                              {"type", type.text},
                                              {"element", type.element},
                                              {"why", type.why},
                                              {"count", type.count},
                                              {"pointer", type.pointer},
                                              {"constant", type.constant},
                                              {"truth", type.truth}});
    }
    return llvm::json::Object{{"name", name_of(f)}, {"parameters", std::move(parameters)}};
  }

  llvm::json::Object launch(const HostLaunch& one) {
    std::vector<Count> used;
    const auto take = [&](const HostValue& v) {
      if (v.kind == HostValue::number && v.count.valid()) used.push_back(v.count);
      return formula(v);
    };
    llvm::json::Array grid, block, arguments;
    for (const HostValue& v : one.grid) grid.push_back(take(v));
    for (const HostValue& v : one.block) block.push_back(take(v));
    llvm::json::Value shared = take(one.shared);
    for (unsigned n = 0; n < one.kernel->getNumParams(); ++n)
      arguments.push_back(n < one.arguments.size() ? argument(one.arguments[n], one.kernel->getParamDecl(n), used)
                                                   : nullptr);
    return llvm::json::Object{
        {"kernel", name_of(one.kernel)},     {"file", one.file},          {"line", one.line},
        {"grid", std::move(grid)},           {"block", std::move(block)}, {"shared", std::move(shared)},
        {"arguments", std::move(arguments)}, {"sizes", sizes(used)}};
  }

 private:
  // The kernel's own, not that of the function of the host that launches it.
  std::string name_of(const clang::FunctionDecl* f) {
    if (!mangling_->shouldMangleDeclName(f)) return f->getNameAsString();
    std::string name;
    llvm::raw_string_ostream out(name);
    mangling_->mangleName(clang::GlobalDecl(f, clang::KernelReferenceKind::Kernel), out);
    return name;
  }
  llvm::json::Value argument(const HostValue& v, const clang::ParmVarDecl* parameter, std::vector<Count>& used) {
    const ParameterType type = parameter_type(context_, parameter->getType());
    if (v.kind == HostValue::real && !type.pointer) return llvm::json::Object{{"real", v.value}};
    if (v.kind == HostValue::number && !type.pointer) {
      used.push_back(v.count);
      return llvm::json::Object{{"value", v.count.text()}};
    }
    if (v.kind != HostValue::device || !type.pointer || type.bytes == 0) return nullptr;
    const Count elements = Count::quotient(v.count, Count(static_cast<int64_t>(type.bytes))) * Count(type.count);
    if (!elements.valid()) return nullptr;
    used.push_back(elements);
    return llvm::json::Object{{"elements", elements.text()}};
  }

  llvm::json::Object sizes(const std::vector<Count>& used) {
    llvm::json::Object all;
    std::map<std::string, int64_t> divided;
    for (const Count& c : used)
      for (const auto& [name, by] : c.divided()) divided[name] = std::max(divided[name], by);
    for (const Count& c : used)
      for (const std::string& name : c.sizes()) {
        const HostSize& size = code_.sizes().at(name);
        llvm::json::Object one{{"values", llvm::json::Array(size.values)}, {"why", size.why}};
        if (size.value) one["value"] = *size.value;
        if (divided.contains(name)) one["divided"] = divided[name];
        all[name] = std::move(one);
      }
    return all;
  }

  clang::ASTContext& context_;
  const HostCode& code_;
  std::unique_ptr<clang::MangleContext> mangling_;
};

class Consumer : public clang::ASTConsumer {
 public:
  explicit Consumer(llvm::json::Object& report) : report_(report) {}
  void HandleTranslationUnit(clang::ASTContext& context) override {
    Visitor visitor(context);
    for (clang::Decl* d : context.getTranslationUnitDecl()->decls())
      if (!context.getSourceManager().isInSystemHeader(context.getSourceManager().getExpansionLoc(d->getLocation())))
        visitor.TraverseDecl(d);
    HostCode code(context, visitor.names);
    // What main reaches is read with main's numbers; what it doesn't reach, by itself.
    for (const bool main : {true, false})
      for (const clang::FunctionDecl* f : visitor.host)
        if (f->isMain() == main && code.has_new_launches(f)) code.run(f);
    Writer writer(context, code);
    llvm::json::Array kernels, launches;
    for (const clang::FunctionDecl* f : visitor.kernels) kernels.push_back(writer.kernel(f));
    for (const HostLaunch& one : code.launches()) launches.push_back(writer.launch(one));
    report_["kernels"] = std::move(kernels);
    report_["launches"] = std::move(launches);
  }

 private:
  llvm::json::Object& report_;
};

class Action : public clang::ASTFrontendAction {
 public:
  explicit Action(llvm::json::Object& report) : report_(report) {}
  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance&, llvm::StringRef) override {
    return std::make_unique<Consumer>(report_);
  }

 private:
  llvm::json::Object& report_;
};

struct Factory : clang::tooling::FrontendActionFactory {
  explicit Factory(llvm::json::Object& report) : report(report) {}
  std::unique_ptr<clang::FrontendAction> create() override { return std::make_unique<Action>(report); }
  llvm::json::Object& report;
};

}  // namespace

llvm::json::Object read_launches(const ReadOptions& options) {
  llvm::json::Object report;
  Factory factory(report);
  std::string messages;
  report["unreadable"] = !read_source(options, "--cuda-host-only", factory, messages);
  report["messages"] = messages;
  return report;
}

}  // namespace portolan::hip
