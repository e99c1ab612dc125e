#include "cli/chip_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/report.h"

namespace portolan::cli {

using nlohmann::json;

namespace {

// What its words cost, by what they are for.
std::string cost_cell(const json& kernel) {
  if (!kernel.contains("cost")) return "";
  const json& cost = kernel["cost"];
  const auto part = [&](const char* name) { return cost[name].get<uint64_t>(); };
  const uint64_t all = std::max<uint64_t>(1, part("arithmetic") + part("memory") + part("control"));
  std::string bar;
  for (const auto& [name, mark] : {std::pair("arithmetic", "a"), std::pair("memory", "m"), std::pair("control", "c")})
    bar += fmt::format("<i class=\"{}\" style=\"width:{}%\"></i>", mark, 100 * part(name) / all);
  return fmt::format("{} cycles<div class=\"bar\" title=\"arithmetic {}, memory {}, control {}\">{}</div>",
                     cost["cycles"].get<int64_t>(), part("arithmetic"), part("memory"), part("control"), bar);
}

std::string size_cell(const json& kernel) {
  if (kernel.contains("words")) return fmt::format("{} words", kernel["words"].get<size_t>());
  if (kernel.contains("code_bytes"))
    return fmt::format("{}: {} bytes, {} vector instructions", escaped(kernel["processor"]),
                       kernel["code_bytes"].get<uint64_t>(), kernel["vector_instructions"].get<size_t>());
  return "";
}

// What a reader should know beside the verdict.
std::string remarks(const json& kernel) {
  std::string text;
  const auto add = [&](const std::string& more) { text += (text.empty() ? "" : "; ") + more; };
  if (kernel.contains("lifted"))
    add(fmt::format("lifted to {}, tested on {} launches", kernel.value("specification", "a specification"),
                    kernel["lifted"]["tests"].get<size_t>()));
  if (kernel.contains("fallback")) add("on the processor because: " + kernel["fallback"]["because"].get<std::string>());
  if (kernel.contains("proof") && kernel["proof"]["proved"].get<bool>())
    add("proved for " + kernel["proof"]["for"].get<std::string>());
  else if (kernel.contains("proof"))
    add("not proved: " + kernel["proof"]["reason"].get<std::string>());
  for (const json& one : kernel.value("assumptions", json::array())) add(one.get<std::string>());
  if (kernel.contains("reason")) add(kernel["reason"].get<std::string>());
  return escaped(text);
}

}  // namespace

std::string chip_page(const json& report) {
  const std::string target = report["target"];
  std::map<std::string, size_t> counts;
  for (const json& kernel : report["kernels"]) ++counts[kernel["verdict"].get<std::string>()];
  std::string tally;
  for (const auto& [verdict, count] : counts)
    tally += fmt::format("{}{} {}", tally.empty() ? "" : ", ", count, verdict);
  std::string out = html_head("on " + target, "Ported to " + target) + fmt::format("<p>{}</p>\n", escaped(tally)) +
                    "<p>Bars: <span style=\"color:#369\">arithmetic</span>, <span style=\"color:#c73\">memory</span>, "
                    "<span style=\"color:#999\">control</span>; units that run side by side overlap.</p>\n"
                    "<table><tr><th>kernel<th>verdict<th>size<th>cost<th>remarks\n";
  for (const json& kernel : report["kernels"]) {
    const std::string verdict = kernel["verdict"];
    const std::string word =
        verdict == "tested" ? fmt::format("tested({})", kernel["tests"]["passed"].get<size_t>()) : verdict;
    out += fmt::format("<tr><td>{}<br>{}<td class=\"{}\">{}<td>{}<td>{}<td>{}\n", escaped(kernel.value("name", "")),
                       escaped(kernel["file"]),
                       verdict == "tested" || verdict == "proved" ? "good"
                       : verdict == "refuted"                     ? "bad"
                                                                  : "short",
                       word, size_cell(kernel), cost_cell(kernel), remarks(kernel));
  }
  return out + "</table>\n</html>\n";
}

}  // namespace portolan::cli
