// What each op demands of its widths, lanes and attributes.
#include <fmt/format.h>

#include <bit>

#include "ir/check.h"

namespace portolan::ir {
namespace {

// Rules end at the first failure: `want` keeps its reason and says whether to go on.
class Types {
 public:
  Types(const Function& function, const Instruction& instruction) : f_(function), i_(instruction) {}

  std::string run() {
    if (operand_count() && attributes() && (info(i_.op).shape == Shape::Free ? free() : shaped())) return {};
    return reason_;
  }

 private:
  bool want(bool holds, const char* otherwise) { return holds || fail(otherwise); }
  [[gnu::noinline]] bool fail(const char* otherwise) {
    reason_ = otherwise;
    for (size_t n = 0; n < i_.operands.size(); ++n)
      reason_ += fmt::format("{}{}", n == 0 ? " (operands of " : ", ", width(n));
    reason_ += fmt::format("{}result {} bits, {} lanes)", i_.operands.empty() ? " (" : " bits, ", i_.width, i_.lanes);
    return false;
  }
  uint32_t width(size_t n) const { return f_.width(i_.operands[n]); }
  uint32_t lane(size_t n) const { return width(n) / i_.lanes; }
  uint32_t lane() const { return i_.width / i_.lanes; }
  bool divides(uint32_t w) const { return w != 0 && w % i_.lanes == 0; }

  bool operand_count() {
    int arity = info(i_.op).arity;
    size_t count = i_.operands.size();
    // After SSA construction, writes of the stack pointer name the old value too.
    bool fits = arity < 0 || count == static_cast<size_t>(arity) || (i_.op == Op::set_slot && count == 2);
    return want(fits, "wrong number of operands");
  }

  bool attributes() {
    const OpInfo& op = info(i_.op);
    bool floating = i_.op >= Op::fadd && i_.op <= Op::uint_to_f;
    bool to_float = i_.op == Op::fconvert || i_.op == Op::sint_to_f || i_.op == Op::uint_to_f;
    bool float_rmw = i_.op == Op::atomic_rmw && i_.rmw >= RmwKind::fadd;
    bool from_float = (floating && i_.op != Op::sint_to_f && i_.op != Op::uint_to_f) || float_rmw;
    bool memory = i_.op == Op::load || i_.op == Op::store;
    bool atomic = i_.op == Op::atomic_rmw || i_.op == Op::atomic_cas || i_.op == Op::fence;
    bool by_lane =
        op.lanes || op.shape == Shape::Reduce || i_.op == Op::splat || i_.op == Op::shuffle || i_.op == Op::permute;
    return want(i_.lanes == 1 || (by_lane && i_.lanes != 0), "lanes") &&
           want((i_.format != FloatFormat::none) == from_float, "format") &&
           want((i_.to_format != FloatFormat::none) == to_float, "to") &&
           want(floating || i_.rounding == Rounding::nearest_even, "rounding") &&
           want(floating || float_rmw || i_.nan == NanRule::any, "nan") &&
           want(memory || atomic || i_.ordering == Ordering::none, "ordering") &&
           want(i_.op != Op::fence || i_.ordering != Ordering::none, "fence without ordering") &&
           want(i_.op != Op::load || (i_.ordering != Ordering::release && i_.ordering != Ordering::acquire_release),
                "ordering of a load") &&
           want(i_.op != Op::store || (i_.ordering != Ordering::acquire && i_.ordering != Ordering::acquire_release),
                "ordering of a store") &&
           want(i_.op == Op::atomic_rmw || i_.op == Op::lane_reduce || i_.rmw == RmwKind::exchange, "kind") &&
           want(i_.op == Op::identity || i_.which == Identity::thread_x, "which") &&
           want((i_.op == Op::trap_if) == (i_.trap != TrapKind::none), "trap") &&
           want(i_.alignment == 1 || (memory && std::has_single_bit(i_.alignment)), "align") &&
           want(i_.op == Op::frame_address || i_.offset == 0, "offset");
  }

  bool same_operands(size_t count) {
    for (size_t n = 0; n < count; ++n)
      if (!want(width(n) == width(0), "operands of different widths")) return false;
    return want(divides(width(0)), "lanes do not divide the width") && operand_format(count);
  }
  bool operand_format(size_t count) {
    for (size_t n = 0; n < count && i_.format != FloatFormat::none; ++n)
      if (!want(width(n) == bits(i_.format) * i_.lanes, "width is not the format's")) return false;
    return true;
  }

  bool shaped() {
    switch (info(i_.op).shape) {
      case Shape::Unary:
      case Shape::Binary:
      case Shape::Ternary:
        return same_operands(i_.operands.size()) && want(i_.width == width(0), "result and operands differ in width") &&
               want(i_.op != Op::byte_swap || lane() % 8 == 0, "not whole bytes");
      case Shape::Compare:
        return same_operands(2) && want(i_.width == i_.lanes, "a comparison gives one bit a lane");
      case Shape::Carry:
        return same_operands(2) && want(width(2) == 1 && i_.width == 1, "carries are one bit");
      case Shape::Reduce:
        return same_operands(1) && want(i_.width == lane(0), "the result is one lane");
      default:
        return convert();
    }
  }

