#include "tools/hip/inline_ptx.h"

#include <algorithm>
#include <optional>
#include <sstream>
#include <vector>

#include "tools/hip/ptx_access.h"

namespace portolan::hip {
namespace {

struct Instruction {
  std::string predicate;  // of @p and @!p, with its !
  std::string mnemonic;   // of a label ":", and its name is the operand
  std::vector<std::string> operands;
};
struct Block {
  std::vector<std::pair<std::string, std::string>> registers;  // name, type
  std::vector<Instruction> instructions;
};

std::string trimmed(const std::string& text) {
  const size_t from = text.find_first_not_of(" \t\r\n"), to = text.find_last_not_of(" \t\r\n");
  return from == std::string::npos ? "" : text.substr(from, to - from + 1);
}

std::string without_comments(const std::string& text) {
  std::string out;
  for (size_t n = 0; n < text.size(); ++n) {
    if (text.compare(n, 2, "//") == 0) n = std::min(text.find('\n', n), text.size() - 1);
    if (text.compare(n, 2, "/*") == 0) {
      n = std::min(text.find("*/", n), text.size() - 2) + 1;
      out += ' ';
      continue;
    }
    out += text[n];
  }
  return out;
}

// At commas outside of braces and brackets.
std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts(1);
  int depth = 0;
  for (char c : text) {
    depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
    if (c == at && depth == 0)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  for (std::string& part : parts) part = trimmed(part);
  return parts;
}

// Takes "NAME:" off the front; empty: it is not there. %= makes names unique, and so does their scope.
std::string label_of(std::string& statement) {
  const size_t end = statement.find(':');
  if (end == std::string::npos || end == 0) return "";
  for (size_t n = 0; n < end; ++n)
    if (!isalnum(static_cast<unsigned char>(statement[n])) &&
        std::string("_$%=").find(statement[n]) == std::string::npos)
      return "";
  const std::string name = statement.substr(0, end);
  statement = trimmed(statement.substr(end + 1));
  return name;
}

std::optional<std::string> parse(std::string text, Block& block) {
  text = trimmed(without_comments(text));
  // A scope around all of it; registers of one scope cannot meet those of another then.
  while (text.size() > 1 && text.front() == '{' && text.back() == '}') text = trimmed(text.substr(1, text.size() - 2));
  for (std::string statement : split(text, ';')) {
    for (std::string label = label_of(statement); !label.empty(); label = label_of(statement))
      block.instructions.push_back({"", ":", {label}});
    if (statement.empty()) continue;
    if (statement.front() == '{' || (statement.back() == '}' && statement.find('{') == std::string::npos))
      return "scopes within inline PTX are not replaced";
    if (statement.starts_with(".reg")) {
      const size_t type = statement.find_first_not_of(" \t\r\n", 4), end = statement.find_first_of(" \t\r\n", type);
      if (type == std::string::npos || end == std::string::npos) return "'" + statement + "' can't be read";
      for (const std::string& name : split(statement.substr(end), ',')) {
        if (name.find('<') != std::string::npos) return "numbered registers (" + name + ") are not replaced";
        block.registers.emplace_back(name, statement.substr(type, end - type));
      }
      continue;
    }
    if (statement.front() == '.') return "the directive '" + statement + "' has no counterpart";
    Instruction instruction;
    if (statement.front() == '@') {
      const size_t end = statement.find_first_of(" \t\r\n");
      if (end == std::string::npos) return "'" + statement + "' can't be read";
      instruction.predicate = statement.substr(1, end - 1);
      statement = trimmed(statement.substr(end));
    }
    const size_t end = std::min(statement.find_first_of(" \t\r\n"), statement.size());
    instruction.mnemonic = statement.substr(0, end);
    if (end < statement.size()) instruction.operands = split(statement.substr(end), ',');
    block.instructions.push_back(instruction);
  }
  if (block.instructions.empty()) return "inline assembly without an instruction";
  return std::nullopt;
}

std::optional<std::string> c_type(const std::string& ptx) {
  if (ptx == ".pred") return "bool";
  if (ptx == ".b32" || ptx == ".u32" || ptx == ".s32") return "unsigned";
  if (ptx == ".b64" || ptx == ".u64" || ptx == ".s64") return "unsigned long long";
  if (ptx == ".f32") return "float";
  if (ptx == ".f64") return "double";
  return std::nullopt;
}
std::optional<std::string> type_of_constraint(const std::string& constraint) {
  if (constraint == "r") return "unsigned";
  if (constraint == "l") return "unsigned long long";
  if (constraint == "f") return "float";
  if (constraint == "d") return "double";
  return std::nullopt;
}

// Of the instruction's result: the first type for conversions, twice the width for wide products.
std::string result_type(const std::string& mnemonic) {
  if (mnemonic.starts_with("setp") || mnemonic.ends_with(".pred")) return "bool";
  const std::vector<std::string> parts = split(mnemonic, '.');
  const auto is_type = [](const std::string& p) {
    return p.size() > 1 && std::string("busf").find(p[0]) != std::string::npos &&
           std::all_of(p.begin() + 1, p.end(), [](unsigned char c) { return isdigit(c); });
  };
  std::string type;
  for (const std::string& p : parts)
    if (is_type(p) && (type.empty() || !mnemonic.starts_with("cvt"))) type = "." + p;
  if (mnemonic.find(".wide.") != std::string::npos) type = ".u64";
  return c_type(type).value_or("");
}

// Of a function of portolan_hip_ptx_matrix.h: shared memory, of the block, and in the order of the manual; other orders
// are in use too.
std::string matrix_name(const std::string& mnemonic) {
  std::vector<std::string> parts = split(mnemonic, '.');
  if (parts[0] == "ldmatrix") {
    std::erase_if(parts, [](const std::string& p) { return p.starts_with("shared"); });
    parts.insert(parts.end() - 1, "shared");
    const auto shape = std::find(parts.begin(), parts.end(), "m8n8");
    if (shape != parts.end() && shape - parts.begin() > 3) std::rotate(parts.begin() + 3, shape, shape + 1);
  }
  std::string name;
  for (const std::string& p : parts) name += (name.empty() ? "" : "_") + p;
  return name;
}

class Writer {
 public:
  Writer(const AsmStatement& statement, const Table& table, const std::function<std::string(Range)>& source)
      : statement_(statement), table_(table), source_(source) {}

