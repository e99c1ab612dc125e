// CUDA source through clang's front end, for one side of it.
#pragma once

#include <string>

#include "clang/Tooling/Tooling.h"
#include "tools/hip/facts.h"

namespace portolan::hip {

// `side`: --cuda-host-only or --cuda-device-only. False: it doesn't compile, and the messages say why.
bool read_source(const ReadOptions& options, const char* side, clang::tooling::FrontendActionFactory& factory,
                 std::string& messages);

}  // namespace portolan::hip
