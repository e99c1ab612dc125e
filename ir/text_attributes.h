// The attributes of an instruction as `key=value`, once for the printer and the parser: a visitor gets each one that
// the op has, with what it is when it is not written. What refers to a pool (symbol, mask, call) is not among them.
#pragma once

#include "ir/function.h"

namespace portolan::ir {

// visitor.number(key, field, default) and visitor.name(key, field, default, last enumerator); kAlways: always written.
inline constexpr int kAlways = -1;

template <class I, class Visitor>
void each_attribute(I& i, Visitor&& visitor) {
  visitor.number("lanes", i.lanes, 1);
  visitor.name("format", i.format, 0, FloatFormat::f64);
  visitor.name("to", i.to_format, 0, FloatFormat::f64);
  visitor.name("rounding", i.rounding, 0, Rounding::nearest_away);
  visitor.name("nan", i.nan, 0, NanRule::ptx);
  visitor.name("ordering", i.ordering, 0, Ordering::sequential);
  if (i.op == Op::atomic_rmw || i.op == Op::lane_reduce) visitor.name("kind", i.rmw, kAlways, RmwKind::fmax);
  if (i.op == Op::identity) visitor.name("which", i.which, kAlways, Identity::warp);
  visitor.name("trap", i.trap, 0, TrapKind::abort);
  visitor.number("align", i.alignment, 1);
  if (i.op == Op::extract) visitor.number("low", i.index, kAlways);
  if (i.op == Op::get_slot || i.op == Op::set_slot) visitor.number("slot", i.index, kAlways);
  if (i.op == Op::memory_copy || i.op == Op::memory_set) visitor.number("bytes", i.index, kAlways);
  if (i.op == Op::undef) visitor.number("of", i.index, 0);
  if (i.op == Op::frame_address) visitor.number("offset", i.offset, kAlways);
}

}  // namespace portolan::ir
