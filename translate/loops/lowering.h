// Expressions of a specification as LLVM IR. Numbers of the specification have no width: each value here carries the
// interval that it lies in, and is held in 32 or 64 bits accordingly. What may need more is refused.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "frontends/accelerator/check_code.h"
#include "ir/diagnostic.h"
#include "llvm/IR/IRBuilder.h"
#include "translate/loops/processor.h"

namespace portolan::loops {

using accelerator::Expression;
using accelerator::Number;

struct Interval {
  Number low = 0, high = 0;
};

// An integer of 1, 32 or 64 bits, or a real number; one or a vector of them.
struct Lowered {
  llvm::Value* value = nullptr;
  Interval interval;  // integers
};

// Of the places of a type.
Interval type_limits(const accelerator::Type& type);

class Lowering {
 public:
  Lowering(const accelerator::Description& specification, const Processor& processor, llvm::IRBuilder<>& builder,
           bool approximate)
      : spec_(specification), processor_(processor), b_(builder), approximate_(approximate) {}

  // Where the elements of each tensor lie.
  std::vector<llvm::Value*> tensors;

  // One equation, all its elements.
  void equation(const accelerator::Statement& loop);
  // How an element of a tensor is held in memory.
  llvm::Type* stored_type(const accelerator::State& state);
  // The first thing that could not be done; then nothing of the code is of use.
  std::optional<Diagnostic> refusal;

 private:
  Lowered refused(accelerator::Position at, const std::string& why);
  llvm::Value* refused_real(accelerator::Position at, const std::string& why);
  Lowered value(const Expression& e);
  Lowered integer(const Expression& e);
  // Right in the low `bits` bits only, as a value of 32 or 64 bits.
  llvm::Value* modular(const Expression& e, unsigned bits);
  Lowered integer_operation(const Expression& e);
  Lowered arithmetic(const Expression& e, const Lowered& a, const Lowered& b);
  Lowered divided(const Expression& e, const Lowered& a, const Lowered& b);
  Lowered shifted(const Expression& e, const Lowered& a, const Lowered& b);
  Lowered bitwise(const Expression& e, const Lowered& a, const Lowered& b);
  Lowered integer_builtin(const Expression& e);
  Lowered integer_conversion(const Expression& e);
  Lowered clamped(Lowered x, Interval limits);
  Lowered chosen(const Expression& e);
  Lowered either(llvm::Value* condition, const std::function<Lowered()>& then,
                 const std::function<Lowered()>& otherwise, bool real);
  Lowered called(const Expression& e);
  Lowered element(const Expression& e);
  llvm::Value* place(const Expression& e);
  bool moves_with_lane(const Expression& e) const;
  // `modulus`: only so many bits of a sum are wanted; 0: all.
  Lowered reduced(const Expression& e, unsigned modulus = 0);
  struct Accumulator;
  void accumulate(const Expression& e, Accumulator& all, unsigned modulus);
  const accelerator::Range* lanes_of_sum(const Expression& e) const;
  llvm::Value* real(const Expression& e) { return value(e).value; }
  llvm::Value* real_value(const Expression& e);
  llvm::Value* real_operation(const Expression& e);
  llvm::Value* real_builtin(const Expression& e);
  llvm::Value* real_conversion(const Expression& e);
  llvm::Value* widened(llvm::Value* bits, const accelerator::RealFormat& format);  // of bits in memory
  llvm::Value* to_bits(llvm::Value* real, const accelerator::RealFormat& format);
  llvm::Value* rounded_to(llvm::Value* real, const accelerator::RealFormat& format, accelerator::Position at);
  llvm::Value* exponential(llvm::Value* x);

  // Loops: body is called once, with its index in the local of `slot`.
  void loop(llvm::Value* first, llvm::Value* end, Interval interval, uint32_t slot, unsigned step,
            const std::function<void()>& body);
  void loops(const std::vector<accelerator::Range>& ranges, size_t depth, size_t end,
             const std::function<void()>& body);
  // All of a range of constant length, as many lanes at once as there are, and what is left over by fewer.
  void in_lanes(const accelerator::Range& range, const std::function<void()>& body);
  void store(const accelerator::Statement& s);

  llvm::Type* real_type() const { return processor_.doubles ? b_.getDoubleTy() : b_.getFloatTy(); }
  llvm::Type* held_type(const accelerator::RealFormat& format, accelerator::Position at);
  llvm::Type* like(llvm::Type* scalar, llvm::Value* shape) const;
  llvm::Value* spread(llvm::Value* v);  // a vector if lanes are worked on
  void same_shape(llvm::Value*& a, llvm::Value*& b);
  llvm::Value* as(const Lowered& x, unsigned bits);
  llvm::Value* condition(const Expression& e);
  Lowered sized(llvm::Value* v, Interval interval, accelerator::Position at);
  unsigned bits_for(Interval interval, accelerator::Position at);
  llvm::Value* constant(llvm::Type* type, double value) { return llvm::ConstantFP::get(type, value); }

  const accelerator::Description& spec_;
  const Processor& processor_;
  llvm::IRBuilder<>& b_;
  bool approximate_;
  std::vector<Lowered> frame_;
  Number turns_ = 1;  // of the loops that the code being made stands in, at most
  uint32_t lane_slot_ = accelerator::kNone;
  unsigned lanes_ = 1;
  unsigned branches_ = 0;  // within which a place is only read if it is in range
};

}  // namespace portolan::loops