  Lifted write(unsigned newlines, const std::string& indent) {
    if (const auto error = parse(statement_.text, block_)) return {"", *error};
    for (size_t n = 0; n < statement_.operands.size(); ++n) {
      const AsmOperand& operand = statement_.operands[n];
      if (operand.constraint == "n") continue;
      const bool tied = !operand.constraint.empty() && isdigit(static_cast<unsigned char>(operand.constraint[0]));
      if (!tied && !type_of_constraint(operand.constraint))
        return {"", "operands of constraint '" + operand.constraint + "' are not replaced"};
      tied_ |= tied;
    }
    for (const auto& [name, type] : block_.registers)
      if (!c_type(type)) return {"", "registers of type " + type + " are not replaced"};
    simple_ = is_simple();
    std::vector<std::string> lines = simple_ ? std::vector<std::string>() : declarations();
    for (const Instruction& instruction : block_.instructions) {
      std::string line = statement(instruction);
      if (!error_.empty()) return {"", error_};
      lines.push_back(std::move(line));
    }
    if (simple_) return {lines.front(), ""};
    for (size_t n = 0; n < statement_.operands.size(); ++n)
      if (statement_.operands[n].output)
        lines.push_back("portolan::ptx::set(" + source_(statement_.operands[n].text) + ", ptx_" + std::to_string(n) +
                        ")");
    // Labels are known in all of a function: then it is one of its own.
    const bool labels = has_labels();
    std::string text = labels ? "[&] {" : "do {";
    for (size_t n = 0; n < lines.size(); ++n) {
      text += n < newlines ? "\n" + indent + "  " : " ";
      text += lines[n] + ";";
    }
    return {text + (labels ? " }()" : " } while (0)"), ""};
  }

