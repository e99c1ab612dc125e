#include <algorithm>

#include "gpu/differential/prepare.h"
#include "gpu/differential/test.h"
#include "ir/fair_clock.h"

namespace portolan::differential {
namespace {

using simt::FindingKind;

struct Side {
  simt::Outcome outcome;
  Contents before, after;
};

Side run_side(const simt::Module& m, const Instance& instance, unsigned variant, uint64_t steps,
              std::chrono::milliseconds time, simt::Mode mode) {
  Side side;
  Prepared p = prepare(m, instance, variant);
  p.launch.steps = steps;
  p.launch.mode = mode;
  p.launch.milliseconds = static_cast<uint64_t>(std::max<int64_t>(1, time.count()));
  side.outcome = simt::run(m.program, p.memory, p.launch);
  for (size_t n = 0; n < instance.arguments.size(); ++n) {
    const Given& g = instance.arguments[n];
    side.after.emplace_back();
    if (!g.is_buffer()) continue;
    const auto found = buffer_of(p, instance, n);
    const auto first = found.allocation->bytes.begin() + static_cast<ptrdiff_t>(found.offset);
    side.after.back().assign(first, first + static_cast<ptrdiff_t>(g.bytes.size()));
  }
  side.before = std::move(p.before);
  return side;
}

// Reads of what nobody wrote are no fault by themselves: what follows from them differs between two runs.
const simt::Finding* first_fault(const simt::Outcome& outcome, FindingKind except = FindingKind::uninitialised) {
  for (const simt::Finding& f : outcome.findings)
    if (f.kind != FindingKind::uninitialised && f.kind != except) return &f;
  return nullptr;
}

bool is_limit(const simt::Finding& f) {
  return f.kind == FindingKind::step_limit || f.kind == FindingKind::time_limit;
}

// More than any port takes for what the source does. An instruction of AMD's is many of the IR's in each lane, and what
// a warp does at once may be a loop over the lanes.
uint64_t steps_allowed(const simt::Outcome& source) {
  constexpr uint64_t kFactor = 256, kLeast = 20'000'000;
  return std::max(kFactor * source.instructions, kLeast);
}

// Once for each direction.
uint64_t bytes_of_buffers(const Instance& instance) {
  uint64_t bytes = 0;
  for (const Given& g : instance.arguments)
    if (g.is_buffer()) bytes += g.bytes.size() * (g.direction == manifest::Argument::inout ? 2 : 1);
  return bytes;
}

}  // namespace

std::optional<std::string> misfit(const simt::Module& source, const simt::Module& target, const Instance& instance) {
  size_t arguments = 0;
  for (const simt::Module* m : {&source, &target}) {
    if (!m->program.functions.contains(instance.kernel)) return "there is no kernel '" + instance.kernel + "'";
    arguments = 0;
    const ptx::LiftedFunction* f = m->ptx ? m->ptx->find(instance.kernel) : nullptr;
    for (const Given& g : instance.arguments) {
      if (g.variable) {
        const auto found = m->variables.find(g.name);
        if (found == m->variables.end()) return "there is no variable '" + g.name + "'";
        if (found->second.size < g.bytes.size()) return "the variable '" + g.name + "' is smaller";
        continue;
      }
      const uint64_t size = g.is_buffer() ? sizeof(uint64_t) : g.bytes.size();
      if (f && (arguments >= f->parameters.size() || f->parameters[arguments].size != size))
        return "the arguments are not those of kernel '" + instance.kernel + "'";
      ++arguments;
    }
    if (f && arguments != f->parameters.size())
      return "the arguments are not those of kernel '" + instance.kernel + "'";
  }
  return std::nullopt;
}

Once run_once(const simt::Module& source, const simt::Module& target, const Instance& instance,
              std::chrono::milliseconds time, simt::Mode mode) {
  Once once;
  const auto start = FairClock::now();
  auto left = [&] { return time - std::chrono::duration_cast<std::chrono::milliseconds>(FairClock::now() - start); };
  Runs s, t;
  uint64_t steps = 1'000'000'000;
  auto inconclusive = [&](const simt::Finding& f, const char* whose) {
    once.inconclusive = std::string(whose) + ": " + simt::to_string(f);
    once.reason = is_limit(f) ? "resource-limit" : "unsupported";
  };
  for (unsigned variant = 0; variant < 2; ++variant) {
    Side side = run_side(source, instance, variant, steps, left(), mode);
    if (variant == 0) steps = steps_allowed(side.outcome);
    for (const simt::Finding& f : side.outcome.findings) once.unwritten |= f.kind == FindingKind::uninitialised;
    if (const simt::Finding* f = first_fault(side.outcome)) {
      if (is_limit(*f) || f->kind == FindingKind::unsupported)
        inconclusive(*f, "source");
      else
        once.fault = simt::to_string(*f);
      return once;
    }
    s.before[variant] = std::move(side.before), s.after[variant] = std::move(side.after);
    if (variant == 0) once.source_coverage = std::move(side.outcome.coverage);
  }
  std::string race;
  for (unsigned variant = 0; variant < 2; ++variant) {
    Side side = run_side(target, instance, variant, steps, left(), mode);
    if (const simt::Finding* f = first_fault(side.outcome, FindingKind::race)) {
      if (is_limit(*f) || f->kind == FindingKind::unsupported)
        inconclusive(*f, "target");
      else
        once.target_fault = simt::to_string(*f);
      return once;
    }
    if (const simt::Finding* f = first_fault(side.outcome)) race = simt::to_string(*f);
    t.before[variant] = std::move(side.before), t.after[variant] = std::move(side.after);
    if (variant == 0) {
      once.target_coverage = std::move(side.outcome.coverage);
      once.target_cost = {side.outcome.lane_instructions, side.outcome.global_bytes, bytes_of_buffers(instance)};
    }
  }
  once.comparison = compare(instance, s, t);
  // A race by itself makes no difference, but some other order may.
  if (once.comparison.difference.empty() && !race.empty()) once.inconclusive = "target: " + race, once.reason = "race";
  return once;
}

}  // namespace portolan::differential
