#include "ir/demand.h"

#include <algorithm>

#include "ir/builder.h"
#include "ir/cfg.h"
#include "ir/check.h"

namespace portolan::ir {

Demand::Demand(const Function& function)
    : function_(&function), queued_(function.values.size()), predecessors_(predecessors(function)) {
  bits_.reserve(function.values.size());
  for (const Instruction& i : function.values) bits_.push_back(APInt::getZero(i.width));
}

void Demand::require(ValueId v, const APInt& bits) {
  if (bits.isSubsetOf(bits_[v])) return;
  bits_[v] |= bits;
  if (queued_[v]) return;
  queued_[v] = 1;
  worklist_.push_back(v);
}

void Demand::require_effects() {
  for (BlockId block : reverse_post_order(*function_)) {
    const Block& b = function_->blocks[block];
    for (ValueId v : b.instructions) {
      const Instruction& i = (*function_)[v];
      Effects e = info(i.op).effects;
      bool root = e == Effects::Writes || e == Effects::Traps || (e == Effects::Reads && i.ordering != Ordering::none);
      if (root)
        for (ValueId operand : i.operands) require_all(operand);
    }
    Op end = b.terminator.op;
    if (end == Op::branch || end == Op::switch_) require_all(b.terminator.operands[0]);
    if (end == Op::jump_indirect) require_all(b.terminator.operands[0]);
  }
}

void Demand::run(const std::function<void(ValueId)>& reached) {
  while (!worklist_.empty()) {
    ValueId v = worklist_.back();
    worklist_.pop_back();
    queued_[v] = 0;
    Op op = (*function_)[v].op;
    if (op == Op::call || op == Op::get_slot)
      reached(v);
    else if (op == Op::parameter)
      spread_parameter(v);
    else
      spread(v);
  }
}

void Demand::spread_parameter(ValueId v) {
  BlockId block = (*function_)[v].block;
  const std::vector<ValueId>& parameters = function_->blocks[block].parameters;
  size_t n = std::find(parameters.begin(), parameters.end(), v) - parameters.begin();
  for (BlockId p : predecessors_[block])
    for (const Edge& edge : function_->blocks[p].terminator.edges)
      if (edge.target == block) require(edge.arguments[n], APInt(bits_[v]));
}

// Lane by lane: a lane of the result demands the same lanes of the operands, whole.
void Demand::spread_lanes(const Instruction& i, const APInt& demanded) {
  unsigned result_lane = i.width / i.lanes;
  for (ValueId operand : i.operands) {
    unsigned lane = function_->width(operand) / i.lanes;
    APInt bits = APInt::getZero(function_->width(operand));
    for (unsigned n = 0; n < i.lanes; ++n)
      if (!demanded.extractBits(result_lane, n * result_lane).isZero()) bits.setBits(n * lane, (n + 1) * lane);
    require(operand, bits);
  }
}

void Demand::spread(ValueId v) {
  const Function& f = *function_;
  const Instruction& i = f[v];
  APInt d = bits_[v];
  auto constant = [&](unsigned n) { return f.constant(i.operands[n]); };
  auto all = [&] {
    for (ValueId operand : i.operands) require_all(operand);
  };
  switch (i.op) {
    case Op::bit_and:
    case Op::bit_or: {
      bool conjunction = i.op == Op::bit_and;
      for (unsigned n = 0; n < 2; ++n) {
        const APInt* other = constant(1 - n);
        require(i.operands[n], !other ? d : conjunction ? d & *other : d & ~*other);
      }
      return;
    }
    case Op::bit_xor:
    case Op::bit_not:
      for (ValueId operand : i.operands) require(operand, d);
      return;
    case Op::add:
    case Op::sub:
    case Op::mul:
      if (i.lanes != 1) return spread_lanes(i, d);
      for (ValueId operand : i.operands) require(operand, APInt::getLowBitsSet(i.width, d.getActiveBits()));
      return;
    case Op::shl:
    case Op::lshr:
    case Op::ashr: {
      const APInt* count = constant(1);
      if (i.lanes != 1) return spread_lanes(i, d);
      if (!count || count->uge(i.width)) return all();
      unsigned c = count->getZExtValue();
      APInt bits = i.op == Op::shl ? d.lshr(c) : d.shl(c);
      if (i.op == Op::ashr && d.getActiveBits() + c > i.width) bits.setSignBit();
      require(i.operands[0], bits);
      require_all(i.operands[1]);
      return;
    }
    case Op::extract: {
      if (i.lanes != 1) return spread_lanes(i, d);
      require(i.operands[0], d.zext(f.width(i.operands[0])).shl(i.index));
      return;
    }
    case Op::concat: {
      if (i.lanes != 1) return spread_lanes(i, d);
      unsigned low = f.width(i.operands[1]);
      require(i.operands[1], d.trunc(low));
      require(i.operands[0], d.lshr(low).trunc(f.width(i.operands[0])));
      return;
    }
    case Op::zext:
    case Op::sext: {
      if (i.lanes != 1) return spread_lanes(i, d);
      unsigned inner = f.width(i.operands[0]);
      APInt bits = d.trunc(inner);
      if (i.op == Op::sext && d.getActiveBits() > inner) bits.setSignBit();
      require(i.operands[0], bits);
      return;
    }
    case Op::select:
      if (i.lanes != 1) return spread_lanes(i, d);
      require_all(i.operands[0]);
      require(i.operands[1], d);
      require(i.operands[2], d);
      return;
    case Op::splat: {
      unsigned lane = f.width(i.operands[0]);
      APInt bits = APInt::getZero(lane);
      for (unsigned n = 0; n < i.lanes; ++n) bits |= d.extractBits(lane, n * lane);
      require(i.operands[0], bits);
      return;
    }
    case Op::shuffle: {
      const std::vector<int>& mask = f.masks[i.index];
      unsigned lane = f.width(i.operands[0]) / i.lanes;
      APInt bits[2] = {APInt::getZero(f.width(i.operands[0])), APInt::getZero(f.width(i.operands[0]))};
      for (unsigned n = 0; n < mask.size(); ++n)
        if (mask[n] >= 0) bits[mask[n] / i.lanes].insertBits(d.extractBits(lane, n * lane), mask[n] % i.lanes * lane);
      // A source lane may be wanted twice with different bits: take the union, not the last.
      for (unsigned n = 0; n < mask.size(); ++n)
        if (mask[n] >= 0 && !d.extractBits(lane, n * lane).isZero())
          bits[mask[n] / i.lanes].setBits(mask[n] % i.lanes * lane, (mask[n] % i.lanes + 1) * lane);
      require(i.operands[0], bits[0]);
      require(i.operands[1], bits[1]);
      return;
    }
    default:
      if (info(i.op).lanes && i.lanes != 1 && (i.width % i.lanes) == 0) return spread_lanes(i, d);
      return all();
  }
}

namespace {

// The width a value of `width` needs when only `active` low bits count: a common register width, or its own.
uint32_t useful_width(uint32_t width, uint32_t active) {
  for (uint32_t candidate : {1u, 8u, 16u, 32u, 64u, 128u})
    if (active <= candidate && candidate < width) return candidate;
  return width;
}

class Narrowing {
 public:
  Narrowing(const Function& source, const Demand& demand)
      : source_(source), demand_(demand), result_(source), wide_(source.values.size(), kNoValue) {}

