#include "frontends/amdgcn/insn.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "frontends/amdgcn/code_lifter.h"
#include "frontends/amdgcn/spaces.h"

namespace portolan::amdgcn {

std::vector<uint32_t> slot_widths() {
  std::vector<uint32_t> widths(kSlots, 32);
  widths[kScc] = widths[kActive] = 1;
  widths[kPc] = 64;
  return widths;
}

ValueId is_nan(Builder& b, ValueId v, FloatFormat format) {
  return b.floating(Op::funordered, {v, v}, mode(format));
}

Processor Insn::processor() const {
  return lifter_.processor();
}

void Insn::refuse(std::string reason) {
  lifter_.refuse(text, std::move(reason));
}

const std::string* Insn::modifier(std::string_view name) {
  used_.push_back(name);
  return text.modifier(name);
}
bool Insn::flag(std::string_view name, size_t n, bool otherwise) {
  used_.push_back(name);
  return text.bit(name, n, otherwise);
}
bool Insn::last_flag(std::string_view name) {
  const std::string* list = modifier(name);
  return list && list->size() > 1 && (*list)[list->size() - 2] == '1';
}
int64_t Insn::number_of(std::string_view name, int64_t otherwise) {
  used_.push_back(name);
  return text.number(name, otherwise);
}

// What a lift function did not look at would be ignored silently.
void Insn::refuse_unused() {
  // Advice about caches, which changes no result here.
  static constexpr std::string_view kAdvice[] = {"glc", "slc", "dlc", "sc0", "sc1", "nt", "scc"};
  for (const Modifier& m : text.modifiers) {
    const bool known = std::find(used_.begin(), used_.end(), m.name) != used_.end() ||
                       std::find(std::begin(kAdvice), std::end(kAdvice), m.name) != std::end(kAdvice);
    if (!known) return refuse(fmt::format("'{}' is not supported here", m.name));
  }
  for (size_t n = 0; n < text.operands.size(); ++n) {
    const Operand& o = text.operands[n];
    if ((o.negated || o.absolute) && !(n < 32 && (signs_used_ >> n & 1)))
      return refuse(fmt::format("a sign on '{}' is not supported here", o.text));
    if (o.extended && text.suffix != "sdwa") return refuse("sext is not supported here");
  }
  if (text.suffix.ends_with("dpp") && !dpp_used_) refuse("moving data between lanes is not supported here");
}

bool Insn::has_part(std::string_view part) const {
  const std::string padded = "_" + text.name + "_";
  return padded.find("_" + std::string(part) + "_") != std::string::npos;
}

Type Insn::type(size_t from_end) const {
  std::string_view rest = text.name;
  while (!rest.empty()) {
    const size_t underscore = rest.rfind('_');
    std::string_view part = rest.substr(underscore == std::string_view::npos ? 0 : underscore + 1);
    rest = underscore == std::string_view::npos ? std::string_view() : rest.substr(0, underscore);
    Type t;
    if (part.starts_with("bf")) {
      t.kind = 'h', part.remove_prefix(2);
    } else if (part.starts_with("iu")) {
      t.kind = 'i', part.remove_prefix(2);
    } else if (!part.empty() && std::string_view("fiub").find(part[0]) != std::string_view::npos) {
      t.kind = part[0], part.remove_prefix(1);
    } else {
      continue;
    }
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), t.bits);
    if (error != std::errc() || end != part.data() + part.size()) continue;
    if (from_end-- == 0) return t;
  }
  return {};
}

FloatFormat Insn::format_of(const Type& t) {
  if (t.kind == 'h') return FloatFormat::bf16;
  return t.bits == 16 ? FloatFormat::f16 : t.bits == 32 ? FloatFormat::f32 : FloatFormat::f64;
}

const Operand& Insn::operand(size_t n) {
  static const Operand kNone;
  if (n < text.operands.size()) return text.operands[n];
  refuse("too few operands");
  return kNone;
}

