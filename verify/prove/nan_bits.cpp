#include "verify/prove/nan_bits.h"

#include <algorithm>
#include <deque>
#include <optional>

namespace portolan::prove {
namespace {

using ir::APInt;
using ir::Instruction;
using ir::Op;
using verify::BoundaryValue;

// Of a value or a register: which bits may be those of a NaN that was made, which of these stand where the NaN had
// others, and its distance from the stack pointer at entry, where it is an address in the frame.
struct Fact {
  explicit Fact(unsigned width) : bits(width, 0), displaced(width, 0) {}
  APInt bits, displaced;
  std::optional<int64_t> frame;
  bool operator==(const Fact&) const = default;
  // What is so of either.
  Fact operator|(const Fact& other) const {
    Fact both = *this;
    both.bits |= other.bits;
    both.displaced |= other.displaced;
    if (frame != other.frame) both.frame.reset();
    return both;
  }
};
using Registers = std::vector<Fact>;

constexpr unsigned kNumber = 32;  // bits of the narrowest number whose bits are told from another's

class Follower {
 public:
  explicit Follower(const Side& side) : side_(side), f_(side.function()) {}
  NanBits run();

 private:
  void block(BlockId block, Registers& now);
  void instruction(ValueId v, Registers& now);
  void call(const ir::CallTarget& target, Registers& now, uint32_t line);
  Fact computed(const Instruction& i);
  std::optional<int64_t> frame_address(const Instruction& i) const;
  std::optional<APInt> moved(const Instruction& i, APInt Fact::* kind) const;
  APInt newly_displaced(const Instruction& i, const APInt& bits) const;
  APInt from_memory(const Instruction& i);
  void to_memory(ValueId address, ValueId value, uint32_t line);
  bool into(BlockId block, const Registers& now);

  const Fact& fact(ValueId v) const { return values_[v]; }
  bool open(ValueId v) const { return !values_[v].bits.isZero(); }
  bool any_open(const Instruction& i) const {
    return std::any_of(i.operands.begin(), i.operands.end(), [&](ValueId v) { return open(v); });
  }
  void looks(uint32_t line) {
    if (found_.line == 0) found_.line = std::max(line, 1u);
  }
  // A floating-point number may be such a NaN as it was made, any other value must not.
  void hand_on(const std::vector<BoundaryValue>& values, const Registers& now, uint32_t line) {
    for (const BoundaryValue& value : values) {
      const Slot slot = slot_of(side_.machine(), place_of(value, side_.which()));
      if (slot == assembly::kNoSlot) continue;
      const bool floating = value.kind == BoundaryValue::Kind::floating;
      if (!(floating ? now[slot].displaced : now[slot].bits).isZero()) looks(line);
    }
  }

