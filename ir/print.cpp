// The text form: one instruction a line, attributes only where they say something, constants in place.
#include <fmt/format.h>

#include "ir/function.h"
#include "llvm/ADT/SmallString.h"

namespace portolan::ir {
namespace {

class Printer {
 public:
  explicit Printer(const Function& f) : f_(f) {}

  std::string run() {
    out_ = fmt::format("function \"{}\" {{\n", f_.name);
    for (BlockId block = 0; block < f_.blocks.size(); ++block) print_block(block);
    return out_ + "}\n";
  }

 private:
  std::string value(ValueId v) const {
    if (const APInt* c = f_.constant(v)) return constant(*c);
    return fmt::format("%{}", v);
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
    std::string text = fmt::format("\"{}\"", s.name);
    if (s.addend != 0) text += fmt::format("{:+}", s.addend);
    if (s.kind != AddressKind::address) text += fmt::format(" {}", to_string(s.kind));
    if (s.part != AddressPart::whole) text += fmt::format(" {}", to_string(s.part));
    return text;
  }

  void print_block(BlockId block) {
    const Block& b = f_.blocks[block];
    out_ += fmt::format("b{}(", block);
    for (size_t n = 0; n < b.parameters.size(); ++n)
      out_ += fmt::format("{}%{}:b{}", n == 0 ? "" : ", ", b.parameters[n], f_.width(b.parameters[n]));
    out_ += b.name.empty() ? "):\n" : fmt::format(") \"{}\":\n", b.name);
    for (ValueId v : b.instructions)
      if (f_[v].op != Op::constant) print_instruction(v);
    print_terminator(b.terminator);
  }

  std::string attributes(const Instruction& i) const {
    std::string text;
    auto add = [&](std::string_view name, std::string_view value) { text += fmt::format(" {}={}", name, value); };
    if (i.lanes != 1) text += fmt::format(" lanes={}", i.lanes);
    if (i.format != FloatFormat::none) add("format", to_string(i.format));
    if (i.to_format != FloatFormat::none) add("to", to_string(i.to_format));
    if (i.rounding != Rounding::nearest_even) add("rounding", to_string(i.rounding));
    if (i.nan != NanRule::any) add("nan", to_string(i.nan));
    if (i.ordering != Ordering::none) add("ordering", to_string(i.ordering));
    if (i.op == Op::atomic_rmw) add("kind", to_string(i.rmw));
    if (i.trap != TrapKind::none) add("trap", to_string(i.trap));
    if (i.alignment != 1) text += fmt::format(" align={}", i.alignment);
    if (i.op == Op::extract) text += fmt::format(" low={}", i.index);
    if (i.op == Op::get_slot || i.op == Op::set_slot) text += fmt::format(" slot={}", i.index);
    if (i.op == Op::memory_copy || i.op == Op::memory_set) text += fmt::format(" bytes={}", i.index);
    if (i.op == Op::frame_address || i.op == Op::incoming_address) text += fmt::format(" offset={}", i.offset);
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
    std::string head = i.width == 0 ? "" : fmt::format("%{}:b{} = ", v, i.width);
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
  std::string out_;
};

}  // namespace

std::string print(const Function& function) {
  return Printer(function).run();
}

}  // namespace portolan::ir
