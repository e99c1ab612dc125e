// Loops, reductions, and elements of tensors.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "translate/loops/lanes.h"
#include "translate/loops/lowering.h"

namespace portolan::loops {

using namespace accelerator;

namespace {

constexpr Number kFewest = 4;  // elements for which lanes are worth it

std::optional<Number> constant_length(const Range& range) {
  if (range.first->kind != Expression::Kind::number || range.end->kind != Expression::Kind::number) return std::nullopt;
  return range.end->number - range.first->number;
}

}  // namespace

void Lowering::loop(llvm::Value* first, llvm::Value* end, Interval interval, uint32_t slot, unsigned step,
                    const std::function<void()>& body) {
  llvm::LLVMContext& context = b_.getContext();
  llvm::BasicBlock* before = b_.GetInsertBlock();
  llvm::Function* function = before->getParent();
  auto* head = llvm::BasicBlock::Create(context, "head", function);
  auto* inside = llvm::BasicBlock::Create(context, "body", function);
  auto* after = llvm::BasicBlock::Create(context, "after", function);
  b_.CreateBr(head);
  b_.SetInsertPoint(head);
  llvm::PHINode* index = b_.CreatePHI(b_.getInt64Ty(), 2);
  index->addIncoming(first, before);
  b_.CreateCondBr(b_.CreateICmpSLT(index, end), inside, after);
  b_.SetInsertPoint(inside);
  frame_[slot] = {index, interval};
  const Number outer = turns_;
  turns_ *= std::max<Number>(interval.high - interval.low + 1, 1);
  body();
  turns_ = outer;
  llvm::Value* next = b_.CreateNSWAdd(index, b_.getInt64(step));
  index->addIncoming(next, b_.GetInsertBlock());
  b_.CreateBr(head);
  b_.SetInsertPoint(after);
}

void Lowering::loops(const std::vector<Range>& ranges, size_t depth, size_t end, const std::function<void()>& body) {
  if (depth == end) return body();
  const Range& range = ranges[depth];
  const Lowered first = integer(*range.first), last = integer(*range.end);
  const Interval interval{first.interval.low, std::max(first.interval.low, last.interval.high - 1)};
  loop(as(first, 64), as(last, 64), interval, range.slot, 1, [&] { loops(ranges, depth + 1, end, body); });
}

void Lowering::in_lanes(const Range& range, const std::function<void()>& body) {
  const Number first = range.first->number, end = range.end->number;
  Number at = first;
  for (unsigned width = processor_.lanes; width > 0; width /= 2) {
    const Number stop = at + (end - at) / width * width;
    if (stop == at) continue;
    lanes_ = width;
    lane_slot_ = width == 1 ? kNone : range.slot;
    const Number outer = turns_;
    loop(b_.getInt64(static_cast<uint64_t>(at)), b_.getInt64(static_cast<uint64_t>(stop)), {first, end - 1}, range.slot,
         width, body);
    turns_ = outer;
    at = stop;
  }
  lanes_ = 1;
  lane_slot_ = kNone;
}

void Lowering::equation(const Statement& s) {
  const Statement& assign = s.body.front();
  frame_.assign(1024, {});
  if (!s.ranges.empty() && processor_.lanes > 1) {
    const Range& last = s.ranges.back();
    const bool real = assign.target->type.real != nullptr;
    if (constant_length(last).value_or(0) >= kFewest && (!real || processor_.real_lanes) &&
        suits_lanes(spec_, *assign.value, last.slot, processor_.real_lanes))
      return loops(s.ranges, 0, s.ranges.size() - 1, [&] { in_lanes(last, [&] { store(assign); }); });
  }
  loops(s.ranges, 0, s.ranges.size(), [&] { store(assign); });
}

void Lowering::store(const Statement& s) {
  turns_ = 1;
  const Lowered x = value(*s.value);
  const State& state = spec_.states[s.target->index];
  llvm::Value* v = x.value;
  llvm::Type* stored = stored_type(state);
  if (state.type.real) {
    if (stored->isIntegerTy())
      v = to_bits(v, *state.type.real);
    else if (v->getType()->getScalarType() != stored)
      v = b_.CreateFPCast(v, like(stored, v));
  } else {
    const Interval limits = type_limits(state.type);
    if (x.interval.low < limits.low || x.interval.high > limits.high)
      return void(
          refused(s.value->at,
                  fmt::format("numbers from {} to {} can come about here as far as is known, and {} bits hold {} to "
                              "{}; wrap or saturate them",
                              to_string(x.interval.low), to_string(x.interval.high), state.type.width,
                              to_string(limits.low), to_string(limits.high))));
    v = as(x, stored->getIntegerBitWidth());
  }
  v = spread(v);
  llvm::Value* at = b_.CreateGEP(stored, tensors[s.target->index], place(*s.target));
  b_.CreateAlignedStore(v, at, llvm::Align(stored->getScalarSizeInBits() / 8));
}

bool Lowering::moves_with_lane(const Expression& e) const {
  return lane_slot_ != kNone && std::ranges::any_of(e.operands, [&](const ExpressionPointer& operand) {
           return slope(*operand, lane_slot_) != Number{0};
         });
}

// The number of the element, row by row.
llvm::Value* Lowering::place(const Expression& e) {
  const State& state = spec_.states[e.index];
  const uint32_t lane = std::exchange(lane_slot_, kNone);
  const unsigned lanes = std::exchange(lanes_, 1);
  llvm::Value* flat = b_.getInt64(0);
  for (size_t d = 0; d < e.operands.size(); ++d) {
    Lowered index = integer(*e.operands[d]);
    if (index.interval.low < 0 || index.interval.high >= state.extent[d]) {
      if (branches_ == 0)
        (void)refused(e.operands[d]->at, fmt::format("the index may be from {} to {} as far as is known, and {} has {} "
                                                     "elements here",
                                                     to_string(index.interval.low), to_string(index.interval.high),
                                                     state.name, to_string(state.extent[d])));
      index = clamped(index, {0, state.extent[d] - 1});
    }
    flat = b_.CreateNSWAdd(b_.CreateNSWMul(flat, b_.getInt64(static_cast<uint64_t>(state.extent[d]))), as(index, 64));
  }
  lane_slot_ = lane;
  lanes_ = lanes;
  return flat;
}

Lowered Lowering::element(const Expression& e) {
  const State& state = spec_.states[e.index];
  llvm::Type* stored = stored_type(state);
  llvm::Value* at = b_.CreateGEP(stored, tensors[e.index], place(e));
  llvm::Type* read = moves_with_lane(e) ? llvm::FixedVectorType::get(stored, lanes_) : stored;
  llvm::Value* v = b_.CreateAlignedLoad(read, at, llvm::Align(stored->getScalarSizeInBits() / 8));
  if (state.type.real) return {widened(v, *state.type.real), {}};
  const Interval limits = type_limits(state.type);
  const unsigned bits = bits_for(limits, e.at);
  llvm::Type* wide = like(b_.getIntNTy(bits), v);
  return {state.type.is_signed ? b_.CreateSExt(v, wide) : b_.CreateZExt(v, wide), limits};
}

// One variable for each number of lanes that a reduction is worked on with.
struct Lowering::Accumulator {
  llvm::BasicBlock* before;
  Reduction kind;
  Number turns = 1;  // of the whole reduction
  Interval interval;
  bool first = true;
  std::map<unsigned, llvm::AllocaInst*> variables;
};

void Lowering::accumulate(const Expression& e, Accumulator& all, unsigned modulus) {
  const bool is_real = e.type.real != nullptr;
  const Expression& body = *e.operands[0];
  Lowered one;
  const auto term = [&]() -> Lowered {
    if (modulus != 0) return {modular(body, modulus), {}};
    return value(body);
  };
  switch (all.kind) {
    case Reduction::any:
    case Reduction::all:
      one = {condition(body), {0, 1}};
      break;
    case Reduction::count: {
      const Lowered holds{condition(body), {0, 1}};
      one = {as(holds, 32), {0, 1}};
      break;
    }
    default:
      one = e.filter ? either(
                           condition(*e.filter), term,
                           [&]() -> Lowered {
                             if (is_real) return {constant(held_type(*e.type.real, e.at), 0.0), {}};
                             return {b_.getIntN(modulus > 32 ? 64 : 32, 0), {0, 0}};
                           },
                           is_real)
                     : term();
  }
  const bool sums = all.kind == Reduction::sum || all.kind == Reduction::count;
  if (all.first) {
    all.interval = one.interval;
    if (sums)
      all.interval = {std::min<Number>(one.interval.low * all.turns, 0),
                      std::max<Number>(one.interval.high * all.turns, 0)};
    all.first = false;
  }
  if (!is_real && all.kind != Reduction::any && all.kind != Reduction::all)
    one.value = as(one, modulus != 0 ? (modulus <= 32 ? 32 : 64) : bits_for(all.interval, e.at));
  llvm::Value* x = lane_slot_ != kNone || lanes_ > 1 ? spread(one.value) : one.value;
  llvm::AllocaInst*& variable = all.variables[lanes_];
  if (!variable) {
    llvm::BasicBlock& entry = b_.GetInsertBlock()->getParent()->getEntryBlock();
    llvm::IRBuilder<> top(&entry, entry.begin());
    variable = top.CreateAlloca(x->getType());
    llvm::Constant* begin = llvm::Constant::getNullValue(x->getType());
    const bool most = all.kind == Reduction::maximum;
    if (most || all.kind == Reduction::minimum)
      begin = is_real ? llvm::ConstantFP::getInfinity(x->getType(), most)
                      : llvm::ConstantInt::getSigned(x->getType(),
                                                     static_cast<int64_t>(most ? all.interval.low : all.interval.high));
    if (all.kind == Reduction::all) begin = llvm::Constant::getAllOnesValue(x->getType());
    llvm::IRBuilder<> start(all.before);
    if (all.before->getTerminator()) start.SetInsertPoint(all.before->getTerminator());
    start.CreateStore(begin, variable);
  }
  llvm::Value* so_far = b_.CreateLoad(x->getType(), variable);
  llvm::Value* result = nullptr;
  switch (all.kind) {
    case Reduction::sum:
    case Reduction::count:
      result = is_real ? rounded_to(b_.CreateFAdd(so_far, x), *e.type.real, e.at) : b_.CreateAdd(so_far, x);
      break;
    case Reduction::any:
      result = b_.CreateOr(so_far, x);
      break;
    case Reduction::all:
      result = b_.CreateAnd(so_far, x);
      break;
    default: {
      const bool most = all.kind == Reduction::maximum;
      if (is_real) {  // a NaN stays
        llvm::Value* better = most ? b_.CreateFCmpOGT(x, so_far) : b_.CreateFCmpOLT(x, so_far);
        result = b_.CreateSelect(b_.CreateOr(better, b_.CreateFCmpUNO(x, x)), x, so_far);
      } else {
        result = b_.CreateBinaryIntrinsic(most ? llvm::Intrinsic::smax : llvm::Intrinsic::smin, so_far, x);
      }
    }
  }
  b_.CreateStore(result, variable);
}

// The range of a sum of integers whose neighbours may be lanes.
const Range* Lowering::lanes_of_sum(const Expression& e) const {
  if (static_cast<Reduction>(e.index) != Reduction::sum || e.type.real || e.filter) return nullptr;
  if (lanes_ > 1 || processor_.lanes == 1) return nullptr;
  const Range& last = e.ranges.back();
  if (constant_length(last).value_or(0) < kFewest) return nullptr;
  return suits_lanes(spec_, *e.operands[0], last.slot, false) ? &last : nullptr;
}

Lowered Lowering::reduced(const Expression& e, unsigned modulus) {
  Accumulator all{b_.GetInsertBlock(), static_cast<Reduction>(e.index), 1, {}, true, {}};
  const bool extreme = all.kind == Reduction::maximum || all.kind == Reduction::minimum;
  if (e.filter && (extreme || all.kind != Reduction::sum))
    return refused(e.at, "a condition on a reduction other than a sum has no code here yet");
  for (const Range& range : e.ranges) {
    const auto length = constant_length(range);
    if (extreme && length.value_or(0) < 1) return refused(e.at, fmt::format("this may be the {} of nothing", e.name));
    // A bound that depends on something lies within what it can be.
    const Number most = length ? *length : integer(*range.end).interval.high - integer(*range.first).interval.low;
    all.turns *= std::max<Number>(most, 0);
  }
  const Range* lane = lanes_of_sum(e);
  if (lane)
    loops(e.ranges, 0, e.ranges.size() - 1, [&] { in_lanes(*lane, [&] { accumulate(e, all, modulus); }); });
  else
    loops(e.ranges, 0, e.ranges.size(), [&] { accumulate(e, all, modulus); });
  if (all.first) return refused(e.at, "this reduction is over nothing");
  llvm::Value* result = nullptr;
  for (const auto& [lanes, variable] : all.variables) {
    llvm::Value* part = b_.CreateLoad(variable->getAllocatedType(), variable);
    if (lane && part->getType()->isVectorTy()) part = b_.CreateAddReduce(part);
    result = result ? b_.CreateAdd(result, part) : part;
  }
  return {result, all.interval};
}

}  // namespace portolan::loops
