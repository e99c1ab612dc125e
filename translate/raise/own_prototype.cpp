// What a function's own prototype says of how it is called: its signature, or, where its arguments stand elsewhere by
// the target's convention than by the source's (variadic ones, a va_list), the entry that callers outside get.
#include <algorithm>

#include "translate/raise/prototype_calls.h"

namespace portolan::raise {

namespace {

// Among a call's operands, or kStackSlot + n.
std::optional<unsigned> position_of(const Convention& c, const abi::Location& location) {
  if (location.pieces.size() != 1) return std::nullopt;
  const Piece& piece = location.pieces[0];
  switch (piece.where) {
    case Piece::Where::integer_register:
      return c.integer_argument(piece.index);
    case Piece::Where::float_register:
      return c.float_argument(piece.index);
    case Piece::Where::stack:
      return kStackSlot + piece.stack_offset / 8;
    default:
      return std::nullopt;
  }
}

// Where the source has the result, and how many bits of each register.
std::vector<std::pair<unsigned, uint32_t>> result_positions(const Convention& c, const abi::CallLayout& layout) {
  std::vector<std::pair<unsigned, uint32_t>> positions;
  for (const Piece& piece : layout.result.pieces) {
    bool floating = piece.where == Piece::Where::float_register;
    positions.emplace_back(floating ? c.integer_results() + piece.index : piece.index, piece.size * 8);
  }
  return positions;
}

// What is passed in pieces: an __int128 too.
bool has_structures(const abi::FunctionType& type) {
  auto is_structure = [](const abi::Type& t) {
    return t.kind == abi::TypeKind::aggregate || t.kind == abi::TypeKind::complex ||
           (t.kind == abi::TypeKind::integer && t.size > 8);
  };
  return is_structure(type.result) || std::any_of(type.parameters.begin(), type.parameters.end(), is_structure);
}

bool takes_va_list(const abi::FunctionType& type) {
  return std::any_of(type.parameters.begin(), type.parameters.end(),
                     [](const abi::Type& p) { return p.kind == abi::TypeKind::va_list; });
}

int64_t pack_kind(abi::FormatRole::Kind kind) {
  using Kind = abi::FormatRole::Kind;
  int64_t flags = 0;
  if (kind == Kind::wide_printf || kind == Kind::wide_scanf) flags |= abi::kVaPackWide;
  if (kind == Kind::scanf || kind == Kind::wide_scanf) flags |= abi::kVaPackScan;
  return flags;
}

}  // namespace

// Fixes how a function of the unit is called from outside, where its C type is known and made of scalars.
void UnitRaiser::apply_prototype(size_t n, const abi::FunctionType& type) {
  FunctionState& state = states_[n];
  auto layout = abi::classify(type, unit().isa);
  if (!layout || type.variadic || layout->hidden_result) return;
  Signature signature;
  std::vector<unsigned> positions;
  for (const abi::Location& argument : layout->arguments) {
    std::optional<Passed> p = scalar(argument.type, unit().isa);
    std::optional<unsigned> position = position_of(convention_, argument);
    if (!p || !position) return;
    positions.push_back(*position);
    signature.parameters.push_back(*p);
  }
  if (std::optional<Passed> result = scalar(type.result, unit().isa)) {
    if (layout->result.pieces.size() != 1) return;
    signature.results.push_back(*result);
  } else if (type.result.kind != abi::TypeKind::void_) {
    return;
  }
  signature.fixed = static_cast<uint32_t>(signature.parameters.size());
  state.prototype = signature;
  state.prototype_positions = positions;
}

// The function itself is then called from within this unit only, as the source's convention has it.
void UnitRaiser::describe_outside_entry(size_t n, const abi::FunctionType& type) {
  FunctionState& state = states_[n];
  const uint32_t line = unit().symbols[unit().symbol_by_name.at(state.name)].line;
  auto layout = abi::classify(type, unit().isa);
  if (!layout) return refuse(n, line, layout.error().message);
  const std::string what = type.variadic ? "it is variadic" : "it takes a va_list";
  OutsideEntry entry;
  entry.signature.variadic = type.variadic;
  for (const abi::Location& argument : layout->arguments) {
    std::optional<Passed> p = scalar(argument.type, unit().isa);
    std::optional<unsigned> position = position_of(convention_, argument);
    if (argument.type.kind == abi::TypeKind::va_list) {
      if (entry.va_list || type.variadic) return refuse(n, line, what + " and another va_list");
      entry.va_list = static_cast<unsigned>(entry.positions.size());
      p = Passed{};
    }
    if (!p || !position) return refuse(n, line, what + " and a structure or a number in several registers");
    entry.signature.parameters.push_back(*p);
    entry.positions.push_back(*position);
  }
  entry.signature.fixed = static_cast<uint32_t>(entry.signature.parameters.size());
  if (std::optional<Passed> result = scalar(type.result, unit().isa); result && layout->result.pieces.size() == 1)
    entry.signature.results.push_back(*result);
  else if (type.result.kind != abi::TypeKind::void_)
    return refuse(n, line, what + " and returns neither a number nor a pointer");
  entry.results = result_positions(convention_, *layout);
  entry.named_integers = layout->named_integer_registers;
  entry.named_floats = layout->named_float_registers;
  entry.named_slots = layout->named_stack_bytes / 8;
  // A role for variadic arguments says nothing of a va_list parameter, nor the other way round.
  if (type.format && (type.format->first_vararg != 0) == type.variadic) {
    entry.format = type.format->format;
    entry.kind = pack_kind(type.format->kind);
  } else if (entry.va_list) {
    return refuse(n, line, "it takes a va_list from callers outside, and nothing says which format tells its contents");
  }
  state.outside = std::move(entry);
  state.exported = false;
}

void UnitRaiser::describe_structure_entry(size_t n, const abi::FunctionType& type) {
  FunctionState& state = states_[n];
  auto layout = abi::classify(type, unit().isa);
  if (!layout) return refuse(n, unit().symbols[unit().symbol_by_name.at(state.name)].line, layout.error().message);
  OutsideEntry entry;
  entry.structures = type;
  entry.results = result_positions(convention_, *layout);
  state.outside = std::move(entry);
  state.exported = false;
}

// How the variadic arguments of callers outside are to be told apart, where no format does.
void UnitRaiser::choose_variadic_kind(size_t n) {
  FunctionState& state = states_[n];
  OutsideEntry& entry = *state.outside;
  const uint32_t line = unit().symbols[unit().symbol_by_name.at(state.name)].line;
  bool floats = false;
  for (unsigned position : state.parameter_positions) {
    bool known = position < convention_.vector_count() || position >= kStackSlot ||
                 (unit().isa == Isa::x86_64 && position == convention_.vector_count());
    if (!known || (unit().isa == Isa::aarch64 && position == convention_.indirect_result()))
      return refuse(n, line, "it is variadic and takes more than its callers can pass");
    floats |= position >= convention_.float_argument(entry.named_floats) &&
              position < convention_.float_argument(0) + convention_.float_arguments();
  }
  if (state.address_taken && entry.signature.variadic && floats)
    return refuse(n, line, "it is variadic, takes floating-point numbers and may be called by pointer");
  if (entry.format || entry.va_list) {
    assume(n, "what callers outside pass is what its format says");
    return;
  }
  if (unit().isa == Isa::riscv64)
    return refuse(n, line, "it is variadic, and nothing says which of its arguments are floating-point numbers");
  if (floats && options_.target == Isa::riscv64)
    return refuse(n, line, "it is variadic, and nothing says in which order integers and floating-point numbers come");
  entry.kind = floats ? abi::kVaBoth : abi::kVaIntegers;
  assume(n, floats ? "its variadic arguments are integers, pointers and at most 8 floating-point numbers"
                   : "its variadic arguments are integers and pointers");
  assume(n, "callers pass at most 512 bytes of stack arguments");
}

void UnitRaiser::apply_own_prototype(size_t n) {
  if (states_[n].prototype) return;
  if (states_[n].name == "main") {
    abi::FunctionType type;
    type.result = abi::integer_type(4, abi::Sign::signed_);
    type.parameters = {abi::integer_type(4, abi::Sign::signed_), abi::pointer_type(), abi::pointer_type()};
    apply_prototype(n, type);
    return;
  }
  if (!states_[n].exported) return;
  KnownPrototype known = options_.prototype(states_[n].name);
  if (!known.type) return;
  if (known.type->variadic || takes_va_list(*known.type))
    describe_outside_entry(n, *known.type);
  else if (has_structures(*known.type))
    describe_structure_entry(n, *known.type);
  else
    apply_prototype(n, *known.type);
  if (states_[n].prototype || states_[n].outside)
    assume(n, std::string("its prototype is that of ") + known.origin);
  else if (states_[n].lifted)
    // To go by what the code seems to take would be to know better than the prototype.
    refuse(n, unit().symbols[unit().symbol_by_name.at(states_[n].name)].line,
           std::string("how a function of its prototype, that of ") + known.origin + ", is called is not known");
}

}  // namespace portolan::raise