 private:
  bool has_labels() const {
    return std::any_of(block_.instructions.begin(), block_.instructions.end(),
                       [](const Instruction& i) { return i.mnemonic == ":"; });
  }

  // One instruction that needs no names of its own, and reads no operand twice whose reading has effects.
  bool is_simple() const {
    if (block_.instructions.size() != 1 || !block_.registers.empty() || tied_) return false;
    const Instruction& only = block_.instructions.front();
    if (!only.predicate.empty() || uses_carry(only.mnemonic) || has_labels()) return false;
    if (is_access(only.mnemonic) && access_of(only.mnemonic).has_order()) return false;
    unsigned outputs = 0;
    for (const AsmOperand& operand : statement_.operands) {
      if (operand.side_effects && operand.constraint != "n") return false;
      outputs += operand.output;
    }
    if (outputs > 1 || (!only.operands.empty() && only.operands.front().starts_with("{"))) return false;
    for (const std::string& operand : only.operands)
      if (operand.starts_with("{")) return false;
    return outputs == 0 || (!only.operands.empty() && number_of(only.operands.front()) == 0u);
  }

  static bool uses_carry(const std::string& mnemonic) {
    return mnemonic.find(".cc") != std::string::npos || mnemonic.starts_with("addc") || mnemonic.starts_with("subc") ||
           mnemonic.starts_with("madc");
  }

  // Of %2 and %[name].
  std::optional<size_t> number_of(const std::string& operand) const {
    if (operand.size() < 2 || operand[0] != '%' || operand[1] == '%') return std::nullopt;
    for (size_t n = 0; n < statement_.operands.size(); ++n)
      if (operand == "%" + std::to_string(n) || operand == "%[" + statement_.operands[n].symbol + "]") return n;
    return std::nullopt;
  }

  std::vector<std::string> declarations() const {
    std::vector<std::string> lines;
    for (size_t n = 0; n < statement_.operands.size(); ++n) {
      const AsmOperand& operand = statement_.operands[n];
      const std::string name = "ptx_" + std::to_string(n);
      if (operand.constraint == "n") continue;
      const bool tied = isdigit(static_cast<unsigned char>(operand.constraint[0]));
      const std::string kind =
          tied ? statement_.operands[std::stoul(operand.constraint)].constraint : operand.constraint;
      const std::string type = *type_of_constraint(kind);
      const char* const wrapper = kind == "r" ? "b32" : kind == "l" ? "b64" : kind == "f" ? "f32" : "f64";
      const std::string text =
          operand.read ? "portolan::ptx::" + std::string(wrapper) + "(" + source_(operand.text) + ").v" : "0";
      if (tied)  // the value that the output begins with
        lines.push_back("ptx_" + operand.constraint + " = " + text);
      else
        lines.push_back(type + " " + name + " = " + text);
    }
    for (const auto& [name, type] : block_.registers) lines.push_back(*c_type(type) + " " + variable(name) + " = 0");
    if (std::any_of(block_.instructions.begin(), block_.instructions.end(),
                    [](const auto& i) { return uses_carry(i.mnemonic); }))
      lines.push_back("bool ptx_carry = false");
    return lines;
  }

  static std::string variable(std::string name) {
    for (char& c : name)
      if (!isalnum(static_cast<unsigned char>(c))) c = '_';
    return "ptx_" + name;
  }
  bool is_register(const std::string& name) const {
    return std::any_of(block_.registers.begin(), block_.registers.end(),
                       [&](const auto& r) { return r.first == name; });
  }

  std::string fail(const std::string& why) {
    if (error_.empty()) error_ = why;
    return "";
  }

