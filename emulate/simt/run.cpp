#include <fmt/format.h>

#include <utility>

#include "emulate/simt/block.h"

namespace portolan::simt {

constexpr uint64_t kMaxThreads = 1024;  // of a block

std::string_view to_string(FindingKind kind) {
  static constexpr std::string_view kNames[] = {
      "out of bounds", "misaligned",         "read-only memory",   "uninitialised memory",
      "race",          "barrier divergence", "lane divergence",    "trap",
      "step limit",    "time limit",         "dependence on data", "unsupported"};
  return kNames[static_cast<unsigned>(kind)];
}

std::optional<Mode> mode_from_name(std::string_view name) {
  if (name == "compiled") return Mode::compiled;
  if (name == "interpreted") return Mode::interpreted;
  return std::nullopt;
}

std::string to_string(const Finding& f) {
  std::string text = fmt::format("{}: {}", to_string(f.kind), f.detail);
  if (f.address != 0) text += fmt::format(" at {:#x}", f.address);
  if (f.line != 0) text += fmt::format(", line {}", f.line);
  if (f.other_line != 0) text += fmt::format(" and line {}", f.other_line);
  return text + fmt::format(" (kernel '{}', block {},{},{}, thread {},{},{})", f.function, f.block.x, f.block.y,
                            f.block.z, f.thread.x, f.thread.y, f.thread.z);
}

std::vector<BlockFacts> facts_of(const Code& code) {
  std::vector<BlockFacts> all;
  auto is_arithmetic = [&](uint32_t line) { return line / 4 < code.arithmetic.size() && code.arithmetic[line / 4]; };
  for (const ir::Block& block : code.function->blocks) {
    BlockFacts& facts = all.emplace_back();
    facts.steps = static_cast<uint32_t>(block.instructions.size()) + 1;
    for (ir::ValueId v : block.instructions) {
      const uint32_t line = (*code.function)[v].line;
      if (std::exchange(facts.empty, false)) {
        facts.first_line = line;
        facts.first_is_arithmetic = is_arithmetic(line);
      } else if (line != facts.last_line) {
        ++facts.lines;
        facts.arithmetic += is_arithmetic(line);
      }
      facts.last_line = line;
    }
  }
  return all;
}

const std::vector<BlockFacts>& Grid::facts(const Code& code) {
  const auto [found, is_new] = facts_.try_emplace(&code);
  if (is_new) found->second = facts_of(code);
  return found->second;
}

const Compiled& Grid::compiled_code(const Code& code) {
  std::unique_ptr<Compiled>& made = compiled_[&code];
  const bool keep_slots = launch.prepare || launch.finished;
  if (!made) made = compile(program, code, keep_slots, launch.register_byte);
  return *made;
}

const WaveCode& Grid::wave_code(const Code& code) {
  std::unique_ptr<WaveCode>& made = wave_code_[&code];
  const bool keep_slots = launch.prepare || launch.finished;
  if (!made) made = put_in_step(compiled_code(code), facts(code), launch.lane_width, keep_slots);
  return *made;
}

Outcome run(const Program& program, Memory& memory, const Launch& launch) {
  Outcome outcome;
  auto refuse = [&](std::string why) {
    Finding finding;
    finding.detail = std::move(why);
    finding.function = launch.kernel;
    outcome.findings.push_back(std::move(finding));
    return outcome;
  };
  const auto kernel = program.functions.find(launch.kernel);
  if (kernel == program.functions.end()) return refuse("there is no such kernel");
  const uint64_t threads = launch.block.count();
  if (threads == 0 || threads > kMaxThreads) return refuse(fmt::format("blocks of {} threads", threads));
  if (launch.lane_width != 32 && launch.lane_width != 64) return refuse("warps have 32 or 64 lanes");
  if (launch.shared_bytes > (uint64_t{1} << 20)) return refuse("too much shared memory");
  if (!launch.parameters.empty())
    memory.place(program.parameter_window,
                 {"parameters", launch.parameters, std::vector<uint8_t>(launch.parameters.size(), 1), false,
                  launch.parameter_marks});
  Grid grid(program, memory, launch, outcome);
  if (launch.milliseconds != 0) grid.deadline = FairClock::now() + std::chrono::milliseconds(launch.milliseconds);
  grid.compiled = launch.mode == Mode::compiled && !launch.observer;
  bool goes_on = true;
  const uint64_t blocks = launch.grid.count();
  for (uint64_t n = 0; n < blocks && goes_on; ++n) {
    const uint64_t at = launch.descending ? blocks - 1 - n : n;
    const Dimensions index = {static_cast<uint32_t>(at % launch.grid.x),
                              static_cast<uint32_t>(at / launch.grid.x % launch.grid.y),
                              static_cast<uint32_t>(at / launch.grid.x / launch.grid.y)};
    goes_on = Block(grid, index, kernel->second).run();
  }
  outcome.completed = goes_on;
  outcome.instructions = launch.steps - grid.steps;
  return outcome;
}

}  // namespace portolan::simt
