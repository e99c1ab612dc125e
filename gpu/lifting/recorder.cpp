#include "gpu/lifting/recorder.h"

#include <algorithm>
#include <set>

#include "llvm/ADT/Hashing.h"

namespace portolan::lifting {

using ir::FloatFormat;
using ir::Op;
using simt::kPlain;

Mark Recorder::add(Node node) {
  nodes_.push_back(std::move(node));
  return static_cast<Mark>(nodes_.size());
}

// What is computed alike from the same is the same value.
Mark Recorder::add_computed(Node node) {
  const ir::Instruction& i = node.inst;
  uint64_t hash = 0;
  const auto mix = [&](uint64_t x) { hash = (hash ^ x) * 0x9e3779b97f4a7c15 + (hash >> 29); };
  for (const uint64_t x : {static_cast<uint64_t>(i.op), uint64_t{i.width}, uint64_t{i.index},
                           static_cast<uint64_t>(i.format), static_cast<uint64_t>(i.to_format)})
    mix(x);
  for (const Operand& o : node.operands) mix(o.mark), mix(o.mark == kPlain ? size_t{llvm::hash_value(o.value)} : 0);
  const auto alike = [&](const Node& other) {
    const ir::Instruction& j = other.inst;
    if (j.op != i.op || j.width != i.width || j.index != i.index || j.lanes != i.lanes || j.format != i.format ||
        j.to_format != i.to_format || j.rounding != i.rounding || other.operands.size() != node.operands.size())
      return false;
    for (size_t n = 0; n < node.operands.size(); ++n) {
      const Operand &a = node.operands[n], &b = other.operands[n];
      if (a.mark != b.mark || a.value.getBitWidth() != b.value.getBitWidth() || a.value != b.value) return false;
    }
    return true;
  };
  const auto [begin, end] = computed_.equal_range(hash);
  for (auto one = begin; one != end; ++one)
    if (alike(at(one->second))) return one->second;
  const Mark mark = add(std::move(node));
  computed_.emplace(hash, mark);
  return mark;
}

std::vector<Mark> Recorder::input(uint32_t argument, std::vector<int64_t> place, unsigned bytes, FloatFormat format,
                                  bool is_signed) {
  Node node;
  node.kind = Node::input;
  node.is_signed = is_signed;
  node.argument = argument, node.place = std::move(place), node.width = 8 * bytes, node.format = format;
  std::vector<Mark> marks(bytes);
  split(add(std::move(node)), marks);
  return marks;
}

Mark Recorder::undefined(uint32_t width) {
  Node node;
  node.width = width;
  return add(std::move(node));
}

Mark Recorder::compute(const ir::Function& function, const ir::Instruction& inst, std::span<const APInt> operands,
                       std::span<const Mark> marks, const APInt& result) {
  // How registers are cleared, whatever is in them.
  if ((inst.op == Op::bit_xor || inst.op == Op::sub) && marks[0] == marks[1]) return kPlain;
  if (inst.lanes > 1 || inst.op == Op::splat) {
    std::vector<Operand> all;
    for (size_t n = 0; n < operands.size(); ++n) all.push_back({marks[n], operands[n]});
    if (const auto made = by_lanes(function, inst, all, result)) return *made;
  }
  if (inst.op == Op::extract && inst.lanes == 1 && marks[0] != kPlain)
    if (const auto part = extracted(marks[0], inst.index, inst.width)) return *part;
  if (inst.op == Op::select && inst.lanes == 1 && marks[0] == kPlain) return marks[operands[0].getBoolValue() ? 1 : 2];
  // A value is what it is, whatever the data are. (Numbers that are no numbers are left out of account.)
  if (inst.op == Op::eq && inst.lanes == 1 && marks[0] == marks[1]) return kPlain;
  Node node;
  node.kind = Node::computed;
  node.inst = inst;
  node.width = inst.width;
  node.value = result;
  for (size_t n = 0; n < operands.size(); ++n) node.operands.push_back({marks[n], operands[n]});
  if (inst.op == Op::shuffle) return add(std::move(node));  // its mask stands in the function
  return add_computed(std::move(node));
}

// Bits of a value that was put together from others; no value: it was not, or in other parts.
std::optional<Mark> Recorder::extracted(Mark whole, unsigned low, unsigned width) {
  const Node& n = at(whole);
  if (low == 0 && width == n.width) return whole;
  std::vector<Operand> pieces = n.operands;
  if (n.kind == Node::computed && n.inst.lanes == 1 && (n.inst.op == Op::lshr || n.inst.op == Op::ashr) &&
      pieces[0].mark != kPlain && pieces[1].mark == kPlain && pieces[1].value.ult(n.width)) {
    const auto from = low + static_cast<unsigned>(pieces[1].value.getZExtValue());
    return from + width <= n.width ? extracted(pieces[0].mark, from, width) : std::nullopt;
  }
  if (n.kind == Node::computed && n.inst.lanes == 1 && (n.inst.op == Op::zext || n.inst.op == Op::sext)) {
    const unsigned below = pieces[0].value.getBitWidth();
    if (low == 0 && width == below) return pieces[0].mark;
    if (low + width <= below) return extracted(pieces[0].mark, low, width);
    return n.inst.op == Op::zext && low >= below ? std::optional(kPlain) : std::nullopt;
  }
  // Of whole registers between which a branch has chosen. (A byte of a whole number stays one of what was chosen, which
  // may be a limited number.)
  if (width == 8 && low == 0 && n.width >= 32 && n.kind == Node::computed && n.inst.op == Op::select)
    return std::nullopt;
  if (n.kind == Node::computed && n.inst.lanes == 1 && n.inst.op == Op::select) {
    const Operand condition = pieces[0], yes = slice(pieces[1], low, width), no = slice(pieces[2], low, width);
    if (yes.mark == no.mark && (yes.mark != kPlain || yes.value == no.value)) return yes.mark;
    Node chosen;
    chosen.kind = Node::computed;
    chosen.inst.op = Op::select;
    chosen.inst.width = chosen.width = width;
    chosen.value = condition.value.getBoolValue() ? yes.value : no.value;
    chosen.operands = {condition, yes, no};
    return add_computed(std::move(chosen));
  }
  if (n.kind == Node::computed && n.inst.op == Op::concat && n.inst.lanes == 1)
    std::swap(pieces[0], pieces[1]);
  else if (n.kind != Node::joined)
    return std::nullopt;
  std::vector<APInt> values;
  std::vector<Mark> marks;
  unsigned begin = 0;
  for (const Operand& piece : pieces) {
    const unsigned bits = piece.value.getBitWidth();
    if (begin == low && bits == width) return piece.mark;
    if (begin <= low && low + width <= begin + bits)
      return piece.mark == kPlain ? std::optional(kPlain) : extracted(piece.mark, low - begin, width);
    if (begin >= low && begin + bits <= low + width) {
      values.push_back(piece.value);
      marks.push_back(piece.mark);
    }
    begin += bits;
  }
  unsigned found = 0;
  for (const APInt& value : values) found += value.getBitWidth();
  if (found != width) return std::nullopt;
  return std::ranges::all_of(marks, [](Mark m) { return m == kPlain; }) ? kPlain : join(values, marks);
}

// The bytes of one value in their order are that value.
Mark Recorder::join(std::span<const APInt> pieces, std::span<const Mark> marks) {
  if (marks[0] != kPlain && at(marks[0]).kind == Node::byte) {
    const Mark whole = at(marks[0]).operands[0].mark;
    const unsigned low = at(marks[0]).low;
    bool same = true;
    for (size_t n = 0; n < pieces.size() && same; ++n)
      same = marks[n] != kPlain && at(marks[n]).kind == Node::byte && at(marks[n]).operands[0].mark == whole &&
             at(marks[n]).low == low + 8 * n;
    if (same && low == 0 && at(whole).width == 8 * pieces.size()) return whole;
    if (same)
      if (const auto part = extracted(whole, low, static_cast<unsigned>(8 * pieces.size()))) return *part;
  }
  Node node;
  node.kind = Node::joined;
  for (size_t n = 0; n < pieces.size(); ++n) {
    node.operands.push_back({marks[n], pieces[n]});
    node.width += pieces[n].getBitWidth();
  }
  return add(std::move(node));
}

void Recorder::split(Mark mark, std::span<Mark> bytes) {
  for (size_t n = 0; n < bytes.size(); ++n) {
    Node node;
    node.kind = Node::byte;
    node.operands = {{mark, APInt(1, 0)}};
    node.low = static_cast<unsigned>(8 * n), node.width = 8;
    bytes[n] = add(std::move(node));
  }
}

// An address that is one or another by conditions, and by nothing else that depends on data.
std::optional<simt::Observer::Choices> Recorder::choices(Mark mark) {
  constexpr size_t kMost = 4;
  std::set<Mark> conditions, seen;
  std::vector<Mark> open = {mark};
  while (!open.empty()) {
    const Mark one = open.back();
    open.pop_back();
    if (one == kPlain || !seen.insert(one).second) continue;
    const Node& n = at(one);
    if (n.kind == Node::input || n.kind == Node::unknown) return std::nullopt;
    if (n.kind == Node::computed && n.width == 1) {
      if (conditions.insert(one).second && conditions.size() > kMost) return std::nullopt;
      continue;
    }
    for (const Operand& o : n.operands) open.push_back(o.mark);
  }
  Choices made;
  for (const Mark one : conditions) {
    made.conditions.push_back(one);
    made.holds.push_back(at(one).value.getBoolValue());
  }
  for (size_t bits = 0; bits < size_t{1} << made.conditions.size(); ++bits) {
    std::unordered_map<Mark, APInt> given;
    for (size_t c = 0; c < made.conditions.size(); ++c) given.emplace(made.conditions[c], APInt(1, bits >> c & 1));
    auto address = evaluated(mark, std::move(given));
    if (!address) return std::nullopt;
    made.values.push_back(std::move(*address));
  }
  return made;
}

}  // namespace portolan::lifting
