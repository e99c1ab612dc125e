// Questions about whole memories and about bytes of written memories, turned into questions about bytes of memory
// variables. No solver sees a store: what a read finds among the writes is decided here, address by address.
#pragma once

#include <optional>
#include <vector>

#include "verify/terms/term.h"

namespace portolan::solve {

using terms::Pool;
using terms::Term;

// The memory under all writes: a variable, or what an uninterpreted function gave. Nothing if the branches of a
// memory_select stand on different ones.
std::optional<Term> root_of(const Pool& pool, Term memory);

// The addresses that any of the writes above the root stores to, each once.
std::vector<Term> written_addresses(Pool& pool, Term memory);

// With equations between memories of one root replaced by equations of the bytes at all addresses that either side
// writes: everywhere else both are the root. Other equations stay.
Term expand_memory_equations(Pool& pool, Term condition);

// What a read of one byte finds: the first case whose condition holds.
struct ByteCase {
  Term condition;  // one bit; the last one's is true
  Term value;      // 8 bits, or none: the byte at the address in `memory`, which is a root or a memory_select
  Term memory;
};
std::vector<ByteCase> byte_cases(Pool& pool, Term memory, Term address);

}  // namespace portolan::solve
