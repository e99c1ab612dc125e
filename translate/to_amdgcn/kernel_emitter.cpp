#include "translate/to_amdgcn/kernel_emitter.h"

#include <fmt/format.h>

#include "frontends/ptx/spaces.h"
#include "ir/cfg.h"
#include "ir/op_semantics.h"
#include "ir/ssa.h"
#include "llvm/IR/IntrinsicsAMDGPU.h"

namespace portolan::to_amdgcn {

using ir::Instruction;
using ir::Op;
using ir::ValueId;
using Value = llvm::Value*;

namespace {

// Address spaces of LLVM's AMDGPU backend.
constexpr unsigned kGlobal = 1, kShared = 3, kConstant = 4;

constexpr unsigned kWarp = ptx::kLaneWidth;

bool is_memory(Op op) {
  return op == Op::load || op == Op::store || op == Op::atomic_rmw || op == Op::atomic_cas;
}

}  // namespace

KernelEmitter::KernelEmitter(llvm::Module& module, const ptx::LiftedFunction& kernel, uint64_t static_shared_bytes,
                             const std::string& file, amdgcn::Processor processor)
    : module_(module),
      kernel_(kernel),
      shared_bytes_(static_shared_bytes),
      file_(file),
      processor_(processor),
      b_(module.getContext()),
      domain_(b_, Isa::riscv64) {}  // of the CPUs the one for which the domain uses nothing of a target's own

void KernelEmitter::refuse(const Instruction& i, std::string reason) {
  if (!refusal_)
    refusal_ = error_at({file_, i.line, 0}, fmt::format("kernel '{}': {}", kernel_.name, std::move(reason)));
}

// ---- Addresses ----

std::optional<KernelEmitter::Space> KernelEmitter::window(ValueId v) const {
  const ir::APInt* c = f_.constant(v);
  if (!c || c->getBitWidth() != 64) return std::nullopt;
  const uint64_t start = c->getZExtValue() / ptx::kWindowBytes * ptx::kWindowBytes;
  if (start == ptx::kSharedWindow) return Space::shared;
  if (start == ptx::kParameterWindow) return Space::parameter;
  return std::nullopt;
}

KernelEmitter::Address KernelEmitter::address(ValueId v) const {
  if (const auto space = window(v)) return {*space, ir::kNoValue, f_.constant(v)->getZExtValue() % ptx::kWindowBytes};
  if (f_[v].op == Op::add)
    for (unsigned n = 0; n < 2; ++n)
      if (const auto space = window(f_[v].operands[n]))
        return {*space, f_[v].operands[1 - n], f_.constant(f_[v].operands[n])->getZExtValue() % ptx::kWindowBytes};
  return {Space::global, v, 0};
}

// A window's start may only stand in addresses; anywhere else it is a generic address that the processor would not
// understand. Floating point is to nearest.
void KernelEmitter::check() {
  std::vector<bool> only_address(f_.values.size(), true);
  auto look = [&](ValueId user, const llvm::SmallVectorImpl<ValueId>& operands, bool memory) {
    for (size_t n = 0; n < operands.size(); ++n)
      if (!(memory && n == 0)) only_address[operands[n]] = false;
    (void)user;
  };
  for (const ir::Block& block : f_.blocks) {
    for (ValueId v : block.instructions)
      if (f_[v].op != Op::add) look(v, f_[v].operands, is_memory(f_[v].op));
    for (ValueId v : block.terminator.operands) only_address[v] = false;
    for (const ir::Edge& edge : block.terminator.edges)
      for (ValueId v : edge.arguments) only_address[v] = false;
  }
  for (const ir::Block& block : f_.blocks)
    for (ValueId v : block.instructions) {
      const Instruction& i = f_[v];
      for (size_t n = 0; n < i.operands.size(); ++n) {
        if (!window(i.operands[n])) continue;
        const bool direct = is_memory(i.op) && n == 0;
        // A sum with a window that is itself added to is no address by itself.
        if (!direct && !(i.op == Op::add && only_address[v]))
          refuse(i, "shared memory or parameters by generic addresses");
      }
      if (i.op == Op::add)
        for (ValueId operand : i.operands)
          if (f_[operand].op == Op::add && address(operand).space != Space::global)
            refuse(i, "shared memory or parameters by generic addresses");
      const bool rounds =
          i.format != ir::FloatFormat::none && i.op != Op::fround && i.op != Op::fto_sint && i.op != Op::fto_uint;
      if (rounds && i.rounding != ir::Rounding::nearest_even) refuse(i, "rounding other than to nearest");
    }
}

Value KernelEmitter::pointer(ValueId v) {
  const Address a = address(v);
  if (a.space == Space::global) return b_.CreateIntToPtr(domain_.integer(value(v)), b_.getPtrTy(kGlobal));
  Value base = a.space == Space::parameter ? static_cast<Value>(llvm_->getArg(0)) : lds_;
  Value offset = b_.getInt32(static_cast<uint32_t>(a.offset));
  if (a.index != ir::kNoValue)
    offset = b_.CreateAdd(offset, b_.CreateTrunc(domain_.integer(value(a.index)), b_.getInt32Ty()));
  return b_.CreateGEP(b_.getInt8Ty(), base, offset);
}

// ---- Instructions ----

Value KernelEmitter::call(llvm::Intrinsic::ID id, llvm::ArrayRef<Value> arguments, llvm::ArrayRef<llvm::Type*> types) {
  return b_.CreateIntrinsic(id, types, arguments);
}

Value KernelEmitter::value(ValueId v) {
  if (const ir::APInt* c = f_.constant(v)) return b_.getInt(*c);
  if (!values_[v]) values_[v] = b_.CreateFreeze(llvm::PoisonValue::get(b_.getIntNTy(f_.width(v))));
  return values_[v];
}

Value KernelEmitter::memory(const Instruction& i) {
  const llvm::Align align(i.alignment == 0 ? 1 : i.alignment);
  if (i.op == Op::load) {
    llvm::LoadInst* load = b_.CreateAlignedLoad(b_.getIntNTy(i.width), pointer(i.operands[0]), align);
    if (i.ordering != ir::Ordering::none) load->setVolatile(true);
    return load;
  }
  llvm::StoreInst* store = b_.CreateAlignedStore(domain_.integer(value(i.operands[1])), pointer(i.operands[0]), align);
  if (i.ordering != ir::Ordering::none) store->setVolatile(true);
  return nullptr;
}

Value KernelEmitter::atomic(const Instruction& i) {
  const auto scope = b_.getContext().getOrInsertSyncScopeID("agent");
  const auto order = llvm::AtomicOrdering::Monotonic;
  const llvm::MaybeAlign align(i.width / 8);
  if (i.ordering != ir::Ordering::none && i.ordering != ir::Ordering::relaxed)
    refuse(i, "atomic operations that order other accesses");
  if (i.op == Op::atomic_cas) {
    Value pair = b_.CreateAtomicCmpXchg(pointer(i.operands[0]), domain_.integer(value(i.operands[1])),
                                        domain_.integer(value(i.operands[2])), align, order, order, scope);
    return b_.CreateExtractValue(pair, 0);
  }
  using Rmw = llvm::AtomicRMWInst;
  std::optional<Rmw::BinOp> op;
  switch (i.rmw) {
    case ir::RmwKind::exchange:
      op = Rmw::Xchg;
      break;
    case ir::RmwKind::add:
      op = Rmw::Add;
      break;
    case ir::RmwKind::sub:
      op = Rmw::Sub;
      break;
    case ir::RmwKind::bit_and:
      op = Rmw::And;
      break;
    case ir::RmwKind::bit_or:
      op = Rmw::Or;
      break;
    case ir::RmwKind::bit_xor:
      op = Rmw::Xor;
      break;
    case ir::RmwKind::smin:
      op = Rmw::Min;
      break;
    case ir::RmwKind::smax:
      op = Rmw::Max;
      break;
    case ir::RmwKind::umin:
      op = Rmw::UMin;
      break;
    case ir::RmwKind::umax:
      op = Rmw::UMax;
      break;
    case ir::RmwKind::uincrement:
      op = Rmw::UIncWrap;
      break;
    case ir::RmwKind::udecrement:
      op = Rmw::UDecWrap;
      break;
    default:
      break;
  }
  if (!op) {
    refuse(i, "atomic operations on floating-point numbers");
    return b_.getIntN(i.width, 0);
  }
  return b_.CreateAtomicRMW(*op, pointer(i.operands[0]), domain_.integer(value(i.operands[1])), align, order, scope);
}

// Of the hidden arguments (code object version 5).
Value KernelEmitter::hidden(unsigned offset, unsigned bytes) {
  Value base = call(llvm::Intrinsic::amdgcn_implicitarg_ptr, {});
  Value v = b_.CreateAlignedLoad(b_.getIntNTy(8 * bytes), b_.CreateConstGEP1_32(b_.getInt8Ty(), base, offset),
                                 llvm::Align(bytes));
  return b_.CreateZExt(v, b_.getInt32Ty());
}

Value KernelEmitter::lane_in_wave() {
  Value ones = b_.getInt32(~0u), zero = b_.getInt32(0);
  Value low = call(llvm::Intrinsic::amdgcn_mbcnt_lo, {ones, zero});
  return amdgcn::lane_width(processor_) == kWarp ? low : call(llvm::Intrinsic::amdgcn_mbcnt_hi, {ones, low});
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

// All lanes of the warp have to take part: which of them run together in a wave is not under our control otherwise.
Value KernelEmitter::lanes(const Instruction& i) {
  namespace In = llvm::Intrinsic;
  const ir::APInt* members = f_.constant(i.operands[0]);
  if (!members || !members->isAllOnes()) refuse(i, "lane operations on some of the lanes");
  const bool whole = amdgcn::lane_width(processor_) == kWarp;
  if (i.op == Op::lane_ballot) {
    Value bit = domain_.integer(value(i.operands[1]));
    if (whole) return call(In::amdgcn_ballot, {bit}, {b_.getInt32Ty()});
    Value both = call(In::amdgcn_ballot, {bit}, {b_.getInt64Ty()});
    Value shift = b_.CreateZExt(b_.CreateAnd(lane_in_wave(), kWarp), b_.getInt64Ty());
    return b_.CreateTrunc(b_.CreateLShr(both, shift), b_.getInt32Ty());
  }
  if (i.op != Op::lane_read || i.width != 32) {
    refuse(i, "this lane operation");
    return b_.getIntN(i.width, 0);
  }
  Value from = b_.CreateAnd(domain_.integer(value(i.operands[2])), kWarp - 1);
  if (!whole) from = b_.CreateOr(from, b_.CreateAnd(lane_in_wave(), kWarp));
  return call(In::amdgcn_ds_bpermute, {b_.CreateShl(from, 2), domain_.integer(value(i.operands[1]))});
}

void KernelEmitter::barrier(const Instruction& i) {
  const ir::APInt *number = f_.constant(i.operands[0]), *threads = f_.constant(i.operands[1]),
                  *bit = f_.constant(i.operands[2]);
  if (!number || !number->isZero() || !threads || !threads->isZero() || !bit || !bit->isZero())
    return refuse(i, "barriers other than that of the whole block");
  const auto scope = b_.getContext().getOrInsertSyncScopeID("workgroup");
  b_.CreateFence(llvm::AtomicOrdering::Release, scope);
  call(llvm::Intrinsic::amdgcn_s_barrier, {});
  b_.CreateFence(llvm::AtomicOrdering::Acquire, scope);
}

Value KernelEmitter::emit(ValueId v) {
  const Instruction& i = f_[v];
  switch (i.op) {
    case Op::load:
    case Op::store:
      return memory(i);
    case Op::atomic_rmw:
    case Op::atomic_cas:
      return atomic(i);
    case Op::identity:
      return identity(i.which);
    case Op::lane_read:
    case Op::lane_ballot:
    case Op::lane_match:
    case Op::lane_reduce:
      return lanes(i);
    case Op::block_barrier:
      barrier(i);
      return b_.getInt32(0);  // how many gave 1: none did
    case Op::fence:
      b_.CreateFence(llvm::AtomicOrdering::SequentiallyConsistent, b_.getContext().getOrInsertSyncScopeID("agent"));
      return nullptr;
    case Op::undef:
      return b_.CreateFreeze(llvm::PoisonValue::get(b_.getIntNTy(i.width)));
    case Op::constant:
      return b_.getInt(f_.constants[i.index]);
    default:
      break;
  }
  if (ir::info(i.op).effects != ir::Effects::Pure || i.operands.empty()) {
    const bool variable = i.op == Op::symbol_address, local = i.op == Op::frame_address;
    refuse(i, variable ? "variables of the module" : local ? "local memory" : fmt::format("'{}'", ir::info(i.op).name));
    return i.width == 0 ? nullptr : b_.getIntN(i.width, 0);
  }
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
    case Op::ret:
      b_.CreateRetVoid();
      return;
    default:
      refuse(place, "jumps through tables, traps");
      b_.CreateUnreachable();
  }
}

void KernelEmitter::fill_phis() {
  for (ir::BlockId from = 0; from < f_.blocks.size(); ++from) {
    if (!blocks_[from]) continue;
    for (const ir::Edge& edge : f_.blocks[from].terminator.edges)
      for (size_t n = 0; n < edge.arguments.size(); ++n) {
        b_.SetInsertPoint(blocks_[from]->getTerminator());
        phis_[edge.target][n]->addIncoming(domain_.integer(value(edge.arguments[n])), blocks_[from]);
      }
  }
}

void KernelEmitter::emit_block(ir::BlockId block) {
  b_.SetInsertPoint(blocks_[block]);
  for (ValueId v : f_.blocks[block].instructions) values_[v] = emit(v);
  terminator(f_.blocks[block].terminator);
}

std::optional<Diagnostic> KernelEmitter::run() {
  ir::SlotConvention convention;
  for (const ptx::Slot& slot : kernel_.slots) convention.widths.push_back(slot.width);
  convention.stack_pointer = UINT32_MAX;
  convention.entry_value = [&](ir::Builder& b, uint32_t slot) { return b.undef(kernel_.slots[slot].width); };
  f_ = ir::simplify(ir::construct_ssa(kernel_.code, convention));
  check();
  if (refusal_) return refusal_;

  uint64_t bytes = 0;
  for (const ptx::KernelParameter& p : kernel_.parameters) bytes = p.offset + p.size;
  llvm::Type* arguments = llvm::ArrayType::get(b_.getInt8Ty(), bytes == 0 ? 4 : bytes);
  auto* type = llvm::FunctionType::get(b_.getVoidTy(), {b_.getPtrTy(kConstant)}, false);
  llvm_ = llvm::Function::Create(type, llvm::GlobalValue::ExternalLinkage, kernel_.name, module_);
  llvm_->setCallingConv(llvm::CallingConv::AMDGPU_KERNEL);
  llvm_->addParamAttr(0, llvm::Attribute::getWithByRefType(b_.getContext(), arguments));
  llvm_->addParamAttr(0, llvm::Attribute::getWithAlignment(b_.getContext(), llvm::Align(16)));
  llvm_->setVisibility(llvm::GlobalValue::ProtectedVisibility);
  llvm_->addFnAttr("uniform-work-group-size", "true");
  llvm_->addFnAttr("amdgpu-flat-work-group-size", "1,1024");
  // Without variables of their own in shared memory all of it is what the launch gives.
  const bool dynamic = shared_bytes_ == 0;
  lds_ = new llvm::GlobalVariable(
      module_, llvm::ArrayType::get(b_.getInt8Ty(), shared_bytes_), false,
      dynamic ? llvm::GlobalValue::ExternalLinkage : llvm::GlobalValue::InternalLinkage,
      dynamic ? nullptr : llvm::PoisonValue::get(llvm::ArrayType::get(b_.getInt8Ty(), shared_bytes_)),
      kernel_.name + ".shared", nullptr, llvm::GlobalValue::NotThreadLocal, kShared);
  lds_->setAlignment(llvm::Align(16));

  values_.resize(f_.values.size());
  blocks_.resize(f_.blocks.size());
  phis_.resize(f_.blocks.size());
  const std::vector<ir::BlockId> order = ir::reverse_post_order(f_);
  for (ir::BlockId block : order) {
    blocks_[block] = llvm::BasicBlock::Create(b_.getContext(), "", llvm_);
    b_.SetInsertPoint(blocks_[block]);
    for (ValueId p : f_.blocks[block].parameters) {
      phis_[block].push_back(b_.CreatePHI(b_.getIntNTy(f_.width(p)), 2));
      values_[p] = phis_[block].back();
    }
  }
  for (ir::BlockId block : order) emit_block(block);
  if (!refusal_) fill_phis();
  if (refusal_) {
    llvm_->eraseFromParent();
    lds_->eraseFromParent();
  }
  return refusal_;
}

}  // namespace portolan::to_amdgcn
