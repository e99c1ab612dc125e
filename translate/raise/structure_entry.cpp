// The entry that callers outside get where a function takes or returns structures by value: it moves their bytes from
// where the target's convention has them to where the function's code, translated from the source's, looks for them.
#include <algorithm>

#include "translate/raise/passing.h"
#include "translate/raise/unit_raiser.h"

namespace portolan::raise {

using abi::Piece;
using ir::Builder;
using ir::Instruction;
using ir::Op;
using ir::ValueId;

namespace {

class StructureEntry {
 public:
  StructureEntry(const Convention& convention, const FunctionState& state, Isa source, Isa target)
      : c_(convention), state_(state), type_(*state.outside->structures), source_(source), target_(target) {
    f_.name = state.name;
    f_.add_block();
  }

  // Nothing if a value is passed in a way that is not supported.
  bool build() {
    auto from = abi::classify(type_, source_), to = abi::classify(type_, target_);
    if (!from || !to) return false;
    from_ = std::move(*from), to_ = std::move(*to);
    if (!add_parameters()) return false;
    if (from_.hidden_result) {
      if (!to_.hidden_result) result_address_ = scratch(result_bytes());
      registers_[position(*from_.hidden_result)] = result_address_;
    }
    image_ = takes_stack_address() ? scratch(kCopiedStackBytes) : scratch((from_.stack_bytes + 7) / 8 * 8);
    for (size_t a = 0; a < from_.arguments.size(); ++a) place(from_.arguments[a], arguments_[a]);
    return give_back(call_body());
  }

  Signature signature;
  uint32_t body_signature = 0;  // set before build()
  ir::Function take_function() { return std::move(f_); }
  int64_t frame_low() const { return frame_low_; }

 private:
  struct Argument {
    ValueId whole = ir::kNoValue, address = ir::kNoValue;  // one of them
    std::optional<Passed> scalar;
    uint32_t bytes = 0;
  };

  uint32_t result_bytes() const { return static_cast<uint32_t>(type_.result.size); }
  bool takes_stack_address() const {
    return std::find(state_.parameter_positions.begin(), state_.parameter_positions.end(), kStackAddress) !=
           state_.parameter_positions.end();
  }

  ValueId scratch(uint32_t bytes) {
    frame_low_ = (frame_low_ - static_cast<int64_t>(bytes)) & ~int64_t{15};
    Instruction i;
    i.op = Op::frame_address;
    i.width = 64;
    i.offset = frame_low_;
    return b_.emit(std::move(i));
  }

  unsigned position(const Piece& piece) const {
    switch (piece.where) {
      case Piece::Where::integer_register:
        return c_.integer_argument(piece.index);
      case Piece::Where::float_register:
        return c_.float_argument(piece.index);
      case Piece::Where::indirect_result:
        return c_.indirect_result();
      default:
        return kStackSlot + piece.stack_offset / 8;
    }
  }

  ValueId add_parameter(const Passed& p) {
    signature.parameters.push_back(p);
    return f_.add_parameter(0, p.bits * p.elements);
  }

  // As the target passes them.
  bool add_parameters() {
    if (to_.hidden_result) {
      Passed p;
      p.kind = Passed::Kind::hidden_result;
      p.size = result_bytes();
      result_address_ = add_parameter(p);
    }
    for (const abi::Location& to : to_.arguments) {
      Argument argument;
      argument.bytes = static_cast<uint32_t>(to.type.size);
      argument.scalar = scalar(to.type, target_);
      if (argument.scalar) {
        argument.whole = add_parameter(*argument.scalar);
      } else if (!to.pieces.empty()) {
        auto passed = passed_argument(to, target_);
        if (!passed) return false;
        std::vector<Run> runs;
        for (const Part& part : passed->parts) runs.push_back({part.offset, add_parameter(part.passed)});
        if (passed->in_memory)
          argument.address = runs[0].value;
        else
          argument.whole = join(runs, passed->parts, argument.bytes);
      }
      arguments_.push_back(argument);
    }
    signature.fixed = static_cast<uint32_t>(signature.parameters.size());
    return true;
  }

  ValueId join(std::vector<Run>& runs, const std::vector<Part>& parts, uint32_t bytes) {
    for (size_t n = 0; n < runs.size(); ++n) runs[n].value = b_.truncate(runs[n].value, parts[n].size * 8);
    return assemble(b_, runs, bytes);
  }

  // Where the source looks for it.
  void place(const abi::Location& from, Argument argument) {
    if (from.pieces.empty()) return;
    // A structure of nothing but gaps, which the target does not pass.
    if (argument.whole == ir::kNoValue && argument.address == ir::kNoValue)
      argument.whole = b_.undef(static_cast<uint32_t>(from.type.size) * 8);
    if (from.indirect) {
      ValueId address = argument.address;
      if (address == ir::kNoValue) b_.store(address = scratch(argument.bytes), argument.whole);
      return put(from.pieces[0], address, {});
    }
    ValueId whole = argument.whole != ir::kNoValue ? argument.whole : b_.load(argument.address, argument.bytes * 8);
    for (const Piece& piece : from.pieces) {
      Passed p;
      p.is_signed = piece.extension == abi::Extension::sign;
      if (piece.where == Piece::Where::float_register) p.kind = Passed::Kind::floating;
      ValueId bits = b_.extract(whole, piece.type_offset * 8, piece.size * 8);
      put(piece, bits, argument.scalar ? *argument.scalar : p);
    }
  }

