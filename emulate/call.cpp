#include "emulate/call.h"

#include <algorithm>
#include <cstring>

#include "emulate/layout.h"

namespace portolan::emulate {
namespace {

constexpr uint8_t kResults[][2] = {{0, 2}, {0, 1}, {10, 11}};  // rax rdx, x0 x1, a0 a1
constexpr uint8_t kFloatResult[] = {0, 0, 10};                 // xmm0, v0, fa0
constexpr uint64_t kMaxObject = 64 * 1024 * 1024;              // larger copies fault: no buffer of a test is that large

}  // namespace

uint64_t Call::stack_argument() {
  const uint64_t skip = isa_ == Isa::x86_64 ? 8 : 0;  // the return address
  return read_integer(state_.general[stack_pointer_index(isa_)] + skip + 8 * on_stack_++, 8);
}

uint64_t Call::integer() {
  const auto registers = integer_arguments(isa_);
  return integers_ < registers.size() ? state_.general[registers[integers_++]] : stack_argument();
}

unsigned __int128 Call::wide() {
  const uint64_t low = integer(), high = integer();
  return static_cast<unsigned __int128>(high) << 64 | low;
}

template <class T>
T Call::float_argument() {
  const auto registers = float_arguments(isa_);
  uint64_t bits = 0;
  if (isa_ == Isa::riscv64 && (variable_ || floats_ == registers.size()))
    bits = integer();
  else if (floats_ < registers.size())
    std::memcpy(&bits, state_.vector[registers[floats_++]].data(), 8);
  else
    bits = stack_argument();
  T value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

double Call::real() {
  return float_argument<double>();
}
float Call::single() {
  return float_argument<float>();
}

void Call::give(uint64_t value) {
  state_.general[kResults[static_cast<size_t>(isa_)][0]] = value;
}

void Call::give_word(uint32_t value) {
  // RISC-V keeps 32-bit values sign-extended.
  give(isa_ == Isa::riscv64 ? static_cast<uint64_t>(static_cast<int64_t>(static_cast<int32_t>(value))) : value);
}

void Call::give_wide(unsigned __int128 value) {
  for (int half : {0, 1})
    state_.general[kResults[static_cast<size_t>(isa_)][half]] = static_cast<uint64_t>(value >> (64 * half));
}

template <class T>
void Call::give_float(T value) {
  Vector& vector = state_.vector[kFloatResult[static_cast<size_t>(isa_)]];
  vector.fill(0);
  if (isa_ == Isa::riscv64) std::fill_n(vector.begin(), 8, uint8_t{0xff});  // NaN boxing
  std::memcpy(vector.data(), &value, sizeof value);
}

void Call::give_real(double value) {
  give_float(value);
}
void Call::give_single(float value) {
  give_float(value);
}

std::vector<uint8_t> Call::read(uint64_t address, uint64_t size) {
  if (!fault_ && size > kMaxObject) fault_ = address;
  if (fault_) return {};
  std::vector<uint8_t> bytes(size);
  if (!memory_.read(address, bytes)) fault_ = address;
  return bytes;
}

void Call::write(uint64_t address, std::span<const uint8_t> bytes) {
  if (!fault_ && !memory_.write(address, bytes)) fault_ = address;
}

uint64_t Call::peek(uint64_t address) {
  uint8_t bytes[8];
  uint64_t value = 0;
  if (memory_.read(address, bytes)) std::memcpy(&value, bytes, 8);
  return value;
}

uint64_t Call::read_integer(uint64_t address, unsigned size) {
  const std::vector<uint8_t> bytes = read(address, size);
  uint64_t value = 0;
  if (!fault_) std::memcpy(&value, bytes.data(), size);
  return value;
}

void Call::write_integer(uint64_t address, uint64_t value, unsigned size) {
  write(address, {reinterpret_cast<const uint8_t*>(&value), size});
}

std::string Call::read_string(uint64_t address, uint64_t limit) {
  constexpr uint64_t kChunk = 256;
  std::string text;
  while (!fault_ && text.size() < limit) {
    // Never across a page border: the string may end just before memory does.
    const uint64_t at = address + text.size();
    const uint64_t size = std::min({kChunk, kPageSize - at % kPageSize, limit - text.size()});
    const std::vector<uint8_t> bytes = read(at, size);
    if (fault_) break;
    const auto end = std::find(bytes.begin(), bytes.end(), 0);
    text.append(bytes.begin(), end);
    if (end != bytes.end()) break;
    if (text.size() > kMaxObject) fault_ = at;
  }
  return text;
}

void Call::digest(std::span<const uint8_t> bytes) {
  for (const uint8_t byte : bytes) digest_ = (digest_ ^ byte) * 0x100000001b3;
}

void Call::digest(uint64_t value) {
  digest({reinterpret_cast<const uint8_t*>(&value), 8});
}

bool Call::points_to_stack(uint64_t address) {
  return address >= kStackTop - kMaxObject && address <= kStackTop;
}

void Call::digest_pointer(uint64_t address) {
  if (points_to_stack(address))
    digest(1);
  else if (address >= kStubBase && address < kImageEnd)
    digest(2);
  else
    digest(address);
}

}  // namespace portolan::emulate
