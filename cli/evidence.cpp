#include "cli/evidence.h"

#include <fmt/format.h>
#include <link.h>

#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "cli/output.h"
#include "llvm/Support/SHA256.h"

namespace portolan::cli {
namespace {

using nlohmann::json;
using verify::BoundaryValue;
using verify::Place;

constexpr const char* kKinds[] = {"integer", "floating", "result_address"};
constexpr const char* kPlaces[] = {"integer_argument", "float_argument", "stack",       "indirect_result",
                                   "vector_count",     "integer_result", "float_result"};

template <class Kind, size_t N>
Kind kind_named(const char* const (&names)[N], const std::string& name) {
  for (size_t n = 0; n < N; ++n)
    if (name == names[n]) return static_cast<Kind>(n);
  throw json::other_error::create(501, "unknown kind '" + name + "'", nullptr);
}

json place_json(const Place& p) {
  return {{"kind", kPlaces[static_cast<size_t>(p.kind)]}, {"index", p.index}};
}

Place place_of(const json& j) {
  return {kind_named<Place::Kind>(kPlaces, j.at("kind")), j.at("index").get<uint32_t>()};
}

json value_json(const BoundaryValue& v) {
  return {{"kind", kKinds[static_cast<size_t>(v.kind)]},
          {"bits", v.bits},
          {"signed", v.is_signed},
          {"whole", v.whole},
          {"source", place_json(v.source)},
          {"target", place_json(v.target)}};
}

BoundaryValue value_of(const json& j) {
  BoundaryValue v;
  v.kind = kind_named<BoundaryValue::Kind>(kKinds, j.at("kind"));
  v.bits = j.at("bits").get<uint32_t>();
  v.is_signed = j.at("signed").get<bool>();
  v.whole = j.value("whole", true);
  v.source = place_of(j.at("source"));
  v.target = place_of(j.at("target"));
  return v;
}

json counterexample_json(const verify::Boundary& boundary, const verify::Counterexample& c) {
  json j = input_json(boundary, c.input);
  j["difference"] = c.difference;
  j["shrunk"] = c.shrunk;
  if (!c.results_compared) j["results"] = json::array();
  return j;
}

[[noreturn]] void ill_formed(const std::string& what) {
  throw json::other_error::create(502, what, nullptr);
}

uint64_t number(const std::string& text) {
  uint64_t value = 0;
  const char* end = text.data() + text.size();
  const bool prefixed = text.starts_with("0x");
  const auto [at, error] = std::from_chars(text.data() + (prefixed ? 2 : 0), end, value, 16);
  if (!prefixed || error != std::errc() || at != end) ill_formed("'" + text + "' is no hexadecimal number");
  return value;
}

std::vector<uint8_t> bytes_of(const std::string& digits) {
  auto bytes = bytes_of_digits(digits);
  if (!bytes) ill_formed(bytes.error().message);
  return *std::move(bytes);
}

// Places are ordinals into what a calling convention has.
void check_place(const Place& place, Isa isa) {
  constexpr uint32_t kMostResults = 8, kMostStackSlots = 512;
  uint32_t limit = 1;
  switch (place.kind) {
    case Place::Kind::integer_argument:
      limit = static_cast<uint32_t>(emulate::integer_arguments(isa).size());
      break;
    case Place::Kind::float_argument:
      limit = static_cast<uint32_t>(emulate::float_arguments(isa).size());
      break;
    case Place::Kind::stack:
      limit = kMostStackSlots;
      break;
    case Place::Kind::integer_result:
    case Place::Kind::float_result:
      limit = kMostResults;
      break;
    case Place::Kind::indirect_result:
    case Place::Kind::vector_count:
      break;
  }
  if (place.index >= limit)
    ill_formed(fmt::format("there is no {} {}", kPlaces[static_cast<size_t>(place.kind)], place.index));
}

void check_value(const BoundaryValue& value, Isa source, Isa target) {
  if (value.bits == 0 || value.bits > 128) ill_formed(fmt::format("a value of {} bits", value.bits));
  check_place(value.source, source);
  check_place(value.target, target);
}

constexpr const char* kMethods[] = {"syntactic", "evaluation", "euf", "integers", "bit-vectors"};

json obligation_json(const prove::Obligation& o, QueryStore& queries) {
  static constexpr const char* kAnswers[] = {"holds", "fails", "unknown"};
  json j = {{"kind", o.kind},
            {"what", o.what},
            {"source", o.source},
            {"target", o.target},
            {"method", kMethods[static_cast<size_t>(o.answer.method)]},
            {"answer", kAnswers[static_cast<size_t>(o.answer.verdict)]},
            {"cross_checked", o.answer.cross_checked}};
  if (!o.answer.reason.empty()) j["reason"] = o.answer.reason;
  for (const solve::SolverRun& run : o.answer.runs)
    j["solvers"].push_back({{"solver", run.solver}, {"answer", run.answer}, {"seconds", run.seconds}});
  if (const std::string name = queries.add(o.answer.query); !name.empty()) j["query"] = name;
  return j;
}

// By which means the obligations were closed, and who answered.
json grounds_json(const prove::Proof& proof) {
  json j = {{"by_method", json::object()}, {"solvers", json::object()}};
  for (const prove::Obligation& o : proof.obligations) {
    json& method = j["by_method"][kMethods[static_cast<size_t>(o.answer.method)]];
    method = method.is_null() ? 1 : method.get<int>() + 1;
    std::set<std::string> answered;
    for (const solve::SolverRun& run : o.answer.runs)
      if (run.answer == "unsat") answered.insert(run.solver);
    for (const std::string& solver : answered) {
      json& count = j["solvers"][solver];
      count = count.is_null() ? 1 : count.get<int>() + 1;
    }
  }
  return j;
}

json proof_json(const prove::Proof& proof, QueryStore& queries) {
  static constexpr const char* kLevels[] = {"proved", "bounded", "unknown"};
  json j = {{"level", kLevels[static_cast<size_t>(proof.level)]},
            {"seconds", proof.seconds},
            {"cpu_seconds", proof.cpu_seconds},
            {"floating_point", proof.floating_point},
            {"relations", proof.relations},
            {"grounds", grounds_json(proof)},
            {"obligations", json::array()}};
  if (proof.level == prove::Proof::Level::bounded) j["bound"] = proof.bound;
  if (!proof.reason.empty()) j["reason"] = proof.reason, j["detail"] = proof.detail;
  for (const prove::Obligation& o : proof.obligations) j["obligations"].push_back(obligation_json(o, queries));
  return j;
}

}  // namespace

std::string digits_of(const std::vector<uint8_t>& bytes) {
  std::string digits;
  for (const uint8_t byte : bytes) digits += fmt::format("{:02x}", byte);
  return digits;
}

Expected<std::vector<uint8_t>> bytes_of_digits(const std::string& digits) {
  std::vector<uint8_t> bytes(digits.size() / 2);
  for (size_t n = 0; n < bytes.size(); ++n)
    if (std::from_chars(&digits[2 * n], &digits[2 * n] + 2, bytes[n], 16).ptr != &digits[2 * n] + 2)
      return error_at({}, "a buffer's bytes are no hexadecimal digits");
  if (digits.size() % 2 != 0) return error_at({}, "a buffer's last byte has one digit");
  return bytes;
}

json tests_json(const verify::TestResult& t) {
  json j = {{"tests", t.tests},
            {"inputs_tried", t.tried},
            {"seed", hex(t.seed)},
            {"coverage",
             {{"source_blocks", t.coverage.source_blocks},
              {"target_blocks", t.coverage.target_blocks},
              {"target_bytes", t.coverage.target_bytes},
              {"target_size", t.coverage.target_size}}}};
  if (t.nan_differences != 0) j["nan_differences"] = t.nan_differences;
  if (!t.not_compared.empty()) j["not_compared"] = t.not_compared;
  return j;
}

std::string hex(uint64_t value) {
  return fmt::format("{:#x}", value);
}

std::string sha256(std::string_view bytes) {
  llvm::SHA256 hash;
  hash.update(llvm::StringRef(bytes.data(), bytes.size()));
  std::string text;
  for (const uint8_t byte : hash.final()) text += fmt::format("{:02x}", byte);
  return text;
}

std::string build_id() {
  std::string id;
  auto visit = [](dl_phdr_info* info, size_t, void* found) {
    for (int n = 0; n < info->dlpi_phnum; ++n) {
      const ElfW(Phdr)& header = info->dlpi_phdr[n];
      if (header.p_type != PT_NOTE) continue;
      // Notes: sizes of name and contents, type, then both, each padded to 4 bytes (ELF gABI, "Note Section").
      const auto* bytes = reinterpret_cast<const uint8_t*>(info->dlpi_addr + header.p_vaddr);
      for (size_t at = 0; at + 12 <= header.p_memsz;) {
        uint32_t fields[3];
        std::memcpy(fields, bytes + at, 12);
        const size_t contents = at + 12 + (fields[0] + 3) / 4 * 4, next = contents + (fields[1] + 3) / 4 * 4;
        if (next > header.p_memsz) break;
        if (fields[2] == NT_GNU_BUILD_ID && fields[0] == 4 && std::memcmp(bytes + at + 12, "GNU", 4) == 0)
          for (uint32_t i = 0; i < fields[1]; ++i)
            *static_cast<std::string*>(found) += fmt::format("{:02x}", bytes[contents + i]);
        at = next;
      }
    }
    return 1;  // the program itself comes first, and is the only one that matters
  };
  dl_iterate_phdr(visit, &id);
  return id;
}

std::string QueryStore::add(const std::string& query) {
  if (query.empty() || evidence_.empty()) return {};
  std::string name = sha256(query).substr(0, 16) + ".smt2";
  queries_.emplace(name, query);
  return name;
}

std::optional<Diagnostic> QueryStore::write() const {
  if (queries_.empty()) return std::nullopt;
  const std::string path = folder(evidence_);
  std::error_code failed;
  std::filesystem::create_directories(path, failed);
  if (failed) return error_at({path, 0, 0}, "cannot create the folder: " + failed.message());
  for (const auto& [name, query] : queries_)
    if (auto error = write_output(path + "/" + name, query)) return error;
  return std::nullopt;
}

json input_json(const verify::Boundary& boundary, const verify::Input& input) {
  json j = {{"target_name", boundary.target_name}};
  j["parameters"] = j["results"] = j["buffers"] = j["data"] = json::array();
  for (size_t p = 0; p < boundary.parameters.size(); ++p) {
    json value = value_json(boundary.parameters[p]);
    value["value"] = {hex(input.values[p][0]), hex(input.values[p][1])};
    j["parameters"].push_back(std::move(value));
  }
  for (const BoundaryValue& v : boundary.results) j["results"].push_back(value_json(v));
  for (const emulate::Region& r : input.regions)
    j["buffers"].push_back({{"address", hex(r.address)}, {"bytes", digits_of(r.bytes)}});
  for (const verify::DataPiece& piece : input.data)
    j["data"].push_back({{"object", piece.object}, {"offset", piece.offset}, {"bytes", digits_of(piece.bytes)}});
  return j;
}

json assumption_json(const prove::Assumption& assumption) {
  static constexpr const char* kChecks[] = {"unchecked", "runtime-check", "violated"};
  json j = {{"id", assumption.id},
            {"kind", assumption.kind},
            {"text", assumption.text},
            {"discharged", kChecks[static_cast<size_t>(assumption.check)]}};
  if (!assumption.how.empty()) j["how"] = assumption.how;
  return j;
}

// `tests` and what belongs to it stand in the verdict itself, as in the first version of the format.
json verdict_json(const verify::Boundary& boundary, const judge::Verdict& v, QueryStore& queries) {
  json j = v.tests ? tests_json(*v.tests) : json::object();
  j["level"] = judge::to_string(v.level);
  j["word"] = judge::word(v);
  j["claim"] = judge::sentence(v, boundary);
  j["observables"] = judge::observables(boundary);
  if (v.level == judge::Level::bounded) j["bound"] = v.bound;
  if (!v.reason.empty()) j["reason"] = v.reason;
  if (!v.detail.empty()) j["detail"] = v.detail;
  j["assumptions"] = json::array();
  for (const prove::Assumption& a : v.assumptions) j["assumptions"].push_back(assumption_json(a));
  if (v.proof) j["proof"] = proof_json(*v.proof, queries);
  if (v.tests && v.tests->counterexample) j["counterexample"] = counterexample_json(boundary, *v.tests->counterexample);
  return j;
}

// The file comes from outside, so everything about it may be wrong; nlohmann::json says so by throwing.
Expected<StoredInput> stored_input(const json& function, Isa source, Isa target) try {
  return stored_input(function.at("verdict").at("counterexample"), function.at("name").get<std::string>(), source,
                      target);
} catch (const std::exception& e) {
  return error_at({}, fmt::format("the evidence holds no input that could be run: {}", e.what()));
}

Expected<StoredInput> stored_input(const json& c, const std::string& function, Isa source, Isa target) try {
  StoredInput stored;
  stored.boundary.name = function;
  stored.boundary.target_name = c.at("target_name");
  for (const json& p : c.at("parameters")) {
    stored.boundary.parameters.push_back(value_of(p));
    stored.input.values.push_back({number(p.at("value").at(0)), number(p.at("value").at(1))});
  }
  for (const json& r : c.at("results")) stored.boundary.results.push_back(value_of(r));
  for (const BoundaryValue& v : stored.boundary.parameters) check_value(v, source, target);
  for (const BoundaryValue& v : stored.boundary.results) check_value(v, source, target);
  for (const json& b : c.at("buffers"))
    stored.input.regions.push_back({number(b.at("address")), bytes_of(b.at("bytes")), true});
  for (const json& d : c.value("data", json::array()))
    stored.input.data.push_back({d.at("object"), d.at("offset").get<uint64_t>(), bytes_of(d.at("bytes"))});
  return stored;
} catch (const std::exception& e) {
  return error_at({}, fmt::format("the evidence holds no input that could be run: {}", e.what()));
}

}  // namespace portolan::cli
