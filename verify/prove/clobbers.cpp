#include "verify/prove/clobbers.h"

#include <set>

#include "frontends/lifters.h"

namespace portolan::prove {

using ir::Op;

const Clobbers::Direct& Clobbers::direct(const std::string& symbol) {
  const auto [at, fresh] = direct_.emplace(symbol, Direct{});
  Direct& result = at->second;
  if (!fresh) return result;
  const assembly::Unit& unit = index_.unit();
  const assembly::Machine& machine = assembly::Machine::get(unit.isa);
  result.written.resize(machine.slots.size());
  const auto id = unit.symbol_by_name.find(symbol);
  result.unknown = id == unit.symbol_by_name.end() || !index_.place_of(id->second, 0);
  if (result.unknown) return result;
  const assembly::LiftResult lifted = assembly::lift_function(index_, frontends::lifter(unit.isa), id->second);
  const ir::Function& f = lifted.function;
  result.unknown = !lifted.refusals.empty();
  auto note_call = [&](const ir::CallTarget& target) {
    if (target.indirect)
      result.unknown = true;
    else
      result.callees.push_back(target.symbol.name);
    if (machine.return_address != assembly::kNoSlot) result.written[machine.return_address] = true;
  };
  for (const ir::Block& block : f.blocks) {
    for (const ir::ValueId v : block.instructions) {
      if (f[v].op == Op::set_slot) result.written[f[v].index] = true;
      if (f[v].op == Op::call) note_call(f.calls[f[v].index]);
    }
    if (block.terminator.op == Op::tail_call) note_call(f.calls[block.terminator.index]);
    if (block.terminator.op == Op::jump_indirect) result.unknown |= block.terminator.edges.empty();
  }
  return result;
}

const std::optional<std::vector<bool>>& Clobbers::of(const std::string& symbol) {
  const auto [at, fresh] = all_.emplace(symbol, std::nullopt);
  if (!fresh) return at->second;
  std::vector<bool> written(assembly::Machine::get(index_.unit().isa).slots.size());
  std::set<std::string> seen = {symbol};
  std::vector<std::string> work = {symbol};
  while (!work.empty()) {
    const Direct& d = direct(work.back());
    work.pop_back();
    if (d.unknown) return at->second;
    for (size_t s = 0; s < written.size(); ++s)
      if (d.written[s]) written[s] = true;
    for (const std::string& callee : d.callees)
      if (seen.insert(callee).second) work.push_back(callee);
  }
  at->second = std::move(written);
  return at->second;
}

}  // namespace portolan::prove
