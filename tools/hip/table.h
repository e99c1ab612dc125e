// What HIP's headers declare, and how CUDA's names lead there. Derived from the headers at build time (derive.cpp),
// kept as lines of text beside the program.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

namespace portolan::hip {

struct Table {
  std::set<std::string> declared;             // by HIP, of any kind
  std::map<std::string, std::string> paired;  // CUDA's name: HIP's, where HIP's own headers for NVIDIA say so
  std::set<std::string> supplied;             // in namespace portolan of portolan_hip.h
  std::set<std::string> instructions;         // in portolan::ptx there
  std::set<std::string> headers;              // of HIP and its libraries, as #include has them

  // What to write for a name of CUDA's; none: HIP has no such thing. `checked`: false where a name follows a library's
  // rule and its header is not here.
  struct Name {
    std::string text;
    bool checked = true;
  };
  std::optional<Name> name(const std::string& cuda) const;
  // The header that takes the place of one of CUDA's.
  std::optional<Name> header(const std::string& cuda) const;
};

inline constexpr const char* kOwnHeader = "portolan_hip.h";

std::string to_string(const Table& table);
std::optional<Table> table_from_file(const std::string& path);
// portolan_hip_names.h: HIP's names as CUDA's, for nvcc.
std::string names_for_nvidia(const Table& table);

}  // namespace portolan::hip