  std::string value(const std::string& operand) {
    if (const auto n = number_of(operand)) {
      const AsmOperand& o = statement_.operands[*n];
      if (simple_ || o.constraint == "n") return o.constraint == "n" ? "(" + source_(o.text) + ")" : source_(o.text);
      return isdigit(static_cast<unsigned char>(o.constraint[0])) ? "ptx_" + o.constraint : "ptx_" + std::to_string(*n);
    }
    if (is_register(operand)) return variable(operand);
    if (operand.starts_with("!") && is_register(operand.substr(1))) return "!" + variable(operand.substr(1));
    if (operand.starts_with("%%")) {
      std::string name = "reg_" + operand.substr(2);
      std::replace(name.begin(), name.end(), '.', '_');
      if (!table_.instructions.contains(name))
        return fail("the special register " + operand.substr(1) + " has no counterpart");
      return "portolan::ptx::" + name + "()";
    }
    if ((operand.starts_with("0f") || operand.starts_with("0F")) && operand.size() == 10)
      return "portolan::ptx::bits<float>(0x" + operand.substr(2) + "u)";
    const size_t digits = operand.starts_with("-") ? 1 : 0;
    const bool hex = operand.compare(digits, 2, "0x") == 0;
    if (operand.size() > digits &&
        operand.find_first_not_of(hex ? "0123456789abcdefABCDEFxuU" : "0123456789uU", digits) == std::string::npos) {
      if (!hex && operand[digits] == '0' && operand.size() > digits + 1)
        return fail("the octal number " + operand + " is not replaced");
      const bool is_unsigned = operand.find_first_of("uU") != std::string::npos;
      return operand + (digits == 0 && !is_unsigned ? "u" : "");
    }
    return fail("the operand '" + operand + "' of inline PTX is not replaced");
  }

  std::string guard(const Instruction& instruction) {
    if (instruction.predicate.empty()) return "";
    const bool negated = instruction.predicate.front() == '!';
    return "if (" + std::string(negated ? "!" : "") + value(instruction.predicate.substr(negated)) + ") ";
  }

  std::string statement(const Instruction& instruction) {
    if (instruction.mnemonic.starts_with("mov.b64") && instruction.operands.size() == 2) {
      if (instruction.operands[0].starts_with("{")) return unpack(instruction);
      if (instruction.operands[1].starts_with("{")) return pack(instruction);
    }
    if (instruction.mnemonic == ":") return label(instruction.operands[0]) + ": (void)0";
    if (instruction.mnemonic == "bra" || instruction.mnemonic == "bra.uni") return branch(instruction);
    if (instruction.mnemonic.starts_with("cp.async.")) return copy(instruction);
    if (is_access(instruction.mnemonic)) return access(instruction);
    if (instruction.mnemonic.starts_with("shfl.sync.")) return shuffle(instruction);
    if (instruction.mnemonic.starts_with("mma.sync.") || instruction.mnemonic.starts_with("ldmatrix.sync."))
      return matrix(instruction);
    std::string name = instruction.mnemonic;
    std::replace(name.begin(), name.end(), '.', '_');
    if (!table_.instructions.contains(name)) return fail("'" + instruction.mnemonic + "' has no counterpart");
    const bool has_result = !name.starts_with("bar_") && !name.starts_with("barrier_") && !name.starts_with("membar") &&
                            !name.starts_with("nanosleep");
    if ((name == "bar_sync" || name == "barrier_sync") && instruction.operands != std::vector<std::string>{"0"})
      return fail("barriers other than 0 have no counterpart");
    if (has_result && instruction.operands.empty()) return fail("'" + instruction.mnemonic + "' without operands");
    std::string call = "portolan::ptx::" + name + "(";
    for (size_t n = has_result; n < instruction.operands.size(); ++n)
      call += (n > has_result ? ", " : "") + value(instruction.operands[n]);
    if (uses_carry(instruction.mnemonic)) call += ", ptx_carry";
    call += ")";
    return guard(instruction) +
           (has_result ? assigned(instruction.operands[0], call, result_type(instruction.mnemonic)) : call);
  }

