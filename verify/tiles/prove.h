// A program of a described chip against its specification, for all contents of the inputs at the shapes that both have.
// Both run on the interpreter with a variable in each element of the inputs; what stands in each element of the results
// must be the same function of these.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "frontends/accelerator/encoding.h"

namespace portolan::tiles {

// Where a tensor of the specification lies in the chip's external memory.
struct Placement {
  uint32_t state = accelerator::kNone;  // of the specification
  bool is_output = false;
  unsigned bytes = 1;  // of an element
  std::function<uint64_t(const std::vector<accelerator::Number>& index)> address;
};

struct TileProgram {
  std::vector<accelerator::Word> words;
  std::vector<Placement> tensors;
  std::vector<std::pair<uint64_t, std::vector<uint8_t>>> contents;  // what lies there beside the inputs
};

struct TileProof {
  bool proved = false;
  std::string why;       // not proved
  size_t elements = 0;   // of results
  size_t syntactic = 0;  // whose two sides are the same term
  size_t by_solver = 0;
  std::vector<std::string> solvers;
  std::vector<std::string> assumptions;
};

struct TileLimits {
  size_t terms = 6'000'000;
  uint64_t steps = 15'000'000;             // of the interpreter
  size_t questions = 64;                   // to solvers
  std::chrono::milliseconds time{20'000};  // for all of these
};

TileProof prove(const accelerator::Description& chip, const accelerator::Description& specification,
                const TileProgram& program, uint64_t seed, const TileLimits& limits = {});

}  // namespace portolan::tiles
