// The x86-64 lifter.
#pragma once

#include "frontends/asm/lift.h"

namespace portolan::x86_64 {

const assembly::Lifter& lifter();

}  // namespace portolan::x86_64
