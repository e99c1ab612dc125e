// Shuffles, votes and barriers. A warp of 32 lanes is a wave, or one half of a wave of 64. Which lanes run together is
// not under our control: code generation keeps lanes together that the source keeps together, and the tests look.
#include "ir/op_semantics.h"
#include "llvm/IR/IntrinsicsAMDGPU.h"
#include "translate/to_amdgcn/address_spaces.h"
#include "translate/to_amdgcn/kernel_emitter.h"

namespace portolan::to_amdgcn {

namespace In = llvm::Intrinsic;
using ir::Instruction;
using ir::Op;
using ir::RmwKind;
using Value = llvm::Value*;

// How many of `members`, a mask of the wave, come before this lane.
Value KernelEmitter::rank(Value members) {
  Value low = call(In::amdgcn_mbcnt_lo, {b_.CreateTrunc(members, b_.getInt32Ty()), b_.getInt32(0)});
  if (amdgcn::lane_width(state_.processor) == kWarp) return low;
  return call(In::amdgcn_mbcnt_hi, {b_.CreateTrunc(b_.CreateLShr(members, 32), b_.getInt32Ty()), low});
}

Value KernelEmitter::lane_in_wave() {
  return rank(
      b_.getIntN(amdgcn::lane_width(state_.processor), ~uint64_t{0} >> (64 - amdgcn::lane_width(state_.processor))));
}

// A bit of each lane of the wave.
Value KernelEmitter::all_lanes(Value bit) {
  return call(In::amdgcn_ballot, {bit}, {b_.getIntNTy(amdgcn::lane_width(state_.processor))});
}

// Of the warp.
Value KernelEmitter::ballot(Value bit) {
  Value both = all_lanes(bit);
  if (amdgcn::lane_width(state_.processor) == kWarp) return both;
  Value shift = b_.CreateZExt(b_.CreateAnd(lane_in_wave(), kWarp), b_.getInt64Ty());
  return b_.CreateTrunc(b_.CreateLShr(both, shift), b_.getInt32Ty());
}

Value KernelEmitter::read_lane(Value value, Value from) {
  if (amdgcn::lane_width(state_.processor) != kWarp) from = b_.CreateOr(from, b_.CreateAnd(lane_in_wave(), kWarp));
  return call(In::amdgcn_ds_bpermute, {b_.CreateShl(from, 2), value});
}

// A bit for each member that has the same value. Values of lanes that are not there read as zero and do not count.
Value KernelEmitter::match(Value value, Value members) {
  const bool wide = value->getType()->getIntegerBitWidth() == 64;
  Value same = b_.getInt32(0), there = b_.CreateAnd(members, ballot(b_.getTrue()));
  for (unsigned lane = 0; lane < kWarp; ++lane) {
    Value low = read_lane(b_.CreateTrunc(value, b_.getInt32Ty()), b_.getInt32(lane));
    Value equal = b_.CreateICmpEQ(low, b_.CreateTrunc(value, b_.getInt32Ty()));
    if (wide) {
      Value upper = b_.CreateTrunc(b_.CreateLShr(value, 32), b_.getInt32Ty());
      equal = b_.CreateAnd(equal, b_.CreateICmpEQ(read_lane(upper, b_.getInt32(lane)), upper));
    }
    same = b_.CreateOr(same, b_.CreateSelect(equal, b_.getInt32(1u << lane), b_.getInt32(0)));
  }
  return b_.CreateAnd(same, there);
}

Value KernelEmitter::reduce(const Instruction& i, Value value, Value members) {
  using llvm::CmpInst;
  auto chosen = [&](CmpInst::Predicate better, Value a, Value b) {
    return b_.CreateSelect(b_.CreateICmp(better, a, b), a, b);
  };
  auto combine = [&](Value a, Value b) -> Value {
    switch (i.rmw) {
      case RmwKind::add:
        return b_.CreateAdd(a, b);
      case RmwKind::bit_and:
        return b_.CreateAnd(a, b);
      case RmwKind::bit_or:
        return b_.CreateOr(a, b);
      case RmwKind::bit_xor:
        return b_.CreateXor(a, b);
      case RmwKind::smin:
        return chosen(CmpInst::ICMP_SLT, a, b);
      case RmwKind::smax:
        return chosen(CmpInst::ICMP_SGT, a, b);
      case RmwKind::umin:
        return chosen(CmpInst::ICMP_ULT, a, b);
      case RmwKind::umax:
        return chosen(CmpInst::ICMP_UGT, a, b);
      default:
        refuse(i, "this reduction over lanes");
        return a;
    }
  };
  Value sum = nullptr, any = b_.getFalse();
  for (unsigned lane = 0; lane < kWarp; ++lane) {
    Value one = read_lane(value, b_.getInt32(lane));
    Value member = b_.CreateICmpNE(b_.CreateAnd(members, b_.getInt32(1u << lane)), b_.getInt32(0));
    // Before the first member there is nothing to combine with.
    sum = !sum ? one : b_.CreateSelect(member, b_.CreateSelect(any, combine(sum, one), one), sum);
    any = b_.CreateOr(any, member);
  }
  return sum;
}

Value KernelEmitter::lanes(const Instruction& i) {
  if (i.op == Op::active_lanes) return ballot(b_.getTrue());
  const ir::APInt* constant = f_.constant(i.operands[0]);
  const bool all = constant && constant->isAllOnes();
  Value members = domain_.integer(value(i.operands[0])), v = domain_.integer(value(i.operands[1]));
  switch (i.op) {
    case Op::lane_ballot:
      return all ? ballot(v) : b_.CreateAnd(ballot(v), members);
    case Op::lane_match:
      return match(v, members);
    case Op::lane_reduce:
      return reduce(i, v, members);
    default:
      break;
  }
  if (i.op != Op::lane_read || i.width != 32) {
    refuse(i, "this lane operation");
    return b_.getIntN(i.width, 0);
  }
  Value from = b_.CreateAnd(domain_.integer(value(i.operands[2])), kWarp - 1);
  Value read = read_lane(v, from);
  if (all) return read;
  Value member = b_.CreateTrunc(b_.CreateLShr(members, from), b_.getInt1Ty());
  return b_.CreateSelect(member, read, b_.getInt32(0));
}

void KernelEmitter::plain_barrier() {
  const auto scope = b_.getContext().getOrInsertSyncScopeID("workgroup");
  b_.CreateFence(llvm::AtomicOrdering::Release, scope);
  call(In::amdgcn_s_barrier, {});
  b_.CreateFence(llvm::AtomicOrdering::Acquire, scope);
}

// Of the whole block. How many threads gave 1 is counted in shared memory, between barriers.
Value KernelEmitter::barrier(const Instruction& i) {
  const ir::APInt *number = f_.constant(i.operands[0]), *threads = f_.constant(i.operands[1]),
                  *bit = f_.constant(i.operands[2]);
  if (!number || !number->isZero() || !threads || !threads->isZero()) {
    refuse(i, "barriers other than that of the whole block");
    return b_.getInt32(0);
  }
  plain_barrier();
  if (bit && bit->isZero()) return b_.getInt32(0);
  if (state_.dynamic_shared) {
    refuse(i, "counting barriers beside dynamic shared memory");
    return b_.getInt32(0);
  }
  if (!state_.barrier_count) {
    state_.barrier_count =
        new llvm::GlobalVariable(state_.module, b_.getInt32Ty(), false, llvm::GlobalValue::InternalLinkage,
                                 llvm::PoisonValue::get(b_.getInt32Ty()), "portolan.barrier_count", nullptr,
                                 llvm::GlobalValue::NotThreadLocal, kShared);
    state_.barrier_count->setAlignment(llvm::Align(4));
  }
  const auto scope = b_.getContext().getOrInsertSyncScopeID("workgroup");
  const auto order = llvm::AtomicOrdering::Monotonic;
  using Rmw = llvm::AtomicRMWInst;
  b_.CreateAtomicRMW(Rmw::And, state_.barrier_count, b_.getInt32(0), llvm::Align(4), order, scope);
  plain_barrier();
  // One lane of the wave adds what all of them give.
  Value given = all_lanes(domain_.integer(value(i.operands[2])));
  Value sum = b_.CreateZExtOrTrunc(b_.CreateUnaryIntrinsic(In::ctpop, given), b_.getInt32Ty());
  Value first = b_.CreateICmpEQ(rank(all_lanes(b_.getTrue())), b_.getInt32(0));
  llvm::LLVMContext& context = b_.getContext();
  llvm::BasicBlock *adds = llvm::BasicBlock::Create(context, "", llvm_),
                   *after = llvm::BasicBlock::Create(context, "", llvm_);
  b_.CreateCondBr(first, adds, after);
  b_.SetInsertPoint(adds);
  b_.CreateAtomicRMW(Rmw::Add, state_.barrier_count, sum, llvm::Align(4), order, scope);
  b_.CreateBr(after);
  b_.SetInsertPoint(after);
  plain_barrier();
  return b_.CreateAlignedLoad(b_.getInt32Ty(), state_.barrier_count, llvm::Align(4));
}

}  // namespace portolan::to_amdgcn
