#include "translate/model/prompt.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "translate/sketch/vocabulary.h"
#include "translate/sketch/words.h"

namespace portolan::model {
namespace {

constexpr size_t kLongestIr = 16000;  // characters of what it is about

std::string_view syntax_of(Isa isa) {
  return isa == Isa::x86_64 ? "AT&T" : "GNU";
}

std::string list(std::string_view heading, const std::vector<std::string>& items) {
  if (items.empty()) return {};
  return fmt::format("{}:\n- {}\n\n", heading, fmt::join(items, "\n- "));
}

std::string ir_text(const std::string& ir) {
  if (ir.size() <= kLongestIr) return ir;
  return ir.substr(0, ir.rfind('\n', kLongestIr)) + "\n(more is left out)\n";
}

}  // namespace

std::vector<Message> first_question(const Task& task) {
  const std::string target(to_string(task.target));
  std::string rules = fmt::format(
      "You translate one function from {} to {} assembly. A program proves or refutes what you answer, so it must do "
      "the same for all inputs: results, memory, calls.\n"
      "Answer with the body of the function alone, in one code block, in {} syntax: one instruction or one label on a "
      "line. No directives, no comments, no macros, no data. Begin labels with .L. End with an instruction that leaves "
      "the function. Behind each instruction write @ and the numbers of the source lines that it comes from, such as "
      "@12 or @12-14.\n"
      "What you are not sure of you may leave open: ?imm, ?reg, ?cond, ?op, ?shift, ?label stand for a number, a "
      "register, a condition, a mnemonic, a shift, a label of the function, and are found by search.",
      to_string(task.source), target, syntax_of(task.target));
  std::string text =
      fmt::format("Function {} in {}:\n```\n{}```\n\n", task.function, to_string(task.source), task.listing);
  text += fmt::format("What it means:\n```\n{}```\n\n", ir_text(task.ir));
  text += list("Where values cross its border", task.parameters) + list("What it leaves", task.results);
  text += list("Names that you may use", task.symbols);
  text += list("Pieces that are proved, as patterns and what they become", task.rules);
  text += fmt::format("Instructions of {} that are understood: {}\n\n", target,
                      fmt::join(sketch::vocabulary(task.target).operations, " "));
  text += fmt::format("Write {} in {}.", task.function, target);
  return {{"system", std::move(rules)}, {"user", std::move(text)}};
}

std::vector<Message> first_question(const KernelTask& task) {
  std::string rules =
      "You say what a kernel computes, as a tensor specification. A program compares it with the kernel, so it must "
      "say "
      "the same for all inputs and all sizes.\n"
      "Answer with the specification alone, in one code block. Its lines:\n"
      "spec NAME \"text\"\n"
      "size n = 8                          a size, with any value\n"
      "input a : f32[m, n]                 types: f32 f16 bf16 f64, s8 s16 s32, u8 u16 u32; without brackets a number\n"
      "value t[i, j] : f64 = EXPRESSION    a step on the way, for all i and j\n"
      "output y[i in 0 .. n] : f64 = EXPRESSION within 0.001     a result of real numbers\n"
      "output y[i in 0 .. n] : s32 = s32.wrap(EXPRESSION)        a result of whole numbers\n"
      "Expressions: + - * /, a[i, j], f64(a[i]) of each real input, sum(k in 0 .. n) (…), max(k in 0 .. n) (…), min, "
      "max(x, y), min(x, y), abs, sqrt, exp, sin, cos, if c then x else y, comparisons, and, or, not; / and % of "
      "indices "
      "round down. Numbers of reals have a point: 2.0.\n"
      "Inputs are called as the kernel's arguments that it reads, results as those that it writes; an argument that is "
      "both is the input, and its result has _after behind its name.";
  std::string text = fmt::format("The kernel {} of this file:\n```\n{}\n```\n\n", task.name, ir_text(task.source));
  text += fmt::format("How it is launched:\n{}\n\n", task.launch);
  text += list("Sizes that the specification may have", task.sizes);
  text += fmt::format("Write the specification of {}.", task.name);
  return {{"system", std::move(rules)}, {"user", std::move(text)}};
}

Message objection(const std::string& problem, const std::string& what) {
  return {"user", fmt::format("That is not right: {}\nWrite the whole {} again.", problem, what)};
}

}  // namespace portolan::model
