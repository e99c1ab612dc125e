#include "emulate/library_handler.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace portolan::emulate {
namespace {

uint64_t mix(uint64_t value) {  // the finaliser of splitmix64
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

// Reads the declared arguments for the digest.
void digest_arguments(Call& call, const std::string& signature) {
  for (size_t i = 1; i < signature.size(); ++i) {
    switch (signature[i]) {
      case 'i':
      case 'u':
        call.digest(call.word());
        break;
      case 'p':
        call.digest_pointer(call.integer());
        break;
      case 's': {
        const std::string text = call.read_string(call.integer());
        call.digest({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
        break;
      }
      case 'd': {
        uint64_t bits = 0;
        const double value = call.real();
        std::memcpy(&bits, &value, 8);
        call.digest(bits);
        break;
      }
      case 'f': {
        uint32_t bits = 0;
        const float value = call.single();
        std::memcpy(&bits, &value, 4);
        call.digest(bits);
        break;
      }
      case 'x': {
        const unsigned __int128 value = call.wide();
        call.digest(static_cast<uint64_t>(value));
        call.digest(static_cast<uint64_t>(value >> 64));
        break;
      }
      case '.':
        return;
      default:
        call.digest(call.integer());
        break;
    }
  }
}

// Often a small number, so that code that looks at the result takes all its ways.
uint64_t plausible_integer(uint64_t seed) {
  static constexpr uint64_t kLikely[] = {0, 1, UINT64_MAX, 2, 7, 100, 0x7fffffff};
  const uint64_t choice = seed % 12;
  return choice < std::size(kLikely) ? kLikely[choice] : mix(seed);
}

// Of nobody knows which type: the same number whatever it is, signed or not, 8 bits or 64.
uint64_t any_integer(uint64_t seed) {
  static constexpr uint64_t kLikely[] = {0, 1, UINT64_MAX, 2, 5, 100, 0, 1};
  return kLikely[seed % std::size(kLikely)];
}

// No compiler puts these behind a call that returns.
bool begins_padding(Isa isa, const std::array<uint8_t, 4>& code) {
  const uint32_t word = code[0] | code[1] << 8 | code[2] << 16 | static_cast<uint32_t>(code[3]) << 24;
  switch (isa) {
    case Isa::x86_64: {
      const bool long_nop = (word & 0xffff) == 0x1f0f || (word & 0xffffff) == 0x1f0f66 || (word & 0xffff) == 0x2e66 ||
                            (word & 0xffff) == 0x6666;
      return code[0] == 0x90 || code[0] == 0xcc || long_nop || (word & 0xffff) == 0x0b0f;
    }
    case Isa::aarch64:
      return word == 0xd503201f || word == 0;
    case Isa::riscv64:
      return word == 0x13 || (word & 0xffff) == 1 || (word & 0xffff) == 0;
  }
  return false;
}

// Calls that one ISA's compiler makes where another's emits instructions.
bool is_compiler_helper(const std::string& name) {
  return name.starts_with("__aarch64_") || name == "__tls_get_addr" ||
         (name.starts_with("__") && (name.ends_with("ti3") || name.ends_with("di2")));
}

}  // namespace

Region heap_region(uint64_t address, uint64_t size) {
  return {address, std::vector<uint8_t>(size), true};
}

void LibraryHandler::start_request() {
  heap_used_ = answered_ = 0;
  objects_.clear();
  output_.clear();
  random_ = 1;
}

uint64_t LibraryHandler::next_random() {
  random_ = mix(random_);
  return random_;
}

// A bump allocator; the size stands in front of the block, for realloc.
uint64_t LibraryHandler::allocate(Call& call, uint64_t size) {
  const uint64_t room = (std::max<uint64_t>(size, 1) + 31) & ~uint64_t{15};
  if (room < size || room > heap_size_ - heap_used_) return 0;
  const uint64_t block = heap_address_ + heap_used_ + 16;
  heap_used_ += room;
  call.write_integer(block - 16, size, 8);
  return block;
}

uint64_t LibraryHandler::object(Call& call, const std::string& name, std::span<const uint8_t> contents) {
  uint64_t& address = objects_[name];
  if (address != 0) return address;
  address = allocate(call, contents.size());
  if (address != 0) call.write(address, contents);
  return address;
}

// Before what was never allocated anything may stand, and on each side something else.
uint64_t LibraryHandler::allocated_size(Call& call, uint64_t address) {
  const bool ours = address - heap_address_ >= 16 && address - heap_address_ < heap_used_;
  return ours ? call.read_integer(address - 16, 8) : UINT64_MAX;
}

// Null, or an object of small numbers.
uint64_t LibraryHandler::pointer_answer(Call& call, uint64_t seed) {
  constexpr uint64_t kWords = 32;
  const uint64_t object = seed % 4 == 0 ? 0 : allocate(call, kWords * 8);
  for (uint64_t word = 0; object != 0 && word < kWords; ++word)
    call.write_integer(object + 8 * word, mix(seed + word) % 9, 8);
  return object;
}

// What pointers to the stack lead to, as far as the same byte stands everywhere: rubbish that nobody reads, or what the
// function is to fill. Words are small numbers or pointers, the same on every ISA.
void LibraryHandler::fill_objects(Call& call, const std::string& signature, uint64_t seed) {
  constexpr uint64_t kWords = 8;
  for (size_t i = 1; i < signature.size() && signature[i] != '.'; ++i) {
    if (signature[i] == 'd' || signature[i] == 'f') continue;
    const uint64_t address = call.integer();
    if (signature[i] == 'x') call.integer();
    if (signature[i] != 'p' || !call.points_to_stack(address)) continue;
    // One for all, whatever stands there: the heap is to look the same on both sides.
    const uint64_t object = pointer_answer(call, 1);
    const uint64_t rubbish = call.peek(address);
    const uint64_t byte = rubbish & 0xff;
    if (rubbish != byte * 0x0101010101010101 || byte == 0 || byte == 0xff) continue;
    for (uint64_t word = 0; word < kWords && call.peek(address + 8 * word) == rubbish; ++word) {
      const uint64_t kind = mix(seed + 8 * i + word);
      const uint64_t value = kind % 2 == 0 ? object : kind >> 8 & 0x700000007;
      call.write_integer(address + 8 * word, value, 8);
    }
  }
}

void LibraryHandler::answer(Call& call, const std::string& name, const std::string& signature) {
  call.digest({reinterpret_cast<const uint8_t*>(name.data()), name.size()});
  const uint64_t number = call.peek(heap_address_ + heap_size_);
  const uint64_t seed = mix(number == 0 ? call.digest_value() : call.digest_value() ^ mix(number + answered_++));
  if (fills_ && number != 0) fill_objects(call, signature, mix(number + answered_));
  const bool zero = number % 2 == 1 || (number != 0 && seed % 2 == 1);
  const double real = static_cast<double>(static_cast<int64_t>(seed % 2001) - 1000) / 8;
  switch (signature.empty() ? 'v' : signature[0]) {
    case 'v':
      break;
    case 'd':
      call.give_real(real);
      break;
    case 'f':
      call.give_single(static_cast<float>(real));
      break;
    case 'i':
    case 'u':
      call.give_word(static_cast<uint32_t>(zero ? 0 : plausible_integer(seed)));
      break;
    case 'p':
      call.give(number == 0 ? plausible_integer(seed) : pointer_answer(call, number % 2 == 1 ? 1 : seed));
      break;
    case '?':
      call.give(any_integer(seed >> 8));
      break;
    case 'x':
      call.give_wide(static_cast<unsigned __int128>(mix(seed)) << 64 | plausible_integer(seed));
      break;
    default:
      call.give(zero ? 0 : plausible_integer(seed));
      break;
  }
}

// A function that does not return has nothing behind its call, or padding, or the next function. `state` as on entry.
bool LibraryHandler::seems_not_to_return(const MachineState& state, MemoryAccess& memory) const {
  uint64_t back = isa_ == Isa::x86_64 ? 0 : state.general[isa_ == Isa::aarch64 ? 30 : 1];
  std::array<uint8_t, 8> bytes{};
  if (isa_ == Isa::x86_64) {
    if (!memory.read(state.general[stack_pointer_index(isa_)], bytes)) return true;
    std::memcpy(&back, bytes.data(), 8);
  }
  if (back == kReturnAddress) return false;  // a tail call
  std::array<uint8_t, 4> code{};
  if (image_ == nullptr || !memory.read(back, code) || begins_padding(isa_, code)) return true;
  return std::any_of(image_->symbols.begin(), image_->symbols.end(), [back](const auto& symbol) {
    return symbol.second == back && !symbol.first.starts_with(".L") && !symbol.first.starts_with("$");
  });
}

// Rubbish in everything that the callee neither preserves nor returns. `rubbish` makes that of a function of which
// nothing is known differ between runs that are to show what is undefined.
void LibraryHandler::scramble(MachineState& state, const MachineState& before, uint64_t seed,
                              const std::string& signature, uint64_t rubbish) const {
  const char kind = signature.empty() ? 'v' : signature[0];
  const bool gives_float = kind == 'd' || kind == 'f', gives_integer = !gives_float && kind != 'v';
  auto among = [](auto list, unsigned i) { return std::find(list.begin(), list.end(), i) != list.end(); };
  const unsigned result = isa_ == Isa::riscv64 ? 10 : 0;
  const unsigned second = isa_ == Isa::riscv64 ? 11 : isa_ == Isa::aarch64 ? 1 : 2;
  // AArch64: x18 is the platform's, x30 holds where to return; RISC-V: zero, ra, gp, tp.
  const unsigned linkage = isa_ == Isa::aarch64 ? 30 : isa_ == Isa::riscv64 ? 1 : 32;
  for (unsigned i = 0; i < general_count(isa_); ++i) {
    const bool kept = among(callee_saved_general(isa_), i) || i == stack_pointer_index(isa_) || i == linkage ||
                      (isa_ == Isa::aarch64 && i == 18) || (isa_ == Isa::riscv64 && i == 0);
    const bool given = gives_integer && (i == result || (kind == 'x' && i == second));
    if (!kept && !given) state.general[i] = mix(seed + i) ^ rubbish;
  }
  // Of a 32-bit result RISC-V alone says what stands above it.
  if ((kind == 'i' || kind == 'u') && isa_ != Isa::riscv64)
    state.general[result] = (state.general[result] & 0xffffffff) | mix(seed + 300) << 32;
  for (unsigned i = 0; i < vector_count(isa_); ++i) {
    if (gives_float && i == result) continue;
    const unsigned kept = among(callee_saved_vector(isa_), i) ? 8 : 0;
    for (unsigned b = kept; b < vector_bytes(isa_) && b < 16; ++b)
      state.vector[i][b] = static_cast<uint8_t>((mix(seed + 64 + i) ^ rubbish) >> (b % 8 * 8));
  }
  constexpr uint64_t kX86Status = 0x8d5, kNzcv = 0xf0000000;
  const uint64_t mask = isa_ == Isa::x86_64 ? kX86Status : isa_ == Isa::aarch64 ? kNzcv : 0;
  state.flags = (before.flags & ~mask) | (mix(seed + 200) & mask);
}

ExternalHandler::Result LibraryHandler::on_external(const std::string& name, MachineState& state,
                                                    MemoryAccess& memory) {
  const MachineState before = state;
  const auto declared = declared_.find(name);
  const LibraryFunction* known = declared == declared_.end() ? find_library_function(name) : nullptr;
  if (known == nullptr && declared == declared_.end()) return {};
  const std::string signature = known != nullptr ? known->signature : declared->second;
  const bool nothing_known = signature == kUnknownSignature;
  if (nothing_known && seems_not_to_return(state, memory)) return {};

  MachineState scratch = state;
  Call reader(isa_, scratch, memory);
  digest_arguments(reader, signature);
  Call call(isa_, state, memory);
  call.digest(reader.digest_value());
  if (known != nullptr)
    known->run(*this, call);
  else
    answer(call, name, signature);
  const std::optional<uint64_t> fault = reader.fault() ? reader.fault() : call.fault();
  Result result{Action::handled, call.digest_value(), fault.value_or(0), {}, is_compiler_helper(name)};
  if (fault)
    result.action = Action::fault;
  else if (call.refused())
    result.action = Action::unhandled;
  else if (call.stopped())
    result.action = Action::stop;
  else
    scramble(state, before, mix(call.digest_value()), signature,
             nothing_known ? call.peek(heap_address_ + heap_size_ + 8) : 0);
  if (call.output()) {
    if (output_.size() < 1 << 20) output_ += *call.output();
    Call text(isa_, scratch, memory);
    text.digest({reinterpret_cast<const uint8_t*>(call.output()->data()), call.output()->size()});
    result.digest = text.digest_value();
    result.alias = "(output)";
  }
  return result;
}

}  // namespace portolan::emulate