ValueId Insn::constant(const Operand& o, uint32_t width, bool is_signed) {
  if (o.kind == Operand::real) {
    if (width == 16 || width == 32 || width == 64)
      return number(b, o.number, width == 16 ? FloatFormat::f16 : width == 32 ? FloatFormat::f32 : FloatFormat::f64);
    refuse("a floating-point constant cannot stand here");
    return any(width);
  }
  // Literals are 32 bits; of 64-bit integers they are the low half.
  const uint64_t bits = o.literal && !is_signed ? static_cast<uint32_t>(o.value)
                        : o.literal             ? static_cast<uint64_t>(static_cast<int32_t>(o.value))
                                                : static_cast<uint64_t>(o.value);
  return b.constant(APInt(64, bits).sextOrTrunc(width));
}

ValueId Insn::registers(const Operand& o, uint32_t width) {
  const uint32_t file = o.kind == Operand::vector ? kVector : o.kind == Operand::accumulator ? kAccumulator : 0;
  const uint32_t needed = (width + 31) / 32;
  if (o.count != needed) {
    refuse(fmt::format("'{}' is not {} bits", o.text, width));
    return any(width);
  }
  ValueId all = ir::kNoValue;
  for (uint32_t n = 0; n < needed; ++n) {
    const ValueId part = b.get_slot(file + o.first + n, 32);
    all = n == 0 ? part : b.concat(part, all);
  }
  return b.truncate(all, width);
}

ValueId Insn::read(size_t n, uint32_t width, bool is_signed) {
  const Operand& o = operand(n);
  switch (o.kind) {
    case Operand::vector:
    case Operand::accumulator:
    case Operand::scalar: {
      if (o.half != Operand::whole && width == 16)
        return b.extract(registers(o, 32), o.half == Operand::upper ? 16 : 0, 16);
      if (o.half != Operand::whole) refuse("half a register cannot stand here");
      if (width == 16 && text.suffix != "sdwa") {
        const ValueId whole = n == 1 ? moved(registers(o, 32)) : registers(o, 32);
        // op_sel names sources from the first; the last is the destination.
        return b.extract(whole, n >= 1 && flag("op_sel", n - 1) ? 16 : 0, 16);
      }
      ValueId v = registers(o, text.suffix == "sdwa" ? 32 : width);
      if (text.suffix == "sdwa") v = b.zext_or_truncate(selected(n, v, o.extended), width);
      return n == 1 ? moved(v) : v;
    }
    case Operand::integer:
    case Operand::real:
      return constant(o, width, is_signed);
    case Operand::null:
      return any(width);
    case Operand::other:
      if (o.text == "scc" || o.text == "src_scc") return b.zext(scc(), width);
      if (o.text == "src_shared_base") return b.constant(APInt(64, kSharedWindow).lshr(64 - width));
      if (o.text == "src_private_base") return b.constant(APInt(64, kPrivateWindow).lshr(64 - width));
      break;
    default:
      break;
  }
  refuse(fmt::format("operand '{}' is not supported here", o.text));
  return any(width);
}

ValueId Insn::read_float(size_t n, FloatFormat format) {
  const Operand& o = operand(n);
  const uint32_t width = bits(format);
  ValueId v;
  if (o.kind == Operand::integer && o.literal && width == 64)
    v = b.concat(b.constant(32, static_cast<uint32_t>(o.value)), b.constant(32, 0));  // the upper half
  else
    v = read(n, width);
  if (n < 32) signs_used_ |= 1u << n;
  if (o.absolute) v = b.fabs(v, format);
  return o.negated ? b.fneg(v, format) : v;
}

ValueId Insn::bit_of(ValueId mask, ValueId index) {
  return b.truncate(b.lshr(mask, b.zext_or_truncate(index, b.width(mask))), 1);
}

ValueId Insn::read_bit(size_t n) {
  return bit_of(read(n, lanes()), lane());
}

