// From machine level to typed functions: registers become values, calls get arguments and results, the stack becomes a
// frame, flags that nobody reads are gone. Works on a whole unit, because who passes what is settled between functions.
#pragma once

#include <functional>
#include <set>

#include "frontends/asm/lift.h"
#include "translate/abi/runtime.h"
#include "translate/abi/types.h"
#include "translate/raise/signature.h"

namespace portolan::raise {

struct RaisedFunction {
  std::string name;
  bool ok = false;        // else refusals say why; the function is then only a name with a signature
  ir::Function function;  // entry block's parameters are the function's
  uint32_t signature = 0;
  std::vector<Diagnostic> refusals;
  uint32_t source_instructions = 0;
  int64_t frame_low = 0;  // the frame_address offsets that the function's storage must cover
  int64_t frame_high = 0;
  uint32_t frame_alignment = 16;  // of the frame base
  std::vector<std::string> assumptions;
  // Where the source's convention has the signature's parameters and results: positions as in FunctionState.
  std::vector<unsigned> parameter_positions;
  std::vector<unsigned> result_positions;
};

struct RaisedUnit {
  std::vector<Signature> signatures;
  std::vector<RaisedFunction> functions;
  std::vector<std::string> assumptions;    // of the whole unit
  std::set<abi::RuntimeFunction> runtime;  // code that the output must carry
};

struct RaiseOptions {
  Isa target = Isa::aarch64;
  // The prototype of a function that the unit does not define, or of one that it does and that is called from outside.
  std::function<const abi::FunctionType*(const std::string&)> prototype;
};

RaisedUnit raise_unit(const assembly::CodeIndex& index, std::vector<assembly::LiftResult> functions,
                      const RaiseOptions& options);

}  // namespace portolan::raise
