// Expressions of host code.

#include <cmath>

#include "tools/hip/host_code.h"

namespace portolan::hip {
namespace {

std::optional<uint64_t> size_of(const clang::ASTContext& context, clang::QualType type) {
  if (type->isIncompleteType() || type->isDependentType() || type->isFunctionType()) return std::nullopt;
  return static_cast<uint64_t>(context.getTypeSizeInChars(type).getQuantity());
}

bool is_sequence(const clang::CXXRecordDecl* record) {
  const llvm::StringRef name = record->getName();
  return (name == "vector" || name == "device_vector" || name == "host_vector") &&
         record->isInStdNamespace() == (name == "vector");
}

// What a cast of a number to a float and back leaves alone: 256 of 256.0.
std::optional<int64_t> whole(double v) {
  if (std::floor(v) != v || std::fabs(v) > 1e15) return std::nullopt;
  return static_cast<int64_t>(v);
}

}  // namespace

HostValue HostCode::value(const clang::Expr* e) {
  if (!e || ++steps_ > 1'000'000) return {};
  e = e->IgnoreParens();
  if (const auto* c = llvm::dyn_cast<clang::ConstantExpr>(e)) return value(c->getSubExpr());
  if (const auto* c = llvm::dyn_cast<clang::ExprWithCleanups>(e)) return value(c->getSubExpr());
  if (const auto* c = llvm::dyn_cast<clang::MaterializeTemporaryExpr>(e)) return value(c->getSubExpr());
  if (const auto* c = llvm::dyn_cast<clang::CXXBindTemporaryExpr>(e)) return value(c->getSubExpr());
  if (const auto* c = llvm::dyn_cast<clang::CXXDefaultArgExpr>(e)) return value(c->getExpr());
  if (const auto* c = llvm::dyn_cast<clang::CXXDefaultInitExpr>(e)) return value(c->getExpr());
  if (const auto* c = llvm::dyn_cast<clang::SubstNonTypeTemplateParmExpr>(e)) return value(c->getReplacement());
  if (const auto* c = llvm::dyn_cast<clang::CXXStdInitializerListExpr>(e)) return value(c->getSubExpr());
  if (const auto* n = llvm::dyn_cast<clang::IntegerLiteral>(e))
    return n->getValue().getActiveBits() > 62
               ? HostValue()
               : HostValue::of(Count(static_cast<int64_t>(n->getValue().getZExtValue())));
  if (const auto* n = llvm::dyn_cast<clang::CXXBoolLiteralExpr>(e)) return HostValue::of(Count(n->getValue()));
  if (const auto* n = llvm::dyn_cast<clang::FloatingLiteral>(e)) {
    HostValue v;
    v.kind = HostValue::real, v.value = n->getValueAsApproximateDouble();
    return v;
  }
  if (const auto* x = llvm::dyn_cast<clang::CUDAKernelCallExpr>(e)) return launch(x), HostValue();
  if (const auto* x = llvm::dyn_cast<clang::CallExpr>(e)) return call(x);
  if (const auto* x = llvm::dyn_cast<clang::CXXConstructExpr>(e)) return constructed(x);
  if (const auto* x = llvm::dyn_cast<clang::CastExpr>(e)) return value_of_cast(x);
  if (const auto* x = llvm::dyn_cast<clang::UnaryOperator>(e)) return value_of_unary(x);
  if (const auto* x = llvm::dyn_cast<clang::BinaryOperator>(e)) return value_of_binary(x);
  if (const auto* x = llvm::dyn_cast<clang::ConditionalOperator>(e)) return value_of_choice(x);
  if (const auto* x = llvm::dyn_cast<clang::InitListExpr>(e)) return value_of_list(x);
  if (const auto* x = llvm::dyn_cast<clang::ArraySubscriptExpr>(e)) {
    const HostValue base = value(x->getBase()), index = value(x->getIdx());
    const auto n = index.count.constant();
    if (base.kind == HostValue::elements && index.kind == HostValue::number && n && *n >= 0 &&
        static_cast<size_t>(*n) < base.parts.size())
      return base.parts[static_cast<size_t>(*n)];
    return {};
  }
  if (const auto* x = llvm::dyn_cast<clang::DeclRefExpr>(e)) {
    HostValue v;
    if (const auto* f = llvm::dyn_cast<clang::FunctionDecl>(x->getDecl())) {
      v.kind = HostValue::function, v.callee = f;
      return v;
    }
    if (const auto* c = llvm::dyn_cast<clang::EnumConstantDecl>(x->getDecl()))
      return HostValue::of(Count(c->getInitVal().getExtValue()));
  }
  if (const auto place = place_of(e)) return places_[*place];
  // sizeof, traits, calls of constexpr functions.
  clang::Expr::EvalResult known;
  if (!e->isValueDependent() && e->getType()->isIntegerType() && e->EvaluateAsInt(known, context_) &&
      known.Val.getInt().getSignificantBits() <= 62)
    return HostValue::of(Count(known.Val.getInt().getExtValue()));
  for (const clang::Stmt* child : e->children())
    if (const auto* part = llvm::dyn_cast_or_null<clang::Expr>(child)) value(part);
  return {};
}

HostValue HostCode::value_of_cast(const clang::CastExpr* e) {
  HostValue v = value(e->getSubExpr());
  switch (e->getCastKind()) {
    case clang::CK_IntegralToFloating:
      if (const auto n = v.count.constant(); v.kind == HostValue::number && n)
        v = HostValue(), v.kind = HostValue::real, v.value = static_cast<double>(*n);
      return v;  // of a formula: only what rounds up to a whole number makes use of it
    case clang::CK_FloatingToIntegral: {
      if (v.kind != HostValue::real) return v.kind == HostValue::number ? v : HostValue();
      const auto n = whole(std::trunc(v.value));
      return n ? HostValue::of(Count(*n)) : HostValue();
    }
    case clang::CK_ToVoid:
      return {};
    default:
      return v;
  }
}

HostValue HostCode::value_of_unary(const clang::UnaryOperator* e) {
  const clang::Expr* of = e->getSubExpr()->IgnoreParens();
  if (e->getOpcode() == clang::UO_AddrOf) {
    HostValue v;
    if (const auto place = place_of(of)) {
      v.kind = HostValue::address, v.place = *place;
      return v;
    }
    // An element of the device's memory: what is behind it.
    const clang::Expr *base = nullptr, *index = nullptr;
    if (const auto* x = llvm::dyn_cast<clang::ArraySubscriptExpr>(of)) base = x->getBase(), index = x->getIdx();
    if (const auto* x = llvm::dyn_cast<clang::CXXOperatorCallExpr>(of); x && x->getOperator() == clang::OO_Subscript)
      base = x->getArg(0), index = x->getArg(1);
    if (!base) return value(of).kind == HostValue::function ? value(of) : HostValue();
    HostValue memory = value(base);
    const HostValue n = value(index);
    const auto bytes = size_of(context_, of->getType());
    if (memory.kind == HostValue::sequence && memory.on_device)
      memory = HostValue::memory(memory.count * Count(static_cast<int64_t>(memory.element_bytes)));
    if (memory.kind == HostValue::device && n.kind == HostValue::number && bytes)
      return HostValue::memory(memory.count - n.count * Count(static_cast<int64_t>(*bytes)));
    return {};
  }
  if (e->isIncrementDecrementOp()) {
    const auto place = place_of(of);
    if (!place || places_[*place].kind != HostValue::number) return {};
    const HostValue before = places_[*place];
    places_[*place].count = before.count + Count(e->isIncrementOp() ? 1 : -1);
    return e->isPostfix() ? before : places_[*place];
  }
  if (e->getOpcode() == clang::UO_Deref) {
    if (const auto place = place_of(e)) return places_[*place];
    return {};
  }
  HostValue v = value(of);
  if (e->getOpcode() == clang::UO_Plus) return v;
  if (e->getOpcode() != clang::UO_Minus) return {};
  if (v.kind == HostValue::number) return HostValue::of(v.count * Count(-1));
  if (v.kind != HostValue::real) return {};
  v.value = -v.value;
  return v;
}

HostValue HostCode::value_of_binary(const clang::BinaryOperator* e) {
  const clang::Expr *left = e->getLHS(), *right = e->getRHS();
  if (e->getOpcode() == clang::BO_Comma) return value(left), value(right);
  if (!e->isAssignmentOp()) return arithmetic(e->getOpcode(), left, right);
  HostValue v = e->isCompoundAssignmentOp()
                    ? arithmetic(clang::BinaryOperator::getOpForCompoundAssignment(e->getOpcode()), left, right)
                    : value(right);
  const auto place = place_of(left);
  if (!place) return v;
  if (whose_[*place]) v = as_size(whose_[*place], std::move(v), is_fixed(right), "computed");
  places_[*place] = v;
  return v;
}

HostValue HostCode::arithmetic(clang::BinaryOperatorKind op, const clang::Expr* left, const clang::Expr* right) {
  HostValue a = value(left), b = value(right);
  // Memory of the device and a distance.
  if (b.kind == HostValue::device && a.kind == HostValue::number && op == clang::BO_Add)
    std::swap(a, b), std::swap(left, right);
  if (a.kind == HostValue::device && b.kind == HostValue::number && left->getType()->isPointerType() &&
      (op == clang::BO_Add || op == clang::BO_Sub)) {
    const auto bytes = size_of(context_, left->getType()->getPointeeType());
    if (!bytes) return {};
    const Count distance = b.count * Count(static_cast<int64_t>(*bytes));
    return HostValue::memory(op == clang::BO_Add ? a.count - distance : a.count + distance);
  }
  if (a.kind == HostValue::real || b.kind == HostValue::real) {
    const auto of = [](const HostValue& v) {
      return v.kind == HostValue::real ? v.value : static_cast<double>(v.count.constant().value_or(0));
    };
    const auto known = [](const HostValue& v) {
      return v.kind == HostValue::real || (v.kind == HostValue::number && v.count.constant());
    };
    if (!known(a) || !known(b)) return {};
    HostValue v;
    v.kind = HostValue::real;
    const double x = of(a), y = of(b);
    if (op == clang::BO_Add)
      v.value = x + y;
    else if (op == clang::BO_Sub)
      v.value = x - y;
    else if (op == clang::BO_Mul)
      v.value = x * y;
    else if (op == clang::BO_Div && y != 0)
      v.value = x / y;
    else
      return {};
    return v;
  }
  if (a.kind != HostValue::number || b.kind != HostValue::number) return {};
  // A quotient of floats doesn't round down.
  if (left->getType()->isFloatingType() || right->getType()->isFloatingType()) return {};
  const auto by = b.count.constant();
  switch (op) {
    case clang::BO_Add:
      return HostValue::of(a.count + b.count);
    case clang::BO_Sub:
      return HostValue::of(a.count - b.count);
    case clang::BO_Mul:
      return HostValue::of(a.count * b.count);
    case clang::BO_Div:
      return HostValue::of(Count::quotient(a.count, b.count));
    case clang::BO_Rem:
      return HostValue::of(Count::remainder(a.count, b.count));
    case clang::BO_Shl:
      return by && *by >= 0 && *by < 40 ? HostValue::of(a.count * Count(int64_t{1} << *by)) : HostValue();
    case clang::BO_Shr:
      return by && *by >= 0 && *by < 40 ? HostValue::of(Count::quotient(a.count, Count(int64_t{1} << *by)))
                                        : HostValue();
    // ~(k - 1) and its like round to a multiple: not read.
    default:
      return {};
  }
}

// a < b ? a : b is the least of them.
HostValue HostCode::value_of_choice(const clang::ConditionalOperator* e) {
  const HostValue then = value(e->getTrueExpr()), otherwise = value(e->getFalseExpr());
  const auto* condition = llvm::dyn_cast<clang::BinaryOperator>(e->getCond()->IgnoreParenImpCasts());
  if (!condition) {
    value(e->getCond());
    return {};
  }
  const HostValue a = value(condition->getLHS()), b = value(condition->getRHS());
  if (then.kind != HostValue::number || otherwise.kind != HostValue::number) return {};
  if (then.count == otherwise.count) return then;
  if (a.kind != HostValue::number || b.kind != HostValue::number || !condition->isRelationalOp()) return {};
  const bool less = condition->getOpcode() == clang::BO_LT || condition->getOpcode() == clang::BO_LE;
  const Count &x = then.count, &y = otherwise.count;
  if (a.count == x && b.count == y) return HostValue::of(less ? Count::least(x, y) : Count::greatest(x, y));
  if (a.count == y && b.count == x) return HostValue::of(less ? Count::greatest(x, y) : Count::least(x, y));
  return {};
}

HostValue HostCode::value_of_list(const clang::InitListExpr* e) {
  if (const auto* record = e->getType()->getAsRecordDecl()) {
    const size_t made = new_place({});
    unsigned n = 0;
    for (const clang::FieldDecl* f : record->fields()) {
      if (n >= e->getNumInits()) break;
      HostValue v = initialised(e->getInit(n++), f->getType());
      places_[field(made, f)] = std::move(v);
    }
    places_[made].kind = HostValue::object;
    return places_[made];
  }
  if (e->getNumInits() == 1 && !e->getType()->isArrayType()) return value(e->getInit(0));
  HostValue all;
  all.kind = HostValue::elements;
  for (const clang::Expr* one : e->inits()) all.parts.push_back(value(one));
  return all;
}

HostValue HostCode::initialised(const clang::Expr* e, clang::QualType type) {
  HostValue v = value(e);
  if (v.kind == HostValue::object && e->isLValue()) return copy(v);
  if (v.kind == HostValue::unknown)
    if (const auto* record = type.getNonReferenceType()->getAsCXXRecordDecl(); record && is_sequence(record)) {
      v.kind = HostValue::sequence;
      v.count = Count::quotient(Count(1), Count(0));  // not known
    }
  return v;
}

std::optional<size_t> HostCode::place_of(const clang::Expr* e) {
  e = e->IgnoreParens();
  if (const auto* x = llvm::dyn_cast<clang::ImplicitCastExpr>(e)) return place_of(x->getSubExpr());
  if (const auto* x = llvm::dyn_cast<clang::ExprWithCleanups>(e)) return place_of(x->getSubExpr());
  if (const auto* x = llvm::dyn_cast<clang::CXXBindTemporaryExpr>(e)) return place_of(x->getSubExpr());
  if (const auto* x = llvm::dyn_cast<clang::MaterializeTemporaryExpr>(e)) return new_place(value(x->getSubExpr()));
  if (const auto* x = llvm::dyn_cast<clang::DeclRefExpr>(e)) {
    if (llvm::isa<clang::VarDecl>(x->getDecl())) return variable(x->getDecl());
    return std::nullopt;
  }
  if (const auto* x = llvm::dyn_cast<clang::MemberExpr>(e)) return place_of_member(x);
  if (llvm::isa<clang::CXXThisExpr>(e)) return std::nullopt;
  if (const auto* x = llvm::dyn_cast<clang::UnaryOperator>(e); x && x->getOpcode() == clang::UO_Deref) {
    if (llvm::isa<clang::CXXThisExpr>(x->getSubExpr()->IgnoreParenImpCasts()) && !frames_.empty() &&
        frames_.back().has_self)
      return frames_.back().self;
    const HostValue v = value(x->getSubExpr());
    if (v.kind == HostValue::address) return v.place;
  }
  return std::nullopt;
}

std::optional<size_t> HostCode::place_of_member(const clang::MemberExpr* e) {
  const auto* f = llvm::dyn_cast<clang::FieldDecl>(e->getMemberDecl());
  if (!f)
    return llvm::isa<clang::VarDecl>(e->getMemberDecl()) ? std::optional(variable(e->getMemberDecl())) : std::nullopt;
  const clang::Expr* base = e->getBase()->IgnoreParenImpCasts();
  if (llvm::isa<clang::CXXThisExpr>(base)) {
    for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame)
      if (frame->has_self) return field(frame->self, f);
    return std::nullopt;
  }
  std::optional<size_t> object;
  if (e->isArrow()) {
    const HostValue v = value(base);
    if (v.kind == HostValue::address) object = v.place;
  } else {
    object = place_of(base);
    if (!object) {
      HostValue v = value(base);
      if (v.kind == HostValue::object) object = new_place(std::move(v));
    }
  }
  if (!object) return std::nullopt;
  return field(*object, f);
}

}  // namespace portolan::hip
