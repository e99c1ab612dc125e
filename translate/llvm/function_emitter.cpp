#include "translate/llvm/function_emitter.h"

#include <cassert>

#include "ir/cfg.h"
#include "ir/op_semantics.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/Intrinsics.h"
#include "llvm/IR/MDBuilder.h"

namespace portolan::llvm_proposer {

using ir::BlockId;
using ir::Instruction;
using ir::Op;
using ir::ValueId;
using raise::Passed;
using raise::Signature;

namespace {

constexpr uint64_t kUnrolledElements = 32;  // of memory_copy and memory_set

llvm::AtomicOrdering atomic_ordering(ir::Ordering ordering) {
  switch (ordering) {
    case ir::Ordering::none:
    case ir::Ordering::relaxed:
      return llvm::AtomicOrdering::Monotonic;
    case ir::Ordering::acquire:
      return llvm::AtomicOrdering::Acquire;
    case ir::Ordering::release:
      return llvm::AtomicOrdering::Release;
    case ir::Ordering::acquire_release:
      return llvm::AtomicOrdering::AcquireRelease;
    case ir::Ordering::sequential:
      return llvm::AtomicOrdering::SequentiallyConsistent;
  }
  return llvm::AtomicOrdering::SequentiallyConsistent;
}

}  // namespace

FunctionEmitter::FunctionEmitter(ModuleEmission& module, const raise::RaisedFunction& raised, llvm::Function& llvm)
    : m_(module),
      raised_(raised),
      f_(raised.function),
      symbols_(module.unit, raised.function),
      llvm_(llvm),
      b_(module.module.getContext()),
      domain_(b_, module.target),
      values_(f_.values.size()),
      uses_(f_.values.size()),
      first_user_(f_.values.size(), ir::kNoValue),
      blocks_(f_.blocks.size()),
      last_of_(f_.blocks.size()),
      phis_(f_.blocks.size()) {
  if (!module.rules) return;
  const auto plan = module.rules->plans.find(&f_);
  if (plan != module.rules->plans.end() && !plan->second.empty()) plan_ = &plan->second;
}

void FunctionEmitter::prepare_blocks() {
  for (BlockId block : ir::reverse_post_order(f_)) {
    blocks_[block] = llvm::BasicBlock::Create(b_.getContext(),
                                              f_.blocks[block].name.empty() ? "" : "L" + f_.blocks[block].name, &llvm_);
    for (ValueId v : f_.blocks[block].instructions)
      for (ValueId operand : f_[v].operands) {
        ++uses_[operand];
        if (first_user_[operand] == ir::kNoValue) first_user_[operand] = v;
      }
    for (ValueId operand : f_.blocks[block].terminator.operands) ++uses_[operand];
    for (const ir::Edge& edge : f_.blocks[block].terminator.edges)
      for (ValueId v : edge.arguments) ++uses_[v];
  }
}

// Registers that may hold arguments are passed whatever they hold. What is undefined in them costs nothing as long as
// nobody computes with it.
void FunctionEmitter::find_passed_on() {
  passed_on_.resize(f_.values.size());
  for (ValueId v = 0; v < f_.values.size(); ++v) {
    const Instruction& i = f_[v];
    passed_on_[v] =
        i.op == Op::undef || (i.op == Op::parameter && i.block != 0) || (i.op == Op::extract && i.lanes == 1);
  }
  std::vector<BlockId> order = ir::reverse_post_order(f_);
  for (bool changed = true; changed;) {
    changed = false;
    auto compute_with = [&](ValueId v) {
      changed |= passed_on_[v] != 0;
      passed_on_[v] = 0;
    };
    for (BlockId block : order) {
      for (ValueId v : f_.blocks[block].instructions) {
        const Instruction& i = f_[v];
        bool carries = i.op == Op::call || (i.op == Op::extract && passed_on_[v]);
        unsigned callee = i.op == Op::call && f_.calls[i.index].indirect ? 1 : 0;
        for (unsigned o = 0; o < i.operands.size(); ++o)
          if (!carries || o < callee) compute_with(i.operands[o]);
      }
      const ir::Terminator& t = f_.blocks[block].terminator;
      for (ValueId v : t.operands)
        if (t.op != Op::ret) compute_with(v);
      for (const ir::Edge& edge : t.edges)
        for (size_t n = 0; n < edge.arguments.size(); ++n)
          if (!passed_on_[f_.blocks[edge.target].parameters[n]]) compute_with(edge.arguments[n]);
    }
  }
}

// The type in which a join carries a value: that of its first use, so that vectors and floats stay in their registers.
llvm::Type* FunctionEmitter::natural_type(ValueId v) const {
  uint32_t width = f_.width(v);
  LlvmDomain& d = const_cast<LlvmDomain&>(domain_);
  if (first_user_[v] != ir::kNoValue) {
    const Instruction& user = f_[first_user_[v]];
    bool from_float = user.format != ir::FloatFormat::none;
    if (from_float && ir::bits(user.format) * user.lanes == width) return d.float_type(user.format, user.lanes);
    if (user.lanes > 1 && user.op != Op::splat && width % user.lanes == 0 && width / user.lanes >= 8)
      return d.vector_type(user.lanes, width / user.lanes);
  }
  if (width >= 128 && width % 64 == 0) return d.vector_type(width / 64, 64);
  return llvm::IntegerType::get(llvm_.getContext(), width);
}

void FunctionEmitter::make_frame() {
  bool used = false;
  for (const ir::Block& block : f_.blocks)
    for (ValueId v : block.instructions) used |= f_[v].op == Op::frame_address;
  if (!used) return;
  // The base keeps its alignment: storage below it is rounded up.
  uint64_t below = (static_cast<uint64_t>(-raised_.frame_low) + raised_.frame_alignment - 1) &
                   ~uint64_t{raised_.frame_alignment - 1};
  uint64_t size = below + static_cast<uint64_t>(raised_.frame_high);
  frame_ = b_.CreateAlloca(llvm::ArrayType::get(b_.getInt8Ty(), size == 0 ? 16 : size), nullptr, "frame");
  frame_->setAlignment(llvm::Align(raised_.frame_alignment));
  frame_below_ = below;
}

void FunctionEmitter::run() {
  prepare_blocks();
  find_passed_on();
  domain_.find_wide_integers(f_);
  domain_.look_up_with([this](ValueId v) { return value(v); });
  auto* type = m_.debug->createSubroutineType(m_.debug->getOrCreateTypeArray({}));
  auto* scope = m_.debug->createFunction(m_.file, llvm_.getName(), llvm_.getName(), m_.file, 1, type, 1,
                                         llvm::DINode::FlagPrototyped, llvm::DISubprogram::SPFlagDefinition);
  llvm_.setSubprogram(scope);
  std::vector<BlockId> order = ir::reverse_post_order(f_);
  for (BlockId block : order) {
    if (block == 0) continue;
    b_.SetInsertPoint(blocks_[block]);
    for (ValueId p : f_.blocks[block].parameters) {
      auto* phi = b_.CreatePHI(natural_type(p), 2);
      phis_[block].push_back(phi);
      values_[p] = phi;
    }
  }
  b_.SetInsertPoint(blocks_[0]);
  b_.SetCurrentDebugLocation(llvm::DILocation::get(b_.getContext(), 0, 0, scope));
  const std::vector<ValueId>& parameters = f_.blocks[0].parameters;
  for (size_t n = 0; n < parameters.size(); ++n) {
    llvm::Argument* argument = llvm_.getArg(static_cast<unsigned>(n));
    if (argument->getType()->isPointerTy())
      values_[parameters[n]] = b_.CreatePtrToInt(argument, b_.getInt64Ty());
    else
      values_[parameters[n]] = argument->getType()->isArrayTy() ? joined(argument) : argument;
  }
  make_frame();
  bool dynamic = false;
  for (const Instruction& i : f_.values) dynamic |= i.op == Op::stack_release;
  if (dynamic) stack_save_ = b_.CreateStackSave();
  for (BlockId block : order) emit_block(block);
  fill_phis();
}

void FunctionEmitter::emit_block(BlockId block) {
  b_.SetInsertPoint(blocks_[block], block == 0 ? blocks_[0]->end() : blocks_[block]->end());
  for (ValueId v : f_.blocks[block].instructions) {
    b_.SetCurrentDebugLocation(llvm::DILocation::get(b_.getContext(), f_[v].line, 0, llvm_.getSubprogram()));
    emit(v);
  }
  b_.SetCurrentDebugLocation(
      llvm::DILocation::get(b_.getContext(), f_.blocks[block].terminator.line, 0, llvm_.getSubprogram()));
  last_of_[block] = b_.GetInsertBlock();
  emit_terminator(f_.blocks[block].terminator);
}

FunctionEmitter::Value FunctionEmitter::as(Value v, llvm::Type* type) {
  if (v->getType() == type) return v;
  if (type->isPointerTy()) return b_.CreateIntToPtr(domain_.integer(v), type);
  return b_.CreateBitCast(v, type);
}

FunctionEmitter::Value FunctionEmitter::value(ValueId v) {
  if (values_[v]) return values_[v];
  if (auto several = results_.find(v); several != results_.end()) {
    // Right behind the call, so that it is there for every use.
    llvm::IRBuilder<>::InsertPointGuard guard(b_);
    auto* last = llvm::cast<llvm::Instruction>(several->second.back());
    b_.SetInsertPoint(last->getParent(), std::next(last->getIterator()));
    Value all = domain_.integer(several->second[0]);
    for (size_t r = 1; r < several->second.size(); ++r) all = domain_.integer(domain_.concat(several->second[r], all));
    return values_[v] = all;
  }
  // Only constants are used before their place in the order: they have none.
  const ir::APInt* c = f_.constant(v);
  assert(c && "use before definition");
  return values_[v] = b_.getInt(*c);
}

bool FunctionEmitter::has_base(ValueId v, unsigned depth) const {
  const Instruction& i = f_[v];
  if (i.op == Op::frame_address) return true;
  if (i.op == Op::symbol_address) return f_.symbols[i.index].kind == ir::AddressKind::address;
  return i.op == Op::add && i.lanes == 1 && depth < 4 &&
         (has_base(i.operands[0], depth + 1) || has_base(i.operands[1], depth + 1));
}

// A place outside the frame is only where an index starts that leads back into it.
FunctionEmitter::Value FunctionEmitter::frame_place(int64_t offset) {
  int64_t from_low = static_cast<int64_t>(frame_below_) + offset, high = raised_.frame_high;
  bool within = from_low >= 0 && offset <= high;
  return within ? b_.CreateConstInBoundsGEP1_64(b_.getInt8Ty(), frame_, static_cast<uint64_t>(from_low))
                : b_.CreateConstGEP1_64(b_.getInt8Ty(), frame_, static_cast<uint64_t>(from_low));
}

FunctionEmitter::Value FunctionEmitter::symbol_pointer(const ir::SymbolRef& ref) {
  const bool thread_local_ = ref.kind == ir::AddressKind::tls_offset;
  const SymbolPlaces::Place place = symbols_.of(ref.name);
  Value base = m_.global(place.name, thread_local_);
  if (thread_local_) base = b_.CreateThreadLocalAddress(base);
  if (place.hidden) {
    auto* type = llvm::FunctionType::get(b_.getPtrTy(), {b_.getPtrTy()}, false);
    base = b_.CreateCall(llvm::InlineAsm::get(type, "", "=r,0", /*hasSideEffects=*/false), {base});
  }
  const int64_t offset = place.offset + ref.addend;
  return offset == 0 ? base : b_.CreateConstGEP1_64(b_.getInt8Ty(), base, static_cast<uint64_t>(offset));
}

FunctionEmitter::Value FunctionEmitter::pointer(ValueId v, unsigned depth) {
  const Instruction& i = f_[v];
  if (i.op == Op::frame_address) return frame_place(i.offset);
  if (i.op == Op::symbol_address && f_.symbols[i.index].kind == ir::AddressKind::address)
    return symbol_pointer(f_.symbols[i.index]);
  if (i.op == Op::add && i.lanes == 1 && depth < 4) {
    for (unsigned n = 0; n < 2; ++n)
      if (has_base(i.operands[n], depth + 1))
        return b_.CreateGEP(b_.getInt8Ty(), pointer(i.operands[n], depth + 1),
                            domain_.integer(value(i.operands[1 - n])));
    if (f_.constant(i.operands[1]))
      return b_.CreateConstGEP1_64(b_.getInt8Ty(), pointer(i.operands[0], depth + 1),
                                   f_.constant(i.operands[1])->getSExtValue());
  }
  return b_.CreateIntToPtr(domain_.integer(value(v)), b_.getPtrTy());
}

FunctionEmitter::Value FunctionEmitter::emit_address(const Instruction& i) {
  if (i.op == Op::frame_address) return b_.CreatePtrToInt(frame_place(i.offset), b_.getInt64Ty());
  const ir::SymbolRef& ref = f_.symbols[i.index];
  Value address = b_.CreatePtrToInt(symbol_pointer(ref), b_.getInt64Ty());
  if (ref.kind != ir::AddressKind::tls_offset) return address;
  Value thread = b_.CreatePtrToInt(b_.CreateIntrinsic(llvm::Intrinsic::thread_pointer, {}, {}), b_.getInt64Ty());
  return b_.CreateSub(address, thread);
}

llvm::BasicBlock* FunctionEmitter::trap_block(ir::TrapKind kind) {
  llvm::BasicBlock*& block = traps_[kind];
  if (block) return block;
  block = llvm::BasicBlock::Create(b_.getContext(), "trap", &llvm_);
  llvm::IRBuilder<>::InsertPointGuard guard(b_);
  b_.SetInsertPoint(block);
  b_.CreateIntrinsic(llvm::Intrinsic::trap, {}, {});
  b_.CreateUnreachable();
  return block;
}

void FunctionEmitter::emit_trap_if(const Instruction& i) {
  auto* rest = llvm::BasicBlock::Create(b_.getContext(), "", &llvm_);
  rest->moveAfter(b_.GetInsertBlock());
  b_.CreateCondBr(domain_.integer(value(i.operands[0])), trap_block(i.trap), rest,
                  llvm::MDBuilder(b_.getContext()).createBranchWeights(1, 1 << 20));
  b_.SetInsertPoint(rest);
}

FunctionEmitter::Value FunctionEmitter::emit_atomic(const Instruction& i) {
  Value address = pointer(i.operands[0]);
  llvm::Align alignment(i.width / 8);
  llvm::AtomicOrdering ordering = atomic_ordering(i.ordering);
  if (i.op == Op::atomic_cas) {
    auto failure = llvm::AtomicCmpXchgInst::getStrongestFailureOrdering(ordering);
    Value pair = b_.CreateAtomicCmpXchg(address, domain_.integer(value(i.operands[1])),
                                        domain_.integer(value(i.operands[2])), alignment, ordering, failure);
    return b_.CreateExtractValue(pair, 0);
  }
  using Kind = llvm::AtomicRMWInst;
  Value operand = domain_.integer(value(i.operands[1]));
  auto rmw = [&](Kind::BinOp op, Value o) { return b_.CreateAtomicRMW(op, address, o, alignment, ordering); };
  switch (i.rmw) {
    case ir::RmwKind::exchange:
      return rmw(Kind::Xchg, operand);
    case ir::RmwKind::add:
      return rmw(Kind::Add, operand);
    case ir::RmwKind::sub:
      return rmw(Kind::Sub, operand);
    case ir::RmwKind::bit_and:
      return rmw(Kind::And, operand);
    case ir::RmwKind::bit_or:
      return rmw(Kind::Or, operand);
    case ir::RmwKind::bit_xor:
      return rmw(Kind::Xor, operand);
    case ir::RmwKind::bit_clear:
      return rmw(Kind::And, b_.CreateNot(operand));
    case ir::RmwKind::smin:
      return rmw(Kind::Min, operand);
    case ir::RmwKind::smax:
      return rmw(Kind::Max, operand);
    case ir::RmwKind::umin:
      return rmw(Kind::UMin, operand);
    case ir::RmwKind::umax:
      return rmw(Kind::UMax, operand);
    case ir::RmwKind::uincrement:
      return rmw(Kind::UIncWrap, operand);
    case ir::RmwKind::udecrement:
      return rmw(Kind::UDecWrap, operand);
    case ir::RmwKind::fadd:
    case ir::RmwKind::fadd_flush:
    case ir::RmwKind::fmin:
    case ir::RmwKind::fmax:
      assert(false && "only kernels have these, and they do not come here yet");
  }
  return nullptr;
}

// One element after the other, ascending: overlapping regions repeat what was written, as rep movs does.
void FunctionEmitter::emit_memory_loop(const Instruction& i) {
  Value to = pointer(i.operands[0]);
  Value count = domain_.integer(value(i.operands[2]));
  llvm::Type* element = b_.getIntNTy(i.index * 8);
  Value source = i.op == Op::memory_copy ? pointer(i.operands[1]) : as(value(i.operands[1]), element);
  auto move = [&](Value n) {
    Value moved = i.op == Op::memory_copy
                      ? b_.CreateAlignedLoad(element, b_.CreateGEP(element, source, n), llvm::Align(1))
                      : source;
    b_.CreateAlignedStore(moved, b_.CreateGEP(element, to, n), llvm::Align(1));
  };
  if (auto* known = llvm::dyn_cast<llvm::ConstantInt>(count); known && known->getValue().ule(kUnrolledElements)) {
    for (uint64_t n = 0; n < known->getZExtValue(); ++n) move(b_.getInt64(n));
    return;
  }
  llvm::BasicBlock* before = b_.GetInsertBlock();
  auto* loop = llvm::BasicBlock::Create(b_.getContext(), "", &llvm_);
  auto* rest = llvm::BasicBlock::Create(b_.getContext(), "", &llvm_);
  loop->moveAfter(before);
  rest->moveAfter(loop);
  b_.CreateCondBr(b_.CreateICmpEQ(count, b_.getInt64(0)), rest, loop);
  b_.SetInsertPoint(loop);
  auto* n = b_.CreatePHI(b_.getInt64Ty(), 2);
  n->addIncoming(b_.getInt64(0), before);
  move(n);
  Value next = b_.CreateAdd(n, b_.getInt64(1));
  n->addIncoming(next, loop);
  b_.CreateCondBr(b_.CreateICmpEQ(next, count), rest, loop);
  b_.SetInsertPoint(rest);
}

// The elements of an array side by side.
FunctionEmitter::Value FunctionEmitter::joined(Value array) {
  Value all = domain_.integer(b_.CreateExtractValue(array, 0));
  for (unsigned n = 1; n < array->getType()->getArrayNumElements(); ++n)
    all = domain_.integer(domain_.concat(domain_.integer(b_.CreateExtractValue(array, n)), all));
  return all;
}

FunctionEmitter::Value FunctionEmitter::call_argument(ValueId v, const Passed& passed) {
  if (passed.elements > 1) {
    llvm::Type* type = m_.passed_type(passed);
    Value array = llvm::PoisonValue::get(type), whole = domain_.integer(value(v));
    for (unsigned n = 0; n < passed.elements; ++n) {
      Value element = domain_.integer(domain_.extract(whole, n * passed.bits, passed.bits));
      array = b_.CreateInsertValue(array, as(element, type->getArrayElementType()), n);
    }
    return array;
  }
  if (passed.kind == Passed::Kind::memory_copy || passed.kind == Passed::Kind::hidden_result) return pointer(v);
  return as(value(v), m_.passed_type(passed));
}

void FunctionEmitter::emit_call(ValueId v) {
  const Instruction& i = f_[v];
  const ir::CallTarget& target = f_.calls[i.index];
  const Signature& signature = m_.raised.signatures[target.signature];
  llvm::FunctionType* type = m_.function_type(signature);
  unsigned first = target.indirect ? 1 : 0;
  Value callee;
  if (target.indirect) {
    callee = b_.CreateIntToPtr(domain_.integer(value(i.operands[0])), b_.getPtrTy());
  } else {
    std::string name = target_name(target.symbol.name);
    auto body = m_.bodies.find(name);
    llvm::GlobalValue* known = body != m_.bodies.end() ? body->second : m_.module.getNamedValue(name);
    callee = known ? static_cast<Value>(known) : m_.module.getOrInsertFunction(name, type).getCallee();
  }
  std::vector<Value> arguments;
  for (size_t n = 0; n < signature.parameters.size(); ++n)
    arguments.push_back(call_argument(i.operands[first + n], signature.parameters[n]));
  llvm::CallInst* call = b_.CreateCall(type, callee, arguments);
  llvm::AttributeList attributes;
  m_.add_attributes(signature, attributes, /*is_call=*/true);
  call->setAttributes(attributes);
  call->setTailCallKind(llvm::CallInst::TCK_None);
  if (signature.results.empty()) return;
  if (signature.results.size() == 1) {
    values_[v] = call;
    return;
  }
  // Several results: their bits side by side; extracts of whole results look through this.
  for (unsigned r = 0; r < signature.results.size(); ++r) results_[v].push_back(b_.CreateExtractValue(call, r));
}

void FunctionEmitter::emit_match(const rules::Match& match) {
  std::vector<Value> operands;
  for (ValueId v : match.operands) operands.push_back(value(v));
  const std::vector<Value> outputs =
      emit_rule(b_, domain_, m_.rules->library->instances()[match.instance], match, operands);
  for (size_t n = 0; n < outputs.size(); ++n) values_[match.outputs[n]] = outputs[n];
}

void FunctionEmitter::emit(ValueId v) {
  if (plan_) {
    if (const auto match = plan_->at.find(v); match != plan_->at.end())
      return emit_match(plan_->matches[match->second]);
    if (plan_->skipped[v]) return;
  }
  const Instruction& i = f_[v];
  switch (i.op) {
    case Op::constant:
      values_[v] = b_.getInt(f_.constants[i.index]);
      return;
    case Op::undef:
      // One use may see anything; several must see the same.
      values_[v] = llvm::UndefValue::get(b_.getIntNTy(i.width));
      if (uses_[v] > 1 && !passed_on_[v]) values_[v] = b_.CreateFreeze(values_[v]);
      return;
    case Op::symbol_address:
    case Op::frame_address:
      values_[v] = emit_address(i);
      return;
    case Op::thread_pointer:
      values_[v] = b_.CreatePtrToInt(b_.CreateIntrinsic(llvm::Intrinsic::thread_pointer, {}, {}), b_.getInt64Ty());
      return;
    case Op::load: {
      bool atomic = i.ordering != ir::Ordering::none;
      llvm::Type* type = atomic ? b_.getIntNTy(i.width) : natural_type(v);
      auto* load = b_.CreateAlignedLoad(type, pointer(i.operands[0]), llvm::Align(i.alignment));
      if (atomic) {
        load->setAlignment(llvm::Align(i.width / 8));
        load->setAtomic(atomic_ordering(i.ordering));
      }
      values_[v] = load;
      return;
    }
    case Op::store: {
      Value stored = value(i.operands[1]);
      if (stored->getType()->getScalarSizeInBits() < 8 || i.ordering != ir::Ordering::none)
        stored = domain_.integer(stored);
      auto* store = b_.CreateAlignedStore(stored, pointer(i.operands[0]), llvm::Align(i.alignment));
      if (i.ordering != ir::Ordering::none) {
        store->setAlignment(llvm::Align(f_.width(i.operands[1]) / 8));
        store->setAtomic(atomic_ordering(i.ordering));
      }
      return;
    }
    case Op::atomic_rmw:
    case Op::atomic_cas:
      values_[v] = emit_atomic(i);
      return;
    case Op::fence:
      b_.CreateFence(atomic_ordering(i.ordering == ir::Ordering::none ? ir::Ordering::sequential : i.ordering));
      return;
    case Op::memory_copy:
    case Op::memory_set:
      emit_memory_loop(i);
      return;
    case Op::trap_if:
      emit_trap_if(i);
      return;
    case Op::call:
      emit_call(v);
      return;
    case Op::stack_allocate: {
      auto* storage = b_.CreateAlloca(b_.getInt8Ty(), domain_.integer(value(i.operands[0])));
      storage->setAlignment(llvm::Align(raised_.frame_alignment));
      values_[v] = b_.CreatePtrToInt(storage, b_.getInt64Ty());
      return;
    }
    case Op::stack_release:
      // Back to the fixed frame frees everything; a saved stack pointer in between stays allocated until then.
      if (f_[i.operands[0]].op == Op::frame_address) b_.CreateStackRestore(stack_save_);
      return;
    default:
      break;
  }
  if (i.op == Op::extract && i.lanes == 1) {
    auto several = results_.find(i.operands[0]);
    if (several != results_.end()) {
      uint32_t low = 0;
      for (Value result : several->second) {
        uint32_t width = domain_.width(result);
        if (i.index >= low && i.index + i.width <= low + width) {
          values_[v] = domain_.extract(result, i.index - low, i.width);
          return;
        }
        low += width;
      }
    }
  }
  llvm::SmallVector<Value, 4> operands;
  for (ValueId operand : i.operands) operands.push_back(value(operand));
  values_[v] = ir::evaluate(domain_, f_, i, std::span<const Value>(operands.data(), operands.size()));
}

void FunctionEmitter::emit_switch(const ir::Terminator& t) {
  Value index = domain_.integer(value(t.operands[0]));
  llvm::BasicBlock* otherwise =
      t.edges.size() > t.cases.size() ? block_for_edge(t.edges.back()) : trap_block(ir::TrapKind::illegal);
  auto* instruction = b_.CreateSwitch(index, otherwise, static_cast<unsigned>(t.cases.size()));
  auto* type = llvm::cast<llvm::IntegerType>(index->getType());
  for (size_t n = 0; n < t.cases.size(); ++n)
    instruction->addCase(llvm::ConstantInt::get(type, t.cases[n]), block_for_edge(t.edges[n]));
}

void FunctionEmitter::emit_terminator(const ir::Terminator& t) {
  switch (t.op) {
    case Op::jump:
      b_.CreateBr(block_for_edge(t.edges[0]));
      return;
    case Op::branch:
      if (t.edges[0].target == t.edges[1].target) {
        // An LLVM join has one value per predecessor: the first edge gets a block of its own.
        auto* detour = llvm::BasicBlock::Create(b_.getContext(), "", &llvm_);
        b_.CreateCondBr(domain_.integer(value(t.operands[0])), detour, block_for_edge(t.edges[1]));
        b_.SetInsertPoint(detour);
        b_.CreateBr(block_for_edge(t.edges[0]));
        detours_[&t] = detour;
        return;
      }
      b_.CreateCondBr(domain_.integer(value(t.operands[0])), block_for_edge(t.edges[0]), block_for_edge(t.edges[1]));
      return;
    case Op::switch_:
    case Op::jump_indirect:
      emit_switch(t);
      return;
    case Op::ret: {
      const Signature& signature = m_.raised.signatures[raised_.signature];
      if (signature.results.empty()) {
        b_.CreateRetVoid();
        return;
      }
      if (signature.results.size() == 1) {
        b_.CreateRet(as(value(t.operands[0]), llvm_.getReturnType()));
        return;
      }
      Value all = llvm::PoisonValue::get(llvm_.getReturnType());
      for (unsigned r = 0; r < signature.results.size(); ++r)
        all = b_.CreateInsertValue(all, as(value(t.operands[r]), m_.passed_type(signature.results[r])), r);
      b_.CreateRet(all);
      return;
    }
    default:
      b_.CreateBr(trap_block(t.trap));
      return;
  }
}

void FunctionEmitter::fill_phis() {
  for (BlockId block = 0; block < f_.blocks.size(); ++block) {
    if (!last_of_[block]) continue;
    llvm::Instruction* end = last_of_[block]->getTerminator();
    b_.SetInsertPoint(end);
    // Several edges may lead to one block; LLVM wants an entry for each.
    const ir::Terminator& t = f_.blocks[block].terminator;
    for (const ir::Edge& edge : t.edges) {
      auto detour = detours_.find(&t);
      llvm::BasicBlock* from = detour != detours_.end() && &edge == &t.edges[0] ? detour->second : last_of_[block];
      for (size_t n = 0; n < edge.arguments.size(); ++n) {
        llvm::PHINode* phi = phis_[edge.target][n];
        int known = phi->getBasicBlockIndex(from);
        Value v = known >= 0 ? phi->getIncomingValue(known) : as(value(edge.arguments[n]), phi->getType());
        phi->addIncoming(v, from);
      }
    }
  }
}

}  // namespace portolan::llvm_proposer
