#include "translate/loops/test.h"

#include <fmt/format.h>

#include <algorithm>

#include "emulate/arena.h"
#include "emulate/assemble.h"
#include "emulate/engine.h"
#include "frontends/accelerator/specification.h"
#include "translate/mapping/compare.h"
#include "translate/mapping/test_inputs.h"

namespace portolan::loops {

using namespace accelerator;

namespace {

constexpr unsigned kFirstArgument = 10;  // a0
constexpr std::chrono::seconds kTime{120};

struct Run {
  std::unique_ptr<Reference> reference;
  std::string kind;
  emulate::Request request;  // regions: the table, the tensors in order, the workspace
};

std::vector<uint8_t> bytes_of(const State& state, unsigned size, const Store& elements) {
  std::vector<uint8_t> bytes;
  for (uint64_t i = 0; i < static_cast<uint64_t>(state.elements()); ++i)
    for (unsigned b = 0; b < size; ++b) bytes.push_back(static_cast<uint8_t>(elements.read(i).bits >> (8 * b)));
  return bytes;
}

emulate::Request request_of(const Description& specification, const Code& code, Reference& reference, uint64_t entry) {
  emulate::Request request;
  request.entry = entry;
  request.state = emulate::initial_state(Isa::riscv64);
  request.limits.time = kTime;
  emulate::Arena arena;
  std::vector<uint8_t> table;
  const auto add = [&](std::vector<uint8_t> bytes, unsigned alignment, bool writable) {
    const uint64_t at = arena.place(bytes.size(), emulate::Arena::Edge::end, alignment);
    for (unsigned b = 0; b < 8; ++b) table.push_back(static_cast<uint8_t>(at >> (8 * b)));
    request.regions.push_back({at, std::move(bytes), writable});
  };
  for (const PlacedTensor& t : code.tensors) {
    const State& state = specification.states[t.state];
    const auto size = static_cast<size_t>(state.elements()) * t.bytes;
    add(t.is_output ? std::vector<uint8_t>(size, request.fill) : bytes_of(state, t.bytes, reference.tensor(t.state)),
        t.bytes, t.is_output);
  }
  add(std::vector<uint8_t>(code.workspace, request.fill), 64, true);
  const uint64_t at = arena.place(table.size(), emulate::Arena::Edge::end, 8);
  request.state.general[kFirstArgument] = at;
  request.regions.push_back({at, std::move(table), false});
  return request;
}

// What is wrong about how it ended or what it left; empty: nothing.
std::string difference_of(const Description& specification, const Code& code, Run& run,
                          const emulate::Outcome& outcome) {
  if (outcome.ending == emulate::Ending::trapped)
    return fmt::format("the code traps at {:#x}, address {:#x}", outcome.state.pc, outcome.trap.address);
  if (outcome.ending != emulate::Ending::returned)
    return outcome.detail.empty() ? "the code does not come back in time" : outcome.detail;
  if (!outcome.stray_writes.empty())
    return fmt::format("it writes outside its tensors at {:#x}", outcome.stray_writes[0]);
  for (size_t n = 0; n < code.tensors.size(); ++n) {
    const PlacedTensor& t = code.tensors[n];
    if (!t.is_output) continue;
    const std::vector<uint8_t>& left = outcome.regions[n];
    const std::string difference =
        mapping::compare_tensor(specification, t.state, *run.reference, t.format, [&](uint64_t flat, const auto&) {
          mapping::Result result;
          for (unsigned b = 0; b < t.bytes; ++b)
            result.bits |= static_cast<uint64_t>(left[flat * t.bytes + b]) << (8 * b);
          return result;
        });
    if (!difference.empty()) return difference;
  }
  return {};
}

// Lines that begin with a mnemonic of RVV; no other one begins with a v.
size_t vector_instructions(const std::string& assembly) {
  size_t count = 0;
  for (size_t at = assembly.find("\n\tv"); at != std::string::npos; at = assembly.find("\n\tv", at + 1)) ++count;
  return count;
}

}  // namespace

Expected<Tested> test_code(const Description& specification, const Code& code, uint64_t seed, size_t rounds) {
  Tested tested;
  emulate::AssembleOptions options;
  options.name = specification.name + ".s";
  auto object = emulate::assemble(Isa::riscv64, code.assembly, options);
  if (!object) return object.error();
  tested.object = *object;
  const auto image = emulate::link_image(Isa::riscv64, {&*object, 1});
  if (!image) return image.error();
  const uint64_t* entry = image->find_symbol(specification.name);
  if (!entry) return error_at({}, fmt::format("{} is not in the linked code", specification.name));
  for (const emulate::Segment& segment : image->segments)
    if (segment.executable) tested.text_bytes += segment.bytes.size();
  tested.vector_instructions = vector_instructions(code.assembly);
  std::vector<Run> runs;
  std::mt19937_64 random(seed);
  for (const char* kind : {"small", "any", "ramp", "ends"}) {
    tested.counts.kinds.emplace_back(kind);
    for (size_t round = 0; round < rounds; ++round) {
      auto reference = std::make_unique<Reference>(specification);
      mapping::draw_inputs(specification, kind, random, *reference);
      Run run{nullptr, kind, request_of(specification, code, *reference, *entry)};
      if (reference->run().kind != Outcome::Kind::finished) {
        ++tested.counts.undefined;
        continue;
      }
      run.reference = std::move(reference);
      runs.push_back(std::move(run));
    }
  }
  auto engine = emulate::make_engine("qemu", Isa::riscv64);
  if (!engine) return engine.error();
  std::vector<emulate::Request> requests;
  for (const Run& run : runs) requests.push_back(run.request);
  const auto outcomes = (*engine)->run_all(*image, requests);
  if (!outcomes) return outcomes.error();
  for (size_t n = 0; n < runs.size(); ++n) {
    const std::string why = difference_of(specification, code, runs[n], (*outcomes)[n]);
    ++(why.empty() ? tested.counts.passed : tested.counts.failed);
    if (tested.counts.first_failure.empty() && !why.empty())
      tested.counts.first_failure = fmt::format("inputs '{}': {}", runs[n].kind, why);
  }
  return tested;
}

}  // namespace portolan::loops
