#include "translate/abi/classify.h"

#include <algorithm>
#include <array>
#include <utility>

#include "translate/abi/assign.h"

namespace portolan::abi {
namespace {

// C17 6.5.2.2p6. Half precision is promoted like float.
Type promoted(const Type& type) {
  if (type.kind == TypeKind::integer && type.size < 4) return integer_type(4, Sign::signed_);
  if (type.kind == TypeKind::floating && (type.format == FloatFormat::f32 || type.format == FloatFormat::f16))
    return floating_type(FloatFormat::f64);
  return type;
}

std::unique_ptr<Assigner> make_assigner(Isa isa) {
  switch (isa) {
    case Isa::x86_64:
      return make_x86_64_assigner();
    case Isa::aarch64:
      return make_aarch64_assigner();
    case Isa::riscv64:
      return make_riscv64_assigner();
  }
  return nullptr;
}

}  // namespace

Piece Assigner::on_stack(uint64_t size, uint64_t alignment) {
  pad_stack(std::max<uint64_t>(8, alignment));
  Piece piece;
  piece.where = Piece::Where::stack;
  piece.stack_offset = stack_;
  piece.size = static_cast<uint32_t>(size);
  stack_ += static_cast<uint32_t>((size + 7) & ~uint64_t{7});
  return piece;
}

std::vector<Piece> Assigner::in_integer_registers(uint64_t size, unsigned first) {
  std::vector<Piece> pieces;
  for (uint32_t offset = 0; offset < size; offset += 8) {
    Piece& piece = pieces.emplace_back();
    piece.index = first++;
    piece.type_offset = offset;
    piece.size = static_cast<uint32_t>(std::min<uint64_t>(8, size - offset));
  }
  return pieces;
}

bool is_over_aligned(const Type& type) {
  if (type.kind != TypeKind::aggregate || type.alignment < 16 || type.size > kMaxUnrolled) return false;
  return std::none_of(type.fields.begin(), type.fields.end(),
                      [&](const Field& field) { return field.type.alignment == type.alignment; });
}

Expected<CallLayout> classify(const FunctionType& function, Isa isa, std::span<const Type> variadic_arguments) {
  if (!variadic_arguments.empty() && !function.variadic)
    return error_at({}, "more arguments than the prototype of a function that is not variadic has");
  std::unique_ptr<Assigner> assigner = make_assigner(isa);
  CallLayout layout;
  layout.result = assigner->result(function.result, layout);
  for (const Type& parameter : function.parameters)
    layout.arguments.push_back(assigner->argument(parameter, /*variadic=*/false));
  layout.named_integer_registers = assigner->integer_registers();
  layout.named_float_registers = assigner->float_registers();
  layout.named_stack_bytes = assigner->stack_bytes();
  for (const Type& argument : variadic_arguments)
    layout.arguments.push_back(assigner->argument(promoted(argument), /*variadic=*/true));
  layout.stack_bytes = assigner->stack_bytes();
  layout.vector_registers = isa == Isa::x86_64 ? assigner->float_registers() : 0;
  if (!assigner->refusal().empty()) return error_at({}, assigner->refusal());
  return layout;
}

uint64_t size_on(const Type& type, Isa isa) {
  if (type.kind != TypeKind::va_list) return type.size;
  return isa == Isa::x86_64 ? 24 : isa == Isa::aarch64 ? 32 : 8;
}

std::string_view register_name(const Piece& piece, Isa isa, bool is_result) {
  static constexpr std::array<std::string_view, 8> kX86Arguments = {"rdi", "rsi", "rdx", "rcx", "r8", "r9"};
  static constexpr std::array<std::string_view, 8> kX86Results = {"rax", "rdx"};
  static constexpr std::array<std::string_view, 8> kXmm = {"xmm0", "xmm1", "xmm2", "xmm3",
                                                           "xmm4", "xmm5", "xmm6", "xmm7"};
  static constexpr std::array<std::string_view, 8> kX = {"x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7"};
  static constexpr std::array<std::string_view, 8> kV = {"v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7"};
  static constexpr std::array<std::string_view, 8> kA = {"a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7"};
  static constexpr std::array<std::string_view, 8> kFa = {"fa0", "fa1", "fa2", "fa3", "fa4", "fa5", "fa6", "fa7"};
  if (piece.index >= 8) return {};
  switch (piece.where) {
    case Piece::Where::integer_register:
      if (isa == Isa::x86_64) return (is_result ? kX86Results : kX86Arguments)[piece.index];
      return (isa == Isa::aarch64 ? kX : kA)[piece.index];
    case Piece::Where::float_register:
      return (isa == Isa::x86_64 ? kXmm : isa == Isa::aarch64 ? kV : kFa)[piece.index];
    case Piece::Where::x87_register:
      return piece.index == 0 ? "st0" : "st1";
    case Piece::Where::indirect_result:
      return "x8";
    case Piece::Where::stack:
      return {};
  }
  return {};
}

}  // namespace portolan::abi
