// What a call of a variadic function passes beyond the named parameters: by its format string where there is one, else
// what the registers and the stack hold.
#include <fmt/format.h>

#include <algorithm>

#include "translate/abi/format.h"
#include "translate/raise/format_calls.h"
#include "translate/raise/prototype_calls.h"

namespace portolan::raise {

using ir::APInt;
using ir::Op;

namespace {

constexpr unsigned kMostStackSlots = 64;

}  // namespace

std::optional<std::vector<abi::Type>> PrototypeCalls::variadic_types(const std::string& name,
                                                                     const abi::FunctionType& type, ValueId v) {
  // The format's own place in the source's registers.
  auto layout = abi::classify(type, source_);
  if (!layout) return std::nullopt;
  const Piece& piece = layout->arguments[type.format->format].pieces[0];
  FormatStrings strings;
  if (piece.where == Piece::Where::integer_register)
    strings = format_strings(raiser_.unit(), f_, f_[v].operands[convention_.integer_argument(piece.index)]);
  if (strings.texts.empty() || strings.from_stack) {
    fail(name, "its format string is not a constant, so the arguments' types are not known");
    return std::nullopt;
  }
  std::optional<std::vector<abi::Type>> types;
  for (const std::string& text : strings.texts) {
    auto these = abi::format_arguments(type.format->kind, text);
    if (!these) {
      fail(name, these.error().message);
      return std::nullopt;
    }
    if (!these->differs.empty()) {
      fail(name, "it passes a " + these->differs + ", which differs between the instruction sets");
      return std::nullopt;
    }
    if (types && !(*types == these->types)) {
      fail(name, "its format strings ask for different arguments");
      return std::nullopt;
    }
    types = these->types;
  }
  return types;
}

// The registers that hold something, and if all do, the stack slots that something is stored to. More than the callee
// looks at does no harm.
std::optional<unsigned> PrototypeCalls::variadic_integers(const std::string& name, const abi::CallLayout& named,
                                                          const Instruction& call) {
  unsigned registers = convention_.integer_arguments(), held = registers;
  while (held > named.named_integer_registers && !holds_argument(call, convention_.integer_argument(held - 1))) --held;
  unsigned integers = held - named.named_integer_registers;
  if (held != registers) return integers;
  const Instruction& sp = f_[call.operands[convention_.stack_pointer()]];
  if (sp.op != Op::frame_address) {
    fail(name, "it is variadic, and what it gets on the stack is not known");
    return std::nullopt;
  }
  unsigned slots = stores_.slots_from(sp.offset, convention_.entry_stack_offset());
  slots -= std::min(slots, named.named_stack_bytes / 8);
  return integers + std::min(slots, kMostStackSlots);
}

std::optional<unsigned> UnitRaiser::vectors_counted(const ir::Function& f, const Instruction& call) const {
  if (convention_.machine().vector_count == assembly::kNoSlot) return std::nullopt;
  ValueId count = call.operands[(f.calls[call.index].indirect ? 1 : 0) + convention_.vector_count()];
  while (f[count].op == Op::concat && f[count].lanes == 1 && f.width(f[count].operands[1]) >= 8)
    count = f[count].operands[1];
  const APInt* al = f.constant(count);
  return al ? std::optional<unsigned>(al->extractBitsAsZExtValue(8, 0)) : std::nullopt;
}

// x86-64 says in al how many vector registers a call uses; AArch64's hold something or not; on RISC-V they are not
// used, and integers and floating-point numbers look the same.
std::optional<unsigned> PrototypeCalls::variadic_floats(const std::string& name, const abi::CallLayout& named,
                                                        const Instruction& call) {
  if (source_ == Isa::riscv64) {
    fail(name, "it is variadic and nothing says which arguments this call passes");
    return std::nullopt;
  }
  unsigned held = 0;
  if (source_ == Isa::x86_64) {
    const std::optional<unsigned> counted = raiser_.vectors_counted(f_, call);
    if (!counted) {
      fail(name, "it is variadic, and how many vector registers this call uses is not known");
      return std::nullopt;
    }
    held = std::min(*counted, convention_.float_arguments());
  } else {
    for (unsigned a = named.named_float_registers; a < convention_.float_arguments(); ++a)
      if (holds_argument(call, convention_.float_argument(a))) held = a + 1;
  }
  return held - std::min(held, named.named_float_registers);
}

std::optional<std::vector<abi::Type>> PrototypeCalls::passed_types(const std::string& name,
                                                                   const abi::FunctionType& type, ValueId v) {
  auto named = abi::classify(type, source_);
  if (!named) {
    fail(name, named.error().message);
    return std::nullopt;
  }
  const Instruction call = f_[v];
  auto integers = variadic_integers(name, *named, call), floats = variadic_floats(name, *named, call);
  if (!integers || !floats) return std::nullopt;
  if (*floats != 0 && target_ == Isa::riscv64) {
    fail(name, "it is variadic, and nothing says in which order it takes integers and floating-point numbers");
    return std::nullopt;
  }
  raiser_.assume(n_, "'" + name +
                         "' takes variadic arguments that are integers, pointers or floating-point numbers, "
                         "the latter in registers");
  std::vector<abi::Type> types(*integers, abi::integer_type(8, abi::Sign::unsigned_));
  types.insert(types.end(), *floats, abi::floating_type(abi::FloatFormat::f64));
  return types;
}

}  // namespace portolan::raise
