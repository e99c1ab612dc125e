#include "tools/hip/facts.h"

#include <memory>

#include "clang/AST/ASTConsumer.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendAction.h"
#include "clang/Lex/Lexer.h"
#include "clang/Lex/PPCallbacks.h"
#include "clang/Lex/Preprocessor.h"
#include "clang/Tooling/Tooling.h"
#include "tools/hip/places.h"
#include "tools/hip/read_source.h"

namespace portolan::hip {
namespace {

using clang::SourceLocation;

// Threads of a port count in warps of 32, whatever the device answers.
constexpr const char* kNoWidth = "a port has warps of 32 lanes on every device; write 32 for the device's warp size";

constexpr const char* kManaged =
    "variables that are __managed__ are not carried over; get the memory by cudaMallocManaged and hand its address to "
    "the "
    "kernels";
constexpr const char* kLibrary =
    "libcu++ (cuda::…) has no counterpart in HIP 5.2.3; write atomicAdd, __threadfence, __syncthreads and their like";

// Floats that become integers, in the code of one function.
class Conversions : public clang::RecursiveASTVisitor<Conversions> {
 public:
  Conversions(Places& places, const clang::ASTContext& context) : places_(places), context_(context) {}
  bool VisitCastExpr(clang::CastExpr* e) {
    clang::Expr::EvalResult known;
    if (e->getCastKind() == clang::CK_FloatingToIntegral && !e->isValueDependent() &&
        !e->EvaluateAsRValue(known, context_))
      places_.narrowed(e->getExprLoc(), context_.getTypeSize(e->getType()) != 32);
    return true;
  }

 private:
  Places& places_;
  const clang::ASTContext& context_;
};

class Visitor : public clang::RecursiveASTVisitor<Visitor> {
 public:
  Visitor(Places& places, clang::ASTContext& context) : places_(places), context_(context) {}
  // An instantiation tells what a dependent name is.
  bool shouldVisitTemplateInstantiations() const { return true; }

  bool VisitNamedDecl(clang::NamedDecl* d) {
    if (d->getIdentifier()) places_.own(d->getLocation());
    return true;
  }
  bool VisitDeclRefExpr(clang::DeclRefExpr* e) {
    const std::string name = llvm::isa<clang::EnumConstantDecl>(e->getDecl()) ? e->getDecl()->getNameAsString() : "";
    if (name == "cudaDevAttrWarpSize" || name == "CU_DEVICE_ATTRIBUTE_WARP_SIZE")
      places_.complain(e->getLocation(), kNoWidth);
    return use(e->getLocation(), e->getDecl());
  }
  bool VisitMemberExpr(clang::MemberExpr* e) {
    if (e->getMemberDecl()->getNameAsString() == "warpSize" &&
        places_.is_cuda(e->getMemberDecl()->getLocation(), "warpSize"))
      places_.complain(e->getMemberLoc(), kNoWidth);
    return use(e->getMemberLoc(), e->getMemberDecl());
  }
  bool VisitMSPropertyRefExpr(clang::MSPropertyRefExpr* e) { return use(e->getMemberLoc(), e->getPropertyDecl()); }
  bool VisitOverloadExpr(clang::OverloadExpr* e) {
    for (const clang::NamedDecl* d : e->decls()) use(e->getNameLoc(), d);
    return true;
  }
  bool VisitTypedefTypeLoc(clang::TypedefTypeLoc t) { return use(t.getNameLoc(), t.getTypedefNameDecl()); }
  bool VisitUsingTypeLoc(clang::UsingTypeLoc t) { return use(t.getNameLoc(), t.getFoundDecl()); }
  bool VisitTagTypeLoc(clang::TagTypeLoc t) { return use(t.getNameLoc(), t.getDecl()); }
  bool VisitTemplateSpecializationTypeLoc(clang::TemplateSpecializationTypeLoc t) {
    return use(t.getTemplateNameLoc(), t.getTypePtr()->getTemplateName().getAsTemplateDecl());
  }
  bool TraverseNestedNameSpecifierLoc(clang::NestedNameSpecifierLoc n) {
    if (n) {
      const auto* specifier = n.getNestedNameSpecifier();
      if (const clang::NamespaceDecl* space = specifier->getAsNamespace()) use(n.getLocalBeginLoc(), space);
      if (const clang::NamespaceAliasDecl* alias = specifier->getAsNamespaceAlias()) use(n.getLocalBeginLoc(), alias);
    }
    return RecursiveASTVisitor::TraverseNestedNameSpecifierLoc(n);
  }
  bool VisitUsingDirectiveDecl(clang::UsingDirectiveDecl* d) {
    return use(d->getIdentLocation(), d->getNominatedNamespaceAsWritten());
  }
  bool VisitNamespaceAliasDecl(clang::NamespaceAliasDecl* d) {
    return use(d->getTargetNameLoc(), d->getAliasedNamespace());
  }
  bool VisitFunctionDecl(clang::FunctionDecl* f) {
    const bool device = f->hasAttr<clang::CUDAGlobalAttr>() || f->hasAttr<clang::CUDADeviceAttr>();
    if (device && !f->isDependentContext() && f->doesThisDeclarationHaveABody())
      Conversions(places_, context_).TraverseStmt(f->getBody());
    return true;
  }
  bool VisitGCCAsmStmt(clang::GCCAsmStmt* statement) {
    places_.assembly(*statement, context_);
    return true;
  }

