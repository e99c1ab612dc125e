#include "verify/leak/engine.h"

#include <fmt/format.h>

#include <algorithm>

#include "frontends/lifters.h"

namespace portolan::leak {
namespace {

constexpr size_t kMostSteps = 20'000'000;
constexpr size_t kMostDepth = 24;

using verify::Place;

}  // namespace

std::string_view to_string(Finding::Kind kind) {
  static constexpr std::string_view kNames[] = {"branch", "address", "operand", "unlisted", "callee"};
  return kNames[static_cast<size_t>(kind)];
}

Engine::Engine(const Question& question)
    : question_(question),
      machine_(assembly::Machine::get(question.index.unit().isa)),
      latencies_(line_latencies(question.index.unit())) {
  rules_.no_alias = question.no_alias;
  for (const Secret& secret : question.secrets)
    if (secret.pointee) rules_.secret |= base_bit(kParameters + static_cast<unsigned>(secret.parameter));
  for (const auto& [place, symbol] : question.index.function_entries())
    functions_in_data_ |= question.index.in_data().contains(place);
}

void Engine::fail(std::string reason, std::string detail) {
  if (failed()) return;
  taint_.reason = std::move(reason);
  taint_.detail = std::move(detail);
}

void Engine::find(Finding::Kind kind, const Code& code, uint32_t line, std::string what) {
  taint_.findings.insert({kind, code.name, line, std::move(what)});
}

bool Engine::step() {
  if (++steps_ > kMostSteps) fail("resource-limit", "the analysis takes too many steps");
  return !failed();
}

bool Engine::is_constant_data(const std::string& symbol) const {
  const assembly::Unit& unit = question_.index.unit();
  const auto at = unit.symbol_by_name.find(symbol);
  if (at == unit.symbol_by_name.end()) return false;
  const assembly::Symbol& s = unit.symbols[at->second];
  return s.section < unit.sections.size() && !unit.sections[s.section].writable &&
         !unit.sections[s.section].thread_local_;
}

const Code& Engine::code_of(const std::string& symbol) {
  const auto [at, fresh] = codes_.emplace(symbol, Code{});
  Code& code = at->second;
  if (!fresh) return code;
  code.name = symbol;
  const assembly::Unit& unit = question_.index.unit();
  const auto id = unit.symbol_by_name.find(symbol);
  if (id == unit.symbol_by_name.end() || !question_.index.place_of(id->second, 0)) {
    code.refusal = "it is not in this file";
    return code;
  }
  assembly::LiftResult lifted = assembly::lift_function(question_.index, frontends::lifter(unit.isa), id->second);
  if (!lifted.refusals.empty()) code.refusal = lifted.refusals.front().message;
  code.function = std::move(lifted.function);
  return code;
}

// Arguments where the convention puts them; the stack pointer in the frame; everything else is public.
State Engine::entry_state() {
  State state;
  state.slots.resize(machine_.slots.size());
  const auto below = static_cast<int64_t>(machine_.return_address_bytes);
  state.slots[machine_.stack_pointer] = {0, base_bit(kFrame), Range{-below, -below, 0}};
  for (size_t p = 0; p < question_.boundary.parameters.size(); ++p) {
    const verify::BoundaryValue& parameter = question_.boundary.parameters[p];
    Value value;
    if (parameter.bits == 64 && parameter.kind != verify::BoundaryValue::Kind::floating)
      value.bases = base_bit(kParameters + static_cast<unsigned>(p)), value.range = Range{};
    for (const Secret& secret : question_.secrets)
      if (secret.parameter == p && !secret.pointee) value.secret = ~uint64_t{0};
    const Place& place = prove::place_of(parameter, question_.which);
    if (place.kind == Place::Kind::stack)
      state.memory.set_frame(8 * static_cast<int64_t>(place.index), value, 64);
    else if (const assembly::Slot slot = prove::slot_of(machine_, place); slot != assembly::kNoSlot)
      state.slots[slot] = value;
    else
      fail("unsupported", "the place of a parameter is not known");
  }
  return state;
}

Taint Engine::run() {
  if (question_.boundary.parameters.size() + kParameters > kMostBases) {
    fail("unsupported", "it has too many parameters");
    return std::move(taint_);
  }
  const std::string& name = question_.which == prove::Which::source || question_.boundary.target_name.empty()
                                ? question_.boundary.name
                                : question_.boundary.target_name;
  const Code& code = code_of(name);
  if (!code.refusal.empty()) fail("unsupported", code.refusal);
  // Whether it belongs to the function is not worth finding out.
  for (const auto& [line, latency] : latencies_)
    if (latency.prefetches) find(Finding::Kind::unlisted, code, line, latency.mnemonic);
  const State entry = entry_state();
  if (!failed()) run_function(code, entry);
  taint_.used_no_alias = question_.no_alias;
  return std::move(taint_);
}

std::optional<State> Engine::run_function(const Code& code, const State& entry) {
  std::vector<Known>& known = known_[code.name];
  for (const Known& k : known)
    if (k.before == entry) return k.after;
  if (std::find(stack_.begin(), stack_.end(), &code) != stack_.end()) {
    fail("unsupported", fmt::format("'{}' calls itself", code.name));
    return std::nullopt;
  }
  if (stack_.size() > kMostDepth) {
    fail("resource-limit", "calls are nested too deeply");
    return std::nullopt;
  }
  stack_.push_back(&code);
  std::optional<State> after = Activation(*this, code).run(entry);
  stack_.pop_back();
  if (known.size() == 8) known.erase(known.begin());
  known.push_back({entry, after});
  return after;
}

std::optional<State> Engine::call(const Code& caller, const ir::CallTarget& target, uint32_t line, State state,
                                  bool tail) {
  if (target.indirect) {
    fail("indirect-control", fmt::format("'{}' calls through a pointer in line {}", caller.name, line));
    return std::nullopt;
  }
  const std::string& name = target.symbol.name;
  if (target.symbol.addend != 0) {
    fail("unsupported", fmt::format("it calls into the middle of '{}'", name));
    return std::nullopt;
  }
  const Code& callee = code_of(name);
  Value& pointer = state.slots[machine_.stack_pointer];
  const Value before = pointer;
  if (callee.refusal.empty()) {
    // The return address: on the stack, or in its register.
    const auto bytes = static_cast<int64_t>(machine_.return_address_bytes);
    if (!tail && bytes != 0) {
      pointer.range = subtract(pointer.range, Range{bytes, bytes, 0});
      state.memory.store(pointer, Value{}, 64);
    }
    if (!tail && machine_.return_address != assembly::kNoSlot) state.slots[machine_.return_address] = Value{};
    const std::vector<Value> kept = state.slots;
    std::optional<State> after = run_function(callee, state);
    if (!after) return after;
    // By the convention, which is an assumption: what a callee keeps.
    after->slots[machine_.stack_pointer] = before;
    for (const assembly::Slot s : machine_.callee_saved) after->slots[s] = kept[s];
    return after;
  }
  if (callee.refusal != "it is not in this file") {
    fail("unsupported", fmt::format("it calls '{}': {}", name, callee.refusal));
    return std::nullopt;
  }
  return known_library(caller, name, line, state);
}

void Engine::forget_registers(State& state, Bases results) const {
  std::vector<bool> kept(machine_.slots.size());
  for (const assembly::Slot s : machine_.callee_saved) kept[s] = true;
  kept[machine_.stack_pointer] = true;
  const auto& halves = machine_.callee_saved_low_half;
  for (size_t s = 0; s < kept.size(); ++s) {
    if (kept[s]) continue;
    Value& v = state.slots[s];
    const bool half = std::find(halves.begin(), halves.end(), s) != halves.end();
    v = {half ? v.secret & 0xff : 0, results | (half ? v.bases : 0), {}};
  }
}

Taint find_taint(const Question& question) {
  return Engine(question).run();
}

}  // namespace portolan::leak
