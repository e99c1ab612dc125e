#include "smt_support.h"

#include "ir/op_semantics.h"

namespace portolan::terms {

namespace {

Text composed(TextDomain& domain, Op op, std::span<const Text> operands) {
  return ir::evaluate(domain, Function(), ir::instruction(op, operands[0].width), operands);
}

Text print_apply(const Pool& pool, Term t, TextDomain& domain, std::span<const Text> v) {
  const std::string_view name = pool.name(t);
  if (name == "rotl") {
    const Text operands[] = {v[0], domain.zext(v[1], v[0].width)};
    return composed(domain, Op::rotl, operands);
  }
  return composed(domain, *ir::op_from_name(name), v);
}

Text print_node(const Pool& pool, Term t, TextDomain& domain, std::span<const Text> v) {
  switch (pool.kind(t)) {
    case Kind::constant:
      return domain.constant(*pool.constant_value(t));
    case Kind::variable:
      return domain.variable(std::string(pool.name(t)), pool.width(t));
    case Kind::apply:
      return print_apply(pool, t, domain, v);
    case Kind::linear: {
      const Linear form = pool.linear(t);
      Text sum = domain.constant(form.constant);
      for (size_t i = 0; i < v.size(); ++i)
        sum = domain.add(sum, domain.mul(domain.constant(form.parts[i].coefficient), v[i]));
      return sum;
    }
    case Kind::mul:
      return domain.mul(v[0], v[1]);
    case Kind::umulh:
      return composed(domain, Op::umulh, v);
    case Kind::smulh:
      return composed(domain, Op::smulh, v);
    case Kind::udiv:
      return domain.udiv(v[0], v[1]);
    case Kind::urem:
      return domain.urem(v[0], v[1]);
    case Kind::sdiv:
      return composed(domain, Op::sdiv, v);
    case Kind::srem:
      return composed(domain, Op::srem, v);
    case Kind::bit_and:
      return domain.bit_and(v[0], v[1]);
    case Kind::bit_or:
      return domain.bit_or(v[0], v[1]);
    case Kind::bit_xor:
      return domain.bit_xor(v[0], v[1]);
    case Kind::shl:
      return domain.shl(v[0], v[1]);
    case Kind::lshr:
      return domain.lshr(v[0], v[1]);
    case Kind::ashr:
      return domain.ashr(v[0], v[1]);
    case Kind::eq:
      return domain.eq(v[0], v[1]);
    case Kind::ult:
      return domain.ult(v[0], v[1]);
    case Kind::slt:
      return domain.slt(v[0], v[1]);
    case Kind::extract:
      return domain.extract(v[0], pool.low_bit(t), pool.width(t));
    case Kind::concat: {
      Text all = v[0];
      for (size_t i = 1; i < v.size(); ++i) all = domain.concat(all, v[i]);
      return all;
    }
    case Kind::sext:
      return domain.sext(v[0], pool.width(t));
    case Kind::select:
      return domain.select(v[0], v[1], v[2]);
    default:
      ADD_FAILURE() << "no text for memories";
      return {};
  }
}

}  // namespace

Text print_smt(const Pool& pool, Term t, TextDomain& domain, std::string& definitions, unsigned& next) {
  std::vector<Text> operands;
  for (Term operand : pool.operands(t)) operands.push_back(print_smt(pool, operand, domain, definitions, next));
  const Text text = print_node(pool, t, domain, operands);
  if (operands.empty()) return text;
  const std::string name = "t" + std::to_string(next++);
  definitions += "(define-fun " + name + " () (_ BitVec " + std::to_string(text.width) + ") " + text.text + ")\n";
  return {name, text.width};
}

void Questions::ask(std::string name, const TextDomain& domain, const std::string& definitions, const Text& a,
                    const Text& b) {
  names_.push_back(std::move(name));
  script_ += "(push)\n";
  for (const auto& [variable, width] : domain.variables)
    script_ += "(declare-const " + variable + " (_ BitVec " + std::to_string(width) + "))\n";
  script_ += definitions + "(assert (distinct " + a.text + " " + b.text + "))\n(check-sat)\n(pop)\n";
}

std::optional<std::vector<std::string>> Questions::refuted() const {
  const std::string file = ::testing::TempDir() + "portolan_terms_" + std::to_string(getpid()) + ".smt2";
  std::ofstream(file) << "(set-logic QF_BV)\n" << script_;
  std::vector<std::string> answers;
  FILE* pipe = popen(("z3 -smt2 " + file + " 2>&1").c_str(), "r");
  char line[4096];
  while (pipe && std::fgets(line, sizeof line, pipe)) answers.emplace_back(line);
  const bool started = pipe && pclose(pipe) != 127 * 256;
  std::remove(file.c_str());
  if (!started) return std::nullopt;
  std::vector<std::string> bad;
  for (size_t i = 0; i < names_.size(); ++i) {
    const std::string answer = i < answers.size() ? answers[i] : "no answer\n";
    if (answer != "unsat\n") bad.push_back(names_[i] + ": " + answer);
  }
  return bad;
}

}  // namespace portolan::terms
