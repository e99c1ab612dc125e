#include "frontends/amdgcn/code_lifter.h"

#include <fmt/format.h>

#include "frontends/amdgcn/row.h"

namespace portolan::amdgcn {
namespace {

constexpr size_t kMostInstructions = 200'000;

bool ends_code(std::string_view name) {
  return name == "s_branch" || name == "s_endpgm" || name == "s_endpgm_saved" || name == "s_setpc_b64";
}
bool is_branch(std::string_view name) {
  return name == "s_branch" || name.starts_with("s_cbranch_");
}
// In words of four bytes, from the next instruction; sixteen bits with a sign.
std::optional<int64_t> branch_words(const Instruction& i) {
  if (i.operands.size() != 1 || i.operands[0].kind != Operand::integer) return std::nullopt;
  return static_cast<int16_t>(i.operands[0].value);
}

}  // namespace

CodeLifter::CodeLifter(Processor processor, const Entry& entry, std::string name, std::string file, bool single)
    : processor_(processor), entry_(entry), file_(std::move(file)), single_(single), disassembler_(processor) {
  out_.code.name = std::move(name);
  out_.slots = slot_widths();
}

bool CodeLifter::fail(uint64_t offset, std::string reason) {
  if (!refusal_)
    refusal_ = error_at({file_, 0, 0}, fmt::format("{}, offset {:#x}: {}", out_.code.name, offset, std::move(reason)));
  return false;
}

void CodeLifter::refuse(const Instruction& text, std::string reason) {
  fail(at_, fmt::format("'{}': {}", text.text, std::move(reason)));
}

std::optional<uint64_t> CodeLifter::offset_of(int64_t words) const {
  const int64_t to = static_cast<int64_t>(next_) + 4 * words;
  if (to < 0 || static_cast<uint64_t>(to) >= entry_.code.size()) return std::nullopt;
  return static_cast<uint64_t>(to);
}

// Where a branch does not reach, LLVM writes s_getpc_b64, s_add_u32 and s_addc_u32 of constants, and s_setpc_b64, all
// on one pair of registers. The jump at `at` ends these four; what is added is a distance known by then.
std::optional<CodeLifter::Far> CodeLifter::far_jump(uint64_t at) const {
  std::vector<const Instruction*> all;
  uint64_t begin = at, second = at;
  for (auto line = lines_.find(at); all.size() < 4; --line) {
    if (line->second.parts.size() != 1 || (!all.empty() && line->first + line->second.size != begin))
      return std::nullopt;
    second = begin;
    begin = line->first;
    all.insert(all.begin(), &line->second.parts[0]);
    if (line == lines_.begin()) break;
  }
  constexpr std::string_view kNames[] = {"s_getpc_b64", "s_add_u32", "s_addc_u32", "s_setpc_b64"};
  if (all.size() != 4) return std::nullopt;
  for (size_t n = 0; n < 4; ++n)
    if (all[n]->name != kNames[n]) return std::nullopt;
  auto is_register = [](const Instruction& i, size_t operand, uint32_t first, uint32_t count) {
    const Operand& o = i.operands[operand];
    return o.kind == Operand::scalar && o.first == first && o.count == count;
  };
  if (all[0]->operands.size() != 1 || all[3]->operands.size() != 1) return std::nullopt;
  const uint32_t low = all[0]->operands[0].first;
  uint64_t distance = 0;
  for (size_t n : {1, 2}) {
    const Instruction& sum = *all[n];
    const uint32_t part = low + static_cast<uint32_t>(n) - 1;
    if (sum.operands.size() != 3 || !is_register(sum, 0, part, 1) || !is_register(sum, 1, part, 1) ||
        sum.operands[2].kind != Operand::integer)
      return std::nullopt;
    distance |= static_cast<uint64_t>(static_cast<uint32_t>(sum.operands[2].value)) << (32 * (n - 1));
  }
  if (!is_register(*all[0], 0, low, 2) || !is_register(*all[3], 0, low, 2)) return std::nullopt;
  const uint64_t to = second + distance;  // s_getpc_b64 gives the address behind it
  if (to >= entry_.code.size()) return std::nullopt;
  return Far{begin, to};
}

// Reads what control flow reaches; every target of a branch begins a block.
bool CodeLifter::discover() {
  std::vector<uint64_t> open = {entry_.offset};
  auto begin_block = [&](uint64_t offset) {
    if (blocks_.try_emplace(offset, ir::kNoBlock).second) open.push_back(offset);
  };
  blocks_.emplace(entry_.offset, ir::kNoBlock);
  while (!open.empty()) {
    uint64_t at = open.back();
    open.pop_back();
    while (!lines_.contains(at)) {
      if (lines_.size() > kMostInstructions) return fail(at, "the code is too long");
      if (at >= entry_.code.size()) return fail(at, "control goes beyond the code");
      const Disassembler::Line line = disassembler_.read(entry_.code.subspan(at));
      std::vector<Instruction> parts = parse_line(line.text);
      if (line.size == 0 || parts.empty()) return fail(at, "these bytes are no instruction");
      next_ = at + line.size;
      const Instruction first = parts[0];
      lines_[at] = {line.size, std::move(parts)};
      if (single_) return true;
      if (is_branch(first.name)) {
        const std::optional<int64_t> words = branch_words(first);
        const std::optional<uint64_t> to = words ? offset_of(*words) : std::nullopt;
        if (!to) return fail(at, fmt::format("'{}' leaves the code", first.text));
        begin_block(*to);
        if (first.name != "s_branch") begin_block(next_);
      }
      if (first.name == "s_setpc_b64")
        if (const std::optional<Far> far = far_jump(at)) {
          far_[at] = *far;
          begin_block(far->target);
        }
      if (ends_code(first.name)) break;
      at = next_;
    }
  }
  // Whoever comes into the middle of one has other registers.
  std::erase_if(far_, [&](const auto& jump) {
    return blocks_.upper_bound(jump.second.begin) != blocks_.upper_bound(jump.first);
  });
  return true;
}

void CodeLifter::end(Builder& b, Op op, std::initializer_list<ir::BlockId> targets, ValueId bit) {
  ir::Terminator t;
  t.op = op;
  t.line = static_cast<uint32_t>(at_);
  for (ir::BlockId to : targets) t.edges.push_back({to, {}});
  if (bit != ir::kNoValue) t.operands = {bit};
  out_.code.blocks[b.block()].terminator = std::move(t);
}

// A single instruction ends by saying where control goes.
ir::BlockId CodeLifter::target(int64_t words) {
  if (!single_) return blocks_.at(*offset_of(words));
  const ir::BlockId block = new_block();
  Builder b(out_.code, block);
  b.set_slot(kPc, b.signed_constant(64, static_cast<int64_t>(next_) + 4 * words));
  end(b, Op::ret, {});
  return block;
}

void CodeLifter::go(Builder& b, int64_t words) {
  end(b, Op::jump, {target(words)});
  ended_ = true;
}

bool CodeLifter::go_far(Builder& b) {
  const auto far = far_.find(at_);
  if (far == far_.end()) return false;
  end(b, Op::jump, {blocks_.at(far->second.target)});
  ended_ = true;
  return true;
}

void CodeLifter::branch(Builder& b, ValueId bit, int64_t words) {
  const ir::BlockId there = target(words), here = target(0);
  end(b, Op::branch, {there, here}, bit);
  ended_ = true;
}

void CodeLifter::finish(Builder& b) {
  end(b, Op::ret, {});
  ended_ = true;
}

void CodeLifter::lift_line(Builder& b, const Line& line) {
  b.set_line(static_cast<uint32_t>(at_));
  const bool dual = line.parts.size() > 1;
  Insn::Pending pending;
  for (const Instruction& part : line.parts) {
    Instruction plain = part;
    if (dual && plain.name.starts_with("v_dual_")) plain.name.erase(2, 5);
    const Row* row = find_row(plain.name);
    if (!row) return refuse(part, "this instruction is not known");
    if (!row->lift) return refuse(part, fmt::format("not supported{}{}", row->note.empty() ? "" : ": ", row->note));
    Insn x(*this, plain, b, dual ? &pending : nullptr);
    row->lift(x);
    if (!refusal_) x.refuse_unused();
    if (refusal_) return;
  }
  for (const auto& [slot, value] : pending) b.set_slot(slot, value);
}

Expected<LiftedCode> CodeLifter::run(const Prologue& prologue) {
  out_.code.add_block();
  if (!discover()) return *refusal_;
  for (auto& [offset, block] : blocks_) block = new_block();
  Builder b(out_.code, 0);
  if (prologue)
    if (std::optional<std::string> reason = prologue(b)) {
      fail(entry_.offset, *std::move(reason));
      return *refusal_;
    }
  end(b, Op::jump, {blocks_.at(entry_.offset)});
  ended_ = true;
  for (const auto& [offset, line] : lines_) {
    at_ = offset;
    next_ = offset + line.size;
    if (const auto starts = blocks_.find(offset); starts != blocks_.end()) {
      if (!ended_) end(b, Op::jump, {starts->second});
      b.set_block(starts->second);
    }
    ended_ = false;
    lift_line(b, line);
    if (refusal_) return *refusal_;
    if (single_ && !ended_) go(b, 0);
  }
  out_.instructions = lines_.size();
  for (const auto& [offset, line] : lines_) {
    if (!line.parts[0].name.starts_with("v_")) continue;
    out_.arithmetic.resize(std::max<size_t>(out_.arithmetic.size(), offset / 4 + 1));
    out_.arithmetic[offset / 4] = true;
  }
  return std::move(out_);
}

Expected<LiftedCode> lift(Processor processor, const Entry& entry, const std::string& name, const std::string& file) {
  return CodeLifter(processor, entry, name, file, false).run();
}

Expected<LiftedCode> lift_instruction(Processor processor, std::span<const uint8_t> bytes) {
  return CodeLifter(processor, {bytes, 0, 0}, "instruction", "", true).run();
}

}  // namespace portolan::amdgcn
