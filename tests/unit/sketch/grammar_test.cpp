// The grammar for models says what the parser reads: sentences drawn from it are parsed, lines as compilers write them
// are in it, and what is no instruction is not.
#include "translate/sketch/grammar.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "translate/sketch/parts.h"
#include "translate/sketch/sketch.h"

namespace portolan::sketch {
namespace {

using Kind = GrammarNode::Kind;

// A second reading of the grammar: where a text may end that begins at each of these places.
class Recogniser {
 public:
  explicit Recogniser(const Grammar& grammar) : grammar_(grammar) {}
  bool accepts(const std::string& rule, const std::string& text) {
    text_ = text;
    GrammarNode start{Kind::rule, rule, {}, 0, 0};
    return ends(start, {0}).contains(text.size());
  }

 private:
  using Places = std::set<size_t>;
  static bool is_member(const std::string& members, char c) {
    for (size_t n = 0; n < members.size(); ++n) {
      if (members[n] == '\\') ++n;
      if (n + 2 < members.size() && members[n + 1] == '-' && members[n] != '\\') {
        if (members[n] <= c && c <= members[n + 2]) return true;
        n += 2;
      } else if (members[n] == c) {
        return true;
      }
    }
    return false;
  }
  Places ends(const GrammarNode& node, const Places& from) {
    Places result;
    switch (node.kind) {
      case Kind::text:
        for (const size_t at : from)
          if (text_.compare(at, node.text.size(), node.text) == 0) result.insert(at + node.text.size());
        break;
      case Kind::characters:
        for (const size_t at : from)
          if (at < text_.size() && is_member(node.text, text_[at])) result.insert(at + 1);
        break;
      case Kind::rule:
        for (const Grammar::Rule& rule : grammar_.rules)
          if (rule.name == node.text) return ends(rule.body, from);
        ADD_FAILURE() << "no rule " << node.text;
        break;
      case Kind::sequence:
        result = from;
        for (const GrammarNode& part : node.parts) result = ends(part, result);
        break;
      case Kind::choice:
        for (const GrammarNode& part : node.parts) result.merge(ends(part, from));
        break;
      case Kind::repeat: {
        Places now = from;
        if (node.least == 0) result = from;
        for (unsigned n = 1; !now.empty() && (node.most == 0 || n <= node.most); ++n) {
          now = ends(node.parts.front(), now);
          if (n >= node.least) result.insert(now.begin(), now.end());
        }
        break;
      }
    }
    return result;
  }
  const Grammar& grammar_;
  std::string text_;
};

class Writer {
 public:
  Writer(const Grammar& grammar, uint64_t seed) : grammar_(grammar), random_(seed) {}
  std::string write(const std::string& rule) {
    text_.clear();
    add({Kind::rule, rule, {}, 0, 0});
    return text_;
  }

