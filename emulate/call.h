// One external call, as the function that is called would see it: arguments in order by the ISA's convention, results,
// memory. A failed access makes the whole call fault.
#pragma once

#include <optional>
#include <string>

#include "emulate/engine.h"

namespace portolan::emulate {

// What an argument or result is, by the letter that signatures use. A signature is the result's letter and then one for
// each argument; "." at the end says that variable arguments follow.
//   v nothing   i u 32-bit signed, unsigned   l 64-bit   p pointer   s pointer to a string (its characters count, not
//   where it is)   d double   f float   x 128-bit integer
class Call {
 public:
  Call(Isa isa, MachineState& state, MemoryAccess& memory) : isa_(isa), state_(state), memory_(memory) {}

  // The next argument of that kind.
  uint64_t integer();
  uint32_t word() { return static_cast<uint32_t>(integer()); }
  unsigned __int128 wide();
  double real();
  float single();
  // From here on arguments are variable: RISC-V then passes floating point in integer registers.
  void start_variable() { variable_ = true; }

  void give(uint64_t value);
  void give_word(uint32_t value);
  void give_wide(unsigned __int128 value);
  void give_real(double value);
  void give_single(float value);

  // Memory. Nothing is read or written after the first failure.
  std::vector<uint8_t> read(uint64_t address, uint64_t size);
  void write(uint64_t address, std::span<const uint8_t> bytes);
  uint64_t read_integer(uint64_t address, unsigned size);
  // 8 bytes that need not be there; 0: they are not.
  uint64_t peek(uint64_t address);
  void write_integer(uint64_t address, uint64_t value, unsigned size);
  // The characters before the first zero byte, or the first `limit`.
  std::string read_string(uint64_t address, uint64_t limit = UINT64_MAX);

  // What the call is told apart by.
  void digest(std::span<const uint8_t> bytes);
  void digest(uint64_t value);
  // Arena addresses by value. Others by where they point only: a translation has stack and globals elsewhere.
  void digest_pointer(uint64_t address);
  static bool points_to_stack(uint64_t address);
  uint64_t digest_value() const { return digest_; }

  std::optional<uint64_t> fault() const { return fault_; }
  bool stopped() const { return stopped_; }
  void stop() { stopped_ = true; }
  // Nobody knows what the call would do.
  bool refused() const { return refused_; }
  void refuse() { refused_ = true; }
  // The program's output. Which function wrote it does not count: printf("x\n") may have become puts("x").
  void output(std::string_view text) { output_ = output_.value_or("") + std::string(text); }
  const std::optional<std::string>& output() const { return output_; }
  Isa isa() const { return isa_; }

 private:
  uint64_t stack_argument();
  template <class T>
  T float_argument();
  template <class T>
  void give_float(T value);

  Isa isa_;
  MachineState& state_;
  MemoryAccess& memory_;
  size_t integers_ = 0, floats_ = 0, on_stack_ = 0;
  bool variable_ = false, stopped_ = false, refused_ = false;
  std::optional<std::string> output_;
  uint64_t digest_ = 0xcbf29ce484222325;
  std::optional<uint64_t> fault_;
};

}  // namespace portolan::emulate
