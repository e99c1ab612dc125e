// Assembly of an AMD processor to a linked code object.
#pragma once

#include <string_view>

#include "emulate/image.h"
#include "frontends/amdgcn/processor.h"

namespace portolan::simt {

// The processor that the text names (.amdgcn_target); none: it is no such text.
std::optional<amdgcn::Processor> processor_of_assembly(std::string_view text);

// What ld.lld makes of it with -shared, which is what a runtime loads.
Expected<emulate::Object> make_code_object(amdgcn::Processor processor, std::string_view text, const std::string& name);

}  // namespace portolan::simt