  static std::string label(const std::string& name) { return "ptx_at" + variable(name).substr(3); }
  std::string branch(const Instruction& instruction) {
    const bool known = instruction.operands.size() == 1 &&
                       std::any_of(block_.instructions.begin(), block_.instructions.end(), [&](const Instruction& i) {
                         return i.mnemonic == ":" && i.operands == instruction.operands;
                       });
    if (!known) return fail("a branch out of inline PTX is not replaced");
    return guard(instruction) + "goto " + label(instruction.operands[0]);
  }

  // [register+offset]
  std::string place(const Access& access, const std::string& type, const std::string& operand) {
    if (operand.size() < 3 || operand.front() != '[' || operand.back() != ']')
      return fail("the address '" + operand + "' of inline PTX is not replaced");
    const std::string inner = trimmed(operand.substr(1, operand.size() - 2));
    const size_t sign = inner.find_first_of("+-", 1);
    std::string offset = "0";
    if (sign != std::string::npos) {
      offset = trimmed(inner.substr(sign + 1));
      const bool negative = inner[sign] == '-' || offset.starts_with("-");
      if (offset.starts_with("-")) offset = trimmed(offset.substr(1));
      offset = (negative ? "-(long long)" : "(long long)") + value(offset);
    }
    const std::string base = trimmed(inner.substr(0, sign));
    if (!number_of(base) && !is_register(base))
      return fail("the address '" + operand + "' of inline PTX is not replaced");
    return "portolan::ptx::" + access.place + "<" + type + ">(" + value(base) +
           (offset == "0" ? ")" : ", " + offset + ")");
  }

  std::string to_store(const Access& access, const std::string& operand) {
    const std::string v = value(operand);
    if (access.type == "float" || access.type == "double")
      return std::string("portolan::ptx::") + (access.type == "float" ? "f32" : "f64") + "(" + v + ").v";
    return "(" + access.type + ")portolan::ptx::" + (access.in_register == "unsigned" ? "bits_of(" : "bits_of_64(") +
           v + ")";
  }

  std::string access(const Instruction& instruction) {
    const Access a = access_of(instruction.mnemonic);
    if (!a.error.empty()) return fail(a.error);
    const bool is_store = a.operation == "st", is_reduction = a.operation.starts_with("red_");
    const std::vector<std::string>& o = instruction.operands;
    const bool is_cas = a.operation.ends_with("_cas");
    const size_t wanted = a.operation == "ld" || is_store ? 2 : is_reduction ? 2 + is_cas : 3 + is_cas;
    if (o.size() != wanted) return fail("'" + instruction.mnemonic + "' has other operands than are known");
    const size_t address = is_store || is_reduction ? 0 : 1;
    const std::string type =
        a.count == 1 ? a.type : "portolan::ptx::words<" + a.type + ", " + std::to_string(a.count) + ">";
    const std::string at = place(a, type, o[address]);
    std::string text;
    const std::string suffix = a.is_volatile ? "_volatile(" : "(";
    if (a.operation == "ld") {
      text = loaded(a, o[0], "portolan::ptx::load" + suffix + at + ")");
    } else if (is_store) {
      text = "portolan::ptx::store" + suffix + at + ", " + stored(a, type, o[1]) + ")";
    } else {
      text = "portolan::ptx::atom" + a.operation.substr(a.operation.find('_')) + "(" + at;
      for (size_t n = address + 1; n < o.size(); ++n) text += ", " + to_store(a, o[n]);
      text += ")";
      if (!is_reduction) text = assigned(o[0], "(" + a.in_register + ")" + text, a.in_register);
    }
    if (!a.has_order() && a.count == 1) return guard(instruction) + text;
    if (!a.before.empty()) text = "portolan::ptx::" + a.before + "(); " + text;
    if (!a.after.empty()) text += "; portolan::ptx::" + a.after + "()";
    return guard(instruction) + "{ " + text + "; }";
  }
  std::string loaded(const Access& a, const std::string& to, const std::string& call) {
    if (a.count == 1) return assigned(to, call, a.in_register);
    std::string text = "const auto ptx_words = " + call;
    const std::vector<std::string> parts = elements(to, a.count);
    for (size_t n = 0; n < parts.size(); ++n)
      if (parts[n] != "_")
        text +=
            "; " + assigned(parts[n], "portolan::ptx::extended(ptx_words.v[" + std::to_string(n) + "])", a.in_register);
    return text;
  }
  std::string stored(const Access& a, const std::string& type, const std::string& from) {
    if (a.count == 1) return to_store(a, from);
    std::string text;
    for (const std::string& part : elements(from, a.count)) text += (text.empty() ? "" : ", ") + to_store(a, part);
    return type + "{{" + text + "}}";
  }
  std::vector<std::string> elements(const std::string& vector, size_t count) {
    if (!vector.starts_with("{"))
      return fail("a vector was expected, not '" + vector + "'"), std::vector<std::string>();
    std::vector<std::string> parts = split(vector.substr(1, vector.size() - 2), ',');
    if (parts.size() != count) fail("a vector of another length");
    return parts;
  }

