// Statements.
#include <algorithm>

#include "emulate/accelerator/compiled.h"
#include "emulate/accelerator/compiled/helpers.h"
#include "emulate/accelerator/compiled/lowering.h"
#include "frontends/accelerator/encoding.h"

namespace portolan::accelerator {

bool MeaningLowering::lower(const Instruction& instruction, const std::string& name) {
  auto* type = llvm::FunctionType::get(b_.getInt8Ty(), {b_.getPtrTy(), b_.getPtrTy()}, false);
  function_ = llvm::Function::Create(type, llvm::Function::ExternalLinkage, name, module_);
  function_->addFnAttr(llvm::Attribute::NoUnwind);
  entry_ = block_named("entry");
  give_up_ = block_named("give_up");
  done_ = block_named("done");
  llvm::BasicBlock* body = block_named("body");
  b_.SetInsertPoint(entry_);
  steps_ = b_.CreateAlloca(b_.getInt64Ty());
  b_.CreateStore(b_.CreateLoad(b_.getInt64Ty(), pointer_to(offsetof(CompiledRun, steps))), steps_);
  frame_.assign(instruction.slots, {});
  const Format& format = chip_.formats[instruction.format];
  for (uint32_t i = 0; i < format.fields.size(); ++i) {
    const Field& field = format.fields[i];
    llvm::Value* at = b_.CreateGEP(b_.getInt64Ty(), function_->getArg(1), b_.getInt64(i));
    if (field.type.real) {
      frame_[i].lowered = {b_.CreateLoad(b_.getDoubleTy(), at), nullptr, 0, 0};
      continue;
    }
    // Numbers beyond 64 bits don't get here.
    const unsigned width = std::min(field.width(), 64u);
    const Number span = Number{1} << (field.type.is_signed ? width - 1 : width);
    const Number ends[] = {(field.type.is_signed ? -span : Number{0}) * field.scale + field.offset,
                           (span - 1) * field.scale + field.offset};
    frame_[i].lowered = {
        b_.CreateLoad(b_.getInt64Ty(), at), nullptr,
        std::clamp<Number>(std::min(ends[0], ends[1]), INT64_MIN, INT64_MAX),
        std::clamp<Number>(std::max(ends[0], ends[1]), INT64_MIN, has_no_sign(field) ? kMost64 : kHighest)};
  }
  b_.CreateBr(body);
  b_.SetInsertPoint(body);
  block(instruction.meaning);
  b_.CreateBr(done_);
  b_.SetInsertPoint(done_);
  b_.CreateStore(b_.CreateLoad(b_.getInt64Ty(), steps_), pointer_to(offsetof(CompiledRun, steps)));
  b_.CreateRet(b_.getInt8(1));
  b_.SetInsertPoint(give_up_);
  b_.CreateRet(b_.getInt8(0));
  return !refused_;
}

void MeaningLowering::block(const Block& block) {
  for (const Statement& s : block) {
    if (refused_) return;
    statement(s);
  }
}

void MeaningLowering::statement(const Statement& s) {
  switch (s.kind) {
    case Statement::Kind::let:
      frame_[s.index] = {raw_value(*s.value), {}};
      return;
    case Statement::Kind::variable: {
      const Lowered first = value(*s.value);
      Slot& slot = frame_[s.index];
      slot.variable = make_variable(s.value->type.real != nullptr);
      store(slot.variable, first);
      return;
    }
    case Statement::Kind::assign:
      return assign(s);
    case Statement::Kind::branch:
      return branch(s);
    case Statement::Kind::loop:
      return loop(s.ranges, 0, nullptr, [&] { block(s.body); });
    case Statement::Kind::together:
      return together(s);
    case Statement::Kind::outcome:  // whichever it is, the interpreter says it
      return give_up_if(s.value ? truth(decided(*s.value)) : b_.getTrue());
    case Statement::Kind::call:
      return procedure(s);
    case Statement::Kind::issue:
      return void(refuse());
    case Statement::Kind::stop:
      // Within loops and what is done together their ends would have to be left too.
      if (loops_ + together_ > 0) return void(refuse());
      b_.CreateStore(b_.getInt8(1), pointer_to(offsetof(CompiledRun, stops)));
      b_.CreateBr(done_);
      b_.SetInsertPoint(block_named("never"));
      return;
    case Statement::Kind::jump:
      b_.CreateStore(decided(*s.value).value, pointer_to(offsetof(CompiledRun, jump)));
      b_.CreateStore(b_.getInt8(1), pointer_to(offsetof(CompiledRun, jumps)));
      return;
  }
}

void MeaningLowering::branch(const Statement& s) {
  llvm::Value* condition = truth(decided(*s.value));
  llvm::BasicBlock *first = block_named("then"), *second = block_named("else"), *after = block_named("after");
  b_.CreateCondBr(condition, first, second);
  b_.SetInsertPoint(first);
  block(s.body);
  b_.CreateBr(after);
  b_.SetInsertPoint(second);
  block(s.otherwise);
  b_.CreateBr(after);
  b_.SetInsertPoint(after);
}

void MeaningLowering::count_steps(llvm::Value* steps) {
  llvm::Value* left = b_.CreateLoad(b_.getInt64Ty(), steps_);
  give_up_if(b_.CreateICmpSGT(steps, left));
  b_.CreateStore(b_.CreateSub(left, steps), steps_);
}

// Turns of a loop that doesn't end early are counted at its beginning.
void MeaningLowering::loop(const std::vector<Range>& ranges, size_t depth, llvm::BasicBlock* out,
                           const std::function<void()>& body) {
  if (refused_) return;
  if (depth == ranges.size()) {
    body();
    return;
  }
  const Range& range = ranges[depth];
  const Lowered first = decided(*range.first), end = decided(*range.end);
  const Number outer_turns = turns_;
  const Number most = std::max<Number>(end.high - first.low, 0);
  turns_ = depth == 0 ? most : std::min(kManyTurns, turns_) * std::min(kManyTurns, most);
  if (!out) {
    const Lowered turns = arithmetic(Operator::subtract, end, first);
    llvm::Value* none = b_.CreateICmpSLT(turns.value, b_.getInt64(0));
    count_steps(b_.CreateSelect(none, b_.getInt64(0), turns.value));
  }
  ++loops_;
  const Variable index = make_variable(false);
  b_.CreateStore(first.value, index.value);
  llvm::BasicBlock *head = block_named("loop"), *turn = block_named("turn"), *after = block_named("left");
  b_.CreateBr(head);
  b_.SetInsertPoint(head);
  llvm::Value* now = b_.CreateLoad(b_.getInt64Ty(), index.value);
  b_.CreateCondBr(b_.CreateICmpSLT(now, end.value), turn, after);
  b_.SetInsertPoint(turn);
  if (out) count_steps(b_.getInt64(1));
  frame_[range.slot] = {{now, nullptr, first.low, std::max(first.low, end.high - 1)}, {}};
  loop(ranges, depth + 1, out, body);
  // Below an end that is held.
  b_.CreateStore(b_.CreateAdd(now, b_.getInt64(1)), index.value);
  b_.CreateBr(head);
  b_.SetInsertPoint(after);
  --loops_;
  turns_ = outer_turns;
}

// All turns read what was there before the first.
void MeaningLowering::together(const Statement& s) {
  ++together_;
  loop(s.ranges, 0, nullptr, [&] { block(s.body); });
  if (--together_ == 0)
    call_helper(reinterpret_cast<const void*>(&helpers::write_deferred), b_.getVoidTy(), {function_->getArg(0)}, false);
}

void MeaningLowering::write(uint32_t state, llvm::Value* index, llvm::Value* bits, llvm::Value* defined) {
  const void* helper =
      together_ > 0 ? reinterpret_cast<const void*>(&helpers::defer) : reinterpret_cast<const void*>(&helpers::write);
  call_helper(helper, b_.getVoidTy(),
              {function_->getArg(0), b_.getInt32(state), index, bits, b_.CreateZExt(defined, b_.getInt8Ty())}, false);
}

void MeaningLowering::assign(const Statement& s) {
  const Expression& target = *s.target;
  const bool only_bits = target.kind != Expression::Kind::local && !target.type.is_signed;
  const Lowered written = only_bits ? raw_value(*s.value) : value(*s.value);
  if (target.kind == Expression::Kind::local) {
    const Variable& variable = frame_[target.index].variable;
    if (!variable.value || variable.real != (s.value->type.real != nullptr)) return void(refuse());
    return store(variable, written);
  }
  const unsigned width = target.type.width;
  if (width == 0 || width > 64 || (target.type.real != nullptr) != written.value->getType()->isDoubleTy())
    return void(refuse());
  llvm::Value* index = place(target);
  llvm::Value* bits = written.value;
  if (target.type.real) {
    bits = bits_of_real(written.value, *target.type.real);
  } else {
    const Lowered held =
        wrapped({written.value, nullptr, written.low, written.high}, std::min(width, 64u), target.type.is_signed);
    // What is undefined need not fit.
    if (held.value != written.value)
      give_up_if(b_.CreateAnd(is_defined(written), b_.CreateICmpNE(held.value, written.value)));
    if (width < 64) bits = b_.CreateAnd(bits, b_.getInt64((uint64_t{1} << width) - 1));
  }
  if (target.kind == Expression::Kind::element) return write(target.index, index, bits, is_defined(written));
  const unsigned bytes = width / 8;
  const auto size = static_cast<uint64_t>(chip_.states[target.index].elements());
  if (bytes > size) return void(refuse());
  give_up_if(b_.CreateICmpUGT(index, b_.getInt64(size - bytes)));
  for (unsigned i = 0; i < bytes; ++i)
    write(target.index, b_.CreateAdd(index, b_.getInt64(i)),
          b_.CreateAnd(b_.CreateLShr(bits, b_.getInt64(8 * i)), b_.getInt64(0xff)), is_defined(written));
}

void MeaningLowering::procedure(const Statement& s) {
  if (++calls_ > kMostCalls) return void(refuse());
  const Routine& routine = chip_.routines[s.index];
  Frame outer = arguments_for(routine, s.arguments);
  std::swap(frame_, outer);
  block(routine.body);
  std::swap(frame_, outer);
}

}  // namespace portolan::accelerator
