#include "gpu/hip/launches.h"

#include <fmt/format.h>

#include <cctype>
#include <filesystem>

#include "gpu/hip/tool.h"

namespace portolan::hip {
namespace {

using nlohmann::json;

std::optional<std::string> text_of(const json& j) {
  return j.is_string() ? std::optional(j.get<std::string>()) : std::nullopt;
}

manifest::HostParameter parameter_of(const json& j) {
  return {j.value("name", ""),  j.value("type", ""),       j.value("element", ""),     j.value("why", ""),
          j.value("count", 1u), j.value("pointer", false), j.value("constant", false), j.value("truth", false)};
}

manifest::HostArgument argument_of(const json& j) {
  manifest::HostArgument a;
  if (!j.is_object()) return a;
  if (j.contains("value")) a.value = text_of(j["value"]);
  if (j.contains("elements")) a.elements = text_of(j["elements"]);
  if (j.contains("real")) a.real = j["real"].get<double>();
  return a;
}

manifest::HostSize size_of(const json& j) {
  manifest::HostSize size;
  if (j.contains("value")) size.value = j["value"].get<int64_t>();
  size.values = j.value("values", std::vector<int64_t>());
  size.why = j.value("why", ""), size.divided = j.value("divided", int64_t{0});
  return size;
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

void rename(std::string& formula, const std::string& from, const std::string& to) {
  for (size_t at = formula.find(from); at != std::string::npos; at = formula.find(from, at)) {
    const size_t end = at + from.size();
    if ((at == 0 || !is_word(formula[at - 1])) && (end == formula.size() || !is_word(formula[end]))) {
      formula.replace(at, from.size(), to);
      at += to.size();
    } else {
      at = end;
    }
  }
}

// A variable that had another value before has a number behind its name, which means nothing to a reader of one launch.
void shorten_names(manifest::HostLaunch& launch) {
  for (const auto& [name, size] : std::map(launch.sizes)) {
    const size_t end = name.find_last_not_of("0123456789");
    if (end == std::string::npos || end + 1 == name.size() || end == 0 || name[end] != '_') continue;
    const std::string shorter = name.substr(0, end);
    if (!launch.sizes.try_emplace(shorter, size).second) continue;
    launch.sizes.erase(name);
    for (auto* sides : {&launch.grid, &launch.block})
      for (auto& side : *sides)
        if (side) rename(*side, name, shorter);
    if (launch.shared) rename(*launch.shared, name, shorter);
    for (manifest::HostArgument& a : launch.arguments)
      for (auto* formula : {&a.value, &a.elements})
        if (*formula) rename(**formula, name, shorter);
  }
}

manifest::HostLaunch launch_of(const json& j) {
  manifest::HostLaunch launch;
  launch.kernel = j.value("kernel", "");
  launch.place =
      fmt::format("{}:{}", std::filesystem::path(j.value("file", "")).filename().string(), j.value("line", 0));
  for (size_t n = 0; n < 3; ++n)
    launch.grid[n] = text_of(j.at("grid").at(n)), launch.block[n] = text_of(j.at("block").at(n));
  launch.shared = text_of(j.at("shared"));
  for (const json& a : j.at("arguments")) launch.arguments.push_back(argument_of(a));
  for (const auto& [name, size] : j.at("sizes").items()) launch.sizes[name] = size_of(size);
  shorten_names(launch);
  return launch;
}

}  // namespace

std::optional<Diagnostic> add_launches(const std::string& path, const std::string& toolkit,
                                       const std::vector<std::string>& flags, manifest::HostCode& to) {
  std::error_code error;
  const std::string real = std::filesystem::canonical(path, error).string();
  const auto report = run_tool("launches", real, {"--toolkit", toolkit}, flags);
  if (!report) return report.error();
  if ((*report).value("unreadable", true))
    return error_at({path, 0, 0}, fmt::format("clang says:\n{}", (*report).value("messages", "")));
  try {
    for (const json& kernel : (*report).at("kernels")) {
      std::vector<manifest::HostParameter> parameters;
      for (const json& p : kernel.at("parameters")) parameters.push_back(parameter_of(p));
      to.kernels.try_emplace(kernel.at("name").get<std::string>(), std::move(parameters));
    }
    for (const json& launch : (*report).at("launches")) to.launches.push_back(launch_of(launch));
  } catch (const json::exception& problem) {
    return error_at({path, 0, 0}, fmt::format("portolan-hip's report: {}", problem.what()));
  }
  return std::nullopt;
}

}  // namespace portolan::hip
