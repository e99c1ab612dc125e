// What a ?seq is made of: instructions of the target's grammar over registers and constants, likely ones first. Not all
// fit in, so what is likely is found out by looking at the lines around: what is missing sets what is read later, and
// reads what was set before.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "translate/sketch/filling/domains.h"

namespace portolan::sketch::filling {

// What the lines around a ?seq do with registers, by their words.
struct Nearby {
  HoleId hole = 0;
  std::set<std::string> wanted, read;  // read later and set nowhere before; read later
  std::set<std::string> unread, set;   // set before, and read by nothing; set before
  int64_t stack_lacks = 0;             // see Surroundings
};

// A line for each register that copies it to itself; where there is none, nothing.
std::vector<std::string> copies(const Sketch& sketch, std::span<const std::string> registers);

// One for each ?seq that stands alone in its line and is come to. `simple`: domains, with those copies for each ?seq.
std::vector<Nearby> look_around(const Sketch& sketch, const std::set<std::string>& functions,
                                std::vector<Domain> simple);

// Of up to `length` instructions; `registers`: near ones first, `constants`: likely ones first.
std::vector<std::string> sequences(const Sketch& sketch, const std::vector<std::string>& registers,
                                   const Nearby& nearby, const std::vector<std::string>& constants, uint32_t length);

}  // namespace portolan::sketch::filling
