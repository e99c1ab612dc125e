// The book of rules as the build found it, and what its proofs depend on.
#pragma once

#include <string_view>

namespace portolan::rules {

// All of corpus/rules, each file behind a line "//// NAME".
std::string_view embedded_book();
// Of the sources that give instructions and operations their meaning, and of the checker's own.
std::string_view semantics_digest();

}  // namespace portolan::rules
