// For x86-64 the stack protector's variable becomes the field of the thread control block that its C library has.
#include "frontends/asm/stack_guard.h"

#include "translate/raise/unit_raiser.h"

namespace portolan::raise {
namespace {

class StackGuard : public Rewriter {
 public:
  using Rewriter::Rewriter;

 private:
  bool rewrite(ir::Builder& b, ir::ValueId v) override {
    const ir::Instruction& i = f_[v];
    if (i.op != ir::Op::symbol_address) return false;
    const ir::SymbolRef& symbol = f_.symbols[i.index];
    if (symbol.name != assembly::kStackGuard || symbol.kind != ir::AddressKind::address || symbol.addend != 0)
      return false;
    replace(v, b.add(b.thread_pointer(), b.constant(64, assembly::kStackGuardOffset)));
    return true;
  }
};

}  // namespace

void UnitRaiser::place_stack_guard(ir::Function& f) const {
  if (options_.target != Isa::x86_64 || unit().symbol_by_name.count(assembly::kStackGuard) == 0) return;
  if (unit().symbols[unit().symbol_by_name.at(assembly::kStackGuard)].section != assembly::kUndefined) return;
  StackGuard(f).run();
}

}  // namespace portolan::raise
