#include "tests/unit/ir/random_function.h"

#include <algorithm>
#include <optional>

#include "ir/cfg.h"

namespace portolan::ir {
namespace {

class Generator {
 public:
  Generator(Random& random, const RandomShape& shape) : random_(random), shape_(shape) {}

  Function run() {
    f_.name = "random";
    make_blocks();
    Dominators dominators(f_);
    available_.resize(f_.blocks.size());
    for (BlockId block : reverse_post_order(f_)) {
      block_ = block;
      visible_ = f_.blocks[block].parameters;
      for (BlockId above = 0; above < f_.blocks.size(); ++above)
        if (above != block && dominators.reachable(above) && dominators.dominates(above, block))
          visible_.insert(visible_.end(), available_[above].begin(), available_[above].end());
      available_[block] = f_.blocks[block].parameters;
      for (unsigned n = 0; n < shape_.instructions; ++n) instruction();
      finish_terminator(f_.blocks[block].terminator);
    }
    // Blocks that are not reached lose their edges, which have no arguments.
    for (BlockId block = 0; block < f_.blocks.size(); ++block)
      if (!dominators.reachable(block)) f_.blocks[block].terminator = Terminator{};
    return std::move(f_);
  }

 private:
  uint32_t any_width() {
    const std::vector<uint32_t> widths = random_widths();
    return widths[random_.below(widths.size())];
  }

  void make_blocks() {
    for (unsigned n = 0; n < shape_.blocks; ++n) f_.add_block();
    if (!shape_.slots)
      for (uint32_t width : random_widths())
        for (int times = 2; times-- > 0;) f_.add_parameter(0, width);
    for (BlockId block = 1; block < shape_.blocks && !shape_.slots; ++block)
      for (unsigned n = random_.below(4); n-- > 0;) f_.add_parameter(block, any_width());
    for (Block& block : f_.blocks) {
      static constexpr Op kEnds[] = {Op::ret, Op::jump, Op::branch, Op::branch, Op::switch_};
      Terminator& t = block.terminator;
      t.op = shape_.blocks == 1 ? Op::ret : kEnds[random_.below(std::size(kEnds))];
      if (&block == &f_.blocks[0] && shape_.blocks > 1 && t.op == Op::ret) t.op = Op::branch;
      size_t edges = t.op == Op::ret ? 0 : t.op == Op::jump ? 1 : 2;
      if (t.op == Op::switch_)
        for (uint64_t c = 0; c < 1 + random_.below(3); ++c) t.cases.push_back(c * (1 + random_.below(2)));
      if (t.op == Op::switch_) {
        std::sort(t.cases.begin(), t.cases.end());
        t.cases.erase(std::unique(t.cases.begin(), t.cases.end()), t.cases.end());
        edges = t.cases.size() + 1;
      }
      for (size_t e = 0; e < edges; ++e)
        t.edges.push_back({static_cast<BlockId>(1 + random_.below(shape_.blocks - 1)), {}});
    }
  }

  void finish_terminator(Terminator& t) {
    if (t.op == Op::branch) t.operands = {value(1)};
    if (t.op == Op::switch_) t.operands = {value(8)};
    if (t.op == Op::ret)
      for (unsigned n = 0; n < 4 && !shape_.slots; ++n) t.operands.push_back(value(any_width()));
    std::vector<Edge> edges = std::move(t.edges);
    for (Edge& edge : edges)
      for (ValueId parameter : f_.blocks[edge.target].parameters) edge.arguments.push_back(value(f_.width(parameter)));
    f_.blocks[block_].terminator.edges = std::move(edges);
  }

  ValueId add(Instruction i) {
    i.line = static_cast<uint32_t>(f_.values.size());
    ValueId v = f_.append(block_, std::move(i));
    if (f_.width(v) != 0) {
      visible_.push_back(v);
      available_[block_].push_back(v);
    }
    return v;
  }

  ValueId constant(uint32_t width) {
    f_.constants.push_back(random_bits(random_, width));
    Instruction i = ir::instruction(Op::constant, width);
    i.index = static_cast<uint32_t>(f_.constants.size() - 1);
    return f_.append(block_, std::move(i));
  }

  // A value of the width: often one of the latest, else a constant or one made from what there is.
  ValueId value(uint32_t width) {
    if (random_.one_in(4)) return constant(width);
    std::vector<ValueId> fitting;
    for (ValueId v : visible_)
      if (f_.width(v) == width) fitting.push_back(v);
    if (fitting.empty()) return converted(width);
    const size_t back = std::min<size_t>(fitting.size(), random_.one_in(2) ? 3 : fitting.size());
    return fitting[fitting.size() - 1 - random_.below(back)];
  }

