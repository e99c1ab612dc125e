// A branch that depends on data, for observers that want both ways: each way is run from the branch to where they meet
// again, and what they leave behind is one value or the other by the branch's condition.
#include <algorithm>

#include "emulate/simt/block.h"
#include "ir/cfg.h"

namespace portolan::simt {

using ir::BlockId;
using ir::Op;

namespace {

constexpr unsigned kMostWithin = 12;  // branches within one another: loops that end by data end the run there

// For each block the first one that all ways from it to the function's end lead through; kNoBlock: none.
std::vector<BlockId> meetings_of(const ir::Function& f) {
  const size_t count = f.blocks.size();
  // after[b]: blocks that every way from b to an end goes through, b itself among them.
  std::vector<std::vector<bool>> after(count, std::vector<bool>(count, true));
  const std::vector<BlockId> order = ir::reverse_post_order(f);
  for (bool changed = true; changed;) {
    changed = false;
    for (auto b = order.rbegin(); b != order.rend(); ++b) {
      const std::vector<ir::Edge>& edges = f.blocks[*b].terminator.edges;
      std::vector<bool> now(count, !edges.empty());
      for (const ir::Edge& edge : edges)
        for (size_t n = 0; n < count; ++n) now[n] = now[n] && after[edge.target][n];
      now[*b] = true;
      changed |= now != after[*b];
      after[*b] = std::move(now);
    }
  }
  // The nearest is the one behind which most of the others lie.
  const auto size = [&](size_t n) { return std::ranges::count(after[n], true); };
  std::vector<BlockId> meetings(count, ir::kNoBlock);
  for (size_t b = 0; b < count; ++b)
    for (size_t n = 0; n < count; ++n)
      if (n != b && after[b][n] && (meetings[b] == ir::kNoBlock || size(n) > size(meetings[b])))
        meetings[b] = static_cast<BlockId>(n);
  return meetings;
}

Mark either(Mark mark, uint32_t width, Observer& observer) {
  return mark == kUnset ? observer.undefined(width) : mark;
}

}  // namespace

BlockId Grid::meeting(const Code& code, BlockId branch) {
  const auto [found, is_new] = meetings_.try_emplace(&code);
  if (is_new) found->second = meetings_of(*code.function);
  return found->second[branch];
}

void Written::note(Allocation& allocation, uint64_t offset, uint64_t size) {
  Piece piece{&allocation, offset, {}, {}, {}};
  const auto copy = [&](const auto& from, auto& to) {
    to.assign(from.begin() + static_cast<ptrdiff_t>(offset), from.begin() + static_cast<ptrdiff_t>(offset + size));
  };
  copy(allocation.bytes, piece.bytes);
  copy(allocation.written, piece.written);
  if (allocation.marks.empty())
    piece.marks.assign(size, kPlain);
  else
    copy(allocation.marks, piece.marks);
  pieces.push_back(std::move(piece));
}

// What stands there now, and back to what stood there before.
std::vector<Written::Piece> Written::undo() {
  std::vector<Piece> now;
  for (const Piece& piece : pieces) {
    Written there;
    there.note(*piece.allocation, piece.offset, piece.bytes.size());
    now.push_back(std::move(there.pieces[0]));
  }
  for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece) put(*piece);
  return now;
}

void Written::put(const Piece& piece) {
  Allocation& a = *piece.allocation;
  const auto at = static_cast<ptrdiff_t>(piece.offset);
  std::ranges::copy(piece.bytes, a.bytes.begin() + at);
  std::ranges::copy(piece.written, a.written.begin() + at);
  if (a.marks.empty()) a.marks.resize(a.bytes.size(), kPlain);
  std::ranges::copy(piece.marks, a.marks.begin() + at);
}

// One thread alone, up to where `meet` begins. False: it needs others, or something is wrong.
bool Block::walk(Thread& thread, size_t depth, BlockId meet) {
  uint64_t used = 0;
  while (true) {
    if (thread.state == State::done) return meet == ir::kNoBlock;
    if (thread.state != State::ready || thread.frames.size() < depth) return false;
    Frame& frame = thread.frame();
    if (thread.frames.size() == depth && frame.block == meet && !frame.begun) return true;
    const std::vector<ir::ValueId>& instructions = frame.code->function->blocks[frame.block].instructions;
    if (!frame.begun) {
      if (!begin(thread, frame.block, used)) return false;
      frame.begun = true;
    }
    if (frame.next == instructions.size()) {
      if (!leave(thread)) return false;
      continue;
    }
    const ir::ValueId id = instructions[frame.next++];
    const size_t level = thread.frames.size() - 1;
    if (supposed_ && reads_nothing(thread, id)) continue;
    if (!execute(thread, id) || !observe(thread, level, id)) return false;
  }
}

// On a way that these data do not take an address may be anything: what is read there is not known.
bool Block::reads_nothing(Thread& thread, ir::ValueId id) {
  Frame& frame = thread.frame();
  const ir::Instruction& inst = (*frame.code->function)[id];
  if (inst.op != Op::load) return false;
  const uint64_t address = frame.values[inst.operands[0]].getZExtValue();
  bool shared = false;
  const bool there = find(thread, address, inst.width / 8, inst.line, shared).allocation != nullptr &&
                     address % std::max<uint64_t>(1, inst.alignment) == 0;
  if (there && frame.value_marks[inst.operands[0]] == kPlain) return false;
  frame.values[id] = llvm::APInt(inst.width, 0);
  frame.value_marks[id] = grid_.launch.observer->undefined(inst.width);
  return true;
}

