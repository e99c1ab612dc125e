#include "translate/to_amdgcn/kernel_emitter.h"

#include <fmt/format.h>

#include <algorithm>

#include "ir/cfg.h"
#include "ir/op_semantics.h"
#include "ir/ssa.h"
#include "llvm/IR/IntrinsicsAMDGPU.h"
#include "translate/to_amdgcn/address_spaces.h"

namespace portolan::to_amdgcn {

using ir::Instruction;
using ir::Op;
using ir::ValueId;
using Value = llvm::Value*;

KernelEmitter::KernelEmitter(ModuleState& state, const ptx::LiftedFunction& function)
    : state_(state),
      kernel_(function),
      b_(state.module.getContext()),
      domain_(b_, Isa::riscv64) {}  // of the CPUs the one for which the domain uses nothing of a target's own

void KernelEmitter::refuse(const Instruction& i, std::string reason) {
  if (!refusal_)
    refusal_ = error_at({state_.file, i.line, 0}, fmt::format("kernel '{}': {}", kernel_.name, std::move(reason)));
}

void KernelEmitter::refuse_rounding(const Instruction& i) {
  const bool rounds =
      i.format != ir::FloatFormat::none && i.op != Op::fround && i.op != Op::fto_sint && i.op != Op::fto_uint;
  if (rounds && i.rounding != ir::Rounding::nearest_even) refuse(i, "rounding other than to nearest");
}

// ---- Instructions ----

Value KernelEmitter::call(llvm::Intrinsic::ID id, llvm::ArrayRef<Value> arguments, llvm::ArrayRef<llvm::Type*> types) {
  return b_.CreateIntrinsic(id, types, arguments);
}

Value KernelEmitter::value(ValueId v) {
  if (const ir::APInt* c = f_.constant(v)) {
    const auto found = place(v);
    return found && found->space == Space::shared ? flat(*found) : b_.getInt(*c);
  }
  if (!values_[v]) values_[v] = b_.CreateFreeze(llvm::PoisonValue::get(b_.getIntNTy(f_.width(v))));
  return values_[v];
}

Value KernelEmitter::memory(const Instruction& i) {
  const llvm::Align align(i.alignment == 0 ? 1 : i.alignment);
  if (i.op == Op::load) {
    llvm::LoadInst* load = b_.CreateAlignedLoad(b_.getIntNTy(i.width), pointer(i.operands[0]), align);
    if (i.ordering != ir::Ordering::none) load->setVolatile(true);
    if (i.ordering == ir::Ordering::acquire) b_.CreateFence(llvm::AtomicOrdering::Acquire, scope());
    return load;
  }
  if (i.ordering == ir::Ordering::release) b_.CreateFence(llvm::AtomicOrdering::Release, scope());
  llvm::StoreInst* store = b_.CreateAlignedStore(domain_.integer(value(i.operands[1])), pointer(i.operands[0]), align);
  if (i.ordering != ir::Ordering::none) store->setVolatile(true);
  return nullptr;
}

// Of the hidden arguments (code object version 5).
Value KernelEmitter::hidden(unsigned offset, unsigned bytes) {
  Value base = call(llvm::Intrinsic::amdgcn_implicitarg_ptr, {});
  Value v = b_.CreateAlignedLoad(b_.getIntNTy(8 * bytes), b_.CreateConstGEP1_32(b_.getInt8Ty(), base, offset),
                                 llvm::Align(bytes));
  return b_.CreateZExt(v, b_.getInt32Ty());
}

Value KernelEmitter::identity(ir::Identity which) {
  namespace In = llvm::Intrinsic;
  static constexpr In::ID kThread[] = {In::amdgcn_workitem_id_x, In::amdgcn_workitem_id_y, In::amdgcn_workitem_id_z};
  static constexpr In::ID kBlock[] = {In::amdgcn_workgroup_id_x, In::amdgcn_workgroup_id_y, In::amdgcn_workgroup_id_z};
  constexpr unsigned kBlockSizes = 12;  // behind the grid's three sizes
  const unsigned n = static_cast<unsigned>(which), axis = n % 3;
  if (n < 3) return call(kThread[axis], {});
  if (n < 6) return hidden(kBlockSizes + 2 * axis, 2);
  if (n < 9) return call(kBlock[axis], {});
  if (n < 12) return hidden(4 * axis, 4);
  if (which == ir::Identity::lane_width) return b_.getInt32(kWarp);
  // Threads are numbered through the block as PTX does it, and as waves are filled.
  if (which == ir::Identity::lane) return b_.CreateAnd(lane_in_wave(), kWarp - 1);
  Value number = call(kThread[2], {});
  number = b_.CreateAdd(b_.CreateMul(number, hidden(kBlockSizes + 2, 2)), call(kThread[1], {}));
  number = b_.CreateAdd(b_.CreateMul(number, hidden(kBlockSizes, 2)), call(kThread[0], {}));
  return b_.CreateUDiv(number, b_.getInt32(kWarp));
}

// A variable of the module. The host finds it by its name.
Value KernelEmitter::variable(const Instruction& i) {
  const ir::SymbolRef& symbol = f_.symbols[i.index];
  const auto made = state_.variables.find(symbol.name);
  if (made == state_.variables.end()) {
    refuse(i, fmt::format("the variable '{}'", symbol.name));
    return b_.getInt64(0);
  }
  Value base = b_.CreatePtrToInt(made->second, b_.getInt64Ty());
  return b_.CreateAdd(base, b_.getInt64(static_cast<uint64_t>(symbol.addend)));
}

Value KernelEmitter::emit(ValueId v) {
  const Instruction& i = f_[v];
  uint64_t window = 0;
  ValueId asked = ir::kNoValue;
  switch (i.op) {
    case Op::load:
    case Op::store:
      return memory(i);
    case Op::atomic_rmw:
    case Op::atomic_cas:
      return atomic(i);
    case Op::identity:
      return identity(i.which);
    case Op::active_lanes:
    case Op::lane_read:
    case Op::lane_ballot:
    case Op::lane_match:
    case Op::lane_reduce:
      return lanes(i);
    case Op::block_barrier:
      return barrier(i);
    case Op::fence:
      b_.CreateFence(llvm::AtomicOrdering::SequentiallyConsistent, scope());
      return nullptr;
    case Op::undef:
      return b_.CreateFreeze(llvm::PoisonValue::get(b_.getIntNTy(i.width)));
    case Op::constant:
      return nullptr;  // value() makes it where it is used
    case Op::symbol_address:
      return variable(i);
    case Op::frame_address:
      return flat(*place(v));
    case Op::parameter:
      return values_[v];
    default:
      break;
  }
  if (ir::info(i.op).effects != ir::Effects::Pure || i.operands.empty()) {
    refuse(i, fmt::format("'{}'", ir::info(i.op).name));
    return i.width == 0 ? nullptr : b_.getIntN(i.width, 0);
  }
  if (generic_ && asks_for_window(i, &window, &asked)) return is_in_window(i);
  if (const auto made = rounded(i)) return *made;
  refuse_rounding(i);
  llvm::SmallVector<Value, 4> operands;
  for (ValueId operand : i.operands) operands.push_back(value(operand));
  return ir::evaluate(domain_, f_, i, std::span<const Value>(operands.data(), operands.size()));
}

// ---- Control flow ----

void KernelEmitter::terminator(const ir::Terminator& t) {
  Instruction place;
  place.line = t.line;
  switch (t.op) {
    case Op::jump:
      b_.CreateBr(blocks_[t.edges[0].target]);
      return;
    case Op::branch:
      b_.CreateCondBr(domain_.integer(value(t.operands[0])), blocks_[t.edges[0].target], blocks_[t.edges[1].target]);
      return;
    case Op::switch_: {
      Value index = domain_.integer(value(t.operands[0]));
      llvm::SwitchInst* made = b_.CreateSwitch(index, blocks_[t.edges.back().target]);
      for (size_t n = 0; n < t.cases.size(); ++n)
        made->addCase(llvm::ConstantInt::get(llvm::cast<llvm::IntegerType>(index->getType()), t.cases[n]),
                      blocks_[t.edges[n].target]);
      return;
    }
    case Op::unreachable:
      b_.CreateUnreachable();
      return;
    case Op::ret:
      b_.CreateRetVoid();
      return;
    default:
      refuse(place, "a trap");
      b_.CreateUnreachable();
  }
}

void KernelEmitter::fill_phis() {
  for (ir::BlockId from = 0; from < f_.blocks.size(); ++from) {
    if (!blocks_[from]) continue;
    for (const ir::Edge& edge : f_.blocks[from].terminator.edges)
      for (size_t n = 0; n < edge.arguments.size(); ++n) {
        b_.SetInsertPoint(ends_[from]->getTerminator());
        phis_[edge.target][n]->addIncoming(domain_.integer(value(edge.arguments[n])), ends_[from]);
      }
  }
}

void KernelEmitter::emit_block(ir::BlockId block) {
  b_.SetInsertPoint(blocks_[block]);
  for (ValueId v : f_.blocks[block].instructions) values_[v] = emit(v);
  terminator(f_.blocks[block].terminator);
  ends_[block] = b_.GetInsertBlock();
}

// ---- The function ----

void KernelEmitter::make_shared() {
  if (state_.shared) return;
  const uint64_t bytes = state_.program.static_shared_bytes;
  llvm::Module& module = state_.module;
  auto make = [&](uint64_t size, bool dynamic, const char* name) {
    auto* type = llvm::ArrayType::get(b_.getInt8Ty(), size);
    auto* made = new llvm::GlobalVariable(
        module, type, false, dynamic ? llvm::GlobalValue::ExternalLinkage : llvm::GlobalValue::InternalLinkage,
        dynamic ? nullptr : llvm::PoisonValue::get(type), name, nullptr, llvm::GlobalValue::NotThreadLocal, kShared);
    made->setAlignment(llvm::Align(16));
    return made;
  };
  // Without variables of their own in shared memory all of it is what the launch gives.
  state_.shared = make(bytes, bytes == 0, "portolan.shared");
  if (bytes != 0 && state_.program.dynamic_shared) state_.dynamic_shared = make(0, true, "portolan.dynamic_shared");
}

void KernelEmitter::make_function() {
  llvm::LLVMContext& context = b_.getContext();
  uint64_t bytes = 0;
  for (const ptx::KernelParameter& p : kernel_.parameters) bytes = p.offset + p.size;
  llvm::Type* arguments = llvm::ArrayType::get(b_.getInt8Ty(), bytes == 0 ? 4 : bytes);
  auto* type = llvm::FunctionType::get(b_.getVoidTy(), {b_.getPtrTy(kConstant)}, false);
  llvm_ = llvm::Function::Create(type, llvm::GlobalValue::ExternalLinkage, kernel_.name, state_.module);
  llvm_->setCallingConv(llvm::CallingConv::AMDGPU_KERNEL);
  llvm_->addParamAttr(0, llvm::Attribute::getWithByRefType(context, arguments));
  llvm_->addParamAttr(0, llvm::Attribute::getWithAlignment(context, llvm::Align(16)));
  llvm_->setVisibility(llvm::GlobalValue::ProtectedVisibility);
  llvm_->addFnAttr("uniform-work-group-size", "true");
  llvm_->addFnAttr("amdgpu-flat-work-group-size", "1,1024");
}

void KernelEmitter::make_ssa() {
  ir::SlotConvention convention;
  for (const ptx::Slot& slot : kernel_.slots) convention.widths.push_back(slot.width);
  convention.stack_pointer = UINT32_MAX;
  convention.entry_value = [&](ir::Builder& b, uint32_t slot) { return b.undef(kernel_.slots[slot].width); };
  f_ = ir::simplify(ir::construct_ssa(kernel_.code, convention));
}

std::optional<Diagnostic> KernelEmitter::run() {
  make_ssa();
  for (const ir::Block& block : f_.blocks) {
    for (ValueId v : block.instructions) look_for_generic(f_[v], v);
    for (const ir::Edge& edge : block.terminator.edges)
      for (ValueId v : edge.arguments)
        if (stands_for_address(v, 12)) generic_ = true;
  }
  if (refusal_) return refusal_;
  make_shared();
  make_function();

  values_.resize(f_.values.size());
  blocks_.resize(f_.blocks.size());
  ends_.resize(f_.blocks.size());
  phis_.resize(f_.blocks.size());
  const std::vector<ir::BlockId> order = ir::reverse_post_order(f_);
  for (ir::BlockId block : order) {
    blocks_[block] = llvm::BasicBlock::Create(b_.getContext(), "", llvm_);
    b_.SetInsertPoint(blocks_[block]);
    if (block == 0 && kernel_.frame_bytes != 0) {
      frame_ = b_.CreateAlloca(llvm::ArrayType::get(b_.getInt8Ty(), kernel_.frame_bytes), kPrivate);
      frame_->setAlignment(llvm::Align(16));
    }
    for (ValueId p : f_.blocks[block].parameters) {
      phis_[block].push_back(b_.CreatePHI(b_.getIntNTy(f_.width(p)), 2));
      values_[p] = phis_[block].back();
    }
  }
  for (ir::BlockId block : order) emit_block(block);
  if (!refusal_) fill_phis();
  if (refusal_) llvm_->eraseFromParent();
  return refusal_;
}

}  // namespace portolan::to_amdgcn
