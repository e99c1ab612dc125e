// What translate and replay know of the types of a unit's functions.
#pragma once

#include "frontends/asm/unit.h"
#include "translate/translate.h"

namespace portolan::cli {

// Adds the prototypes that headers state (the first to name a function counts) and those of the unit's debug
// information. Fails if a header cannot be read; debug information that cannot be is reported and left out.
std::optional<Diagnostic> add_prototypes(const assembly::Unit& unit, const std::vector<std::string>& headers,
                                         translate::TranslateOptions& options);

}  // namespace portolan::cli
