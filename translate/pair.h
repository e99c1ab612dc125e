// Two files that anybody made: which functions belong together, and what crosses the border of each pair. Prototypes
// come from the user's headers, else from debug information in either file, else they are inferred from both sides'
// code.
#pragma once

#include <map>
#include <optional>

#include "frontends/asm/lift.h"
#include "translate/abi/types.h"
#include "verify/boundary.h"

namespace portolan::translate {

struct PairedFile {
  const assembly::CodeIndex& index;
  abi::Prototypes headers;  // as this file's instruction set reads them
  abi::Prototypes debug;    // from its own debug information
};

using Names = std::pair<std::string, std::string>;  // of one function, in source and target

// One boundary for each pair, in order.
std::vector<verify::Boundary> describe_pairs(const PairedFile& source, const PairedFile& target,
                                             const std::vector<Names>& pairs);

// The same where the target's code is not known yet: what crosses the border by what is known of the source.
std::vector<verify::Boundary> describe_source(const PairedFile& source, Isa target, const std::vector<Names>& pairs);

// What crosses the border of functions outside the files that either of them names: the C library's, and those of the
// headers. By name; unknown ones are left out.
std::map<std::string, verify::Boundary> describe_externals(const PairedFile& source, const PairedFile& target);

// The same of one call of a variadic function that takes what a format string says. Nothing: the string is not
// understood, or asks for what differs between the two.
std::optional<verify::Boundary> describe_call(const PairedFile& source, const PairedFile& target,
                                              const std::string& name, const std::string& format);

// Signatures (emulate/call.h) of functions outside: of the types that a header, debug information in the source or the
// C library's table tells, as far as there are letters for them and both instruction sets take them for the same; of
// one that nobody knows LibraryHandler::kUnknownSignature. Those that do not return, or twice, are left out.
std::map<std::string, std::string> external_signatures(const PairedFile& source);

}  // namespace portolan::translate
