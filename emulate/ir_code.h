// The meaning of a linked program's instructions, lifted one by one as execution comes to them: each is a function of
// the IR at machine level that ends by going on to the next instruction, wherever that is.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "emulate/image.h"
#include "frontends/asm/decoder.h"
#include "frontends/asm/lift.h"
#include "ir/interpreter.h"

namespace portolan::emulate {

struct IrStep {
  std::string refusal;  // not empty: why it cannot be run
  bool system_call = false;
  uint8_t size = 0;     // bytes
  unsigned opcode = 0;  // LLVM's
  ir::Function function;
  std::unique_ptr<ir::Interpreter> interpreter;
  std::vector<assembly::Slot> written;
  std::vector<uint64_t> called;  // by place in the function's calls: where direct ones go
};

// References to places go by name, "@" and the address in hexadecimal.
std::string name_of_address(uint64_t address);
uint64_t address_of_name(std::string_view name);

class IrCode {
 public:
  explicit IrCode(const Image& image);
  // nullptr: nothing may be executed there.
  IrStep* at(uint64_t pc);

 private:
  // Lifts the instructions from pc up to the first that leaves the straight line.
  void lift_run(uint64_t pc, std::span<const uint8_t> bytes);
  void name_places(assembly::Unit& unit, assembly::Instruction& instruction);

  const Image& image_;
  const assembly::McTarget& target_;
  const assembly::Lifter& lifter_;
  assembly::Decoder decoder_;
  std::unordered_map<uint64_t, IrStep> steps_;
};

}  // namespace portolan::emulate
