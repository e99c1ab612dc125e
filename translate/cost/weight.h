// How much a function's text costs, roughly: instructions, those in loops counting more.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace portolan::cost {

struct Weight {
  uint32_t instructions = 0;
  uint64_t weighted = 0;  // an instruction counts eight times as much for each loop that it is in
};

// Of the wanted functions of generated text, by their labels.
std::map<std::string, Weight> weigh(std::string_view text, const std::set<std::string>& wanted);

}  // namespace portolan::cost
