// Runs machine code by what the lifters say each instruction means: the same IR that is translated and proved about.
#pragma once

#include "emulate/engine.h"

namespace portolan::emulate {

std::unique_ptr<Engine> make_ir_engine(Isa isa);

}  // namespace portolan::emulate
