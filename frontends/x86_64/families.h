// The instruction families, one file each; RowTable takes them all.
#pragma once

#include <span>

#include "frontends/asm/lift.h"

namespace portolan::x86_64 {

using Rows = std::span<const assembly::Row>;

Rows move_rows();
Rows integer_rows();
Rows multiply_rows();
Rows shift_rows();
Rows bit_rows();
Rows atomic_rows();
Rows string_rows();
Rows control_rows();
Rows float_rows();
Rows convert_rows();
Rows vector_move_rows();
Rows vector_integer_rows();
Rows shuffle_rows();
Rows unlifted_rows();

}  // namespace portolan::x86_64
