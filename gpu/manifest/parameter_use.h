// What a kernel's instructions do with its parameters: which are addresses, what is read and written there, and which
// numbers that are read there lead to places of others.
#pragma once

#include <set>

#include "frontends/ptx/module.h"

namespace portolan::manifest {

struct Use {
  bool address = false, read = false, written = false;
  std::string type;            // of the first access
  bool is_known = false;       // that type says more than how many bits there are
  bool is_appended = false;    // where it is written, an atomic's result says
  std::set<size_t> places_in;  // what is read there is an index of these parameters' elements
};
std::string element_name(const ptx::Type& type);
std::vector<Use> uses_of_parameters(const ptx::Function& f);
// Of the floating-point numbers that it sums by atomics, the narrowest: f16, bf16, f32, f64; empty: none.
std::string atomic_sums(const ptx::Function& f);

}  // namespace portolan::manifest
