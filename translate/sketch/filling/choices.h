// What stands in the holes of a sketch while it is looked for.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "translate/sketch/filling/surroundings.h"

namespace portolan::sketch::filling {

inline constexpr int32_t kUnchosen = -1;

// What the ways of filling a line read and write, as far as one of them may or all of them do.
struct Together {
  SlotSet reads, writes;  // of any
  SlotSet needs;          // all of them read it, and for more than to store it on the stack
  bool idle = false;      // one of them writes nothing
};

// Ways of filling a line that no run has told apart yet: codes of its variants, likely ones first. The first stands for
// all.
struct Alternatives {
  std::vector<uint32_t> codes;
  std::shared_ptr<const Alternatives> of;  // these are some of those
  mutable std::optional<Together> together = std::nullopt;

  bool within(const Alternatives* others) const {
    const Alternatives* these = this;
    while (these != nullptr && these != others) these = these->of.get();
    return these != nullptr;
  }
};

struct Choices {
  Choices() = default;
  explicit Choices(size_t holes) : values(holes, kUnchosen) {}

  std::vector<int32_t> values;  // by hole: index into its domain's values
  // By line with holes; nullptr, or none at all: the values, and nothing else, are chosen for it.
  std::vector<std::shared_ptr<const Alternatives>> alternatives;

  int32_t& operator[](HoleId hole) { return values[hole]; }
  int32_t operator[](HoleId hole) const { return values[hole]; }
  size_t size() const { return values.size(); }
  const Alternatives* among(size_t line) const {
    return line < alternatives.size() ? alternatives[line].get() : nullptr;
  }
  // Some other filling is chosen with these: nothing tells the line's ways apart.
  bool several(size_t line) const { return among(line) != nullptr && among(line)->codes.size() > 1; }
};

}  // namespace portolan::sketch::filling
