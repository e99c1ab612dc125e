// An observer of the SIMT engine that keeps what was computed from a launch's data, as the IR's instructions, and reads
// it as expressions. A part of it that is no arithmetic but depends on one number only (a function that the compiler
// spelled out) is evaluated at many places and compared with the functions that specifications have.
#pragma once

#include <deque>
#include <optional>
#include <set>
#include <unordered_map>

#include "emulate/simt/observer.h"
#include "gpu/lifting/expression.h"
#include "ir/concrete_domain.h"

namespace portolan::lifting {

using ir::APInt;
using simt::Mark;

double number_of(const APInt& bits, ir::FloatFormat format);  // none: a whole number
APInt bits_of(double x, ir::FloatFormat format);

class Recorder : public simt::Observer {
 public:
  // `keep_places`: whole numbers that something is multiplied by may follow from where it stands.
  explicit Recorder(bool keep_places = false) : keep_places_(keep_places) {}

  // An element of an argument: marks of its bytes.
  std::vector<Mark> input(uint32_t argument, std::vector<int64_t> place, unsigned bytes, ir::FloatFormat format,
                          bool is_signed = true);

  Mark undefined(uint32_t width) override;
  Mark compute(const ir::Function& function, const ir::Instruction& inst, std::span<const APInt> operands,
               std::span<const Mark> marks, const APInt& result) override;
  Mark join(std::span<const APInt> pieces, std::span<const Mark> marks) override;
  void split(Mark mark, std::span<Mark> bytes) override;
  void touch(const simt::Touch& touch) override { exchanges_ |= touch.kind == simt::Touch::modify; }
  bool exhausted() const override { return nodes_.size() > kMost; }
  bool both_ways() const override { return true; }
  bool in_this_order() const override { return true; }
  std::optional<Choices> choices(Mark mark) override;

  // Whether there was an atomic access: its order may show.
  bool exchanges() const { return exchanges_; }

  // A number of this format as an expression over elements; null: why() says what it is.
  ExpressionPtr read(Mark mark, ir::FloatFormat format);
  // A whole number of which only the low bits count.
  ExpressionPtr read_low(Mark mark);
  // Of the instruction that computed it; 0: none did.
  uint32_t line_of(Mark mark) const;
  const std::string& why() const { return why_; }
  uint32_t why_at() const { return why_at_; }  // the line of the instruction that it is about; 0: unknown
  // What was found by evaluating it at some places, so is not known to be that everywhere.
  const std::set<std::string>& sampled() const { return sampled_; }

 private:
  static constexpr size_t kMost = 4'000'000;
  static constexpr double kMostParts = 30'000;  // of an expression
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
    bool is_signed = true;        // input
    ir::FloatFormat format = ir::FloatFormat::none;
    APInt value;  // in this run
  };

  // Bits [low, low + width) of an input, which stand from bit `left` of a value of `total` bits on.
  struct Field {
    Mark source = simt::kPlain;
    unsigned low = 0, width = 0, left = 0, total = 0;
    bool is_signed = false;  // what is above them in the value is their sign
  };

  Operand slice(const Operand& o, unsigned low, unsigned width);
  Operand one_lane(const ir::Instruction& whole, unsigned width, const std::vector<Operand>& operands,
                   const APInt& value);
  std::optional<Mark> by_lanes(const ir::Function& function, const ir::Instruction& inst,
                               const std::vector<Operand>& operands, const APInt& result);
  Mark add(Node node);
  Mark add_computed(Node node);
  std::optional<Mark> extracted(Mark whole, unsigned low, unsigned width);
  const Node& at(Mark mark) const { return nodes_[mark - 1]; }
  ExpressionPtr fail(std::string why, uint32_t line = 0);
  ExpressionPtr operand(const Operand& o, ir::FloatFormat format);
  ExpressionPtr factor(const Operand& o, ir::FloatFormat format);
  ExpressionPtr input_element(const Node& n);
  ExpressionPtr arithmetic(const Node& n);
  ExpressionPtr fused(const Node& n);
  ExpressionPtr made_whole(const Node& n, ExpressionPtr x);
  ExpressionPtr turned(const Node& n, ir::FloatFormat format);
  ExpressionPtr widened(Mark mark);
  ExpressionPtr chosen(const Node& n);
  ExpressionPtr by_condition(const Node& n, ir::FloatFormat format);
  std::optional<Field> field_of(Mark mark) const;
  ExpressionPtr read_field(const Field& f);
  ExpressionPtr extended(Mark mark, bool is_signed);
  ExpressionPtr whole(Mark mark);
  std::vector<Operand> bits_of_mask(const Operand& o) const;
  ExpressionPtr counted(Mark mask);
  ExpressionPtr condition(const Operand& o);
  ExpressionPtr new_condition(const Node& n);
  ExpressionPtr by_flags(const Node& n);
  ExpressionPtr equal(const Operand& a, const Operand& b);
  ExpressionPtr recognised(Mark root, ir::FloatFormat format);
  ExpressionPtr known_function(const std::string& name, ExpressionPtr x);
  ExpressionPtr rounded(Mark root);
  ExpressionPtr divided(Mark root);
  std::vector<Mark> sums_within(Mark root) const;
  ExpressionPtr near_sum(Mark root, ir::FloatFormat format);
  Mark gate(Mark root, bool real = true) const;
  ir::FloatFormat format_of(Mark mark) const;
  Mark without_limits(Mark mark) const;
  std::optional<APInt> evaluated(Mark root, std::unordered_map<Mark, APInt> values) const;

  const bool keep_places_;
  bool exchanges_ = false;
  std::deque<Node> nodes_;
  std::unordered_multimap<uint64_t, Mark> computed_;  // by a hash of what they are
  std::map<std::pair<Mark, ir::FloatFormat>, ExpressionPtr> known_;
  std::unordered_map<Mark, ExpressionPtr> conditions_;
  std::string why_;
  uint32_t why_at_ = 0;
  std::set<std::string> sampled_;
};

}  // namespace portolan::lifting
