#include "ir/function.h"

namespace portolan::ir {

BlockId Function::add_block(std::string block_name) {
  blocks.emplace_back();
  blocks.back().name = std::move(block_name);
  return static_cast<BlockId>(blocks.size() - 1);
}

ValueId Function::add_parameter(BlockId block, uint32_t width) {
  Instruction i;
  i.op = Op::parameter;
  i.width = width;
  i.block = block;
  values.push_back(std::move(i));
  auto id = static_cast<ValueId>(values.size() - 1);
  blocks[block].parameters.push_back(id);
  return id;
}

ValueId Function::append(BlockId block, Instruction instruction) {
  instruction.block = block;
  values.push_back(std::move(instruction));
  auto id = static_cast<ValueId>(values.size() - 1);
  blocks[block].instructions.push_back(id);
  return id;
}

}  // namespace portolan::ir
