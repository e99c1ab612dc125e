// A PTX module made ready to run: its variables are in memory, its functions known by name.
#pragma once

#include "emulate/simt/launch.h"
#include "frontends/ptx/lift.h"

namespace portolan::simt {

// `lifted` must outlive the result.
Expected<Program> load(const ptx::Program& lifted, Memory& memory);
void add_function(Program& program, const ptx::LiftedFunction& function);
Program empty_ptx_program();

}  // namespace portolan::simt
