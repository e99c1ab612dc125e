// What runs say of the assumptions that a proof rests on.
#pragma once

#include "verify/bench.h"
#include "verify/prove/prove.h"

namespace portolan::judge {

// Notes at each assumption that can be checked whether it held on these inputs. One that did not takes the proof away:
// it says nothing about a function of which it assumes what is not so.
void check_assumptions(verify::Bench& bench, const verify::Boundary& boundary, const std::vector<verify::Input>& inputs,
                       prove::Proof& proof);

}  // namespace portolan::judge
