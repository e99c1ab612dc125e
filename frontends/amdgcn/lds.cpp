// The local data share (DS instructions), a window of the address space that is the block's.
#include <fmt/format.h>

#include "frontends/amdgcn/memory.h"
#include "frontends/amdgcn/row.h"
#include "frontends/amdgcn/spaces.h"

namespace portolan::amdgcn {
namespace {

ValueId address(Insn& x, ValueId base, uint64_t offset) {
  const ValueId at = x.b.add(base, x.b.constant(32, offset));
  return x.b.add(x.b.zext(at, 64), x.b.constant(64, kSharedWindow));
}
uint64_t offset(Insn& x) {
  if (x.text.has("gds")) x.refuse("the global data share");
  return static_cast<uint64_t>(x.number_of("offset"));
}
// Of the two-address forms: in elements, or in 64 of them.
uint64_t element_offset(Insn& x, const char* name, uint32_t bytes) {
  const bool far = x.name().find("st64") != std::string_view::npos || x.has_part("stride64");
  return static_cast<uint64_t>(x.number_of(name)) * bytes * (far ? 64 : 1);
}

uint32_t bits_of_name(Insn& x) {
  return x.type().bits;
}

void load(Insn& x) {
  const Type t = x.type();
  const ValueId base = x.read(1, 32);
  const uint64_t at = offset(x);
  x.in_active_lanes([&] {
    ValueId v = x.b.load(address(x, base, at), t.bits);
    if (t.bits < 32) v = t.is_signed() ? x.b.sext(v, 32) : x.b.zext(v, 32);
    x.set_registers(0, v);
  });
}
void load_two(Insn& x) {
  const uint32_t w = bits_of_name(x);
  const ValueId base = x.read(1, 32);
  const uint64_t first = element_offset(x, "offset0", w / 8), second = element_offset(x, "offset1", w / 8);
  x.in_active_lanes([&] {
    const ValueId low = x.b.load(address(x, base, first), w), high = x.b.load(address(x, base, second), w);
    x.set_registers(0, x.b.concat(high, low));
  });
}
void store(Insn& x) {
  const bool upper = x.name().ends_with("_d16_hi");
  const uint32_t w = x.type().bits;
  const ValueId base = x.read(0, 32), data = x.read(1, std::max(w, 32u));
  const uint64_t at = offset(x);
  x.in_active_lanes([&] { x.b.store(address(x, base, at), x.b.extract(data, upper ? 16 : 0, w)); });
}
void store_two(Insn& x) {
  const uint32_t w = bits_of_name(x);
  const ValueId base = x.read(0, 32), low = x.read(1, w), high = x.read(2, w);
  const uint64_t first = element_offset(x, "offset0", w / 8), second = element_offset(x, "offset1", w / 8);
  // Where lanes overlap, all first elements go before all second ones.
  x.in_active_lanes([&] { x.b.store(address(x, base, first), low); });
  x.in_active_lanes([&] { x.b.store(address(x, base, second), high); });
}
void exchange_two(Insn& x) {
  const uint32_t w = bits_of_name(x);
  const ValueId base = x.read(1, 32), p = x.read(2, w), q = x.read(3, w);
  const uint64_t first = element_offset(x, "offset0", w / 8), second = element_offset(x, "offset1", w / 8);
  x.in_active_lanes([&] {
    auto exchange = [&](uint64_t at, ValueId v) {
      return x.b.atomic_rmw(RmwKind::exchange, address(x, base, at), v, ir::Ordering::relaxed);
    };
    const ValueId low = exchange(first, p), high = exchange(second, q);
    x.set_registers(0, x.b.concat(high, low));
  });
}

// ds_add_u32 address, data; ds_add_rtn_u32 destination, address, data.
void modify(Insn& x) {
  std::string_view name = x.name().substr(3);
  name = name.substr(0, name.find('_'));
  const Type t = x.type();
  const auto operation = atomic_operation(name, t);
  if (!operation) return x.refuse("this operation is not supported");
  const bool gives = x.has_part("rtn");
  const size_t n = gives ? 1 : 0;
  const ValueId base = x.read(n, 32);
  ValueId data = x.read(n + 1, t.bits), second = operation->operands > 1 ? x.read(n + 2, t.bits) : data;
  // Before gfx11 the comparison's value comes first, since then the one to be stored.
  if (name == "cmpstore") std::swap(data, second);
  const uint64_t at = offset(x);
  x.in_active_lanes([&] {
    const ValueId old = atomic(x, *operation, address(x, base, at), data, second, Insn::format_of(t));
    if (gives) x.set_registers(0, old);
  });
}

constexpr Row kRows[] = {
    {"ds_{load,read}_{b32,b64,b96,b128,u8,i8,u16,i16}", load},
    {"ds_{load_2addr,load_2addr_stride64,read2,read2st64}_{b32,b64}", load_two},
    {"ds_{store,write}_{b8,b16,b32,b64,b96,b128}", store},
    {"ds_{store,write}_{b8,b16}_d16_hi", store},
    {"ds_{store_2addr,store_2addr_stride64,write2,write2st64}_{b32,b64}", store_two},
    {"ds_{storexchg_2addr,storexchg_2addr_stride64,wrxchg2,wrxchg2st64}_rtn_{b32,b64}", exchange_two},
    {"ds_{add,sub,rsub,inc,dec}{,_rtn}_{u32,u64}", modify},
    {"ds_{min,max}{,_rtn}_{i32,u32,f32,i64,u64,f64}", modify},
    {"ds_{and,or,xor}{,_rtn}_{b32,b64}", modify},
    {"ds_add{,_rtn}_{f32,f64}", modify},
    {"ds_mskor{,_rtn}_{b32,b64}", modify},
    {"ds_{storexchg,wrxchg}_rtn_{b32,b64}", modify},
    {"ds_{cmpstore,cmpst}{,_rtn}_{b32,b64,f32,f64}", modify},
    {"ds_wrap_rtn_b32", modify},
    {"ds_{load,read}_{u8,i8,u16,b16}_{d16,d16_hi}", nullptr, "no oracle for the half that is kept"},
    {"ds_{load,read}_{u8_d16,i8_d16,u16_d16}{,_hi}", nullptr, "no oracle for the half that is kept"},
    {"ds_{append,consume}", nullptr, "counters of the wave"},
    {"ds_{load,read,store,write}_addtid_b32", nullptr, "addresses from M0"},
    {"ds_condxchg32*", nullptr, "not done"},
    {"ds_pk_add*", nullptr, "no oracle"},
    {"ds_ordered_count", nullptr, "the global data share"},
    {"ds_gws*", nullptr, "barriers between blocks"},
};

}  // namespace

RowSpan lds_rows() {
  return kRows;
}

}  // namespace portolan::amdgcn
