#include "cli/kernel_evidence.h"

#include <fmt/format.h>

#include "cli/evidence.h"

namespace portolan::cli {
namespace {

using differential::Given;
using differential::Instance;
using manifest::Argument;
using nlohmann::json;

constexpr const char* kDirections[] = {"value", "in", "out", "inout"};

[[noreturn]] void ill_formed(const std::string& what) {
  throw json::other_error::create(502, what, nullptr);
}

json dimensions_json(const simt::Dimensions& d) {
  return {d.x, d.y, d.z};
}

simt::Dimensions dimensions_of(const json& j, uint32_t most) {
  const simt::Dimensions d = {j.at(0).get<uint32_t>(), j.at(1).get<uint32_t>(), j.at(2).get<uint32_t>()};
  for (uint32_t n : {d.x, d.y, d.z})
    if (n == 0 || n > most) ill_formed(fmt::format("a size of {}", n));
  return d;
}

Given given_of(const json& j) {
  Given g;
  g.name = j.at("name");
  const auto type = manifest::element_from_name(j.at("type").get<std::string>());
  if (!type) ill_formed("an unknown type");
  g.type = *type;
  const std::string direction = j.at("direction");
  for (size_t n = 0; n < std::size(kDirections); ++n)
    if (direction == kDirections[n]) g.direction = static_cast<Argument::Direction>(n);
  auto bytes = bytes_of_digits(j.at("bytes").get<std::string>());
  if (!bytes) ill_formed(bytes.error().message);
  g.bytes = *std::move(bytes);
  if (g.bytes.size() % g.type.bytes != 0 || (!g.is_buffer() && g.bytes.size() != g.type.bytes))
    ill_formed(fmt::format("'{}' has {} bytes", g.name, g.bytes.size()));
  g.any_order = j.value("any_order", false);
  g.variable = j.value("variable", false);
  if (g.variable && !g.is_buffer()) ill_formed("a variable of the module is a buffer");
  g.tolerance = {j.value("ulps", uint64_t{0}), j.value("relative", 0.0), j.value("absolute", 0.0)};
  return g;
}

}  // namespace

json resources_json(const amdgcn::Resources& r) {
  return {{"vector_registers", r.vector_registers}, {"accumulators", r.accumulators},
          {"scalar_registers", r.scalar_registers}, {"lds_bytes", r.local_bytes},
          {"scratch_bytes", r.scratch_bytes},       {"vector_spills", r.vector_spills},
          {"scalar_spills", r.scalar_spills}};
}

json estimate_json(amdgcn::Processor processor, const differential::Result& result) {
  const estimate::Peak peak = estimate::peak_of(processor);
  return {{"bound", estimate::to_string(estimate::bound_of(*result.cost, peak))},
          {"product", peak.product},
          {"launch", result.costly},
          {"lane_instructions", result.cost->lane_instructions},
          {"requested_bytes", result.cost->requested_bytes},
          {"buffer_bytes", result.cost->buffer_bytes}};
}

json instance_json(const Instance& i) {
  json j = {{"kernel", i.kernel},
            {"inputs", i.inputs},
            {"sizes", i.sizes},
            {"grid", dimensions_json(i.grid)},
            {"block", dimensions_json(i.block)},
            {"shared_bytes", i.shared_bytes},
            {"arguments", json::array()}};
  for (const Given& g : i.arguments) {
    j["arguments"].push_back({{"name", g.name},
                              {"type", manifest::to_string(g.type)},
                              {"direction", kDirections[g.direction]},
                              {"bytes", digits_of(g.bytes)}});
    json& last = j["arguments"].back();
    if (g.any_order) last["any_order"] = true;
    if (g.variable) last["variable"] = true;
    if (g.tolerance.ulps != 0) last["ulps"] = g.tolerance.ulps;
    if (g.tolerance.relative != 0) last["relative"] = g.tolerance.relative;
    if (g.tolerance.absolute != 0) last["absolute"] = g.tolerance.absolute;
  }
  return j;
}

Expected<Instance> stored_instance(const json& c) try {
  constexpr uint32_t kMostBlocks = 65535, kMostThreads = 1024;
  constexpr uint64_t kMostShared = 1 << 17;
  Instance i;
  i.kernel = c.at("kernel");
  i.inputs = c.at("inputs");
  i.sizes = c.at("sizes").get<manifest::Sizes>();
  i.grid = dimensions_of(c.at("grid"), kMostBlocks);
  i.block = dimensions_of(c.at("block"), kMostThreads);
  i.shared_bytes = c.at("shared_bytes");
  if (i.shared_bytes > kMostShared) ill_formed("too much shared memory");
  for (const json& g : c.at("arguments")) i.arguments.push_back(given_of(g));
  return i;
} catch (const std::exception& e) {
  return error_at({}, fmt::format("the evidence holds no launch that could be run: {}", e.what()));
}

json kernel_proof_json(const proof::Proof& p) {
  json j = {{"holds", p.proved}, {"seconds", p.seconds}, {"launches", json::array()}};
  for (const proof::LaunchProof& l : p.launches)
    j["launches"].push_back(
        {{"launch", l.launch}, {"elements", l.elements}, {"by_solver", l.by_solver}, {"restricted", l.restricted}});
  if (p.proved) j["arithmetic"] = p.restriction().empty() ? "bit for bit" : p.restriction();
  if (!p.proved) j["reason"] = p.reason, j["detail"] = p.detail;
  j["source_blocks"] = {{"followed", p.blocks_followed}, {"of", p.blocks}};
  return j;
}

json kernel_verdict_json(const differential::Result& r) {
  const judge::Verdict& v = r.verdict;
  json j = v.tests ? tests_json(*v.tests) : json::object();
  j["level"] = judge::to_string(v.level);
  j["word"] = judge::word(v);
  j["claim"] = r.sentence;
  j["observables"] = {"all buffers", "accesses out of bounds", "races on shared memory"};
  if (!v.reason.empty()) j["reason"] = v.reason;
  if (!v.detail.empty()) j["detail"] = v.detail;
  j["assumptions"] = json::array();
  for (const prove::Assumption& a : v.assumptions)
    j["assumptions"].push_back({{"id", a.id}, {"kind", a.kind}, {"text", a.text}, {"discharged", "unchecked"}});
  if (!r.notes.empty()) j["notes"] = r.notes;
  if (r.counterexample) {
    j["counterexample"] = instance_json(r.counterexample->instance);
    j["counterexample"]["target_name"] = r.counterexample->instance.kernel;
    j["counterexample"]["difference"] = r.counterexample->difference;
  }
  return j;
}

}  // namespace portolan::cli
