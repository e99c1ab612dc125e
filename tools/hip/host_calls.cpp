// Calls in host code: functions of the program are read through, some of CUDA's and of the library's are known, what
// others do to the variables that they are given isn't.
#include <algorithm>

#include "clang/AST/DeclTemplate.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Basic/SourceManager.h"
#include "tools/hip/host_code.h"

namespace portolan::hip {
namespace {

constexpr size_t kDeepest = 24;

class Sites : public clang::RecursiveASTVisitor<Sites> {
 public:
  std::vector<const clang::Expr*> launches;
  std::vector<const clang::FunctionDecl*> called;
  bool VisitCallExpr(clang::CallExpr* e) {
    const clang::FunctionDecl* f = e->getDirectCallee();
    const llvm::StringRef name = f && f->getIdentifier() ? f->getName() : "";
    if (llvm::isa<clang::CUDAKernelCallExpr>(e) || name.starts_with("cudaLaunchKernel") ||
        name == "cudaLaunchCooperativeKernel")
      launches.push_back(e);
    else if (f)
      called.push_back(f);
    return true;
  }
};

const clang::CXXRecordDecl* sequence_type(clang::QualType type) {
  const auto* record = type.getNonReferenceType()->getAsCXXRecordDecl();
  if (!record) return nullptr;
  const llvm::StringRef name = record->getName();
  return name == "vector" || name == "device_vector" || name == "host_vector" ? record : nullptr;
}

}  // namespace

const HostCode::Launching& HostCode::launching(const clang::FunctionDecl* f) {
  const clang::FunctionDecl* body = nullptr;
  f->hasBody(body);
  const auto [found, fresh] = launching_.try_emplace(body ? body : f);
  if (!fresh || !body || in_system(body) || body->hasAttr<clang::CUDAGlobalAttr>()) return found->second;
  Sites sites;
  sites.TraverseStmt(body->getBody());
  std::vector<const clang::Expr*> all = sites.launches;
  for (const clang::FunctionDecl* called : sites.called) {
    const Launching& further = launching(called);
    all.insert(all.end(), further.sites.begin(), further.sites.end());
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return launching_[body] = {std::move(all)};
}

bool HostCode::has_new_launches(const clang::FunctionDecl* f) {
  const std::vector<const clang::Expr*>& sites = launching(f).sites;
  return std::any_of(sites.begin(), sites.end(), [&](const clang::Expr* e) { return !reached_.contains(e); });
}

HostValue HostCode::constructed(const clang::CXXConstructExpr* e) {
  const clang::CXXConstructorDecl* c = e->getConstructor();
  if (c->isCopyOrMoveConstructor() && e->getNumArgs() >= 1) return copy(value(e->getArg(0)));
  if (sequence_type(e->getType())) return sequence(e);
  if (in_system(c) && c->getParent()->getName() != "dim3") {
    for (const clang::Expr* a : e->arguments()) value(a), escape(a);
    return {};
  }
  const size_t self = new_place({});
  construct(e, self);
  return places_[self];
}

void HostCode::construct(const clang::CXXConstructExpr* e, size_t self) {
  const clang::FunctionDecl* body = nullptr;
  e->getConstructor()->hasBody(body);
  const auto* c = llvm::dyn_cast_or_null<clang::CXXConstructorDecl>(body);
  if (!places_[self].fields) {
    places_[self].kind = HostValue::object;
    places_[self].fields = std::make_shared<std::map<const clang::FieldDecl*, size_t>>();
  }
  if (!c || frames_.size() > kDeepest || ++steps_ > 300'000) return;
  Frame frame;
  frame.self = self, frame.has_self = true;
  for (unsigned n = 0; n < c->getNumParams() && n < e->getNumArgs(); ++n) bind(frame, c->getParamDecl(n), e->getArg(n));
  frames_.push_back(std::move(frame));
  for (const clang::CXXCtorInitializer* one : c->inits()) {
    const auto* made = llvm::dyn_cast<clang::CXXConstructExpr>(one->getInit()->IgnoreImplicit());
    if ((one->isDelegatingInitializer() || one->isBaseInitializer()) && made) {
      construct(made, self);
    } else if (one->isMemberInitializer()) {
      HostValue v = initialised(one->getInit(), one->getMember()->getType());
      if (v.kind != HostValue::number) v = as_size(one->getMember(), std::move(v), false, "a member");
      places_[field(self, one->getMember())] = std::move(v);
    }
  }
  walk(c->getBody());
  frames_.pop_back();
}

HostValue HostCode::sequence(const clang::CXXConstructExpr* e) {
  HostValue v;
  v.kind = HostValue::sequence;
  const clang::CXXRecordDecl* record = sequence_type(e->getType());
  v.on_device = record->getName() == "device_vector";
  if (const auto* special = llvm::dyn_cast<clang::ClassTemplateSpecializationDecl>(record);
      special && special->getTemplateArgs().size() != 0 &&
      special->getTemplateArgs()[0].getKind() == clang::TemplateArgument::Type &&
      !special->getTemplateArgs()[0].getAsType()->isIncompleteType())
    v.element_bytes =
        static_cast<uint64_t>(context_.getTypeSizeInChars(special->getTemplateArgs()[0].getAsType()).getQuantity());
  if (e->getNumArgs() == 0 || llvm::isa<clang::CXXDefaultArgExpr>(e->getArg(0))) return v;  // empty
  const HostValue first = value(e->getArg(0));
  if (e->isStdInitListInitialization() || first.kind == HostValue::elements)
    v.count = Count(static_cast<int64_t>(first.parts.size()));
  else if (first.kind == HostValue::number && e->getArg(0)->getType()->isIntegerType())
    v.count = first.count;
  else if (first.kind == HostValue::sequence)  // one of the host, copied to the device
    v.count = first.count;
  else
    v.count = Count::quotient(Count(1), Count(0));
  return v;
}

void HostCode::bind(Frame& frame, const clang::ParmVarDecl* p, const clang::Expr* argument) {
  if (p->getType()->isReferenceType())
    if (const auto place = place_of(argument)) {
      frame.variables[p] = *place;
      return;
    }
  HostValue v = initialised(argument, p->getType());
  // A number that is handed to what launches kernels is a size; to others (divide_up(n, 32)) it is only a number.
  const auto* f = llvm::dyn_cast<clang::FunctionDecl>(p->getDeclContext());
  const bool fixed = is_fixed(argument) || !f || launching(f).sites.empty();
  frame.variables[p] = new_place(as_size(p, std::move(v), fixed, "what it is given"), p);
}

HostValue HostCode::inlined(const clang::FunctionDecl* f, llvm::ArrayRef<const clang::Expr*> arguments,
                            std::optional<size_t> self) {
  Frame frame;
  if (self) frame.self = *self, frame.has_self = true;
  for (unsigned n = 0; n < f->getNumParams() && n < arguments.size(); ++n)
    bind(frame, f->getParamDecl(n), arguments[n]);
  frames_.push_back(std::move(frame));
  active_.push_back(f);
  walk(f->getBody());
  HostValue v = frames_.back().returned.value_or(HostValue());
  active_.pop_back();
  frames_.pop_back();
  return v;
}

HostValue HostCode::call(const clang::CallExpr* e) {
  const clang::FunctionDecl* f = e->getDirectCallee();
  if (!f) {
    const HostValue through = value(e->getCallee());
    f = through.callee;
  }
  std::vector<const clang::Expr*> arguments(e->arg_begin(), e->arg_end());
  if (!f) {
    for (const clang::Expr* a : arguments) value(a), escape(a);
    return {};
  }
  if (auto known = sequence_call(e, f)) return *known;
  if (auto known = known_call(e, f)) return *known;
  std::optional<size_t> self;
  if (const auto* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(e)) {
    const clang::Expr* object = member->getImplicitObjectArgument();
    if (object->getType()->isPointerType()) {
      const HostValue v = value(object);
      if (v.kind == HostValue::address) self = v.place;
      if (llvm::isa<clang::CXXThisExpr>(object->IgnoreParenImpCasts()) && frames_.back().has_self)
        self = frames_.back().self;
    } else {
      self = place_of(object);
      if (!self) self = new_place(value(object));
    }
  } else if (llvm::isa<clang::CXXOperatorCallExpr>(e) && llvm::isa<clang::CXXMethodDecl>(f) && !arguments.empty()) {
    self = place_of(arguments[0]);
    arguments.erase(arguments.begin());
  }
  const clang::FunctionDecl* body = nullptr;
  const bool read_through = f->hasBody(body) && !in_system(body) && !body->hasAttr<clang::CUDAGlobalAttr>() &&
                            frames_.size() < kDeepest && steps_ < 300'000 &&
                            std::count(active_.begin(), active_.end(), body) == 0;
  if (read_through) return inlined(body, arguments, self);
  for (const clang::Expr* a : arguments) value(a);
  for (unsigned n = 0; n < arguments.size(); ++n) {
    const clang::QualType type = n < f->getNumParams() ? f->getParamDecl(n)->getType() : arguments[n]->getType();
    const bool reads = (type->isPointerType() || type->isReferenceType()) && type->getPointeeType().isConstQualified();
    if (!reads && (type->isPointerType() || type->isLValueReferenceType())) escape(arguments[n]);
  }
  clang::Expr::EvalResult known;
  if (!e->isValueDependent() && e->getType()->isIntegerType() && e->EvaluateAsInt(known, context_) &&
      known.Val.getInt().getSignificantBits() <= 62)
    return HostValue::of(Count(known.Val.getInt().getExtValue()));
  return {};
}

// Whoever gets its address may have changed it.
void HostCode::escape(const clang::Expr* argument) {
  argument = argument->IgnoreParenCasts();
  const auto* of = llvm::dyn_cast<clang::UnaryOperator>(argument);
  std::optional<size_t> place;
  if (of && of->getOpcode() == clang::UO_AddrOf)
    place = place_of(of->getSubExpr());
  else if (argument->isLValue() && !argument->getType()->isArrayType() && !argument->getType()->isPointerType())
    place = place_of(argument);
  if (place && whose_[*place] && whose_[*place]->getType()->isIntegerType())
    set_unknown(*place, "set by a call" + line_of(argument->getExprLoc()));
}

std::optional<HostValue> HostCode::sequence_call(const clang::CallExpr* e, const clang::FunctionDecl* f) {
  const auto* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(e);
  const clang::Expr* object = member ? member->getImplicitObjectArgument() : nullptr;
  if (!object || !f->getIdentifier() || object->getType()->isPointerType() || !sequence_type(object->getType()))
    return std::nullopt;
  const auto place = place_of(object);
  HostValue v = place ? places_[*place] : value(object);
  const llvm::StringRef name = f->getName();
  for (const clang::Expr* a : e->arguments()) value(a);
  if (v.kind != HostValue::sequence) return std::nullopt;
  if (name == "size") return HostValue::of(v.count);
  if (name == "data" && v.on_device) return HostValue::memory(v.count * Count(static_cast<int64_t>(v.element_bytes)));
  if ((name == "resize" || name == "assign") && e->getNumArgs() >= 1 && place) {
    const HostValue n = value(e->getArg(0));
    places_[*place].count = n.kind == HostValue::number ? n.count : Count::quotient(Count(1), Count(0));
    if (whose_[*place]) places_[*place] = as_size(whose_[*place], places_[*place], false, "");
  } else if (place && (name == "push_back" || name == "emplace_back" || name == "insert")) {
    const bool counted = name != "insert" && times_ && v.count.valid();
    places_[*place].count = counted ? v.count + *times_ : Count::quotient(Count(1), Count(0));
    if (whose_[*place]) places_[*place] = as_size(whose_[*place], places_[*place], false, "");
  }
  return HostValue();
}

std::optional<HostValue> HostCode::known_call(const clang::CallExpr* e, const clang::FunctionDecl* f) {
  if (!f->getIdentifier()) return std::nullopt;
  const llvm::StringRef name = f->getName();
  const auto argument = [&](unsigned n) { return n < e->getNumArgs() ? value(e->getArg(n)) : HostValue(); };
  if (name == "cudaMalloc" || name == "cudaMallocManaged" || name == "cudaMallocAsync" || name == "cuMemAlloc" ||
      name == "cuMemAlloc_v2" || name == "cudaMallocHost" || name == "cudaHostAlloc") {
    const HostValue to = argument(0), bytes = argument(1);
    if (to.kind == HostValue::address)
      places_[to.place] = bytes.kind == HostValue::number ? HostValue::memory(bytes.count) : HostValue();
    return HostValue();
  }
  if (name == "cudaLaunchKernel" || name == "cudaLaunchCooperativeKernel") return launch_by_call(e), HostValue();
  if (name == "cudaLaunchKernelEx") return launch_by_configuration(e), HostValue();
  if (!in_system(f)) return std::nullopt;
  if (name == "move" || name == "forward" || name == "raw_pointer_cast") return argument(0);
  if (name == "swap" && e->getNumArgs() == 2) {
    const auto a = place_of(e->getArg(0)), b = place_of(e->getArg(1));
    if (a && b) std::swap(places_[*a], places_[*b]);
    return HostValue();
  }
  if ((name == "min" || name == "max") && e->getNumArgs() == 2) {
    const HostValue a = argument(0), b = argument(1);
    if (a.kind != HostValue::number || b.kind != HostValue::number) return HostValue();
    return HostValue::of(name == "min" ? Count::least(a.count, b.count) : Count::greatest(a.count, b.count));
  }
  // ceil(n / 256.0) is how many blocks of 256 there are.
  if ((name == "ceil" || name == "ceilf") && e->getNumArgs() == 1) {
    const clang::Expr* of = e->getArg(0)->IgnoreParens();
    while (const auto* cast = llvm::dyn_cast<clang::CastExpr>(of)) of = cast->getSubExpr()->IgnoreParens();
    const auto* division = llvm::dyn_cast<clang::BinaryOperator>(of);
    if (!division || division->getOpcode() != clang::BO_Div || !division->getType()->isFloatingType())
      return HostValue();
    const auto whole = [&](const clang::Expr* x) {
      HostValue v = value(x);
      if (v.kind == HostValue::real && v.value >= 0 && v.value < 1e9 &&
          v.value == static_cast<double>(static_cast<int64_t>(v.value)))
        v = HostValue::of(Count(static_cast<int64_t>(v.value)));
      return v;
    };
    const HostValue a = whole(division->getLHS()), b = whole(division->getRHS());
    if (a.kind != HostValue::number || b.kind != HostValue::number) return HostValue();
    return HostValue::of(Count::quotient_up(a.count, b.count));
  }
  return std::nullopt;
}

void HostCode::record(const clang::Expr* at, const HostValue& callee, const HostValue& grid, const HostValue& block,
                      const HostValue& shared, std::vector<HostValue> arguments) {
  if (callee.kind != HostValue::function || !callee.callee ||
      !recorded_.insert({at, callee.callee->getCanonicalDecl()}).second)
    return;
  reached_.insert(at);
  HostLaunch made;
  made.kernel = callee.callee;
  const clang::SourceManager& sources = context_.getSourceManager();
  const clang::PresumedLoc place = sources.getPresumedLoc(sources.getExpansionLoc(at->getExprLoc()));
  if (place.isValid()) made.file = place.getFilename(), made.line = place.getLine();
  for (int n = 0; n < 3; ++n) {
    static constexpr const char* kAxes[] = {"x", "y", "z"};
    made.grid[n] = member(grid, kAxes[n]), made.block[n] = member(block, kAxes[n]);
  }
  made.shared = shared;
  made.arguments = std::move(arguments);
  launches_.push_back(std::move(made));
}

void HostCode::launch(const clang::CUDAKernelCallExpr* e) {
  const clang::CallExpr* configuration = e->getConfig();
  HostValue callee = value(e->getCallee());
  if (const clang::FunctionDecl* f = e->getDirectCallee()) callee.kind = HostValue::function, callee.callee = f;
  std::vector<HostValue> arguments;
  for (const clang::Expr* a : e->arguments()) arguments.push_back(value(a));
  const auto of = [&](unsigned n) {
    return configuration && n < configuration->getNumArgs() ? value(configuration->getArg(n)) : HostValue();
  };
  record(e, callee, of(0), of(1), of(2), std::move(arguments));
}

// Arguments by their addresses.
void HostCode::launch_by_call(const clang::CallExpr* e) {
  if (e->getNumArgs() < 5) return;
  std::vector<HostValue> arguments;
  const HostValue addresses = value(e->getArg(3));
  for (const HostValue& one : addresses.parts)
    arguments.push_back(one.kind == HostValue::address ? places_[one.place] : HostValue());
  record(e, value(e->getArg(0)), value(e->getArg(1)), value(e->getArg(2)), value(e->getArg(4)), std::move(arguments));
}

void HostCode::launch_by_configuration(const clang::CallExpr* e) {
  if (e->getNumArgs() < 2) return;
  const HostValue configuration = value(e->getArg(0));
  const HostValue fields = configuration.kind == HostValue::address ? places_[configuration.place] : HostValue();
  std::vector<HostValue> arguments;
  for (unsigned n = 2; n < e->getNumArgs(); ++n) arguments.push_back(value(e->getArg(n)));
  record(e, value(e->getArg(1)), member(fields, "gridDim"), member(fields, "blockDim"),
         member(fields, "dynamicSmemBytes"), std::move(arguments));
}

}  // namespace portolan::hip