  // cp.async.SIZE.shared.global, done at once.
  std::string copy(const Instruction& instruction) {
    const std::string& m = instruction.mnemonic;
    if (m == "cp.async.commit_group" || m == "cp.async.wait_group" || m == "cp.async.wait_all") return "(void)0";
    const bool known = m.starts_with("cp.async.ca.shared") || m.starts_with("cp.async.cg.shared");
    const std::vector<std::string>& o = instruction.operands;
    if (!known || m.find(".global") == std::string::npos || o.size() < 3 || o.size() > 4 ||
        m.find("cache_hint") != std::string::npos)
      return fail("'" + m + "' has no counterpart");
    const std::string size = value(o[2]);
    Access shared, global;
    shared.place = "at_shared", global.place = "at_global";
    return guard(instruction) + "portolan::ptx::copy<" + size + ">(" + place(shared, "unsigned", o[0]) + ", " +
           place(global, "unsigned", o[1]) + (o.size() == 4 ? ", " + value(o[3]) : "") + ")";
  }

  // Registers of a matrix: a vector, or one by itself.
  std::vector<std::string> registers(const std::string& operand) {
    if (!operand.starts_with("{")) return {operand};
    return split(operand.substr(1, operand.size() - 2), ',');
  }
  std::string matrix(const Instruction& instruction) {
    const std::vector<std::string>& o = instruction.operands;
    std::string name = matrix_name(instruction.mnemonic);
    const bool is_load = name.starts_with("ldmatrix");
    if (!table_.instructions.contains(name) || o.size() != (is_load ? 2 : 4))
      return fail("'" + instruction.mnemonic + "' has no counterpart");
    std::string call = "portolan::ptx::" + name + "(";
    if (is_load) {
      Access from;
      from.place = instruction.mnemonic.find(".shared") == std::string::npos ? "at_global" : "at_shared";
      call += place(from, "unsigned", o[1]);
    }
    for (size_t n = 1; n < o.size() && !is_load; ++n) {
      std::string words;
      const std::vector<std::string> parts = registers(o[n]);
      for (const std::string& part : parts)
        words += (words.empty() ? "" : ", ") + std::string("portolan::ptx::bits_of(") + value(part) + ")";
      call += (n > 1 ? ", " : "") + std::string("portolan::ptx::words<unsigned, ") + std::to_string(parts.size()) +
              ">{{" + words + "}}";
    }
    std::string text = "const auto ptx_words = " + call + ")";
    const std::vector<std::string> to = registers(o[0]);
    for (size_t n = 0; n < to.size(); ++n)
      text += "; " + assigned(to[n], "ptx_words.v[" + std::to_string(n) + "]", "unsigned");
    return guard(instruction) + "{ " + text + "; }";
  }

