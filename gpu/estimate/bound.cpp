#include "gpu/estimate/bound.h"

namespace portolan::estimate {
namespace {

constexpr double kGiga = 1e9;
constexpr double kLanes = 64;  // that a compute unit has arithmetic for in each cycle

constexpr Peak peak(std::string_view product, double units, double gigahertz, double gigabytes) {
  return {product, units * kLanes * gigahertz * kGiga, gigabytes * kGiga};
}

}  // namespace

// Compute units as in AMD's table of hardware specifications (ROCm documentation, reference/gpu-arch-specs); of MI250X
// one of the two dies, which is what a program sees. Clocks and bandwidths are as product pages state them, without a
// source that was looked up, but for MI300X's bandwidth.
Peak peak_of(amdgcn::Processor processor) {
  switch (processor) {
    case amdgcn::Processor::gfx942:
      return peak("MI300X", 304, 2.1, 5300);
    case amdgcn::Processor::gfx90a:
      return peak("MI250X", 110, 1.7, 1600);
    case amdgcn::Processor::gfx1100:
      return peak("RX 7900 XTX", 96, 2.5, 960);
    case amdgcn::Processor::gfx1030:
      break;
  }
  return peak("RX 6900 XT", 80, 2.25, 512);
}

std::string_view to_string(Bound bound) {
  constexpr std::string_view kNames[] = {"memory", "caches", "arithmetic"};
  return kNames[static_cast<size_t>(bound)];
}

Bound bound_of(const Cost& cost, const Peak& peak) {
  const double arithmetic = static_cast<double>(cost.lane_instructions) / peak.instructions;
  const double least = static_cast<double>(cost.buffer_bytes) / peak.bytes,
               most = static_cast<double>(cost.requested_bytes) / peak.bytes;
  if (least >= arithmetic) return Bound::memory;
  return most >= arithmetic ? Bound::caches : Bound::arithmetic;
}

}  // namespace portolan::estimate