 private:
  size_t below(size_t limit) { return std::uniform_int_distribution<size_t>(0, limit - 1)(random_); }
  void add(const GrammarNode& node) {
    switch (node.kind) {
      case Kind::text:
        text_ += node.text;
        break;
      case Kind::characters: {
        std::string members;
        for (char c = ' '; c < 127; ++c)
          if (Recogniser(Grammar{{{"c", node}}}).accepts("c", std::string(1, c))) members += c;
        text_ += members[below(members.size())];
        break;
      }
      case Kind::rule:
        for (const Grammar::Rule& rule : grammar_.rules)
          if (rule.name == node.text) return add(rule.body);
        break;
      case Kind::sequence:
        for (const GrammarNode& part : node.parts) add(part);
        break;
      case Kind::choice:
        add(node.parts[below(node.parts.size())]);
        break;
      case Kind::repeat: {
        const size_t most = node.most == 0 ? node.least + 3 : std::min(node.most, node.least + 3);
        for (size_t n = 0, count = node.least + below(most - node.least + 1); n < count; ++n) add(node.parts.front());
        break;
      }
    }
  }
  const Grammar& grammar_;
  std::mt19937_64 random_;
  std::string text_;
};

// What the parser refuses, and a grammar without a memory cannot.
bool is_known_limit(const std::string& message) {
  for (const char* what : {"candidate", "one name, one value", "a width", "a length", "a numbered label", "'#' begins"})
    if (message.find(what) != std::string::npos) return true;
  return false;
}

TEST(SketchGrammar, WhatIsDrawnFromItIsParsed) {
  for (const Isa isa : kIsas) {
    const Grammar grammar = make_grammar(isa);
    Writer writer(grammar, 7);
    size_t read = 0, holes = 0;
    for (int n = 0; n < 400; ++n) {
      std::string line = writer.write("line");
      if (const size_t tag = line.rfind(" @"); tag != std::string::npos) line = line.substr(0, tag) + "\n";
      const auto sketch = parse(line, "drawn", isa);
      if (!sketch) {
        EXPECT_TRUE(is_known_limit(sketch.error().message)) << line << sketch.error().message;
        continue;
      }
      ++read;
      holes += sketch->holes.size();
    }
    EXPECT_GT(read, 150u) << to_string(isa);
    EXPECT_GT(holes, 50u) << to_string(isa);
  }
}

struct Lines {
  Isa isa;
  std::vector<const char*> good, bad;
};

TEST(SketchGrammar, LinesOfCompilers) {
  const Lines all[] = {
      {Isa::aarch64,
       {"\tldr\tx0, [x1, #16]\n", "\tstr\tw8, [x0, #12]!\n", "\tb.lt\t.L3 @4\n", "\tcsel\tw0, w1, w2, lt @3-5\n",
        "\tadd\tx0, x1, w2, sxtw #3\n", "\tadd\tv0.4s, v1.4s, v2.4s\n", "\tadrp\tx0, table\n",
        "\tldr\tx0, [x0, :lo12:table]\n", ".L3:\n", "\tret\n", "\tmov\tw0, #?imm\n", "\tb.?cond\t?label\n",
        "\t?op{add,sub}\tw0, w1, ?reg{w1,w2}#a\n", "\t?seq:2\n"},
       {"\t.include\n", "\t.word\t5\n", "\tevil\tx0\n", "\tret; ret\n", "\tldr\tx0, =table\n", "x:\n", "\tret\n\n",
        "\t?seq\n", "\tmovq\t%rax, %rdi\n", "\tadd\tx0, \"x\"\n"}},
      {Isa::x86_64,
       {"\tmovl\t8(%rdi), %eax\n", "\tleaq\t(%rdi,%rsi,8), %rax\n", "\taddl\t$-1, %eax\n", "\tjne\t.L2 @1\n",
        "\tmovq\ttable(%rip), %rax\n", "\tcall\tmemcpy@PLT\n", "\tcmovgel\t%eax, %ecx\n", "\tsetne\t%al\n",
        "\tpaddusb\t%xmm0, %xmm1\n", "\tj?cond\t.L2\n", "\tret\n"},
       {"\t.quad\t1\n", "\tmovl\t[x0], %eax\n", "\tmovl\t$1, %eax # x\n", "\tx = 5\n"}},
      {Isa::riscv64,
       {"\tlw\ta0, 8(a1)\n", "\taddiw\ta0, a0, -1\n", "\tbeqz\ta0, .L2\n", "\tlui\ta0, %hi(table)\n",
        "\tlw\ta0, %lo(table)(a0)\n", "\tcall\tmemcpy\n", "\tb?cond\ta0, a1, .L2\n", "\tfadd.d\tfa0, fa0, fa1\n",
        "\tret\n"},
       {"\t.half\t1\n", "\taddl\t$1, %eax\n", "\tlw\ta0, 8[a1]\n"}},
  };
  for (const Lines& lines : all) {
    const Grammar grammar = make_grammar(lines.isa);
    Recogniser recogniser(grammar);
    for (const std::string line : lines.good)
      EXPECT_TRUE(recogniser.accepts(line.ends_with(":\n") ? "label" : "line", line)) << to_string(lines.isa) << line;
    EXPECT_TRUE(recogniser.accepts("root", ".L1:\n\tret\n\tret @1\n"));
    EXPECT_FALSE(recogniser.accepts("root", "\tret\n.L1:\n"));
    for (const char* line : lines.bad) EXPECT_FALSE(recogniser.accepts("line", line)) << to_string(lines.isa) << line;
  }
}

TEST(SketchGrammar, EveryRuleIsDefinedAndUsed) {
  for (const Isa isa : kIsas) {
    const std::string text = print_gbnf(make_grammar(isa)), lark = print_lark(make_grammar(isa));
    std::set<std::string> names;
    for (const Grammar::Rule& rule : make_grammar(isa).rules) EXPECT_TRUE(names.insert(rule.name).second) << rule.name;
    for (const std::string& name : names) {
      size_t uses = 0;
      for (size_t at = 0; (at = text.find(name, at)) != std::string::npos; ++at) ++uses;
      EXPECT_TRUE(uses > 1 || name == "root") << name;
    }
    EXPECT_TRUE(text.starts_with("root ::= ") && lark.starts_with("start: "));
  }
}

// Words of an instruction, as kinds: what is opened and what is let in depends on them.
TEST(SketchParts, Words) {
  using K = Part::Kind;
  const Names names{{{".L3", ".L3"}}, {{"table", "table"}}};
  auto kinds = [&](const char* text, Isa isa) {
    std::vector<K> all;
    for (const Part& part : parts_of(text, isa, names))
      if (part.kind != K::mark) all.push_back(part.kind);
    return all;
  };
  EXPECT_EQ(kinds("add x0, x1, #16", Isa::aarch64), (std::vector{K::op, K::reg, K::reg, K::imm}));
  EXPECT_EQ(kinds("b.lt .L3", Isa::aarch64), (std::vector{K::cond, K::label}));
  EXPECT_EQ(kinds("csel w0, w1, w2, lt", Isa::aarch64), (std::vector{K::op, K::reg, K::reg, K::reg, K::cond}));
  EXPECT_EQ(kinds("mov w0, v0.s[1]", Isa::aarch64), (std::vector{K::op, K::reg, K::reg, K::modifier, K::lane}));
  EXPECT_EQ(kinds("add x0, x1, x2, lsl #3", Isa::aarch64), (std::vector{K::op, K::reg, K::reg, K::reg, K::shift}));
  EXPECT_EQ(kinds("ldr x0, [x0, :lo12:table]", Isa::aarch64),
            (std::vector{K::op, K::reg, K::reg, K::modifier, K::symbol}));
  EXPECT_EQ(kinds("leaq 8(%rdi,%rsi,4), %rax", Isa::x86_64),
            (std::vector{K::op, K::imm, K::reg, K::reg, K::shift, K::reg}));
  EXPECT_EQ(kinds("jne .L3", Isa::x86_64), (std::vector{K::cond, K::label}));
  EXPECT_EQ(kinds("movl table(%rip), %eax", Isa::x86_64), (std::vector{K::op, K::symbol, K::modifier, K::reg}));
  EXPECT_EQ(kinds("bltu a0, a1, .L3", Isa::riscv64), (std::vector{K::cond, K::reg, K::reg, K::label}));
  EXPECT_EQ(kinds("add x0, ?reg{x1,x2}#a, #?imm", Isa::aarch64), (std::vector{K::op, K::reg, K::hole, K::hole}));
  EXPECT_EQ(kinds("evil x0, other", Isa::aarch64), (std::vector{K::unknown, K::reg, K::unknown}));
  EXPECT_EQ(kinds("b 1f", Isa::aarch64), (std::vector{K::op, K::unknown}));
}

}  // namespace
}  // namespace portolan::sketch
