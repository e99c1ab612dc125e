// What the mangled name of a C++ kernel says of its parameters.
#pragma once

#include <string>
#include <vector>

namespace portolan::manifest {

// Of a C++ kernel's parameters, what its mangled name says of the addresses among them. The compiler may read less of
// an element than there is.
struct Pointee {
  std::string type;  // empty: unknown
  unsigned count = 1;
  bool address = false, constant = false;
  const char* range = "";
  std::string why;        // no type: for which reason
  bool is_brain = false;  // no address but such a number
};

// Nothing is known of any if the name isn't one of C++'s.
std::vector<Pointee> signature(const std::string& name, size_t parameters);

}  // namespace portolan::manifest
