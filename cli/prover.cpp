#include "cli/prover.h"

#include <memory>

#include "verify/prove/leftovers.h"

namespace portolan::cli {
namespace {

// What is shared between the proofs of one pair of files.
struct Shared {
  explicit Shared(ProofRequest r) : request(std::move(r)), source(request.source), target(request.target) {}
  ProofRequest request;
  const verify::Boundary* with_format(const std::string& function, const std::string& format);

  prove::Clobbers source, target;
  std::optional<prove::Leftovers> leftovers;
  std::map<std::pair<std::string, std::string>, std::optional<verify::Boundary>> calls;
};

const verify::Boundary* Shared::with_format(const std::string& function, const std::string& format) {
  auto [at, fresh] = calls.try_emplace({function, format});
  if (fresh && request.describe_call) at->second = request.describe_call(function, format);
  return at->second ? &*at->second : nullptr;
}

}  // namespace

std::function<prove::Proof(const verify::Boundary&)> make_prover(ProofRequest request) {
  if (request.seconds <= 0) return {};
  auto shared = std::make_shared<Shared>(std::move(request));
  return [shared](const verify::Boundary& boundary) {
    const ProofRequest& r = shared->request;
    prove::Options options;
    options.time = std::chrono::milliseconds(static_cast<int64_t>(r.seconds * 1000));
    options.no_alias = r.no_alias;
    options.memory_order = r.memory_order;
    options.with_format = [&](const std::string& function, const std::string& format) {
      return shared->with_format(function, format);
    };
    if (!shared->leftovers)
      shared->leftovers =
          prove::find_leftovers(r.source, r.boundaries, &shared->source,
                                prove::callee_of_unknown_signature(assembly::Machine::get(r.source.unit().isa),
                                                                   assembly::Machine::get(r.target.unit().isa)));
    // One source may be paired with several targets: the pair that is asked for is the one that is proved.
    std::map<std::string, verify::Boundary> boundaries = r.boundaries;
    boundaries.insert_or_assign(boundary.name, boundary);
    return prove::prove({r.source, &shared->source, &*shared->leftovers}, {r.target, &shared->target}, boundary.name,
                        boundaries, options);
  };
}

}  // namespace portolan::cli
