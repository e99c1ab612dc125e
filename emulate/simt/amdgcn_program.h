// An AMD code object made ready to run.
#pragma once

#include "emulate/simt/launch.h"
#include "frontends/amdgcn/code_object.h"

namespace portolan::simt {

Program empty_amdgcn_program();
void add_code(Program& program, const std::string& name, const amdgcn::LiftedCode& code);

// The segment of arguments is read in pieces that may end behind them.
void pad_arguments(std::vector<uint8_t>& arguments);

// Sets of a launch what the processor fixes: the width of a wave, and that waves are whole.
void set_wave(Launch& launch, amdgcn::Processor processor);

// What a kernel of HIP finds behind its own arguments (code object version 5): the grid's and the block's sizes.
// `explicit_bytes` is where they begin; both sizes must not change afterwards.
void append_hidden_arguments(std::vector<uint8_t>& arguments, const Launch& launch, uint64_t total_bytes);

}  // namespace portolan::simt
