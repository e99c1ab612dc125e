// What was read of the host code of a port: kernels' parameters by the compiler, and launches with formulas of named
// sizes. tools/hip/launches.cpp reads it, gpu/hip/launches.cpp brings it here.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace portolan::manifest {

struct HostParameter {
  std::string name, type;  // as the source has it
  std::string element;     // f32, …; empty: a manifest has no word for it, and `why` says so
  std::string why;
  unsigned count = 1;  // elements to what is pointed to
  bool pointer = false, constant = false;
  bool truth = false;  // a bool's 0 and 1
};

struct HostSize {
  std::optional<int64_t> value;  // that the host code states
  std::vector<int64_t> values;   // that it runs through
  std::string why;               // where it comes from, if it isn't stated
  int64_t divided = 0;           // the host code divides it by this number and drops the remainder
};

// At most one of them; none: it wasn't read.
struct HostArgument {
  std::optional<std::string> value, elements;  // formulas
  std::optional<double> real;
};

struct HostLaunch {
  std::string kernel, place;
  std::array<std::optional<std::string>, 3> grid, block;
  std::optional<std::string> shared;
  std::vector<HostArgument> arguments;
  std::map<std::string, HostSize> sizes;
  size_t unread() const;
};

struct HostCode {
  std::map<std::string, std::vector<HostParameter>> kernels;  // by their names in the object file
  std::vector<HostLaunch> launches;
};

}  // namespace portolan::manifest
