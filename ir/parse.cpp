#include "ir/parse.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <map>
#include <optional>

#include "ir/check.h"
#include "ir/text_attributes.h"
#include "ir/text_scanner.h"
#include "llvm/ADT/StringRef.h"

namespace portolan::ir {
namespace {

// No operation of a machine comes near; a text must not ask for more memory than it is long.
constexpr uint32_t kMaxWidth = 1 << 16;

// Sign and digits, decimal or hexadecimal, of a number that fits in T.
template <class T>
bool parse_number(std::string_view text, T& result) {
  bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  int base = text.starts_with("0x") ? 16 : 10;
  if (base == 16) text.remove_prefix(2);
  uint64_t magnitude = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), magnitude, base);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  uint64_t greatest = static_cast<uint64_t>(std::numeric_limits<T>::max());
  if (negative ? std::is_unsigned_v<T> && magnitude != 0 : magnitude > greatest) return false;
  if (negative && magnitude > greatest + 1) return false;
  result = static_cast<T>(negative ? 0 - magnitude : magnitude);
  return true;
}

bool parse_constant(std::string_view text, uint32_t width, APInt& result) {
  bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  bool hexadecimal = text.starts_with("0x");
  if (hexadecimal) text.remove_prefix(2);
  llvm::StringRef digits(text.data(), text.size());
  APInt magnitude;
  if (digits.size() > kMaxWidth / 3 || digits.getAsInteger(hexadecimal ? 16 : 10, magnitude)) return false;
  if (magnitude.getActiveBits() > width) return false;
  result = magnitude.zextOrTrunc(width);
  if (!negative) return true;
  result.negate();
  return result.isNegative() || result.isZero();
}

template <class E>
bool parse_name(std::string_view text, E last, E& result) {
  for (int n = 0; n <= static_cast<int>(last); ++n)
    if (to_string(static_cast<E>(n)) == text) {
      result = static_cast<E>(n);
      return true;
    }
  return false;
}

// Sets the attribute that `key` names, of those that the op has.
struct AttributeSetter {
  std::string_view key;
  const Token& value;
  bool found = false, valid = false;

  template <class T>
  void number(std::string_view name, T& field, int) {
    if (name != key) return;
    found = true;
    valid = value.kind == Token::number && parse_number(value.text, field);
  }
  template <class E>
  void name(std::string_view name, E& field, int, E last) {
    if (name != key) return;
    found = true;
    valid = value.kind == Token::name && parse_name(value.text, last, field);
  }
};

// Methods return false when `error_` is set.
class Parser {
 public:
  Parser(std::string_view text, const std::string& file) : scanner_(text), file_(file) {}

  Expected<std::vector<Function>> run() {
    std::vector<Function> functions;
    while (next().kind != Token::end) {
      if (!function()) return *error_;
      functions.push_back(std::move(f_));
    }
    return functions;
  }

 private:
  const Token& next() const { return scanner_.next(); }
  bool fail(size_t offset, std::string message) {
    error_ = scanner_.error(file_, offset, std::move(message));
    return false;
  }
  bool fail(std::string message) { return fail(next().offset, std::move(message)); }
  bool is(std::string_view punctuation) const {
    return next().kind == Token::punctuation && next().text == punctuation;
  }
  bool accept(std::string_view punctuation) {
    if (!is(punctuation)) return false;
    scanner_.take();
    return true;
  }
  bool expect(std::string_view punctuation) {
    return accept(punctuation) || fail(fmt::format("expected '{}'", punctuation));
  }
  // What belongs to an instruction stands on its line.
  bool continues(Token::Kind kind) const { return next().kind == kind && !next().first; }
  bool is_name(std::string_view text) const { return next().kind == Token::name && next().text == text; }

