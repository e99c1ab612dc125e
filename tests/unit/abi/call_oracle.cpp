#include "call_oracle.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "call_harness.h"
#include "fmt/format.h"
#include "run_program.h"
#include "translate/abi/classify.h"
#include "translate/abi/text.h"

namespace portolan::abi {
namespace {

// Values lie one after the other in the harness's buffers, each with 16 bytes behind it for the widened copy of a small
// integer.
uint64_t slot_size(const Type& type) {
  return (type.size + 15) / 16 * 16 + 16;
}

std::string step_text(const Piece& piece, uint64_t value_offset, bool indirect) {
  return fmt::format("{{{},{},{},{},{},{},{},{}}},", static_cast<int>(piece.where), piece.index, piece.stack_offset,
                     indirect ? value_offset : value_offset + piece.type_offset, piece.size,
                     static_cast<int>(piece.extension), piece.extended_size, indirect ? 1 : 0);
}

// The bytes of a type that are no padding (x87 values have 10); flags: 1 is a _Bool.
void append_leaves(const Type& type, uint64_t offset, Isa isa, std::string& leaves) {
  auto leaf = [&](uint64_t at, const Type& scalar) {
    uint64_t size = scalar.size;
    if (isa == Isa::x86_64 && scalar.kind == TypeKind::floating && scalar.format == FloatFormat::long_double) size = 10;
    bool boolean = scalar.kind == TypeKind::integer && scalar.sign == Sign::boolean;
    leaves += fmt::format("{{{},{},{}}},", at, size, boolean ? 1 : 0);
  };
  if (type.kind == TypeKind::aggregate && type.size > kMaxUnrolled) {
    leaves += fmt::format("{{{},{},0}},", offset, type.size);  // copied whole, with its padding
  } else if (type.kind == TypeKind::aggregate || type.kind == TypeKind::complex) {
    for (const Field& field : type.fields) leaf(offset + field.offset, field.type);
  } else if (type.size != 0) {
    leaf(offset, type);
  }
}

class Program {
 public:
  explicit Program(Isa isa) : isa_(isa) {}

  void add(const CFunction& function, const CallLayout& layout) {
    std::string body, steps, leaves, result_steps, result_leaves;
    uint64_t offset = 0;
    for (size_t i = 0; i < layout.arguments.size(); ++i) {
      const Location& location = layout.arguments[i];
      bool named = i < function.parameters.size();
      const CType& type = named ? function.parameters[i] : function.variadic[i - function.parameters.size()];
      if (!named) body += fmt::format("  {} a{} = va_arg(ap, {});\n", type.name, i, type.name);
      body += fmt::format("  memcpy(observed + {}, &a{}, sizeof a{});\n", offset, i, i);
      if (type.type.kind == TypeKind::integer && type.type.size < 8) {
        body += widened(i, offset);
        leaves += fmt::format("{{{},{},{}}},", offset, type.type.size, is_signed(type.type) ? 3 : 2);
      }
      for (const Piece& piece : location.pieces) steps += step_text(piece, offset, location.indirect);
      append_leaves(type.type, offset, isa_, leaves);
      offset += slot_size(type.type);
    }
    for (const Piece& piece : layout.result.pieces) result_steps += step_text(piece, 0, false);
    append_leaves(function.type.result, 0, isa_, result_leaves);
    emit_function(function, body);
    rows_ += fmt::format("static struct step s{0}[] = {{{1} {{255}}}}, rs{0}[] = {{{2} {{255}}}};\n", rows_made_, steps,
                         result_steps);
    rows_ += fmt::format("static struct leaf l{0}[] = {{{1} {{0,0,0}}}}, rl{0}[] = {{{2} {{0,0,0}}}};\n", rows_made_,
                         leaves, result_leaves);
    int hidden = layout.hidden_result ? static_cast<int>(layout.hidden_result->where) : -1;
    table_ +=
        fmt::format("{{\"{0}\", (void *){1}, s{2}, rs{2}, l{2}, rl{2}, {3}, {4}, {5}, {6}, {7}}},\n",
                    escaped(to_string(function.name, function.type)), function.name, rows_made_, layout.stack_bytes,
                    layout.vector_registers, hidden, layout.returns_hidden_address ? 1 : 0, function.type.result.size);
    ++rows_made_;
  }

  std::string text(const std::string& declarations) const {
    return std::string(kHarnessTypes) + declarations + functions_ + rows_ + "static struct test tests[] = {\n" +
           table_ + "};\n" + std::string(kHarnessMain) + std::string(trampoline(isa_));
  }

 private:
  // What the callee makes of a narrow integer, which it may have left to its caller to extend.
  static std::string widened(size_t index, uint64_t offset) {
    return fmt::format("  {{ long long w = a{}; memcpy(observed + {}, &w, 8); }}\n", index, offset + 16);
  }

  bool is_signed(const Type& type) const {
    return type.sign == Sign::signed_ || (type.sign == Sign::plain_char && isa_ == Isa::x86_64);
  }

  static std::string escaped(std::string text) {
    std::replace(text.begin(), text.end(), '"', '\'');
    return text;
  }

  void emit_function(const CFunction& function, const std::string& body) {
    std::string parameters;
    for (size_t i = 0; i < function.parameters.size(); ++i)
      parameters += fmt::format("{}{} a{}", i ? ", " : "", function.parameters[i].name, i);
    if (function.type.variadic) parameters += ", ...";
    functions_ +=
        fmt::format("{} {}({}) {{\n", function.result.name, function.name, parameters.empty() ? "void" : parameters);
    if (function.type.variadic)
      functions_ += fmt::format("  va_list ap; va_start(ap, a{});\n", function.parameters.size() - 1);
    functions_ += body;
    if (function.type.result.kind != TypeKind::void_)
      functions_ += fmt::format("  {} r; memcpy(&r, result_source, sizeof r); return r;\n", function.result.name);
    functions_ += "}\n";
  }

  Isa isa_;
  unsigned rows_made_ = 0;
  std::string functions_, rows_, table_;
};

}  // namespace

namespace {

void add_function(const CFunction& function, Isa isa, Program& program, OracleResult& result) {
  std::vector<Type> variadic;
  for (const CType& type : function.variadic) variadic.push_back(type.type);
  Expected<CallLayout> layout = classify(function.type, isa, variadic);
  ++(layout ? result.checked : result.refused);
  if (layout) program.add(function, *layout);
}

}  // namespace

OracleResult check_calls(Isa isa, const std::string& compiler, uint64_t seed, unsigned count) {
  OracleResult result;
  bool half_precision = !(isa == Isa::riscv64 && compiler.find("gcc") != std::string::npos);  // gcc 13 brings it
  PrototypeGenerator generator(seed, isa, half_precision);
  Program program(isa);
  while (result.checked < count && result.refused < 10 * count) add_function(generator.next(), isa, program, result);
  result.failures = compile_and_run(isa, compiler, program.text(generator.declarations()));
  return result;
}

OracleResult check_functions(Isa isa, const std::string& compiler, const std::string& declarations,
                             const std::vector<CFunction>& functions) {
  OracleResult result;
  Program program(isa);
  for (const CFunction& function : functions) add_function(function, isa, program, result);
  result.failures = compile_and_run(isa, compiler, program.text(declarations));
  return result;
}

}  // namespace portolan::abi
