// Host code read as though it ran, with formulas in the place of numbers: what variables hold when kernels are
// launched. Branches are both walked, loops once; what a loop or a branch changes becomes a size of its own.
#pragma once

#include <deque>
#include <set>

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"
#include "tools/hip/host_value.h"

namespace portolan::hip {

// What must keep its value: constants and macros that device code uses too.
struct DeviceNames {
  std::set<const clang::VarDecl*> constants;
  std::set<std::string> macros;
};

class HostCode {
 public:
  HostCode(clang::ASTContext& context, const DeviceNames& fixed) : context_(context), fixed_(fixed) {}
  // From here on, with parameters of which nothing is known.
  void run(const clang::FunctionDecl* entry);
  // It launches a kernel, or calls what does, in a place that no run has come to.
  bool has_new_launches(const clang::FunctionDecl* f);
  const std::vector<HostLaunch>& launches() const { return launches_; }
  const std::map<std::string, HostSize>& sizes() const { return sizes_; }

 private:
  struct Frame {
    std::map<const clang::ValueDecl*, size_t> variables;
    size_t self = 0;
    bool has_self = false;
    std::optional<HostValue> returned;
  };

  // Statements.
  void walk(const clang::Stmt* s);
  void declare(const clang::VarDecl* d);
  void set_loop_values(const clang::ForStmt* s);
  void walk_times(const clang::Stmt* body, const std::optional<Count>& times);
  std::optional<Count> times_of(const clang::ForStmt* s);
  void range_loop(const clang::CXXForRangeStmt* s);
  void forget_changed(const clang::Stmt* s, const std::string& why);

  // Expressions.
  HostValue value(const clang::Expr* e);
  HostValue value_of_cast(const clang::CastExpr* e);
  HostValue value_of_unary(const clang::UnaryOperator* e);
  HostValue value_of_binary(const clang::BinaryOperator* e);
  HostValue value_of_choice(const clang::ConditionalOperator* e);
  HostValue arithmetic(clang::BinaryOperatorKind op, const clang::Expr* left, const clang::Expr* right);
  HostValue initialised(const clang::Expr* e, clang::QualType type);
  HostValue value_of_list(const clang::InitListExpr* e);
  std::optional<size_t> place_of(const clang::Expr* e);
  std::optional<size_t> place_of_member(const clang::MemberExpr* e);
  HostValue constructed(const clang::CXXConstructExpr* e);
  void construct(const clang::CXXConstructExpr* e, size_t self);
  HostValue sequence(const clang::CXXConstructExpr* e);

  // Calls.
  HostValue call(const clang::CallExpr* e);
  std::optional<HostValue> known_call(const clang::CallExpr* e, const clang::FunctionDecl* f);
  std::optional<HostValue> sequence_call(const clang::CallExpr* e, const clang::FunctionDecl* f);
  HostValue inlined(const clang::FunctionDecl* f, llvm::ArrayRef<const clang::Expr*> arguments,
                    std::optional<size_t> self);
  void bind(Frame& frame, const clang::ParmVarDecl* p, const clang::Expr* argument);
  void escape(const clang::Expr* argument);
  void launch(const clang::CUDAKernelCallExpr* e);
  void launch_by_call(const clang::CallExpr* e);
  void launch_by_configuration(const clang::CallExpr* e);
  void record(const clang::Expr* at, const HostValue& callee, const HostValue& grid, const HostValue& block,
              const HostValue& shared, std::vector<HostValue> arguments);

  // Values.
  size_t new_place(HostValue v, const clang::ValueDecl* of = nullptr);
  size_t variable(const clang::ValueDecl* d);
  HostValue copy(const HostValue& v);
  size_t field(size_t object, const clang::FieldDecl* f);
  HostValue member(const HostValue& object, const char* name);
  HostValue named(const clang::ValueDecl* d, HostSize size);
  HostValue as_size(const clang::ValueDecl* d, HostValue v, bool fixed, const std::string& why);
  void set_unknown(size_t place, const std::string& why);
  bool is_fixed(const clang::Stmt* e) const;
  struct Launching {
    std::vector<const clang::Expr*> sites;
  };
  const Launching& launching(const clang::FunctionDecl* f);
  std::string line_of(clang::SourceLocation at) const;
  bool in_system(const clang::Decl* d) const;

  clang::ASTContext& context_;
  const DeviceNames& fixed_;
  std::vector<HostLaunch> launches_;
  std::set<std::pair<const clang::Expr*, const clang::FunctionDecl*>> recorded_;
  std::set<const clang::Expr*> reached_;
  std::map<const clang::FunctionDecl*, Launching> launching_;
  std::map<std::string, HostSize> sizes_;
  std::map<std::pair<const clang::ValueDecl*, std::string>, std::string> names_;
  std::deque<HostValue> places_;                // references stay good
  std::vector<const clang::ValueDecl*> whose_;  // of each place; null: nobody's
  std::map<const clang::ValueDecl*, size_t> globals_;
  std::vector<Frame> frames_;
  std::vector<const clang::FunctionDecl*> active_;
  std::optional<Count> times_ = Count(1);  // how often what is walked is done; none: it isn't known
  unsigned steps_ = 0;
};

}  // namespace portolan::hip