  template <class T>
  bool number(T& result, std::string_view what) {
    if (next().kind != Token::number || !parse_number(next().text, result))
      return fail(fmt::format("expected {}", what));
    scanner_.take();
    return true;
  }
  bool string(std::string& result, std::string_view what) {
    if (next().kind != Token::string) return fail(fmt::format("expected {} in quotes", what));
    result = scanner_.take().text;
    return true;
  }
  // "b" and a number: a type or a block.
  bool numbered(uint32_t& result, std::string_view what) {
    bool fits = next().kind == Token::name && next().text.starts_with('b') &&
                parse_number(std::string_view(next().text).substr(1), result);
    if (!fits) return fail(fmt::format("expected {}", what));
    scanner_.take();
    return true;
  }
  bool width(uint32_t& result) {
    size_t offset = next().offset;
    if (!numbered(result, "a type like b64")) return false;
    return (result != 0 && result <= kMaxWidth) || fail(offset, fmt::format("types are b1 to b{}", kMaxWidth));
  }

  bool function();
  bool block();
  bool parameters();
  bool statement(bool& ended);
  bool instruction(Op op, ValueId result, uint32_t width, size_t offset);
  bool terminator(Op op, size_t offset);
  bool attributes(Instruction& i);
  bool mask(Instruction& i);
  bool symbol(SymbolRef& symbol);
  bool call_target(uint32_t& index);
  template <class List>
  bool operands(List& list);
  bool operand(ValueId& v);
  bool edges(Terminator& t);
  bool line(uint32_t& line) { return !accept("@") || number(line, "a line number"); }
  bool define(ValueId& v);
  ValueId value(const Token& token);
  bool finish(size_t offset);

  TextScanner scanner_;
  const std::string& file_;
  std::optional<Diagnostic> error_;
  Function f_;
  BlockId block_ = kNoBlock;
  std::map<std::string, ValueId> numbers_;  // what follows the %
  std::vector<size_t> offsets_;             // of each value: its definition, or its first use until that is found
  std::vector<bool> defined_;
  std::vector<size_t> terminators_;  // offsets
};

// Values are made where they are first mentioned and filled in where they are defined.
ValueId Parser::value(const Token& token) {
  auto [at, inserted] = numbers_.emplace(token.text, static_cast<ValueId>(f_.values.size()));
  if (inserted) {
    f_.values.emplace_back();
    offsets_.resize(f_.values.size(), token.offset);
    defined_.resize(f_.values.size());
  }
  return at->second;
}

bool Parser::define(ValueId& v) {
  if (next().kind != Token::value) return fail("expected a value like %1");
  Token token = scanner_.take();
  v = value(token);
  if (defined_[v]) return fail(token.offset, fmt::format("%{} is defined twice", token.text));
  defined_[v] = true;
  offsets_[v] = token.offset;
  return true;
}

bool Parser::operand(ValueId& v) {
  if (next().kind == Token::value) {
    v = value(scanner_.take());
    return true;
  }
  if (next().kind != Token::number) return fail("expected a value like %1 or a constant like 5:b64");
  Token token = scanner_.take();
  uint32_t bits = 0;
  if (!expect(":") || !width(bits)) return false;
  APInt constant;
  if (!parse_constant(token.text, bits, constant))
    return fail(token.offset, fmt::format("no constant of {} bits", bits));
  Instruction i;
  i.op = Op::constant;
  i.width = bits;
  i.index = static_cast<uint32_t>(f_.constants.size());
  f_.constants.push_back(std::move(constant));
  v = f_.append(block_, std::move(i));
  offsets_.resize(f_.values.size(), token.offset);
  defined_.resize(f_.values.size(), true);
  return true;
}

template <class List>
bool Parser::operands(List& list) {
  if (!continues(Token::value) && !continues(Token::number)) return true;
  do {
    ValueId v = kNoValue;
    if (!operand(v)) return false;
    list.push_back(v);
  } while (accept(","));
  return true;
}

