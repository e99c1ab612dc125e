#include "frontends/ptx/insn.h"

#include <fmt/format.h>

#include <algorithm>

#include "frontends/ptx/floats.h"
#include "frontends/ptx/function_lifter.h"

namespace portolan::ptx {
Insn::Insn(FunctionLifter& lifter, const Statement& statement, Builder& builder)
    : b(builder), s(statement), lifter_(lifter) {
  const std::string_view name = s.name;
  for (size_t dot = name.find('.'); dot != std::string_view::npos;) {
    const size_t next = name.find('.', dot + 1);
    modifiers_.push_back(name.substr(dot + 1, next == std::string_view::npos ? next : next - dot - 1));
    dot = next;
  }
}

bool Insn::has(std::string_view modifier) const {
  return std::find(modifiers_.begin(), modifiers_.end(), modifier) != modifiers_.end();
}

Type Insn::type(size_t from_end) const {
  for (auto m = modifiers_.rbegin(); m != modifiers_.rend(); ++m)
    if (const std::optional<Type> type = type_from_name(*m); type && from_end-- == 0) return *type;
  return {Type::untyped, 32};
}

Rounding Insn::rounding() const {
  for (std::string_view m : modifiers_) {
    if (m == "rz" || m == "rzi") return Rounding::toward_zero;
    if (m == "rm" || m == "rmi") return Rounding::down;
    if (m == "rp" || m == "rpi") return Rounding::up;
    if (m == "rna") return Rounding::nearest_away;
  }
  return Rounding::nearest_even;
}

void Insn::refuse(std::string reason) {
  lifter_.refuse(s.line, s.column, fmt::format("'{}': {}", s.name, reason));
}

const Operand& Insn::operand(size_t n) {
  static const Operand kNone;
  used_ = std::max(used_, n + 1);
  if (n < s.operands.size()) return s.operands[n];
  refuse("too few operands");
  return kNone;
}

ValueId Insn::read(const Operand& o, uint32_t width) {
  if (o.kind == Operand::integer) return b.constant(APInt(64, o.bits).zextOrTrunc(width));
  if (o.kind == Operand::special) return special(o, width);
  if (o.kind == Operand::vector) {
    ValueId all = ir::kNoValue;
    if (o.elements.empty() || width % o.elements.size() != 0)
      return refuse("these elements do not make one value"), any(width);
    for (const Operand& element : o.elements) {
      const ValueId part = read(element, width / static_cast<uint32_t>(o.elements.size()));
      all = all == ir::kNoValue ? part : b.concat(part, all);
    }
    return all;
  }
  if (o.kind != Operand::reg || !o.selector.empty() || o.negated || o.minus)
    return refuse("this operand has another kind"), any(width);
  const uint32_t slot = lifter_.slot_of_register(o.index), own = lifter_.slot_width(slot);
  if (own != width)
    return refuse(fmt::format("register '{}' has {} bits instead of {}", o.name, own, width)), any(width);
  return b.get_slot(slot, own);
}

ValueId Insn::read_typed(const Operand& o, const Type& type) {
  if (o.kind != Operand::real && o.kind != Operand::single) {
    if (o.kind == Operand::integer && type.is_float()) return refuse("expected a real number"), any(type.width());
    return read(o, type.width());
  }
  if (type.kind == Type::floating && type.lanes == 1 && type.bits >= 32)
    return b.constant(o.kind == Operand::single ? convert_bits(APInt(32, o.bits), FloatFormat::f32, format_of(type))
                                                : convert_bits(APInt(64, o.bits), FloatFormat::f64, format_of(type)));
  // mov.b32 takes the bits of a number too.
  if (type.is_integer() && type.bits == (o.kind == Operand::single ? 32 : 64)) return b.constant(type.bits, o.bits);
  return refuse("a real number does not fit here"), any(type.width());
}

ValueId Insn::read_low(const Operand& o, uint32_t width) {
  if (o.kind != Operand::reg) return read(o, width);
  const uint32_t own = lifter_.slot_width(lifter_.slot_of_register(o.index));
  if (own <= width) return read(o, width);
  return b.truncate(read(o, own), width);
}

ValueId Insn::read_predicate(size_t n) {
  const Operand& o = operand(n);
  if (o.kind == Operand::integer) return b.constant(1, o.bits != 0);
  if (o.kind != Operand::reg || !o.selector.empty() || o.minus) return refuse("expected a predicate"), any(1);
  Operand plain = o;
  plain.negated = false;
  const ValueId bit = read(plain, 1);
  return o.negated ? b.bit_not(bit) : bit;
}

std::optional<uint64_t> Insn::immediate(size_t n) {
  const Operand& o = operand(n);
  if (o.kind == Operand::integer) return o.bits;
  refuse("expected a constant");
  return std::nullopt;
}

ValueId Insn::carry() {
  return b.get_slot(kCarrySlot, 1);
}
void Insn::set_carry(ValueId bit) {
  b.set_slot(kCarrySlot, bit);
}

void Insn::write(const Operand& o, ValueId value) {
  if (o.kind == Operand::sink) return;
  if (o.kind == Operand::vector) {
    const uint32_t count = static_cast<uint32_t>(o.elements.size()), width = b.width(value);
    if (count == 0 || width % count != 0) return refuse("these elements do not make one value");
    for (uint32_t n = 0; n < count; ++n) write(o.elements[n], b.lane(value, n, width / count));
    return;
  }
  if (o.kind != Operand::reg || !o.selector.empty() || o.negated || o.minus)
    return refuse("expected a register to write");
  const uint32_t slot = lifter_.slot_of_register(o.index), own = lifter_.slot_width(slot);
  if (own != b.width(value))
    return refuse(fmt::format("register '{}' has {} bits instead of {}", o.name, own, b.width(value)));
  b.set_slot(slot, value);
}

void Insn::write_extended(const Operand& o, ValueId value, bool is_signed) {
  if (o.kind == Operand::reg) {
    const uint32_t own = lifter_.slot_width(lifter_.slot_of_register(o.index));
    if (own > b.width(value)) value = is_signed ? b.sext(value, own) : b.zext(value, own);
  }
  write(o, value);
}

// PTX ISA, 10. Numbers that differ from run to run are undefined values; so is what only the driver knows.
ValueId Insn::special(const Operand& o, uint32_t width) {
  using ir::Identity;
  struct Named {
    std::string_view name;
    Identity which;
  };
  static constexpr Named kIdentities[] = {
      {"%tid.x", Identity::thread_x},       {"%tid.y", Identity::thread_y},       {"%tid.z", Identity::thread_z},
      {"%ntid.x", Identity::block_size_x},  {"%ntid.y", Identity::block_size_y},  {"%ntid.z", Identity::block_size_z},
      {"%ctaid.x", Identity::block_x},      {"%ctaid.y", Identity::block_y},      {"%ctaid.z", Identity::block_z},
      {"%nctaid.x", Identity::grid_size_x}, {"%nctaid.y", Identity::grid_size_y}, {"%nctaid.z", Identity::grid_size_z},
      {"%laneid", Identity::lane},          {"%warpid", Identity::warp},
  };
  for (const Named& named : kIdentities)
    if (named.name == o.name) return b.zext_or_truncate(b.identity(named.which), width);
  if (o.name.starts_with("%lanemask_")) {
    const std::string_view kind = std::string_view(o.name).substr(10);
    const ValueId own = b.shl(b.constant(32, 1), b.identity(Identity::lane)), below = b.sub(own, b.constant(32, 1));
    ValueId mask = ir::kNoValue;
    if (kind == "eq") mask = own;
    if (kind == "lt") mask = below;
    if (kind == "le") mask = b.bit_or(own, below);
    if (kind == "gt") mask = b.bit_not(b.bit_or(own, below));
    if (kind == "ge") mask = b.bit_not(below);
    if (mask != ir::kNoValue) return b.zext_or_truncate(mask, width);
  }
  static constexpr std::string_view kUndefined[] = {"%clock",          "%clock_hi",       "%clock64", "%globaltimer",
                                                    "%globaltimer_lo", "%globaltimer_hi", "%smid",    "%gridid"};
  for (std::string_view name : kUndefined)
    if (name == o.name) return b.undef(width);
  return refuse(fmt::format("special register '{}' is not supported", o.name)), any(width);
}

ValueId Insn::name_address(const Operand& o, Space space) {
  const std::optional<FunctionLifter::Place> place = lifter_.place(b, o);
  if (!place) return refuse(fmt::format("'{}' is no variable in memory", o.name)), any(64);
  if (place->space != space) return refuse(fmt::format("variable '{}' lies in another state space", o.name)), any(64);
  return place->address;
}

ValueId Insn::offset_in(const Operand& o, Space space) {
  if (o.kind != Operand::memory || o.elements.size() != 1) return refuse("expected an address"), any(64);
  const Operand& base = o.elements[0];
  ValueId at = ir::kNoValue;
  if (base.kind == Operand::other || base.kind == Operand::local) {
    at = b.add(name_address(base, space), b.constant(64, o.bits));
  } else if (base.kind == Operand::integer) {
    at = b.constant(64, o.bits);
  } else if (base.kind == Operand::reg) {
    const uint32_t width = lifter_.slot_width(lifter_.slot_of_register(base.index));
    const bool windowed = space == Space::shared || space == Space::local || space == Space::param;
    if (width != 64 && !(width == 32 && windowed)) return refuse("the register is no address"), any(64);
    // 32 bits suffice within a window, and wrap there.
    at = b.zext(b.add(read(base, width), b.constant(APInt(64, o.bits).trunc(width))), 64);
  } else {
    return refuse("expected an address"), any(64);
  }
  return at;
}

ValueId Insn::address(const Operand& o, Space space) {
  const ValueId at = offset_in(o, space);
  switch (space) {
    case Space::shared:
      return b.add(at, b.constant(64, kSharedWindow));
    case Space::local:
      return b.add(at, b.constant(64, kLocalWindow));
    case Space::param:
      return b.add(at, b.constant(64, kParameterWindow));
    default:
      return at;
  }
}

const Variable* Insn::slot_variable(const Operand& o) const {
  if (o.kind != Operand::memory || o.elements.size() != 1 || o.elements[0].kind != Operand::local) return nullptr;
  const uint32_t index = o.elements[0].index;
  return lifter_.slot_of_variable(index) ? &lifter_.source().variables[index] : nullptr;
}

ValueId Insn::read_slot(const Operand& o, uint32_t width) {
  const Variable* v = slot_variable(o);
  if (o.bits > v->size || width / 8 > v->size - o.bits) return refuse("this lies outside the parameter"), any(width);
  const uint32_t slot = *lifter_.slot_of_variable(o.elements[0].index);
  return b.extract(b.get_slot(slot, lifter_.slot_width(slot)), static_cast<uint32_t>(o.bits * 8), width);
}

void Insn::write_slot(const Operand& o, ValueId value) {
  const Variable* v = slot_variable(o);
  if (o.bits > v->size || b.width(value) / 8 > v->size - o.bits) return refuse("this lies outside the parameter");
  const uint32_t slot = *lifter_.slot_of_variable(o.elements[0].index);
  b.set_slot(slot, b.insert(b.get_slot(slot, lifter_.slot_width(slot)), value, static_cast<uint32_t>(o.bits * 8)));
}

Space space_of(const Insn& x) {
  for (std::string_view m : x.modifiers()) {
    if (m == "global") return Space::global;
    if (m == "const") return Space::constant;
    if (m == "shared" || m == "shared::cta") return Space::shared;
    if (m == "local") return Space::local;
    if (m == "param" || m == "param::entry" || m == "param::func") return Space::param;
  }
  return Space::none;
}

}  // namespace portolan::ptx
