#include "emulate/accelerator/compiled/helpers.h"

#include <algorithm>
#include <cmath>

namespace portolan::accelerator::helpers {

void write(CompiledRun* run, uint32_t state, uint64_t index, uint64_t bits, uint8_t defined) {
  run->write({state, index, {bits, defined != 0}});
}

void defer(CompiledRun* run, uint32_t state, uint64_t index, uint64_t bits, uint8_t defined) {
  run->deferred.push_back({state, index, {bits, defined != 0}});
}

void write_deferred(CompiledRun* run) {
  for (const CompiledRun::Write& one : run->deferred) run->write(one);
  run->deferred.clear();
}

const Store::Page* page_at(CompiledRun* run, uint32_t state, uint64_t page) {
  return (*run->stores)[state].page_at(page);
}

double round(const RealFormat* format, double x) {
  return format->round(x);
}
double truncate(const RealFormat* format, double x) {
  return format->round(x, true);
}
uint64_t bits(const RealFormat* format, double x) {
  return format->bits(x);
}
double value(const RealFormat* format, uint64_t bits) {
  return format->value(bits);
}
double scale(double x, int64_t power) {
  return std::ldexp(x, static_cast<int>(std::clamp<int64_t>(power, -5000, 5000)));
}
double exponential(double x) {
  return std::exp(x);
}
double sine(double x) {
  return std::sin(x);
}
double cosine(double x) {
  return std::cos(x);
}
double fused_double(double a, double b, double c) {
  return std::fma(a, b, c);
}
double fused_single(double a, double b, double c) {
  return std::fma(static_cast<float>(a), static_cast<float>(b), static_cast<float>(c));
}

}  // namespace portolan::accelerator::helpers
