// Where an address points to. In PTX's frontend shared memory, a thread's own memory and the parameters are windows of
// one address space. Sums with a constant of a window are addresses of that space; where such an address is kept,
// chosen or passed on like any other number it becomes a flat address of the processor, whose upper half says the same.
#include "llvm/IR/IntrinsicsAMDGPU.h"
#include "translate/to_amdgcn/address_spaces.h"
#include "translate/to_amdgcn/kernel_emitter.h"

namespace portolan::to_amdgcn {

using ir::Instruction;
using ir::Op;
using ir::ValueId;
using Value = llvm::Value*;

namespace {

constexpr int kDeepest = 12;  // sums of sums

// From the window's start, which a constant may lie before when something is added to it.
std::optional<int64_t> distance_to(uint64_t window, uint64_t address) {
  const int64_t distance = static_cast<int64_t>(address - window);
  constexpr int64_t kFarthest = static_cast<int64_t>(ptx::kWindowBytes / 2);
  if (distance < -kFarthest || distance >= kFarthest) return std::nullopt;
  return distance;
}

bool is_memory(Op op) {
  return op == Op::load || op == Op::store || op == Op::atomic_rmw || op == Op::atomic_cas;
}

}  // namespace

// The frame's own window cancels out: its addresses are the base of the frame plus a number.
std::optional<KernelEmitter::Place> KernelEmitter::place(ValueId v) const {
  const Instruction& i = f_[v];
  if (i.op == Op::frame_address)
    return Place{Space::local, kernel_.frame_bytes + static_cast<uint64_t>(static_cast<int64_t>(i.offset))};
  const ir::APInt* c = f_.constant(v);
  if (!c || c->getBitWidth() != 64) return std::nullopt;
  const uint64_t address = c->getZExtValue();
  if (const auto d = distance_to(ptx::kSharedWindow, address)) return Place{Space::shared, static_cast<uint64_t>(*d)};
  if (const auto d = distance_to(ptx::kParameterWindow, address))
    return Place{Space::parameter, static_cast<uint64_t>(*d)};
  return std::nullopt;
}

bool KernelEmitter::stands_for_address(ValueId v, int depth) const {
  if (place(v)) return true;
  const Instruction& i = f_[v];
  if (depth == 0 || (i.op != Op::add && i.op != Op::sub)) return false;
  return stands_for_address(i.operands[0], depth - 1) ||
         (i.op == Op::add && stands_for_address(i.operands[1], depth - 1));
}

// False: it is not one base plus numbers.
bool KernelEmitter::gather(ValueId v, Address& a, int depth) const {
  if (const auto found = place(v)) {
    if (a.space != Space::global) return false;
    a.space = found->space;
    a.offset += found->offset;
    return true;
  }
  const Instruction& i = f_[v];
  const ir::APInt* c = f_.constant(v);
  if (c && c->getBitWidth() == 64) {
    a.offset += c->getZExtValue();
    return true;
  }
  const ir::APInt* less = i.op == Op::sub ? f_.constant(i.operands[1]) : nullptr;
  if (less && !place(i.operands[1]) && stands_for_address(v, depth)) {
    a.offset -= less->getZExtValue();
    return gather(i.operands[0], a, depth - 1);
  }
  if (depth != 0 && i.op == Op::add && stands_for_address(v, depth))
    return gather(i.operands[0], a, depth - 1) && gather(i.operands[1], a, depth - 1);
  a.indices.push_back(v);
  return true;
}

KernelEmitter::Address KernelEmitter::address(ValueId v) const {
  Address a;
  if (stands_for_address(v, kDeepest) && gather(v, a, kDeepest) && a.space != Space::global) return a;
  a = {generic_ ? Space::generic : Space::global, {v}, 0};
  return a;
}

// eq or ne of an address's upper half and a window's: which space it is of.
bool KernelEmitter::asks_for_window(const Instruction& i, uint64_t* window, ValueId* address) const {
  if (i.op != Op::eq && i.op != Op::ne) return false;
  for (unsigned n = 0; n < 2; ++n) {
    const ir::APInt* c = f_.constant(i.operands[n]);
    const Instruction& other = f_[i.operands[1 - n]];
    if (!c || c->getBitWidth() != 32 || other.op != Op::extract || other.index != 32 ||
        f_.width(other.operands[0]) != 64)
      continue;
    *window = c->getZExtValue() << 32;
    *address = other.operands[0];
    return *window == ptx::kSharedWindow || *window == ptx::kLocalWindow || *window == ptx::kParameterWindow;
  }
  return false;
}

// An address of a window that is more than a place to read or write.
void KernelEmitter::look_for_generic(const Instruction& i, ValueId v) {
  for (size_t n = 0; n < i.operands.size(); ++n) {
    const ValueId operand = i.operands[n];
    if (!stands_for_address(operand, kDeepest)) continue;
    if (is_memory(i.op) && n == 0) {
      if (address(operand).space == Space::global) generic_ = true;
      continue;
    }
    if ((i.op == Op::add || (i.op == Op::sub && n == 0)) && stands_for_address(v, kDeepest)) continue;
    const bool moved = i.op == Op::add || i.op == Op::sub || i.op == Op::select || i.op == Op::store ||
                       i.op == Op::eq || i.op == Op::ne || i.op == Op::extract;
    const auto found = place(operand);
    if (!moved || (found && found->space == Space::parameter))
      return refuse(i, "shared memory, local memory or parameters by generic addresses");
    generic_ = true;
  }
}

Value KernelEmitter::base_of(Space space, uint64_t offset) {
  if (space == Space::parameter)
    return b_.CreateConstGEP1_32(b_.getInt8Ty(), llvm_->getArg(0), static_cast<uint32_t>(offset));
  if (space == Space::local) return b_.CreateGEP(b_.getInt8Ty(), frame_, b_.getInt32(static_cast<uint32_t>(offset)));
  // Dynamic shared memory begins where the static ends.
  const uint64_t static_bytes = state_.program.static_shared_bytes;
  if (state_.dynamic_shared && static_cast<int64_t>(offset) >= static_cast<int64_t>(static_bytes))
    return b_.CreateGEP(b_.getInt8Ty(), state_.dynamic_shared,
                        b_.getInt32(static_cast<uint32_t>(offset - static_bytes)));
  return b_.CreateGEP(b_.getInt8Ty(), state_.shared, b_.getInt32(static_cast<uint32_t>(offset)));
}

Value KernelEmitter::flat(const Place& p) {
  Value base = b_.CreateAddrSpaceCast(base_of(p.space, 0), b_.getPtrTy(kFlat));
  return b_.CreateAdd(b_.CreatePtrToInt(base, b_.getInt64Ty()), b_.getInt64(p.offset));
}

Value KernelEmitter::pointer(ValueId v) {
  const Address a = address(v);
  if (a.space == Space::global || a.space == Space::generic)
    return b_.CreateIntToPtr(domain_.integer(value(v)), b_.getPtrTy(a.space == Space::global ? kGlobal : kFlat));
  Value index = nullptr;
  for (ValueId part : a.indices) {
    Value low = b_.CreateTrunc(domain_.integer(value(part)), b_.getInt32Ty());
    index = index ? b_.CreateAdd(index, low) : low;
  }
  Value base = base_of(a.space, a.offset);
  return index ? b_.CreateGEP(b_.getInt8Ty(), base, index) : base;
}

Value KernelEmitter::is_in_window(const Instruction& i) {
  uint64_t window = 0;
  ValueId address = ir::kNoValue;
  asks_for_window(i, &window, &address);
  Value bit = b_.getFalse();  // parameters are never passed by address
  Value at = b_.CreateIntToPtr(domain_.integer(value(address)), b_.getPtrTy(kFlat));
  if (window == ptx::kSharedWindow) bit = call(llvm::Intrinsic::amdgcn_is_shared, {at});
  if (window == ptx::kLocalWindow) bit = call(llvm::Intrinsic::amdgcn_is_private, {at});
  return i.op == Op::eq ? bit : b_.CreateNot(bit);
}

}  // namespace portolan::to_amdgcn