  ValueId converted(uint32_t width) {
    if (visible_.empty()) return constant(width);
    ValueId from = visible_[random_.below(visible_.size())];
    const bool wider = width >= f_.width(from);
    Instruction i = ir::instruction(!wider ? Op::extract : random_.one_in(2) ? Op::zext : Op::sext, width);
    if (!wider) i.index = random_.one_in(2) ? 0 : random_.below(f_.width(from) - width + 1);
    i.operands = {from};
    return add(std::move(i));
  }

  void instruction() {
    if (shape_.slots && random_.one_in(3)) return slot_access();
    if (shape_.memory && random_.one_in(4)) return memory_access();
    Op op = static_cast<Op>(random_.below(kOpCount));
    // Additions, comparisons and width changes are what most rules are about.
    static constexpr Op kFavoured[] = {Op::add,    Op::sub,     Op::extract, Op::concat,       Op::bit_xor, Op::bit_and,
                                       Op::bit_or, Op::bit_not, Op::eq,      Op::sub_overflow, Op::slt,     Op::select};
    if (random_.one_in(2)) op = kFavoured[random_.below(std::size(kFavoured))];
    if (info(op).effects != Effects::Pure) return;
    Instruction i = ir::instruction(op, 0);
    if (op >= Op::fadd && op <= Op::uint_to_f) return floating(std::move(i));
    choose_lanes(i);
    switch (info(op).shape) {
      case Shape::Free:
        return free(std::move(i));
      case Shape::Convert:
        return convert(std::move(i));
      default:
        return shaped(std::move(i));
    }
  }

  void choose_lanes(Instruction& i) {
    const bool always = info(i.op).shape == Shape::Reduce || i.op == Op::shuffle || i.op == Op::permute;
    if (always || (info(i.op).lanes && random_.one_in(3))) i.lanes = static_cast<uint16_t>(2u << random_.below(3));
  }

  // A width of random_widths() that the lanes divide, in pieces that are a multiple of `unit`.
  std::optional<uint32_t> divisible(uint16_t lanes, uint32_t unit = 1) {
    std::vector<uint32_t> fitting;
    for (uint32_t width : random_widths())
      if (width % lanes == 0 && width / lanes % unit == 0) fitting.push_back(width);
    if (fitting.empty()) return std::nullopt;
    return fitting[random_.below(fitting.size())];
  }

  void shaped(Instruction i) {
    std::optional<uint32_t> width = divisible(i.lanes, i.op == Op::byte_swap ? 8 : 1);
    if (!width) return;
    const Shape shape = info(i.op).shape;
    const bool carry = shape == Shape::Carry;
    for (int n = 0; n < info(i.op).arity - carry; ++n) i.operands.push_back(value(*width));
    if (carry) i.operands.push_back(random_.one_in(2) ? constant_of(APInt(1, 0)) : value(1));
    i.width = carry ? 1 : shape == Shape::Compare ? i.lanes : shape == Shape::Reduce ? *width / i.lanes : *width;
    add(std::move(i));
  }

  ValueId constant_of(APInt bits) {
    ValueId v = constant(bits.getBitWidth());
    f_.constants.back() = std::move(bits);
    return v;
  }

  void convert(Instruction i) {
    std::optional<uint32_t> from = divisible(i.lanes), to = divisible(i.lanes);
    if (!from || !to) return;
    if (i.op == Op::extract ? *to > *from : *to < *from) std::swap(from, to);
    i.width = *to;
    i.operands = {value(*from)};
    if (i.op == Op::extract)
      i.index = random_.one_in(2) ? 0 : static_cast<uint32_t>(random_.below((*from - *to) / i.lanes + 1));
    add(std::move(i));
  }