  bool convert() {
    if (!want(divides(i_.width) && divides(width(0)), "lanes do not divide the width") || !operand_format(1))
      return false;
    switch (i_.op) {
      case Op::zext:
      case Op::sext:
        return want(lane() >= lane(0), "narrower than its operand");
      case Op::extract:
        return want(uint64_t{i_.index} + lane() <= lane(0), "bits outside the operand");
      default:
        return want(i_.to_format == FloatFormat::none || lane() == bits(i_.to_format), "width is not the format's");
    }
  }

  bool mask(uint32_t w) { return want(w == 32 || w == 64, "a mask has a bit for each lane"); }
  bool address() { return want(width(0) == 64, "addresses have 64 bits"); }
  bool no_result() { return want(i_.width == 0, "it gives no result"); }
  bool bytes(uint32_t w) { return want(w != 0 && w % 8 == 0, "memory holds whole bytes"); }

  bool free() {
    switch (i_.op) {
      case Op::constant:
        return want(i_.index < f_.constants.size(), "no such constant") &&
               want(i_.width != 0 && i_.width == f_.constants[i_.index].getBitWidth(), "not the constant's width");
      case Op::undef:
      case Op::parameter:
      case Op::get_slot:
        return want(i_.width != 0, "it gives a result");
      case Op::set_slot:
        return no_result() && same_operands(i_.operands.size());
      case Op::symbol_address:
        if (!want(i_.index < f_.symbols.size(), "no such symbol")) return false;
        [[fallthrough]];
      case Op::thread_pointer:
      case Op::frame_address:
        return want(i_.width == 64, "addresses have 64 bits");
      case Op::concat:
        return want(divides(width(0)) && divides(width(1)), "lanes do not divide the width") &&
               want(i_.width == width(0) + width(1), "the result is as wide as both");
      case Op::select:
        return want(width(0) == i_.lanes, "one bit a lane selects") && want(divides(i_.width), "lanes do not divide") &&
               want(width(1) == i_.width && width(2) == i_.width, "the result has the width of both");
      case Op::splat:
        return want(uint64_t{width(0)} * i_.lanes == i_.width, "each lane is the operand");
      case Op::shuffle:
        return shuffle();
      case Op::permute:
        return want(divides(i_.width) && i_.width == width(1), "as wide as the indices") &&
               want(width(0) % lane() == 0, "the table has whole lanes");
      default:
        return with_effects();
    }
  }

  bool shuffle() {
    if (!want(i_.index < f_.masks.size(), "no such mask") || !same_operands(2)) return false;
    const std::vector<int>& mask = f_.masks[i_.index];
    for (int m : mask)
      if (!want(m >= -1 && m < 2 * i_.lanes, "mask names no lane")) return false;
    return want(!mask.empty() && i_.width == uint64_t{lane(0)} * mask.size(), "a lane for each of the mask");
  }

  bool with_effects() {
    switch (i_.op) {
      case Op::load:
        return address() && bytes(i_.width);
      case Op::store:
        return address() && bytes(width(1)) && no_result();
      case Op::atomic_rmw:
        return address() && bytes(width(1)) && want(i_.width == width(1), "it gives the old value") &&
               want(i_.format == FloatFormat::none || i_.width % bits(i_.format) == 0, "width is not the format's");
      case Op::atomic_cas:
        return address() && bytes(width(1)) &&
               want(i_.width == width(1) && i_.width == width(2), "it gives the old value");
      case Op::fence:
        return no_result();
      case Op::memory_copy:
        return address() && want(width(1) == 64 && width(2) == 64, "addresses and counts have 64 bits") &&
               no_result() && want(i_.index != 0 && i_.index <= 64, "bytes");
      case Op::memory_set:
        return address() && want(width(2) == 64, "counts have 64 bits") && no_result() &&
               want(uint64_t{i_.index} * 8 == width(1) && i_.index != 0 && i_.index <= 64, "bytes");
      case Op::stack_allocate:
        return address() && want(i_.width == 64, "addresses have 64 bits");
      case Op::stack_release:
        return address() && no_result();
      case Op::identity:
        return want(i_.width == 32, "it has 32 bits");
      case Op::active_lanes:
        return mask(i_.width);
      case Op::lane_read:
        return mask(width(0)) && want(i_.width == width(1) && width(2) == 32, "(mask, value, 32-bit lane)");
      case Op::lane_ballot:
        return mask(width(0)) && want(width(1) == 1 && i_.width == width(0), "(mask, bit) gives a mask");
      case Op::lane_match:
        return mask(width(0)) && want(i_.width == width(0), "it gives a mask");
      case Op::lane_reduce:
        return mask(width(0)) && want(i_.width == width(1), "it gives one value of all") &&
               want(i_.rmw != RmwKind::exchange && i_.rmw < RmwKind::uincrement, "kind");
      case Op::block_barrier:
        return want(width(0) == 32 && width(1) == 32 && width(2) == 1 && i_.width == 32, "(number, threads, bit)");
      case Op::trap_if:
        return want(width(0) == 1, "one bit decides") && no_result();
      case Op::call:
        return want(i_.index < f_.calls.size(), "no such call target") &&
               want(!f_.calls[i_.index].indirect || (!i_.operands.empty() && width(0) == 64), "no address to call");
      default:
        return want(false, "ends a block and is no instruction");
    }
  }

  const Function& f_;
  const Instruction& i_;
  std::string reason_;
};

}  // namespace

std::string type_error(const Function& function, const Instruction& instruction) {
  return Types(function, instruction).run();
}

}  // namespace portolan::ir
