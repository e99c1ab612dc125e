// Calls of functions whose C prototype is known: what the source's convention put into registers and stack slots
// becomes the arguments that C passes, so that the target's convention can put them elsewhere. external_call.cpp has
// the ordinary calls, variadic_call.cpp what variadic ones pass, runtime_call.cpp those that need help at run time
// because data differs between the ISAs.
#pragma once

#include "translate/abi/classify.h"
#include "translate/abi/runtime.h"
#include "translate/raise/frame_stores.h"
#include "translate/raise/passing.h"
#include "translate/raise/unit_raiser.h"

namespace portolan::raise {

using abi::Piece;
using ir::Builder;
using ir::Instruction;
using ir::ValueId;

class PrototypeCalls : public Rewriter {
 public:
  // Variadic calls of which only the registers tell what they pass are left for the last round: what earlier calls left
  // behind is to be recognised by then.
  PrototypeCalls(UnitRaiser& raiser, size_t n, bool last_round)
      : Rewriter(raiser.states_[n].f),
        raiser_(raiser),
        n_(n),
        last_round_(last_round),
        convention_(raiser.convention()),
        source_(raiser.unit().isa),
        target_(raiser.options().target),
        stores_(raiser.states_[n].f) {}
  bool another_round() const { return another_round_; }

 private:
  bool rewrite(Builder& b, ValueId v) override;
  bool call_typed(Builder& b, ValueId v, const std::string& name, const abi::FunctionType& type);
  bool thread_local_address(Builder& b, ValueId v);
  std::optional<std::vector<abi::Type>> variadic_types(const std::string& name, const abi::FunctionType& type,
                                                       ValueId v);
  std::optional<std::vector<abi::Type>> passed_types(const std::string& name, const abi::FunctionType& type, ValueId v);
  bool holds_argument(const Instruction& call, unsigned position) const {
    const ValueId v = call.operands[position];
    return f_[v].op != ir::Op::undef && !raiser_.is_leftover(f_, position, v);
  }
  std::optional<unsigned> variadic_integers(const std::string& name, const abi::CallLayout& named,
                                            const Instruction& call);
  std::optional<unsigned> variadic_floats(const std::string& name, const abi::CallLayout& named,
                                          const Instruction& call);
  std::optional<ValueId> piece_value(Builder& b, const Instruction& call, const Piece& piece);
  unsigned operand_of(const Piece& piece) const;
  std::optional<ValueId> value_of(Builder& b, const Instruction& call, const abi::Location& location);
  bool add_va_list(Builder& b, const Instruction& call, const abi::FunctionType& type, const abi::CallLayout& layout,
                   size_t argument, Signature& signature, Instruction& typed);
  bool call_stat(Builder& b, ValueId v, const abi::FunctionType& type);
  bool passes_null(ValueId call, const abi::FunctionType& type) const;
  std::optional<std::string> differing_bits(Builder& b, const Instruction& call, const abi::FunctionType& type,
                                            const abi::CallLayout& layout);
  ValueId call_runtime(Builder& b, abi::RuntimeFunction function, std::initializer_list<ValueId> arguments,
                       bool result);
  ValueId scratch(Builder& b, uint32_t bytes);
  bool add_argument(Builder& b, const Instruction& call, const abi::Location& from, const abi::Location& to,
                    Signature& signature, Instruction& typed);
  ValueId result_bytes(Builder& b, ValueId typed, const PassedValue& parts, uint32_t bytes);
  void replace_results(Builder& b, ValueId v, ValueId value, ValueId address, const abi::CallLayout& layout);
  void note_callback(const abi::Type& type, ValueId argument);
  bool fail(const std::string& name, const std::string& reason) {
    raiser_.refuse(n_, f_[call_].line, "call of '" + name + "': " + reason);
    return false;
  }

  UnitRaiser& raiser_;
  size_t n_;
  bool last_round_, another_round_ = false;
  const Convention& convention_;
  Isa source_, target_;
  FrameStores stores_;
  ValueId call_ = ir::kNoValue;
};

}  // namespace portolan::raise