 private:
  // Thrust's and CUB's names are the same in HIP's libraries, but for CUB's namespace; clang's headers for CUDA declare
  // some of the standard library's.
  static bool has_its_name(const clang::NamedDecl* declaration) {
    const clang::NamespaceDecl* outermost = nullptr;
    for (const clang::DeclContext* c = declaration->getDeclContext(); c; c = c->getParent())
      if (const auto* space = llvm::dyn_cast<clang::NamespaceDecl>(c)) outermost = space;
    if (!outermost) return llvm::isa<clang::NamespaceDecl>(declaration) && declaration->getName() == "thrust";
    return outermost->getName() == "thrust" || outermost->getName() == "cub" || outermost->getName() == "std";
  }
  static bool is_of_library(const clang::NamedDecl* declaration) {
    const clang::NamespaceDecl* outermost = nullptr;
    for (const clang::DeclContext* c = declaration->getDeclContext(); c; c = c->getParent())
      if (const auto* space = llvm::dyn_cast<clang::NamespaceDecl>(c)) outermost = space;
    return outermost ? outermost->getName() == "cuda"
                     : llvm::isa<clang::NamespaceDecl>(declaration) && declaration->getIdentifier() &&
                           declaration->getName() == "cuda";
  }
  // Thrust's own names for some of it, such as thrust::greater, are names of HIP's Thrust too.
  bool is_named_through_another(SourceLocation at) const {
    constexpr llvm::StringLiteral kName = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    const clang::SourceManager& sources = context_.getSourceManager();
    const auto [file, offset] = sources.getDecomposedLoc(sources.getFileLoc(at));
    llvm::StringRef before = sources.getBufferData(file).take_front(offset).rtrim(), outermost;
    while (before.consume_back("::")) {
      before = before.rtrim();
      const llvm::StringRef rest = before.rtrim(kName);
      outermost = before.drop_front(rest.size());
      before = rest.rtrim();
    }
    return outermost == "thrust" || outermost == "cub";
  }
  bool use(SourceLocation at, const clang::NamedDecl* declaration) {
    if (declaration && is_of_library(declaration) && !is_named_through_another(at) &&
        places_.is_cuda(declaration->getCanonicalDecl()->getLocation(), "cuda")) {
      places_.own(at);
      places_.complain_of_line(at, kLibrary);
    } else if (declaration && declaration->getIdentifier() && has_its_name(declaration))
      places_.own(at);
    else if (declaration && declaration->getIdentifier())
      places_.use(at, declaration->getNameAsString(), declaration->getCanonicalDecl()->getLocation());
    return true;
  }
  Places& places_;
  clang::ASTContext& context_;
};

class Preprocessing : public clang::PPCallbacks {
 public:
  Preprocessing(Places& places, clang::SourceManager& sources) : places_(places), sources_(sources) {}
  void FileChanged(SourceLocation at, FileChangeReason reason, clang::SrcMgr::CharacteristicKind,
                   clang::FileID) override {
    if (reason == EnterFile) places_.entered(sources_.getFileID(at));
  }
  void InclusionDirective(SourceLocation, const clang::Token&, llvm::StringRef spelled, bool,
                          clang::CharSourceRange name, clang::OptionalFileEntryRef file, llvm::StringRef,
                          llvm::StringRef, const clang::Module*, bool, clang::SrcMgr::CharacteristicKind) override {
    places_.include(name, spelled.str(), file ? file->getFileEntry().tryGetRealPathName().str() : "");
  }
  void MacroExpands(const clang::Token& name, const clang::MacroDefinition& macro, clang::SourceRange,
                    const clang::MacroArgs*) override {
    if (name.getIdentifierInfo()->getName() == "__managed__") return places_.complain(name.getLocation(), kManaged);
    use(name, macro);
  }
  void MacroDefined(const clang::Token& name, const clang::MacroDirective*) override {
    places_.own(name.getLocation());
  }
  void Defined(const clang::Token& name, const clang::MacroDefinition& macro, clang::SourceRange) override {
    use(name, macro);
  }
  void Ifdef(SourceLocation, const clang::Token& name, const clang::MacroDefinition& macro) override {
    use(name, macro);
  }
  void Ifndef(SourceLocation, const clang::Token& name, const clang::MacroDefinition& macro) override {
    use(name, macro);
  }
  void SourceRangeSkipped(clang::SourceRange range, SourceLocation) override { places_.skipped(range); }

