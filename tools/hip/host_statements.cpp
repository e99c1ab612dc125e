// Statements of host code: the order of things, and what loops and branches leave uncertain.
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/AST/StmtCXX.h"
#include "tools/hip/host_code.h"

namespace portolan::hip {
namespace {

constexpr unsigned kMostSteps = 300'000;
constexpr size_t kMostLoopValues = 8;

// What a statement assigns to.
class Changed : public clang::RecursiveASTVisitor<Changed> {
 public:
  std::vector<const clang::Expr*> all;
  bool VisitBinaryOperator(clang::BinaryOperator* e) {
    if (e->isAssignmentOp()) all.push_back(e->getLHS());
    return true;
  }
  bool VisitUnaryOperator(clang::UnaryOperator* e) {
    if (e->isIncrementDecrementOp()) all.push_back(e->getSubExpr());
    return true;
  }
};

// The numbers that a loop's step gives, from the first one on.
std::vector<int64_t> stepped(int64_t first, std::optional<int64_t> bound, bool with_bound, char operation, int64_t by) {
  std::vector<int64_t> all;
  for (int64_t v = first; all.size() < kMostLoopValues;) {
    const bool up = operation == '+' || operation == '*';
    if (bound && (up ? v > *bound || (v == *bound && !with_bound) : v < *bound || (v == *bound && !with_bound))) break;
    if (!up && v <= 0) break;
    all.push_back(v);
    int64_t next = v;
    if (operation == '+' && __builtin_add_overflow(v, by, &next)) break;
    if (operation == '*' && __builtin_mul_overflow(v, by, &next)) break;
    if (operation == '-') next = v - by;
    if (operation == '/') next = v / by;
    if (next == v) break;
    v = next;
  }
  return all;
}

}  // namespace

void HostCode::run(const clang::FunctionDecl* entry) {
  if (!entry->getBody()) return;
  frames_.assign(1, {});
  active_ = {entry};
  for (const clang::ParmVarDecl* p : entry->parameters())
    frames_.back().variables[p] =
        new_place(as_size(p, {}, false, "a parameter of " + entry->getNameAsString() + "()"), p);
  walk(entry->getBody());
  frames_.clear(), active_.clear();
}

void HostCode::walk(const clang::Stmt* s) {
  if (!s || ++steps_ > kMostSteps) return;
  if (const auto* e = llvm::dyn_cast<clang::Expr>(s)) {
    value(e);
  } else if (const auto* declaration = llvm::dyn_cast<clang::DeclStmt>(s)) {
    for (const clang::Decl* d : declaration->decls())
      if (const auto* variable = llvm::dyn_cast<clang::VarDecl>(d)) declare(variable);
  } else if (const auto* for_loop = llvm::dyn_cast<clang::ForStmt>(s)) {
    walk(for_loop->getInit());
    const std::optional<Count> times = times_of(for_loop);
    set_loop_values(for_loop);
    walk(for_loop->getCond());
    walk_times(for_loop->getBody(), times);
  } else if (const auto* range = llvm::dyn_cast<clang::CXXForRangeStmt>(s)) {
    range_loop(range);
  } else if (const auto* while_loop = llvm::dyn_cast<clang::WhileStmt>(s)) {
    forget_changed(while_loop, "changes in a loop");
    walk(while_loop->getCond());
    walk_times(while_loop->getBody(), std::nullopt);
  } else if (const auto* do_loop = llvm::dyn_cast<clang::DoStmt>(s)) {
    // Macros have do { … } while (0), which is no loop.
    clang::Expr::EvalResult known;
    const bool once = do_loop->getCond()->EvaluateAsInt(known, context_) && known.Val.getInt() == 0;
    if (!once) forget_changed(do_loop, "changes in a loop");
    walk_times(do_loop->getBody(), once ? std::optional(Count(1)) : std::nullopt);
    walk(do_loop->getCond());
  } else if (const auto* branch = llvm::dyn_cast<clang::IfStmt>(s)) {
    walk(branch->getInit());
    walk(branch->getConditionVariableDeclStmt());
    walk(branch->getCond());
    walk_times(branch->getThen(), std::nullopt);
    walk_times(branch->getElse(), std::nullopt);
    forget_changed(branch->getThen(), "differs by a condition");
    if (branch->getElse()) forget_changed(branch->getElse(), "differs by a condition");
  } else if (const auto* back = llvm::dyn_cast<clang::ReturnStmt>(s)) {
    HostValue v = back->getRetValue() ? value(back->getRetValue()) : HostValue();
    std::optional<HostValue>& returned = frames_.back().returned;
    const bool same = returned && returned->kind == v.kind && returned->count == v.count;
    if (returned && !same) v = {};
    returned = std::move(v);
  } else {
    for (const clang::Stmt* child : s->children()) walk(child);
  }
}

void HostCode::walk_times(const clang::Stmt* body, const std::optional<Count>& times) {
  const std::optional<Count> before = times_;
  times_ = before && times ? std::optional(*before * *times) : std::nullopt;
  walk(body);
  times_ = before;
}

// for (i = 0; i < bound; ++i)
std::optional<Count> HostCode::times_of(const clang::ForStmt* s) {
  const auto* until =
      s->getCond() ? llvm::dyn_cast<clang::BinaryOperator>(s->getCond()->IgnoreParenImpCasts()) : nullptr;
  const auto* step = s->getInc() ? llvm::dyn_cast<clang::UnaryOperator>(s->getInc()->IgnoreParenImpCasts()) : nullptr;
  const auto* d = llvm::dyn_cast_or_null<clang::DeclStmt>(s->getInit());
  const auto* counter = d && d->isSingleDecl() ? llvm::dyn_cast<clang::VarDecl>(d->getSingleDecl()) : nullptr;
  if (!until || until->getOpcode() != clang::BO_LT || !step || !step->isIncrementOp() || !counter ||
      !counter->getInit())
    return std::nullopt;
  const HostValue first = value(counter->getInit()), bound = value(until->getRHS());
  if (first.kind != HostValue::number || first.count.constant() != 0 || bound.kind != HostValue::number)
    return std::nullopt;
  return bound.count;
}

void HostCode::declare(const clang::VarDecl* d) {
  HostValue v;
  if (d->getType()->isReferenceType() && d->getInit()) {
    if (const auto place = place_of(d->getInit())) {
      frames_.back().variables[d] = *place;
      return;
    }
  }
  if (d->getInit()) v = initialised(d->getInit(), d->getType());
  const bool fixed = d->getInit() && is_fixed(d->getInit());
  const bool computed = d->getInit() != nullptr;
  frames_.back().variables[d] =
      new_place(as_size(d, std::move(v), fixed, computed ? "computed" : "set after its declaration"), d);
}

void HostCode::forget_changed(const clang::Stmt* s, const std::string& why) {
  Changed changed;
  changed.TraverseStmt(const_cast<clang::Stmt*>(s));
  for (const clang::Expr* e : changed.all) {
    const auto place = place_of(e);
    if (!place || !whose_[*place] || !whose_[*place]->getType()->isIntegerType()) continue;
    places_[*place] = {};
    set_unknown(*place, why + line_of(e->getExprLoc()));
  }
}

// A counter that begins, ends and steps by numbers has those values; any other is a size without values.
void HostCode::set_loop_values(const clang::ForStmt* s) {
  const auto number = [&](const clang::Expr* e) -> std::optional<int64_t> {
    const HostValue v = value(e);
    if (v.kind != HostValue::number) return std::nullopt;
    if (const auto constant = v.count.constant()) return constant;
    const std::set<std::string> names = v.count.sizes();
    if (names.size() == 1 && v.count == Count::named(*names.begin())) return sizes_[*names.begin()].value;
    return std::nullopt;
  };
  const clang::VarDecl* counter = nullptr;
  std::optional<int64_t> first;
  if (const auto* d = llvm::dyn_cast_or_null<clang::DeclStmt>(s->getInit()); d && d->isSingleDecl())
    counter = llvm::dyn_cast<clang::VarDecl>(d->getSingleDecl());
  if (counter && counter->getInit()) first = number(counter->getInit());
  char operation = 0;
  std::optional<int64_t> by = 1;
  const clang::Expr* step = s->getInc() ? s->getInc()->IgnoreParenImpCasts() : nullptr;
  if (const auto* one = llvm::dyn_cast_or_null<clang::UnaryOperator>(step); one && one->isIncrementDecrementOp())
    operation = one->isIncrementOp() ? '+' : '-';
  if (const auto* many = llvm::dyn_cast_or_null<clang::CompoundAssignOperator>(step)) {
    by = number(many->getRHS());
    const auto op = many->getOpcode();
    if (op == clang::BO_AddAssign) operation = '+';
    if (op == clang::BO_SubAssign) operation = '-';
    if (op == clang::BO_MulAssign) operation = '*';
    if (op == clang::BO_DivAssign) operation = '/';
    if ((op == clang::BO_ShlAssign || op == clang::BO_ShrAssign) && by && *by >= 0 && *by < 32)
      operation = op == clang::BO_ShlAssign ? '*' : '/', by = int64_t{1} << *by;
  }
  std::optional<int64_t> bound;
  bool with_bound = false;
  if (const auto* until =
          s->getCond() ? llvm::dyn_cast<clang::BinaryOperator>(s->getCond()->IgnoreParenImpCasts()) : nullptr;
      until && until->isRelationalOp()) {
    bound = number(until->getRHS());
    with_bound = until->getOpcode() == clang::BO_LE || until->getOpcode() == clang::BO_GE;
  }
  forget_changed(s, "changes in a loop");
  if (!counter || !first || operation == 0 || !by || *by < 1 || (operation == '/' && *by < 2)) return;
  HostSize size;
  size.values = stepped(*first, bound, with_bound, operation, *by);
  size.why = "runs through a loop" + line_of(s->getBeginLoc());
  if (!size.values.empty()) places_[variable(counter)] = named(counter, std::move(size));
}

void HostCode::range_loop(const clang::CXXForRangeStmt* s) {
  if (const auto* range = llvm::dyn_cast_or_null<clang::DeclStmt>(s->getRangeStmt())) walk(range);
  forget_changed(s->getBody(), "changes in a loop");
  const clang::VarDecl* counter = s->getLoopVariable();
  HostSize size;
  size.why = "runs through a loop" + line_of(s->getBeginLoc());
  const clang::Expr* list = s->getRangeInit() ? s->getRangeInit()->IgnoreParenImpCasts() : nullptr;
  if (const auto* standard = llvm::dyn_cast_or_null<clang::CXXStdInitializerListExpr>(list))
    list = standard->getSubExpr()->IgnoreParenImpCasts();
  if (const auto* temporary = llvm::dyn_cast_or_null<clang::MaterializeTemporaryExpr>(list))
    list = temporary->getSubExpr()->IgnoreParenImpCasts();
  HostValue elements = list ? value(list) : HostValue();
  std::optional<Count> times;
  if (elements.kind == HostValue::sequence && elements.count.valid()) times = elements.count;
  for (const HostValue& one : elements.parts)
    if (const auto number = one.count.constant(); one.kind == HostValue::number && number)
      size.values.push_back(*number);
  if (size.values.size() != elements.parts.size()) size.values.clear();
  HostValue v;
  if (counter->getType().getNonReferenceType()->isIntegerType()) v = named(counter, std::move(size));
  frames_.back().variables[counter] = new_place(std::move(v), counter);
  walk_times(s->getBody(), times);
}

}  // namespace portolan::hip
