#include "translate/mapping/row_storage.h"

namespace portolan::mapping {

namespace {

Number up(Number value, Number unit) {
  return (value + unit - 1) / unit * unit;
}

}  // namespace

RowShape::RowShape(const std::vector<Number>& of, Number lanes_of, Number rows_together) : lanes(lanes_of), extent(of) {
  const Number last = extent.empty() ? 1 : extent.back();
  chunks = (last + lanes - 1) / lanes;
  if (extent.size() < 2) {
    padded = up(chunks, rows_together);
    return;
  }
  padded = up(extent[extent.size() - 2], rows_together);
  for (size_t d = 0; d + 2 < extent.size(); ++d) outer *= extent[d];
}

Number RowShape::rows() const {
  return extent.size() < 2 ? padded : outer * chunks * padded;
}

Number RowShape::row(const std::vector<Number>& index) const {
  if (extent.empty()) return 0;
  const Number chunk = index.back() / lanes;
  if (extent.size() < 2) return chunk;
  Number flat = 0;
  for (size_t d = 0; d + 2 < extent.size(); ++d) flat = flat * extent[d] + index[d];
  return (flat * chunks + chunk) * padded + index[index.size() - 2];
}

}  // namespace portolan::mapping
