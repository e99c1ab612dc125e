#include "emulate/library_handler.h"

#include <algorithm>
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
  heap_used_ = 0;
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

uint64_t LibraryHandler::allocated_size(Call& call, uint64_t address) {
  return call.read_integer(address - 16, 8);
}

void LibraryHandler::answer(Call& call, const std::string& name, const std::string& signature) {
  call.digest({reinterpret_cast<const uint8_t*>(name.data()), name.size()});
  const uint64_t seed = mix(call.digest_value());
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
      call.give_word(static_cast<uint32_t>(plausible_integer(seed)));
      break;
    case 'x':
      call.give_wide(static_cast<unsigned __int128>(mix(seed)) << 64 | plausible_integer(seed));
      break;
    default:
      call.give(plausible_integer(seed));
      break;
  }
}

// Rubbish in everything that the callee neither preserves nor returns.
void LibraryHandler::scramble(MachineState& state, const MachineState& before, uint64_t seed,
                              const std::string& signature) const {
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
    if (!kept && !given) state.general[i] = mix(seed + i);
  }
  // Of a 32-bit result RISC-V alone says what stands above it.
  if ((kind == 'i' || kind == 'u') && isa_ != Isa::riscv64)
    state.general[result] = (state.general[result] & 0xffffffff) | mix(seed + 300) << 32;
  for (unsigned i = 0; i < vector_count(isa_); ++i) {
    if (gives_float && i == result) continue;
    const unsigned kept = among(callee_saved_vector(isa_), i) ? 8 : 0;
    for (unsigned b = kept; b < vector_bytes(isa_) && b < 16; ++b)
      state.vector[i][b] = static_cast<uint8_t>(mix(seed + 64 + i) >> (b % 8 * 8));
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
    scramble(state, before, mix(call.digest_value()), signature);
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
