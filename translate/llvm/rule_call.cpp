#include "translate/llvm/rule_call.h"

#include <fmt/format.h>

#include <map>

#include "llvm/IR/InlineAsm.h"

namespace portolan::llvm_proposer {
namespace {

using rules::Above;
using rules::Bank;
using rules::Template;
using rules::TemplatePiece;
using rules::TemplateRegister;
using Value = llvm::Value*;

class RuleCall {
 public:
  RuleCall(llvm::IRBuilder<>& b, LlvmDomain& domain, const rules::Instance& rule, const rules::Match& match)
      : b_(b), domain_(domain), rule_(rule), match_(match), t_(rule.templates[match.target]) {}

  std::vector<Value> run(std::span<Value const> operands);

 private:
  // One call; `inputs` are the template's, each the present chunk.
  std::vector<Value> call(std::span<Value const> inputs);
  llvm::Type* register_type(const TemplateRegister& r) const;
  void pass(const TemplateRegister& r, Value v);
  Value received(const TemplateRegister& r, std::span<Value const> pieces);
  uint32_t width(const TemplateRegister& r) const { return t_.chunk != 0 && !r.constant ? t_.chunk : r.width; }
  uint32_t pieces(const TemplateRegister& r) const { return t_.chunk != 0 ? 1 : r.pieces(); }
  std::string text(const std::map<std::string, unsigned>& numbers) const;