bool Block::both_ways(Thread& thread, const ir::Terminator& t) {
  const uint32_t line = t.line != 0 ? t.line : thread.frame().line;
  const size_t depth = thread.frames.size();
  const BlockId meet = grid_.meeting(*thread.frame().code, thread.frame().block);
  if (ways_ >= kMostWithin || (meet == ir::kNoBlock && depth > 1)) return depends(thread, line, "control");
  const Mark mark = thread.frame().value_marks[t.operands[0]];
  const llvm::APInt condition = thread.frame().values[t.operands[0]];
  const bool taken = condition.getBoolValue();
  const Thread before = thread;
  const size_t findings = grid_.outcome.findings.size();
  Written* outer = written_;
  Written other, own;
  ++ways_, ++supposed_, written_ = &other;
  follow(thread, t.edges[taken ? 1 : 0]);
  const bool other_meets = walk(thread, depth, meet);
  --supposed_;
  const Frame there = thread.frame();
  const std::vector<Written::Piece> left = other.undo();
  Allocation local = std::move(thread.local);
  thread = before;
  thread.local = std::move(local);
  written_ = &own;
  if (!other_meets) {
    grid_.outcome.findings.resize(std::min(findings, grid_.outcome.findings.size()));
    ended_ = false;
    return depends(thread, line, "control");
  }
  follow(thread, t.edges[taken ? 0 : 1]);
  const bool own_meets = walk(thread, depth, meet);
  --ways_, written_ = outer;
  if (!own_meets) return ended_ ? false : depends(thread, line, "control");
  if (outer)
    for (const Written* one : {&other, &own})
      outer->pieces.insert(outer->pieces.end(), one->pieces.begin(), one->pieces.end());
  const auto chosen = [&](const llvm::APInt& here, Mark mark_here, const llvm::APInt& else_, Mark mark_else) {
    if (mark_here == mark_else && (mark_here != kPlain || here == else_)) return mark_here;
    Observer& observer = *grid_.launch.observer;
    const Mark a = either(mark_here, here.getBitWidth(), observer), b = either(mark_else, here.getBitWidth(), observer);
    const llvm::APInt operands[] = {condition, taken ? here : else_, taken ? else_ : here};
    const Mark marks[] = {mark, taken ? a : b, taken ? b : a};
    return computed(Op::select, operands, marks, here);
  };
  Frame& frame = thread.frame();
  if (thread.state != State::done) {
    for (size_t s = 0; s < frame.slots.size(); ++s)
      frame.slot_marks[s] = chosen(frame.slots[s], frame.slot_marks[s], there.slots[s], there.slot_marks[s]);
    for (ir::ValueId v : frame.code->function->blocks[meet].parameters)
      frame.value_marks[v] = chosen(frame.values[v], frame.value_marks[v], there.values[v], there.value_marks[v]);
  }
  return join_written(thread, line, own, other, left, chosen);
}

// Whatever either way wrote, access by access.
bool Block::join_written(Thread& thread, uint32_t line, const Written& own, const Written& other,
                         const std::vector<Written::Piece>& left,
                         const std::function<Mark(const llvm::APInt&, Mark, const llvm::APInt&, Mark)>& chosen) {
  std::vector<const Written::Piece*> places;  // as they were before
  for (const Written* one : {&own, &other})
    for (const Written::Piece& piece : one->pieces) {
      bool known = false;
      for (const Written::Piece* p : places) {
        if (p->allocation != piece.allocation || p->offset >= piece.offset + piece.bytes.size() ||
            piece.offset >= p->offset + p->bytes.size())
          continue;
        if (p->offset != piece.offset || p->bytes.size() != piece.bytes.size())
          return depends(thread, line, "what is written in parts");
        known = true;
      }
      if (!known) places.push_back(&piece);
    }
  const auto value_of = [](const std::vector<uint8_t>& bytes) {
    llvm::APInt value(static_cast<unsigned>(8 * bytes.size()), 0);
    for (size_t n = 0; n < bytes.size(); ++n) value.insertBits(llvm::APInt(8, bytes[n]), static_cast<unsigned>(8 * n));
    return value;
  };
  for (const Written::Piece* p : places) {
    // The last that the other way left there; else what was there before, which either list has.
    const Written::Piece* elsewhere = p;
    for (const Written::Piece& one : left)
      if (one.allocation == p->allocation && one.offset == p->offset) elsewhere = &one;
    Written now;
    now.note(*p->allocation, p->offset, p->bytes.size());
    const llvm::APInt here = value_of(now.pieces[0].bytes), otherwise = value_of(elsewhere->bytes);
    const Mark mark =
        chosen(here, loaded(*p->allocation, p->offset, here), otherwise, joined(elsewhere->marks, otherwise));
    stored(*p->allocation, p->offset, p->bytes.size(), mark);
  }
  return true;
}

}  // namespace portolan::simt
