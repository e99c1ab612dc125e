// A recursive-descent parser of the text form. Its input may be a user's file: every number is bounded and nesting is
// limited, so that no text can exhaust memory or the stack.
#include <algorithm>
#include <cctype>
#include <charconv>

#include "fmt/format.h"
#include "translate/abi/text.h"
#include "translate/abi/text_names.h"

namespace portolan::abi {
namespace {

constexpr int kMaxDepth = 32;
constexpr size_t kMaxParameters = 256;

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  bool prototype(std::string& name, FunctionType& function) {
    name = symbol();
    if (name.empty()) return fail("expected a function name");
    if (!parameters(function) || !punctuation("->") || !type(function.result)) return false;
    while (!at_end())
      if (!attribute(function)) return false;
    return true;
  }

  const std::string& message() const { return message_; }
  size_t position() const { return position_; }

 private:
  bool fail(std::string message) {
    if (message_.empty()) message_ = std::move(message);
    return false;
  }

  void skip_space() {
    while (position_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[position_]))) ++position_;
  }

  bool at_end() {
    skip_space();
    return position_ == text_.size();
  }

  bool accept(std::string_view token) {
    skip_space();
    if (!text_.substr(position_).starts_with(token)) return false;
    position_ += token.size();
    return true;
  }

  bool punctuation(std::string_view token) { return accept(token) || fail(fmt::format("expected '{}'", token)); }

  template <class Predicate>
  std::string_view take_while(Predicate predicate) {
    skip_space();
    size_t start = position_;
    while (position_ < text_.size() && predicate(static_cast<unsigned char>(text_[position_]))) ++position_;
    return text_.substr(start, position_ - start);
  }

  std::string_view word() {
    return take_while([](unsigned char c) { return std::isalnum(c) || c == '_'; });
  }
  std::string symbol() { return std::string(take_while(is_symbol_character)); }

  bool number(uint64_t& value, uint64_t limit) {
    std::string_view digits = take_while([](unsigned char c) { return std::isdigit(c) != 0; });
    if (digits.empty() || digits.size() > 18) return fail("expected a number");
    value = 0;
    for (char digit : digits) value = value * 10 + static_cast<uint64_t>(digit - '0');
    return value <= limit || fail(fmt::format("{} is more than {}", value, limit));
  }

  bool parameters(FunctionType& function) {
    if (!punctuation("(")) return false;
    if (accept(")")) return true;
    do {
      if (accept("...")) {
        function.variadic = true;
        break;
      }
      if (function.parameters.size() == kMaxParameters) return fail("too many parameters");
      if (!type(function.parameters.emplace_back())) return false;
      if (function.parameters.back().kind == TypeKind::void_) return fail("a parameter can't be void");
    } while (accept(","));
    return punctuation(")");
  }

  bool type(Type& result) {
    if (++depth_ > kMaxDepth) return fail("types are nested too deeply");
    bool good = accept("{") ? aggregate(result) : accept("<") ? vector(result) : named(result);
    --depth_;
    return good;
  }

  bool named(Type& result) {
    std::string_view name = word();
    if (name == "fn") return function_pointer(result);
    if (name == "complex") return complex(result);
    return simple(name, result) || fail(fmt::format("unknown type '{}'", name));
  }

  static bool simple(std::string_view name, Type& result) {
    if (name == "void") return true;
    if (name == "ptr") return result = pointer_type(), true;
    if (name == "va_list") return result = va_list_type(), true;
    if (name == "bool") return result = integer_type(1, Sign::boolean), true;
    if (name == "char") return result = integer_type(1, Sign::plain_char), true;
    for (const auto& [float_name, format] : kFloatNames)
      if (name == float_name) return result = floating_type(format), true;
    for (uint64_t size : {1, 2, 4, 8, 16})
      for (Sign sign : {Sign::signed_, Sign::unsigned_})
        if (name == fmt::format("{}{}", sign == Sign::signed_ ? 'i' : 'u', size * 8))
          return result = integer_type(size, sign), true;
    return false;
  }

  bool complex(Type& result) {
    Type part;
    if (!simple(word(), part) || part.kind != TypeKind::floating) return fail("expected a floating-point type");
    result = complex_type(part.format);
    return true;
  }

  bool function_pointer(Type& result) {
    FunctionType function;
    if (!parameters(function) || !punctuation("->") || !type(function.result)) return false;
    result = function_pointer_type(std::move(function));
    return true;
  }

  bool vector(Type& result) {
    uint64_t lanes = 0;
    Type lane;
    if (!number(lanes, kMaxUnrolled) || !punctuation("x") || !type(lane) || !punctuation(">")) return false;
    if (lanes == 0 || (lane.kind != TypeKind::integer && lane.kind != TypeKind::floating) ||
        lanes * lane.size > kMaxUnrolled)
      return fail("not a vector type");
    result = vector_type(lane, lanes);
    return true;
  }

  bool aggregate(Type& result) {
    result.kind = TypeKind::aggregate;
    while (!accept("size "))
      if (!leaf(result)) return false;
    if (!number(result.size, UINT64_MAX) || !punctuation("align ") || !number(result.alignment, 1u << 20)) return false;
    result.contains_union = accept("union");
    result.contains_bit_field = accept("bits");
    if (result.alignment == 0 || (result.alignment & (result.alignment - 1)) != 0)
      return fail("an alignment is a power of two");
    for (const Field& field : result.fields)
      if (field.offset + field.type.size > result.size) return fail("a leaf lies outside its aggregate");
    return punctuation("}");
  }

  bool leaf(Type& aggregate) {
    Type leaf_type;
    uint64_t offset = 0, count = 1;
    if (!type(leaf_type) || !punctuation("@") || !number(offset, kMaxUnrolled)) return false;
    if (accept("*") && !number(count, kMaxUnrolled)) return false;
    if (leaf_type.kind == TypeKind::aggregate || leaf_type.size == 0) return fail("a leaf is a scalar");
    if (aggregate.fields.size() + count > 4 * kMaxUnrolled) return fail("too many leaves");
    for (uint64_t i = 0; i < count; ++i) aggregate.fields.push_back({offset + i * leaf_type.size, leaf_type});
    return true;
  }

  bool attribute(FunctionType& function) {
    if (accept("noreturn")) return function.noreturn = true;
    if (accept("abi_differs=\"")) {
      function.abi_differs = std::string(take_while([](unsigned char c) { return c != '"'; }));
      return punctuation("\"");
    }
    if (accept("format=")) return format(function);
    if (accept("optional=")) {
      FunctionType list;
      if (!parameters(list)) return false;
      function.optional_arguments = std::move(list.parameters);
      return !list.variadic || fail("optional arguments are a list of types");
    }
    if (accept("differs_behind=(")) return differs_behind(function);
    if (accept("differing_bits=")) return differing_bits(function);
    return fail("unknown attribute");
  }

  bool format(FunctionType& function) {
    std::string_view kind = word();
    FormatRole role;
    auto known = std::find_if(kFormatKindNames.begin(), kFormatKindNames.end(),
                              [&](const auto& entry) { return entry.first == kind; });
    if (known == kFormatKindNames.end()) return fail(fmt::format("unknown format kind '{}'", kind));
    role.kind = known->second;
    uint64_t index = 0, first = 0;
    if (!punctuation(":") || !number(index, kMaxParameters) || !punctuation(":") || !number(first, kMaxParameters))
      return false;
    if (index >= function.parameters.size()) return fail("the format is no parameter");
    role.format = static_cast<unsigned>(index);
    role.first_vararg = static_cast<unsigned>(first);
    function.format = role;
    return true;
  }

  bool differs_behind(FunctionType& function) {
    do {
      uint64_t parameter = 0;
      if (!number(parameter, kMaxParameters)) return false;
      if (parameter >= function.parameters.size()) return fail("there is no such parameter");
      function.differs_behind.push_back(static_cast<unsigned>(parameter));
    } while (accept(","));
    return punctuation(")");
  }

  bool differing_bits(FunctionType& function) {
    uint64_t parameter = 0;
    if (!number(parameter, kMaxParameters) || !punctuation(":0x")) return false;
    std::string_view digits = take_while([](unsigned char c) { return std::isxdigit(c) != 0; });
    uint64_t mask = 0;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), mask, 16).ec != std::errc())
      return fail("expected a mask");
    function.differing_bits.push_back({static_cast<unsigned>(parameter), mask});
    return true;
  }

  std::string_view text_;
  size_t position_ = 0;
  int depth_ = 0;
  std::string message_;
};

Diagnostic syntax_error(const Parser& parser, const std::string& file, uint32_t line, std::string_view text) {
  Diagnostic diagnostic =
      error_at({file, line, static_cast<uint32_t>(parser.position() + 1)}, "bad prototype: " + parser.message());
  diagnostic.source_line = std::string(text);
  return diagnostic;
}

}  // namespace

Expected<std::pair<std::string, FunctionType>> parse_prototype(std::string_view line) {
  Parser parser(line);
  std::pair<std::string, FunctionType> result;
  if (!parser.prototype(result.first, result.second)) return syntax_error(parser, "", 1, line);
  return result;
}

Expected<Prototypes> parse_prototypes(std::string_view text, const std::string& name) {
  Prototypes prototypes;
  uint32_t line_number = 0;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line_number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos || line[0] == '#') continue;
    Parser parser(line);
    std::string symbol;
    FunctionType function;
    if (!parser.prototype(symbol, function)) return syntax_error(parser, name, line_number, line);
    prototypes.insert_or_assign(std::move(symbol), std::move(function));
  }
  return prototypes;
}

}  // namespace portolan::abi
