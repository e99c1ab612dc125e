#include "gpu/lifting/processor_source.h"

#include <fmt/format.h>

#include <algorithm>

#include "frontends/lifters.h"
#include "gpu/lifting/library.h"

namespace portolan::lifting {

using assembly::Slot;
using differential::Given;
using manifest::Argument;

namespace {

constexpr const char* kEntry = " entry";  // no name of a function
constexpr uint64_t kStack = 0x5000'0000;  // a thread's own memory
constexpr uint64_t kNowhere = 0x7fff'ffff'0000'0000;

// Registers of the arguments that are none of the stack's, in order; none: it would be on the stack.
std::vector<std::optional<Slot>> registers_of(const assembly::Machine& machine,
                                              const differential::Instance& instance) {
  std::vector<std::optional<Slot>> all;
  size_t integers = 0, reals = 0;
  for (const Given& g : instance.arguments) {
    const bool real = !g.is_buffer() && g.type.is_float();
    const std::vector<Slot>& slots = real ? machine.float_arguments : machine.integer_arguments;
    size_t& next = real ? reals : integers;
    if (g.returned || g.variable || next >= slots.size())
      all.push_back(std::nullopt);
    else
      all.push_back(slots[next++]);
  }
  return all;
}

}  // namespace

void ProcessorSource::add(ir::Function function, const std::string& name) {
  // A call whose result is the caller's.
  for (ir::BlockId b = 0; b < function.blocks.size(); ++b) {
    if (function.blocks[b].terminator.op != ir::Op::tail_call) continue;
    ir::Instruction call;
    call.op = ir::Op::call;
    call.index = function.blocks[b].terminator.index;
    call.line = function.blocks[b].terminator.line;
    function.append(b, call);
    function.blocks[b].terminator = {};
    function.blocks[b].terminator.op = ir::Op::ret;
  }
  functions_.push_back(std::move(function));
  simt::Code code;
  code.function = &functions_.back();
  for (const assembly::SlotInfo& slot : machine_.slots) code.slot_widths.push_back(slot.width);
  code.slot_widths.push_back(64);
  code.shares_slots = true;
  program_.functions.emplace(name, std::move(code));
}

std::optional<Diagnostic> ProcessorSource::lift(const assembly::CodeIndex& index, const std::string& function) {
  std::vector<std::string> open = {function};
  while (!open.empty()) {
    const std::string name = open.back();
    open.pop_back();
    if (program_.functions.contains(name)) continue;
    assembly::SymbolId id = assembly::kNoSymbol;
    for (const assembly::SymbolId f : index.unit().functions())
      if (index.unit().symbols[f].name == name) id = f;
    if (id == assembly::kNoSymbol) {
      auto known = library_function(name, machine_);
      if (!known) return error_at({}, fmt::format("'{}' is called, and what it does is not known here", name));
      add(*std::move(known), name);
      continue;
    }
    assembly::LiftResult lifted = assembly::lift_function(index, frontends::lifter(machine_.isa), id);
    if (!lifted.refusals.empty()) return lifted.refusals.front();
    for (size_t c = 0; c < lifted.function.calls.size(); ++c)
      if (!lifted.function.calls[static_cast<uint32_t>(c)].indirect)
        open.push_back(lifted.function.calls[static_cast<uint32_t>(c)].symbol.name);
    add(std::move(lifted.function), name);
  }
  return std::nullopt;
}

// Data with addresses in it is left as it is: loops over numbers have none.
void ProcessorSource::place_data(const assembly::Unit& unit) {
  std::vector<uint64_t> bases(unit.sections.size(), 0);
  for (size_t s = 0; s < unit.sections.size(); ++s) {
    const assembly::Section& section = unit.sections[s];
    if (section.executable || !section.allocated || section.size == 0) continue;
    std::vector<uint8_t> bytes = section.contents;
    bytes.resize(section.size);
    bases[s] = memory_.allocate(section.name, section.size, bytes, section.writable);
  }
  for (const assembly::Symbol& symbol : unit.symbols) {
    if (symbol.section < bases.size() && bases[symbol.section] != 0)
      program_.symbols[symbol.name] = bases[symbol.section] + symbol.offset;
    if (symbol.section == assembly::kCommon && symbol.size != 0)
      program_.symbols[symbol.name] = memory_.allocate(symbol.name, symbol.size, std::vector<uint8_t>(symbol.size));
  }
}

// Calls the function, and puts what it gives back where the manifest's buffer for it lies.
ir::Function ProcessorSource::entry(const manifest::Kernel& kernel) const {
  ir::Function f;
  f.name = kEntry;
  ir::Builder b(f, f.add_block());
  b.call({kernel.name, 0, {}, {}});
  for (const Argument& a : kernel.arguments) {
    if (!a.returned) continue;
    const Slot from = a.type.is_float() ? machine_.float_results[0] : machine_.integer_results[0];
    b.store(b.get_slot(result_address(), 64),
            b.truncate(b.get_slot(from, machine_.slots[from].width), 8u * a.type.bytes));
  }
  f.blocks[0].terminator.op = ir::Op::ret;
  return f;
}

Expected<std::unique_ptr<ProcessorSource>> ProcessorSource::make(const assembly::CodeIndex& index,
                                                                 const manifest::Kernel& kernel) {
  std::unique_ptr<ProcessorSource> made(new ProcessorSource(index.unit().isa));
  made->program_.local_window = kStack;
  made->program_.shared_window = made->program_.parameter_window = kNowhere;
  if (auto refusal = made->lift(index, kernel.name)) return *refusal;
  made->place_data(index.unit());
  made->add(made->entry(kernel), kEntry);
  return made;
}

std::optional<std::string> ProcessorSource::misfit(const differential::Instance& instance) const {
  const auto registers = registers_of(machine_, instance);
  for (size_t n = 0; n < registers.size(); ++n)
    if (!registers[n] && !instance.arguments[n].returned)
      return fmt::format("{} would be passed on the stack, which is not done here", instance.arguments[n].name);
  return std::nullopt;
}

differential::Prepared ProcessorSource::prepare(const differential::Instance& instance, unsigned variant) const {
  constexpr uint8_t kPoison[2] = {0xff, 0xa5};
  differential::Prepared p;
  p.memory = memory_;
  p.launch.kernel = kEntry;
  p.launch.mode = simt::Mode::interpreted;
  p.launch.register_byte = kPoison[variant];
  std::vector<std::pair<Slot, llvm::APInt>> given;
  const auto registers = registers_of(machine_, instance);
  for (size_t n = 0; n < instance.arguments.size(); ++n) {
    const Given& g = instance.arguments[n];
    p.parameter_places.push_back(registers[n].value_or(result_address()));
    llvm::APInt value(64, 0);
    if (g.is_buffer()) {
      const bool out = g.direction == Argument::out;
      p.before.push_back(out ? std::vector<uint8_t>(g.bytes.size(), kPoison[variant]) : g.bytes);
      p.addresses.push_back(p.memory.allocate(g.name, g.bytes.size(), p.before.back()));
      value = llvm::APInt(64, p.addresses.back());
    } else {
      p.before.emplace_back();
      p.addresses.push_back(0);
      uint64_t bits = 0;
      for (size_t k = 0; k < g.bytes.size(); ++k) bits |= uint64_t{g.bytes[k]} << (8 * k);
      const bool boxed = g.type.is_float() && machine_.isa == Isa::riscv64;  // ones above a single
      if (boxed && g.type.bytes == 4) bits |= ~uint64_t{0} << 32;
      if (!g.type.is_float() && g.type.kind == manifest::Element::is_signed)
        bits = llvm::APInt(8u * g.type.bytes, bits).sext(64).getZExtValue();
      value = llvm::APInt(64, bits);
    }
    given.emplace_back(p.parameter_places[n], value);
  }
  p.launch.slot_marks.assign(machine_.slots.size() + 1, simt::kUnset);
  given.emplace_back(machine_.stack_pointer,
                     llvm::APInt(64, kStack + p.launch.local_bytes / 2 - machine_.return_address_bytes));
  // Strings go upwards at the entry of a function.
  if (const Slot direction = machine_.slot("df"); direction != assembly::kNoSlot)
    given.emplace_back(direction, llvm::APInt(1, 0));
  for (const auto& [slot, value] : given) p.launch.slot_marks[slot] = simt::kPlain;
  p.launch.prepare = [given, this](uint64_t, std::span<llvm::APInt> slots) {
    for (const auto& [slot, value] : given)
      slots[slot] = value.zextOrTrunc(slot < machine_.slots.size() ? machine_.slots[slot].width : 64);
    return true;
  };
  return p;
}

// The rest of its register says nothing.
void ProcessorSource::mark_number(differential::Prepared& p, size_t argument, std::span<const simt::Mark> marks,
                                  simt::Observer& observer) const {
  const auto slot = static_cast<Slot>(p.parameter_places[argument]);
  std::vector<llvm::APInt> slots;
  for (const assembly::SlotInfo& one : machine_.slots) slots.emplace_back(one.width, 0);
  slots.emplace_back(64, 0);
  p.launch.prepare(0, slots);
  std::vector<llvm::APInt> bytes;
  std::vector<simt::Mark> all(marks.begin(), marks.end());
  all.resize(machine_.slots[slot].width / 8, simt::kPlain);
  for (size_t n = 0; n < all.size(); ++n) bytes.push_back(slots[slot].extractBits(8, static_cast<unsigned>(8 * n)));
  p.launch.slot_marks[slot] = observer.join(bytes, all);
}

}  // namespace portolan::lifting
