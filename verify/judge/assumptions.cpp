#include "verify/judge/assumptions.h"

#include <fmt/format.h>

namespace portolan::judge {
namespace {

using prove::Assumption;
using verify::Conduct;

struct Checked {
  std::string_view id;
  std::string Conduct::* broken;
};
// That saved registers and the return address are intact at the end is what the convention wants.
constexpr Checked kChecked[] = {{"convention", &Conduct::convention},
                                {"frame-private", &Conduct::frame},
                                {"frame-objects", &Conduct::convention},
                                {"aligned-atomics", &Conduct::alignment},
                                {"shared-accesses", &Conduct::alignment}};

void note(const Conduct& source, const Conduct& target, std::string Conduct::* broken, Assumption& assumption) {
  for (const auto& [side, conduct] : {std::pair("source", &source), std::pair("target", &target)}) {
    if ((conduct->*broken).empty()) continue;
    assumption.check = Assumption::Check::violated;
    assumption.how = fmt::format("the {}: {}", side, conduct->*broken);
    return;
  }
  if (source.runs == 0 || target.runs == 0) return;
  assumption.check = Assumption::Check::held;
  assumption.how =
      fmt::format("held where it was followed, {} times in the source and {} in the target", source.runs, target.runs);
}

}  // namespace

void check_assumptions(verify::Bench& bench, const verify::Boundary& boundary, const std::vector<verify::Input>& inputs,
                       prove::Proof& proof) {
  if (inputs.empty()) return;
  const auto [source, target] = bench.conduct(boundary, inputs);
  for (Assumption& assumption : proof.assumptions)
    for (const Checked& checked : kChecked)
      if (assumption.id == checked.id) note(source, target, checked.broken, assumption);
  for (const Assumption& assumption : proof.assumptions) {
    if (assumption.check != Assumption::Check::violated) continue;
    proof.level = prove::Proof::Level::unknown;
    proof.reason = "approximation";
    proof.detail =
        fmt::format("proved, but under an assumption that a run breaks: {}; {}", assumption.text, assumption.how);
    return;
  }
}

}  // namespace portolan::judge
