#include "cli/constant_time.h"

#include <fmt/format.h>

#include <charconv>

#include "cli/evidence.h"
#include "cli/listing.h"

namespace portolan::cli {
namespace {

using leak::Level;
using nlohmann::json;
using verify::Boundary;
using verify::BoundaryValue;
using verify::Place;

// Which parameter of the boundary C's n-th argument is, or why that is not known.
Expected<size_t> parameter_of(const Boundary& boundary, unsigned number) {
  const bool inferred = boundary.origin == Boundary::Origin::inferred;
  unsigned seen = 0;
  for (size_t p = 0; p < boundary.parameters.size(); ++p) {
    const BoundaryValue& v = boundary.parameters[p];
    if (v.kind == BoundaryValue::Kind::result_address || v.source.kind == Place::Kind::vector_count) continue;
    if (inferred) {
      // Nobody told how integers and floating-point numbers alternate.
      if (v.source.kind != Place::Kind::integer_argument)
        return error_at({}, "its prototype is not known, and it has arguments of several kinds; give --proto");
      if (v.source.index + 1 == number) return p;
      continue;
    }
    if (!v.whole) return error_at({}, "an argument that is a structure comes in parts: which is meant is not known");
    if (++seen == number) return p;
  }
  return error_at({}, inferred ? fmt::format("it is not seen to read argument {}; give --proto", number)
                               : fmt::format("it has no argument {}", number));
}

Expected<std::vector<leak::Secret>> secrets_of(const Boundary& boundary, const std::vector<SecretArgument>& arguments) {
  std::vector<leak::Secret> secrets;
  for (const SecretArgument& a : arguments) {
    auto parameter = parameter_of(boundary, a.number);
    if (!parameter) return parameter.error();
    if (a.pointee && (boundary.parameters[*parameter].bits != 64 ||
                      boundary.parameters[*parameter].kind == BoundaryValue::Kind::floating))
      return error_at({}, fmt::format("argument {} is no pointer", a.number));
    secrets.push_back({*parameter, a.pointee});
  }
  return secrets;
}

std::string shown(const leak::Witness& w) {
  switch (w.kind) {
    case leak::Finding::Kind::branch:
      return fmt::format("control goes to {:#x} or {:#x}", w.first_value, w.second_value);
    case leak::Finding::Kind::address:
      return fmt::format("the address is {:#x} or {:#x}", w.first_value, w.second_value);
    default:
      return "operands differ, and the time depends on them";
  }
}

json side_json(const leak::Verdict& v, const Boundary& boundary, const std::string& where) {
  json j = {{"level", leak::to_string(v.level)},
            {"word", leak::word(v)},
            {"findings", json::array()},
            {"assumptions", json::array()}};
  if (!v.reason.empty()) j["reason"] = v.reason, j["detail"] = v.detail;
  for (const leak::Finding& f : v.findings)
    j["findings"].push_back(
        {{"kind", leak::to_string(f.kind)}, {"function", f.function}, {"line", f.line}, {"what", f.what}});
  for (const prove::Assumption& a : v.assumptions) j["assumptions"].push_back(assumption_json(a));
  if (v.proof) {
    size_t asked = 0;
    for (const prove::Obligation& o : v.proof->obligations) asked += o.answer.method != solve::Method::syntactic;
    j["proof"] = {{"holds", v.level == Level::constant_time},
                  {"obligations", v.proof->obligations.size()},
                  {"by_solvers", asked},
                  {"seconds", v.proof->seconds}};
    if (v.level != Level::constant_time) j["proof"]["detail"] = v.proof->detail;
  }
  if (v.witness) {
    const leak::Witness& w = *v.witness;
    j["detail"] = fmt::format("at {}: {}", where, shown(w));
    j["witness"] = {{"kind", leak::to_string(w.kind)},
                    {"at", where},
                    {"address", hex(w.pc)},
                    {"values", {hex(w.first_value), hex(w.second_value)}},
                    {"steps_before", w.steps},
                    {"engine", "ir"},
                    {"confirmed_by", w.confirmed_by},
                    {"first", input_json(boundary, w.first)},
                    {"second", input_json(boundary, w.second)}};
  }
  return j;
}

std::string call_text(const std::string& name, const verify::Input& input) {
  std::string values;
  for (const verify::Value& v : input.values) values += fmt::format("{}{:#x}", values.empty() ? "" : ", ", v[0]);
  return fmt::format("{}({})", name, values);
}

// The first byte in which the two inputs' buffers differ, in words.
std::string memory_text(const leak::Witness& w) {
  for (size_t r = 0; r < w.first.regions.size(); ++r)
    for (size_t n = 0; n < w.first.regions[r].bytes.size(); ++n)
      if (w.first.regions[r].bytes[n] != w.second.regions[r].bytes[n])
        return fmt::format(", with byte {} of buffer {} {:#04x} or {:#04x}", n, r + 1, w.first.regions[r].bytes[n],
                           w.second.regions[r].bytes[n]);
  return {};
}

std::string side_text(const char* side, const std::string& name, const leak::Verdict& v, const std::string& where) {
  std::string text = fmt::format("{}: {}{}", name, side, leak::word(v));
  if (v.level == Level::unknown) text += ": " + v.detail;
  text += "\n";
  if (v.witness) {
    const leak::Witness& w = *v.witness;
    text += fmt::format("  at {}: {}\n", where, shown(w));
    text += fmt::format("  {} and {}{}\n", call_text(name, w.first), call_text(name, w.second), memory_text(w));
    text += w.confirmed_by.empty() ? "" : fmt::format("  engine {} goes two ways too\n", w.confirmed_by);
  }
  if (v.level == Level::constant_time)
    for (const prove::Assumption& a : v.assumptions) text += fmt::format("  assumed: {}\n", a.text);
  return text;
}

}  // namespace

Expected<std::vector<SecretArgument>> parse_secrets(const std::string& text) {
  const std::string wrong = "--constant-time takes secret=arg1,*arg2: which arguments, or what they point to";
  if (!text.starts_with("secret=")) return error_at({}, wrong);
  std::vector<SecretArgument> secrets;
  std::string rest = text.substr(7);
  while (true) {
    const size_t comma = rest.find(',');
    std::string name = rest.substr(0, comma);
    SecretArgument secret;
    if (name.starts_with("*")) secret.pointee = true, name.erase(0, 1);
    const char* end = name.data() + name.size();
    const bool argument = name.starts_with("arg");
    const auto [at, error] = std::from_chars(name.data() + (argument ? 3 : 0), end, secret.number);
    if (!argument || error != std::errc() || at != end || secret.number == 0) return error_at({}, wrong);
    secrets.push_back(secret);
    if (comma == std::string::npos) return secrets;
    rest.erase(0, comma + 1);
  }
}

std::string_view ConstantTime::preserved() const {
  if (!target) return "";
  if (target->level == Level::constant_time) return "yes";
  if (target->level == Level::leaks && source.level == Level::constant_time) return "no";
  return "unknown";
}

struct ConstantTimeJudge::Side {
  const InputFile& file;
  const emulate::Object& object;
  prove::Which which;
  std::unique_ptr<leak::WitnessSearch> search;
  std::unique_ptr<Listing> listing;
};

ConstantTimeJudge::ConstantTimeJudge(const InputFile& source, const emulate::Object& source_object,
                                     const InputFile* target, const emulate::Object* target_object,
                                     ConstantTimeOptions options)
    : options_(std::move(options)) {
  auto side = [](const InputFile& file, const emulate::Object& object, prove::Which which) {
    auto made = std::unique_ptr<Side>(new Side{file, object, which, nullptr, nullptr});
    if (auto search = leak::WitnessSearch::make(file.isa(), object)) {
      made->search = std::move(*search);
      made->listing = std::make_unique<Listing>(file, object, made->search->image());
    }
    return made;
  };
  source_ = side(source, source_object, prove::Which::source);
  if (target != nullptr) target_ = side(*target, *target_object, prove::Which::target);
}

ConstantTimeJudge::~ConstantTimeJudge() = default;

leak::Verdict ConstantTimeJudge::judge_side(Side& side, const Boundary& boundary, std::string& where) {
  leak::Verdict verdict;
  auto secrets = secrets_of(boundary, options_.secrets);
  if (!boundary.untestable.empty() || !secrets) {
    verdict.reason = "unsupported";
    verdict.detail = boundary.untestable.empty() ? secrets.error().message : boundary.untestable;
    return verdict;
  }
  const leak::Question question{*side.file.index, side.which, boundary, *secrets, options_.no_alias};
  verdict = leak::judge(question, side.search.get(), {options_.time, options_.seed});
  if (verdict.witness) where = side.listing->at(verdict.witness->pc);
  return verdict;
}

ConstantTime ConstantTimeJudge::judge(const Boundary& boundary) {
  ConstantTime result;
  result.source = judge_side(*source_, boundary, result.source_where);
  if (target_) result.target = judge_side(*target_, boundary, result.target_where);
  return result;
}

json constant_time_json(const ConstantTime& result, const Boundary& boundary, const ConstantTimeOptions& options) {
  json j = {
      {"leakage_model", "program counter, addresses, operands of instructions of variable time"},
      {"secrets", json::array()},
      {"level", leak::to_string(result.decisive().level)},
      {"word", leak::word(result.decisive())},
      {"source", side_json(result.source, leak::own_boundary(boundary, prove::Which::source), result.source_where)}};
  for (const SecretArgument& s : options.secrets)
    j["secrets"].push_back(fmt::format("{}arg{}", s.pointee ? "*" : "", s.number));
  if (result.target) {
    j["target"] = side_json(*result.target, leak::own_boundary(boundary, prove::Which::target), result.target_where);
    j["preserved"] = result.preserved();
  }
  if (boundary.origin == Boundary::Origin::inferred) j["prototype"] = "inferred";
  return j;
}

std::string constant_time_text(const std::string& function, const ConstantTime& result) {
  if (!result.target) return side_text("", function, result.source, result.source_where);
  std::string text = side_text("source: ", function, result.source, result.source_where) +
                     side_text("target: ", function, *result.target, result.target_where);
  if (result.preserved() == "no") text += fmt::format("{}: the target leaks what the source does not leak\n", function);
  return text;
}

Exit constant_time_exit(const ConstantTime& result) {
  switch (result.decisive().level) {
    case Level::constant_time:
      return Exit::ok;
    case Level::leaks:
      return Exit::refuted;
    default:
      return Exit::fell_short;
  }
}

}  // namespace portolan::cli
