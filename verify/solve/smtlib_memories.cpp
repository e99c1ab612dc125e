// Memories, and applications of functions, whose arguments may be memories.
#include <fmt/format.h>

#include <algorithm>

#include "verify/solve/memories.h"
#include "verify/solve/smtlib_printer.h"

namespace portolan::solve {

using terms::APInt;
using terms::Kind;

namespace {

constexpr size_t kMostMemories = 12;  // arguments of functions that are told apart byte by byte

std::string with_suffix(std::string symbol, const std::string& suffix) {
  return symbol.insert(symbol.size() - 1, suffix);
}

}  // namespace

void Printer::read(Term t) {
  const Term memory = pool_.operands(t)[0], address = pool_.operands(t)[1];
  std::vector<std::string> parts;  // most significant first
  for (unsigned i = pool_.width(t) / 8; i-- > 0 && !question_.too_large;)
    parts.push_back(byte(memory, pool_.add(address, pool_.constant(64, i))));
  if (!question_.too_large) give(t, fold("concat", std::move(parts)));
}

std::string Printer::byte(Term memory, Term address) {
  const auto known = bytes_.find({memory, address});
  if (known != bytes_.end()) return known->second;
  if (options_.memories == Memories::arrays || pool_.kind(memory) == Kind::memory || pool_.kind(memory) == Kind::apply)
    return bytes_[{memory, address}] = root_byte(memory, address);
  std::string text;
  if (pool_.kind(memory) == Kind::memory_select) {
    const std::vector<Term> operands = children(pool_, memory);
    text = fmt::format("(ite {} {} {})", boolean(operands[0]), byte(operands[1], address), byte(operands[2], address));
  } else {
    std::string closing;
    for (const ByteCase& found : byte_cases(pool_, memory, address)) {
      if (question_.too_large) return {};
      const std::string value = found.value ? bits(found.value) : byte(found.memory, address);
      if (found.condition == pool_.bit(true)) {
        text += value;
      } else {
        text += fmt::format("(ite {} {} ", boolean(found.condition), value);
        closing += ')';
      }
    }
    text += closing;
  }
  if (text.size() > 100) {
    const std::string name = fmt::format("n!{}", names_++);
    body_ += fmt::format("(declare-fun {0} () (_ BitVec 8))\n(assert (= {0} {1}))\n", name, text);
    text = name;
  }
  return bytes_[{memory, address}] = text;
}

std::string Printer::root_byte(Term root, Term address) {
  const std::string where = bits(address);
  if (options_.memories == Memories::arrays) {
    return fmt::format("(select {} {})", bits(root), where);
  }
  functions_ = true;
  if (pool_.kind(root) == Kind::apply) {
    std::string signature;
    const std::string arguments = argument_list(root, signature);
    const std::string symbol = function_symbol(root, "byte");
    declare(symbol, fmt::format("({} (_ BitVec 64)) (_ BitVec 8)", signature));
    return fmt::format("({} {} {})", symbol, arguments, where);
  }
  const std::string symbol = with_suffix(quoted(pool_.name(root)), "!bytes");
  declare(symbol, "((_ BitVec 64)) (_ BitVec 8)");
  const std::string text = fmt::format("({} {})", symbol, where);
  question_.bytes.push_back({std::string(pool_.name(root)), question_.values.size(), question_.values.size() + 1});
  question_.values.push_back({where, 64, address});
  question_.values.push_back({text, 8, {}});
  return text;
}

// A memory as an argument: a constant of a sort of its own. That equal memories have equal names is added at the end.
std::string Printer::memory_name(Term memory) {
  size_t index = std::find(named_memories_.begin(), named_memories_.end(), memory) - named_memories_.begin();
  if (index == named_memories_.size()) {
    named_memories_.push_back(memory);
    if (declared_.insert("Memory!").second) declarations_ = "(declare-sort Memory! 0)\n" + declarations_;
    declare(fmt::format("memory!{}", index), "() Memory!");
  }
  return fmt::format("memory!{}", index);
}

std::string Printer::argument_list(Term apply, std::string& signature) {
  std::string arguments;
  for (Term argument : children(pool_, apply)) {
    const bool memory = pool_.width(argument) == 0;
    const bool array = memory && options_.memories == Memories::arrays;
    arguments += (arguments.empty() ? "" : " ") + (memory && !array ? memory_name(argument) : bits(argument));
    signature += (signature.empty() ? "" : " ") + (array    ? std::string("(Array (_ BitVec 64) (_ BitVec 8))")
                                                   : memory ? std::string("Memory!")
                                                            : sort_of(pool_.width(argument)));
  }
  return arguments;
}

// One for each list of widths, so that a name may be used with several.
std::string Printer::function_symbol(Term apply, const std::string& result) const {
  std::string suffix;
  for (Term argument : children(pool_, apply)) suffix += fmt::format("!{}", pool_.width(argument));
  return with_suffix(quoted(pool_.name(apply)), suffix + "!" + result);
}

void Printer::apply(Term t) {
  if (is_bit_count(pool_, t)) return bit_count(t);
  question_.has_applications = true;
  const bool memory = pool_.width(t) == 0;
  if (memory && options_.memories == Memories::functions) return;  // asked for byte by byte
  functions_ = true;
  std::string signature;
  const std::string arguments = argument_list(t, signature);
  const std::string symbol = function_symbol(t, std::to_string(pool_.width(t)));
  declare(symbol,
          fmt::format("({}) {}", signature, memory ? "(Array (_ BitVec 64) (_ BitVec 8))" : sort_of(pool_.width(t))));
  give(t, arguments.empty() ? symbol : fmt::format("({} {})", symbol, arguments));
}

void Printer::array(Term t) {
  if (options_.memories == Memories::functions) return;
  if (pool_.kind(t) == Kind::memory) {
    const std::string symbol = quoted(pool_.name(t));
    declare(symbol, "() (Array (_ BitVec 64) (_ BitVec 8))");
    nodes_[t] = {symbol, false};
    return;
  }
  const std::vector<Term> operands = children(pool_, t);
  if (pool_.kind(t) == Kind::memory_select)
    return give(t, fmt::format("(ite {} {} {})", boolean(operands[0]), bits(operands[1]), bits(operands[2])));
  std::string text = bits(operands[0]);
  const std::vector<int64_t> offsets(pool_.offsets(t).begin(), pool_.offsets(t).end());
  for (size_t i = 0; i < offsets.size(); ++i) {
    const Term address = pool_.add(operands[1], pool_.constant(APInt(64, static_cast<uint64_t>(offsets[i]))));
    text = fmt::format("(store {} {} {})", text, bits(address), bits(operands[2 + i]));
  }
  give(t, std::move(text));
}

// A proposition that says: unless the two are equal, they differ at a certain address. (That equal ones agree
// everywhere is left out: fewer facts, still sound for what is proved.)
void Printer::memory_equation(Term t) {
  question_.has_applications = true;
  const Term a = pool_.operands(t)[0], b = pool_.operands(t)[1];
  const std::string name = fmt::format("equal!{}", names_++);
  declare(name, "() Bool");
  const Term witness = pool_.variable(fmt::format("witness!{}", t.id), 64);
  body_ += fmt::format("(assert (or {} (not (= {} {}))))\n", name, byte(a, witness), byte(b, witness));
  nodes_[t] = {name, true};
  memory_equations_.push_back(t);
}

// Arguments that are equal memories are equal arguments; and equal ones agree wherever they are read.
void Printer::tell_memories_apart() {
  for (size_t i = 0; i < named_memories_.size() && i < kMostMemories; ++i)
    for (size_t j = 0; j < i && !question_.too_large; ++j) {
      const Term same = expand_memory_equations(pool_, pool_.eq(named_memories_[i], named_memories_[j]));
      body_ += fmt::format("(assert (=> {} (= memory!{} memory!{})))\n", boolean(same), i, j);
    }
  const std::vector<std::pair<std::pair<Term, Term>, std::string>> read(bytes_.begin(), bytes_.end());
  for (Term equation : memory_equations_) {
    const Term a = pool_.operands(equation)[0], b = pool_.operands(equation)[1];
    const std::optional<Term> root_a = root_of(pool_, a), root_b = root_of(pool_, b);
    for (const auto& [place, text] : read)
      if (!question_.too_large && (place.first == root_a || place.first == root_b))
        body_ += fmt::format("(assert (=> {} (= {} {})))\n", nodes_[equation].text, byte(a, place.second),
                             byte(b, place.second));
  }
}

}  // namespace portolan::solve
