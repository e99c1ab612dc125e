// The function that callers outside get in place of one whose arguments stand elsewhere by the target's convention.
#pragma once

#include "translate/llvm/function_emitter.h"

namespace portolan::llvm_proposer {

// Fills in `entry`, which is declared with raised.outside's signature, to call `body`.
void emit_outside_entry(const ModuleEmission& module, const raise::RaisedFunction& raised, llvm::Function& entry,
                        llvm::Function& body);

}  // namespace portolan::llvm_proposer