  Function run();

 private:
  void narrow_parameters(BlockId block, Builder& b);
  bool narrow_instruction(ValueId v, Builder& b);
  ValueId use(ValueId v) const { return wide_[v] == kNoValue ? v : wide_[v]; }

  const Function& source_;
  const Demand& demand_;
  Function result_;
  std::vector<ValueId> wide_;  // what stands for a narrowed value
  std::vector<std::vector<uint32_t>> parameter_widths_;
};

void narrow_edges(Function& f, const std::vector<std::vector<uint32_t>>& widths) {
  for (BlockId block = 0; block < f.blocks.size(); ++block) {
    std::vector<Edge> edges = std::move(f.blocks[block].terminator.edges);
    Builder b(f, block);
    for (Edge& edge : edges)
      for (size_t n = 0; n < edge.arguments.size(); ++n)
        if (widths[edge.target][n] < f.width(edge.arguments[n]))
          edge.arguments[n] = b.truncate(edge.arguments[n], widths[edge.target][n]);
    f.blocks[block].terminator.edges = std::move(edges);
  }
}

void Narrowing::narrow_parameters(BlockId block, Builder& b) {
  for (ValueId p : source_.blocks[block].parameters) {
    uint32_t width = source_.width(p);
    if (block == 0) {  // the function's own
      parameter_widths_[block].push_back(width);
      continue;
    }
    uint32_t needed = useful_width(width, demand_.of(p).getActiveBits());
    parameter_widths_[block].push_back(needed);
    result_[p].width = needed;
    if (needed != width) wide_[p] = b.zext(p, width);
  }
}

bool Narrowing::narrow_instruction(ValueId v, Builder& b) {
  const Instruction& i = source_[v];
  const APInt& d = demand_.of(v);
  if (d.isZero()) return false;
  if (i.op == Op::shuffle) {
    const std::vector<int>& mask = source_.masks[i.index];
    unsigned lane = i.width / mask.size();
    unsigned first = d.countr_zero() / lane;
    if ((d.getActiveBits() - 1) / lane != first || mask[first] < 0) return false;
    ValueId from = use(i.operands[mask[first] / i.lanes]);
    ValueId only = b.extract(from, mask[first] % i.lanes * lane, lane);
    wide_[v] = b.insert(b.constant(i.width, 0), only, first * lane);
    return true;
  }
  uint32_t needed = useful_width(i.width, d.getActiveBits());
  if (needed == i.width) return false;
  bool bitwise = i.op == Op::bit_and || i.op == Op::bit_or || i.op == Op::bit_xor || i.op == Op::bit_not;
  bool additive = (i.op == Op::add || i.op == Op::sub || i.op == Op::mul) && i.lanes == 1 && needed >= 32;
  bool selecting = i.op == Op::select && i.lanes == 1;
  if (!bitwise && !additive && !selecting) return false;
  Instruction copy = i;
  copy.width = needed;
  copy.lanes = 1;
  for (unsigned n = 0; n < copy.operands.size(); ++n)
    copy.operands[n] = selecting && n == 0 ? use(i.operands[n]) : b.truncate(use(i.operands[n]), needed);
  wide_[v] = b.zext(b.emit(std::move(copy)), i.width);
  return true;
}

Function Narrowing::run() {
  parameter_widths_.resize(source_.blocks.size());
  for (BlockId block : reverse_post_order(source_)) {
    result_.blocks[block].instructions.clear();
    Builder b(result_, block);
    narrow_parameters(block, b);
    for (ValueId v : source_.blocks[block].instructions) {
      b.set_line(source_[v].line);
      if (narrow_instruction(v, b)) continue;
      for (ValueId& operand : result_[v].operands) operand = use(operand);
      result_.blocks[block].instructions.push_back(v);
    }
    for (ValueId& v : result_.blocks[block].terminator.operands) v = use(v);
  }
  // Arguments may be defined in later blocks, so edges come last.
  for (BlockId block = 0; block < source_.blocks.size(); ++block)
    for (Edge& edge : result_.blocks[block].terminator.edges)
      for (ValueId& v : edge.arguments) v = use(v);
  for (BlockId block = 0; block < source_.blocks.size(); ++block)
    if (parameter_widths_[block].size() != source_.blocks[block].parameters.size())  // unreachable
      for (ValueId p : source_.blocks[block].parameters) parameter_widths_[block].push_back(source_.width(p));
  narrow_edges(result_, parameter_widths_);
  return std::move(result_);
}

}  // namespace

Function narrow(const Function& function, const Demand& demand) {
  Function result = Narrowing(function, demand).run();
  require_well_formed(result, "narrow");
  return result;
}

}  // namespace portolan::ir
