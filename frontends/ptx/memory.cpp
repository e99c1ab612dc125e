// Data movement (PTX ISA, 9.7.9): mov, ld, st, addresses of state spaces, copies that are asynchronous in the machine
// (done at once here, which is one of the orders they may take).
#include "frontends/ptx/function_lifter.h"
#include "frontends/ptx/insn.h"
#include "frontends/ptx/memory_names.h"
#include "frontends/ptx/row.h"

namespace portolan::ptx {
namespace {

// The address of a variable in its own space, cut to the register.
ValueId address_of(Insn& x, const Operand& o, uint32_t width) {
  const std::optional<FunctionLifter::Place> place = x.lifter().place(x.b, o);
  if (place) return x.b.zext_or_truncate(place->address, width);
  x.refuse("'" + o.name + "' is no variable in memory; functions have no address here");
  return x.b.constant(width, 0);
}

void move(Insn& x) {
  const Type t = x.type();
  if (t.kind == Type::predicate) return x.write(0, x.read_predicate(1));
  const Operand& from = x.operand(1);
  if (from.kind == Operand::other || from.kind == Operand::local) return x.write(0, address_of(x, from, t.width()));
  x.write(0, x.read(1, t));
}

// What goes past a core's own cache (cg, cv, wt) is there to see what other blocks wrote.
ir::Ordering load_ordering(Insn& x) {
  if (x.has("acquire")) return ir::Ordering::acquire;
  const bool fresh = x.has("relaxed") || x.has("volatile") || x.has("cv") || (x.has("cg") && !x.has("nc"));
  return fresh ? ir::Ordering::relaxed : ir::Ordering::none;
}
ir::Ordering store_ordering(Insn& x) {
  if (x.has("release")) return ir::Ordering::release;
  return x.has("relaxed") || x.has("volatile") || x.has("wt") ? ir::Ordering::relaxed : ir::Ordering::none;
}

unsigned vector_length(Insn& x) {
  return x.has("v2") ? 2 : x.has("v4") ? 4 : 1;
}

// Registers may be wider than what is loaded: then the number is extended.
void write_parts(Insn& x, ValueId all, const Type& t, unsigned count) {
  const bool is_signed = t.kind == Type::is_signed;
  if (count == 1) return x.write_extended(x.operand(0), all, is_signed);
  const Operand& out = x.operand(0);
  if (out.kind != Operand::vector || out.elements.size() != count) return x.refuse("expected a vector of registers");
  for (unsigned n = 0; n < count; ++n) x.write_extended(out.elements[n], x.b.lane(all, n, t.bits), is_signed);
}

void load(Insn& x) {
  const Type t = x.type();
  const unsigned count = vector_length(x);
  const Operand& from = x.operand(1);
  const uint32_t width = t.bits * count;
  if (x.slot_variable(from)) {
    if (space_of(x) != Space::param) return x.refuse("this variable is a parameter");
    return write_parts(x, x.read_slot(from, width), t, count);
  }
  const ValueId at = x.address(from, space_of(x));
  write_parts(x, x.b.load(at, width, load_ordering(x), static_cast<uint8_t>(width / 8)), t, count);
}

// A number to store: the low bits of a register, or a constant.
ValueId read_part(Insn& x, const Operand& o, const Type& t) {
  return o.kind == Operand::reg ? x.read_low(o, t.bits) : x.read_typed(o, t);
}

void store(Insn& x) {
  const Type t = x.type();
  const unsigned count = vector_length(x);
  const Operand &to = x.operand(0), &from = x.operand(1);
  ValueId all = ir::kNoValue;
  if (count == 1) {
    all = read_part(x, from, t);
  } else {
    if (from.kind != Operand::vector || from.elements.size() != count) return x.refuse("expected a vector");
    for (unsigned n = 0; n < count; ++n) {
      const ValueId part = read_part(x, from.elements[n], t);
      all = n == 0 ? part : x.b.concat(part, all);
    }
  }
  if (x.slot_variable(to)) {
    if (space_of(x) != Space::param) return x.refuse("this variable is a parameter");
    return x.write_slot(to, all);
  }
  if (space_of(x) == Space::param) return x.refuse("a kernel's parameters are not written");
  x.b.store(x.address(to, space_of(x)), all, store_ordering(x), static_cast<uint8_t>(t.bits / 8 * count));
}

uint64_t window(Space space) {
  return space == Space::shared  ? kSharedWindow
         : space == Space::local ? kLocalWindow
         : space == Space::param ? kParameterWindow
                                 : 0;
}

void convert_address(Insn& x) {
  const Space space = space_of(x);
  const Operand& from = x.operand(1);
  const bool named = from.kind == Operand::other || from.kind == Operand::local;
  if (named) {
    const std::optional<FunctionLifter::Place> place = x.lifter().place(x.b, from);
    if (place && place->space != space) return x.refuse("this variable lies in another state space");
  }
  const ValueId a = named ? address_of(x, from, 64) : x.read(1, 64);
  const ValueId base = x.b.constant(64, window(space));
  x.write(0, x.has("to") ? x.b.sub(a, base) : x.b.add(a, base));
}

void is_in_space(Insn& x) {
  const ValueId upper = x.b.extract(x.read(1, 64), 32, 32);
  auto in = [&](Space space) { return x.b.eq(upper, x.b.constant(32, window(space) >> 32)); };
  if (space_of(x) != Space::global) return x.write(0, in(space_of(x)));
  x.write(0, x.b.bit_not(x.b.bit_or(in(Space::shared), x.b.bit_or(in(Space::local), in(Space::param)))));
}

// With a fourth operand only so many bytes are read and zeros follow.
void copy_async(Insn& x) {
  const std::optional<uint64_t> size = x.immediate(2);
  if (!size || (*size != 4 && *size != 8 && *size != 16)) return x.refuse("expected 4, 8 or 16 bytes");
  if (x.count() > 3 && x.operand(3).kind != Operand::integer)
    return x.refuse("the size of the source must be a constant");
  const uint64_t read = x.count() > 3 ? std::min(*size, x.operand(3).bits) : *size;
  const ValueId to = x.address(x.operand(0), Space::shared), from = x.address(x.operand(1), Space::global);
  const uint32_t width = static_cast<uint32_t>(*size * 8);
  ValueId value = x.b.constant(width, 0);
  if (read != 0) value = x.b.zext(x.b.load(from, static_cast<uint32_t>(read * 8)), width);
  x.b.store(to, value, ir::Ordering::none, static_cast<uint8_t>(*size));
}

void nothing(Insn& x) {
  x.ignore_operands();
}

#define TYPES "{b8,b16,b32,b64,b128,u8,u16,u32,u64,s8,s16,s32,s64,f32,f64}"
#define VECTOR "{,.v2,.v4}"
constexpr Row kRows[] = {
    {"mov.{pred,b16,b32,b64,b128,u16,u32,u64,s16,s32,s64,f32,f64}", move},
    {"ld{,.weak,.volatile}" SPACES "{,.ca,.cg,.cs,.lu,.cv}" VECTOR "." TYPES, load},
    {"ld{.relaxed,.acquire}.{cta,cluster,gpu,sys}" SPACES VECTOR "." TYPES, load},
    {"ld.global{,.ca,.cg,.cs}.nc" VECTOR "." TYPES, load},
    {"ldu{,.global}" VECTOR "." TYPES, load},
    {"st{,.weak,.volatile}" SPACES "{,.wb,.cg,.cs,.wt}" VECTOR "." TYPES, store},
    {"st{.relaxed,.release}.{cta,cluster,gpu,sys}" SPACES VECTOR "." TYPES, store},
    {"cvta{,.to}.{global,shared,shared::cta,local,const,param}.u64", convert_address},
    {"isspacep.{global,shared,shared::cta,local,param}", is_in_space},
    {"isspacep.{const,shared::cluster}", nullptr, "such addresses are not told apart"},
    {"prefetch{,.global,.local}.{L1,L2}", nothing},
    {"prefetchu.L1", nothing},
    {"discard{,.global}.L2", nullptr, "what is discarded becomes undefined"},
    {"applypriority{,.global}", nothing},
    {"cp.async.{ca,cg}.shared{,::cta}.global", copy_async},
    {"cp.async.commit_group", nothing},
    {"cp.async.wait_group", nothing},
    {"cp.async.wait_all", nothing},
    {"cp.async.bulk*", nullptr, "bulk copies and their barriers"},
    {"tex.*", nullptr, "textures"},
    {"tld4.*", nullptr, "textures"},
    {"suld.*", nullptr, "surfaces"},
    {"sust.*", nullptr, "surfaces"},
    {"mapa.*", nullptr, "clusters"},
};

}  // namespace

RowSpan memory_rows() {
  return kRows;
}

}  // namespace portolan::ptx
