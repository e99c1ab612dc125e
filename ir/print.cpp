// The text form: one instruction a line, attributes only where they say something, constants in place. Values are
// numbered as they are printed, so that the text depends on nothing but the function; parse.h reads it back.
#include <fmt/format.h>

#include "ir/function.h"
#include "ir/text_attributes.h"
#include "llvm/ADT/SmallString.h"

namespace portolan::ir {
namespace {

std::string quoted(std::string_view name) {
  std::string text = "\"";
  for (unsigned char c : name) {
    if (c == '"' || c == '\\')
      text += fmt::format("\\{}", static_cast<char>(c));
    else if (c < 0x20 || c == 0x7f)
      text += fmt::format("\\x{:02x}", c);
    else
      text += static_cast<char>(c);
  }
  return text + '"';
}

struct AttributePrinter {
  std::string& text;

  template <class T>
  void number(std::string_view key, T value, int unless) {
    if (unless == kAlways || value != static_cast<T>(unless)) text += fmt::format(" {}={}", key, value);
  }
  template <class E>
  void name(std::string_view key, E value, int unless, E) {
    if (unless == kAlways || static_cast<int>(value) != unless) text += fmt::format(" {}={}", key, to_string(value));
  }
};

class Printer {
 public:
  explicit Printer(const Function& f) : f_(f), number_(f.values.size(), UINT32_MAX) {
    uint32_t next = 0;
    for (const Block& block : f.blocks) {
      for (ValueId v : block.parameters) number_[v] = next++;
      for (ValueId v : block.instructions)
        if (f[v].width != 0 && f[v].op != Op::constant) number_[v] = next++;
    }
  }

  std::string run() {
    out_ = fmt::format("function {} {{\n", quoted(f_.name));
    for (BlockId block = 0; block < f_.blocks.size(); ++block) print_block(block);
    return out_ + "}\n";
  }

 private:
  std::string value(ValueId v) const {
    if (const APInt* c = f_.constant(v)) return constant(*c);
    // Well-formed functions use no value that no block defines.
    return number_[v] == UINT32_MAX ? fmt::format("%undefined{}", v) : fmt::format("%{}", number_[v]);
  }

  static std::string constant(const APInt& c) {
    llvm::SmallString<40> digits;
    c.toString(digits, 16, false, true);
    return fmt::format("{}:b{}", std::string_view(digits.data(), digits.size()), c.getBitWidth());
  }

  std::string values(const auto& list) const {
    std::string text;
    for (ValueId v : list) text += (text.empty() ? "" : ", ") + value(v);
    return text;
  }

  std::string edge(const Edge& e) const { return fmt::format("b{}({})", e.target, values(e.arguments)); }

  static std::string symbol(const SymbolRef& s) {
    std::string text = quoted(s.name);
    if (s.addend != 0) text += fmt::format("{:+}", s.addend);
    if (s.kind != AddressKind::address) text += fmt::format(" {}", to_string(s.kind));
    if (s.part != AddressPart::whole) text += fmt::format(" {}", to_string(s.part));
    return text;
  }

  void print_block(BlockId block) {
    const Block& b = f_.blocks[block];
    out_ += fmt::format("b{}(", block);
    for (size_t n = 0; n < b.parameters.size(); ++n)
      out_ += fmt::format("{}{}:b{}", n == 0 ? "" : ", ", value(b.parameters[n]), f_.width(b.parameters[n]));
    out_ += b.name.empty() ? "):\n" : fmt::format(") {}:\n", quoted(b.name));
    for (ValueId v : b.instructions)
      if (f_[v].op != Op::constant) print_instruction(v);
    print_terminator(b.terminator);
  }

  std::string attributes(const Instruction& i) const {
    std::string text;
    each_attribute(i, AttributePrinter{text});
    if (i.op == Op::symbol_address) text += " symbol=" + symbol(f_.symbols[i.index]);
    if (i.op == Op::shuffle) text += fmt::format(" mask=[{}]", fmt::join(f_.masks[i.index], " "));
    if (i.op == Op::call) text += call(f_.calls[i.index]);
    return text;
  }

  static std::string call(const CallTarget& target) {
    std::string text = target.indirect ? " indirect" : " symbol=" + symbol(target.symbol);
    if (target.signature != UINT32_MAX) text += fmt::format(" signature={}", target.signature);
    return text;
  }

  void print_instruction(ValueId v) {
    const Instruction& i = f_[v];
    std::string head = i.width == 0 ? "" : fmt::format("{}:b{} = ", value(v), i.width);
    out_ += fmt::format("  {}{}{}", head, info(i.op).name, attributes(i));
    if (!i.operands.empty()) out_ += " " + values(i.operands);
    out_ += i.line == 0 ? "\n" : fmt::format(" @{}\n", i.line);
  }

  void print_terminator(const Terminator& t) {
    out_ += fmt::format("  {}", info(t.op).name);
    if (t.trap != TrapKind::none) out_ += fmt::format(" trap={}", to_string(t.trap));
    if (t.op == Op::tail_call) out_ += call(f_.calls[t.index]);
    if (!t.operands.empty()) out_ += " " + values(t.operands);
    for (size_t e = 0; e < t.edges.size(); ++e) {
      out_ += e == 0 ? " -> " : ", ";
      if (e < t.cases.size()) out_ += fmt::format("{:#x}: ", t.cases[e]);
      out_ += edge(t.edges[e]);
    }
    out_ += t.line == 0 ? "\n" : fmt::format(" @{}\n", t.line);
  }

  const Function& f_;
  std::vector<uint32_t> number_;  // of each value in the text
  std::string out_;
};

}  // namespace

std::string print(const Function& function) {
  return Printer(function).run();
}

}  // namespace portolan::ir