  void free(Instruction i) {
    std::optional<uint32_t> width = divisible(i.lanes);
    if (!width) return;
    switch (i.op) {
      case Op::frame_address:
        i.width = 64;
        i.offset = -8 * static_cast<int64_t>(random_.below(20));
        break;
      case Op::concat: {
        std::optional<uint32_t> other = divisible(i.lanes);
        i.operands = {value(*other), value(*width)};
        i.width = *width + *other;
        break;
      }
      case Op::select:
        i.operands = {value(i.lanes), value(*width), value(*width)};
        i.width = *width;
        break;
      case Op::splat:
        i.lanes = static_cast<uint16_t>(1 + random_.below(4));
        i.operands = {value(*width)};
        i.width = *width * i.lanes;
        break;
      case Op::shuffle: {
        std::vector<int> mask(1 + random_.below(2 * i.lanes));
        for (int& m : mask) m = static_cast<int>(random_.below(2 * i.lanes));
        i.width = static_cast<uint32_t>(*width / i.lanes * mask.size());
        f_.masks.push_back(std::move(mask));
        i.index = static_cast<uint32_t>(f_.masks.size() - 1);
        i.operands = {value(*width), value(*width)};
        break;
      }
      case Op::permute:
        i.operands = {value(*width), value(*width)};
        i.width = *width;
        break;
      default:
        return;
    }
    add(std::move(i));
  }

  void floating(Instruction i) {
    static constexpr FloatFormat kFormats[] = {FloatFormat::f16, FloatFormat::f32, FloatFormat::f64};
    const FloatFormat format = kFormats[random_.below(3)];
    i.lanes = random_.one_in(3) ? 2 : 1;
    i.nan = static_cast<NanRule>(1 + random_.below(3));
    i.rounding = static_cast<Rounding>(random_.below(5));
    const uint32_t width = bits(format) * i.lanes;
    const bool from_int = i.op == Op::sint_to_f || i.op == Op::uint_to_f;
    (from_int ? i.to_format : i.format) = format;
    i.width = width;
    if (i.op == Op::fconvert) i.to_format = kFormats[random_.below(3)], i.width = bits(i.to_format) * i.lanes;
    if (i.op == Op::fto_sint || i.op == Op::fto_uint) i.width = 32 * i.lanes;
    if (info(i.op).shape == Shape::Compare) i.width = i.lanes;
    for (int n = 0; n < info(i.op).arity; ++n) i.operands.push_back(value(from_int ? 32 * i.lanes : width));
    add(std::move(i));
  }

  void slot_access() {
    const uint32_t slot = static_cast<uint32_t>(random_.below(kRandomSlots));
    const uint32_t width = random_widths()[slot % random_widths().size()];
    const bool write = random_.one_in(2);
    Instruction i = ir::instruction(write ? Op::set_slot : Op::get_slot, write ? 0 : width);
    i.index = slot;
    if (write) i.operands = {value(width)};
    add(std::move(i));
  }

  void memory_access() {
    // 0x1000 + the low bits of something
    Instruction masked = ir::instruction(Op::bit_and, 64), address = ir::instruction(Op::add, 64);
    masked.operands = {value(64), constant_of(APInt(64, 0x7f8))};
    ValueId offset = add(std::move(masked));
    address.operands = {offset, constant_of(APInt(64, 0x1000))};
    ValueId at = add(std::move(address));
    const uint32_t width = 8u << random_.below(5);
    const bool write = random_.one_in(2);
    Instruction i = ir::instruction(write ? Op::store : Op::load, write ? 0 : width);
    i.operands = {at};
    if (write) i.operands.push_back(value(width));
    add(std::move(i));
  }

  Random& random_;
  const RandomShape shape_;
  Function f_;
  BlockId block_ = 0;
  std::vector<ValueId> visible_;                 // where the next instruction stands
  std::vector<std::vector<ValueId>> available_;  // defined in each block
};

}  // namespace

std::vector<uint32_t> random_widths() {
  return {1, 8, 16, 32, 64, 128};
}

APInt random_bits(Random& random, uint32_t width) {
  APInt result(width, 0);
  for (uint32_t low = 0; low < width; low += 64) {
    const uint32_t size = std::min(64u, width - low);
    const bool as_float = (size == 64 || size == 32 || size == 16) && random.one_in(3);
    result.insertBits(APInt(size, as_float ? random.floating(size) : random.value(size)), low);
    if (random.one_in(4)) break;
  }
  return result;
}

std::vector<APInt> random_arguments(Random& random, const Function& function) {
  std::vector<APInt> arguments;
  for (ValueId v : function.blocks[0].parameters) {
    APInt bits = random_bits(random, function.width(v));
    // Equal arguments, and ones next to each other, make comparisons interesting.
    if (!arguments.empty() && arguments.back().getBitWidth() == bits.getBitWidth() && random.one_in(4))
      bits = arguments.back() + random.below(2);
    arguments.push_back(std::move(bits));
  }
  return arguments;
}

Function random_function(Random& random, const RandomShape& shape) {
  return Generator(random, shape).run();
}

}  // namespace portolan::ir
