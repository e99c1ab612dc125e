// portolan replay: runs the inputs again that refuted a pair. Needs no solver.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

#include "cli/commands.h"
#include "cli/evidence.h"
#include "cli/input.h"
#include "cli/prototypes.h"
#include "cli/refuted_mark.h"
#include "cli/verify_kernels.h"
#include "translate/translate.h"
#include "verify/leak/witness.h"

namespace portolan::cli {
namespace {

struct Arguments {
  std::string evidence;
  std::vector<std::string> functions;
  bool recheck = false;
  double seconds = 60;
};

struct Evidence {
  nlohmann::json json;
  std::string source, source_hash, target, target_hash;
  Isa from = Isa::x86_64, to = Isa::x86_64;
  bool translated = false;  // the target is a translation, which can be made anew
  std::vector<std::string> functions, headers;
  std::map<std::string, std::string> stand_ins;
};

Expected<Evidence> load(const std::string& path) try {
  std::ifstream file(path);
  if (!file || std::filesystem::is_directory(path)) return error_at({path, 0, 0}, "not a file that can be read");
  Evidence evidence;
  evidence.json = nlohmann::json::parse(file);
  if (!evidence.json.at("functions").is_array()) return error_at({path, 0, 0}, "not an evidence file: no functions");
  const nlohmann::json& sides = evidence.json.at("sides");
  evidence.source = evidence.json.at("source");
  evidence.source_hash = sides.at("source").at("sha256");
  evidence.target_hash = sides.at("target").at("sha256");
  evidence.translated = evidence.json.at("command") == "translate";
  evidence.target = evidence.translated ? evidence.json.at("output").at("file") : evidence.json.at("target");
  auto from = isa_from_string(evidence.json.at("from").get<std::string>());
  auto to = isa_from_string(evidence.json.at("to").get<std::string>());
  if (!to || !from) return error_at({path, 0, 0}, "it names an unknown instruction set");
  evidence.from = *from;
  evidence.to = *to;
  evidence.headers = evidence.json.at("options").at("proto").get<std::vector<std::string>>();
  evidence.stand_ins = evidence.json.at("options").value("stand_ins", evidence.stand_ins);
  evidence.functions = evidence.json.at("options").at("functions").get<std::vector<std::string>>();
  return evidence;
} catch (const std::exception& e) {
  return error_at({path, 0, 0}, fmt::format("not an evidence file: {}", e.what()));
}

void warn_of_change(const std::string& path, const std::string& contents, const std::string& hash) {
  if (sha256(contents) != hash) fmt::print(stderr, "{}: warning: it has changed since the evidence was made\n", path);
}

// A translation as it was written, if it is still there and what it was; else as the program makes it today.
Expected<emulate::Object> translated_object(const Evidence& e, const InputFile& source) {
  if (e.target != "-") {
    std::ifstream file(e.target, std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    if (sha256(text) == e.target_hash) return verify::object_of_text(e.to, text, e.target);
  }
  auto prototypes = read_headers(e.headers, e.from);
  if (!prototypes) return prototypes.error();
  auto translation =
      translate::translate(*source.unit, {e.to, e.functions, std::move(*prototypes), debug_prototypes(source)});
  if (!translation) return translation.error();
  if (sha256(mark_refuted(translation->assembly, e.to, e.json.at("functions"))) != e.target_hash)
    fmt::print(stderr, "portolan: the translation is not the one that the evidence speaks of: it is made anew\n");
  return verify::object_of_text(e.to, translation->assembly, e.target);
}

Expected<verify::Subject> load_subject(const Evidence& e) {
  auto source = read_input(e.source == "<stdin>" ? "-" : e.source, std::string(to_string(e.from)), "--from");
  if (!source) return source.error();
  warn_of_change(e.source, source->contents, e.source_hash);
  auto source_object = source->object();
  if (!source_object) return source_object.error();
  verify::Subject subject{e.from, e.to, std::move(*source_object), {}, {}, e.stand_ins};
  // What the source defines and the target lacks is a function all the same.
  for (const assembly::SymbolId f : source->unit->functions()) subject.missing.insert(source->unit->symbols[f].name);
  if (e.translated) {
    auto target = translated_object(e, *source);
    if (!target) return target.error();
    subject.target = std::move(*target);
    return subject;
  }
  auto target = read_input(e.target, std::string(to_string(e.to)), "--to");
  if (!target) return target.error();
  warn_of_change(e.target, target->contents, e.target_hash);
  auto target_object = target->object();
  if (!target_object) return target_object.error();
  subject.target = std::move(*target_object);
  return subject;
}

Exit fail(const Diagnostic& d) {
  fmt::print(stderr, "{}", to_string(d));
  return Exit::usage;
}

// A name that is asked for and that the evidence does not have, or empty.
std::string missing_name(const Arguments& a, const nlohmann::json& functions) {
  for (const std::string& name : a.functions)
    if (std::none_of(functions.begin(), functions.end(),
                     [&](const nlohmann::json& f) { return f.is_object() && f.contains("name") && f["name"] == name; }))
      return name;
  return {};
}

bool wanted(const Arguments& a, const nlohmann::json& function) {
  const std::string name = function.value("name", "");
  return a.functions.empty() || std::find(a.functions.begin(), a.functions.end(), name) != a.functions.end();
}

struct Recheck {
  unsigned confirmed = 0, failed = 0;
};

// One stored question through every solver again: none may say sat, and one must say unsat.
void recheck_query(const Arguments& a, const std::string& name, const std::string& function, Recheck& sum) {
  const std::string path = QueryStore::folder(a.evidence) + "/" + name;
  std::ifstream file(path, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  std::string answers;
  bool unsat = false, sat = false;
  if (!file || !name.starts_with(sha256(text).substr(0, 16)))
    answers = ": it is missing, or not what it was";
  else
    for (const solve::SolverRun& r :
         solve::recheck(text, {std::chrono::milliseconds(static_cast<int64_t>(a.seconds * 1000)), uint64_t{2} << 30})) {
      answers += fmt::format(", {}: {} in {:.2f} s", r.solver, r.answer, r.seconds);
      unsat |= r.answer == "unsat";
      sat |= r.answer == "sat";
    }
  const bool good = unsat && !sat;
  ++(good ? sum.confirmed : sum.failed);
  if (!good) fmt::print("{}: {}{}\n", function, path, answers);
}

// Whether the evidence says of an obligation what a proof needs: it holds by two means, and what solvers said is
// stored.
bool is_complete(const nlohmann::json& obligation) {
  const std::string method = obligation.at("method");
  return obligation.at("answer") == "holds" && obligation.at("cross_checked") == true &&
         (method == "syntactic" || obligation.contains("query"));
}

// Asks again what the proofs of the evidence rest on. Exit status: 0 all answers are still unsat, 2 they are not.
Exit recheck(const Arguments& a, const nlohmann::json& evidence) try {
  Recheck sum;
  for (const nlohmann::json& f : evidence.at("functions")) {
    const nlohmann::json& verdict = f.at("verdict");
    const std::string level = verdict.at("level");
    if (!wanted(a, f) || !verdict.contains("proof") || (level != "proved" && level != "bounded")) continue;
    const nlohmann::json& obligations = verdict.at("proof").at("obligations");
    const auto incomplete = std::find_if_not(obligations.begin(), obligations.end(), is_complete);
    if (obligations.empty() || incomplete != obligations.end()) {
      ++sum.failed;
      fmt::print("{}: {}: the evidence does not say that every obligation of the proof holds\n",
                 f.at("name").get<std::string>(), a.evidence);
    }
    for (const nlohmann::json& o : obligations)
      if (o.contains("query")) recheck_query(a, o.at("query"), f.at("name"), sum);
  }
  fmt::print("{} stored queries confirmed, {} not\n", sum.confirmed, sum.failed);
  return sum.failed == 0 ? Exit::ok : Exit::fell_short;
} catch (const std::exception& e) {
  return fail(error_at({a.evidence, 0, 0}, fmt::format("not an evidence file: {}", e.what())));
}

struct LeakReplay {
  unsigned replayed = 0, leaking = 0;
};

// The two inputs of a leak again, which differ in secrets only: whether their runs still part.
std::optional<Diagnostic> replay_leak(const nlohmann::json& function, const std::string& side, Isa isa,
                                      const emulate::Object& object, LeakReplay& sum) try {
  const nlohmann::json& witness = function.at("constant_time").at(side).at("witness");
  const std::string name = witness.at("first").at("target_name");
  auto first = stored_input(witness.at("first"), name, isa, isa),
       second = stored_input(witness.at("second"), name, isa, isa);
  if (!first || !second) return (first ? second : first).error();
  auto search = leak::WitnessSearch::make(isa, object);
  if (!search) return search.error();
  if ((*search)->image().find_symbol(name) == nullptr) return error_at({}, fmt::format("there is no '{}'", name));
  const auto again = (*search)->compare(first->boundary, std::move(first->input), std::move(second->input));
  ++sum.replayed;
  sum.leaking += again.has_value();
  fmt::print("{} ({}, {}): ", name, side, to_string(isa));
  if (!again)
    fmt::print("the two runs look the same\n");
  else
    fmt::print("the two runs part after {} instructions, at {:#x} ({}): {:#x} or {:#x}\n", again->steps, again->pc,
               leak::to_string(again->kind), again->first_value, again->second_value);
  return std::nullopt;
} catch (const std::exception& e) {
  return error_at({}, fmt::format("the evidence holds no leak that could be run: {}", e.what()));
}

std::optional<Diagnostic> replay_leaks(const Arguments& a, const Evidence& e, const verify::Subject& subject,
                                       LeakReplay& sum) {
  for (const nlohmann::json& f : e.json.at("functions")) {
    if (!f.is_object() || !f.contains("constant_time") || !wanted(a, f)) continue;
    for (const bool source : {true, false}) {
      const std::string side = source ? "source" : "target";
      const nlohmann::json& time = f["constant_time"];
      if (!time.is_object() || !time.contains(side) || !time[side].is_object() || !time[side].contains("witness"))
        continue;
      if (auto error = replay_leak(f, side, source ? e.from : e.to, source ? subject.source : subject.target, sum))
        return error;
    }
  }
  return std::nullopt;
}

// Kernels have engines of their own; what else is wrong with the file the other reader says.
std::optional<nlohmann::json> kernel_evidence(const std::string& path) {
  std::ifstream file(path);
  if (!file || std::filesystem::is_directory(path)) return std::nullopt;
  nlohmann::json evidence = nlohmann::json::parse(file, nullptr, false);
  if (!is_kernel_evidence(evidence)) return std::nullopt;
  return evidence;
}

Exit run(const Arguments& a) {
  if (const auto kernels = kernel_evidence(a.evidence)) return replay_kernels(a.evidence, *kernels, a.functions);
  auto evidence = load(a.evidence);
  if (!evidence) return fail(evidence.error());
  if (std::string name = missing_name(a, evidence->json["functions"]); !name.empty())
    return fail(error_at({a.evidence, 0, 0}, fmt::format("it says nothing of a function '{}'", name)));
  if (a.recheck) return recheck(a, evidence->json);
  auto subject = load_subject(*evidence);
  if (!subject) return fail(subject.error());
  unsigned replayed = 0, differing = 0, open = 0;
  for (const nlohmann::json& f : evidence->json["functions"]) {
    if (!f.is_object() || !f.contains("verdict") || !f["verdict"].contains("counterexample")) continue;
    if (!wanted(a, f)) continue;
    const std::string name = f.value("name", "");
    auto stored = stored_input(f, evidence->from, evidence->to);
    if (!stored) return fail(error_at({a.evidence, 0, 0}, stored.error().message));
    auto replay = verify::replay(*subject, stored->boundary, stored->input);
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
    fmt::print("target ({}): {}\n", to_string(evidence->to), replay->target);
    const char* const findings[] = {"they agree", "they differ", "nothing can be said"};
    fmt::print("{}{}{}\n", findings[static_cast<size_t>(replay->comparison.finding)],
               replay->comparison.what.empty() ? "" : ": ", replay->comparison.what);
  }
  LeakReplay leaks;
  if (auto error = replay_leaks(a, *evidence, *subject, leaks))
    return fail(error_at({a.evidence, 0, 0}, error->message));
  if (replayed + leaks.replayed == 0) fmt::print("nothing to replay: no function was refuted\n");
  if (differing + leaks.leaking != 0) return Exit::refuted;
  return open == 0 ? Exit::ok : Exit::fell_short;
}

}  // namespace

void add_replay(CLI::App& app, Command& chosen) {
  auto a = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("replay", "run the inputs again that refuted something");
  command->add_option("EVIDENCE", a->evidence, "the evidence that verify or translate wrote")->required();
  command->add_option("--function", a->functions, "only this function (may be given again)");
  command->add_flag("--recheck", a->recheck, "ask the solvers again what the proofs rest on");
  command->add_option("--seconds", a->seconds, "for each stored query; default: 60")->check(CLI::Range(0.1, 86400.0));
  command->callback([a, &chosen] { chosen = [a] { return run(*a); }; });
}

}  // namespace portolan::cli
