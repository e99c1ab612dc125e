// Kernels made ready to run quickly: every instruction of the IR as a function and the places of its operands in one
// array of words, a frame. Threads run in the order in which the interpreter runs them, and memory, barriers and what
// lanes do together are the interpreter's own code: only values are computed otherwise.
#pragma once

#include <memory>
#include <vector>

#include "ir/function.h"

namespace portolan::simt {

class Block;
struct Code;
struct Program;
struct Thread;
struct Wave;

// Where micro-operations work.
struct Machine {
  uint64_t* words = nullptr;  // of the frame
  uint32_t stride = 1;        // from a word of a value to its next one: the lanes of a wave, whose words lie together
  const ir::Function* function = nullptr;
  Block* block = nullptr;
  Thread* thread = nullptr;
  Wave* wave = nullptr;  // of lanes in step: wave.h
  uint64_t used = 0;     // steps of this turn
};

struct Micro;
// The micro-operation that is next; nullptr: the thread's turn is over, or the run.
using Handler = const Micro* (*)(const Micro& micro, Machine& machine);
// For one thread, and for all lanes of a wave.
struct Handlers {
  Handler one = nullptr, wave = nullptr;
};

struct Micro {
  Handler run = nullptr, wave = nullptr;
  const ir::Instruction* inst = nullptr;
  uint64_t mask = 0;                     // of the result's bits, at most 64
  uint32_t to = 0, a = 0, b = 0, c = 0;  // words of the frame: result, operands. Lowest word first; what is unused is 0
  uint16_t width = 0, from = 0;          // bits of the result, of the first operand
  uint32_t low =
      0;  // extract: the lowest bit; concat, store: bits of the second operand; jumps: the distance; lists: the length
};

struct Compiled {
  const Code* code = nullptr;
  std::vector<Micro> micros;      // from the entry's
  std::vector<uint64_t> initial;  // a frame before the function begins
  std::vector<uint32_t> lists;    // places, of what has many
  std::vector<uint32_t> slots;    // the place of each slot
  std::vector<uint32_t> parameters;
};

inline constexpr uint32_t kNoPlace = UINT32_MAX;
inline uint32_t words_of(uint32_t width) {
  return (width + 63) / 64;
}
inline uint64_t mask_of_width(uint32_t width) {
  return width >= 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
}
ir::APInt value_at(const uint64_t* words, uint32_t width, uint32_t stride = 1);
void put_value(uint64_t* words, const ir::APInt& value, uint32_t stride = 1);

// How the result of a pure instruction with operands is computed. Micro has to be filled in but for these.
Handlers pure_handler(const ir::Function& function, const ir::Instruction& inst);
Handlers integer_handler(const ir::Function& function, const ir::Instruction& inst);  // nullptr: none
Handlers float_handler(const ir::Instruction& inst);                                  // nullptr: none
// By the interpreter's domain, whatever it is.
const Micro* compute_generally(const Micro& m, Machine& machine);
// Of an instruction with operands; places are left alone.
Micro describe(const ir::Function& function, const ir::Instruction& inst);

// `keep_slots`: somebody looks at all registers before and after; `register_byte`: what fills those that nobody set.
std::unique_ptr<Compiled> compile(const Program& program, const Code& code, bool keep_slots, uint8_t register_byte);

}  // namespace portolan::simt
