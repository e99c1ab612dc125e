// An instruction form stands in one place: a row with its pattern and, beside it, the function that says what it means.
// Rows drive dispatch, the coverage table and the tests.
//
// A pattern is the mnemonic with alternatives in braces: "add{,.rn,.rz}{,.ftz}.f32" is six forms. A star
// at the end stands for anything.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace portolan::ptx {

class Insn;

struct Row {
  std::string_view pattern;
  void (*lift)(Insn&);  // nullptr: known and not lifted; the note says why
  std::string_view note = {};
};

using RowSpan = std::span<const Row>;

bool matches(std::string_view pattern, std::string_view mnemonic);
uint64_t count_forms(std::string_view pattern);

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
