// Where host code keeps its values, and the sizes that get names of their own.
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"
#include "tools/hip/host_code.h"

namespace portolan::hip {
namespace {

// A constant or a macro that device code has too.
class Fixed : public clang::RecursiveASTVisitor<Fixed> {
 public:
  Fixed(const clang::ASTContext& context, const DeviceNames& names) : context_(context), names_(names) {}
  bool found = false;
  bool VisitExpr(clang::Expr* e) {
    if (e->getBeginLoc().isMacroID())
      found |= names_.macros.contains(
          clang::Lexer::getImmediateMacroName(e->getBeginLoc(), context_.getSourceManager(), context_.getLangOpts())
              .str());
    return true;
  }
  bool VisitDeclRefExpr(clang::DeclRefExpr* e) {
    if (const auto* d = llvm::dyn_cast<clang::VarDecl>(e->getDecl()))
      found |= names_.constants.contains(d->getCanonicalDecl());
    return true;
  }
  bool VisitSubstNonTypeTemplateParmExpr(clang::SubstNonTypeTemplateParmExpr*) {
    found = true;
    return true;
  }

 private:
  const clang::ASTContext& context_;
  const DeviceNames& names_;
};

}  // namespace

bool HostCode::is_fixed(const clang::Stmt* e) const {
  Fixed fixed(context_, fixed_);
  fixed.TraverseStmt(const_cast<clang::Stmt*>(e));
  return fixed.found;
}

std::string HostCode::line_of(clang::SourceLocation at) const {
  const clang::PresumedLoc place = context_.getSourceManager().getPresumedLoc(at);
  return place.isValid() ? " (line " + std::to_string(place.getLine()) + ")" : "";
}

bool HostCode::in_system(const clang::Decl* d) const {
  const clang::SourceManager& sources = context_.getSourceManager();
  return d->getLocation().isInvalid() || sources.isInSystemHeader(sources.getExpansionLoc(d->getLocation()));
}

size_t HostCode::new_place(HostValue v, const clang::ValueDecl* of) {
  places_.push_back(std::move(v));
  whose_.push_back(of);
  return places_.size() - 1;
}

// Lambdas see their callers' variables, so frames are looked through from the last on.
size_t HostCode::variable(const clang::ValueDecl* d) {
  for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame)
    if (const auto found = frame->variables.find(d); found != frame->variables.end()) return found->second;
  if (const auto found = globals_.find(d); found != globals_.end()) return found->second;
  const size_t place = new_place({}, d);
  globals_[d] = place;
  if (const auto* v = llvm::dyn_cast<clang::VarDecl>(d);
      v && v->getAnyInitializer() && !v->getType()->isReferenceType()) {
    HostValue made = initialised(v->getAnyInitializer(), v->getType());
    const bool fixed = is_fixed(v->getAnyInitializer()) || fixed_.constants.contains(v->getCanonicalDecl());
    places_[place] = as_size(d, std::move(made), fixed, "a global variable");
  } else {
    set_unknown(place, "a variable of another place");
  }
  return place;
}

HostValue HostCode::copy(const HostValue& v) {
  HostValue made = v;
  if (!v.fields) return made;
  made.fields = std::make_shared<std::map<const clang::FieldDecl*, size_t>>();
  for (const auto& [f, place] : *v.fields) {
    HostValue part = copy(HostValue(places_[place]));
    (*made.fields)[f] = new_place(std::move(part), f);
  }
  return made;
}

size_t HostCode::field(size_t object, const clang::FieldDecl* f) {
  if (!places_[object].fields) {
    places_[object].kind = HostValue::object;
    places_[object].fields = std::make_shared<std::map<const clang::FieldDecl*, size_t>>();
  }
  const auto fields = places_[object].fields;
  if (const auto found = fields->find(f); found != fields->end()) return found->second;
  const size_t place = new_place({}, f);
  (*fields)[f] = place;
  set_unknown(place, "a member that nothing was seen to set");
  return place;
}

HostValue HostCode::member(const HostValue& object, const char* name) {
  if (object.fields)
    for (const auto& [f, place] : *object.fields)
      if (f->getName() == name) return places_[place];
  return {};
}

HostValue HostCode::named(const clang::ValueDecl* d, HostSize size) {
  std::string key = size.value ? std::to_string(*size.value) : size.why;
  for (int64_t v : size.values) key += "," + std::to_string(v);
  std::string& name = names_[{d, key}];
  if (name.empty()) {
    std::string wanted = d->getNameAsString();
    while (wanted.ends_with('_')) wanted.pop_back();
    if (wanted.empty() || wanted == "divide_up" || wanted == "min" || wanted == "max" ||
        wanted.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") !=
            std::string::npos)
      wanted = "size";
    name = wanted;
    for (unsigned n = 2; sizes_.contains(name); ++n) name = wanted + "_" + std::to_string(n);
    sizes_[name] = std::move(size);
  }
  return HostValue::of(Count::named(name));
}

// A number that the program has a name for is a size of that name; what is known of it stays with it.
HostValue HostCode::as_size(const clang::ValueDecl* d, HostValue v, bool fixed, const std::string& why) {
  const bool whole =
      d->getType().getNonReferenceType()->isIntegerType() && !d->getType().getNonReferenceType()->isBooleanType();
  if (whole && v.kind == HostValue::number && v.count.constant() && !fixed)
    return named(d, {v.count.constant(), {}, ""});
  if (whole && v.kind != HostValue::number)
    return named(d, {{}, {}, why.ends_with(')') ? why : why + line_of(d->getLocation())});
  if (const auto length = v.count.constant(); v.kind == HostValue::sequence && length && *length > 1 && !fixed)
    v.count = named(d, {length, {}, ""}).count;
  if (v.kind == HostValue::sequence && !v.count.valid())
    v.count = named(d, {{}, {}, "how long it is" + line_of(d->getLocation())}).count;
  return v;
}

void HostCode::set_unknown(size_t place, const std::string& why) {
  places_[place] = {};
  if (whose_[place]) {
    HostValue v = as_size(whose_[place], {}, false, why);
    places_[place] = std::move(v);
  }
}

}  // namespace portolan::hip