  void put(const Piece& piece, ValueId value, const Passed& passed) {
    if (piece.where != Piece::Where::stack) {
      registers_[position(piece)] = extended(b_, value, passed, 64, source_);
      return;
    }
    // Narrow scalars are extended to their slot, as in registers.
    if (b_.width(value) < 64) value = extended(b_, value, passed, 64, source_);
    b_.store(b_.add(image_, b_.constant(64, piece.stack_offset)), value);
  }

  ValueId call_body() {
    Instruction call;
    call.op = Op::call;
    for (size_t p = 0; p < state_.signature.parameters.size(); ++p) {
      const uint32_t bits = state_.signature.parameters[p].bits;
      const unsigned at = state_.parameter_positions[p];
      ValueId value;
      if (auto known = registers_.find(at); known != registers_.end())
        value = known->second;
      else if (at == kStackAddress)
        value = image_;
      else if (at >= kStackSlot && (at - kStackSlot) * 8 < from_.stack_bytes)
        value = b_.load(b_.add(image_, b_.constant(64, (at - kStackSlot) * 8)), 64);
      else
        value = b_.undef(bits);
      call.operands.push_back(b_.zext_or_truncate(value, bits));
    }
    for (const Passed& p : state_.signature.results) call.width += p.bits;
    ir::CallTarget target;
    target.symbol.name = state_.name;
    target.signature = body_signature;
    f_.calls.push_back(std::move(target));
    call.index = static_cast<uint32_t>(f_.calls.size() - 1);
    return b_.emit(std::move(call));
  }

  // The result's bytes out of the source's registers.
  ValueId result_of(ValueId call) {
    std::vector<Run> runs;
    for (const Piece& piece : from_.result.pieces) {
      unsigned at = piece.where == Piece::Where::float_register ? c_.integer_results() + piece.index : piece.index;
      uint32_t low = 0;
      ValueId part = b_.undef(piece.size * 8);
      for (size_t r = 0; r < state_.result_positions.size(); low += state_.signature.results[r].bits, ++r)
        if (state_.result_positions[r] == at)
          part = b_.zext_or_truncate(b_.extract(call, low, state_.signature.results[r].bits), piece.size * 8);
      runs.push_back({piece.type_offset, part});
    }
    return assemble(b_, runs, result_bytes());
  }

  bool give_back(ValueId call) {
    ir::Terminator t;
    t.op = Op::ret;
    const bool gaps_only = !from_.hidden_result && from_.result.pieces.empty();
    const bool nothing = type_.result.kind == abi::TypeKind::void_ || type_.result.size == 0 || gaps_only;
    if (!nothing && !(from_.hidden_result && to_.hidden_result)) {
      ValueId whole = from_.hidden_result ? b_.load(result_address_, result_bytes() * 8) : result_of(call);
      if (to_.hidden_result) {
        b_.store(result_address_, whole);
      } else if (std::optional<Passed> p = scalar(type_.result, target_)) {
        signature.results.push_back(*p);
        t.operands.push_back(whole);
      } else {
        auto passed = passed_result(to_.result);
        if (!passed) return false;
        for (const Part& part : passed->parts) {
          signature.results.push_back(part.passed);
          t.operands.push_back(part_of(b_, whole, part));
        }
      }
    }
    f_.blocks[0].terminator = std::move(t);
    return true;
  }

  const Convention& c_;
  const FunctionState& state_;
  const abi::FunctionType& type_;
  Isa source_, target_;
  ir::Function f_;
  Builder b_{f_, 0};
  abi::CallLayout from_, to_;
  std::vector<Argument> arguments_;
  std::map<unsigned, ValueId> registers_;  // by position among a call's operands
  ValueId image_ = ir::kNoValue, result_address_ = ir::kNoValue;
  int64_t frame_low_ = 0;
};

}  // namespace

void UnitRaiser::make_structure_entry(size_t n) {
  const FunctionState& state = states_[n];
  RaisedFunction& out = result_.functions[n];
  const uint32_t line = unit().symbols[unit().symbol_by_name.at(state.name)].line;
  if (state.address_taken && calls_by_pointer_)
    return refuse(n, line, "it takes or returns a structure by value and may be called by pointer");
  StructureEntry entry(convention_, state, unit().isa, options_.target);
  entry.body_signature = out.signature;
  if (!entry.build())
    return refuse(n, line, "it takes or returns a structure by value that the target passes in a way not supported");
  RaisedFunction made;
  made.name = state.name;
  made.ok = true;
  made.signature = add_signature(entry.signature);
  made.frame_low = entry.frame_low();
  made.function = ir::simplify(entry.take_function());
  out.entry.push_back(std::move(made));
}

}  // namespace portolan::raise