  const Side& side_;
  const ir::Function& f_;
  std::vector<Fact> values_;
  std::vector<std::optional<Registers>> before_;  // by block
  std::set<int64_t> frame_;                       // bytes of the frame that hold such bits
  NanBits found_;
};

APInt Follower::from_memory(const Instruction& i) {
  APInt bits(i.width, 0);
  if (const auto at = fact(i.operands[0]).frame)
    for (uint32_t n = 0; 8 * n < i.width; ++n)
      if (frame_.contains(*at + n)) bits.setBits(8 * n, std::min(8 * n + 8, i.width));
  return bits;
}

void Follower::to_memory(ValueId address, ValueId value, uint32_t line) {
  if (!open(value)) return;
  if (!fact(value).displaced.isZero()) looks(line);
  const auto at = fact(address).frame;
  found_.stored |= !at;
  for (uint32_t n = 0; at && 8 * n < f_.width(value); ++n)
    if (!fact(value).bits.extractBits(std::min(8u, f_.width(value) - 8 * n), 8 * n).isZero()) frame_.insert(*at + n);
}

// An address in the frame plus a number.
std::optional<int64_t> Follower::frame_address(const Instruction& i) const {
  if ((i.op != Op::add && i.op != Op::sub) || i.width != 64) return std::nullopt;
  const APInt* constant = f_.constant(i.operands[1]);
  const std::optional<int64_t> base = fact(i.operands[0]).frame;
  if (constant == nullptr || !base) return std::nullopt;
  const auto distance = static_cast<uint64_t>(constant->getSExtValue());
  return static_cast<int64_t>(static_cast<uint64_t>(*base) + (i.op == Op::add ? distance : -distance));
}

// Where an instruction that moves bits takes those of one kind to; nothing: it does more than move them.
std::optional<APInt> Follower::moved(const Instruction& i, APInt Fact::* kind) const {
  auto bits = [&](unsigned n) -> const APInt& { return fact(i.operands[n]).*kind; };
  switch (i.op) {
    case Op::bit_and:
    case Op::bit_or: {
      APInt result(i.width, 0);
      for (const unsigned n : {0u, 1u}) {
        // A constant settles the bits that it masks away.
        const APInt* mask = f_.constant(i.operands[1 - n]);
        result |= mask == nullptr ? bits(n) : bits(n) & (i.op == Op::bit_and ? *mask : ~*mask);
      }
      return result;
    }
    case Op::bit_xor:
      return bits(0) | bits(1);
    case Op::bit_not:
      return bits(0);
    case Op::select:
      return bits(1) | bits(2);
    case Op::zext:
      if (i.lanes != 1) break;
      return bits(0).zext(i.width);
    case Op::sext:
      if (i.lanes != 1) break;
      return bits(0).sext(i.width);
    case Op::extract:
      if (i.lanes != 1) break;
      return bits(0).extractBits(i.width, i.index);
    case Op::concat:
      if (i.lanes != 1) break;
      return bits(1).zext(i.width) | bits(0).zext(i.width).shl(f_.width(i.operands[1]));
    case Op::shl:
    case Op::lshr:
      if (const APInt* count = f_.constant(i.operands[1]); count && i.lanes == 1) {
        const auto by = static_cast<unsigned>(count->getLimitedValue(i.width));
        return i.op == Op::shl ? bits(0).shl(by) : bits(0).lshr(by);
      }
      break;
    default:
      break;
  }
  return std::nullopt;
}

// Whether what moves bits takes them to where a number of 32 or 64 bits has others.
APInt Follower::newly_displaced(const Instruction& i, const APInt& bits) const {
  const APInt none(i.width, 0);
  switch (i.op) {
    case Op::sext:
      return bits & APInt::getBitsSetFrom(i.width, f_.width(i.operands[0]));
    case Op::extract:
      return i.index % kNumber == 0 ? none : bits;
    case Op::concat:
      return f_.width(i.operands[1]) % kNumber == 0 ? none : bits;
    case Op::shl:
    case Op::lshr:
      return f_.constant(i.operands[1])->urem(kNumber) == 0 ? none : bits;
    default:
      return none;
  }
}

// Moving bits is not looking at them; comparing, counting and adding is.
Fact Follower::computed(const Instruction& i) {
  Fact result(i.width);
  switch (i.op) {
    case Op::feq:
    case Op::flt:
    case Op::fle:
    case Op::funordered:
    case Op::fto_sint:
    case Op::fto_uint:
    case Op::sint_to_f:
    case Op::uint_to_f:
      return result;
    default:
      break;
  }
  if (i.nan != ir::NanRule::any) {
    result.bits.setAllBits();
    return result;
  }
  result.frame = frame_address(i);
  if (!any_open(i)) return result;
  if (i.op == Op::select && open(i.operands[0])) looks(i.line);
  if (auto bits = moved(i, &Fact::bits)) {
    result.bits = std::move(*bits);
    result.displaced = *moved(i, &Fact::displaced) | newly_displaced(i, result.bits);
    return result;
  }
  switch (i.op) {
    case Op::splat:
    case Op::shuffle:
    case Op::byte_swap:
      break;
    case Op::permute:
      if (open(i.operands[1])) looks(i.line);
      break;
    default:
      if (i.lanes == 1 || (i.op != Op::zext && i.op != Op::extract && i.op != Op::concat)) looks(i.line);
      break;
  }
  result.bits.setAllBits();
  // Within lanes that are whole numbers nothing comes to stand elsewhere.
  const bool narrow = i.op == Op::byte_swap || (i.width / std::max(1u, uint32_t{i.lanes})) % kNumber != 0;
  if (narrow ||
      std::any_of(i.operands.begin(), i.operands.end(), [&](ValueId v) { return !fact(v).displaced.isZero(); }))
    result.displaced.setAllBits();
  return result;
}

void Follower::call(const ir::CallTarget& target, Registers& now, uint32_t line) {
  const verify::Boundary* callee = side_.boundary_of(target);
  if (callee != nullptr && !callee->format && !side_.is_unknown(callee)) hand_on(callee->parameters, now, line);
  for (const Slot slot : side_.clobbered_by(target))
    if (slot < now.size()) now[slot] = Fact(side_.slot(slot).width);
  if (callee == nullptr) return;
  // What it computed is a NaN of its instruction set's. Of an unknown callee all results are numbers.
  for (const BoundaryValue& value : callee->results) {
    const verify::Place& place = place_of(value, side_.which());
    const Slot slot = slot_of(side_.machine(), place);
    const bool floating =
        value.kind == BoundaryValue::Kind::floating || place.kind == verify::Place::Kind::float_result;
    if (floating && slot != assembly::kNoSlot) now[slot].bits.setAllBits();
  }
}

void Follower::instruction(ValueId v, Registers& now) {
  const Instruction& i = f_[v];
  switch (i.op) {
    case Op::get_slot:
      values_[v] = now[i.index];
      return;
    case Op::set_slot:
      now[i.index] = fact(i.operands[0]);
      return;
    case Op::load:
    case Op::store:
    case Op::atomic_rmw:
    case Op::atomic_cas:
      if (open(i.operands[0])) looks(i.line);
      if (i.op == Op::atomic_cas && open(i.operands[1])) looks(i.line);
      if (i.op != Op::load) to_memory(i.operands[0], i.operands[i.op == Op::atomic_cas ? 2 : 1], i.line);
      values_[v] = Fact(i.width);
      if (i.op == Op::load) values_[v].bits = from_memory(i);
      return;
    case Op::call:
      if (!i.operands.empty() && open(i.operands[0])) looks(i.line);
      call(f_.calls[i.index], now, i.line);
      return;
    case Op::trap_if:
      if (open(i.operands[0])) looks(i.line);
      return;
    case Op::parameter:
      return;
    default:
      values_[v] = computed(i);
  }
}

void Follower::block(BlockId block, Registers& now) {
  const ir::Block& b = f_.blocks[block];
  for (const ValueId v : b.instructions)
    if (side_.needed(v)) instruction(v, now);
  for (const ValueId v : b.terminator.operands)
    if (open(v)) looks(b.terminator.line);
  if (b.terminator.op == Op::ret) hand_on(side_.own().results, now, b.terminator.line);
  if (b.terminator.op == Op::tail_call) call(f_.calls[b.terminator.index], now, b.terminator.line);
}

// Whether the block may be reached with more than was known.
bool Follower::into(BlockId block, const Registers& now) {
  if (!before_[block]) {
    before_[block] = now;
    return true;
  }
  bool changed = false;
  for (size_t s = 0; s < now.size(); ++s) {
    Fact& known = (*before_[block])[s];
    const Fact joined = known | now[s];
    changed |= !(joined == known);
    known = joined;
  }
  return changed;
}

NanBits Follower::run() {
  for (ValueId v = 0; v < f_.values.size(); ++v) values_.emplace_back(f_.width(v));
  before_.resize(f_.blocks.size());
  Registers entry;
  for (Slot s = 0; s < side_.slots(); ++s) entry.emplace_back(side_.slot(s).width);
  entry[side_.machine().stack_pointer].frame = 0;
  for (size_t known = 0, first = 1; first != 0 || known != frame_.size(); first = 0) {
    // Again for as long as more of the frame may hold some.
    known = frame_.size();
    before_.assign(before_.size(), std::nullopt);
    before_[0] = entry;
    std::deque<BlockId> work = {0};
    while (!work.empty() && !found_.looked_at()) {
      const BlockId at = work.front();
      work.pop_front();
      Registers now = *before_[at];
      block(at, now);
      for (const ir::Edge& edge : f_.blocks[at].terminator.edges) {
        const std::vector<ValueId>& parameters = f_.blocks[edge.target].parameters;
        bool more = into(edge.target, now);
        for (size_t n = 0; n < parameters.size(); ++n) {
          const Fact joined = fact(parameters[n]) | fact(edge.arguments[n]);
          more |= !(joined == fact(parameters[n]));
          values_[parameters[n]] = joined;
        }
        if (more && std::find(work.begin(), work.end(), edge.target) == work.end()) work.push_back(edge.target);
      }
    }
  }
  return found_;
}

}  // namespace

NanBits find_nan_bits(const Side& side) {
  return Follower(side).run();
}

}  // namespace portolan::prove
