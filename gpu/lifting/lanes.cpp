// Operations on several numbers in one register, number by number.
#include <algorithm>

#include "gpu/lifting/recorder.h"
#include "ir/concrete_domain.h"

namespace portolan::lifting {

using ir::Op;
using simt::kPlain;
using simt::kUnset;

// Some bits of an operand.
Recorder::Operand Recorder::slice(const Operand& o, unsigned low, unsigned width) {
  Operand part{kPlain, o.value.extractBits(width, low)};
  if (o.mark == kPlain) return part;
  if (low == 0 && width == o.value.getBitWidth()) return o;
  if (const auto known = extracted(o.mark, low, width)) {
    part.mark = *known;
    return part;
  }
  Node node;
  node.kind = Node::computed;
  node.inst.op = Op::extract;
  node.inst.index = low;
  node.inst.width = node.width = width;
  node.value = part.value;
  node.operands = {o};
  part.mark = add_computed(std::move(node));
  return part;
}

Recorder::Operand Recorder::one_lane(const ir::Instruction& whole, unsigned width, const std::vector<Operand>& operands,
                                     const APInt& value) {
  ir::Instruction inst = whole;
  inst.lanes = 1;
  inst.width = width;
  inst.operands.clear();
  std::vector<APInt> values;
  std::vector<Mark> marks;
  for (const Operand& o : operands) values.push_back(o.value), marks.push_back(o.mark);
  if (std::ranges::all_of(marks, [](Mark m) { return m == kPlain; })) return {kPlain, value};
  return {compute({}, inst, values, marks, value), value};
}

// No value: it is not done number by number.
std::optional<Mark> Recorder::by_lanes(const ir::Function& function, const ir::Instruction& inst,
                                       const std::vector<Operand>& operands, const APInt& result) {
  const unsigned lanes = inst.lanes;
  std::vector<Operand> made;
  const auto piece = [&](size_t k, unsigned lane) {
    const unsigned width = operands[k].value.getBitWidth() / lanes;
    return slice(operands[k], lane * width, width);
  };
  switch (inst.op) {
    case Op::splat: {
      const unsigned count = inst.width / operands[0].value.getBitWidth();
      made.assign(count, operands[0]);
      break;
    }
    case Op::shuffle: {
      const unsigned width = operands[0].value.getBitWidth() / lanes;
      for (const int from : function.masks[inst.index]) {
        if (from < 0) return std::nullopt;
        const auto lane = static_cast<unsigned>(from);
        made.push_back(slice(operands[lane / lanes], lane % lanes * width, width));
      }
      break;
    }
    case Op::reduce_add: {
      Operand sum = piece(0, 0);
      ir::Instruction add = inst;
      add.op = Op::add;
      for (unsigned lane = 1; lane < lanes; ++lane) {
        const Operand next = piece(0, lane);
        sum = one_lane(add, inst.width, {sum, next}, sum.value + next.value);
      }
      return sum.mark;
    }
    default: {
      if (!ir::info(inst.op).lanes) return std::nullopt;
      const unsigned width = inst.width / lanes;
      for (unsigned lane = 0; lane < lanes; ++lane) {
        std::vector<Operand> parts;
        for (size_t k = 0; k < operands.size(); ++k) parts.push_back(piece(k, lane));
        made.push_back(one_lane(inst, width, parts, result.extractBits(width, lane * width)));
      }
    }
  }
  if (std::ranges::all_of(made, [](const Operand& o) { return o.mark == kPlain; })) return kPlain;
  std::vector<APInt> values;
  std::vector<Mark> marks;
  for (const Operand& o : made) values.push_back(o.value), marks.push_back(o.mark);
  return join(values, marks);
}

}  // namespace portolan::lifting
