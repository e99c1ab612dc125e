// What stands at an address of a linked image, in the words of the input file: line and text.
#pragma once

#include "cli/input.h"

namespace portolan::cli {

class Listing {
 public:
  Listing(const InputFile& file, const emulate::Object& object, const emulate::Image& image);
  std::string at(uint64_t address) const;  // "12: addq %rdi, %rax", or "gcd+0x8" where no more is known

 private:
  void match_lines();

  const InputFile& file_;
  const emulate::Image& image_;
  std::optional<assembly::Unit> unit_;                                  // of the object, with real offsets
  std::map<std::pair<assembly::SectionId, uint64_t>, uint32_t> lines_;  // by section and offset in unit_
};

}  // namespace portolan::cli
