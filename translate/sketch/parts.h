// An instruction's text taken apart into the words that holes may stand for. Whatever is not understood is `unknown`,
// so that who must not trust a text can tell.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "translate/sketch/sketch.h"

namespace portolan::sketch {

struct Part {
  enum class Kind : uint8_t {
    op,
    reg,
    imm,
    cond,
    shift,  // "lsl #3", or the scale of an x86 address
    lane,
    label,     // a label of the function
    symbol,    // another name
    hole,      // a hole as it stands
    modifier,  // of an address (":lo12:", "%hi", "@PLT", "%rip"), an arrangement, a rounding mode
    mark,      // punctuation
    unknown,
  };
  Kind kind = Kind::unknown;
  size_t begin = 0, end = 0;
};

struct Names {
  std::map<std::string, std::string, std::less<>> labels, symbols;  // as they are written, and as they are to be
};

// Of an instruction without its label.
std::vector<Part> parts_of(std::string_view instruction, Isa isa, const Names& names);

// Whether this may stand in a hole of the kind: a word of the target's table, or a number. Labels are not known here,
// and are none.
bool is_word_for(HoleKind kind, std::string_view word, Isa isa);

}  // namespace portolan::sketch
