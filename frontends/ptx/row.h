// An instruction form stands in one place: a row with its pattern and, beside it, the function that says what it means.
// Rows drive dispatch, the coverage table and the tests.
//
// Patterns: kernel/pattern.h.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "frontends/kernel/pattern.h"

namespace portolan::ptx {

class Insn;

struct Row {
  std::string_view pattern;
  void (*lift)(Insn&);  // nullptr: known and not lifted; the note says why
  std::string_view note = {};
};

using RowSpan = std::span<const Row>;

using kernel::count_forms;
using kernel::matches;

// All families.
std::span<const RowSpan> families();
const Row* find_row(std::string_view mnemonic);

RowSpan integer_rows();
RowSpan bit_rows();
RowSpan compare_rows();
RowSpan float_rows();
RowSpan approximate_rows();
RowSpan convert_rows();
RowSpan video_rows();
RowSpan memory_rows();
RowSpan atomic_rows();
RowSpan warp_rows();
RowSpan matrix_rows();
RowSpan control_rows();

}  // namespace portolan::ptx
