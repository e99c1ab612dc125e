// CUDA source to HIP source: runs portolan-hip, which is clang's tooling in a process of its own, and compiles what it
// wrote. Both sit beside the portolan command.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ir/diagnostic.h"

namespace portolan::hip {

struct Ported {
  bool unreadable = false;         // the compiler's messages say why
  std::string messages;            // the compiler's
  std::vector<Diagnostic> errors;  // what has no counterpart; then nothing is written
  std::vector<Diagnostic> notes;
  std::vector<std::string> outputs;            // below the folder for results; the first is the file's own
  std::vector<std::string> read;               // files of the folder, with what is included
  unsigned names = 0, warp = 0, assembly = 0;  // replaced: names, functions of the warp, statements of inline PTX
};

struct PortOptions {
  std::string root, out;
  std::string toolkit;             // of CUDA; empty: portolan's own header for kernels
  std::vector<std::string> flags;  // for the compiler
};
// Where CUDA's toolkit is; empty: nowhere.
std::string find_toolkit();
Expected<Ported> port_file(const std::string& path, const PortOptions& options);

// portolan_hip.h and what it includes, into `out`.
std::optional<Diagnostic> copy_headers(const std::string& out);

// One thing that HIP source can be compiled for.
struct Target {
  std::string name;         // a processor, or "host"
  int lanes = 0;            // of the processor's waves
  bool own_header = false;  // first; HIP's headers where something is missing in it
  std::string library;      // the folder of HIP's device library; empty: it is not here
};
std::vector<Target> targets();
// Nothing, or the compiler's messages. `object`: where the result goes.
std::optional<std::string> compile(const std::string& path, const Target& target, const std::vector<std::string>& flags,
                                   const std::string& object);

}  // namespace portolan::hip
