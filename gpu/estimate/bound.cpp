#include "gpu/estimate/bound.h"

namespace portolan::estimate {
namespace {

constexpr double kGiga = 1e9;
constexpr double kLanes = 64;  // that a compute unit has arithmetic for in each cycle

constexpr Peak peak(std::string_view product, double units, double gigahertz, double gigabytes) {
  return {product, units * kLanes * gigahertz * kGiga, gigabytes * kGiga};
}

}  // namespace

// Sources, read on 26 November 2026:
//   MI300X: ROCm documentation, "AMD Instinct MI300 series microarchitecture": 304 compute units, 5.3 TB/s; its 81.7
//   TFLOPS at 128 a clock and unit are 2.1 GHz. MI250: ROCm documentation, "AMD Instinct MI250 microarchitecture", of
//   one of the two dies, which is what a program sees: 104 units, 1.7 GHz, 1.6 TB/s. RX 7900 XTX: guru3d.com,
//   "PowerColor Radeon RX 7900 XTX Hellhound Spectral White review", page 4, AMD's table: 96 units, 2.5 GHz boost, 960
//   GB/s. That a unit can issue two instructions at once is not counted. RX 6900 XT:
//   devdiscourse.com/article/technology/1288880, AMD's announcement: 80 units, up to 2250 MHz and 512 GB/s.
Peak peak_of(amdgcn::Processor processor) {
  switch (processor) {
    case amdgcn::Processor::gfx942:
      return peak("MI300X", 304, 2.1, 5300);
    case amdgcn::Processor::gfx90a:
      return peak("MI250", 104, 1.7, 1600);
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
