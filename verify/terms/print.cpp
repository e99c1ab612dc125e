// Terms as people read them.
#include "llvm/ADT/StringExtras.h"
#include "verify/terms/state.h"

namespace portolan::terms {

namespace {

constexpr const char* kNames[] = {"constant", "variable", "apply",  "linear", "mul",   "umulh", "smulh",
                                  "udiv",     "urem",     "sdiv",   "srem",   "and",   "or",    "xor",
                                  "shl",      "lshr",     "ashr",   "eq",     "ult",   "slt",   "extract",
                                  "concat",   "sext",     "select", "memory", "write", "read",  "memory_select"};

std::string number(const APInt& value) {
  if (value.getSignificantBits() <= 16) return std::to_string(value.getSExtValue());
  return "0x" + llvm::toString(value, 16, false, false, false);
}

}  // namespace

std::string Pool::print(Term t, unsigned depth) const {
  const Node& node = (*state_)[t];
  auto sub = [&](Term operand) { return print(operand, depth - 1); };
  if (node.kind == Kind::constant) return number(*node.numbers) + ":" + std::to_string(node.width);
  if (node.kind == Kind::variable || node.kind == Kind::memory) return std::string(name(t));
  if (depth == 0) return "#" + std::to_string(t.id);
  std::string text = "(";
  switch (node.kind) {
    case Kind::linear:
      text += "+ " + number(node.numbers[0]);
      for (uint32_t i = 0; i < node.count; ++i) {
        text += ' ';
        if (!node.numbers[i + 1].isOne()) text += number(node.numbers[i + 1]) + "*";
        text += sub(node.operands[i]);
      }
      return text + ")";
    case Kind::extract:
      return sub(node.operands[0]) + "[" + std::to_string(node.extra + node.width - 1) + ":" +
             std::to_string(node.extra) + "]";
    case Kind::write:
      text += "write " + sub(node.operands[0]) + " " + sub(node.operands[1]);
      for (uint32_t i = 2; i < node.count; ++i)
        text += " " + std::to_string(node.offsets[i - 2]) + ":" + sub(node.operands[i]);
      return text + ")";
    case Kind::apply:
      text += name(t);
      break;
    default:
      text += kNames[static_cast<size_t>(node.kind)];
      if (node.kind == Kind::sext || node.kind == Kind::read) text += std::to_string(node.width);
  }
  for (Term operand : operands(t)) text += " " + sub(operand);
  return text + ")";
}

}  // namespace portolan::terms
