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

// How callers outside the unit reach a function whose arguments stand elsewhere by the target's convention than its
// code, translated from the source's, looks for them: variadic ones and a va_list. The proposer makes an entry of this
// signature that moves them (translate/abi/runtime.h); the function's own signature is for calls within the unit.
struct OutsideEntry {
  Signature signature;              // by the C type; a va_list is what an argument register holds for it
  std::vector<unsigned> positions;  // of its parameters, in the source's convention: as in FunctionState
  // Registers and slots that the source's convention gives to named parameters.
  unsigned named_integers = 0, named_floats = 0, named_slots = 0;
  std::optional<unsigned> format;                      // the parameter that tells the types
  std::optional<unsigned> va_list;                     // the parameter that is one
  int64_t kind = 0;                                    // of va_gather and va_unpack
  std::vector<std::pair<unsigned, uint32_t>> results;  // the source's: position and bits
  std::optional<abi::FunctionType> structures;         // the C type, if it has structures by value
};

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
  bool inferred = false;          // the signature: no prototype said what it takes and returns
  bool hands_on_va_list = false;  // to a function outside the unit
  std::vector<std::string> assumptions;
  // Where the source's convention has the signature's parameters and results: positions as in FunctionState.
  std::vector<unsigned> parameter_positions;
  std::vector<unsigned> result_positions;
  std::optional<OutsideEntry> outside;
  // Only callers within the unit can reach it, because nothing says how those outside pass what it takes on the stack
  // or returns in memory: its symbol is not exported, so that linking fails rather than a call.
  bool local_only = false;
  std::vector<RaisedFunction> entry;  // what callers outside get, or empty
};

struct RaisedUnit {
  std::vector<Signature> signatures;
  std::vector<RaisedFunction> functions;
  std::vector<std::string> assumptions;    // of the whole unit
  std::set<abi::RuntimeFunction> runtime;  // code that the output must carry
};

struct KnownPrototype {
  const abi::FunctionType* type = nullptr;
  const char* origin = "";
};

struct RaiseOptions {
  Isa target = Isa::aarch64;
  // The prototype of a function that the unit does not define, or of one that it does and that is called from outside.
  std::function<KnownPrototype(const std::string&)> prototype;
};

RaisedUnit raise_unit(const assembly::CodeIndex& index, std::vector<assembly::LiftResult> functions,
                      const RaiseOptions& options);

}  // namespace portolan::raise