ValueId Insn::vcc_bit() {
  ValueId mask = b.get_slot(kVccLow, 32);
  if (lanes() == 64) mask = b.concat(b.get_slot(kVccLow + 1, 32), mask);
  return bit_of(mask, lane());
}

// Constants have their 16 bits below zeros if they are floating point, else all 32.
ValueId Insn::read_packed(size_t n, bool is_float) {
  const Operand& o = operand(n);
  if (o.kind == Operand::real) {
    if (!is_float) refuse("a floating-point constant cannot stand here");
    return b.zext(number(b, o.number, FloatFormat::f16), 32);
  }
  return read(n, 32);
}

ValueId Insn::old(size_t n, uint32_t width) {
  const Operand& o = operand(n);
  return b.truncate(registers(o, (width + 31) / 32 * 32), width);
}

// ---- SDWA and DPP ----

ValueId Insn::selected(size_t n, ValueId value, bool extended) {
  if (n != 1 && n != 2) refuse("this operand has no selection");
  const std::string* select = modifier(n == 1 ? "src0_sel" : "src1_sel");
  if (!select || *select == "DWORD") return value;
  const bool byte = select->starts_with("BYTE_");
  const uint32_t width = byte ? 8 : 16, index = static_cast<uint32_t>(select->back() - '0');
  const ValueId part = b.extract(value, index * width, width);
  return extended ? b.sext(part, 32) : b.zext(part, 32);
}

void Insn::write_sdwa(const Operand& o, ValueId value) {
  const std::string *select = modifier("dst_sel"), *unused = modifier("dst_unused");
  const ValueId before = b.get_slot(kVector + o.first, 32);
  ValueId whole = b.zext_or_truncate(value, 32);
  if (select && *select != "DWORD") {
    const uint32_t width = select->starts_with("BYTE_") ? 8 : 16;
    const uint32_t low = static_cast<uint32_t>(select->back() - '0') * width;
    const ValueId part = b.truncate(whole, width);
    if (unused && *unused == "UNUSED_PRESERVE")
      whole = b.insert(before, part, low);
    else
      whole = b.shl_by(unused && *unused == "UNUSED_SEXT" ? b.sext(part, 32) : b.zext(part, 32), low);
  }
  set(kVector + o.first, b.select(enabled(), whole, before));
}

