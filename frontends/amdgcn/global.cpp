// Global, flat, scratch and scalar memory. Flat addresses are generic, as all addresses of the IR are; scratch is a
// window of the lane's own.
#include <fmt/format.h>

#include "frontends/amdgcn/code_lifter.h"
#include "frontends/amdgcn/memory.h"
#include "frontends/amdgcn/row.h"
#include "frontends/amdgcn/spaces.h"

namespace portolan::amdgcn {
namespace {

// Size of an access by its name: the types of gfx11, the words of the processors before.
Type access_type(Insn& x) {
  struct Named {
    std::string_view name;
    Type type;
  };
  static constexpr Named kNames[] = {
      {"ubyte", {'u', 8}},    {"sbyte", {'i', 8}},     {"byte", {'b', 8}},      {"ushort", {'u', 16}},
      {"sshort", {'i', 16}},  {"short", {'b', 16}},    {"dword", {'b', 32}},    {"dwordx2", {'b', 64}},
      {"dwordx3", {'b', 96}}, {"dwordx4", {'b', 128}}, {"dwordx8", {'b', 256}}, {"dwordx16", {'b', 512}},
  };
  for (const Named& n : kNames)
    if (x.has_part(n.name)) return n.type;
  return x.type();
}

bool is_scratch(Insn& x) {
  return x.name().starts_with("scratch_");
}

// Operands from n on are an address and, but for flat ones, a scalar base or "off".
ValueId address(Insn& x, size_t n, size_t base) {
  Builder& b = x.b;
  const ValueId offset = b.signed_constant(64, x.number_of("offset"));
  if (x.name().starts_with("flat_")) return b.add(x.read(n, 64), offset);
  const Operand &v = x.operand(n), &s = x.operand(base);
  if (is_scratch(x)) {
    x.lifter().use_scratch();
    ValueId at = b.truncate(offset, 32);
    if (v.kind != Operand::off) at = b.add(at, x.read(n, 32));
    if (s.kind != Operand::off) at = b.add(at, x.read(base, 32));
    return b.add(b.zext(at, 64), b.constant(64, kPrivateWindow));
  }
  if (s.kind == Operand::off) return b.add(x.read(n, 64), offset);
  return b.add(b.add(x.read(base, 64), b.zext(x.read(n, 32), 64)), offset);
}

void load(Insn& x) {
  if (x.text.has("lds")) return x.refuse("loads into the local data share");
  const Type t = access_type(x);
  const ValueId at = address(x, 1, 2);
  const bool half = x.has_part("d16"), upper = half && x.has_part("hi");
  x.in_active_lanes([&] {
    ValueId v = x.b.load(at, t.bits);
    if (half) {
      const ValueId part = t.is_signed() ? x.b.sext(v, 16) : x.b.zext(v, 16);
      v = x.b.insert(x.old(0, 32), part, upper ? 16 : 0);
    } else if (t.bits < 32) {
      v = t.is_signed() ? x.b.sext(v, 32) : x.b.zext(v, 32);
    }
    x.set_registers(0, v);
  });
}
void store(Insn& x) {
  const Type t = access_type(x);
  const bool upper = x.has_part("d16") && x.has_part("hi");
  const ValueId at = address(x, 0, 2), data = x.read(1, std::max(t.bits, 32u));
  x.in_active_lanes([&] { x.b.store(at, x.b.extract(data, upper ? 16 : 0, t.bits)); });
}

// global_atomic_add_u32 {destination,} address, data, base. Gives the old value with glc (gfx942: sc0).
void modify(Insn& x) {
  std::string_view name = x.name().substr(x.name().find("atomic_") + 7);
  name = name.substr(0, name.find('_'));
  Type t = x.type();
  if (!x.is_gfx11() && t.kind != 'f') t = {'u', x.name().ends_with("_x2") ? 64u : 32u};
  const auto operation = atomic_operation(name, t);
  if (!operation) return x.refuse("this operation is not supported");
  const bool gives = x.has(x.processor() == Processor::gfx942 ? "sc0" : "glc");
  const size_t n = gives ? 1 : 0;
  const ValueId at = address(x, n, n + 2);
  // The data of a comparison: what is to be stored, then what is compared.
  const ValueId both = x.read(n + 1, t.bits * static_cast<uint32_t>(operation->operands));
  const ValueId data = x.b.extract(both, operation->operands > 1 ? t.bits : 0, t.bits);
  const ValueId second = x.b.truncate(both, t.bits);
  x.in_active_lanes([&] {
    const ValueId old = atomic(x, *operation, at, data, second, Insn::format_of(t));
    if (gives) x.set_registers(0, old);
  });
}

// Buffers are scratch memory, and nothing else is lifted: the descriptor must be the one that the hardware gives. That
// shows when it runs, and ends the run where it is another.
ValueId buffer_address(Insn& x) {
  Builder& b = x.b;
  if (!x.lifter().has_scratch_buffer()) x.refuse("buffers other than scratch memory");
  x.lifter().use_scratch();
  ValueId at = b.add(x.read(3, 32), b.constant(32, static_cast<uint64_t>(x.number_of("offset"))));
  if (x.has("offen")) at = b.add(at, x.read(1, 32));
  return b.add(b.zext(at, 64), b.constant(64, kPrivateWindow));
}
void demand_scratch(Insn& x, ValueId descriptor) {
  Builder& b = x.b;
  ValueId given = b.constant(32, kScratchDescriptor[0]);
  for (int n = 1; n < 4; ++n) given = b.concat(b.constant(32, kScratchDescriptor[n]), given);
  const ir::BlockId other = x.lifter().new_block(), after = x.lifter().new_block();  // `other` ends in unreachable
  x.lifter().end(b, Op::branch, {after, other}, b.eq(descriptor, given));
  b.set_block(after);
}

void buffer_load(Insn& x) {
  const Type t = access_type(x);
  const ValueId at = buffer_address(x), descriptor = x.read(2, 128);
  x.in_active_lanes([&] {
    demand_scratch(x, descriptor);
    ValueId v = x.b.load(at, t.bits);
    if (t.bits < 32) v = t.is_signed() ? x.b.sext(v, 32) : x.b.zext(v, 32);
    x.set_registers(0, v);
  });
}
void buffer_store(Insn& x) {
  const Type t = access_type(x);
  const ValueId at = buffer_address(x), descriptor = x.read(2, 128), data = x.read(0, std::max(t.bits, 32u));
  x.in_active_lanes([&] {
    demand_scratch(x, descriptor);
    x.b.store(at, x.b.truncate(data, t.bits));
  });
}

// Scalar loads are the wave's: every lane makes the same one, active or not. The offset's and the address's two lowest
// bits do not count.
void scalar_load(Insn& x) {
  Builder& b = x.b;
  const uint32_t w = access_type(x).bits;
  ValueId at = x.read(1, 64);
  const Operand& offset = x.operand(2);
  const ValueId words = b.bit_not(b.constant(64, 3));
  if (offset.kind == Operand::integer)
    at = b.add(at, b.signed_constant(64, offset.value));
  else if (offset.kind != Operand::null)
    at = b.add(at, b.zext(x.read(2, 32), 64));
  at = b.bit_and(b.add(at, b.signed_constant(64, x.number_of("offset"))), words);
  x.meet();
  x.write(0, b.load(at, w));
}

constexpr Row kRows[] = {
    {"{global,flat,scratch}_load_{u8,i8,u16,i16,b32,b64,b96,b128}", load},
    {"{global,flat,scratch}_load_{ubyte,sbyte,ushort,sshort,dword,dwordx2,dwordx3,dwordx4}", load},
    {"{global,flat,scratch}_load_{d16_u8,d16_i8,d16_b16,d16_hi_u8,d16_hi_i8,d16_hi_b16}", load},
    {"{global,flat,scratch}_load_{ubyte,sbyte,short}_{d16,d16_hi}", nullptr, "with ECC the other half may be cleared"},
    {"{global,flat,scratch}_store_{b8,b16,b32,b64,b96,b128,d16_hi_b8,d16_hi_b16}", store},
    {"{global,flat,scratch}_store_{byte,short,dword,dwordx2,dwordx3,dwordx4,byte_d16_hi,short_d16_hi}", store},
    {"{global,flat}_atomic_{swap,add,sub,and,or,xor,inc,dec,smin,umin,smax,umax,cmpswap}{,_x2}", modify},
    {"{global,flat}_atomic_{swap,and,or,xor,cmpswap}_{b32,b64}", modify},
    {"{global,flat}_atomic_{add,sub,inc,dec,csub}_{u32,u64}", modify},
    {"{global,flat}_atomic_{min,max}_{i32,u32,i64,u64,f32,f64}", modify},
    {"{global,flat}_atomic_{add_f32,add_f64,cmpswap_f32}", modify},
    {"global_atomic_pk*", nullptr, "no oracle"},
    {"flat_atomic_pk*", nullptr, "no oracle"},
    {"s_load_{b32,b64,b128,b256,b512,dword,dwordx2,dwordx4,dwordx8,dwordx16}", scalar_load},
    {"s_buffer_load*", nullptr, "buffers"},
    {"buffer_load_{ubyte,sbyte,ushort,sshort,dword,dwordx2,dwordx3,dwordx4}", buffer_load},
    {"buffer_store_{byte,short,dword,dwordx2,dwordx3,dwordx4}", buffer_store},
    {"buffer_*", nullptr, "buffers"},
    {"tbuffer_*", nullptr, "buffers"},
    {"image_*", nullptr, "images"},
};

}  // namespace

RowSpan global_rows() {
  return kRows;
}

}  // namespace portolan::amdgcn
