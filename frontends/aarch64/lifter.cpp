#include "frontends/aarch64/lifter.h"

#include <map>

#include "frontends/aarch64/opcodes.h"
#include "frontends/aarch64/operands.h"
#include "frontends/aarch64/rows.h"

namespace portolan::aarch64 {
namespace {

using assembly::Flow;
using assembly::LiftContext;
using assembly::Lifted;
using assembly::Reference;

std::vector<RowSpan> all_rows() {
  return {arithmetic_rows(), bitfield_rows(),  control_rows(),        system_rows(),          memory_rows(),
          atomic_rows(),     float_rows(),     float_convert_rows(),  simd_arithmetic_rows(), simd_shift_rows(),
          simd_width_rows(), simd_move_rows(), simd_structure_rows(), simd_float_rows(),      crypto_rows()};
}

// What the opcode says of control and of symbols, by opcode number.
struct Traits {
  Flow flow;
  bool takes_symbols = false;  // its lift function looks for symbolic operands
};

struct NamedTraits {
  std::string_view opcodes;
  Traits traits;
};

constexpr NamedTraits kTraits[] = {
    {"B", {{Flow::Kind::jump, 0}, true}},
    {"Bcc BCcc CBZ{W,X} CBNZ{W,X}", {{Flow::Kind::branch, 1}, true}},
    {"TBZ{W,X} TBNZ{W,X}", {{Flow::Kind::branch, 2}, true}},
    {"BR BRA{A,B} BRA{A,B}Z", {{Flow::Kind::jump_indirect, 0}}},
    {"BL", {{Flow::Kind::call, 0}, true}},
    {"BLR", {{Flow::Kind::call_indirect, 0}, true}},
    {"BLRA{A,B} BLRA{A,B}Z", {{Flow::Kind::call_indirect, 0}}},
    {"RET RETA{A,B}", {{Flow::Kind::ret, 0}}},
    {"BRK UDF HLT", {{Flow::Kind::stop, 0}}},
    {"ADR ADRP ADD{W,X}ri", {{}, true}},
    {"LDR{BB,HH,SBW,SBX,SHW,SHX,SW,W,X,B,H,S,D,Q}ui STR{BB,HH,W,X,B,H,S,D,Q}ui", {{}, true}},
    {"LDR{SW,W,X,S,D,Q}l PRFM{l,ui}", {{}, true}},
};

// adrp x0, :tlsdesc:v; ldr x1, [x0, :tlsdesc_lo12:v]; add x0, x0, :tlsdesc_lo12:v; blr x1 leaves in x0 how far v is
// from the thread pointer. The mark on the blr says all of it; the addresses before it are good for nothing else.
Lifted lift_tls_descriptor(LiftContext& c, const assembly::SymbolicValue& value) {
  if (c.inst().getOpcode() != BLR) {
    write(c, 0, c.b.undef(operand_width(c, 0)));
    return Lifted::done();
  }
  ir::SymbolRef symbol{c.unit().symbols[value.symbol].name, value.addend};
  symbol.kind = ir::AddressKind::tls_offset;
  c.b.set_slot(slots().x[0], c.b.symbol_address(symbol));
  // The resolver keeps all other registers (TLSDESC's calling convention): gcc holds values in x1 across it.
  const Slots& s = slots();
  c.b.set_slot(s.x[30], c.b.undef(64));
  for (const Slot flag : {s.n, s.z, s.c, s.v}) c.b.set_slot(flag, c.b.undef(1));
  return Lifted::done();
}

class Aarch64Lifter final : public assembly::Lifter {
 public:
  Aarch64Lifter() : rows_(Isa::aarch64, all_rows()) {
    const auto& instructions = assembly::McTarget::get(Isa::aarch64).instructions();
    traits_.resize(instructions.getNumOpcodes());
    std::map<std::string_view, unsigned> numbers;
    for (unsigned i = 0; i < instructions.getNumOpcodes(); ++i) numbers[std::string_view(instructions.getName(i))] = i;
    for (const NamedTraits& entry : kTraits)
      for (const std::string& name : assembly::expand_opcodes(entry.opcodes)) traits_[numbers.at(name)] = entry.traits;
  }

  const assembly::RowTable& rows() const override { return rows_; }

  Flow flow(const llvm::MCInst& inst) const override { return traits_[inst.getOpcode()].flow; }

  Lifted lift(LiftContext& c) const override {
    for (const auto& symbolic : c.instruction().symbolic) {
      if (!traits_[c.inst().getOpcode()].takes_symbols)
        return Lifted::refused("a symbol as operand of this instruction is not supported");
      if (symbolic.value.reference == Reference::tls_descriptor) return lift_tls_descriptor(c, symbolic.value);
    }
    const Flow& flow = traits_[c.inst().getOpcode()].flow;
    const bool direct =
        flow.kind == Flow::Kind::jump || flow.kind == Flow::Kind::branch || flow.kind == Flow::Kind::call;
    if (direct && !c.instruction().symbolic_operand(flow.target_operand))
      return Lifted::refused("a branch to a number instead of a label");
    return Lifter::lift(c);
  }

 private:
  assembly::RowTable rows_;
  std::vector<Traits> traits_;
};

}  // namespace

const assembly::Lifter& lifter() {
  static const Aarch64Lifter instance;
  return instance;
}

}  // namespace portolan::aarch64
