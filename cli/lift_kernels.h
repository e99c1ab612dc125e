// Kernels of a folder lifted to tensor specifications, for targets that take these.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "gpu/lifting/lift.h"
#include "translate/propose/proposer.h"

namespace portolan::cli {

struct KernelLift {
  std::string folder, out, manifest, compiler;
  std::vector<std::string> flags;
  lifting::Options options;
  // Asked for specifications of kernels for which none is found; null: nobody is.
  propose::Proposer* proposer = nullptr;
  unsigned rounds = 0;  // that a wrong answer goes back
};

struct LiftedFile {
  std::filesystem::path path;  // of the specification that was written; empty: none was found
  nlohmann::json entry;        // file, name, and what it was found from or why not
};

// Of every kernel that the folder's .cu and .ptx files have and its manifest launches. None: there is no such file.
Expected<std::vector<LiftedFile>> lift_kernels(const KernelLift& arguments);

}  // namespace portolan::cli