  // d|p says too whether the lane that was read lies in the segment.
  std::string shuffle(const Instruction& instruction) {
    std::string name = instruction.mnemonic;
    std::replace(name.begin(), name.end(), '.', '_');
    const std::vector<std::string>& o = instruction.operands;
    if (!table_.instructions.contains(name) || o.size() != 5)
      return fail("'" + instruction.mnemonic + "' has no counterpart");
    const size_t bar = o[0].find('|');
    const std::string to = trimmed(o[0].substr(0, bar));
    const std::string call = assigned(to,
                                      "portolan::ptx::" + name + "(" + value(o[1]) + ", " + value(o[2]) + ", " +
                                          value(o[3]) + ", " + value(o[4]) + ")",
                                      "unsigned");
    if (bar == std::string::npos) return guard(instruction) + call;
    const std::string inside = assigned(
        trimmed(o[0].substr(bar + 1)),
        "portolan::ptx::" + name.substr(0, name.size() - 4) + "_inside(" + value(o[2]) + ", " + value(o[3]) + ")",
        "bool");
    return guard(instruction) + "{ " + inside + "; " + call + "; }";
  }

  std::string assigned(const std::string& to, const std::string& call, const std::string& type) {
    const auto n = number_of(to);
    if (!n && !is_register(to)) return fail("the result '" + to + "' of inline PTX is not replaced");
    if (n && !statement_.operands[*n].output) return fail("inline PTX writes an operand that is no output");
    if (type.empty()) return fail("the result's type is not known");
    const std::string target = value(to);
    if (simple_)
      return statement_.operands[*n].plain && type == "unsigned" ? target + " = " + call
                                                                 : "portolan::ptx::set(" + target + ", " + call + ")";
    std::string declared;
    if (n) declared = *type_of_constraint(statement_.operands[*n].constraint);
    for (const auto& [name, kind] : block_.registers)
      if (!n && name == to) declared = *c_type(kind);
    if ((declared == "bool") != (type == "bool")) return fail("a predicate and a number are mixed");
    return declared == type ? target + " = " + call : "portolan::ptx::set(" + target + ", " + call + ")";
  }

  std::vector<std::string> halves(const std::string& operand) {
    std::vector<std::string> parts = split(operand.substr(1, operand.size() - 2), ',');
    if (parts.size() != 2) fail("vectors of other lengths than two are not replaced");
    return parts;
  }
  std::string pack(const Instruction& instruction) {
    const auto parts = halves(instruction.operands[1]);
    if (!error_.empty()) return "";
    return guard(instruction) + assigned(instruction.operands[0],
                                         "portolan::ptx::pack_b64(" + value(parts[0]) + ", " + value(parts[1]) + ")",
                                         "unsigned long long");
  }
  std::string unpack(const Instruction& instruction) {
    const auto parts = halves(instruction.operands[0]);
    if (!error_.empty()) return "";
    if (!instruction.predicate.empty()) return fail("a guarded move of two words is not replaced");
    const std::string whole = value(instruction.operands[1]);
    return assigned(parts[0], "portolan::ptx::low_b64(" + whole + ")", "unsigned") + "; " +
           assigned(parts[1], "portolan::ptx::high_b64(" + whole + ")", "unsigned");
  }

  const AsmStatement& statement_;
  const Table& table_;
  const std::function<std::string(Range)>& source_;
  Block block_;
  bool simple_ = false, tied_ = false;
  std::string error_;
};

}  // namespace

Lifted lift(const AsmStatement& statement, const Table& table, const std::function<std::string(Range)>& source,
            unsigned newlines, const std::string& indent) {
  if (!statement.problem.empty()) return {"", statement.problem};
  return Writer(statement, table, source).write(newlines, indent);
}

}  // namespace portolan::hip
