// portolan replay: runs the inputs again that refuted a translation.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

#include "cli/commands.h"
#include "cli/evidence.h"
#include "cli/prototypes.h"
#include "frontends/asm/reader.h"

namespace portolan::cli {
namespace {

struct Arguments {
  std::string evidence;
  std::vector<std::string> functions;
};

struct Evidence {
  nlohmann::json json;
  std::string source, output, output_hash;
  Isa target = Isa::x86_64, from = Isa::x86_64;
  translate::TranslateOptions options;
  std::vector<std::string> headers;
};

Expected<Evidence> load(const std::string& path) try {
  std::ifstream file(path);
  if (!file || std::filesystem::is_directory(path)) return error_at({path, 0, 0}, "not a file that can be read");
  Evidence evidence;
  evidence.json = nlohmann::json::parse(file);
  if (!evidence.json.at("functions").is_array()) return error_at({path, 0, 0}, "not an evidence file: no functions");
  evidence.source = evidence.json.at("source");
  evidence.output = evidence.json.at("output").at("file");
  evidence.output_hash = evidence.json.at("output").at("fnv64");
  auto target = isa_from_string(evidence.json.at("to").get<std::string>());
  auto from = isa_from_string(evidence.json.at("from").get<std::string>());
  if (!target || !from) return error_at({path, 0, 0}, "it names an unknown instruction set");
  evidence.target = evidence.options.target = *target;
  evidence.from = *from;
  evidence.headers = evidence.json.at("options").at("proto").get<std::vector<std::string>>();
  evidence.options.functions = evidence.json.at("options").at("functions").get<std::vector<std::string>>();
  return evidence;
} catch (const std::exception& e) {
  return error_at({path, 0, 0}, fmt::format("not an evidence file: {}", e.what()));
}

// The output that was written, if it is still what it was; else a new translation, as the program makes it today.
std::string output_text(const Evidence& e, const translate::Translation& translation) {
  if (e.output != "-") {
    std::ifstream file(e.output, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(file), {});
    if (file && hex(fnv64(text)) == e.output_hash) return text;
  }
  if (hex(fnv64(translation.assembly)) != e.output_hash)
    fmt::print(stderr, "portolan: the translation is not the one that the evidence speaks of: it is made anew\n");
  return translation.assembly;
}

Exit fail(const Diagnostic& d) {
  fmt::print(stderr, "{}", to_string(d));
  return Exit::usage;
}

// It was refuted and is asked for.
bool wanted(const Arguments& a, const nlohmann::json& f) {
  if (!f.is_object() || !f.contains("verdict") || !f["verdict"].contains("counterexample")) return false;
  return a.functions.empty() ||
         std::find(a.functions.begin(), a.functions.end(), f.value("name", "")) != a.functions.end();
}

// A name that is asked for and that the evidence does not have, or empty.
std::string missing_name(const Arguments& a, const nlohmann::json& functions) {
  for (const std::string& name : a.functions)
    if (std::none_of(functions.begin(), functions.end(),
                     [&](const nlohmann::json& f) { return f.is_object() && f.contains("name") && f["name"] == name; }))
      return name;
  return {};
}

Exit run(const Arguments& a) {
  auto evidence = load(a.evidence);
  if (!evidence) return fail(evidence.error());
  if (std::string name = missing_name(a, evidence->json["functions"]); !name.empty())
    return fail(error_at({a.evidence, 0, 0}, fmt::format("it says nothing of a function '{}'", name)));
  assembly::ReadOptions read;
  read.isa = evidence->from;
  auto unit = assembly::read_unit_from_file(evidence->source, read);
  if (!unit) return fail(unit.error());
  if (auto error = add_prototypes(*unit, evidence->headers, evidence->options)) return fail(*error);
  auto translation = translate::translate(*unit, evidence->options);
  if (!translation) return fail(translation.error());
  auto source = source_object(*unit);
  if (!source) return fail(source.error());
  auto target = verify::object_of_text(evidence->target, output_text(*evidence, *translation), evidence->output);
  if (!target) return fail(target.error());
  const verify::Subject subject = subject_of(*unit, *translation, evidence->target, *source, *target);
  unsigned replayed = 0, differing = 0, open = 0;
  for (const nlohmann::json& f : evidence->json["functions"]) {
    if (!wanted(a, f)) continue;
    const std::string name = f.value("name", "");
    auto stored = stored_input(f, evidence->from, evidence->target);
    if (!stored) return fail(error_at({a.evidence, 0, 0}, stored.error().message));
    auto replay = verify::replay(subject, stored->boundary, stored->input);
    if (!replay) return fail(error_at({a.evidence, 0, 0}, replay.error().message));
    ++replayed;
    differing += replay->comparison.finding == verify::Finding::differs;
    open +=
        replay->comparison.finding != verify::Finding::differs && replay->comparison.finding != verify::Finding::agrees;
    fmt::print("{}({}):\n", name, [&] {
      std::string values;
      for (const verify::Value& v : stored->input.values)
        values += fmt::format("{}{:#x}", values.empty() ? "" : ", ", v[0]);
      return values;
    }());
    fmt::print("source ({}): {}\n", to_string(evidence->from), replay->source);
    fmt::print("translation ({}): {}\n", to_string(evidence->target), replay->target);
    const char* const findings[] = {"they agree", "they differ", "nothing can be said"};
    fmt::print("{}{}{}\n", findings[static_cast<size_t>(replay->comparison.finding)],
               replay->comparison.what.empty() ? "" : ": ", replay->comparison.what);
  }
  if (replayed == 0) fmt::print("nothing to replay: no function was refuted\n");
  if (differing != 0) return Exit::refuted;
  return open == 0 ? Exit::ok : Exit::fell_short;
}

}  // namespace

void add_replay(CLI::App& app, Command& chosen) {
  auto a = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("replay", "run the inputs again that refuted a translation");
  command->add_option("EVIDENCE", a->evidence, "the evidence that translate wrote")->required();
  command->add_option("--function", a->functions, "only this function (may be given again)");
  command->callback([a, &chosen] { chosen = [a] { return run(*a); }; });
}

}  // namespace portolan::cli
