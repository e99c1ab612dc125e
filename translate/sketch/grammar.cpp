#include "translate/sketch/grammar.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "translate/sketch/syntax.h"
#include "translate/sketch/vocabulary.h"
#include "translate/sketch/words.h"

namespace portolan::sketch {
namespace {

using Node = GrammarNode;
using Kind = Node::Kind;

Node text(std::string value) {
  return {Kind::text, std::move(value), {}, 0, 0};
}
Node characters(std::string value) {
  return {Kind::characters, std::move(value), {}, 0, 0};
}
Node rule(std::string name) {
  return {Kind::rule, std::move(name), {}, 0, 0};
}
Node sequence(std::vector<Node> parts) {
  return {Kind::sequence, {}, std::move(parts), 0, 0};
}
Node choice(std::vector<Node> parts) {
  return {Kind::choice, {}, std::move(parts), 0, 0};
}
Node repeat(Node part, unsigned least, unsigned most) {
  return {Kind::repeat, {}, {std::move(part)}, least, most};
}

// Longer words first: what reads a grammar greedily must not stop at "add" of "adds".
template <class Words>
Node any_of(const Words& words) {
  std::vector<std::string> sorted(words.begin(), words.end());
  std::sort(sorted.begin(), sorted.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  std::vector<Node> parts;
  for (std::string& word : sorted) parts.push_back(text(std::move(word)));
  return choice(std::move(parts));
}

std::string class_of(bool (*in)(char)) {
  std::string members;
  for (char c = ' '; c < 127; ++c) {
    if (!in(c) || c == '-') continue;
    if (std::string_view("[]\\").find(c) != std::string_view::npos) members += '\\';
    members += c;
  }
  return in('-') ? members + '-' : members;  // at the end it stands for itself
}

std::string hole_rule(HoleKind kind) {
  return fmt::format("hole-{}", to_string(kind));
}
std::string word_rule(HoleKind kind) {
  return fmt::format("a-{}", to_string(kind));
}

// ?kind, then a number or a list of candidates, then a name.
Node hole(const HoleSyntax& syntax) {
  std::vector<Node> parts = {text(fmt::format("?{}", to_string(syntax.kind)))};
  Node number = sequence({text(":"), rule("count")});
  Node list =
      sequence({text("{"), rule("candidate"), repeat(sequence({text(","), rule("candidate")}), 0, 63), text("}")});
  std::vector<Node> behind;
  if (syntax.most != 0) behind.push_back(std::move(number));
  if (syntax.list) behind.push_back(std::move(list));
  parts.push_back(repeat(choice(std::move(behind)), syntax.number_needed ? 1 : 0, 1));
  parts.push_back(repeat(sequence({text("#"), rule("name")}), 0, 1));
  return sequence(std::move(parts));
}

// "[?reg, #?imm]" with each ?kind, SYMBOL and ARRANGEMENT as rules.
Node operand(std::string_view form) {
  std::vector<Node> parts;
  std::string plain;
  auto add = [&](std::string name) {
    if (!plain.empty()) parts.push_back(text(std::move(plain)));
    plain.clear();
    parts.push_back(rule(std::move(name)));
  };
  while (!form.empty()) {
    size_t taken = 1;
    if (form.front() == '?') {
      for (const HoleSyntax& syntax : hole_syntax())
        if (const std::string_view name = to_string(syntax.kind); form.substr(1).starts_with(name)) {
          add(word_rule(syntax.kind));
          taken = 1 + name.size();
        }
    } else if (form.starts_with("SYMBOL")) {
      add("symbol");
      taken = 6;
    } else if (form.starts_with("ARRANGEMENT")) {
      add("arrangement");
      taken = 11;
    } else {
      plain += form.front();
    }
    form.remove_prefix(taken);
  }
  if (!plain.empty()) parts.push_back(text(std::move(plain)));
  return sequence(std::move(parts));
}

// A place that a hole of the kind may stand in.
Node place(HoleKind kind, const Vocabulary& words) {
  const Node open = rule(hole_rule(kind));
  switch (kind) {
    case HoleKind::imm:
      return choice({open, rule("number")});
    case HoleKind::label:
      return choice({open, rule("local")});
    case HoleKind::seq:
      return open;
    default:
      return choice({open, any_of(words.words(kind))});
  }
}

std::string quoted(const std::string& value) {
  std::string result = "\"";
  for (const char c : value) {
    if (c == '\n')
      result += "\\n";
    else if (c == '\t')
      result += "\\t";
    else if (c == '"' || c == '\\')
      (result += '\\') += c;
    else
      result += c;
  }
  return result + "\"";
}

// What the two notations differ in, beyond the sign between a rule's name and its body.
struct Notation {
  std::string (*name)(const std::string&);
  std::string (*characters)(const std::string&);
  std::string (*times)(unsigned least, unsigned most);
};

std::string print(const Node& node, const Notation& notation) {
  switch (node.kind) {
    case Kind::text:
      return quoted(node.text);
    case Kind::characters:
      return notation.characters(node.text);
    case Kind::rule:
      return notation.name(node.text);
    case Kind::repeat:
      return "(" + print(node.parts.front(), notation) + ")" + notation.times(node.least, node.most);
    case Kind::sequence:
    case Kind::choice:
      break;
  }
  std::string joined;
  for (const Node& part : node.parts) {
    if (!joined.empty()) joined += node.kind == Kind::choice ? " | " : " ";
    const bool inner = part.kind == Kind::choice && node.parts.size() > 1;
    joined += inner ? "(" + print(part, notation) + ")" : print(part, notation);
  }
  return joined;
}

std::string same(const std::string& name) {
  return name;
}
std::string with_underscores(const std::string& name) {
  if (name == "root") return "start";
  std::string result = name;
  std::replace(result.begin(), result.end(), '-', '_');
  return result;
}
std::string in_brackets(const std::string& members) {
  return "[" + members + "]";
}
std::string in_slashes(const std::string& members) {
  return "/[" + members + "]/";
}
std::string gbnf_times(unsigned least, unsigned most) {
  if (most == 0) return least == 0 ? "*" : least == 1 ? "+" : fmt::format("{{{},}}", least);
  return least == 0 && most == 1 ? "?" : fmt::format("{{{},{}}}", least, most);
}
std::string lark_times(unsigned least, unsigned most) {
  if (most == 0) return least == 0 ? "*" : "+";
  return least == 0 && most == 1 ? "?" : fmt::format("~{}..{}", least, most);
}

}  // namespace

Grammar make_grammar(Isa isa) {
  const Vocabulary& words = vocabulary(isa);
  Grammar grammar;
  auto add = [&](std::string name, Node body) { grammar.rules.push_back({std::move(name), std::move(body)}); };
  // Labels stand in front of something: small models would else write nothing but them.
  add("root", repeat(sequence({repeat(rule("label"), 0, 2), rule("line")}), 1, 0));
  add("label", sequence({rule("local"), text(":\n")}));
  add("line", sequence({text("\t"), choice({rule("instruction"), rule(hole_rule(HoleKind::seq))}),
                        repeat(rule("tag"), 0, 1), text("\n")}));
  add("tag", sequence({text(" @"), rule("count"), repeat(sequence({text("-"), rule("count")}), 0, 1)}));
  add("instruction",
      sequence({choice({rule("mnemonic"), rule(hole_rule(HoleKind::op))}),
                repeat(sequence({text("\t"), rule("operand"), repeat(sequence({text(", "), rule("operand")}), 0, 5)}),
                       0, 1)}));
  Node mnemonic = any_of(mnemonics(isa));
  for (const std::string& stem : words.conditional)
    mnemonic.parts.insert(mnemonic.parts.begin(), sequence({text(stem), rule(hole_rule(HoleKind::cond))}));
  add("mnemonic", std::move(mnemonic));
  std::vector<Node> operands;
  for (const std::string_view form : words.operands) operands.push_back(operand(form));
  add("operand", choice(std::move(operands)));
  for (const HoleSyntax& syntax : hole_syntax()) {
    const std::string mark = fmt::format("?{}", to_string(syntax.kind));
    const bool in_operands = std::any_of(words.operands.begin(), words.operands.end(), [&](std::string_view form) {
      return form.find(mark) != std::string_view::npos;
    });
    const bool alone = syntax.kind == HoleKind::op || syntax.kind == HoleKind::seq ||
                       (syntax.kind == HoleKind::cond && !words.conditional.empty());
    if (in_operands || alone) add(hole_rule(syntax.kind), hole(syntax));
    if (in_operands) add(word_rule(syntax.kind), place(syntax.kind, words));
  }
  if (!words.arrangements.empty()) add("arrangement", any_of(words.arrangements));
  add("candidate", repeat(characters(class_of(is_candidate_character)), 1, 24));
  add("name", sequence({characters("a-zA-Z"), repeat(characters(class_of(is_name_character)), 0, 15)}));
  add("local", sequence({text(".L"), repeat(characters(class_of(is_name_character)), 1, 32)}));
  add("symbol", sequence({characters("a-zA-Z_"), repeat(characters("a-zA-Z0-9_.$"), 0, 64)}));
  add("count", sequence({characters("1-9"), repeat(characters("0-9"), 0, 4)}));
  add("number", sequence({repeat(text("-"), 0, 1), choice({sequence({text("0x"), repeat(characters("0-9a-f"), 1, 16)}),
                                                           repeat(characters("0-9"), 1, 20)})}));
  return grammar;
}

std::string print_gbnf(const Grammar& grammar) {
  std::string all;
  for (const Grammar::Rule& r : grammar.rules)
    all += fmt::format("{} ::= {}\n", r.name, print(r.body, {same, in_brackets, gbnf_times}));
  return all;
}

std::string print_lark(const Grammar& grammar) {
  std::string all;
  for (const Grammar::Rule& r : grammar.rules)
    all += fmt::format("{}: {}\n", with_underscores(r.name), print(r.body, {with_underscores, in_slashes, lark_times}));
  return all;
}

}  // namespace portolan::sketch
