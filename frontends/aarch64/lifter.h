// The AArch64 frontend: rows, flow and lift functions behind the shared interface.
#pragma once

#include "frontends/asm/lift.h"

namespace portolan::aarch64 {

const assembly::Lifter& lifter();

}  // namespace portolan::aarch64
