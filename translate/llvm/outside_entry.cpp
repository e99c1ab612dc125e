#include "translate/llvm/outside_entry.h"

#include <cstddef>

#include "llvm/IR/Intrinsics.h"
#include "llvm/IR/MDBuilder.h"
#include "translate/abi/runtime.h"
#include "translate/raise/convention.h"
#include "translate/raise/unit_raiser.h"

namespace portolan::llvm_proposer {

using abi::RuntimeFunction;
using abi::VariadicImage;
using raise::Passed;

namespace {

constexpr unsigned kLargestVaList = 32;  // bytes: AArch64
constexpr unsigned kMostArguments = 64;  // that a va_list is unpacked into

class EntryEmitter {
 public:
  EntryEmitter(const ModuleEmission& module, const raise::RaisedFunction& raised, llvm::Function& entry,
               llvm::Function& body)
      : m_(module),
        raised_(raised),
        outside_(*raised.outside),
        convention_(module.unit.isa),
        entry_(entry),
        body_(body),
        b_(llvm::BasicBlock::Create(module.module.getContext(), "", &entry)) {}

  void run() {
    if (outside_.signature.variadic) gather();
    if (outside_.va_list) unpack();
    const raise::Signature& signature = m_.raised.signatures[raised_.signature];
    std::vector<Value> arguments;
    for (size_t p = 0; p < signature.parameters.size(); ++p)
      arguments.push_back(argument(raised_.parameter_positions[p], signature.parameters[p]));
    llvm::CallInst* call = b_.CreateCall(&body_, arguments);
    call->setAttributes(body_.getAttributes());
    give_back(call, signature);
  }

 private:
  using Value = llvm::Value*;

  Value storage(uint64_t bytes) {
    auto* made = b_.CreateAlloca(llvm::ArrayType::get(b_.getInt8Ty(), bytes));
    made->setAlignment(llvm::Align(16));
    return made;
  }
  Value in_image(uint64_t offset) { return b_.CreateConstInBoundsGEP1_64(b_.getInt8Ty(), image_, offset); }
  Value slot(unsigned n) { return in_image(offsetof(VariadicImage, slots) + n * 8); }

  // The parameter of the entry that the source's convention has at this position, as a whole register.
  Value named(unsigned position) {
    for (unsigned p = 0; p < outside_.positions.size(); ++p) {
      if (outside_.positions[p] != position) continue;
      if (outside_.va_list == p) return b_.CreatePtrToInt(list_, b_.getInt64Ty());
      Value v = entry_.getArg(p);
      const Passed& passed = outside_.signature.parameters[p];
      if (passed.kind == Passed::Kind::floating) {
        v = b_.CreateBitCast(v, b_.getIntNTy(passed.bits));
        if (m_.unit.isa == Isa::riscv64 && passed.bits == 32)  // NaN-boxed
          return b_.CreateOr(b_.CreateZExt(v, b_.getInt64Ty()), b_.getInt64(~uint64_t{0} << 32));
        return b_.CreateZExt(v, b_.getInt64Ty());
      }
      bool sign = passed.is_signed || (m_.unit.isa == Isa::riscv64 && passed.bits == 32);
      return sign ? b_.CreateSExt(v, b_.getInt64Ty()) : b_.CreateZExt(v, b_.getInt64Ty());
    }
    return nullptr;
  }

  Value runtime(RuntimeFunction function, const std::vector<Value>& arguments) {
    std::vector<llvm::Type*> types;
    for (Value v : arguments) types.push_back(v->getType());
    auto* type = llvm::FunctionType::get(b_.getInt64Ty(), types, false);
    std::string name = abi::runtime_symbol(function, m_.unit.isa, m_.target);
    return b_.CreateCall(m_.module.getOrInsertFunction(name, type), arguments);
  }

  void trap_if_negative(Value v) {
    auto* failed = llvm::BasicBlock::Create(b_.getContext(), "", &entry_);
    auto* rest = llvm::BasicBlock::Create(b_.getContext(), "", &entry_);
    b_.CreateCondBr(b_.CreateICmpSLT(v, b_.getInt64(0)), failed, rest,
                    llvm::MDBuilder(b_.getContext()).createBranchWeights(1, 1 << 20));
    b_.SetInsertPoint(failed);
    b_.CreateIntrinsic(llvm::Intrinsic::trap, {}, {});
    b_.CreateUnreachable();
    b_.SetInsertPoint(rest);
  }

  Value format() {
    if (!outside_.format) return b_.getInt64(0);
    return entry_.getArg(*outside_.format);
  }

