#include "cli/evidence.h"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <iterator>

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
          {"source", place_json(v.source)},
          {"target", place_json(v.target)}};
}

BoundaryValue value_of(const json& j) {
  BoundaryValue v;
  v.kind = kind_named<BoundaryValue::Kind>(kKinds, j.at("kind"));
  v.bits = j.at("bits").get<uint32_t>();
  v.is_signed = j.at("signed").get<bool>();
  v.source = place_of(j.at("source"));
  v.target = place_of(j.at("target"));
  return v;
}

json counterexample_json(const verify::Boundary& boundary, const verify::Counterexample& c) {
  json j = {{"difference", c.difference}, {"shrunk", c.shrunk}, {"target_name", boundary.target_name}};
  j["parameters"] = j["results"] = j["buffers"] = json::array();
  for (size_t p = 0; p < boundary.parameters.size(); ++p) {
    json value = value_json(boundary.parameters[p]);
    value["value"] = {hex(c.input.values[p][0]), hex(c.input.values[p][1])};
    j["parameters"].push_back(std::move(value));
  }
  for (const BoundaryValue& v : boundary.results) j["results"].push_back(value_json(v));
  for (const emulate::Region& r : c.input.regions) {
    std::string bytes;
    for (const uint8_t byte : r.bytes) bytes += fmt::format("{:02x}", byte);
    j["buffers"].push_back({{"address", hex(r.address)}, {"bytes", bytes}});
  }
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
  std::vector<uint8_t> bytes(digits.size() / 2);
  for (size_t n = 0; n < bytes.size(); ++n)
    if (std::from_chars(&digits[2 * n], &digits[2 * n] + 2, bytes[n], 16).ptr != &digits[2 * n] + 2)
      ill_formed("a buffer's bytes are no hexadecimal digits");
  if (digits.size() % 2 != 0) ill_formed("a buffer's last byte has one digit");
  return bytes;
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

json verdict_json(const translate::FunctionReport& f, const verify::Verdict& v) {
  static constexpr const char* kLevels[] = {"tested", "refuted", "unknown"};
  json j = {{"level", kLevels[static_cast<size_t>(v.level)]},
            {"tests", v.tests},
            {"inputs_tried", v.tried},
            {"seed", hex(v.seed)},
            {"coverage",
             {{"source_blocks", v.coverage.source_blocks},
              {"target_blocks", v.coverage.target_blocks},
              {"target_bytes", v.coverage.target_bytes},
              {"target_size", v.coverage.target_size}}}};
  if (!v.reason.empty()) j["reason"] = v.reason;
  if (v.nan_differences != 0) j["nan_differences"] = v.nan_differences;
  if (v.counterexample) j["counterexample"] = counterexample_json(f.boundary, *v.counterexample);
  return j;
}

}  // namespace

uint64_t fnv64(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : bytes) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  return hash;
}

std::string hex(uint64_t value) {
  return fmt::format("{:#x}", value);
}

Expected<emulate::Object> source_object(const assembly::Unit& unit) {
  if (unit.from_object) {
    std::ifstream file(unit.file, std::ios::binary);
    if (!file) return error_at({unit.file, 0, 0}, "an object is read a second time for the tests: give it as a file");
    return emulate::Object(std::istreambuf_iterator<char>(file), {});
  }
  std::string text;
  for (const std::string& line : unit.lines) text += line + "\n";
  return verify::object_of_text(unit.isa, text, unit.file);
}

verify::Subject subject_of(const assembly::Unit& unit, const translate::Translation& translation, Isa target,
                           const emulate::Object& source_object, const emulate::Object& target_object) {
  verify::Subject subject{unit.isa, target, source_object, target_object, {}};
  for (const translate::FunctionReport& f : translation.functions)
    if (!f.translated) subject.missing.insert(f.boundary.target_name);
  return subject;
}

json function_json(const translate::FunctionReport& f, const verify::Verdict* verdict) {
  json j = {{"name", f.name},
            {"line", f.line},
            {"instructions_in", f.instructions_in},
            {"instructions_out", f.instructions_out},
            {"assumptions", f.assumptions}};
  if (!f.translated) {
    j["verdict"] = {{"level", "refused"}};
    for (const Diagnostic& d : f.refusals) j["refusals"].push_back({{"line", d.location.line}, {"reason", d.message}});
  } else if (verdict == nullptr) {
    j["verdict"] = {{"level", "unknown"}, {"reason", "not tested"}};
  } else {
    j["verdict"] = verdict_json(f, *verdict);
  }
  return j;
}

// The file comes from outside, so everything about it may be wrong; nlohmann::json says so by throwing.
Expected<StoredInput> stored_input(const json& function, Isa source, Isa target) try {
  const json& c = function.at("verdict").at("counterexample");
  StoredInput stored;
  stored.boundary.name = function.at("name");
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
  return stored;
} catch (const std::exception& e) {
  return error_at({}, fmt::format("the evidence holds no input that could be run: {}", e.what()));
}

}  // namespace portolan::cli