// The value of the first source as DPP moves it between lanes, and (dpp_valid_) whether the lane has one.
ValueId Insn::moved(ValueId value) {
  if (!text.suffix.ends_with("dpp")) return value;
  if (dpp_used_) refuse("this instruction reads the moved operand twice");
  dpp_used_ = true;
  const ValueId here = lane(), row = b.bit_and(here, b.constant(32, 15)), wave = b.constant(32, lanes() - 1);
  const ValueId base = b.sub(here, row);
  auto within = [&](ValueId at, uint32_t least, uint32_t most) {
    return b.bit_and(b.sle(b.constant(32, least), at), b.sle(at, b.constant(32, most)));
  };
  auto constant32 = [&](int64_t v) { return b.signed_constant(32, v); };
  ValueId from = ir::kNoValue, valid = b.constant(1, 1);
  for (const Modifier& m : text.modifiers) {
    const int64_t n = number_of(m.name);
    if (m.name == "quad_perm") {
      ValueId choice = b.constant(32, 0);
      for (uint32_t i = 0; i < 4 && 2 * i + 1 < m.value.size(); ++i)
        choice = b.select(b.eq(b.bit_and(here, b.constant(32, 3)), b.constant(32, i)),
                          b.constant(32, static_cast<uint64_t>(m.value[2 * i + 1] - '0')), choice);
      from = b.add(b.bit_and(here, b.bit_not(b.constant(32, 3))), choice);
    } else if (m.name == "row_shl" || m.name == "row_shr") {
      const ValueId at = b.add(row, constant32(m.name == "row_shl" ? n : -n));
      from = b.add(base, at), valid = within(at, 0, 15);
    } else if (m.name == "row_ror") {
      from = b.add(base, b.bit_and(b.sub(row, constant32(n)), b.constant(32, 15)));
    } else if (m.name == "wave_shl" || m.name == "wave_shr") {
      from = b.add(here, constant32(m.name == "wave_shl" ? 1 : -1)), valid = within(from, 0, lanes() - 1);
    } else if (m.name == "wave_rol" || m.name == "wave_ror") {
      from = b.bit_and(b.add(here, constant32(m.name == "wave_rol" ? 1 : -1)), wave);
    } else if (m.name == "row_mirror") {
      from = b.add(base, b.sub(b.constant(32, 15), row));
    } else if (m.name == "row_half_mirror") {
      from = b.bit_xor(here, b.constant(32, 7));
    } else if (m.name == "row_share") {
      from = b.add(base, constant32(n));
    } else if (m.name == "row_xmask") {
      from = b.bit_xor(here, constant32(n));
    } else if (m.name == "row_bcast" && (n == 15 || n == 31)) {
      // The last lane of the row (of the two rows) before.
      const ValueId step = b.bit_not(constant32(n));
      from = b.sub(b.bit_and(here, step), b.constant(32, 1)), valid = within(from, 0, lanes() - 1);
    }
  }
  if (from == ir::kNoValue) {
    refuse("this way of moving data between lanes is not supported");
    return value;
  }
  // An inactive source counts as none, unless the instruction fetches it.
  const ValueId source_active = number_of("fi") == 1 ? b.constant(1, 1) : active();
  const ValueId got = of_lane(b.concat(source_active, value), b.select(valid, from, here));
  const ValueId fine = b.bit_and(valid, b.extract(got, b.width(value), 1));
  dpp_valid_ = fine;
  return b.select(fine, b.truncate(got, b.width(value)), b.constant(b.width(value), 0));
}

ValueId Insn::enabled() {
  ValueId bit = active();
  if (!text.suffix.ends_with("dpp")) return bit;
  if (dpp_valid_ != ir::kNoValue && number_of("bound_ctrl") != 1) bit = b.bit_and(bit, dpp_valid_);
  const ValueId here = lane();
  auto allowed = [&](std::string_view mask, ValueId index) {
    return b.truncate(b.lshr(b.constant(32, static_cast<uint64_t>(number_of(mask, 15))), index), 1);
  };
  bit = b.bit_and(bit, allowed("row_mask", b.lshr_by(here, 4)));
  return b.bit_and(bit, allowed("bank_mask", b.bit_and(b.lshr_by(here, 2), b.constant(32, 3))));
}

// ---- Destinations ----

void Insn::set(uint32_t slot, ValueId value) {
  if (pending_)
    pending_->emplace_back(slot, value);
  else
    b.set_slot(slot, value);
}

void Insn::write_half(size_t n, ValueId value, bool upper) {
  const Operand& o = operand(n);
  if (o.kind != Operand::vector || o.count != 1) return refuse("expected a vector register");
  const ValueId before = b.get_slot(kVector + o.first, 32);
  set(kVector + o.first, b.select(enabled(), b.insert(before, value, upper ? 16 : 0), before));
}

void Insn::write(size_t n, ValueId value) {
  const Operand& o = operand(n);
  const uint32_t width = b.width(value);
  if (o.kind == Operand::null) return;
  if (o.kind == Operand::vector && text.suffix == "sdwa") return write_sdwa(o, value);
  if (o.kind == Operand::vector && width == 16) {
    if (is_rdna()) return write_half(n, value, o.half == Operand::upper || last_flag("op_sel"));
    value = b.zext(value, 32);
  }
  const uint32_t bits_there = b.width(value);
  if (bits_there != o.count * 32 ||
      (o.kind != Operand::vector && o.kind != Operand::accumulator && o.kind != Operand::scalar))
    return refuse(fmt::format("'{}' cannot take {} bits", o.text, width));
  const uint32_t file = o.kind == Operand::vector ? kVector : o.kind == Operand::accumulator ? kAccumulator : 0;
  const ValueId may = file == 0 ? ir::kNoValue : enabled();
  for (uint32_t i = 0; i < o.count; ++i) {
    const uint32_t slot = file + o.first + i;
    ValueId part = b.extract(value, 32 * i, 32);
    if (file != 0) part = b.select(may, part, b.get_slot(slot, 32));
    set(slot, part);
  }
  if (file == 0 && o.first + o.count > kExecLow && o.first <= kExecLow + 1) set_exec(exec(lanes()));
}

