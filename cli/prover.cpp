#include "cli/prover.h"

#include <memory>

namespace portolan::cli {
namespace {

// What is shared between the proofs of one pair of files.
struct Shared {
  explicit Shared(ProofRequest r) : request(std::move(r)), source(request.source), target(request.target) {}
  ProofRequest request;
  prove::Clobbers source, target;
};

}  // namespace

std::function<prove::Proof(const verify::Boundary&)> make_prover(ProofRequest request) {
  if (request.seconds <= 0) return {};
  auto shared = std::make_shared<Shared>(std::move(request));
  return [shared](const verify::Boundary& boundary) {
    const ProofRequest& r = shared->request;
    prove::Options options;
    options.time = std::chrono::milliseconds(static_cast<int64_t>(r.seconds * 1000));
    return prove::prove({r.source, &shared->source}, {r.target, &shared->target}, boundary.name, r.boundaries, options);
  };
}

}  // namespace portolan::cli
