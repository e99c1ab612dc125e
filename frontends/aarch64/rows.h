// The row tables of the instruction families; lifter.cpp joins them.
#pragma once

#include <span>

#include "frontends/asm/lift.h"

namespace portolan::aarch64 {

using RowSpan = std::span<const assembly::Row>;

RowSpan arithmetic_rows();
RowSpan bitfield_rows();
RowSpan control_rows();
RowSpan system_rows();
RowSpan memory_rows();
RowSpan atomic_rows();
RowSpan float_rows();
RowSpan float_convert_rows();
RowSpan simd_arithmetic_rows();
RowSpan simd_shift_rows();
RowSpan simd_width_rows();
RowSpan simd_move_rows();
RowSpan simd_structure_rows();
RowSpan simd_float_rows();
RowSpan crypto_rows();

}  // namespace portolan::aarch64