  // Slots that the body has a use for: those it takes one by one, or all there is room for.
  unsigned slots_used() const {
    unsigned slots = outside_.named_slots;
    for (unsigned position : raised_.parameter_positions) {
      if (position == raise::kStackAddress) return kMostArguments;
      if (position >= raise::kStackSlot) slots = std::max(slots, position - raise::kStackSlot + 1);
    }
    return slots;
  }

  void gather() {
    image_ = storage(sizeof(VariadicImage));
    Value list = storage(kLargestVaList);
    b_.CreateIntrinsic(llvm::Intrinsic::vastart, {b_.getPtrTy()}, {list});
    auto set = [&](uint64_t offset, uint64_t value) { b_.CreateStore(b_.getInt64(value), in_image(offset)); };
    set(offsetof(VariadicImage, integers_used), outside_.named_integers);
    set(offsetof(VariadicImage, floats_used), outside_.named_floats);
    set(offsetof(VariadicImage, slots_used), outside_.named_slots);
    set(offsetof(VariadicImage, slots_count), slots_used());
    for (unsigned n = 0; n < outside_.named_slots; ++n)
      if (Value v = named(raise::kStackSlot + n)) b_.CreateStore(v, slot(n));
    Value argument = list;
    if (m_.target == Isa::riscv64) argument = b_.CreateLoad(b_.getInt64Ty(), list);
    Value done = runtime(RuntimeFunction::va_gather,
                         {format(), b_.getInt64(static_cast<uint64_t>(outside_.kind)), argument, image_});
    trap_if_negative(done);
  }

  void unpack() {
    list_ = storage(kLargestVaList);
    Value slots = storage(kMostArguments * 8);
    Value used = runtime(RuntimeFunction::va_unpack,
                         {format(), b_.getInt64(static_cast<uint64_t>(outside_.kind)), entry_.getArg(*outside_.va_list),
                          slots, b_.getInt64(kMostArguments), list_});
    trap_if_negative(used);
    if (m_.unit.isa == Isa::riscv64) list_ = b_.CreateLoad(b_.getPtrTy(), list_);
  }

  Value argument(unsigned position, const Passed& passed) {
    llvm::Type* type = m_.passed_type(passed);
    const unsigned floats = convention_.float_argument(0);
    if (position == raise::kStackAddress) return b_.CreatePtrToInt(slot(0), b_.getInt64Ty());
    Value whole = named(position);
    if (!whole && image_) {
      if (position >= raise::kStackSlot) {
        whole = b_.CreateLoad(b_.getInt64Ty(), slot(position - raise::kStackSlot));
      } else if (position < floats) {
        whole = b_.CreateLoad(b_.getInt64Ty(), in_image(offsetof(VariadicImage, integers) + position * 8));
      } else if (position < convention_.vector_count()) {
        return b_.CreateLoad(type, in_image(offsetof(VariadicImage, floats) + (position - floats) * 16));
      } else {
        whole = b_.getInt64(convention_.float_arguments());  // al: all vector registers may be used
      }
    }
    // Not what the prototype says it gets: whatever it finds.
    if (!whole) return llvm::Constant::getNullValue(type);
    return b_.CreateBitCast(b_.CreateZExtOrTrunc(whole, b_.getIntNTy(passed.bits)), type);
  }

  void give_back(llvm::CallInst* call, const raise::Signature& signature) {
    if (outside_.signature.results.empty()) {
      b_.CreateRetVoid();
      return;
    }
    const Passed& wanted = outside_.signature.results[0];
    unsigned position = wanted.kind == Passed::Kind::floating ? convention_.integer_results() : 0;
    for (unsigned r = 0; r < raised_.result_positions.size(); ++r) {
      if (raised_.result_positions[r] != position) continue;
      Value v = signature.results.size() == 1 ? call : b_.CreateExtractValue(call, r);
      v = b_.CreateBitCast(v, b_.getIntNTy(signature.results[r].bits));
      v = b_.CreateZExtOrTrunc(v, b_.getIntNTy(wanted.bits));
      b_.CreateRet(b_.CreateBitCast(v, entry_.getReturnType()));
      return;
    }
    b_.CreateRet(llvm::Constant::getNullValue(entry_.getReturnType()));  // it never sets one
  }

  const ModuleEmission& m_;
  const raise::RaisedFunction& raised_;
  const raise::OutsideEntry& outside_;
  raise::Convention convention_;
  llvm::Function& entry_;
  llvm::Function& body_;
  llvm::IRBuilder<> b_;
  Value image_ = nullptr;  // variadic: the registers and slots of the source's convention
  Value list_ = nullptr;   // of the source
};

}  // namespace

void emit_outside_entry(const ModuleEmission& module, const raise::RaisedFunction& raised, llvm::Function& entry,
                        llvm::Function& body) {
  EntryEmitter(module, raised, entry, body).run();
}

}  // namespace portolan::llvm_proposer
