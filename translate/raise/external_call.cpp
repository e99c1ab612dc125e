#include <fmt/format.h>

#include <algorithm>

#include "translate/raise/prototype_calls.h"

namespace portolan::raise {

using abi::Piece;
using abi::TypeKind;
using ir::APInt;
using ir::Builder;
using ir::Instruction;
using ir::Op;
using ir::ValueId;

bool PrototypeCalls::rewrite(Builder& b, ValueId v) {
  const Instruction& i = f_[v];
  if (i.op != Op::call) return false;
  const ir::CallTarget& target = f_.calls[i.index];
  if (target.indirect || target.signature != UINT32_MAX || raiser_.function_named(target.symbol.name)) return false;
  call_ = v;
  std::string name = target.symbol.name;
  if (name == "__tls_get_addr") return thread_local_address(b, v);
  KnownPrototype known = raiser_.options().prototype(name);
  return known.type && call_typed(b, v, name, *known.type);
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

// Which of the call's operands a piece is (kStackSlot: none).
unsigned PrototypeCalls::operand_of(const Piece& piece) const {
  if (piece.where == Piece::Where::integer_register) return convention_.integer_argument(piece.index);
  return piece.where == Piece::Where::float_register ? convention_.float_argument(piece.index) : kStackSlot;
}

std::optional<ValueId> PrototypeCalls::value_of(Builder& b, const Instruction& call, const abi::Location& location) {
  std::vector<Run> runs;
  uint32_t end = 0;
  for (const Piece& piece : location.pieces) {
    auto part = piece_value(b, call, piece);
    if (!part) return std::nullopt;
    runs.push_back({piece.type_offset, *part});
    end = std::max(end, piece.type_offset + piece.size);
  }
  if (runs.empty()) return std::nullopt;
  return assemble(b, runs, end);
}

bool PrototypeCalls::add_argument(Builder& b, const Instruction& call, const abi::Location& from,
                                  const abi::Location& to, Signature& signature, Instruction& typed) {
  if (std::optional<Passed> p = scalar(from.type, target_)) {
    auto value = value_of(b, call, from);
    if (!value) return false;
    signature.parameters.push_back(*p);
    typed.operands.push_back(*value);
    note_callback(from.type, *value);
    return true;
  }
  if (to.pieces.empty()) return true;  // a structure of nothing but gaps
  auto passed = passed_argument(to, target_);
  if (!passed) return false;
  const auto bytes = static_cast<uint32_t>(from.type.size);
  const bool on_stack = from.pieces.size() == 1 && from.pieces[0].where == Piece::Where::stack;
  ValueId address = ir::kNoValue, whole = ir::kNoValue;
  if (from.indirect || (on_stack && passed->in_memory)) {
    // The bytes are in memory that is the callee's to change, under either convention.
    ValueId sp = call.operands[convention_.stack_pointer()];
    auto pointer =
        from.indirect ? value_of(b, call, from) : std::optional(b.add(sp, b.constant(64, from.pieces[0].stack_offset)));
    if (!pointer) return false;
    address = *pointer;
    if (!passed->in_memory) whole = b.load(address, bytes * 8);
  } else {
    auto value = value_of(b, call, from);
    if (!value) return false;
    whole = b.zext_or_truncate(*value, bytes * 8);
    if (passed->in_memory) b.store(address = scratch(b, bytes), whole);
  }
  for (const Part& part : passed->parts) {
    signature.parameters.push_back(part.passed);
    typed.operands.push_back(passed->in_memory ? address : part_of(b, whole, part));
  }
  return true;
}

void PrototypeCalls::note_callback(const abi::Type& type, ValueId argument) {
  if (type.kind != TypeKind::pointer || !type.function || f_[argument].op != Op::symbol_address) return;
  auto callee = raiser_.function_named(f_.symbols[f_[argument].index].name);
  if (callee) raiser_.apply_prototype(*callee, *type.function);
}

// The C result's bytes, as the typed call gives them.
ValueId PrototypeCalls::result_bytes(Builder& b, ValueId typed, const PassedValue& parts, uint32_t bytes) {
  std::vector<Run> runs;
  uint32_t low = 0;
  for (const Part& part : parts.parts) {
    runs.push_back({part.offset, b.extract(typed, low, part.size * 8)});
    low += part.passed.bits;
  }
  return assemble(b, runs, bytes);
}

// `value` is the C result; `address`, where not kNoValue, what x86-64 returns beside a result in memory.
void PrototypeCalls::replace_results(Builder& b, ValueId v, ValueId value, ValueId address,
                                     const abi::CallLayout& layout) {
  std::vector<ValueId> slots;
  for (unsigned r = 0; r < convention_.results(); ++r) slots.push_back(b.undef(convention_.result_width(r)));
  std::optional<Passed> whole = scalar(layout.result.type, source_);
  if (address != ir::kNoValue) slots[0] = address;
  for (const Piece& piece : layout.result.pieces) {
    unsigned r =
        piece.where == Piece::Where::float_register ? convention_.integer_results() + piece.index : piece.index;
    Passed p;
    if (whole)
      p = *whole;
    else if (piece.where == Piece::Where::float_register)
      p.kind = Passed::Kind::floating;
    else
      p.is_signed = piece.extension == abi::Extension::sign;
    ValueId part = b.extract(value, piece.type_offset * 8, piece.size * 8);
    slots[r] = extended(b, part, p, convention_.result_width(r), source_);
  }
  ValueId all = slots[0];
  for (unsigned r = 1; r < slots.size(); ++r) all = b.concat(slots[r], all);
  replace(v, all);
}

// Whether the call is known not to reach what differs between the ISAs.
bool PrototypeCalls::passes_null(ValueId call, const abi::FunctionType& type) const {
  auto layout = abi::classify(type, source_);
  if (!layout || type.differs_behind.empty()) return false;
  return std::all_of(type.differs_behind.begin(), type.differs_behind.end(), [&](unsigned parameter) {
    const Piece& piece = layout->arguments[parameter].pieces[0];
    if (piece.where != Piece::Where::integer_register) return false;
    const ir::APInt* c = f_.constant(f_[call].operands[convention_.integer_argument(piece.index)]);
    return c != nullptr && c->isZero();
  });
}

bool PrototypeCalls::call_typed(Builder& b, ValueId v, const std::string& name, const abi::FunctionType& type) {
  if (!type.abi_differs.empty() && !passes_null(v, type))
    return fail(name,
                fmt::format("{} differs between {} and {}", type.abi_differs, to_string(source_), to_string(target_)));
  std::vector<abi::Type> extra;
  if (!type.optional_arguments.empty()) {
    extra = type.optional_arguments;
  } else if (type.variadic) {
    if (!type.format && !last_round_) return !(another_round_ = true);
    auto types = type.format ? variadic_types(name, type, v) : passed_types(name, type, v);
    if (!types) return false;
    extra = std::move(*types);
  }
  auto from = abi::classify(type, source_, extra);
  auto to = abi::classify(type, target_, extra);
  if (!from || !to) return fail(name, (from ? to : from).error().message);
  Instruction call = f_[v];
  if (auto differs = differing_bits(b, call, type, *from)) return fail(name, *differs);
  const auto result_size = static_cast<uint32_t>(type.result.size);
  PassedValue result;
  if (std::optional<Passed> p = scalar(type.result, target_)) {
    result.parts.push_back({*p, 0, result_size, false});
  } else if (type.result.kind != TypeKind::void_ && !to->hidden_result && !to->result.pieces.empty()) {
    auto parts = passed_result(to->result);
    if (!parts) return fail(name, "its result cannot be passed on");
    result = std::move(*parts);
  }
  Instruction typed;
  typed.op = Op::call;
  typed.line = call.line;
  Signature signature;
  signature.variadic = type.variadic;
  signature.noreturn = type.noreturn;
  // Where the source, or the target, has the result in memory.
  ValueId source_address = ir::kNoValue, target_address = ir::kNoValue;
  if (from->hidden_result) source_address = *piece_value(b, call, *from->hidden_result);
  if (to->hidden_result) {
    target_address = source_address != ir::kNoValue ? source_address : scratch(b, result_size);
    Passed p;
    p.kind = Passed::Kind::hidden_result;
    p.size = result_size;
    signature.parameters.push_back(p);
    typed.operands.push_back(target_address);
  }
  for (size_t a = 0; a < from->arguments.size(); ++a) {
    if (a == type.parameters.size()) signature.fixed = static_cast<uint32_t>(signature.parameters.size());
    if (from->arguments[a].type.kind == TypeKind::va_list) {
      if (!add_va_list(b, call, type, *from, a, signature, typed)) return fail(name, "its va_list cannot be passed on");
      continue;
    }
    if (!add_argument(b, call, from->arguments[a], to->arguments[a], signature, typed))
      return fail(name, fmt::format("argument {} cannot be passed on", a + 1));
    if (a >= type.parameters.size() && !type.format && type.optional_arguments.empty())
      signature.perhaps_passed.push_back(operand_of(from->arguments[a].pieces[0]));
  }
  if (from->arguments.size() == type.parameters.size())
    signature.fixed = static_cast<uint32_t>(signature.parameters.size());
  for (const Part& part : result.parts) signature.results.push_back(part.passed);
  for (const Passed& p : signature.results) typed.width += p.bits;
  f_.calls.push_back(f_.calls[call.index]);
  f_.calls.back().signature = raiser_.add_signature(signature);
  typed.index = static_cast<uint32_t>(f_.calls.size() - 1);
  ValueId made = b.emit(std::move(typed));
  ValueId value = ir::kNoValue;
  if (!result.parts.empty()) value = result_bytes(b, made, result, result_size);
  if (target_address != ir::kNoValue && source_address == ir::kNoValue) value = b.load(target_address, result_size * 8);
  if (source_address != ir::kNoValue && target_address == ir::kNoValue) b.store(source_address, value);
  replace_results(b, v, value, from->returns_hidden_address ? source_address : ir::kNoValue, *from);
  return true;
}

}  // namespace portolan::raise
