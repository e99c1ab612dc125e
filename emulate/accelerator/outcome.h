// How a program on a described chip ended. What the description calls illegal or undefined is a result, not an
// accident.
#pragma once

#include <string>

#include "frontends/accelerator/description.h"

namespace portolan::accelerator {

struct Outcome {
  enum class Kind : uint8_t { finished, illegal, undefined, unsupported, deadlock, endless };
  Kind kind = Kind::finished;
  std::string why;
  Position at;                    // in the description
  size_t instruction = SIZE_MAX;  // of the program
};

constexpr std::string_view to_string(Outcome::Kind kind) {
  constexpr std::string_view kNames[] = {"finished", "illegal", "undefined", "unsupported", "deadlock", "endless"};
  return kNames[static_cast<size_t>(kind)];
}

}  // namespace portolan::accelerator