  llvm::IRBuilder<>& b_;
  LlvmDomain& domain_;
  const rules::Instance& rule_;
  const rules::Match& match_;
  const Template& t_;
  std::vector<Value> arguments_;
};

llvm::Type* RuleCall::register_type(const TemplateRegister& r) const {
  const uint32_t bits = width(r);
  if (r.bank == Bank::vector) {
    if (bits == 128 || bits == 64) return llvm::FixedVectorType::get(b_.getInt8Ty(), bits / 8);
    return bits == 32 ? b_.getFloatTy() : llvm::Type::getHalfTy(b_.getContext());
  }
  // A narrow value whose register's upper part matters is widened before, and so is what has no register of its own.
  const bool whole = bits > 32 || r.above != Above::anything || (bits < 32 && t_.isa == Isa::riscv64);
  return b_.getIntNTy(whole ? 64 : 32);
}

void RuleCall::pass(const TemplateRegister& r, Value v) {
  llvm::Type* type = register_type(r);
  if (r.bank == Bank::vector) {
    arguments_.push_back(b_.CreateBitCast(v, type));
    return;
  }
  for (uint32_t n = 0; n < pieces(r); ++n) {
    const Value part = domain_.integer(pieces(r) == 1 ? v : domain_.extract(v, n * 64, 64));
    arguments_.push_back(r.above == Above::sign ? b_.CreateSExt(part, type) : b_.CreateZExt(part, type));
  }
}

Value RuleCall::received(const TemplateRegister& r, std::span<Value const> parts) {
  Value all = parts[0];
  for (size_t n = 1; n < parts.size(); ++n) all = domain_.concat(parts[n], all);
  if (r.bank == Bank::vector) return all;
  const uint32_t bits = width(r);
  return domain_.width(all) > bits ? b_.CreateTrunc(all, b_.getIntNTy(bits)) : all;
}

std::string RuleCall::text(const std::map<std::string, unsigned>& numbers) const {
  auto name = [&](const TemplatePiece& piece) -> std::string {
    size_t n = 0;
    for (const rules::Operand& operand : rule_.operands) {
      if (!operand.immediate) continue;
      if (operand.name == piece.text) {
        const auto value = static_cast<int64_t>(match_.immediates[n].getZExtValue());
        return std::to_string(piece.subtract ? piece.minuend - value : value);
      }
      ++n;
    }
    const unsigned number = numbers.at(piece.text) + static_cast<unsigned>(piece.piece < 0 ? 0 : piece.piece);
    return piece.modifier != 0 ? fmt::format("${{{}:{}}}", number, piece.modifier) : fmt::format("${}", number);
  };
  std::string lines = rules::instantiate(t_, name), text;
  for (char c : lines) text += c == '\n' ? std::string("\n\t") : std::string(1, c);
  text.resize(text.size() - 2);
  return text;
}

std::vector<Value> RuleCall::call(std::span<Value const> inputs) {
  std::map<std::string, unsigned> numbers;
  std::vector<std::string> constraints;
  std::vector<llvm::Type*> results;
  auto letter = [](const TemplateRegister& r) { return r.bank == Bank::vector ? "w" : "r"; };
  for (const auto* list : {&t_.outputs, &t_.temporaries})
    for (const TemplateRegister& r : *list) {
      numbers[r.name] = static_cast<unsigned>(results.size());
      const bool early = r.early || list == &t_.temporaries;
      for (uint32_t n = 0; n < pieces(r); ++n) {
        constraints.push_back(fmt::format("={}{}", early ? "&" : "", letter(r)));
        results.push_back(register_type(r));
      }
    }
  arguments_.clear();
  auto give = [&](const TemplateRegister& r, Value v) {
    numbers[r.name] = static_cast<unsigned>(results.size() + arguments_.size());
    pass(r, v);
    const auto tied = std::find_if(t_.outputs.begin(), t_.outputs.end(), [&](auto& o) { return o.tied_to == r.name; });
    for (uint32_t n = 0; n < pieces(r); ++n)
      constraints.push_back(tied != t_.outputs.end() ? std::to_string(numbers.at(tied->name) + n) : letter(r));
  };
  for (size_t n = 0; n < t_.inputs.size(); ++n) give(t_.inputs[n], inputs[n]);
  for (const TemplateRegister& r : t_.constants) give(r, b_.getInt(*r.constant));
  if (t_.flags) constraints.emplace_back("~{cc}");
  std::vector<llvm::Type*> types;
  for (Value argument : arguments_) types.push_back(argument->getType());
  llvm::Type* result =
      results.size() == 1 ? results[0] : llvm::StructType::get(b_.getContext(), llvm::ArrayRef<llvm::Type*>(results));
  auto* type = llvm::FunctionType::get(result, types, false);
  auto* code = llvm::InlineAsm::get(type, text(numbers), fmt::format("{}", fmt::join(constraints, ",")),
                                    /*hasSideEffects=*/false);
  llvm::CallInst* made = b_.CreateCall(type, code, arguments_);
  made->setDoesNotAccessMemory();
  made->setDoesNotThrow();
  made->addFnAttr(llvm::Attribute::WillReturn);
  const TemplateRegister& only = t_.outputs[0];
  if (results.size() == 1 && only.bank == Bank::general && only.above == Above::zeros)
    made->addRangeRetAttr(llvm::ConstantRange(llvm::APInt(64, 0), llvm::APInt::getOneBitSet(64, width(only))));
  std::vector<Value> outputs;
  unsigned next = 0;
  for (const TemplateRegister& r : t_.outputs) {
    std::vector<Value> parts;
    for (uint32_t n = 0; n < pieces(r); ++n, ++next)
      parts.push_back(results.size() == 1 ? static_cast<Value>(made) : b_.CreateExtractValue(made, next));
    outputs.push_back(received(r, parts));
  }
  return outputs;
}

std::vector<Value> RuleCall::run(std::span<Value const> operands) {
  std::vector<Value> inputs;
  for (size_t n = 0; n < operands.size(); ++n)
    if (!rule_.operands[n].immediate) inputs.push_back(operands[n]);
  if (t_.chunk == 0) return call(inputs);
  std::vector<Value> whole;
  for (uint32_t low = 0; low < t_.outputs[0].width; low += t_.chunk) {
    std::vector<Value> part;
    for (Value v : inputs) part.push_back(domain_.extract(v, low, t_.chunk));
    const std::vector<Value> given = call(part);
    for (size_t n = 0; n < given.size(); ++n) {
      if (low == 0)
        whole.push_back(given[n]);
      else
        whole[n] = domain_.concat(given[n], whole[n]);
    }
  }
  return whole;
}

}  // namespace

std::vector<Value> emit_rule(llvm::IRBuilder<>& b, LlvmDomain& domain, const rules::Instance& rule,
                             const rules::Match& match, std::span<Value const> operands) {
  return RuleCall(b, domain, rule, match).run(operands);
}

}  // namespace portolan::llvm_proposer
