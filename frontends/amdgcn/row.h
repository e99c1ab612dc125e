// An instruction stands in one place: a row with its pattern (kernel/pattern.h; the mnemonic without the suffix of the
// encoding) and, beside it, the function that says what it means. Rows drive dispatch, the coverage table and the
// tests.
#pragma once

#include <span>
#include <string_view>

#include "frontends/kernel/pattern.h"

namespace portolan::amdgcn {

class Insn;

struct Row {
  std::string_view pattern;
  void (*lift)(Insn&);  // nullptr: known and not lifted; the note says why
  std::string_view note = {};
};

using RowSpan = std::span<const Row>;

std::span<const RowSpan> families();
const Row* find_row(std::string_view mnemonic);

RowSpan scalar_rows();
RowSpan scalar_mask_rows();
RowSpan vector_integer_rows();
RowSpan vector_bit_rows();
RowSpan vector_float_rows();
RowSpan divide_rows();
RowSpan convert_rows();
RowSpan compare_rows();
RowSpan packed_rows();
RowSpan dot_rows();
RowSpan lane_rows();
RowSpan matrix_rows();
RowSpan lds_rows();
RowSpan global_rows();
RowSpan control_rows();

}  // namespace portolan::amdgcn
