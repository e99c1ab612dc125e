// What both sides give to callees: the same functions, in the same order, with the same arguments and memory.
#include <fmt/format.h>

#include <algorithm>

#include "verify/prove/simulation.h"

namespace portolan::prove {

// Whether both ways make the same calls in the same order; if not, nothing may ever take both.
bool Simulation::same_calls(const PathPair& paths) const {
  return std::equal(paths.source().calls.begin(), paths.source().calls.end(), paths.target().calls.begin(),
                    paths.target().calls.end(), [&](const CallEvent& a, const CallEvent& b) {
                      return a.callee == b.callee && a.boundary == b.boundary &&
                             std::equal(a.arguments.begin(), a.arguments.end(), b.arguments.begin(), b.arguments.end(),
                                        [&](Term s, Term t) { return pool_.width(s) == pool_.width(t); });
                    });
}

bool Simulation::argument_agrees(PathPair& paths, const std::string& what, Term source, Term target,
                                 const CallEvent& call, Unspecified& unspecified, Proof& proof) {
  const bool stated =
      !sides_.source.side().is_unknown(call.boundary) && call.boundary->origin != verify::Boundary::Origin::inferred;
  const auto use = stated ? Unspecified::Use::argument : Unspecified::Use::perhaps_argument;
  if (sides_.timed || !unspecified.any(source, use)) return ask(paths, "call", what, source, target, proof);
  return unspecified.compare(source, target, use,
                             [&](Term s, Term t) { return ask(paths, "call", what, s, t, proof); });
}

// Results of calls, and memory after them, are the same variables on both sides. That is right by induction: of a run
// in which some call differs, the first that does fails here, whatever results the variables stand for.
bool Simulation::calls_agree(PathPair& paths, Unspecified& unspecified, Proof& proof) {
  const auto &source = paths.source().calls, &target = paths.target().calls;
  for (size_t n = 0; n < source.size(); ++n) {
    const std::string name = source[n].callee.empty() ? "an indirect call" : fmt::format("'{}'", source[n].callee);
    if (source[n].target && target[n].target &&
        !ask(paths, "call", fmt::format("where {} goes", name), source[n].target, target[n].target, proof))
      return false;
    for (size_t a = 0; a < source[n].arguments.size(); ++a)
      if (!argument_agrees(paths, fmt::format("argument {} of {}", a + 1, name), source[n].arguments[a],
                           target[n].arguments[a], source[n], unspecified, proof))
        return false;
    // RISC-V's callees count on narrow integers being extended; those of the own unit are judged by what they get.
    if (sides_.target.side().isa() == Isa::riscv64 && target[n].outside)
      for (size_t a = 0; a < target[n].registers.size(); ++a) {
        const Term whole = target[n].registers[a];
        const verify::BoundaryValue& value = target[n].boundary->parameters[a];
        if (!whole || !value.whole || value.bits >= pool_.width(whole)) continue;
        // What the source's caller got away with the target's does too.
        if (sides_.source.side().isa() == Isa::riscv64 && paths(source[n].registers[a]) == paths(whole)) continue;
        const Term wanted = in_register(pool_, Isa::riscv64, value, target[n].arguments[a], pool_.width(whole), whole);
        if (!ask(paths, "call", fmt::format("extension of argument {} of {}", a + 1, name), wanted, whole, proof))
          return false;
      }
    if (!ask(paths, "call", fmt::format("memory at {}", name), source[n].memory, target[n].memory, proof)) return false;
    if (target[n].vector_count && !vector_count_covers(paths, target[n], proof)) return false;
  }
  return true;
}

// AMD64 psABI 3.2.3: al is an upper bound, of at most 8, on the vector registers that a variadic call uses.
bool Simulation::vector_count_covers(PathPair& paths, const CallEvent& call, Proof& proof) {
  const auto used = std::count_if(call.boundary->parameters.begin(), call.boundary->parameters.end(),
                                  [](auto& p) { return p.target.kind == verify::Place::Kind::float_argument; });
  const Term enough =
      pool_.bit_and(pool_.bit_not(pool_.ult(call.vector_count, pool_.constant(8, static_cast<uint64_t>(used)))),
                    pool_.ult(call.vector_count, pool_.constant(8, 9)));
  return ask(paths, "call", fmt::format("al at '{}'", call.callee), pool_.bit(true), enough, proof);
}

}  // namespace portolan::prove
