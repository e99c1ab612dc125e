#include "cli/translate_kernels.h"

#include <fmt/format.h>

#include <cstdio>

#include "cli/input.h"
#include "cli/output.h"
#include "frontends/ptx/parser.h"
#include "translate/to_amdgcn/emit.h"

namespace portolan::cli {

constexpr std::string_view kPrefix = "amdgcn:";

bool is_kernel_target(const std::string& target) {
  return target.starts_with(kPrefix);
}

Exit translate_kernels(const KernelTranslation& a) {
  auto fail = [](const Diagnostic& d) {
    fmt::print(stderr, "{}", to_string(d));
    return Exit::usage;
  };
  const auto processor = amdgcn::processor_from_string(std::string_view(a.target).substr(kPrefix.size()));
  if (!processor)
    return fail(error_at({}, fmt::format("unknown target '{}'; known: amdgcn:gfx1100 amdgcn:gfx942", a.target)));
  const Expected<std::string> text = read_contents(a.input);
  if (!text) return fail(text.error());
  const Expected<ptx::Module> module = ptx::parse_module(*text, a.input);
  if (!module) return fail(module.error());
  const to_amdgcn::Translation made = to_amdgcn::translate(ptx::lift(*module), a.input, *processor);
  for (const Diagnostic& d : made.refusals) fmt::print(stderr, "{}", to_string(d));
  if (made.kernels.empty()) return Exit::fell_short;
  if (auto error = write_output(a.output, made.assembly)) return fail(*error);
  for (const std::string& kernel : made.kernels)
    fmt::print(stderr, "{}: written, not judged: link it and compare runs (portolan run)\n", kernel);
  return made.refusals.empty() && a.require == "none" ? Exit::ok : Exit::fell_short;
}

}  // namespace portolan::cli
