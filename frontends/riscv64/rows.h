// The row tables of the instruction families; lifter.cpp joins them.
#pragma once

#include <span>

#include "frontends/asm/lift.h"

namespace portolan::riscv64 {

using RowSpan = std::span<const assembly::Row>;

RowSpan integer_rows();
RowSpan bit_rows();
RowSpan memory_rows();
RowSpan atomic_rows();
RowSpan float_rows();
RowSpan float_convert_rows();
RowSpan control_rows();

}  // namespace portolan::riscv64
