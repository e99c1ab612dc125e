// The proposers' makers, for the registry: one line for each.
#pragma once

#include "translate/propose/proposer.h"

namespace portolan::propose {

std::unique_ptr<Proposer> make_llvm(const Configuration&);
std::unique_ptr<Proposer> make_rules(const Configuration&);
std::unique_ptr<Proposer> make_enumerate(const Configuration&);
std::unique_ptr<Proposer> make_model(const Configuration&);

}  // namespace portolan::propose
