// Where tensors lie in a chip's memories when a kernel is mapped by rows.
#pragma once

#include <map>
#include <optional>

#include "translate/mapping/places.h"
#include "translate/mapping/row_operation.h"

namespace portolan::mapping {

// How the elements of a tensor follow each other as rows of lanes: all rows of the last but one index for the first
// lanes of the last index, then for the next ones, and so on; a tensor of one index is a row after the other.
struct RowShape {
  Number lanes = 1, padded = 1, chunks = 1, outer = 1;
  std::vector<Number> extent;

  RowShape() = default;
  RowShape(const std::vector<Number>& of, Number lanes, Number rows_together);
  Number rows() const;
  // Of the chunk that `last` is in, with all other indices.
  Number row(const std::vector<Number>& index) const;
  Number chunk_step() const { return extent.size() < 2 ? 1 : padded; }
};

}  // namespace portolan::mapping