bool Parser::symbol(SymbolRef& symbol) {
  size_t past = next().past;
  if (!string(symbol.name, "a symbol's name")) return false;
  // The addend stands right behind the quote: with a blank between it would be a constant.
  if (next().offset == past && next().kind == Token::number && !number(symbol.addend, "an addend")) return false;
  if (continues(Token::name) && parse_name(next().text, AddressKind::tls_index, symbol.kind)) scanner_.take();
  if (continues(Token::name) && parse_name(next().text, AddressPart::low, symbol.part)) scanner_.take();
  return true;
}

bool Parser::call_target(uint32_t& index) {
  CallTarget target;
  if (is_name("indirect")) {
    scanner_.take();
    target.indirect = true;
  } else {
    if (!is_name("symbol")) return fail("expected 'symbol=' or 'indirect'");
    scanner_.take();
    if (!expect("=") || !symbol(target.symbol)) return false;
  }
  if (continues(Token::name) && is_name("signature")) {
    scanner_.take();
    if (!expect("=") || !number(target.signature, "a signature's number")) return false;
  }
  index = static_cast<uint32_t>(f_.calls.size());
  f_.calls.push_back(std::move(target));
  return true;
}

bool Parser::mask(Instruction& i) {
  std::vector<int> mask;
  if (!expect("[")) return false;
  while (!accept("]"))
    if (!number(mask.emplace_back(), "a lane's number or ']'")) return false;
  i.index = static_cast<uint32_t>(f_.masks.size());
  f_.masks.push_back(std::move(mask));
  return true;
}

bool Parser::attributes(Instruction& i) {
  bool pool = false;
  while (continues(Token::name)) {
    if (i.op == Op::call && (is_name("symbol") || is_name("indirect"))) {
      if (pool) return fail("a second call target");
      pool = true;
      if (!call_target(i.index)) return false;
      continue;
    }
    Token key = scanner_.take();
    if (!expect("=")) return false;
    bool of_pool = (i.op == Op::symbol_address && key.text == "symbol") || (i.op == Op::shuffle && key.text == "mask");
    if (of_pool) {
      if (pool) return fail(key.offset, fmt::format("a second '{}'", key.text));
      pool = true;
      if (i.op == Op::shuffle ? !mask(i) : !symbol(f_.symbols.emplace_back())) return false;
      if (i.op == Op::symbol_address) i.index = static_cast<uint32_t>(f_.symbols.size() - 1);
      continue;
    }
    AttributeSetter setter{key.text, next()};
    each_attribute(i, setter);
    if (!setter.found) return fail(key.offset, fmt::format("{} has no attribute '{}'", info(i.op).name, key.text));
    if (!setter.valid) return fail(fmt::format("'{}' cannot be this", key.text));
    scanner_.take();
  }
  bool needs_pool = i.op == Op::call || i.op == Op::symbol_address || i.op == Op::shuffle;
  return pool || !needs_pool || fail(i.op == Op::shuffle ? "expected 'mask='" : "expected 'symbol='");
}

bool Parser::instruction(Op op, ValueId result, uint32_t result_width, size_t offset) {
  if (op == Op::constant || op == Op::parameter) return fail(offset, "constants and parameters are no instructions");
  Instruction i;
  i.op = op;
  i.width = result_width;
  i.block = block_;
  if (!attributes(i) || !operands(i.operands) || !line(i.line)) return false;
  if (result == kNoValue) {
    result = static_cast<ValueId>(f_.values.size());
    f_.values.emplace_back();
    offsets_.push_back(offset);
    defined_.push_back(true);
  }
  f_[result] = std::move(i);
  f_.blocks[block_].instructions.push_back(result);
  return true;
}

bool Parser::edges(Terminator& t) {
  bool has_cases = t.op == Op::switch_ || t.op == Op::jump_indirect;
  do {
    if (has_cases && next().kind == Token::number)
      if (!number(t.cases.emplace_back(), "a case") || !expect(":")) return false;
    Edge& edge = t.edges.emplace_back();
    if (!numbered(edge.target, "a block like b1") || !expect("(") || !operands(edge.arguments) || !expect(")"))
      return false;
  } while (accept(","));
  return true;
}

