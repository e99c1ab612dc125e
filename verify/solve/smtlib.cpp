#include "verify/solve/smtlib.h"

#include <fmt/format.h>

#include "llvm/ADT/SmallString.h"
#include "verify/solve/smtlib_printer.h"

namespace portolan::solve {

using terms::APInt;
using terms::Kind;
using terms::Linear;

namespace {

constexpr size_t kLargestText = 8u << 20;
constexpr unsigned kDeepest = 1500;  // reads of what was read of what was read …

}  // namespace

std::string sort_of(unsigned width) {
  return fmt::format("(_ BitVec {})", width);
}

std::string digits(const APInt& value) {
  llvm::SmallString<64> text;
  const bool hex = value.getBitWidth() % 4 == 0;
  value.toStringUnsigned(text, hex ? 16 : 2);
  const size_t wanted = hex ? value.getBitWidth() / 4 : value.getBitWidth();
  return (hex ? "#x" : "#b") + std::string(wanted - text.size(), '0') + std::string(text.str());
}

const char* function_name(Kind kind) {
  switch (kind) {
    case Kind::mul:
      return "mul";
    case Kind::umulh:
      return "umulh";
    case Kind::smulh:
      return "smulh";
    case Kind::udiv:
      return "udiv";
    case Kind::urem:
      return "urem";
    case Kind::sdiv:
      return "sdiv";
    case Kind::srem:
      return "srem";
    case Kind::bit_and:
      return "and";
    case Kind::bit_or:
      return "or";
    case Kind::bit_xor:
      return "xor";
    case Kind::shl:
      return "bvshl";
    case Kind::lshr:
      return "bvlshr";
    case Kind::ashr:
      return "bvashr";
    case Kind::ult:
      return "bvult";
    case Kind::slt:
      return "bvslt";
    default:
      return "";
  }
}

std::vector<Term> Printer::below(Term t) const {
  std::vector<Term> all = children(pool_, t);
  if (options_.memories == Memories::arrays) return all;
  // What is below a memory is printed when a read finds it there.
  std::erase_if(all, [&](Term c) { return pool_.width(c) == 0; });
  if (pool_.width(t) == 0) all.clear();
  return all;
}

void Printer::print_below(Term root) {
  if (question_.too_large) return;
  if (depth_ > kDeepest || body_.size() > kLargestText) {
    question_.too_large = true;
    return;
  }
  ++depth_;
  for_each_below(
      root, done_, [&](Term t) { return question_.too_large ? std::vector<Term>() : below(t); },
      [&](Term t) {
        if (!question_.too_large) visit(t);
      });
  --depth_;
}

std::string Printer::bits(Term t) {
  print_below(t);
  const Node& node = nodes_[t];
  if (!node.boolean) return node.text;
  if (const APInt* value = pool_.constant_value(t)) return value->isZero() ? "#b0" : "#b1";
  return fmt::format("(ite {} #b1 #b0)", node.text);
}

std::string Printer::boolean(Term t) {
  print_below(t);
  const Node& node = nodes_[t];
  return node.boolean ? node.text : fmt::format("(= {} #b1)", node.text);
}

// Short ones that are used once stay where they are used.
void Printer::give(Term t, std::string text, bool is_boolean) {
  const auto uses = uses_.find(t);
  if (text.size() > 100 || uses == uses_.end() || uses->second > 1) {
    std::string name = fmt::format("n!{}", names_++);
    const std::string sort = is_boolean            ? "Bool"
                             : pool_.width(t) == 0 ? "(Array (_ BitVec 64) (_ BitVec 8))"
                                                   : sort_of(pool_.width(t));
    body_ += fmt::format("(declare-fun {0} () {1})\n(assert (= {0} {2}))\n", name, sort, text);
    text = std::move(name);
  }
  nodes_[t] = {std::move(text), is_boolean};
}

std::string Printer::fold(const char* function, std::vector<std::string> parts) {
  std::string all = std::move(parts[0]);
  for (size_t i = 1; i < parts.size(); ++i) all = fmt::format("({} {} {})", function, all, parts[i]);
  return all;
}

void Printer::declare(const std::string& symbol, const std::string& signature) {
  if (declared_.insert(symbol).second) declarations_ += fmt::format("(declare-fun {} {})\n", symbol, signature);
}

void Printer::visit(Term t) {
  const Kind kind = pool_.kind(t);
  switch (kind) {
    case Kind::constant:
      nodes_[t] = pool_.width(t) == 1 ? Node{pool_.constant_value(t)->isZero() ? "false" : "true", true}
                                      : Node{digits(*pool_.constant_value(t)), false};
      return;
    case Kind::variable:
      return variable(t);
    case Kind::apply:
      return apply(t);
    case Kind::linear:
      return linear(t);
    case Kind::mul:
    case Kind::umulh:
    case Kind::smulh:
    case Kind::udiv:
    case Kind::urem:
    case Kind::sdiv:
    case Kind::srem:
      return product(t);
    case Kind::bit_and:
    case Kind::bit_or:
    case Kind::bit_xor:
      return logic(t);
    case Kind::shl:
    case Kind::lshr:
    case Kind::ashr: {
      const Term a = pool_.operands(t)[0], b = pool_.operands(t)[1];
      return give(t, fmt::format("({} {} {})", function_name(kind), bits(a), bits(b)));
    }
    case Kind::eq:
    case Kind::ult:
    case Kind::slt:
      return compare(t);
    case Kind::extract: {
      const unsigned low = pool_.low_bit(t), high = low + pool_.width(t) - 1;
      return give(t, fmt::format("((_ extract {} {}) {})", high, low, bits(pool_.operands(t)[0])));
    }
    case Kind::concat: {
      std::vector<std::string> parts;
      for (Term part : children(pool_, t)) parts.push_back(bits(part));
      return give(t, fold("concat", std::move(parts)));
    }
    case Kind::sext: {
      const Term a = pool_.operands(t)[0];
      return give(t, fmt::format("((_ sign_extend {}) {})", pool_.width(t) - pool_.width(a), bits(a)));
    }
    case Kind::select:
      return select(t);
    case Kind::read:
      return read(t);
    case Kind::memory:
    case Kind::write:
    case Kind::memory_select:
      return array(t);
  }
}

void Printer::variable(Term t) {
  const std::string symbol = quoted(pool_.name(t));
  declare(symbol, "() " + sort_of(pool_.width(t)));
  nodes_[t] = {symbol, false};
  question_.values.push_back({symbol, pool_.width(t), t});
}

void Printer::linear(Term t) {
  const Linear form = pool_.linear(t);
  const unsigned width = pool_.width(t);
  if (width == 1) {  // addition modulo 2
    std::vector<std::string> parts;
    for (const Linear::Part& part : form.parts) parts.push_back(boolean(part.term));
    std::string sum = fold("xor", std::move(parts));
    return give(t, form.constant.isZero() ? sum : fmt::format("(not {})", sum), true);
  }
  std::vector<std::string> plus, minus;
  for (const Linear::Part& part : form.parts) {
    const APInt negative = -part.coefficient;
    if (part.coefficient.isOne())
      plus.push_back(bits(part.term));
    else if (negative.isOne())
      minus.push_back(bits(part.term));
    else
      plus.push_back(fmt::format("(bvmul {} {})", digits(part.coefficient), bits(part.term)));
  }
  if (!form.constant.isZero() || plus.empty()) plus.push_back(digits(form.constant));
  std::string sum = fold("bvadd", std::move(plus));
  for (const std::string& part : minus) sum = fmt::format("(bvsub {} {})", sum, part);
  give(t, std::move(sum));
}

void Printer::logic(Term t) {
  const bool is_boolean = pool_.width(t) == 1;
  const std::string name = (is_boolean ? "" : "bv") + std::string(function_name(pool_.kind(t)));
  std::vector<std::string> parts;
  for (Term part : children(pool_, t)) parts.push_back(is_boolean ? boolean(part) : bits(part));
  give(t, fold(name.c_str(), std::move(parts)), is_boolean);
}

void Printer::compare(Term t) {
  const Term a = pool_.operands(t)[0], b = pool_.operands(t)[1];
  if (pool_.kind(t) != Kind::eq)
    return give(t, fmt::format("({} {} {})", function_name(pool_.kind(t)), bits(a), bits(b)), true);
  if (pool_.width(a) == 1) return give(t, fmt::format("(= {} {})", boolean(a), boolean(b)), true);
  if (pool_.width(a) == 0 && options_.memories == Memories::functions) return memory_equation(t);
  give(t, fmt::format("(= {} {})", bits(a), bits(b)), true);
}

void Printer::select(Term t) {
  const Term bit = pool_.operands(t)[0], one = pool_.operands(t)[1], zero = pool_.operands(t)[2];
  if (pool_.width(t) == 1)
    return give(t, fmt::format("(ite {} {} {})", boolean(bit), boolean(one), boolean(zero)), true);
  give(t, fmt::format("(ite {} {} {})", boolean(bit), bits(one), bits(zero)));
}

Question Printer::print(std::span<const Term> conditions) {
  std::unordered_set<Term, TermHash> counted;
  for (Term condition : conditions)
    for_each_below(
        condition, counted, [&](Term t) { return below(t); },
        [&](Term t) {
          for (Term child : below(t)) ++uses_[child];
        });
  std::string assertions;
  for (Term condition : conditions) {
    assertions += fmt::format("(assert {})\n", boolean(condition));
    if (question_.too_large) break;
  }
  tell_memories_apart();
  if (question_.too_large || body_.size() > kLargestText) {
    Question large;
    large.too_large = true;
    return large;
  }
  for (auto& [text, made] : abstracted_) question_.abstracted.push_back(made);
  question_.text = fmt::format("(set-option :produce-models true)\n(set-logic QF_{}{}BV)\n{}{}{}",
                               options_.memories == Memories::arrays ? "A" : "", functions_ ? "UF" : "", declarations_,
                               body_, assertions);
  return std::move(question_);
}

// Symbols that begin with a dot or @ are the solvers' own.
std::string quoted(std::string_view name) {
  std::string text = "|";
  for (const char c : name)
    if (c > ' ' && c < 127 && std::string_view("|\\%!.@").find(c) == std::string_view::npos)
      text += c;
    else
      text += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return text + "|";
}

Question print_question(Pool& pool, std::span<const Term> conditions, PrintOptions options) {
  return Printer(pool, options).print(conditions);
}

}  // namespace portolan::solve
