// The meaning of one instruction as LLVM IR: a function of a CompiledRun and the fields' numbers. A number of the
// description has no width; here each is held in 64 bits with the interval that it lies in, and code that gives up
// stands wherever the interval says that it might need more.
#pragma once

#include <functional>
#include <vector>

#include "frontends/accelerator/check_code.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"

namespace portolan::accelerator {

class MeaningLowering {
 public:
  MeaningLowering(const Description& chip, llvm::Module& module);

  // A function of that name. False: something in the meaning has no code here; then the module is of no use.
  bool lower(const Instruction& instruction, const std::string& name);

 private:
  // An integer in 64 bits or a real number in a double; whether it is defined, null: it is. An integer is held with its
  // sign, or, if `high` says that it may be 2^63 or more, without: then only raw() gives it.
  struct Lowered {
    llvm::Value* value = nullptr;
    llvm::Value* defined = nullptr;
    Number low = 0, high = 0;  // integers
    bool is_constant() const { return low == high; }
  };
  struct Variable {  // in a place of its own, since it changes
    llvm::AllocaInst *value = nullptr, *defined = nullptr;
    bool real = false;
  };
  struct Slot {
    Lowered lowered;
    Variable variable;  // null: the slot never changes
  };
  using Frame = std::vector<Slot>;
  static constexpr Number kHighest = INT64_MAX, kMost64 = (Number{1} << 64) - 1;
  static bool is_wide(const Lowered& x) { return x.high > kHighest; }
  static constexpr Number kManyTurns = Number{1} << 40;
  static constexpr unsigned kMostCalls = 2000;   // functions and procedures put in place of their calls
  static constexpr size_t kMostBlocks = 20'000;  // LLVM takes seconds for more

  Lowered refuse();
  Lowered number(Number n) const;
  Lowered real_number(double x) const;
  llvm::Value* both(llvm::Value* a, llvm::Value* b);
  llvm::Value* is_defined(const Lowered& x) const;
  llvm::Value* truth(const Lowered& x);
  Lowered bit(llvm::Value* condition, llvm::Value* defined);
  void give_up_if(llvm::Value* condition);
  void give_up_unless_defined(const Lowered& x);
  llvm::BasicBlock* block_named(const char* name);

  Lowered value(const Expression& e);
  // Where only bits count, or it is handed on.
  Lowered raw(const Expression& e);
  Lowered raw_value(const Expression& e);
  Lowered held(const Lowered& x);
  Lowered decided(const Expression& e);
  Lowered integer(const Expression& e);
  Lowered operation(const Expression& e);
  Lowered arithmetic(Operator operation, const Lowered& a, const Lowered& b);
  Lowered checked(unsigned intrinsic, const Lowered& a, const Lowered& b, llvm::Value* defined);
  Lowered divided(Operator operation, const Lowered& a, const Lowered& b);
  Lowered shifted(Operator operation, const Lowered& a, const Lowered& b);
  Lowered bitwise(Operator operation, const Lowered& a, const Lowered& b);
  Lowered compared(Operator operation, const Lowered& a, const Lowered& b);
  Lowered short_circuit(const Expression& e);
  Lowered field_of(const Expression& e);
  Lowered bits_of_number(const Lowered& whole, unsigned low, unsigned width);
  Lowered wrapped(const Lowered& x, unsigned width, bool is_signed);
  Lowered saturated(const Lowered& x, unsigned width, bool is_signed);
  Lowered integer_builtin(const Expression& e);
  Lowered rounded(const Expression& e, const Type* saturate_to);
  Lowered integer_conversion(const Expression& e);
  Lowered either(llvm::Value* condition, const std::function<Lowered()>& then,
                 const std::function<Lowered()>& otherwise);
  Lowered matched(const Expression& e);
  Lowered called(const Expression& e);
  Lowered element(const Expression& e);
  llvm::Value* place(const Expression& e);
  Lowered cell(uint32_t state, llvm::Value* index);
  Lowered reduced(const Expression& e);
  void reduce_one(const Expression& e, const Variable& result, const Variable& any, llvm::BasicBlock* out);

  Lowered real(const Expression& e);
  Lowered real_operation(const Expression& e);
  Lowered real_builtin(const Expression& e);
  Lowered real_conversion(const Expression& e);
  llvm::Value* round_to(llvm::Value* x, const RealFormat& format);
  llvm::Value* bits_of_real(llvm::Value* x, const RealFormat& format);
  llvm::Value* real_of_bits(llvm::Value* bits, const RealFormat& format);
  llvm::Value* quick_or(llvm::Value* is_quick, const std::function<llvm::Value*()>& quick,
                        const std::function<llvm::Value*()>& slow);
  llvm::Value* call_helper(const void* helper, llvm::Type* result, std::vector<llvm::Value*> arguments, bool pure);

  void block(const Block& block);
  void statement(const Statement& s);
  void assign(const Statement& s);
  void write(uint32_t state, llvm::Value* index, llvm::Value* bits, llvm::Value* defined);
  void branch(const Statement& s);
  void together(const Statement& s);
  void procedure(const Statement& s);
  // Runs `body` for all indices; `out` is where it goes when it ends early, null: it never does.
  void loop(const std::vector<Range>& ranges, size_t depth, llvm::BasicBlock* out, const std::function<void()>& body);
  void count_steps(llvm::Value* steps);

  Frame arguments_for(const Routine& routine, const std::vector<ExpressionPointer>& arguments);
  Variable make_variable(bool real);
  void store(const Variable& variable, const Lowered& x);
  Lowered load(const Variable& variable);
  llvm::Value* pointer_to(size_t offset);  // in the run
  llvm::Value* constant_pointer(const void* p);

  const Description& chip_;
  llvm::Module& module_;
  llvm::IRBuilder<> b_;
  llvm::Function* function_ = nullptr;
  llvm::BasicBlock *entry_ = nullptr, *give_up_ = nullptr, *done_ = nullptr;
  llvm::AllocaInst* steps_ = nullptr;
  Frame frame_;
  Number turns_ = 1;  // at most, of the loops of the reduction that is lowered
  Number reduced_low_ = 0, reduced_high_ = 0;
  unsigned together_ = 0, loops_ = 0, calls_ = 0;
  bool refused_ = false;
};

}  // namespace portolan::accelerator
