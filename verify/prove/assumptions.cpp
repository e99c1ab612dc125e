// What a proof stands on, in words.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "verify/prove/function_proof.h"

namespace portolan::prove {

void FunctionProof::list_assumptions() {
  assume("convention", "convention", "both sides are called, and call, by their psABI with the stated signature");
  assume("frame-private", "stack",
         "nobody else reaches the stack frame of a call: no caller, no callee, no pointer argument");
  if (!proof_.order.kept)
    assume("sequential", "memory-order", "no other thread is seen: memory order is not considered");
  else
    assume(
        "shared-accesses", "memory-order",
        "accesses that other threads see are aligned to their size, wider ones than 8 bytes need not happen at once, "
        "and functions outside keep the order of their own");
  if (proof_.atomics_aligned)
    assume(
        "aligned-atomics", "alignment",
        "what the target accesses atomically, and the source too or for other threads to see, is aligned to its size");
  assume("constant-tables", "memory", "what is read with an index from constant data lies in constant data");
  if (pool_.relied_on_indices())
    assume("indices", "memory", "what is accessed at an index from a named object of stated size lies in that object");
  if (frames_shared_)
    assume(
        "frame-objects", "stack",
        "addresses that are computed from the address of a local stay clear of saved registers and the return address");
  const bool calls = std::any_of(proof_.obligations.begin(), proof_.obligations.end(),
                                 [](const Obligation& o) { return o.kind == "call"; });
  const bool unknown = source_ && std::any_of(source_->function().calls.begin(), source_->function().calls.end(),
                                              [&](const ir::CallTarget& target) {
                                                return source_->is_unknown(source_->boundary_of(target));
                                              });
  if (calls && unknown && any_callee_->any_register)
    assume("unknown-callees", "calls",
           "callees whose signature is not known take what they are given from the argument registers, the stack and "
           "memory, and leave the same in all registers on both sides");
  else if (calls && unknown)
    assume("unknown-callees", "calls",
           fmt::format("callees whose signature is not known take and return integers, addresses and floating-point "
                       "numbers in the convention's order, at most {} of them on the stack, none of them unnamed, no "
                       "structures",
                       kUnknownStackArguments));
  for (const size_t r : proof_.unspecified_results)
    assume("unspecified-result", "undefined",
           fmt::format("nobody wants what result {} holds where the source leaves there what a callee left", r + 1));
  if (no_overlap_)
    assume(
        "no-alias", "aliasing",
        fmt::format("what the source reaches by addresses computed from one of the arguments {} it does not write by "
                    "addresses computed from another (--assume no-alias)",
                    fmt::join(kept_apart_, ", ")));
  if (any_nan_ && (nan_bits_->first.stored || nan_bits_->second.stored))
    assume("nan-bits", "fp-env",
           "the sign and the payload of a NaN that was computed and stored are not read back as a number");
  if (calls)
    assume("callees", "calls",
           "functions that are called do the same on both sides when given the same arguments and memory");
}

}  // namespace portolan::prove
