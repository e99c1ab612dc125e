// Which expressions are sums that can be run at once (sums.h).
#pragma once

#include <optional>

#include "emulate/accelerator/sums.h"

namespace portolan::accelerator {

std::optional<SumPlan> plan_sum(const Description& chip, const Expression& sum);

}  // namespace portolan::accelerator
