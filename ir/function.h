// Functions in SSA form: blocks with parameters, values that are bit-vectors of any width.
//
// A function is an arena of values; a value is the instruction (or block parameter) that defines it. Instructions that
// define nothing (stores) are values of width 0. Blocks list their instructions in order and end in one terminator.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ir/op.h"
#include "ir/pool.h"
#include "llvm/ADT/APInt.h"
#include "llvm/ADT/SmallVector.h"

namespace portolan::ir {

using llvm::APInt;

using ValueId = uint32_t;
using BlockId = uint32_t;
inline constexpr ValueId kNoValue = UINT32_MAX;
inline constexpr BlockId kNoBlock = UINT32_MAX;

// A symbol by name with a byte offset; how it is bound is the unit's business.
struct SymbolRef {
  std::string name;
  int64_t addend = 0;
  AddressPart part = AddressPart::whole;
  AddressKind kind = AddressKind::address;
  bool operator==(const SymbolRef&) const = default;
};

struct Instruction {
  Op op = Op::undef;
  FloatFormat format = FloatFormat::none;     // of the operands
  FloatFormat to_format = FloatFormat::none;  // fconvert, sint_to_f, uint_to_f: of the result
  Rounding rounding = Rounding::nearest_even;
  NanRule nan = NanRule::any;
  Ordering ordering = Ordering::none;  // memory: none is a plain access
  RmwKind rmw = RmwKind::exchange;
  Identity which = Identity::thread_x;  // identity
  TrapKind trap = TrapKind::none;
  uint8_t alignment = 1;  // bytes that the source guarantees
  uint16_t lanes = 1;     // of the operands; the result has as many
  uint32_t width = 0;     // bits of the result, 0: none
  uint32_t index = 0;     // slot; lowest bit (extract); element bytes (memory_copy, memory_set);
                          // or entry in one of the function's pools: constants, masks, symbols, calls
  int64_t offset = 0;     // frame_address: bytes
  uint32_t line = 0;      // of the source, 0: none (objects: offset in the section)
  BlockId block = kNoBlock;
  llvm::SmallVector<ValueId, 3> operands;
};

struct Edge {
  BlockId target = kNoBlock;
  std::vector<ValueId> arguments;  // one for each of the target's parameters
};

// jump: edges[0]. branch: operands[0] is the bit, edges[0] if 1, edges[1] if 0. switch_: operands[0]; edges[i] for
// cases[i], the last edge otherwise. jump_indirect: operands[0], edges are all possible targets and cases their values.
// ret, tail_call: operands are results or arguments. trap, unreachable: none.
struct Terminator {
  Op op = Op::unreachable;
  TrapKind trap = TrapKind::none;
  uint32_t index = 0;  // tail_call: entry in the function's calls
  uint32_t line = 0;
  llvm::SmallVector<ValueId, 2> operands;
  std::vector<Edge> edges;
  std::vector<uint64_t> cases;
};

struct Block {
  Block() = default;
  Block(const Block&) = default;
  Block& operator=(const Block&) = default;
  // Terminators have a SmallVector, whose move says noexcept nowhere: without these, a growing vector of blocks copies.
  Block(Block&&) noexcept = default;
  Block& operator=(Block&&) noexcept = default;

  std::string name;  // the source's label, or empty
  std::vector<ValueId> parameters;
  std::vector<ValueId> instructions;
  Terminator terminator;
};

// Whom a call calls. Machine level: no operands but the target of an indirect call, state is in the slots. Raised:
// operands are [target,] arguments, the result is all result pieces concatenated, first piece lowest.
struct CallTarget {
  SymbolRef symbol;                 // direct calls
  bool indirect = false;            // operands[0] is the address
  uint32_t signature = UINT32_MAX;  // raised: index into the unit's signatures (translate/abi)
};

class Function {
 public:
  std::string name;
  std::vector<Block> blocks;  // blocks[0] is the entry

  // Pools, because they grow while somebody holds a reference into them: a fold looks at an operand's definition and
  // makes new instructions from it.
  Pool<Instruction> values;
  Pool<APInt> constants;
  Pool<std::vector<int>> masks;
  Pool<SymbolRef> symbols;
  Pool<CallTarget> calls;

  BlockId add_block(std::string block_name = {});
  ValueId add_parameter(BlockId block, uint32_t width);
  // Appends to the block's instructions.
  ValueId append(BlockId block, Instruction instruction);

  Instruction& operator[](ValueId v) { return values[v]; }
  const Instruction& operator[](ValueId v) const { return values[v]; }
  uint32_t width(ValueId v) const { return values[v].width; }
  const APInt* constant(ValueId v) const {
    return values[v].op == Op::constant ? &constants[values[v].index] : nullptr;
  }
};

// The text form, stable.
std::string print(const Function& function);

}  // namespace portolan::ir
