// Where samples of one answer disagree, and where the model itself was not sure.
#pragma once

#include <vector>

#include "translate/model/admit.h"
#include "translate/model/reply.h"
#include "translate/propose/proposer.h"

namespace portolan::propose {

struct Candidate {
  model::Body body;
  std::vector<model::Chance> chances;
};

// Equal bodies once, the most frequent first.
std::vector<Draft> drafts_of(const std::vector<Candidate>& candidates, Isa isa);

}  // namespace portolan::propose
