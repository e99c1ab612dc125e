// What threads of a warp or a block do together (PTX ISA, 9.7.9.6 and 9.7.13): shuffles, votes, barriers.
#include "frontends/ptx/insn.h"
#include "frontends/ptx/row.h"

namespace portolan::ptx {
namespace {

// d, or d|p.
void write_pair(Insn& x, ValueId value, ValueId bit) {
  const Operand& out = x.operand(0);
  if (out.kind != Operand::pair) return x.write(out, value);
  x.write(out.elements[0], value);
  x.write(out.elements[1], bit);
}

// The pseudocode of 9.7.9.6: c says how the warp is divided and how far a lane may reach; beyond that a lane reads
// itself.
void shuffle(Insn& x) {
  Builder& b = x.b;
  const ValueId value = x.read(1, 32), c = x.read(3, 32), members = x.read(4, 32);
  const ValueId five = b.constant(32, 31), distance = b.bit_and(x.read(2, 32), five);
  const ValueId lane = b.identity(ir::Identity::lane), segment = b.bit_and(b.lshr_by(c, 8), five);
  const ValueId least = b.bit_and(lane, segment);
  const ValueId most = b.bit_or(least, b.bit_and(b.bit_and(c, five), b.bit_not(segment)));
  ValueId from = lane, inside;
  if (x.has("up")) {
    from = b.sub(lane, distance);
    inside = b.sle(most, from);
  } else {
    if (x.has("down")) from = b.add(lane, distance);
    if (x.has("bfly")) from = b.bit_xor(lane, distance);
    if (x.has("idx")) from = b.bit_or(least, b.bit_and(distance, b.bit_not(segment)));
    inside = b.sle(from, most);
  }
  write_pair(x, b.lane_read(members, value, b.select(inside, from, lane)), inside);
}

void vote(Insn& x) {
  const ValueId bit = x.read_predicate(1), members = x.read(2, 32);
  const ValueId votes = x.b.lane_ballot(members, bit);
  const ValueId all = x.b.eq(votes, members), none = x.b.is_zero(votes);
  if (x.has("ballot")) return x.write(0, votes);
  x.write(0, x.has("all") ? all : x.has("any") ? x.b.bit_not(none) : x.b.bit_or(all, none));
}

void match(Insn& x) {
  const ValueId value = x.read(1, x.type().bits), members = x.read(2, 32);
  const ValueId same = x.b.lane_match(members, value);
  if (x.has("any")) return x.write(0, same);
  const ValueId all = x.b.eq(same, members);
  write_pair(x, x.b.select(all, members, x.b.constant(32, 0)), all);
}

void reduce(Insn& x) {
  const bool is_signed = x.type().kind == Type::is_signed;
  RmwKind kind = RmwKind::add;
  if (x.has("min")) kind = is_signed ? RmwKind::smin : RmwKind::umin;
  if (x.has("max")) kind = is_signed ? RmwKind::smax : RmwKind::umax;
  if (x.has("and")) kind = RmwKind::bit_and;
  if (x.has("or")) kind = RmwKind::bit_or;
  if (x.has("xor")) kind = RmwKind::bit_xor;
  const ValueId value = x.read(1, 32);
  x.write(0, x.b.lane_reduce(kind, x.read(2, 32), value));
}

void active_mask(Insn& x) {
  x.write(0, x.b.active_lanes(kLaneWidth));
}

// Any member may be elected; it is the lowest, as in the machine.
void elect(Insn& x) {
  const ValueId members = x.read(1, 32);
  x.b.lane_ballot(members, x.b.constant(1, 1));
  const ValueId lowest = x.b.ctz(members);
  write_pair(x, lowest, x.b.eq(lowest, x.b.identity(ir::Identity::lane)));
}

// Orders the memory accesses of the members too, which a shuffle does not.
void warp_barrier(Insn& x) {
  x.b.fence(ir::Ordering::acquire_release);
  x.b.lane_ballot(x.read(0, 32), x.b.constant(1, 1));
}

// bar.sync a{, b}: barrier a, b threads.
void barrier(Insn& x) {
  const ValueId number = x.count() == 0 ? x.b.constant(32, 0) : x.read(0, 32);
  const ValueId threads = x.count() > 1 ? x.read(1, 32) : x.b.constant(32, 0);
  x.b.block_barrier(number, threads, x.b.constant(1, 0));
}

void barrier_reduce(Insn& x) {
  if (x.count() < 3) return x.refuse("too few operands");
  const size_t last = x.count() - 1;
  const ValueId bit = x.read_predicate(last), number = x.read(1, 32);
  const ValueId threads = x.count() > 3 ? x.read(2, 32) : x.b.constant(32, 0);
  const bool all = x.has("and");
  const ValueId count = x.b.block_barrier(number, threads, all ? x.b.bit_not(bit) : bit);
  if (x.has("popc")) return x.write(0, count);
  const ValueId none = x.b.is_zero(count);
  x.write(0, all ? none : x.b.bit_not(none));
}

constexpr Row kRows[] = {
    {"shfl.sync.{up,down,bfly,idx}.b32", shuffle},
    {"shfl.{up,down,bfly,idx}.b32", nullptr, "without .sync it is gone since sm_70"},
    {"vote.sync.{all,any,uni}.pred", vote},
    {"vote.sync.ballot.b32", vote},
    {"vote.{all,any,uni}.pred", nullptr, "without .sync it is gone since sm_70"},
    {"vote.ballot.b32", nullptr, "without .sync it is gone since sm_70"},
    {"match.{any,all}.sync.{b32,b64}", match},
    {"redux.sync.{add,min,max}.{u32,s32}", reduce},
    {"redux.sync.{and,or,xor}.b32", reduce},
    {"activemask.b32", active_mask},
    {"elect.sync", elect},
    {"bar.warp.sync", warp_barrier},
    {"bar{,.cta}.sync", barrier},
    {"barrier{,.cta}.sync{,.aligned}", barrier},
    {"bar{,.cta}.red.popc.u32", barrier_reduce},
    {"bar{,.cta}.red.{and,or}.pred", barrier_reduce},
    {"barrier{,.cta}.red.popc{,.aligned}.u32", barrier_reduce},
    {"barrier{,.cta}.red.{and,or}{,.aligned}.pred", barrier_reduce},
    {"bar{,.cta}.arrive", nullptr, "arriving without waiting"},
    {"barrier{,.cta}.arrive{,.aligned}", nullptr, "arriving without waiting"},
    {"barrier.cluster.{arrive,wait}", nullptr, "clusters"},
};

}  // namespace

RowSpan warp_rows() {
  return kRows;
}

}  // namespace portolan::ptx
