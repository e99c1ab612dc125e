// One launch with everything that it is given: what a manifest says, made concrete.
#pragma once

#include "emulate/simt/launch.h"
#include "gpu/manifest/manifest.h"
#include "verify/input.h"

namespace portolan::differential {

using manifest::Element;
using verify::Random;

struct Given {
  std::string name;
  Element type;
  manifest::Argument::Direction direction = manifest::Argument::value;
  std::vector<uint8_t> bytes;  // of an output only their number counts: they are poisoned
  bool any_order = false;
  manifest::Tolerance tolerance;
  bool variable = false;  // of the module: found by its name
  bool returned = false;  // no argument, but what a function gives back
  bool stated = false;    // a number that the manifest gives, as sizes are; else it is drawn
  bool is_buffer() const { return direction != manifest::Argument::value; }
};

struct Instance {
  std::string kernel, inputs;  // which kind of numbers
  manifest::Sizes sizes;
  simt::Dimensions grid, block;
  uint64_t shared_bytes = 0;
  std::vector<Given> arguments;
};
std::string to_string(const Instance& instance);  // "n=100, grid 4,1,1, block 32,1,1, small numbers"

// Kinds of numbers: rule 4 of what a differential tester should try.
inline constexpr const char* kInputKinds[] = {"small", "random", "ramp", "special", "cancelling"};

// Numbers that a kernel's code names, by their bytes: where it decides, it decides beside one of them.
using Numbers = std::map<unsigned, std::vector<uint64_t>>;
Numbers numbers_of(const simt::Program& program, const std::string& kernel);

Expected<Instance> make_instance(const manifest::Kernel& kernel, const manifest::Sizes& sizes, std::string_view inputs,
                                 Random& random, const Numbers& code = {});

// Numbers as they lie in memory.
double number_at(Element type, const uint8_t* bytes);
void put_number(Element type, double value, uint8_t* bytes);
int64_t integer_at(Element type, const uint8_t* bytes);
void put_integer(Element type, int64_t value, uint8_t* bytes);
std::string text_at(Element type, const uint8_t* bytes);

}  // namespace portolan::differential