bool Parser::terminator(Op op, size_t offset) {
  Terminator t;
  t.op = op;
  if (continues(Token::name) && is_name("trap")) {
    scanner_.take();
    if (!expect("=")) return false;
    if (next().kind != Token::name || !parse_name(next().text, TrapKind::abort, t.trap))
      return fail("expected a kind of trap");
    scanner_.take();
  }
  if (op == Op::tail_call && !call_target(t.index)) return false;
  if (!operands(t.operands) || (accept("->") && !edges(t)) || !line(t.line)) return false;
  f_.blocks[block_].terminator = std::move(t);
  terminators_.push_back(offset);
  return true;
}

bool Parser::statement(bool& ended) {
  size_t offset = next().offset;
  ValueId result = kNoValue;
  uint32_t bits = 0;
  if (next().kind == Token::value && !(define(result) && expect(":") && width(bits) && expect("="))) return false;
  if (next().kind != Token::name) return fail("expected an operation");
  Token name = scanner_.take();
  std::optional<Op> op = op_from_name(name.text);
  if (!op) return fail(name.offset, fmt::format("there is no operation '{}'", name.text));
  ended = info(*op).effects == Effects::Control && *op != Op::call;
  if (!ended) return instruction(*op, result, bits, offset);
  return result == kNoValue ? terminator(*op, offset) : fail(offset, fmt::format("{} gives no value", name.text));
}

bool Parser::parameters() {
  if (!expect("(")) return false;
  if (accept(")")) return true;
  do {
    ValueId v = kNoValue;
    Instruction i;
    i.op = Op::parameter;
    i.block = block_;
    if (!define(v) || !expect(":") || !width(i.width)) return false;
    f_[v] = std::move(i);
    f_.blocks[block_].parameters.push_back(v);
  } while (accept(","));
  return expect(")");
}

bool Parser::block() {
  size_t offset = next().offset;
  uint32_t id = 0;
  if (!numbered(id, "a block like b0")) return false;
  if (id != f_.blocks.size()) return fail(offset, fmt::format("blocks are numbered in order: b{}", f_.blocks.size()));
  block_ = f_.add_block();
  if (!parameters()) return false;
  if (next().kind == Token::string) f_.blocks[block_].name = scanner_.take().text;
  if (!expect(":")) return false;
  for (bool ended = false; !ended;)
    if (!statement(ended)) return false;
  return true;
}

bool Parser::function() {
  f_ = Function();
  numbers_.clear(), offsets_.clear(), defined_.clear(), terminators_.clear();
  size_t offset = next().offset;
  if (!is_name("function")) return fail("expected 'function'");
  scanner_.take();
  if (!string(f_.name, "the function's name") || !expect("{")) return false;
  while (!accept("}"))
    if (!block()) return false;
  return finish(offset);
}

bool Parser::finish(size_t offset) {
  for (const auto& [number, v] : numbers_)
    if (!defined_[v]) return fail(offsets_[v], fmt::format("%{} is defined nowhere", number));
  std::optional<Defect> defect = check(f_);
  if (!defect) return true;
  if (defect->value != kNoValue)
    offset = offsets_[defect->value];
  else if (defect->block != kNoBlock)
    offset = terminators_[defect->block];
  return fail(offset, defect->message);
}

}  // namespace

Expected<std::vector<Function>> parse_functions(std::string_view text, const std::string& file) {
  return Parser(text, file).run();
}

Expected<Function> parse_function(std::string_view text, const std::string& file) {
  Expected<std::vector<Function>> all = parse_functions(text, file);
  if (!all) return all.error();
  if (all->size() != 1) return error_at({file, 0, 0}, fmt::format("expected one function, found {}", all->size()));
  return std::move(all->front());
}

}  // namespace portolan::ir
