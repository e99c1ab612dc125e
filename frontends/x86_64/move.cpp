// Data movement of general registers: mov and its extensions, lea, the stack, exchanges, conditional moves.
#include "frontends/x86_64/families.h"
#include "frontends/x86_64/flags.h"

namespace portolan::x86_64 {
namespace {

// movl $symbol (R_X86_64_32, code that is not position independent): the linker refuses a symbol that does not fit, so
// the register holds all of its address. Elsewhere addresses may need more bits than that.
bool moves_address(const Insn& x) {
  if (!x[0].is_register() || x[1].kind != Operand::Kind::immediate || x.register_width(x[0]) != 32) return false;
  std::optional<ir::SymbolRef> symbol = x.c.symbol(x[1].index);
  return symbol && symbol->kind == ir::AddressKind::address;
}

void mov(Insn& x) {
  if (moves_address(x)) return x.set(x.slot(x[0]), x.read(x[1], 64));
  x.write(x[0], x.read(x[1]));
}

// MOVZX32rm8: the source's width is the last number in the name.
unsigned source_width(const Insn& x) {
  std::string_view name = x.name.substr(0, x.name.find("_NOREX"));
  if (name.ends_with("32")) return 32;
  return name.ends_with("16") ? 16 : 8;
}

void movzx(Insn& x) {
  x.write(x[0], x.b.zext(x.read(x[1], source_width(x)), x.width));
}
void movsx(Insn& x) {
  x.write(x[0], x.b.sext_or_truncate(x.read(x[1], source_width(x)), x.width));
}

void movbe(Insn& x) {
  x.write(x[0], x.b.byte_swap(x.read(x[1])));
}

// MOV32ao64: the accumulator from or to a 64-bit absolute address.
void mov_absolute(Insn& x) {
  unsigned offset = 0;
  ValueId address = x.read({Operand::Kind::immediate, offset}, 64);
  bool load = x.name.find("ao") != std::string_view::npos;
  if (load)
    x.set(x.s.rax, x.b.load(address, x.width));
  else
    x.b.store(address, x.get(x.s.rax, x.width));
}

Lifted mov_absolute_checked(Insn& x) {
  if (x.c.inst().getOperand(1).getReg() != 0) return Lifted::refused("segment of an absolute address");
  mov_absolute(x);
  return Lifted::done();
}

// LEA64_32r: 64-bit address arithmetic, 32-bit result.
void lea(Insn& x) {
  x.write(x[0], x.b.truncate(x.address(x[1]), x.register_width(x[0])));
}

void xchg(Insn& x) {
  if (x[1].is_memory()) {
    // Exchanging with memory locks with or without the prefix (SDM vol. 2, XCHG).
    ValueId old = x.b.atomic_rmw(ir::RmwKind::exchange, x.address(x[1]), x.read(x[0]), ir::Ordering::sequential);
    return x.write(x[0], old);
  }
  ValueId first = x.read(x[0]), second = x.read(x[1]);
  x.write(x[0], second);
  x.write(x[1], first);
}

void xchg_accumulator(Insn& x) {
  ValueId first = x.get(x.s.rax, x.width), second = x.read(x[0]);
  x.set(x.s.rax, second);
  x.write(x[0], first);
}

void cmov(Insn& x) {
  unsigned code = static_cast<unsigned>(x.immediate(x.back()));
  ValueId source = x.read(x[1]);
  x.write(x[0], x.b.select(condition(x, code), source, x.read(x[0])));
}

void setcc(Insn& x) {
  x.write(x[0], x.b.zext(condition(x, static_cast<unsigned>(x.immediate(x.back()))), 8));
}

void push_value(Insn& x, ValueId value) {
  ValueId top = x.b.sub(x.get(x.s.rsp), x.b.constant(64, x.b.width(value) / 8));
  x.b.store(top, value);
  x.set(x.s.rsp, top);
}

ValueId pop_value(Insn& x, unsigned bits) {
  ValueId top = x.get(x.s.rsp);
  ValueId value = x.b.load(top, bits);
  x.set(x.s.rsp, x.b.add(top, x.b.constant(64, bits / 8)));
  return value;
}

void push(Insn& x) {
  push_value(x, x.read(x[0]));
}

// A memory destination's address is computed after the pop (SDM vol. 2, POP), and so is a write to rsp.
void pop(Insn& x) {
  ValueId value = pop_value(x, x.width);
  x.write(x[0], value);
}

Lifted leave(Insn& x) {
  // LLVM decodes the 16-bit form as this one; the prefix is in its flags (IP_HAS_OP_SIZE).
  constexpr unsigned kOperandSize = 1;
  if (x.prefix & kOperandSize) return Lifted::refused("with an operand-size prefix it restores 16 bits of rbp");
  x.set(x.s.rsp, x.get(x.s.rbp));
  x.set(x.s.rbp, pop_value(x, 64));
  return Lifted::done();
}

template <unsigned From>
void extend_accumulator(Insn& x) {
  x.set(x.s.rax, x.b.sext(x.get(x.s.rax, From), 2 * From));
}

template <unsigned Width>
void sign_to_rdx(Insn& x) {
  x.set(x.s.rdx, x.b.ashr_by(x.get(x.s.rax, Width), Width - 1));
}

void bswap(Insn& x) {
  x.write(x[0], x.b.byte_swap(x.read(x[0])));
}

// Low byte of rax to and from sf zf af pf cf.
void lahf(Insn& x) {
  ValueId byte = x.b.constant(8, 2);
  const std::pair<Slot, unsigned> bits[] = {{x.s.cf, 0}, {x.s.pf, 2}, {x.s.af, 4}, {x.s.zf, 6}, {x.s.sf, 7}};
  for (auto [flag, at] : bits) byte = x.b.insert(byte, x.flag(flag), at);
  x.b.set_slot(x.s.rax, x.b.insert(x.get(x.s.rax), byte, 8));
}

void sahf(Insn& x) {
  ValueId byte = x.b.extract(x.get(x.s.rax), 8, 8);
  const std::pair<Slot, unsigned> bits[] = {{x.s.cf, 0}, {x.s.pf, 2}, {x.s.af, 4}, {x.s.zf, 6}, {x.s.sf, 7}};
  for (auto [flag, at] : bits) x.set_flag(flag, x.b.extract(byte, at, 1));
}

constexpr Row kRows[] = {
    {"MOV8{rr,rr_REV,rr_NOREX,rm,rm_NOREX,mr,mr_NOREX,ri,ri_alt,mi}", "mov", "", lift<mov>},
    {"MOV{16,32}{rr,rr_REV,rm,mr,ri,ri_alt,mi}", "mov", "", lift<mov>},
    {"MOV64{rr,rr_REV,rm,mr,ri,ri32,mi32}", "mov", "", lift<mov>},
    {"MOV{8,16,32,64}{ao64,o64a}", "movabs", "", lift<mov_absolute_checked>},
    {"MOVNTI_64mr", "movnti", "", lift<mov>},
    {"MOVNTImr", "movnti", "", lift<[](Insn& x) { x.write(x[0], x.read(x[1], 32)); }>},
    {"MOVZX16{rr8,rm8} MOVZX{32,64}{rr8,rr16,rm8,rm16} MOVZX32{rr8_NOREX,rm8_NOREX}", "movzx", "", lift<movzx>},
    {"MOVSX16{rr8,rm8} MOVSX{32,64}{rr8,rr16,rm8,rm16} MOVSX32{rr8_NOREX,rm8_NOREX} MOVSX64{rr32,rm32} "
     "MOVSX16{rr16,rm16,rr32,rm32} MOVSX32{rr32,rm32}",
     "movsx", "", lift<movsx>},
    {"MOVBE{16,32,64}{rm,mr}", "movbe", "", lift<movbe>, "movbe"},
    {"LEA16r LEA32r LEA64r LEA64_32r", "lea", "", lift<lea>},
    {"XCHG{8,16,32,64}{rr,rm}", "xchg", "", lift<xchg, kLock>},
    {"XCHG{16,32,64}ar", "xchg", "", lift<xchg_accumulator>},
    {"CMOV{16,32,64}{rr,rm}", "cmovcc", "cf:r pf:r zf:r sf:r of:r", lift<cmov>},
    {"SETCC{r,m}", "setcc", "cf:r pf:r zf:r sf:r of:r", lift<setcc>},
    {"PUSH{16,64}{r,rmm,rmr} PUSH16i PUSH16i8 PUSH64i32 PUSH64i8", "push", "", lift<push>},
    {"POP{16,64}{r,rmm,rmr}", "pop", "", lift<pop>},
    {"LEAVE64", "leave", "", lift<leave>},
    {"CBW", "cbw", "", lift<extend_accumulator<8>>},
    {"CWDE", "cwde", "", lift<extend_accumulator<16>>},
    {"CDQE", "cdqe", "", lift<extend_accumulator<32>>},
    {"CWD", "cwd", "", lift<sign_to_rdx<16>>},
    {"CDQ", "cdq", "", lift<sign_to_rdx<32>>},
    {"CQO", "cqo", "", lift<sign_to_rdx<64>>},
    {"BSWAP32r BSWAP64r", "bswap", "", lift<bswap>},
    {"BSWAP16r_BAD", "bswap", "", nullptr, "a 16-bit bswap is undefined"},
    {"LAHF", "lahf", "cf:r pf:r af:r zf:r sf:r", lift<lahf>},
    {"SAHF", "sahf", "cf:w pf:w af:w zf:w sf:w", lift<sahf>},
    {"PUSHF64 POPF64 PUSHF16 POPF16", "pushf", "", nullptr, "reads or writes all flags, control flags among them"},
    {"ENTER", "enter", "", nullptr},
    {"MOV16{rs,sr,ms,sm} MOV32{rs,sr} MOV64{rs,sr} PUSH{FS,GS}64 POP{FS,GS}64", "mov", "", nullptr,
     "segment registers are not modelled"},
    {"XLAT", "xlat", "", nullptr, "in objects LLVM does not show its segment"},
};

}  // namespace

Rows move_rows() {
  return kRows;
}

}  // namespace portolan::x86_64
