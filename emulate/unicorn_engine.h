// The engine on Unicorn: in process, with coverage. AArch64 and RV64; x86-64 only as a further opinion on code without
// VEX encodings, which Unicorn 2.0.1 executes wrongly without saying so.
#pragma once

#include "emulate/engine.h"

namespace portolan::emulate {

Expected<std::unique_ptr<Engine>> make_unicorn_engine(Isa isa);

}  // namespace portolan::emulate
