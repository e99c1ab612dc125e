#include "gpu/lifting/source.h"

#include <algorithm>

#include "gpu/differential/test.h"

namespace portolan::lifting {

std::optional<std::string> ModuleSource::misfit(const differential::Instance& instance) const {
  return differential::misfit(module_, module_, instance);
}

differential::Prepared ModuleSource::prepare(const differential::Instance& instance, unsigned variant) const {
  return differential::prepare(module_, instance, variant);
}

SourceLocation ModuleSource::place(uint32_t line) const {
  return lines_ ? lines_->of(line) : SourceLocation{};
}

void ModuleSource::mark_number(differential::Prepared& p, size_t argument, std::span<const simt::Mark> marks,
                               simt::Observer&) const {
  p.launch.parameter_marks.resize(p.launch.parameters.size(), simt::kPlain);
  std::ranges::copy(marks, p.launch.parameter_marks.begin() + static_cast<ptrdiff_t>(p.parameter_places[argument]));
}

}  // namespace portolan::lifting
