// Loads and stores of vectors as structures: ld1 … ld4, st1 … st4, whole, by lane, replicated (Arm ARM C7.2).
#include "frontends/aarch64/rows.h"
#include "frontends/aarch64/simd.h"

namespace portolan::aarch64 {
namespace {

// Where an instruction's operands stand. With post-index operand 0 is the new base.
struct Layout {
  unsigned structure = 1;  // elements of a structure: the digit in the name
  unsigned list = 0;       // operand of the register list
  unsigned base = 0;
  bool post = false;
  unsigned registers = 1;
};

// `between`: operands from the list to the base.
Layout layout_of(const LiftContext& c, unsigned between) {
  const std::string_view name = c.opcode_name();
  Layout layout;
  layout.structure = name[2] - '0';
  layout.post = name.ends_with("_POST");
  layout.list = layout.post ? 1 : 0;
  layout.base = layout.list + between;
  layout.registers = register_info(c, c.inst().getOperand(layout.list).getReg()).parts;
  return layout;
}

// The base moves by the register after it; the zero register stands for the bytes transferred.
void post_index(LiftContext& c, const Layout& layout, ValueId base, unsigned bytes) {
  if (!layout.post) return;
  const RegisterInfo& offset = register_info(c, c.inst().getOperand(layout.base + 1).getReg());
  const bool by_size = offset.kind == RegisterInfo::Kind::zero;
  write(c, 0, c.b.add(base, by_size ? c.b.constant(64, bytes) : read(c, layout.base + 1)));
}

ValueId at(LiftContext& c, ValueId base, unsigned offset) {
  return c.b.add(base, c.b.constant(64, offset));
}

// Lane of the memory image that holds lane `lane` of register `part`.
int memory_lane(const Layout& layout, unsigned part, unsigned lane) {
  return lane * layout.structure + part;
}

Lifted load_multiple(LiftContext& c) {
  const Layout layout = layout_of(c, 1);
  const Lanes l = lanes_of(c);
  const ValueId base = read(c, layout.base);
  const unsigned bytes = l.width() / 8, all = layout.registers * bytes;
  std::vector<ValueId> values;
  if (layout.structure == 1) {
    for (unsigned part = 0; part < layout.registers; ++part)
      values.push_back(c.b.load(at(c, base, part * bytes), l.width()));
  } else {
    const ValueId image = c.b.load(base, 8 * all);
    for (unsigned part = 0; part < layout.registers; ++part) {
      std::vector<int> mask;
      for (unsigned lane = 0; lane < l.count; ++lane) mask.push_back(memory_lane(layout, part, lane));
      values.push_back(c.b.shuffle(image, image, l.count * layout.registers, mask));
    }
  }
  post_index(c, layout, base, all);
  for (unsigned part = 0; part < layout.registers; ++part) write_vector(c, layout.list, values[part], part);
  return Lifted::done();
}

Lifted store_multiple(LiftContext& c) {
  const Layout layout = layout_of(c, 1);
  const Lanes l = lanes_of(c);
  const ValueId base = read(c, layout.base);
  const unsigned bytes = l.width() / 8, all = layout.registers * bytes;
  std::vector<ValueId> values;
  for (unsigned part = 0; part < layout.registers; ++part)
    values.push_back(read_vector(c, layout.list, l.width(), part));
  if (layout.structure == 1) {
    for (unsigned part = 0; part < layout.registers; ++part) c.b.store(at(c, base, part * bytes), values[part]);
  } else {
    ValueId image = values[0];
    for (unsigned part = 1; part < layout.registers; ++part) image = c.b.concat(values[part], image);
    std::vector<int> mask(layout.registers * l.count);
    for (unsigned part = 0; part < layout.registers; ++part)
      for (unsigned lane = 0; lane < l.count; ++lane) mask[memory_lane(layout, part, lane)] = part * l.count + lane;
    c.b.store(base, c.b.shuffle(image, image, mask.size(), mask));
  }
  post_index(c, layout, base, all);
  return Lifted::done();
}

// LD<n>Rv…: each element to all lanes of its register.
Lifted load_replicated(LiftContext& c) {
  const Layout layout = layout_of(c, 1);
  const Lanes l = lanes_of(c);
  const ValueId base = read(c, layout.base);
  const unsigned bytes = l.bits / 8;
  std::vector<ValueId> values;
  for (unsigned part = 0; part < layout.registers; ++part)
    values.push_back(c.b.splat(c.b.load(at(c, base, part * bytes), l.bits), l.count));
  post_index(c, layout, base, layout.registers * bytes);
  for (unsigned part = 0; part < layout.registers; ++part) write_vector(c, layout.list, values[part], part);
  return Lifted::done();
}

// LD<n>i<bits>, ST<n>i<bits>: one lane of each register.
unsigned lane_bits(std::string_view name) {
  const char first = name[4];
  return first == '8' ? 8 : first == '1' ? 16 : first == '3' ? 32 : 64;
}

Lifted load_lane(LiftContext& c) {
  const Layout layout = layout_of(c, 3);  // list, old list, lane, base
  const unsigned bits = lane_bits(c.opcode_name()), lane = immediate(c, layout.list + 2);
  const ValueId base = read(c, layout.base);
  std::vector<ValueId> values;
  for (unsigned part = 0; part < layout.registers; ++part) {
    const ValueId element = c.b.load(at(c, base, part * bits / 8), bits);
    values.push_back(c.b.insert_lane(read_vector(c, layout.list + 1, 128, part), element, lane));
  }
  post_index(c, layout, base, layout.registers * bits / 8);
  for (unsigned part = 0; part < layout.registers; ++part) write_vector(c, layout.list, values[part], part);
  return Lifted::done();
}

Lifted store_lane(LiftContext& c) {
  const Layout layout = layout_of(c, 2);  // list, lane, base
  const unsigned bits = lane_bits(c.opcode_name()), lane = immediate(c, layout.list + 1);
  const ValueId base = read(c, layout.base);
  for (unsigned part = 0; part < layout.registers; ++part)
    c.b.store(at(c, base, part * bits / 8), c.b.lane(read_vector(c, layout.list, 128, part), lane, bits));
  post_index(c, layout, base, layout.registers * bits / 8);
  return Lifted::done();
}

constexpr Row kRows[] = {
    {"LD1{One,Two,Three,Four}v{8b,16b,4h,8h,2s,4s,1d,2d}{,_POST}", "ld1", "", load_multiple},
    {"LD2Twov{8b,16b,4h,8h,2s,4s,2d}{,_POST}", "ld2", "", load_multiple},
    {"LD3Threev{8b,16b,4h,8h,2s,4s,2d}{,_POST}", "ld3", "", load_multiple},
    {"LD4Fourv{8b,16b,4h,8h,2s,4s,2d}{,_POST}", "ld4", "", load_multiple},
    {"ST1{One,Two,Three,Four}v{8b,16b,4h,8h,2s,4s,1d,2d}{,_POST}", "st1", "", store_multiple},
    {"ST2Twov{8b,16b,4h,8h,2s,4s,2d}{,_POST}", "st2", "", store_multiple},
    {"ST3Threev{8b,16b,4h,8h,2s,4s,2d}{,_POST}", "st3", "", store_multiple},
    {"ST4Fourv{8b,16b,4h,8h,2s,4s,2d}{,_POST}", "st4", "", store_multiple},
    {"LD{1,2,3,4}Rv{8b,16b,4h,8h,2s,4s,1d,2d}{,_POST}", "ld1r", "", load_replicated},
    {"LD{1,2,3,4}i{8,16,32,64}{,_POST}", "ld1", "", load_lane},
    {"ST{1,2,3,4}i{8,16,32,64}{,_POST}", "st1", "", store_lane},
};

}  // namespace

RowSpan simd_structure_rows() {
  return kRows;
}

}  // namespace portolan::aarch64
