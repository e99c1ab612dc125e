#include "frontends/asm/expressions.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <string_view>

#include "frontends/aarch64/opcodes.h"
#include "llvm/MC/MCSymbol.h"
#include "llvm/MC/MCValue.h"
#include "llvm/Support/Casting.h"
#include "llvm/Support/raw_ostream.h"

namespace portolan::assembly {
namespace {

using Kind = llvm::MCSymbolRefExpr::VariantKind;

// Deeper trees than this come from no compiler and could exhaust the stack.
constexpr unsigned kMaxDepth = 500;

struct Modifier {
  std::string_view name;
  Reference reference;
};

// AArch64 `:name:symbol` and RISC-V `%name(symbol)`.
constexpr Modifier kModifiers[] = {
    {"lo12", Reference::address_low},
    {"pg_hi21", Reference::address_high},
    {"pg_hi21_nc", Reference::address_high},
    {"got", Reference::got_high},
    {"got_lo12", Reference::got_low},
    {"gottprel", Reference::tls_got_high},
    {"gottprel_lo12", Reference::tls_got_low},
    {"tprel_hi12", Reference::tls_offset_high},
    {"tprel_lo12", Reference::tls_offset_low},
    {"tprel_lo12_nc", Reference::tls_offset_low},
    {"tlsdesc", Reference::tls_descriptor},
    {"tlsdesc_lo12", Reference::tls_descriptor},
    {"hi", Reference::address_high},
    {"lo", Reference::address_low},
    {"pcrel_hi", Reference::address_high},
    {"pcrel_lo", Reference::none},
    {"got_pcrel_hi", Reference::got_high},
    {"tprel_hi", Reference::tls_offset_high},
    {"tprel_lo", Reference::tls_offset_low},
    {"tprel_add", Reference::tls_offset_add},
    {"tls_ie_pcrel_hi", Reference::tls_got_high},
    {"tls_gd_pcrel_hi", Reference::tls_index},
};

// x86-64 `symbol@NAME`.
std::optional<Reference> reference_of(uint16_t kind) {
  switch (kind) {
    case Kind::VK_None:
    case Kind::VK_PLT:
      return Reference::address;
    case Kind::VK_GOTPCREL:
    case Kind::VK_GOTPCREL_NORELAX:
      return Reference::got;
    case Kind::VK_GOTTPOFF:
      return Reference::tls_got;
    case Kind::VK_TPOFF:
      return Reference::tls_offset;
    case Kind::VK_TLSGD:
      return Reference::tls_index;
    case Kind::VK_TLSDESC:
    case Kind::VK_TLSCALL:
      return Reference::tls_descriptor;
    default:
      return std::nullopt;
  }
}

ExpressionValue failure(std::string error) {
  return {{}, std::move(error)};
}

// The modifier as printed: LLVM's classes of these expressions are private to its targets.
std::string_view modifier_name(std::string_view printed) {
  if (printed.size() > 1 && printed[0] == ':') return printed.substr(1, printed.find(':', 1) - 1);
  if (printed.size() > 1 && printed[0] == '%') return printed.substr(1, printed.find('(') - 1);
  return {};
}

// %hi and %lo of a number (RISC-V psABI 1.0, "Absolute addresses"); AArch64 :lo12: of one.
std::optional<int64_t> modify_number(std::string_view name, int64_t value) {
  if (name.empty()) return value;
  if (name == "hi") return static_cast<int64_t>((static_cast<uint64_t>(value) + 0x800) >> 12 & 0xfffff);
  if (name == "lo") return static_cast<int64_t>(static_cast<uint64_t>(value) << 52) >> 52;
  if (name == "lo12") return value & 0xfff;
  return std::nullopt;
}

std::optional<int64_t> calculate(llvm::MCBinaryExpr::Opcode opcode, int64_t a, int64_t b) {
  using Op = llvm::MCBinaryExpr;
  uint64_t x = a, y = b;
  switch (opcode) {
    case Op::Add:
      return x + y;
    case Op::Sub:
      return x - y;
    case Op::Mul:
      return x * y;
    case Op::And:
      return x & y;
    case Op::Or:
      return x | y;
    case Op::Xor:
      return x ^ y;
    case Op::OrNot:
      return x | ~y;
    case Op::Shl:
      return y < 64 ? x << y : 0;
    case Op::LShr:
      return y < 64 ? x >> y : 0;
    case Op::AShr:
      return a >> std::min<uint64_t>(y, 63);
    case Op::Div:
    case Op::Mod:
      if (b == 0) return std::nullopt;
      if (b == -1) return opcode == Op::Div ? static_cast<int64_t>(-x) : 0;  // no overflow trap
      return opcode == Op::Div ? a / b : a % b;
    case Op::EQ:
      return a == b ? -1 : 0;  // GNU as: true is -1
    case Op::NE:
      return a != b ? -1 : 0;
    case Op::LT:
      return a < b ? -1 : 0;
    case Op::LTE:
      return a <= b ? -1 : 0;
    case Op::GT:
      return a > b ? -1 : 0;
    case Op::GTE:
      return a >= b ? -1 : 0;
    case Op::LAnd:
      return a != 0 && b != 0;
    case Op::LOr:
      return a != 0 || b != 0;
  }
  return std::nullopt;
}

}  // namespace

Expressions::Sum Expressions::symbol(const llvm::MCSymbolRefExpr& reference, unsigned depth) {
  const llvm::MCSymbol* symbol = &reference.getSymbol();
  for (const auto& [from, to] : weak_references_)
    if (from == symbol) symbol = to;
  uint16_t kind = reference.getKind() == Kind::VK_WEAKREF ? uint16_t(Kind::VK_None) : uint16_t(reference.getKind());
  SymbolId id = symbol_of_(*symbol);
  if (symbol->isVariable()) {
    Sum value = sum(*symbol->getVariableValue(/*SetUsed=*/false), depth + 1);
    // Another name for a place keeps its own name (it may be weak); all else is replaced by its value.
    bool is_place = value.error.empty() && value.terms.size() == 1 && !value.terms[0].negative &&
                    unit_.symbols[value.terms[0].symbol].section < unit_.sections.size();
    if (!is_place) return value;
    const Symbol& target = unit_.symbols[value.terms[0].symbol];
    unit_.symbols[id].section = target.section;
    unit_.symbols[id].offset = target.offset + value.constant;
  }
  return {{{id, kind, false}}, 0, {}};
}

Expressions::Sum Expressions::binary(const llvm::MCBinaryExpr& expression, unsigned depth) {
  Sum a = sum(*expression.getLHS(), depth + 1);
  Sum b = sum(*expression.getRHS(), depth + 1);
  if (!a.error.empty()) return a;
  if (!b.error.empty()) return b;
  auto opcode = expression.getOpcode();
  if (opcode == llvm::MCBinaryExpr::Add || opcode == llvm::MCBinaryExpr::Sub) {
    bool subtract = opcode == llvm::MCBinaryExpr::Sub;
    for (Term& term : b.terms) {
      term.negative ^= subtract;
      a.terms.push_back(term);
    }
    a.constant += subtract ? -b.constant : b.constant;
    return a;
  }
  reduce(a, false);
  reduce(b, false);
  if (!a.terms.empty() || !b.terms.empty()) return {{}, 0, "arithmetic on addresses that a linker cannot do"};
  std::optional<int64_t> value = calculate(opcode, a.constant, b.constant);
  if (!value) return {{}, 0, "division by zero"};
  return {{}, static_cast<uint64_t>(*value), {}};
}

Expressions::Sum Expressions::sum(const llvm::MCExpr& expression, unsigned depth) {
  if (depth > kMaxDepth) return {{}, 0, "expression is too deep"};
  switch (expression.getKind()) {
    case llvm::MCExpr::Constant:
      return {{}, static_cast<uint64_t>(llvm::cast<llvm::MCConstantExpr>(expression).getValue()), {}};
    case llvm::MCExpr::SymbolRef:
      return symbol(llvm::cast<llvm::MCSymbolRefExpr>(expression), depth);
    case llvm::MCExpr::Binary:
      return binary(llvm::cast<llvm::MCBinaryExpr>(expression), depth);
    case llvm::MCExpr::Unary: {
      const auto& unary = llvm::cast<llvm::MCUnaryExpr>(expression);
      Sum value = sum(*unary.getSubExpr(), depth + 1);
      if (!value.error.empty() || unary.getOpcode() == llvm::MCUnaryExpr::Plus) return value;
      if (unary.getOpcode() == llvm::MCUnaryExpr::Minus) {
        for (Term& term : value.terms) term.negative ^= true;
        value.constant = -value.constant;
        return value;
      }
      reduce(value, false);
      if (!value.terms.empty()) return {{}, 0, "arithmetic on addresses that a linker cannot do"};
      bool logical = unary.getOpcode() == llvm::MCUnaryExpr::LNot;
      return {{}, logical ? uint64_t(value.constant == 0) : ~value.constant, {}};
    }
    case llvm::MCExpr::Target:
      return {{}, 0, "a modifier within an expression"};
  }
  return {{}, 0, "unknown kind of expression"};
}

std::optional<int64_t> Expressions::distance(SymbolId from, SymbolId to, bool over_code) const {
  if (from == to) return 0;
  const Symbol &a = unit_.symbols[from], &b = unit_.symbols[to];
  if (a.section != b.section || a.section == kUndefined || a.section == kCommon) return std::nullopt;
  int64_t result = static_cast<int64_t>(b.offset - a.offset);
  if (over_code || a.section == kAbsolute) return result;
  const std::vector<Instruction>& code = unit_.sections[a.section].instructions;
  auto first = std::lower_bound(code.begin(), code.end(), std::min(a.offset, b.offset),
                                [](const Instruction& i, uint64_t offset) { return i.offset < offset; });
  if (first != code.end() && first->offset < std::max(a.offset, b.offset)) return std::nullopt;
  return result;
}

// Takes away pairs of a symbol added and one subtracted whose distance is known.
void Expressions::reduce(Sum& sum, bool over_code) {
  for (size_t i = 0; i < sum.terms.size(); ++i) {
    for (size_t j = 0; j < sum.terms.size(); ++j) {
      if (sum.terms[i].negative || !sum.terms[j].negative) continue;
      if (sum.terms[i].modifier != Kind::VK_None || sum.terms[j].modifier != Kind::VK_None) continue;
      std::optional<int64_t> known = distance(sum.terms[j].symbol, sum.terms[i].symbol, over_code);
      if (!known) continue;
      sum.constant += *known;
      sum.terms.erase(sum.terms.begin() + std::max(i, j));
      sum.terms.erase(sum.terms.begin() + std::min(i, j));
      i = static_cast<size_t>(-1);
      break;
    }
  }
  for (size_t i = 0; i < sum.terms.size(); ++i) {
    const Symbol& symbol = unit_.symbols[sum.terms[i].symbol];
    if (symbol.section != kAbsolute) continue;
    sum.constant += sum.terms[i].negative ? -symbol.offset : symbol.offset;
    sum.terms.erase(sum.terms.begin() + i--);
  }
}

ExpressionValue Expressions::value_of(Sum sum) {
  if (!sum.error.empty()) return failure(sum.error);
  reduce(sum, false);
  ExpressionValue result;
  result.value.addend = static_cast<int64_t>(sum.constant);
  for (const Term& term : sum.terms) {
    SymbolId& slot = term.negative ? result.value.minus : result.value.symbol;
    if (slot != kNoSymbol) return failure("an expression of more than two symbols");
    slot = term.symbol;
    std::optional<Reference> reference = reference_of(term.modifier);
    if (!reference || (term.negative && term.modifier != Kind::VK_None)) {
      llvm::StringRef name = llvm::MCSymbolRefExpr::getVariantKindName(static_cast<Kind>(term.modifier));
      return failure(fmt::format("the modifier @{} is not supported", name.str()));
    }
    if (!term.negative) result.value.reference = *reference;
  }
  if (result.value.minus != kNoSymbol && result.value.symbol == kNoSymbol) return failure("the negative of an address");
  return result;
}

ExpressionValue Expressions::data(const llvm::MCExpr& expression) {
  // Compilers scale the entries of small jump tables: (.L4 - .L2) / 4.
  if (const auto* binary = llvm::dyn_cast<llvm::MCBinaryExpr>(&expression)) {
    using Op = llvm::MCBinaryExpr;
    auto opcode = binary->getOpcode();
    std::optional<int64_t> right;
    if (opcode == Op::Div || opcode == Op::AShr || opcode == Op::LShr) right = number(*binary->getRHS());
    std::optional<int64_t> shift;
    if (right && opcode == Op::Div && *right > 0 && std::has_single_bit(static_cast<uint64_t>(*right)))
      shift = std::countr_zero(static_cast<uint64_t>(*right));
    else if (right && opcode != Op::Div && *right >= 0 && *right < 64)
      shift = *right;
    if (shift) {
      ExpressionValue value = value_of(sum(*binary->getLHS(), 0));
      if (value.ok() && !value.is_number()) {
        value.value.right_shift = static_cast<uint8_t>(*shift);
        return value;
      }
    }
  }
  return value_of(sum(expression, 0));
}

ExpressionValue Expressions::modified(const llvm::MCExpr& expression, unsigned opcode) {
  std::string printed;
  llvm::raw_string_ostream(printed) << expression;
  std::string_view name = modifier_name(printed);
  llvm::MCValue parts;
  if (!expression.evaluateAsRelocatable(parts, nullptr, nullptr)) return failure("expression is too complex");
  if (parts.getSymB() != nullptr) return failure("a modifier on a difference");
  if (parts.getSymA() == nullptr) {
    std::optional<int64_t> value = modify_number(name, parts.getConstant());
    if (!value) return failure(fmt::format("the modifier {} of a number is not supported", name));
    return {{.addend = *value}, {}};
  }
  Sum sum = symbol(*parts.getSymA(), 0);
  sum.constant += static_cast<uint64_t>(parts.getConstant());
  ExpressionValue result = value_of(std::move(sum));
  if (!result.ok()) return result;
  if (name.empty()) {
    if (target_.isa() == Isa::aarch64 && opcode == aarch64::ADRP) result.value.reference = Reference::address_high;
    return result;
  }
  const Modifier* found = std::find_if(std::begin(kModifiers), std::end(kModifiers),
                                       [&](const Modifier& modifier) { return modifier.name == name; });
  if (found == std::end(kModifiers)) return failure(fmt::format("the modifier {} is not supported", name));
  result.value.reference = found->reference;
  return result;
}

ExpressionValue Expressions::operand(const llvm::MCExpr& expression, unsigned opcode) {
  if (expression.getKind() == llvm::MCExpr::Target) return modified(expression, opcode);
  ExpressionValue result = value_of(sum(expression, 0));
  if (result.ok() && result.value.minus != kNoSymbol)
    return failure("a distance between labels: code has other sizes after translation");
  if (result.ok() && !result.is_number() && target_.isa() == Isa::aarch64 && opcode == aarch64::ADRP)
    result.value.reference = Reference::address_high;
  return result;
}

std::optional<int64_t> Expressions::number(const llvm::MCExpr& expression) {
  ExpressionValue value = value_of(sum(expression, 0));
  if (!value.is_number()) return std::nullopt;
  return value.value.addend;
}

std::optional<int64_t> Expressions::number_in_layout(const llvm::MCExpr& expression) {
  Sum value = sum(expression, 0);
  if (!value.error.empty()) return std::nullopt;
  reduce(value, true);
  if (!value.terms.empty()) return std::nullopt;
  return static_cast<int64_t>(value.constant);
}

}  // namespace portolan::assembly
