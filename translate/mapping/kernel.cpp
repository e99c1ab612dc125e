#include "translate/mapping/kernel.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

namespace portolan::mapping {

using namespace accelerator;

namespace {

constexpr uint64_t kCellsChecked = 600'000;  // of each memory
constexpr size_t kTilesTried = 3;
constexpr size_t kLongProgram = 30'000;

struct Search {
  Scheduler& scheduler;
  const Plan& plan;
  std::optional<Program> best;
  size_t legal = 0;
  std::string why;

  bool tries(const Choice& choice) {
    auto made = scheduler.program(choice);
    if (!made) {
      why = made.error().message;
      return false;
    }
    ++legal;
    if (!best || made->cycles < best->cycles ||
        (made->cycles == best->cycles && made->words.size() < best->words.size()))
      best = std::move(*made);
    return true;
  }

  // How many tiles are worked on side by side, and which index is the slowest.
  void groups(const Choice& base) {
    const size_t n = plan.indices.size();
    const bool is_long = best && best->words.size() > kLongProgram;
    std::vector<std::map<Number, Number>> all = {base.group};
    for (Number variable : plan.indices) {
      const Number tiles = (plan.lengths.at(variable) + base.tile.at(variable) - 1) / base.tile.at(variable);
      std::vector<std::map<Number, Number>> more;
      for (const auto& one : all)
        for (Number count = is_long ? 4 : 2; count <= std::min<Number>(tiles, is_long ? 4 : 16); count *= 2) {
          more.push_back(one);
          more.back()[variable] = count;
        }
      all.insert(all.end(), more.begin(), more.end());
    }
    std::vector<size_t> order = base.order;
    for (size_t turn = 0; turn < std::max<size_t>(1, n); ++turn) {
      for (const auto& group : all) {
        Choice choice = base;
        choice.group = group;
        choice.order = order;
        if (turn != 0 || group != base.group) (void)tries(choice);
      }
      if (!order.empty()) std::ranges::rotate(order, order.begin() + 1);
    }
  }
};

uint64_t drawn(const Type& type, std::string_view kind, uint64_t index, std::mt19937_64& random) {
  const uint64_t any = random();
  const Number small = static_cast<Number>(any % 7) - 3;
  const auto mask = static_cast<uint64_t>(mask_of(type.width));
  if (type.real) {
    const double wide = static_cast<double>(static_cast<int64_t>(any) >> 33) / 0x1p28;
    const double value = kind == "small"  ? static_cast<double>(small)
                         : kind == "ramp" ? static_cast<double>(index % 64) / 8 - 4
                         : kind == "ends" ? (any & 1 ? 100.0 : -100.0)
                                          : wide;
    return type.real->bits(type.real->round(value));
  }
  if (kind == "mixed") {  // as many large as small ones: most large ones only show where something saturates
    const Number narrow = wrap(static_cast<Number>(any >> 8), 1 + static_cast<unsigned>(any % type.width), true);
    return static_cast<uint64_t>(static_cast<UnsignedNumber>(narrow)) & mask;
  }
  if (kind == "small") return static_cast<uint64_t>(small) & mask;
  if (kind == "ramp") return index & mask;
  if (kind == "ends") return (type.is_signed ? (any & 1 ? mask >> 1 : (mask >> 1) + 1) : (any & 1 ? mask : 0)) & mask;
  return any & mask;
}

std::string index_text(const std::vector<Number>& index) {
  std::string text;
  for (Number i : index) text += fmt::format("[{}]", to_string(i));
  return text;
}

// Calls body(flat, index) for each element of a tensor.
template <class Body>
void for_elements(const std::vector<Number>& extent, const Body& body) {
  std::vector<Number> index(extent.size(), 0);
  for (uint64_t flat = 0;; ++flat) {
    body(flat, index);
    size_t d = extent.size();
    while (d > 0 && ++index[d - 1] == extent[d - 1]) index[--d] = 0;
    if (d == 0) return;
  }
}

void put_bytes(Store& memory, uint64_t address, uint64_t bits, unsigned width) {
  for (unsigned b = 0; b < (width + 7) / 8; ++b) memory.write(address + b, {(bits >> (8 * b)) & 0xff, true});
}

// What differs from the specification on these inputs; empty: nothing.
std::string compare(const Description& chip, const Description& specification, const Program& program,
                    Reference& reference, uint32_t first) {
  Machine machine(chip);
  Store& host = *machine.external();
  for (const HostTensor& tensor : program.tensors) {
    // Padding is zero.
    for (uint64_t b = 0; b < tensor.bytes && !tensor.is_output; ++b) host.write(tensor.base + b, {0, true});
    if (tensor.state == kNone)
      for (size_t i = 0; i < program.constants.size(); ++i)
        put_bytes(host, tensor.address({static_cast<Number>(i)}), program.constants[i], tensor.width);
    else if (!tensor.is_output)
      for_elements(specification.states[tensor.state].extent, [&](uint64_t flat, const std::vector<Number>& index) {
        put_bytes(host, tensor.address(index), reference.tensor(tensor.state).read(flat).bits, tensor.width);
      });
  }
  std::map<uint64_t, Cell> given;  // bytes that have to stay
  for (const HostTensor& tensor : program.tensors)
    for (uint64_t b = 0; b < tensor.bytes && !tensor.is_output; ++b)
      given[tensor.base + b] = host.read(tensor.base + b);
  const RunResult result = machine.run(program.words, first);
  if (result.outcome.kind != Outcome::Kind::finished)
    return fmt::format("the program ends as {} at word {}: {}", to_string(result.outcome.kind),
                       result.outcome.instruction, result.outcome.why);
  for (const auto& [address, cell] : given)
    if (host.read(address).bits != cell.bits) return fmt::format("the program overwrites its input at {:#x}", address);
  std::string difference;
  for (const HostTensor& tensor : program.tensors) {
    if (!tensor.is_output) continue;
    const State& state = specification.states[tensor.state];
    for_elements(state.extent, [&](uint64_t flat, const std::vector<Number>& index) {
      if (!difference.empty()) return;
      uint64_t bits = 0;
      bool defined = true;
      for (unsigned b = 0; b < (tensor.width + 7) / 8; ++b) {
        const Cell cell = host.read(tensor.address(index) + b);
        bits |= cell.bits << (8 * b);
        defined &= cell.defined;
      }
      const uint64_t wanted = reference.tensor(tensor.state).read(flat).bits;
      if (!defined || bits != wanted)
        difference =
            fmt::format("{}{} is {}, and the specification says {}", state.name, index_text(index),
                        defined ? element_text(state.type, bits) : "undefined", element_text(state.type, wanted));
    });
  }
  return difference;
}

}  // namespace

TestCounts test_program(const Description& chip, const Description& specification, const Program& program,
                        uint64_t seed, size_t rounds) {
  TestCounts counts;
  std::mt19937_64 random(seed);
  for (const char* kind : {"small", "any", "ramp", "ends"}) {
    counts.kinds.emplace_back(kind);
    for (size_t round = 0; round < rounds; ++round) {
      Reference reference(specification);
      for (uint32_t s : inputs_of(specification))
        for (uint64_t i = 0; i < static_cast<uint64_t>(specification.states[s].elements()); ++i)
          reference.tensor(s).write(i, {drawn(specification.states[s].type, kind, i, random), true});
      if (reference.run().kind != Outcome::Kind::finished) {
        ++counts.undefined;
        continue;
      }
      std::string why;
      // Whichever unit goes first.
      for (uint32_t first = 0; first < std::max<size_t>(1, chip.units.size()) && why.empty(); ++first)
        why = compare(chip, specification, program, reference, first);
      ++(why.empty() ? counts.passed : counts.failed);
      if (counts.first_failure.empty() && !why.empty())
        counts.first_failure = fmt::format("inputs '{}': {}", kind, why);
    }
  }
  return counts;
}

std::string check_operation(const Description& chip, const Operation& operation,
                            const std::vector<Evaluator::Argument>& arguments, uint64_t seed) {
  if (operation.does == kNone) return {};
  Evaluator claimed(chip, 1'000'000'000), done(chip, 1'000'000'000);
  std::mt19937_64 random(seed);
  for (size_t s = 0; s < chip.states.size(); ++s) {
    const State& state = chip.states[s];
    if (state.is_register) continue;
    for (uint64_t i = 0; i < std::min(kCellsChecked, static_cast<uint64_t>(state.elements())); ++i) {
      const Cell cell{drawn(state.type, "mixed", i, random), true};
      claimed.stores()[s].write(i, cell);
      done.stores()[s].write(i, cell);
    }
  }
  if (operation.holds != kNone) {
    const Number value = claimed.integer_of(operation.holds, arguments);
    const auto index = static_cast<uint64_t>(arguments[operation.held_parameter].number);
    for (Evaluator* one : {&claimed, &done})
      one->stores()[operation.held_state].write(index, {static_cast<uint64_t>(value), true});
  }
  claimed.carry_out(operation.does, arguments);
  if (claimed.ended())
    return fmt::format("what {} does ends as {}: {}", operation.name, to_string(claimed.outcome().kind),
                       claimed.outcome().why);
  done.carry_out(operation.by, arguments);
  if (done.ended())
    return fmt::format("the instructions of {} end as {}: {}", operation.name, to_string(done.outcome().kind),
                       done.outcome().why);
  for (size_t s = 0; s < chip.states.size(); ++s) {
    const State& state = chip.states[s];
    if (state.is_register || state.hidden) continue;
    for (uint64_t i = 0; i < std::min(kCellsChecked, static_cast<uint64_t>(state.elements())); ++i) {
      const Cell a = claimed.stores()[s].read(i), b = done.stores()[s].read(i);
      if (a.defined != b.defined || (a.defined && a.bits != b.bits))
        return fmt::format("operation {} says that element {} of {} becomes {:#x}, and its instructions make it {:#x}",
                           operation.name, i, state.name, a.bits, b.bits);
    }
  }
  return {};
}

Expected<Kernel> map_kernel(const Description& chip, const Description& specification, uint64_t seed) {
  const std::vector<uint32_t> outputs = outputs_of(specification);
  if (outputs.size() != 1)
    return specification.error(specification.at, fmt::format("{} outputs; the mapper takes one", outputs.size()));
  if (std::ranges::none_of(chip.states, &State::external))
    return error_at({chip.file, 0, 0}, "the chip has no external memory");
  Terms terms;
  Planner planner(terms, chip, specification);
  if (planner.operations().empty())
    return error_at({chip.file, 0, 0}, fmt::format("{} declares no operation that a mapper could use", chip.name));
  auto plan = planner.plan(outputs[0]);
  if (!plan) return plan.error();
  Scheduler scheduler(chip, specification, *plan, planner);
  Search search{scheduler, *plan, {}, 0, {}};
  size_t tried = 0;
  for (const auto& tile : scheduler.tiles()) {
    Choice choice;
    choice.tile = tile;
    for (size_t i = 0; i < plan->indices.size(); ++i) {
      choice.group[plan->indices[i]] = 1;
      choice.order.push_back(i);
    }
    if (!search.tries(choice)) continue;
    search.groups(choice);
    if (++tried == kTilesTried) break;
  }
  if (!search.best)
    return specification.error(specification.at, fmt::format("no filling of the sketch is legal: {}", search.why));
  Kernel kernel;
  kernel.candidates = search.legal;
  for (const auto& [operation, calls] : search.best->used) {
    for (const auto& arguments : calls)
      if (const std::string why = check_operation(chip, *operation, arguments, seed); !why.empty())
        return chip.error(operation->fact.at, why);
    kernel.operations.push_back(operation->name);
  }
  kernel.program = std::move(*search.best);
  kernel.tests = test_program(chip, specification, kernel.program, seed, 2);
  return kernel;
}

}  // namespace portolan::mapping
