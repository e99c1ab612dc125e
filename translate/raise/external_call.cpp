#include <fmt/format.h>

#include <algorithm>

#include "translate/abi/format.h"
#include "translate/raise/format_calls.h"
#include "translate/raise/prototype_calls.h"

namespace portolan::raise {

using abi::Piece;
using abi::TypeKind;
using ir::APInt;
using ir::Builder;
using ir::Instruction;
using ir::Op;
using ir::ValueId;

namespace {

// A scalar as the raised call passes it.
std::optional<Passed> scalar(const abi::Type& type, Isa isa) {
  Passed p;
  switch (type.kind) {
    case TypeKind::pointer:
      return p;
    case TypeKind::integer:
      if (type.size > 16) return std::nullopt;
      p.bits = static_cast<uint32_t>(type.size * 8);
      p.is_signed = type.sign == abi::Sign::signed_ || (type.sign == abi::Sign::plain_char && isa == Isa::x86_64);
      return p;
    case TypeKind::floating:
      if (type.format != abi::FloatFormat::f32 && type.format != abi::FloatFormat::f64) return std::nullopt;
      p.kind = Passed::Kind::floating;
      p.bits = static_cast<uint32_t>(type.size * 8);
      return p;
    default:
      return std::nullopt;
  }
}

// What a value of `bits` looks like in the source's register of `width` bits.
ValueId extended(Builder& b, ValueId v, const Passed& p, uint32_t width, Isa source) {
  if (b.width(v) >= width) return b.truncate(v, width);
  if (p.kind == Passed::Kind::floating)
    return source == Isa::riscv64 ? b.concat(b.constant(APInt::getAllOnes(width - b.width(v))), v) : b.zext(v, width);
  // RISC-V keeps 32-bit integers sign-extended whatever their type; elsewhere the upper half says nothing.
  bool sign = p.is_signed || (source == Isa::riscv64 && p.bits == 32);
  return sign ? b.sext(v, width) : b.zext(v, width);
}

}  // namespace

bool PrototypeCalls::rewrite(Builder& b, ValueId v) {
  const Instruction& i = f_[v];
  if (i.op != Op::call) return false;
  const ir::CallTarget& target = f_.calls[i.index];
  if (target.indirect || target.signature != UINT32_MAX || raiser_.function_named(target.symbol.name)) return false;
  call_ = v;
  std::string name = target.symbol.name;
  if (name == "__tls_get_addr") return thread_local_address(b, v);
  const abi::FunctionType* type = raiser_.options().prototype(name);
  if (!type) return false;
  return call_typed(b, v, name, *type);
}

bool PrototypeCalls::thread_local_address(Builder& b, ValueId v) {
  ValueId argument = f_[v].operands[convention_.integer_argument(0)];
  if (f_[argument].op != Op::symbol_address) return fail("__tls_get_addr", "its argument is not a known variable");
  ir::SymbolRef ref = f_.symbols[f_[argument].index];
  ref.kind = ir::AddressKind::tls_offset;
  ValueId address = b.add(b.thread_pointer(), b.symbol_address(ref));
  uint32_t rest = f_[v].width - 64;
  replace(v, b.concat(b.undef(rest), address));
  return true;
}

std::optional<std::vector<abi::Type>> PrototypeCalls::variadic_types(const std::string& name,
                                                                     const abi::FunctionType& type, ValueId v) {
  if (!type.format || type.format->first_vararg == 0) {
    fail(name, "it is variadic and nothing says which arguments this call passes");
    return std::nullopt;
  }
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

std::optional<ValueId> PrototypeCalls::piece_value(Builder& b, const Instruction& call, const Piece& piece) {
  switch (piece.where) {
    case Piece::Where::integer_register:
      return b.truncate(call.operands[convention_.integer_argument(piece.index)], piece.size * 8);
    case Piece::Where::float_register:
      return b.truncate(call.operands[convention_.float_argument(piece.index)], piece.size * 8);
    case Piece::Where::stack: {
      ValueId sp = call.operands[convention_.stack_pointer()];
      return b.load(b.add(sp, b.constant(64, piece.stack_offset)), piece.size * 8);
    }
    case Piece::Where::indirect_result:
      return call.operands[convention_.indirect_result()];
    default:
      return std::nullopt;
  }
}

std::optional<ValueId> PrototypeCalls::value_of(Builder& b, const Instruction& call, const abi::Location& location) {
  ValueId value = ir::kNoValue;
  for (const Piece& piece : location.pieces) {
    auto part = piece_value(b, call, piece);
    if (!part) return std::nullopt;
    value = value == ir::kNoValue ? *part : b.concat(*part, value);
  }
  return value == ir::kNoValue ? std::nullopt : std::optional(value);
}

bool PrototypeCalls::add_argument(Builder& b, const Instruction& call, const abi::Location& from,
                                  const abi::Location& to, Signature& signature, Instruction& typed) {
  auto value = value_of(b, call, from);
  if (!value) return false;
  if (std::optional<Passed> p = scalar(from.type, target_)) {
    signature.parameters.push_back(*p);
    typed.operands.push_back(*value);
    note_callback(from.type, *value);
    return true;
  }
  if (from.type.kind != TypeKind::aggregate || from.indirect || to.indirect || to.pieces.empty()) return false;
  // A small structure in registers on both sides: its bytes, cut as the target passes them.
  for (const Piece& piece : to.pieces) {
    Passed p;
    if (piece.where == Piece::Where::stack) return false;
    ValueId part = b.extract(*value, piece.type_offset * 8, piece.size * 8);
    if (piece.where == Piece::Where::float_register) {
      p.kind = Passed::Kind::floating;
      p.bits = piece.size * 8;
    } else {
      part = b.zext(part, 64);
    }
    signature.parameters.push_back(p);
    typed.operands.push_back(part);
  }
  return true;
}

void PrototypeCalls::note_callback(const abi::Type& type, ValueId argument) {
  if (type.kind != TypeKind::pointer || !type.function || f_[argument].op != Op::symbol_address) return;
  auto callee = raiser_.function_named(f_.symbols[f_[argument].index].name);
  if (callee) raiser_.apply_prototype(*callee, *type.function);
}

void PrototypeCalls::replace_results(Builder& b, ValueId v, ValueId typed, const Signature& signature,
                                     const abi::CallLayout& layout) {
  std::vector<ValueId> slots;
  for (unsigned r = 0; r < convention_.results(); ++r) slots.push_back(b.undef(convention_.result_width(r)));
  uint32_t low = 0;
  const abi::Type& type = layout.result.type;
  std::optional<Passed> whole = scalar(type, source_);
  ValueId value = ir::kNoValue;
  for (const Passed& p : signature.results) {
    ValueId part = b.extract(typed, low, p.bits);
    low += p.bits;
    value = value == ir::kNoValue ? part : b.concat(part, value);
  }
  for (const Piece& piece : layout.result.pieces) {
    unsigned r =
        piece.where == Piece::Where::float_register ? convention_.integer_results() + piece.index : piece.index;
    Passed p;
    if (whole)
      p = *whole;
    else if (piece.where == Piece::Where::float_register)
      p.kind = Passed::Kind::floating;
    ValueId part = b.extract(value, piece.type_offset * 8, piece.size * 8);
    slots[r] = extended(b, part, p, convention_.result_width(r), source_);
  }
  ValueId all = slots[0];
  for (unsigned r = 1; r < slots.size(); ++r) all = b.concat(slots[r], all);
  replace(v, all);
}

bool PrototypeCalls::call_typed(Builder& b, ValueId v, const std::string& name, const abi::FunctionType& type) {
  if (!type.abi_differs.empty())
    return fail(name,
                fmt::format("{} differs between {} and {}", type.abi_differs, to_string(source_), to_string(target_)));
  std::vector<abi::Type> extra;
  if (!type.optional_arguments.empty()) {
    extra = type.optional_arguments;
  } else if (type.variadic) {
    auto types = variadic_types(name, type, v);
    if (!types) return false;
    extra = *types;
  }
  auto from = abi::classify(type, source_, extra);
  auto to = abi::classify(type, target_, extra);
  if (!from || !to) return fail(name, (from ? to : from).error().message);
  if (from->hidden_result || to->hidden_result) return fail(name, "it returns a structure in memory");

  Instruction call = f_[v];
  if (auto differs = differing_bits(b, call, type, *from)) return fail(name, *differs);
  Instruction typed;
  typed.op = Op::call;
  typed.line = call.line;
  Signature signature;
  signature.variadic = type.variadic;
  signature.noreturn = type.noreturn;
  for (size_t a = 0; a < from->arguments.size(); ++a) {
    if (a == type.parameters.size()) signature.fixed = static_cast<uint32_t>(signature.parameters.size());
    if (from->arguments[a].type.kind == TypeKind::va_list) {
      if (!add_va_list(b, call, type, *from, a, signature, typed)) return fail(name, "its va_list cannot be passed on");
      continue;
    }
    if (!add_argument(b, call, from->arguments[a], to->arguments[a], signature, typed))
      return fail(name, fmt::format("argument {} cannot be passed on", a + 1));
  }
  if (from->arguments.size() == type.parameters.size())
    signature.fixed = static_cast<uint32_t>(signature.parameters.size());
  if (std::optional<Passed> result = scalar(type.result, target_)) {
    signature.results.push_back(*result);
  } else {
    for (const Piece& piece : to->result.pieces) {
      Passed p;
      p.bits = piece.size * 8;
      if (piece.where == Piece::Where::float_register)
        p.kind = Passed::Kind::floating;
      else if (piece.where != Piece::Where::integer_register)
        return fail(name, "its result is in no register");
      signature.results.push_back(p);
    }
  }
  for (const Passed& p : signature.results) typed.width += p.bits;
  f_.calls.push_back(f_.calls[call.index]);
  f_.calls.back().signature = raiser_.add_signature(signature);
  typed.index = static_cast<uint32_t>(f_.calls.size() - 1);
  ValueId made = b.emit(std::move(typed));
  replace_results(b, v, made, signature, *from);
  return true;
}

void UnitRaiser::apply_prototypes(size_t n) {
  split_by_format(n);
  PrototypeCalls(*this, n).run();
}

// Fixes how a function of the unit is called from outside, where its C type is known and made of scalars.
void UnitRaiser::apply_prototype(size_t n, const abi::FunctionType& type) {
  FunctionState& state = states_[n];
  auto layout = abi::classify(type, unit().isa);
  if (!layout || type.variadic || layout->hidden_result) return;
  Signature signature;
  std::vector<unsigned> positions;
  for (const abi::Location& argument : layout->arguments) {
    std::optional<Passed> p = scalar(argument.type, unit().isa);
    if (!p || argument.pieces.size() != 1) return;
    const Piece& piece = argument.pieces[0];
    switch (piece.where) {
      case Piece::Where::integer_register:
        positions.push_back(convention_.integer_argument(piece.index));
        break;
      case Piece::Where::float_register:
        positions.push_back(convention_.float_argument(piece.index));
        break;
      case Piece::Where::stack:
        positions.push_back(kStackSlot + piece.stack_offset / 8);
        break;
      default:
        return;
    }
    signature.parameters.push_back(*p);
  }
  if (std::optional<Passed> result = scalar(type.result, unit().isa)) {
    if (layout->result.pieces.size() != 1) return;
    signature.results.push_back(*result);
  } else if (type.result.kind != TypeKind::void_) {
    return;
  }
  signature.fixed = static_cast<uint32_t>(signature.parameters.size());
  state.prototype = signature;
  state.prototype_positions = positions;
}

void UnitRaiser::apply_own_prototype(size_t n) {
  if (states_[n].prototype) return;
  if (states_[n].name == "main") {
    abi::FunctionType type;
    type.result = abi::integer_type(4, abi::Sign::signed_);
    type.parameters = {abi::integer_type(4, abi::Sign::signed_), abi::pointer_type(), abi::pointer_type()};
    apply_prototype(n, type);
  } else if (const abi::FunctionType* type = options_.prototype(states_[n].name); type && states_[n].exported) {
    apply_prototype(n, *type);
  }
}

}  // namespace portolan::raise
