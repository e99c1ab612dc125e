// Calls that hand data to the C library whose layout is the ISA's own: a va_list is packed anew and a struct stat
// rewritten by code that travels with the output (translate/abi/runtime.h).
#include <fmt/format.h>

#include "translate/raise/prototype_calls.h"

namespace portolan::raise {

using ir::Op;

namespace {

constexpr uint32_t kMostArguments = 64;  // that a va_list is packed into
constexpr uint32_t kLargestVaList = 32;  // bytes: AArch64
constexpr uint32_t kLargestStat = 144;   // bytes: x86-64

}  // namespace

// Storage below everything that the source's frame has.
ValueId PrototypeCalls::scratch(Builder& b, uint32_t bytes) {
  FunctionState& state = raiser_.states_[n_];
  state.frame_low = (state.frame_low - static_cast<int64_t>(bytes)) & ~int64_t{15};
  Instruction i;
  i.op = Op::frame_address;
  i.width = 64;
  i.offset = state.frame_low;
  return b.emit(std::move(i));
}

ValueId PrototypeCalls::call_runtime(Builder& b, abi::RuntimeFunction function,
                                     std::initializer_list<ValueId> arguments, bool result) {
  raiser_.result_.runtime.insert(function);
  Signature signature;
  signature.parameters.resize(arguments.size());
  signature.fixed = static_cast<uint32_t>(arguments.size());
  if (result) signature.results.emplace_back();
  Instruction call;
  call.op = Op::call;
  call.width = result ? 64 : 0;
  call.operands.assign(arguments.begin(), arguments.end());
  ir::CallTarget target;
  target.symbol.name = abi::runtime_symbol(function, source_, target_);
  target.signature = raiser_.add_signature(signature);
  f_.calls.push_back(std::move(target));
  call.index = static_cast<uint32_t>(f_.calls.size() - 1);
  return b.emit(std::move(call));
}

bool PrototypeCalls::add_va_list(Builder& b, const Instruction& call, const abi::FunctionType& type,
                                 const abi::CallLayout& layout, size_t argument, Signature& signature,
                                 Instruction& typed) {
  auto list = value_of(b, call, layout.arguments[argument]);
  if (!list || !type.format) return false;
  auto format = value_of(b, call, layout.arguments[type.format->format]);
  if (!format) return false;
  using Kind = abi::FormatRole::Kind;
  int64_t kind = 0;
  if (type.format->kind == Kind::wide_printf || type.format->kind == Kind::wide_scanf) kind |= abi::kVaPackWide;
  if (type.format->kind == Kind::scanf || type.format->kind == Kind::wide_scanf) kind |= abi::kVaPackScan;
  ValueId slots = scratch(b, kMostArguments * 8), target_list = scratch(b, kLargestVaList);
  ValueId used = call_runtime(b, abi::RuntimeFunction::va_pack,
                              {*format, b.constant(64, static_cast<uint64_t>(kind)), b.truncate(*list, 64), slots,
                               b.constant(64, kMostArguments), target_list},
                              true);
  b.trap_if(b.slt(used, b.constant(64, 0)), ir::TrapKind::abort);
  raiser_.states_[n_].hands_on_va_list = true;
  raiser_.assume(n_, "a va_list is only read through the formats that it is passed on with");
  signature.parameters.emplace_back();
  typed.operands.push_back(target_ == Isa::riscv64 ? b.load(target_list, 64) : target_list);
  return true;
}

// stat(path, buffer): into storage of our own, and from there into the source's layout if it succeeded.
bool PrototypeCalls::call_stat(Builder& b, ValueId v, const abi::FunctionType& type) {
  const std::string name = f_.calls[f_[v].index].symbol.name;
  auto from = abi::classify(type, source_);
  size_t buffer = name.starts_with("fstatat") ? 2 : 1;
  if (!from || from->arguments.size() <= buffer) return fail(name, "struct stat differs between the instruction sets");
  Instruction call = f_[v];
  Instruction typed;
  typed.op = Op::call;
  Signature signature;
  ValueId own = scratch(b, kLargestStat), unused = scratch(b, kLargestStat), source_buffer = ir::kNoValue;
  for (size_t a = 0; a < from->arguments.size(); ++a) {
    auto value = value_of(b, call, from->arguments[a]);
    if (!value) return fail(name, "its arguments cannot be passed on");
    if (a == buffer) source_buffer = *value;
    Passed p;
    p.bits = b.width(*value);
    p.is_signed = true;
    signature.parameters.push_back(p);
    typed.operands.push_back(a == buffer ? own : *value);
  }
  signature.fixed = static_cast<uint32_t>(signature.parameters.size());
  Passed result;
  result.bits = 32;
  result.is_signed = true;
  signature.results = {result};
  typed.width = 32;
  f_.calls.push_back(f_.calls[call.index]);
  f_.calls.back().signature = raiser_.add_signature(signature);
  typed.index = static_cast<uint32_t>(f_.calls.size() - 1);
  ValueId made = b.emit(std::move(typed));
  ValueId into = b.select(b.is_zero(made), source_buffer, unused);
  call_runtime(b, abi::RuntimeFunction::stat, {own, into}, false);
  replace_results(b, v, made, ir::kNoValue, *from);
  return true;
}

// Flags whose bits have other meanings elsewhere: refused where they are known to be set, checked at run time where
// they are not known.
std::optional<std::string> PrototypeCalls::differing_bits(Builder& b, const Instruction& call,
                                                          const abi::FunctionType& type,
                                                          const abi::CallLayout& layout) {
  for (const abi::DifferingBits& bits : type.differing_bits) {
    const Piece& piece = layout.arguments[bits.parameter].pieces[0];
    if (piece.where != Piece::Where::integer_register) return "an argument whose bits differ is on the stack";
    ValueId flags = call.operands[convention_.integer_argument(piece.index)];
    const ir::APInt* c = f_.constant(flags);
    if (!c) {
      b.trap_if(b.ne(b.bit_and(flags, b.constant(64, bits.mask)), b.constant(64, 0)), ir::TrapKind::abort);
      raiser_.assume(n_, fmt::format("argument {} of '{}' has none of the bits {:#x}, which is checked at run time",
                                     bits.parameter + 1, f_.calls[call.index].symbol.name, bits.mask));
    } else if ((c->getZExtValue() & bits.mask) != 0) {
      return fmt::format("argument {} has bits of {:#x}, which mean other things on other ISAs", bits.parameter + 1,
                         bits.mask);
    }
  }
  return std::nullopt;
}

}  // namespace portolan::raise
