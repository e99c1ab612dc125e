// Plain loads and stores of one or two registers (Arm ARM C6.2 LDR, LDP, STR, STP and their families).
#include "frontends/aarch64/memory.h"

#include <bit>

#include "frontends/aarch64/rows.h"

namespace portolan::aarch64 {

AddressForm consume_address_form(std::string_view& name, bool pair) {
  struct Ending {
    std::string_view text;
    AddressForm form;
  };
  using Kind = AddressForm::Kind;
  static constexpr Ending kEndings[] = {
      {"pre", {Kind::pre, false, 1}},  {"post", {Kind::post, false, 1}}, {"roW", {Kind::register_offset, false, 0}},
      {"ui", {Kind::offset, true, 0}}, {"i", {Kind::offset, false, 0}},  {"roX", {Kind::register_offset, false, 0}},
      {"l", {Kind::literal, false, 0}}};
  for (const Ending& ending : kEndings) {
    if (!name.ends_with(ending.text)) continue;
    name.remove_suffix(ending.text.size());
    AddressForm form = ending.form;
    form.scaled |= pair;
    return form;
  }
  return {};
}

ValueId access_address(LiftContext& c, const AddressForm& form, unsigned count, unsigned bytes) {
  using Kind = AddressForm::Kind;
  const unsigned base_operand = form.first_target + count, offset_operand = base_operand + 1;
  if (form.kind == Kind::literal) return c.b.symbol_address(*c.symbol(1));
  const ValueId base = read(c, base_operand);
  if (form.kind == Kind::register_offset) {
    const unsigned sign = immediate(c, offset_operand + 1), scale = immediate(c, offset_operand + 2);
    const unsigned kind = (operand_width(c, offset_operand) == 64 ? 3 : 2) | (sign ? 4 : 0);
    const unsigned left = scale ? std::countr_zero(bytes) : 0;
    return c.b.add(base, extended(c, read(c, offset_operand), kind, left, 64));
  }
  if (const auto symbol = c.symbol(offset_operand)) return c.b.add(base, c.b.symbol_address(*symbol));
  const int64_t offset = immediate(c, offset_operand) * (form.scaled ? int64_t{bytes} : 1);
  const ValueId moved = c.b.add(base, c.b.signed_constant(64, offset));
  if (form.kind == Kind::offset) return moved;
  write(c, 0, moved);
  return form.kind == Kind::pre ? moved : base;
}

namespace {

// The bits that memory holds of a register `width` wide: BB HH SB SH SW, or all of it.
unsigned memory_bits(std::string_view name, unsigned width) {
  if (name.starts_with("BB") || name.starts_with("SB")) return 8;
  if (name.starts_with("HH") || name.starts_with("SH")) return 16;
  if (name.starts_with("SW")) return 32;
  return width;
}

// Writing back to a register that is also transferred is constrained unpredictable.
bool unpredictable(const LiftContext& c, const AddressForm& form, unsigned count) {
  if (form.first_target == 0) return false;
  for (unsigned i = 0; i < count; ++i)
    if (same_register(c, 0, 1 + i)) return true;
  return false;
}

constexpr const char* kUnpredictable = "the base is written back and transferred: unpredictable";

Lifted load(LiftContext& c) {
  std::string_view name = c.opcode_name();
  const AddressForm form = consume_address_form(name, false);
  if (unpredictable(c, form, 1)) return Lifted::refused(kUnpredictable);
  if (form.kind == AddressForm::Kind::literal && !c.symbol(1)) return Lifted::refused("a literal without a label");
  consume(name, "LDUR") || consume(name, "LDR") || consume(name, "LDTR");
  const unsigned target = form.first_target, width = operand_width(c, target), bits = memory_bits(name, width);
  const ValueId value = c.b.load(access_address(c, form, 1, bits / 8), bits);
  // LDRSui loads an s register; LDRSB, LDRSH and LDRSW load with sign.
  const bool with_sign = name[0] == 'S' && bits < width;
  write(c, target, with_sign ? c.b.sext(value, width) : c.b.zext(value, width));
  return Lifted::done();
}

Lifted store(LiftContext& c) {
  std::string_view name = c.opcode_name();
  const AddressForm form = consume_address_form(name, false);
  if (unpredictable(c, form, 1)) return Lifted::refused(kUnpredictable);
  consume(name, "STUR") || consume(name, "STR") || consume(name, "STTR");
  const ValueId value = read(c, form.first_target);
  const unsigned bits = memory_bits(name, c.b.width(value));
  c.b.store(access_address(c, form, 1, bits / 8), c.b.truncate(value, bits));
  return Lifted::done();
}

ValueId next(LiftContext& c, ValueId address, unsigned bytes) {
  return c.b.add(address, c.b.constant(64, bytes));
}

Lifted load_pair(LiftContext& c) {
  std::string_view name = c.opcode_name();
  const AddressForm form = consume_address_form(name, true);
  if (unpredictable(c, form, 2)) return Lifted::refused(kUnpredictable);
  const unsigned target = form.first_target, width = operand_width(c, target);
  if (same_register(c, target, target + 1) && !name.ends_with("ZR"))
    return Lifted::refused("both registers of a load pair are one: unpredictable");
  const unsigned bits = name == "LDPSW" ? 32 : width;
  const ValueId address = access_address(c, form, 2, bits / 8);
  const ValueId first = c.b.load(address, bits), second = c.b.load(next(c, address, bits / 8), bits);
  write(c, target, c.b.sext(first, width));
  write(c, target + 1, c.b.sext(second, width));
  return Lifted::done();
}

Lifted store_pair(LiftContext& c) {
  std::string_view name = c.opcode_name();
  const AddressForm form = consume_address_form(name, true);
  if (unpredictable(c, form, 2)) return Lifted::refused(kUnpredictable);
  const ValueId first = read(c, form.first_target), second = read(c, form.first_target + 1);
  const unsigned bytes = c.b.width(first) / 8;
  const ValueId address = access_address(c, form, 2, bytes);
  c.b.store(address, first);
  c.b.store(next(c, address, bytes), second);
  return Lifted::done();
}

Lifted nothing(LiftContext&) {
  return Lifted::done();
}

constexpr Row kRows[] = {
    {"LDR{BB,HH,SBW,SBX,SHW,SHX,SW,W,X}{ui,pre,post,roW,roX} LDR{SW,W,X}l", "ldr", "", load},
    {"LDR{B,H,S,D,Q}{ui,pre,post,roW,roX} LDR{S,D,Q}l", "ldr", "", load, "fp"},
    {"LDUR{BB,HH,SBW,SBX,SHW,SHX,SW,W,X,B,H,S,D,Q}i", "ldur", "", load},
    {"LDTR{B,H,SBW,SBX,SHW,SHX,SW,W,X}i", "ldtr", "", nullptr, "an unprivileged access"},
    {"STR{BB,HH,W,X}{ui,pre,post,roW,roX}", "str", "", store},
    {"STR{B,H,S,D,Q}{ui,pre,post,roW,roX}", "str", "", store, "fp"},
    {"STUR{BB,HH,W,X,B,H,S,D,Q}i", "stur", "", store},
    {"STTR{B,H,W,X}i", "sttr", "", nullptr, "an unprivileged access"},
    {"LDP{W,X,SW,S,D,Q}{i,pre,post}", "ldp", "", load_pair},
    {"LDNP{W,X,S,D,Q}i", "ldnp", "", load_pair},
    {"STP{W,X,S,D,Q}{i,pre,post}", "stp", "", store_pair},
    {"STNP{W,X,S,D,Q}i", "stnp", "", store_pair},
    {"PRFM{l,roW,roX,ui} PRFUMi", "prfm", "", nothing},
};

}  // namespace

RowSpan memory_rows() {
  return kRows;
}

}  // namespace portolan::aarch64
