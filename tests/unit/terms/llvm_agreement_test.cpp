// The third leg: what the translator makes of every pure integer op in LLVM IR, evaluated by LLVM's own constant
// folder, is what interpreter and terms compute (op_agreement_test.cpp), for all operands at small widths.
#include "ir/op_semantics.h"
#include "llvm/Analysis/ConstantFolding.h"
#include "llvm/IR/Module.h"
#include "test_support.h"
#include "translate/llvm/domain.h"

namespace portolan::terms {
namespace {

// One op in a function of its own: the operands that are no constants are its arguments.
class LlvmOp {
 public:
  LlvmOp(const Instruction& inst, std::span<const std::optional<APInt>> constants, std::span<const unsigned> widths)
      : module_("op", context_), builder_(context_) {
    std::vector<llvm::Type*> types;
    for (size_t i = 0; i < widths.size(); ++i)
      if (!constants[i]) types.push_back(builder_.getIntNTy(widths[i]));
    auto* type = llvm::FunctionType::get(builder_.getVoidTy(), types, false);
    function_ = llvm::Function::Create(type, llvm::Function::ExternalLinkage, "op", module_);
    builder_.SetInsertPoint(llvm::BasicBlock::Create(context_, "", function_));
    llvm_proposer::LlvmDomain domain(builder_, Isa::aarch64);
    std::vector<llvm::Value*> operands;
    Function none;
    size_t argument = 0;
    for (const std::optional<APInt>& c : constants)
      operands.push_back(c ? static_cast<llvm::Value*>(builder_.getInt(*c)) : function_->getArg(argument++));
    // Where a product is widened the emitter asks for values of the function; there are none here.
    domain.look_up_with([](ir::ValueId) { return nullptr; });
    result_ = domain.integer(ir::evaluate(domain, none, inst, std::span<llvm::Value* const>(operands)));
  }

  // Nothing where LLVM's folder leaves something open.
  std::optional<APInt> operator()(std::span<const APInt> arguments) {
    std::map<llvm::Value*, llvm::Constant*> values;
    for (size_t i = 0; i < arguments.size(); ++i) values[function_->getArg(i)] = builder_.getInt(arguments[i]);
    auto value_of = [&](llvm::Value* v) -> llvm::Constant* {
      if (auto* constant = llvm::dyn_cast<llvm::Constant>(v)) return constant;
      return values.at(v);
    };
    for (llvm::Instruction& i : function_->getEntryBlock()) {
      llvm::SmallVector<llvm::Constant*> operands;
      for (llvm::Value* operand : i.operands()) operands.push_back(value_of(operand));
      llvm::Constant* made = nullptr;
      if (auto* compare = llvm::dyn_cast<llvm::ICmpInst>(&i))
        made = llvm::ConstantFoldCompareInstOperands(compare->getPredicate(), operands[0], operands[1],
                                                     module_.getDataLayout());
      else
        made = llvm::ConstantFoldInstOperands(&i, operands, module_.getDataLayout());
      if (made == nullptr) return std::nullopt;
      values[&i] = made;
    }
    auto* number = llvm::dyn_cast<llvm::ConstantInt>(value_of(result_));
    return number ? std::optional(number->getValue()) : std::nullopt;
  }

 private:
  llvm::LLVMContext context_;
  llvm::Module module_;
  llvm::IRBuilder<> builder_;
  llvm::Function* function_ = nullptr;
  llvm::Value* result_ = nullptr;
};

// All operands, each once as an argument and once as a constant.
void compare(const Instruction& inst, std::span<const unsigned> widths) {
  unsigned bits = 0;
  for (const unsigned w : widths) bits += w;
  for (unsigned constants = 0; constants < 1u << widths.size(); ++constants) {
    std::map<uint64_t, std::unique_ptr<LlvmOp>> made;  // by what the constants are
    for (uint64_t all = 0; all < uint64_t{1} << bits; ++all) {
      std::vector<APInt> values, arguments;
      std::vector<std::optional<APInt>> fixed;
      uint64_t rest = all, key = 0;
      for (size_t i = 0; i < widths.size(); ++i) {
        values.emplace_back(widths[i], rest & ((1u << widths[i]) - 1));
        rest >>= widths[i];
        fixed.emplace_back();
        if (constants >> i & 1)
          fixed.back() = values.back(), key = key << 8 | values.back().getZExtValue();
        else
          arguments.push_back(values.back());
      }
      std::unique_ptr<LlvmOp>& op = made[key];
      if (!op) op = std::make_unique<LlvmOp>(inst, fixed, widths);
      const std::optional<APInt> folded = (*op)(arguments);
      ASSERT_TRUE(folded) << ir::info(inst.op).name << " b" << inst.width << " " << all
                          << ": LLVM folds it to no number";
      ASSERT_EQ(*folded, ir::evaluate_concrete({}, inst, values))
          << ir::info(inst.op).name << " b" << inst.width << " index " << inst.index << " operands " << all
          << " constants " << constants;
    }
  }
}

bool is_integer_op(Op op) {
  const ir::OpInfo& info = ir::info(op);
  const bool plain = info.shape == ir::Shape::Unary || info.shape == ir::Shape::Binary ||
                     info.shape == ir::Shape::Ternary || info.shape == ir::Shape::Compare ||
                     info.shape == ir::Shape::Carry;
  return info.effects == ir::Effects::Pure && plain && info.name[0] != 'f';
}

TEST(Llvm, EveryIntegerOpExhaustivelyAtSmallWidths) {
  unsigned ops = 0;
  for (unsigned n = 0; n < ir::kOpCount; ++n) {
    const Op op = Op(n);
    if (!is_integer_op(op) || op == Op::byte_swap) continue;  // whole bytes only: below
    ++ops;
    const ir::Shape shape = ir::info(op).shape;
    const bool gives_bit = shape == ir::Shape::Compare || shape == ir::Shape::Carry;
    for (unsigned w = 1; w <= 4; ++w) {
      std::vector<unsigned> widths(ir::info(op).arity, w);
      if (shape == ir::Shape::Carry) widths[2] = 1;
      compare(ir::instruction(op, gives_bit ? 1 : w), widths);
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_GE(ops, 40u);
}

TEST(Llvm, WidthsAndChoicesExhaustivelyAtSmallWidths) {
  for (unsigned w = 1; w <= 4; ++w) {
    const unsigned one[] = {w};
    for (unsigned to = w + 1; to <= 6; ++to)
      for (const Op op : {Op::zext, Op::sext}) compare(ir::instruction(op, to), one);
    for (unsigned low = 0; low < w; ++low)
      for (unsigned width = 1; low + width <= w; ++width) {
        Instruction part = ir::instruction(Op::extract, width);
        part.index = low;
        compare(part, one);
      }
    for (unsigned other = 1; other <= 4; ++other) {
      const unsigned both[] = {w, other};
      compare(ir::instruction(Op::concat, w + other), both);
    }
    const unsigned choice[] = {1, w, w};
    compare(ir::instruction(Op::select, w), choice);
    if (HasFatalFailure()) return;
  }
}

TEST(Llvm, ByteSwapOfSixteenBits) {
  const unsigned one[] = {16};
  compare(ir::instruction(Op::byte_swap, 16), one);
}

}  // namespace
}  // namespace portolan::terms