void Insn::write_integer(size_t n, ValueId wide, uint32_t width, bool is_signed) {
  if (!has("clamp")) return write(n, b.truncate(wide, width));
  const uint32_t all = b.width(wide);
  const APInt least = is_signed ? APInt::getSignedMinValue(width).sext(all) : APInt(all, 0);
  const APInt most = is_signed ? APInt::getSignedMaxValue(width).sext(all) : APInt::getMaxValue(width).zext(all);
  write(n, b.truncate(b.smin(b.smax(wide, b.constant(least)), b.constant(most)), width));
}

// To [0, 1]; a NaN becomes 0 (DX10_CLAMP).
ValueId Insn::clamped(ValueId v, FloatFormat format) {
  if (!has("clamp")) return v;
  const ValueId zero = b.constant(bits(format), 0), one = number(b, 1, format);
  const ValueId at_most = b.select(b.floating(Op::flt, {v, one}, mode(format)), v, one);
  return b.select(b.floating(Op::fle, {v, zero}, mode(format)), zero, b.select(is_nan(b, v, format), zero, at_most));
}

void Insn::write_float(size_t n, ValueId value, FloatFormat format) {
  write(n, clamped(value, format));
}

void Insn::write_mask(size_t n, ValueId bit) {
  if (text.suffix.ends_with("dpp")) return refuse("moving data between lanes is not supported here");
  const ValueId mask = ballot(b.bit_and(active(), bit));
  write(n, mask);
}

ValueId Insn::scc() {
  return b.get_slot(kScc, 1);
}
void Insn::set_scc(ValueId bit) {
  b.set_slot(kScc, bit);
}

ValueId Insn::exec(uint32_t width) {
  const ValueId low = b.get_slot(kExecLow, 32);
  return width == 32 ? low : b.concat(b.get_slot(kExecLow + 1, 32), low);
}

void Insn::set_exec(ValueId mask) {
  b.set_slot(kExecLow, b.truncate(mask, 32));
  if (b.width(mask) == 64) b.set_slot(kExecLow + 1, b.extract(mask, 32, 32));
  const ValueId own = lanes() == b.width(mask) ? mask : exec(lanes());
  b.set_slot(kActive, bit_of(own, lane()));
}

// ---- Memory ----

void Insn::meet() {
  b.fence(ir::Ordering::acquire_release);
  b.lane_ballot(all_lanes(), b.constant(1, 1));
}

void Insn::in_active_lanes(const std::function<void()>& body) {
  meet();
  const ir::BlockId inside = lifter_.new_block(), after = lifter_.new_block();
  lifter_.end(b, Op::branch, {inside, after}, active());
  b.set_block(inside);
  body();
  lifter_.end(b, Op::jump, {after});
  b.set_block(after);
}

void Insn::set_registers(size_t n, ValueId value) {
  const Operand& o = operand(n);
  if (o.kind != Operand::vector && o.kind != Operand::accumulator) return refuse("expected vector registers");
  if (b.width(value) != 32 * o.count) return refuse(fmt::format("'{}' is not {} bits", o.text, b.width(value)));
  const uint32_t file = o.kind == Operand::vector ? kVector : kAccumulator;
  for (uint32_t i = 0; i < o.count; ++i) b.set_slot(file + o.first + i, b.extract(value, 32 * i, 32));
}

}  // namespace portolan::amdgcn
