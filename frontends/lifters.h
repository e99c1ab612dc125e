// The lifter of each CPU: the one place that knows them all.
#pragma once

#include "frontends/asm/lift.h"

namespace portolan::frontends {

const assembly::Lifter& lifter(Isa isa);

}  // namespace portolan::frontends
