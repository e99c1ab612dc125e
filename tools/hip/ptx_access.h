// What a PTX instruction that reads or writes memory says of itself.
#pragma once

#include <string>

namespace portolan::hip {

struct Access {
  std::string error;      // why it is not replaced; the rest holds without one
  std::string operation;  // ld, st, atom, red; of the latter two also what they do
  std::string place;      // at_global or at_shared of portolan_hip_ptx_memory.h
  std::string type;       // in memory, in C++
  std::string in_register;
  unsigned count = 1;  // of a vector
  bool is_volatile = false;
  std::string before, after;  // fences, for order
  bool has_order() const { return !before.empty() || !after.empty(); }
};
// Whether it is one of these at all.
bool is_access(const std::string& mnemonic);
Access access_of(const std::string& mnemonic);

}  // namespace portolan::hip
