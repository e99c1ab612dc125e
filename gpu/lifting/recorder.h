// An observer of the SIMT engine that keeps what was computed from a launch's data, as the IR's instructions, and reads
// it as expressions. A part of it that is no arithmetic but depends on one number only (a function that the compiler
// spelled out) is evaluated at many places and compared with the functions that specifications have.
#pragma once

#include <deque>
#include <optional>

#include "emulate/simt/observer.h"
#include "gpu/lifting/expression.h"
#include "ir/concrete_domain.h"

namespace portolan::lifting {

using ir::APInt;
using simt::Mark;

class Recorder : public simt::Observer {
 public:
  // An element of an argument: marks of its bytes.
  std::vector<Mark> input(uint32_t argument, std::vector<int64_t> place, unsigned bytes, ir::FloatFormat format);

  Mark undefined(uint32_t width) override;
  Mark compute(const ir::Function& function, const ir::Instruction& inst, std::span<const APInt> operands,
               std::span<const Mark> marks, const APInt& result) override;
  Mark join(std::span<const APInt> pieces, std::span<const Mark> marks) override;
  void split(Mark mark, std::span<Mark> bytes) override;
  void touch(const simt::Touch&) override {}
  bool exhausted() const override { return nodes_.size() > kMost; }

  // A number of this format as an expression over elements; null: why() says what it is.
  ExpressionPtr read(Mark mark, ir::FloatFormat format);
  // A whole number of which only the low bits count.
  ExpressionPtr read_low(Mark mark);
  const std::string& why() const { return why_; }

 private:
  static constexpr size_t kMost = 4'000'000;
  struct Operand {
    Mark mark = simt::kPlain;
    APInt value;
  };
  struct Node {
    enum Kind : uint8_t { input, computed, joined, byte, unknown } kind = unknown;
    ir::Instruction inst;           // computed
    std::vector<Operand> operands;  // joined: pieces, the first lowest; byte: one
    uint32_t argument = 0;
    std::vector<int64_t> place;
    unsigned width = 0, low = 0;  // byte: its first bit
    ir::FloatFormat format = ir::FloatFormat::none;
    APInt value;  // in this run
  };

  Mark add(Node node);
  Mark extracted(Mark whole, unsigned low, unsigned width);
  const Node& at(Mark mark) const { return nodes_[mark - 1]; }
  ExpressionPtr fail(std::string why);
  ExpressionPtr operand(const Operand& o, ir::FloatFormat format);
  ExpressionPtr arithmetic(const Node& n);
  ExpressionPtr fused(const Node& n);
  ExpressionPtr turned(const Node& n, ir::FloatFormat format);
  ExpressionPtr whole(const Node& n);
  ExpressionPtr chosen(const Node& n);
  ExpressionPtr recognised(Mark root, ir::FloatFormat format);
  ExpressionPtr rounded(Mark root);
  Mark gate(Mark root) const;
  std::optional<APInt> evaluated(Mark root, Mark given, const APInt& value) const;

  std::deque<Node> nodes_;
  std::map<std::pair<Mark, ir::FloatFormat>, ExpressionPtr> known_;
  std::string why_;
};

}  // namespace portolan::lifting
