// Matrices of a warp (PTX ISA, 9.7.14): products, and tiles between memory and registers. Each lane holds a fragment;
// what it needs of the others it reads lane by lane. Fragments of wmma are opaque in the manual; they are laid out here
// as an H100 does it, which is as mma lays out tiles of 8 rows or columns.
#include <fmt/format.h>

#include "frontends/ptx/dot.h"
#include "frontends/ptx/row.h"

namespace portolan::ptx {
namespace {

unsigned element_bits(std::string_view format) {
  for (const ElementKind& kind : {ElementKind{"f64", 64},
                                  {"f32", 32},
                                  {"tf32", 32},
                                  {"s32", 32},
                                  {"f16", 16},
                                  {"bf16", 16},
                                  {"s8", 8},
                                  {"u8", 8},
                                  {"e4m3", 8},
                                  {"e5m2", 8},
                                  {"s4", 4},
                                  {"u4", 4},
                                  {"b1", 1}})
    if (kind.name == format) return kind.bits;
  return 0;
}

struct Shape {
  unsigned m = 0, n = 0, k = 0;
};
Shape shape_of(Insn& x) {
  for (std::string_view text : x.modifiers()) {
    if (!text.starts_with('m') || text.size() < 6 || text[1] < '0' || text[1] > '9') continue;
    Shape s;
    unsigned* part = &s.m;
    for (char c : text.substr(1)) {
      if (c == 'n')
        part = &s.n;
      else if (c == 'k')
        part = &s.k;
      else
        *part = *part * 10 + static_cast<unsigned>(c - '0');
    }
    return s;
  }
  return {};
}

ValueId lane(Insn& x) {
  return x.b.identity(ir::Identity::lane);
}
ValueId group(Insn& x) {  // 0..7
  return x.b.lshr_by(lane(x), 2);
}
ValueId in_group(Insn& x) {  // 0..3
  return x.b.bit_and(lane(x), x.b.constant(32, 3));
}
ValueId all_lanes(Insn& x) {
  return x.b.constant(32, 0xffffffff);
}

// The registers of A (rows) or B (columns): tiles of 8 rows by as many elements of k as four registers hold.
struct Fragment {
  unsigned bits = 0, outer_tiles = 0, k_tiles = 0;
  bool column_order = false;  // B with up to 16 columns: all of k, then the next tile
  unsigned register_bits() const { return bits == 64 ? 64 : 32; }
  // Of b1 and of what fills a register, the register is the element.
  unsigned elements() const { return bits == 1 ? 1 : register_bits() / bits; }
  unsigned count() const { return outer_tiles * k_tiles; }
  unsigned index(unsigned outer, unsigned k) const {
    if (column_order || outer_tiles == 1) return outer * k_tiles + k;
    return outer / 2 * 2 * k_tiles + k * 2 + outer % 2;  // tiles of 16 rows
  }
};
Fragment fragment(std::string_view format, unsigned outer, unsigned k, bool is_b) {
  Fragment f;
  f.bits = element_bits(format);
  f.outer_tiles = outer / 8;
  f.k_tiles = k * f.bits / (4 * f.register_bits());
  f.column_order = is_b && outer <= 16;
  return f;
}

// Where an element of the accumulator is: pairs of a lane, for each tile of columns those of each tile of rows. 8x32 is
// laid out as its transposed.
struct Accumulator {
  unsigned bits, row_tiles, column_tiles;
  bool transposed;
  unsigned pairs() const { return transposed ? column_tiles : row_tiles * column_tiles; }
  bool packed() const { return bits == 16; }
  unsigned registers() const { return packed() ? pairs() : 2 * pairs(); }
  unsigned row_tile(unsigned pair) const { return transposed ? 0 : pair % row_tiles; }
  unsigned column_tile(unsigned pair) const { return transposed ? pair : pair / row_tiles; }
};
Accumulator accumulator(std::string_view format, const Shape& s) {
  return {element_bits(format), s.m / 8, s.n / 8, s.m == 8 && s.n == 32};
}

std::vector<ValueId> read_registers(Insn& x, size_t n, unsigned count, unsigned width) {
  const Operand& o = x.operand(n);
  std::vector<ValueId> values;
  const bool fits = o.kind == Operand::vector ? o.elements.size() >= count : count == 1;
  if (!fits) x.refuse("another number of registers");
  for (unsigned i = 0; i < count; ++i)
    values.push_back(fits ? x.read(o.kind == Operand::vector ? o.elements[i] : o, width) : x.b.constant(width, 0));
  return values;
}

// All elements along k of one row of A or column of B, which the four lanes of a group hold.
std::vector<ValueId> line(Insn& x, const Fragment& f, const std::vector<ValueId>& registers, unsigned tile,
                          ValueId group_number) {
  std::vector<ValueId> elements;
  for (unsigned k = 0; k < f.k_tiles; ++k)
    for (unsigned j = 0; j < 4; ++j) {
      const ValueId from = x.b.add(x.b.shl_by(group_number, 2), x.b.constant(32, j));
      const ValueId word = x.b.lane_read(all_lanes(x), registers[f.index(tile, k)], from);
      const unsigned width = f.register_bits() / f.elements();
      for (unsigned i = 0; i < f.elements(); ++i) elements.push_back(x.b.lane(word, i, width));
    }
  return elements;
}

void product(Insn& x, const Products& p) {
  Builder& b = x.b;
  const Shape s = shape_of(x);
  const Fragment fa = fragment(p.a, s.m, s.k, false), fb = fragment(p.b, s.n, s.k, true);
  const Accumulator acc = accumulator(p.accumulator, s);
  if (fa.count() == 0 || fb.count() == 0 || acc.pairs() == 0) return x.refuse("this shape is not supported");
  const auto a = read_registers(x, 1, fa.count(), fa.register_bits()),
             c_b = read_registers(x, 2, fb.count(), fb.register_bits());
  const unsigned width = acc.packed() ? 32 : acc.bits;
  const auto c = read_registers(x, 3, acc.registers(), width);
  const Operand& out = x.operand(0);
  if (out.kind != Operand::vector || out.elements.size() != acc.registers())
    return x.refuse("another number of registers");
  // wmma takes tf32 in two steps of four (recorded).
  const unsigned steps = p.a == "tf32" && x.s.name.starts_with("wmma") ? 2 : 1;
  for (unsigned pair = 0; pair < acc.pairs(); ++pair) {
    ValueId made[2];
    for (unsigned i = 0; i < 2; ++i) {
      // One of the coordinates is the lane's group, the other twice its place in it plus i.
      const ValueId by_place = b.add(b.shl_by(in_group(x), 1), b.constant(32, i));
      const auto row = line(x, fa, a, acc.row_tile(pair), acc.transposed ? by_place : group(x));
      const auto column = line(x, fb, c_b, acc.column_tile(pair), acc.transposed ? group(x) : by_place);
      const ValueId old = acc.packed() ? b.lane(c[pair], i, 16) : c[2 * pair + i];
      if (steps == 1) {
        made[i] = sum_of_products(b, p, row, column, old);
        continue;
      }
      const std::span<const ValueId> r(row), q(column);
      const ValueId first = sum_of_products(b, p, r.first(row.size() / 2), q.first(row.size() / 2), old);
      made[i] = sum_of_products(b, p, r.last(row.size() / 2), q.last(row.size() / 2), first);
    }
    if (acc.packed()) {
      x.write(out.elements[pair], b.concat(made[1], made[0]));
    } else {
      x.write(out.elements[2 * pair], made[0]);
      x.write(out.elements[2 * pair + 1], made[1]);
    }
  }
}

// Formats are the last modifiers: d a b c, or d c for products of f16.
Products products_of(Insn& x) {
  std::vector<std::string_view> formats;
  for (std::string_view m : x.modifiers())
    if (element_bits(m) != 0) formats.push_back(m);
  Products p;
  p.saturates = x.has("satfinite");
  p.is_and = x.has("and");
  if (formats.size() == 2) p.a = p.b = "f16", p.accumulator = formats[0];
  if (formats.size() == 4) p.a = formats[1], p.b = formats[2], p.accumulator = formats[0];
  if (p.accumulator.empty() || formats.back() != p.accumulator) x.refuse("these formats are not supported together");
  return p;
}

void multiply(Insn& x) {
  const Products p = products_of(x);
  if (!p.accumulator.empty()) product(x, p);
}

// wmma.load and wmma.store: an element of row r and column c lies at r * stride + c, or c * stride + r.
struct Tile {
  Builder& b;
  ValueId base, stride;  // stride in elements, 64 bits
  bool by_rows;
  unsigned bytes;
  ValueId address(ValueId row, ValueId column) {
    const ValueId r = b.zext(row, 64), c = b.zext(column, 64);
    const ValueId element = by_rows ? b.add(b.mul(r, stride), c) : b.add(b.mul(c, stride), r);
    return b.add(base, b.mul(element, b.constant(64, bytes)));
  }
};

// The rows and columns of the elements of register n, in the order of its bits.
struct Position {
  ValueId row, column;
};
std::vector<Position> input_positions(Insn& x, const Fragment& f, unsigned outer_tile, unsigned k_tile, bool is_b) {
  std::vector<Position> result;
  const ValueId outer = x.b.add(group(x), x.b.constant(32, 8 * outer_tile));
  for (unsigned i = 0; i < f.elements(); ++i) {
    const ValueId k =
        x.b.add(x.b.mul(in_group(x), x.b.constant(32, f.elements())), x.b.constant(32, 4 * f.elements() * k_tile + i));
    result.push_back(is_b ? Position{k, outer} : Position{outer, k});
  }
  return result;
}
Position accumulator_position(Insn& x, const Accumulator& acc, unsigned pair, unsigned i) {
  const ValueId place = x.b.add(x.b.shl_by(in_group(x), 1), x.b.constant(32, i)), number = group(x);
  const ValueId row = acc.transposed ? place : number, column = acc.transposed ? number : place;
  return {x.b.add(row, x.b.constant(32, 8 * acc.row_tile(pair))),
          x.b.add(column, x.b.constant(32, 8 * acc.column_tile(pair)))};
}

Tile tile(Insn& x, size_t memory, size_t stride, unsigned shortest, unsigned bits) {
  const ValueId base = x.address(x.operand(memory), space_of(x));
  const ValueId step = stride < x.count() ? x.b.zext(x.read(stride, 32), 64) : x.b.constant(64, shortest);
  return {x.b, base, step, x.has("row"), bits / 8};
}

ValueId load_elements(Tile& t, std::span<const Position> positions) {
  ValueId all = ir::kNoValue;
  for (const Position& p : positions) {
    const ValueId v =
        t.b.load(t.address(p.row, p.column), 8 * t.bytes, ir::Ordering::none, static_cast<uint8_t>(t.bytes));
    all = all == ir::kNoValue ? v : t.b.concat(v, all);
  }
  return all;
}

void load_accumulator(Insn& x) {
  const Shape s = shape_of(x);
  const std::string_view format = x.modifiers().back();
  const Accumulator acc = accumulator(format, s);
  Tile t = tile(x, 1, 2, x.has("row") ? s.n : s.m, acc.bits);
  const Operand& out = x.operand(0);
  if (out.kind != Operand::vector || out.elements.size() != acc.registers())
    return x.refuse("another number of registers");
  for (unsigned pair = 0; pair < acc.pairs(); ++pair) {
    const Position p[] = {accumulator_position(x, acc, pair, 0), accumulator_position(x, acc, pair, 1)};
    if (acc.packed()) {
      x.write(out.elements[pair], load_elements(t, p));
      continue;
    }
    for (unsigned i = 0; i < 2; ++i) x.write(out.elements[2 * pair + i], load_elements(t, {&p[i], 1}));
  }
}

// f16 fragments have eight registers whatever the shape: what is there is repeated.
template <bool kIsB>
void load_input(Insn& x) {
  const Shape s = shape_of(x);
  const Fragment f = fragment(x.modifiers().back(), kIsB ? s.n : s.m, s.k, kIsB);
  const unsigned shortest = x.has("row") ? (kIsB ? s.n : s.k) : (kIsB ? s.k : s.m);
  Tile t = tile(x, 1, 2, shortest, f.bits);
  const Operand& out = x.operand(0);
  if (f.count() == 0 || out.kind != Operand::vector || out.elements.size() % f.count() != 0)
    return x.refuse("another number of registers");
  for (unsigned outer = 0; outer < f.outer_tiles; ++outer)
    for (unsigned k = 0; k < f.k_tiles; ++k) {
      const ValueId v = load_elements(t, input_positions(x, f, outer, k, kIsB));
      for (size_t n = f.index(outer, k); n < out.elements.size(); n += f.count()) x.write(out.elements[n], v);
    }
}

void store_accumulator(Insn& x) {
  const Shape s = shape_of(x);
  const Accumulator acc = accumulator(x.modifiers().back(), s);
  Tile t = tile(x, 0, 2, x.has("row") ? s.n : s.m, acc.bits);
  const auto values = read_registers(x, 1, acc.registers(), acc.packed() ? 32 : acc.bits);
  for (unsigned pair = 0; pair < acc.pairs(); ++pair)
    for (unsigned i = 0; i < 2; ++i) {
      const Position p = accumulator_position(x, acc, pair, i);
      const ValueId v = acc.packed() ? x.b.lane(values[pair], i, 16) : values[2 * pair + i];
      x.b.store(t.address(p.row, p.column), v, ir::Ordering::none, static_cast<uint8_t>(t.bytes));
    }
}

unsigned tiles(Insn& x) {
  return x.has("x4") ? 4 : x.has("x2") ? 2 : 1;
}

// Row r of tile i begins where lane 8 i + r says, `own` being the place in shared memory that a lane says, of 32 bits.
// A lane holds two elements of row lane / 4, or of a column.
ValueId own_row(Insn& x, const Operand& address) {
  return x.b.truncate(x.offset_in(address, Space::shared), 32);
}
ValueId row_address(Insn& x, ValueId own, unsigned n, ValueId row) {
  const ValueId at = x.b.lane_read(all_lanes(x), own, x.b.add(row, x.b.constant(32, 8 * n)));
  return x.b.add(x.b.zext(at, 64), x.b.constant(64, kSharedWindow));
}
ValueId offset(Insn& x, ValueId count, unsigned bytes) {
  return x.b.zext(x.b.mul(count, x.b.constant(32, bytes)), 64);
}
// The two places of a lane's elements in tile n; without .trans they lie side by side.
std::array<ValueId, 2> places(Insn& x, ValueId own, unsigned n) {
  std::array<ValueId, 2> result;
  for (unsigned i = 0; i < 2; ++i) {
    const ValueId by_place = x.b.add(x.b.shl_by(in_group(x), 1), x.b.constant(32, i));
    const ValueId row = x.has("trans") ? by_place : group(x), column = x.has("trans") ? group(x) : by_place;
    result[i] = x.b.add(row_address(x, own, n, row), offset(x, column, 2));
  }
  return result;
}

void load_tiles(Insn& x) {
  const ValueId own = own_row(x, x.operand(1));
  ValueId all = ir::kNoValue;
  for (unsigned n = 0; n < tiles(x); ++n)
    for (ValueId at : places(x, own, n)) {
      const ValueId v = x.b.load(at, 16, ir::Ordering::none, 2);
      all = all == ir::kNoValue ? v : x.b.concat(v, all);
    }
  x.write(0, all);
}

void store_tiles(Insn& x) {
  const ValueId own = own_row(x, x.operand(0));
  const auto values = read_registers(x, 1, tiles(x), 32);
  for (unsigned n = 0; n < tiles(x); ++n) {
    const std::array<ValueId, 2> at = places(x, own, n);
    for (unsigned i = 0; i < 2; ++i) x.b.store(at[i], x.b.lane(values[n], i, 16), ir::Ordering::none, 2);
  }
}

// Element (row, column) of the result is (column, row) of what the lanes hold.
void transpose(Insn& x) {
  const ValueId a = x.read(1, 32);
  ValueId halves[2];
  for (unsigned i = 0; i < 2; ++i) {
    const ValueId row = x.b.add(x.b.shl_by(in_group(x), 1), x.b.constant(32, i));
    const ValueId from = x.b.add(x.b.shl_by(row, 2), x.b.lshr_by(group(x), 1));
    const ValueId word = x.b.lane_read(all_lanes(x), a, from);
    halves[i] = x.b.select(x.b.extract(group(x), 0, 1), x.b.lane(word, 1, 16), x.b.lane(word, 0, 16));
  }
  x.write(0, x.b.concat(halves[1], halves[0]));
}

#define WMMA_SHAPES ".{m16n16k16,m32n8k16,m8n32k16}"
#define WMMA_SPACES "{,.global,.shared,.shared::cta}"
#define BYTES "{s8.s8,s8.u8,u8.s8,u8.u8}"

constexpr Row kRows[] = {
    {"mma.sync.aligned.{m16n8k8,m16n8k16}.row.col.{f32.f16.f16.f32,f16.f16.f16.f16,f32.bf16.bf16.f32}", multiply},
    {"mma.sync.aligned.{m16n8k4,m16n8k8}.row.col.f32.tf32.tf32.f32", multiply},
    {"mma.sync.aligned.{m8n8k16,m16n8k16,m16n8k32}.row.col{,.satfinite}.s32." BYTES ".s32", multiply},
    {"mma.sync.aligned.{m8n8k32,m16n8k32,m16n8k64}.row.col{,.satfinite}.s32.{s4.s4,s4.u4,u4.s4,u4.u4}.s32", multiply},
    {"mma.sync.aligned.{m8n8k128,m16n8k128,m16n8k256}.row.col.s32.b1.b1.s32.{xor,and}.popc", multiply},
    {"mma.sync.aligned.{m8n8k4,m16n8k4,m16n8k8,m16n8k16}.row.col{,.rn}.f64.f64.f64.f64", multiply},
    {"mma.sync.aligned.{m16n8k16,m16n8k32}.row.col.f32.{e4m3,e5m2}.{e4m3,e5m2}.f32", multiply},
    {"mma.sync.aligned.m8n8k4.*", nullptr, "the layout of an older architecture"},
    {"mma.sp*", nullptr, "sparse matrices"},
    {"mma.*", nullptr, "this shape or format"},
    {"wmma.load.a.sync.aligned.{row,col}" WMMA_SHAPES WMMA_SPACES ".{f16,bf16,s8,u8}", load_input<false>},
    {"wmma.load.b.sync.aligned.{row,col}" WMMA_SHAPES WMMA_SPACES ".{f16,bf16,s8,u8}", load_input<true>},
    {"wmma.load.c.sync.aligned.{row,col}" WMMA_SHAPES WMMA_SPACES ".{f16,f32,s32}", load_accumulator},
    {"wmma.store.d.sync.aligned.{row,col}" WMMA_SHAPES WMMA_SPACES ".{f16,f32,s32}", store_accumulator},
    {"wmma.load.a.sync.aligned.{row,col}.m16n16k8" WMMA_SPACES ".tf32", load_input<false>},
    {"wmma.load.b.sync.aligned.{row,col}.m16n16k8" WMMA_SPACES ".tf32", load_input<true>},
    {"wmma.load.c.sync.aligned.{row,col}.m16n16k8" WMMA_SPACES ".f32", load_accumulator},
    {"wmma.store.d.sync.aligned.{row,col}.m16n16k8" WMMA_SPACES ".f32", store_accumulator},
    {"wmma.load.a.sync.aligned.{row,col}.m8n8k4" WMMA_SPACES ".f64", load_input<false>},
    {"wmma.load.b.sync.aligned.{row,col}.m8n8k4" WMMA_SPACES ".f64", load_input<true>},
    {"wmma.load.c.sync.aligned.{row,col}.m8n8k4" WMMA_SPACES ".f64", load_accumulator},
    {"wmma.store.d.sync.aligned.{row,col}.m8n8k4" WMMA_SPACES ".f64", store_accumulator},
    {"wmma.mma.sync.aligned.{row,col}.{row,col}" WMMA_SHAPES ".{f32.f32,f16.f16}", multiply},
    {"wmma.mma.sync.aligned.{row,col}.{row,col}" WMMA_SHAPES ".f32.bf16.bf16.f32", multiply},
    {"wmma.mma.sync.aligned.{row,col}.{row,col}" WMMA_SHAPES ".s32.{s8.s8,u8.u8}.s32{,.satfinite}", multiply},
    {"wmma.mma.sync.aligned.{row,col}.{row,col}.m16n16k8.f32.tf32.tf32.f32", multiply},
    {"wmma.mma.sync.aligned.{row,col}.{row,col}.m8n8k4{,.rn}.f64.f64.f64.f64", multiply},
    {"wmma.*", nullptr, "this shape or format"},
    {"ldmatrix.sync.aligned.m8n8.{x1,x2,x4}{,.trans}{,.shared,.shared::cta}.b16", load_tiles},
    {"ldmatrix.sync.aligned.{x1,x2,x4}{,.trans}.m8n8{,.trans}{,.shared,.shared::cta}.b16",
     load_tiles},  // as CUTLASS has it
    {"stmatrix.sync.aligned.m8n8.{x1,x2,x4}{,.trans}{,.shared,.shared::cta}.b16", store_tiles},
    {"movmatrix.sync.aligned.m8n8.trans.b16", transpose},
    {"ldmatrix.*", nullptr, "this shape or format"},
    {"wgmma.*", nullptr, "matrix products of several warps"},
    {"tcgen05.*", nullptr, "tensor memory"},
};

}  // namespace

RowSpan matrix_rows() {
  return kRows;
}

}  // namespace portolan::ptx