 private:
  void use(const clang::Token& name, const clang::MacroDefinition& macro) {
    const clang::MacroInfo* info = macro.getMacroInfo();
    // What the compiler defines itself (__CUDA_ARCH__) belongs to neither side.
    if (info && !info->isBuiltinMacro() && !sources_.isWrittenInBuiltinFile(info->getDefinitionLoc()))
      places_.use(name.getLocation(), name.getIdentifierInfo()->getName().str(), info->getDefinitionLoc());
  }
  Places& places_;
  clang::SourceManager& sources_;
};

class Consumer : public clang::ASTConsumer {
 public:
  explicit Consumer(Places& places) : places_(places) {}
  void HandleTranslationUnit(clang::ASTContext& context) override {
    Visitor visitor(places_, context);
    // What the toolkit's headers declare takes most of the time and is not asked for.
    for (clang::Decl* d : context.getTranslationUnitDecl()->decls())
      if (places_.of_the_folder(d->getLocation())) visitor.TraverseDecl(d);
  }

 private:
  Places& places_;
};

class Action : public clang::ASTFrontendAction {
 public:
  Action(const ReadOptions& options, Facts& facts) : options_(options), facts_(facts) {}
  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance& compiler, llvm::StringRef) override {
    clang::SourceManager& sources = compiler.getSourceManager();
    places_ = std::make_unique<Places>(options_, facts_, sources, compiler.getLangOpts());
    compiler.getPreprocessor().addPPCallbacks(std::make_unique<Preprocessing>(*places_, sources));
    return std::make_unique<Consumer>(*places_);
  }

 private:
  const ReadOptions& options_;
  Facts& facts_;
  std::unique_ptr<Places> places_;
};

struct Factory : clang::tooling::FrontendActionFactory {
  Factory(const ReadOptions& options, Facts& facts) : options(options), facts(facts) {}
  std::unique_ptr<clang::FrontendAction> create() override { return std::make_unique<Action>(options, facts); }
  const ReadOptions& options;
  Facts& facts;
};

}  // namespace

Facts read_facts(const ReadOptions& options) {
  Facts facts;
  std::vector<const char*> sides = {"--cuda-device-only", "--cuda-host-only"};
  if (options.toolkit.empty()) sides.pop_back();  // that header is the device's alone
  for (const char* side : sides) {
    Factory factory(options, facts);
    if (read_source(options, side, factory, facts.messages)) continue;
    facts.failed = true;
    break;
  }
  return facts;
}

}  // namespace portolan::hip
