#include "tools/hip/ptx_access.h"

#include <array>
#include <map>
#include <sstream>
#include <vector>

namespace portolan::hip {
namespace {

struct Type {
  const char *in_memory, *in_register;
};
const std::map<std::string, Type>& types() {
  static const std::map<std::string, Type> all = {{"b8", {"unsigned char", "unsigned"}},
                                                  {"u8", {"unsigned char", "unsigned"}},
                                                  {"s8", {"signed char", "unsigned"}},
                                                  {"b16", {"unsigned short", "unsigned"}},
                                                  {"u16", {"unsigned short", "unsigned"}},
                                                  {"s16", {"short", "unsigned"}},
                                                  {"b32", {"unsigned", "unsigned"}},
                                                  {"u32", {"unsigned", "unsigned"}},
                                                  {"s32", {"int", "unsigned"}},
                                                  {"b64", {"unsigned long long", "unsigned long long"}},
                                                  {"u64", {"unsigned long long", "unsigned long long"}},
                                                  {"s64", {"long long", "unsigned long long"}},
                                                  {"f32", {"float", "float"}},
                                                  {"f64", {"double", "double"}}};
  return all;
}

template <size_t N>
bool among(const std::array<const char*, N>& words, const std::string& word) {
  for (const char* w : words)
    if (word == w) return true;
  return false;
}
constexpr std::array kHints = {"ca", "cg", "cs", "lu", "wb", "wt", "nc", "weak"};
constexpr std::array kOperations = {"add", "min", "max", "and", "or", "xor", "exch", "cas", "inc", "dec"};

bool among_parts(const std::string& mnemonic, const std::string& part) {
  return (mnemonic + ".").find("." + part + ".") != std::string::npos;
}

std::string fence_of(const std::string& scope) {
  return scope == "cta" ? "membar_cta" : scope == "sys" ? "membar_sys" : "membar_gl";
}

}  // namespace

bool is_access(const std::string& mnemonic) {
  for (const char* name : {"ld.", "st.", "atom.", "red."})
    if (mnemonic.starts_with(name)) return true;
  return false;
}

Access access_of(const std::string& mnemonic) {
  Access access;
  access.place = "at_global";
  std::istringstream text(mnemonic);
  std::string part, scope, order;
  std::getline(text, part, '.');
  const std::string name = part;
  const bool atomic = name == "atom" || name == "red";
  access.operation = name;
  while (std::getline(text, part, '.')) {
    if (part == "shared" || part == "shared::cta") {
      access.place = "at_shared";
    } else if (part == "volatile" || part == "relaxed" || part == "cv") {
      access.is_volatile = true;
    } else if (part == "acquire" || part == "release" || part == "acq_rel") {
      access.is_volatile = true;
      order = part;
    } else if (part == "cta" || part == "gpu" || part == "sys") {
      scope = part;
    } else if (part == "v2" || part == "v4") {
      access.count = part == "v2" ? 2 : 4;
    } else if (const auto type = types().find(part); type != types().end()) {
      access.type = type->second.in_memory, access.in_register = type->second.in_register;
    } else if (atomic && among(kOperations, part)) {
      access.operation = name + "_" + part;
    } else if (part != "global" && !among(kHints, part) && !part.starts_with("L1::") && !part.starts_with("L2::")) {
      access.error = "'." + part + "' of '" + mnemonic + "' has no counterpart";
    }
  }
  // What goes past a core's own cache is there to see what other blocks wrote.
  const bool past_cache = among_parts(mnemonic, name == "ld" ? "cg" : "wt") && !among_parts(mnemonic, "nc");
  access.is_volatile |= past_cache && !atomic;
  if (access.type.empty()) access.error = "the type of '" + mnemonic + "' is not replaced";
  if (atomic && (access.operation == name || scope == "sys" || access.count != 1))
    access.error = "'" + mnemonic + "' has no counterpart";
  if (order == "release" || order == "acq_rel") access.before = fence_of(scope);
  if (order == "acquire" || order == "acq_rel") access.after = fence_of(scope);
  return access;
}

}  // namespace portolan::hip
