// portolan isa run ptx | amdgcn: recorded results of single instructions and kernels against our own engine.
#include "cli/isa_run.h"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/input.h"
#include "emulate/vectors/amdgcn.h"
#include "emulate/vectors/vectors.h"

namespace portolan::cli {
namespace {

struct Totals {
  size_t forms = 0, agreeing_forms = 0, differing_forms = 0, refused_forms = 0;
  size_t agree = 0, differ = 0, refused = 0;

  void add(const vectors::FormResult& r) {
    ++forms;
    (r.differ ? differing_forms : r.refused ? refused_forms : agreeing_forms) += 1;
    agree += r.agree, differ += r.differ, refused += r.refused;
  }
};

void print_form(const vectors::FormResult& r) {
  fmt::print("{:>7} {:>7} {:>7}  {}{}\n", r.agree, r.differ, r.refused, r.form,
             r.refused != 0 ? "   (" + r.reason + ")" : "");
}

}  // namespace

Exit run_kernel_vectors(const KernelVectors& a) {
  const Expected<std::string> text = read_contents(a.vectors);
  if (!text) {
    fmt::print(stderr, "{}", to_string(text.error()));
    return Exit::usage;
  }
  Totals totals;
  std::string first;
  nlohmann::json forms = nlohmann::json::array();
  if (!a.json && !a.summary) fmt::print("{:>7} {:>7} {:>7}  form\n", "agree", "differ", "refused");
  const auto run = a.isa == "ptx" ? vectors::run_ptx : vectors::run_amdgcn;
  const std::optional<Diagnostic> failure = run(
      *text, a.vectors,
      [&](const vectors::FormResult& r) {
        if (r.form.find(a.form) == std::string::npos) return;
        totals.add(r);
        if (first.empty() && r.differ != 0) first = r.form + ": " + r.first_difference;
        if (a.json)
          forms.push_back({{"form", r.form},
                           {"agree", r.agree},
                           {"differ", r.differ},
                           {"refused", r.refused},
                           {"reason", r.reason},
                           {"differing", r.differing},
                           {"first_difference", r.first_difference}});
        else if (!a.summary)
          print_form(r);
      },
      a.mode);
  if (failure) {
    fmt::print(stderr, "{}", to_string(*failure));
    return Exit::usage;
  }
  if (totals.forms == 0) {
    fmt::print(stderr, "portolan: error: {} holds no such form\n", a.vectors);
    return Exit::usage;
  }
  if (a.json) {
    fmt::print("{}\n",
               nlohmann::json(
                   {{"forms", forms}, {"agree", totals.agree}, {"differ", totals.differ}, {"refused", totals.refused}})
                   .dump(2));
  } else {
    if (!first.empty()) fmt::print("first difference: {}\n", first);
    fmt::print("{} forms: {} agree, {} differ, {} refused; {} cases: {} agree, {} differ, {} refused\n", totals.forms,
               totals.agreeing_forms, totals.differing_forms, totals.refused_forms,
               totals.agree + totals.differ + totals.refused, totals.agree, totals.differ, totals.refused);
  }
  return totals.differ != 0 ? Exit::refuted : totals.refused != 0 ? Exit::fell_short : Exit::ok;
}

}  // namespace portolan::cli
