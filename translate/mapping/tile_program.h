// A mapped program as the verifier takes it.
#pragma once

#include <optional>

#include "translate/mapping/program.h"
#include "verify/tiles/prove.h"

namespace portolan::mapping {

// What the verifier is told of the program, which must live as long; no value: a tensor doesn't lie in the host's
// memory element by element.
std::optional<tiles::TileProgram> tile_program(const Program& program);

}  // namespace portolan::mapping
