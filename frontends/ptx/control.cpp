// Control flow (PTX ISA, 9.7.12) and what does nothing here (9.7.19).
#include <fmt/format.h>

#include "frontends/ptx/function_lifter.h"
#include "frontends/ptx/row.h"

namespace portolan::ptx {
namespace {

void branch(Insn& x) {
  const Operand& to = x.operand(0);
  const ir::BlockId target = to.kind == Operand::other ? x.lifter().label(to.name) : ir::kNoBlock;
  if (target == ir::kNoBlock) return x.refuse(fmt::format("there is no label '{}'", to.name));
  x.lifter().jump(x.b, target);
}

// An index beyond the list is undefined behaviour.
void branch_indexed(Insn& x) {
  const Statement* list = x.lifter().data_label(x.operand(1).name);
  if (!list) return x.refuse("expected a list of branch targets");
  ir::Terminator t;
  t.op = Op::switch_;
  t.operands = {x.read(0, 32)};
  for (size_t n = 0; n < list->targets.size(); ++n) {
    const ir::BlockId target = x.lifter().label(list->targets[n]);
    if (target == ir::kNoBlock) return x.refuse(fmt::format("there is no label '{}'", list->targets[n]));
    t.cases.push_back(n);
    t.edges.push_back({target, {}});
  }
  const ir::BlockId outside = x.lifter().new_block();  // ends in `unreachable`
  t.edges.push_back({outside, {}});
  x.lifter().end(x.b, std::move(t));
}

void leave(Insn& x) {
  x.lifter().leave(x.b);
}

void exit(Insn& x) {
  if (!x.lifter().source().is_kernel && x.lifter().module())
    return x.refuse("a device function that ends the thread is not supported");
  leave(x);
}

void trap(Insn& x) {
  ir::Terminator t;
  t.op = Op::trap;
  t.trap = x.s.name == "trap" ? ir::TrapKind::abort : ir::TrapKind::breakpoint;
  t.line = x.s.line;
  x.lifter().end(x.b, std::move(t));
}

// What the caller passes or receives: a .param variable of its own, or a register.
ValueId read_argument(Insn& x, const Operand& o, uint32_t width) {
  if (o.kind != Operand::local) return x.read(o, width);
  const std::optional<uint32_t> slot = x.lifter().slot_of_variable(o.index);
  if (slot && x.lifter().slot_width(*slot) == width) return x.b.get_slot(*slot, width);
  return x.refuse(fmt::format("'{}' does not fit the parameter", o.name)), x.b.constant(width, 0);
}
void write_result(Insn& x, const Operand& o, ValueId value) {
  if (o.kind != Operand::local) return x.write(o, value);
  const std::optional<uint32_t> slot = x.lifter().slot_of_variable(o.index);
  if (!slot || x.lifter().slot_width(*slot) != x.b.width(value))
    return x.refuse(fmt::format("'{}' does not fit the result", o.name));
  x.b.set_slot(*slot, value);
}

std::vector<uint32_t> widths(const Function& f, const std::vector<uint32_t>& variables,
                             const std::vector<uint32_t>& registers) {
  std::vector<uint32_t> result;
  for (uint32_t r : registers) result.push_back(f.registers[r].type.width());
  for (uint32_t v : variables) result.push_back(static_cast<uint32_t>(f.variables[v].size * 8));
  return result;
}

// call (results), name, (arguments); either list may be missing.
void call(Insn& x) {
  size_t n = 0;
  static const std::vector<Operand> kNone;
  auto list = [&]() -> const std::vector<Operand>& {
    return n < x.count() && x.operand(n).kind == Operand::list ? x.operand(n++).elements : kNone;
  };
  const std::vector<Operand>& results = list();
  const Operand& name = x.operand(n++);
  const std::vector<Operand>& arguments = list();
  if (name.kind != Operand::other || n != x.count()) return x.refuse("calls through a register are not supported");
  const Function* callee = x.lifter().module() ? x.lifter().module()->find_function(name.name) : nullptr;
  if (!callee || !callee->has_body) return x.refuse(fmt::format("'{}' has no body in this module", name.name));
  if (callee->is_kernel) return x.refuse("a kernel cannot be called");
  const std::vector<uint32_t> in = widths(*callee, callee->parameters, callee->register_parameters);
  const std::vector<uint32_t> out = widths(*callee, callee->results, callee->register_results);
  if (in.size() != arguments.size() || out.size() != results.size())
    return x.refuse(fmt::format("'{}' takes {} arguments and gives {} results", name.name, in.size(), out.size()));
  ir::Instruction i;
  i.op = Op::call;
  for (size_t a = 0; a < in.size(); ++a) i.operands.push_back(read_argument(x, arguments[a], in[a]));
  for (uint32_t width : out) i.width += width;
  ir::CallTarget target;
  target.symbol.name = name.name;
  i.index = static_cast<uint32_t>(x.b.function().calls.size());
  x.b.function().calls.push_back(std::move(target));
  const ValueId value = x.b.emit(std::move(i));
  uint32_t low = 0;
  for (size_t r = 0; r < out.size(); low += out[r++]) write_result(x, results[r], x.b.extract(value, low, out[r]));
}

void nothing(Insn& x) {
  x.ignore_operands();
}

constexpr Row kRows[] = {
    {"bra{,.uni}", branch},
    {"brx.idx{,.uni}", branch_indexed},
    {"call{,.uni}", call},
    {"ret{,.uni}", leave},
    {"exit", exit},
    {"trap", trap},
    {"brkpt", trap},
    {"nanosleep.u32", nothing},
    {"pmevent{,.mask}", nothing},
    {"alloca.{u32,u64}", nullptr, "stack storage of a size known at run time"},
    {"stacksave.{u32,u64}", nullptr, "stack storage of a size known at run time"},
    {"stackrestore.{u32,u64}", nullptr, "stack storage of a size known at run time"},
    {"setmaxnreg.{inc,dec}.sync.aligned.u32", nothing},
};

}  // namespace

RowSpan control_rows() {
  return kRows;
}

}  // namespace portolan::ptx
