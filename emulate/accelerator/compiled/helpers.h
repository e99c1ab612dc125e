// What compiled meanings call.
#pragma once

#include "emulate/accelerator/compiled.h"

namespace portolan::accelerator::helpers {

void write(CompiledRun* run, uint32_t state, uint64_t index, uint64_t bits, uint8_t defined);
void defer(CompiledRun* run, uint32_t state, uint64_t index, uint64_t bits, uint8_t defined);
void write_deferred(CompiledRun* run);
const Store::Page* page_at(CompiledRun* run, uint32_t state, uint64_t page);

double round(const RealFormat* format, double x);
double truncate(const RealFormat* format, double x);
uint64_t bits(const RealFormat* format, double x);
double value(const RealFormat* format, uint64_t bits);
// To what std::ldexp takes; beyond it every number is 0 or infinite.
double scale(double x, int64_t power);
double exponential(double x);
double sine(double x);
double cosine(double x);
double fused_double(double a, double b, double c);
double fused_single(double a, double b, double c);

}  // namespace portolan::accelerator::helpers
