#include "verify/prove/executor.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "verify/terms/domain.h"
#include "verify/terms/rewrite.h"

namespace portolan::prove {

using ir::Instruction;
using ir::Op;
using terms::APInt;
using verify::BoundaryValue;
using verify::Place;

namespace {

constexpr uint64_t kMostTableEntries = 1024;

Term signed_constant(terms::Pool& pool, int64_t value) {
  return pool.constant(APInt(64, static_cast<uint64_t>(value), true));
}

}  // namespace

// RISC-V keeps integers of 32 bits sign-extended whatever their sign, narrower ones extended by their sign to 32 first,
// and boxes floats (psABI, "Integer Calling Convention"). The other two leave what is above open.
Term in_register(terms::Pool& pool, Isa isa, const BoundaryValue& value, Term bits, unsigned width, Term above) {
  const unsigned n = pool.width(bits);
  if (n >= width) return pool.extract(bits, 0, width);
  if (isa == Isa::riscv64 && value.kind == BoundaryValue::Kind::floating)
    return pool.concat(pool.constant(APInt::getAllOnes(width - n)), bits);
  if (isa == Isa::riscv64 && value.whole) {
    if (n < 32 && !value.is_signed) return pool.zext(bits, width);
    return pool.sext(bits, width);
  }
  return pool.concat(pool.extract(above, 0, width - n), bits);
}

Executor::Executor(terms::Pool& pool, const Side& side, Symbols& symbols, FrameLayout frame)
    : pool_(pool), side_(side), symbols_(symbols), frame_(std::move(frame)), values_(side.function().values.size()) {}

Term Executor::base() const {
  return pool_.add(frame_.variable, signed_constant(pool_, frame_.displacement));
}

void Executor::survey(FrameSurvey* survey, const State& entry) {
  survey_ = survey;
  const assembly::Machine& machine = side_.machine();
  for (const Slot s : machine.callee_saved) entry_values_.push_back(entry.slots[s]);
  for (const Slot s : machine.callee_saved_low_half) entry_values_.push_back(pool_.extract(entry.slots[s], 0, 64));
  if (machine.return_address != assembly::kNoSlot) entry_values_.push_back(entry.slots[machine.return_address]);
}

void Executor::fail(std::string reason, std::string detail) {
  if (!failure_) failure_ = Failure{std::move(reason), std::move(detail)};
}

Term Executor::fresh(Thread& thread, std::string_view what, unsigned width) {
  return pool_.variable(fmt::format("{}:{}{}:{}@{}", owner(), what, thread.path.undefined++, width, segment_), width);
}

Term Executor::frame_bytes(State& state, int64_t offset, unsigned bytes) {
  frame_accesses_.emplace(offset, bytes);
  std::vector<Term> parts;
  for (unsigned n = 0; n < bytes; ++n) {
    auto [at, missing] = state.frame.emplace(offset + n, Term{});
    if (missing)
      at->second = pool_.variable(fmt::format("{}:frame{:+}.{}@{}", owner(), offset + n, state.forgotten, segment_), 8);
    parts.push_back(at->second);
  }
  return pool_.join(parts);
}

void Executor::set_frame_bytes(State& state, int64_t offset, Term value) {
  frame_accesses_.emplace(offset, pool_.width(value) / 8);
  for (unsigned n = 0; 8 * n < pool_.width(value); ++n) state.frame[offset + n] = pool_.extract(value, 8 * n, 8);
}

bool Executor::falls_apart(int64_t offset, unsigned bytes) const {
  const int64_t end = offset + bytes;
  constexpr int64_t kMostBytes = 64;  // of one access
  bool begins_within = false;
  for (auto at = frame_accesses_.lower_bound({offset - kMostBytes, 0}); at != frame_accesses_.end(); ++at) {
    if (at->first >= end) break;
    if (at->first <= offset && at->first + at->second >= end) return false;
    begins_within = begins_within || at->first > offset;
  }
  return begins_within;
}

// AMD64 psABI 3.2.2: 128 bytes below rsp are the function's own; the other two conventions have no such zone.
std::optional<int64_t> Executor::stack_end(const State& state) const {
  const auto pointer = constant_offset(state.slots[side_.machine().stack_pointer]);
  if (!pointer) return std::nullopt;  // a dynamic frame, whose accesses are computed ones
  return *pointer - (side_.isa() == Isa::x86_64 ? 128 : 0);
}

void Executor::note_access(Thread& thread, int64_t offset) {
  thread.lowest_access = std::min(thread.lowest_access.value_or(offset), offset);
}

void Executor::look_at_stack(const State& state) {
  if (survey_ == nullptr) return;
  const auto pointer = constant_offset(state.slots[side_.machine().stack_pointer]);
  survey_->stack = std::min(survey_->stack, pointer.value_or(0));
  if (!pointer) survey_->moves = survey_->escapes = true;
}

void Executor::begin_instruction(Thread& thread, uint32_t line) {
  look_at_stack(thread.path.state);
  const auto end = stack_end(thread.path.state);
  if (thread.lowest_access && end && thread.stack_before &&
      *thread.lowest_access < std::min(*end, *thread.stack_before))
    fail("unsupported",
         fmt::format("{}:{}: an access below the stack pointer", side_.index().unit().file, thread.path.line));
  thread.lowest_access.reset();
  thread.stack_before = end;
  if (line != 0) thread.path.line = line;
}

bool Executor::is_harmful(const Thread& thread, const Access& access, std::optional<int64_t> frame_offset) {
  auto says = [&](std::string_view what) {
    fail("unsupported", fmt::format("{}:{}: {}", side_.index().unit().file, access.line, what));
    return true;
  };
  if ((frame_offset || mentions_base(access.address)) && side_.isa() == Isa::aarch64 && thread.stack_before &&
      *thread.stack_before % 16 != 0)  // Arm ARM D1.3.8: it faults where SCTLR_EL1.SA0 is set, as Linux does
    return says("the stack is accessed while sp is no multiple of 16");
  if (frame_offset && *frame_offset % static_cast<int64_t>(access.alignment.bytes) != 0)
    return says("an access of the frame that is not aligned as it has to be");
  // What a caller has above the stack arguments is its own.
  if (frame_offset && access.write && *frame_offset + access.bytes > 8 * int64_t{side_.stack_arguments()})
    return says("a write into the caller's frame");
  if (!frame_offset && symbols_.is_code(pool_.linear(access.address))) return says("code is accessed as data");
  return false;
}

Term Executor::read(Thread& thread, Term address, unsigned width, uint32_t line, Alignment alignment) {
  const unsigned bytes = width / 8;
  if (is_harmful(thread, {address, bytes, false, line, alignment}, frame_offset(address)))
    return fresh(thread, "unknown", width);
  show(thread, address, frame_offset(address));
  if (const auto offset = frame_offset(address)) {
    note_access(thread, *offset);
    if (survey_ != nullptr) survey_->low = std::min(survey_->low, *offset);
    return frame_bytes(thread.path.state, *offset, bytes);
  }
  if (mentions_base(address)) {
    if (!computed(address, "a read", line)) return fresh(thread, "unknown", width);
    if (const auto offset = constant_offset(address)) note_access(thread, *offset);
    return pool_.load(thread.path.state.memory, address, width);
  }
  const terms::Linear form = pool_.linear(address);
  if (const auto constant = symbols_.constant_data(side_.which(), form, bytes)) return *constant;
  thread.path.accesses.push_back({address, bytes, false, line, alignment, calls_before(thread)});
  if (is_secret(line, false)) return fresh(thread, "secret", width);
  if (symbols_.constant_table(form)) return pool_.load(symbols_.constants(form), address, width);
  return read_shared(thread, address, width, line);
}

void Executor::store(Thread& thread, Term address, Term value, uint32_t line, Alignment alignment) {
  if (is_harmful(thread, {address, pool_.width(value) / 8, true, line, alignment}, frame_offset(address))) return;
  show(thread, address, frame_offset(address));
  if (const auto offset = frame_offset(address)) {
    note_access(thread, *offset);
    if (survey_ != nullptr) {
      survey_->low = std::min(survey_->low, *offset);
      if (std::find(entry_values_.begin(), entry_values_.end(), value) != entry_values_.end())
        survey_->saved.emplace(*offset, pool_.width(value) / 8);
    }
    return set_frame_bytes(thread.path.state, *offset, value);
  }
  if (mentions_base(value)) {
    if (survey_ != nullptr) survey_->escapes = true;
    if (!computed(value, "the address", line)) return;
  }
  if (mentions_base(address)) {
    if (!computed(address, "a write", line)) return;
    if (const auto offset = constant_offset(address)) note_access(thread, *offset);
    thread.path.state.memory = pool_.store(thread.path.state.memory, address, value);
    return;
  }
  thread.path.accesses.push_back({address, pool_.width(value) / 8, true, line, alignment, calls_before(thread)});
  note_event(thread, {Event::Kind::write, line, address, value, pool_.width(value)});
  if (is_secret(line, true)) return;
  thread.path.state.memory = pool_.store(thread.path.state.memory, address, value);
}

bool Executor::instruction(Thread& thread, ValueId v) {
  const ir::Function& f = side_.function();
  const Instruction& i = f[v];
  State& state = thread.path.state;
  if (i.line != thread.path.line && i.line != 0) begin_instruction(thread, i.line);
  auto operand = [&](unsigned n) { return values_[i.operands[n]]; };
  switch (i.op) {
    case Op::get_slot:
      values_[v] = state.slots[i.index];
      break;
    case Op::set_slot:
      state.slots[i.index] = operand(0);
      break;
    case Op::undef:
      values_[v] = fresh(thread, "undefined", i.width);
      break;
    case Op::symbol_address:
      values_[v] = symbols_.address(side_.which(), f.symbols[i.index]);
      break;
    case Op::thread_pointer:
      values_[v] = pool_.variable("thread_pointer", 64);
      break;
    case Op::load:
      values_[v] = read(thread, operand(0), i.width, i.line, alignment_of(i));
      break;
    case Op::store:
      store(thread, operand(0), operand(1), i.line, alignment_of(i));
      break;
    case Op::atomic_rmw:
    case Op::atomic_cas:
      values_[v] = exchange(thread, i);
      break;
    case Op::fence:
      note_event(thread, {Event::Kind::fence, i.line, {}, {}, 0});
      break;
    case Op::call:
      call(thread, i.index, i.operands.empty() ? Term{} : operand(0), i.line);
      if (const verify::Boundary* callee = side_.boundary_of(f.calls[i.index]); callee && callee->noreturn) {
        finish(thread, End::trapped);
        return false;
      }
      break;
    case Op::trap_if: {
      const Term condition = operand(0);
      const auto known = decided(thread, condition);
      if (known != false) {
        Thread trapped = thread;
        if (!known) trapped.path.conditions.push_back(condition);
        finish(std::move(trapped), End::trapped);
      }
      if (known == true) return false;
      if (!known) {
        thread.path.conditions.push_back(pool_.bit_not(condition));
        thread.known.emplace_back(condition, false);
      }
      break;
    }
    default: {
      if (info(i.op).effects != ir::Effects::Pure) {
        fail("unsupported", fmt::format("'{}' in line {} has no proof rule", info(i.op).name, i.line));
        return false;
      }
      std::vector<Term> operands;
      for (const ValueId o : i.operands) operands.push_back(values_[o]);
      if (limits_.any_nan && i.nan != ir::NanRule::any) {
        Instruction canonical = i;
        canonical.nan = ir::NanRule::riscv;
        values_[v] = terms::evaluate_terms(pool_, f, canonical, operands);
      } else {
        values_[v] = terms::evaluate_terms(pool_, f, i, operands);
      }
    }
  }
  const bool reads = i.op == Op::get_slot || i.op == Op::load;
  if (reads && limits_.slow_lines != nullptr && limits_.slow_lines->contains(i.line))
    thread.path.shown.push_back(values_[v]);
  return !failure_;
}

bool Executor::block_body(Thread& thread) {
  thread.path.blocks.insert(thread.block);
  if (limits_.slow_lines != nullptr) thread.path.trail.push_back(thread.block);
  if (!thread.stack_before) thread.stack_before = stack_end(thread.path.state);
  look_at_stack(thread.path.state);
  for (const ValueId v : side_.function().blocks[thread.block].instructions) {
    // A division takes its time whoever wants the result.
    if (!side_.needed(v) && limits_.slow_lines == nullptr) continue;
    if (++steps_ > limits_.steps) {
      fail("resource-limit", "too many steps between two cut points");
      return false;
    }
    if (!instruction(thread, v)) return false;
  }
  return true;
}

std::optional<bool> Executor::decided(const Thread& thread, Term condition) const {
  if (const APInt* value = pool_.constant_value(condition)) return value->getBoolValue();
  for (const auto& [term, value] : thread.known)
    if (term == condition) return value;
  return std::nullopt;
}

void Executor::finish(Thread thread, End end) {
  begin_instruction(thread, 0);
  thread.path.end = end;
  thread.path.block = end == End::cut ? thread.block : ir::kNoBlock;
  done_.push_back(std::move(thread.path));
  if (done_.size() > limits_.paths)
    fail("resource-limit", fmt::format("more than {} paths between two cut points", limits_.paths));
}

void Executor::follow(Thread thread, size_t edge, Term condition) {
  if (condition) {
    if (const auto known = decided(thread, condition)) {
      if (!*known) return;
    } else {
      thread.path.conditions.push_back(condition);
      thread.known.emplace_back(condition, true);
      thread.known.emplace_back(pool_.bit_not(condition), false);
    }
  }
  thread.block = side_.function().blocks[thread.block].terminator.edges[edge].target;
  work_.push_back(std::move(thread));
}

bool Executor::terminator(Thread thread) {
  const ir::Terminator& t = side_.function().blocks[thread.block].terminator;
  if (t.line != thread.path.line && t.line != 0) begin_instruction(thread, t.line);
  switch (t.op) {
    case Op::jump:
      follow(std::move(thread), 0, {});
      return true;
    case Op::branch: {
      const Term condition = values_[t.operands[0]];
      follow(thread, 1, pool_.bit_not(condition));
      follow(std::move(thread), 0, condition);
      return true;
    }
    case Op::jump_indirect:
      return jump_by_table(thread);
    case Op::ret:
      finish(std::move(thread), End::returned);
      return true;
    case Op::tail_call: {
      // A jump to another function is a call and a return; the callee returns with the stack pointer as ours would be.
      const Slot link = side_.machine().return_address;
      const Term back = link == assembly::kNoSlot ? Term{} : thread.path.state.slots[link];
      call(thread, t.index, t.operands.empty() ? Term{} : values_[t.operands[0]], t.line,
           side_.machine().return_address_bytes);
      if (back) thread.path.state.slots[link] = back;  // where the callee goes when it returns
      finish(std::move(thread), End::returned);
      return !failure_;
    }
    case Op::trap:
      finish(std::move(thread), End::trapped);
      return true;
    default:
      fail("unsupported", fmt::format("'{}' ends a block", info(t.op).name));
      return false;
  }
}

std::vector<Path> Executor::run(BlockId block, State state, const Limits& limits, std::vector<Term> conditions) {
  Thread start;
  start.block = block;
  start.path.state = std::move(state);
  start.path.conditions = std::move(conditions);
  return run_all(block, std::move(start), limits);
}

std::optional<std::vector<Path>> Executor::resume(BlockId start, const Path& path, const Limits& limits) {
  Thread thread;
  thread.block = path.block;
  thread.path = path;
  std::vector<Path> paths = run_all(start, std::move(thread), limits);
  if (!std::exchange(failure_, std::nullopt)) return paths;
  return std::nullopt;
}

std::vector<Path> Executor::run_all(BlockId start, Thread first, const Limits& limits) {
  limits_ = limits;
  segment_ = fmt::format("{}", start);
  steps_ = 0;
  done_.clear();
  work_.clear();
  for (const Term condition : first.path.conditions) {
    first.known.emplace_back(condition, true);
    first.known.emplace_back(pool_.bit_not(condition), false);
  }
  work_.push_back(std::move(first));
  while (!work_.empty() && !failure_) {
    if (FairClock::now() > limits_.deadline) {
      fail("timeout", "while running symbolically");
      break;
    }
    Thread thread = std::move(work_.back());
    work_.pop_back();
    if (thread.started && side_.is_cut(thread.block)) {
      if (limits_.visits == 1) {
        finish(std::move(thread), End::cut);
        continue;
      }
      if (++thread.visits[thread.block] > limits_.visits) {
        dropped_ = true;
        continue;
      }
    }
    thread.started = true;
    if (!block_body(thread)) continue;
    terminator(std::move(thread));
  }
  return std::move(done_);
}

// The table's entries are in the unit: each index that has one is tried, as long as it leads to a label that the
// frontend offers. The way beyond the table ends as `dropped`: that it is never taken is for the caller to show.
bool Executor::jump_by_table(Thread& thread) {
  const ir::Terminator& t = side_.function().blocks[thread.block].terminator;
  const Term target = values_[t.operands[0]];
  const auto table = symbols_.find_table(target);
  if (!table) {
    fail("indirect-control", fmt::format("where the jump in line {} goes is not known", thread.path.line));
    return false;
  }
  auto edge_of = [&](uint64_t index) -> std::optional<size_t> {
    const auto address = symbols_.table_target(target, *table, index);
    const auto at = address ? std::find(t.cases.begin(), t.cases.end(), *address) : t.cases.end();
    if (at == t.cases.end()) return std::nullopt;
    return static_cast<size_t>(at - t.cases.begin());
  };
  if (const APInt* index = pool_.constant_value(table->index)) {
    const auto edge = edge_of(index->getZExtValue());
    if (edge) follow(thread, *edge, {});
    if (!edge) fail("indirect-control", fmt::format("the jump in line {} goes to no label", thread.path.line));
    return edge.has_value();
  }
  uint64_t count = 0;
  for (; count < kMostTableEntries; ++count) {
    const auto edge = edge_of(count);
    if (!edge) break;
    follow(thread, *edge, pool_.eq(table->index, pool_.constant(pool_.width(table->index), count)));
  }
  const Term beyond = pool_.bit_not(pool_.ult(table->index, pool_.constant(pool_.width(table->index), count)));
  if (decided(thread, beyond) == false) return true;
  thread.path.conditions.push_back(beyond);
  finish(thread, End::dropped);
  return true;
}

}  // namespace portolan::prove
