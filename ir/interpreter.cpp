#include "ir/interpreter.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "ir/concrete_domain.h"
#include "ir/float_semantics.h"
#include "ir/word_step.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/MathExtras.h"

namespace portolan::ir {
namespace {

constexpr uint32_t kMaxAccessBytes = 512;

// splitmix64 (Steele, Lea, Flood 2014).
uint64_t next_random(uint64_t& state) {
  uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

APInt concatenated(std::span<const APInt> pieces) {
  uint32_t width = 0;
  for (const APInt& piece : pieces) width += piece.getBitWidth();
  APInt result(width, 0);
  uint32_t low = 0;
  for (const APInt& piece : pieces) {
    result.insertBits(piece, low);
    low += piece.getBitWidth();
  }
  return result;
}

}  // namespace

namespace {

// Subnormal numbers as zeros of the same sign, lane by lane.
APInt flushed(APInt value, FloatFormat format) {
  const unsigned width = bits(format), fraction = fraction_bits(format);
  for (unsigned low = 0; low < value.getBitWidth(); low += width)
    if (value.extractBits(width - 1 - fraction, low + fraction).isZero()) value.insertBits(APInt(width - 1, 0), low);
  return value;
}

APInt modified_float(const Instruction& rmw, const APInt& old, const APInt& operand) {
  const bool flush = rmw.rmw == RmwKind::fadd_flush;
  if (flush && rmw.format == FloatFormat::f64) {
    // The adder in a GPU's memory gives a NaN as it is, the operand's first (recorded from an H100).
    for (const APInt* nan : {&operand, &old})
      if ((*nan & APInt::getSignedMaxValue(64)).ugt(APInt(64, 0x7ff0000000000000))) return *nan;
  }
  Instruction inst;
  inst.op = rmw.rmw == RmwKind::fmin ? Op::fminnum : rmw.rmw == RmwKind::fmax ? Op::fmaxnum : Op::fadd;
  inst.format = rmw.format;
  inst.nan = rmw.nan;
  inst.width = old.getBitWidth();
  inst.lanes = static_cast<uint16_t>(inst.width / bits(rmw.format));
  const bool zeros = flush && rmw.format == FloatFormat::f32;
  const APInt operands[] = {zeros ? flushed(operand, rmw.format) : operand, zeros ? flushed(old, rmw.format) : old};
  // A sum of this size is exact: flushing after rounding is flushing.
  const APInt result = evaluate_concrete(Function(), inst, operands);
  return zeros ? flushed(result, rmw.format) : result;
}

}  // namespace

APInt modified(const Instruction& rmw, const APInt& old, const APInt& operand) {
  switch (rmw.rmw) {
    case RmwKind::exchange:
      return operand;
    case RmwKind::add:
      return old + operand;
    case RmwKind::sub:
      return old - operand;
    case RmwKind::bit_and:
      return old & operand;
    case RmwKind::bit_or:
      return old | operand;
    case RmwKind::bit_xor:
      return old ^ operand;
    case RmwKind::bit_clear:
      return old & ~operand;
    case RmwKind::smin:
      return old.slt(operand) ? old : operand;
    case RmwKind::smax:
      return old.sgt(operand) ? old : operand;
    case RmwKind::umin:
      return old.ult(operand) ? old : operand;
    case RmwKind::umax:
      return old.ugt(operand) ? old : operand;
    case RmwKind::uincrement:
      return old.uge(operand) ? APInt(old.getBitWidth(), 0) : old + 1;
    case RmwKind::udecrement:
      return old.isZero() || old.ugt(operand) ? operand : old - 1;
    case RmwKind::fadd:
    case RmwKind::fadd_flush:
    case RmwKind::fmin:
    case RmwKind::fmax:
      return modified_float(rmw, old, operand);
  }
  return old;
}

namespace {

// An instruction of a block, as it is run. Most have words only, of up to 64 bits; `general` is execute().
struct Step {
  enum class Kind : uint8_t { general, word, get, set, load, store, undef, edge };
  Kind kind = Kind::general;
  ValueId id = 0;
  uint32_t index = 0;  // get, set: the slot; edge: in `covered`
  WordStep word;       // load, store: `from` the address, and what is stored
};

// A block, and those that follow it whatever happens.
struct Plan {
  std::vector<Step> steps;
  uint64_t count = 0;                      // of instructions and jumps
  BlockId last = kNoBlock;                 // none: not made yet
  const Terminator* terminator = nullptr;  // of the last
};
constexpr int kMostJumps = 4;

// Where the bits of a number of at most 64 bits are.
uint64_t* word_in(APInt& number) {
  return const_cast<uint64_t*>(number.getRawData());
}

}  // namespace

struct Interpreter::State {
  explicit State(const Function& function);

  // Of a direct tail call, which is not made: its place in Function::calls. Nothing: see `outcome`.
  std::optional<uint32_t> run(const Start& start);
  APInt leaf(const Instruction& inst);
  // These and execute(): false, the run has ended, see `outcome`.
  bool run(const Plan& plan);
  bool execute(ValueId id);
  bool load(uint64_t address, uint32_t width, APInt& result);
  bool store(uint64_t address, const APInt& value);
  bool copy_elements(const Instruction& inst);
  bool set_elements(const Instruction& inst);
  bool call(const Instruction& inst, ValueId id);
  // The block that runs next, or kNoBlock when the run has ended.
  BlockId leave(BlockId block);
  BlockId follow(BlockId block, size_t edge);
  BlockId finish(const Terminator& terminator);
  bool fail(Ending ending, uint64_t address = 0, bool write = false);
  bool count(uint64_t steps);
  const Plan& plan_of(BlockId block);
  Step step_of(ValueId id);
  uint64_t word(ValueId id) const { return values[id].extractBitsAsZExtValue(std::min(64u, f.width(id)), 0); }
  uint64_t stack_top() const { return stack.empty() ? frame_bottom : stack.back(); }

  const Function& f;
  std::vector<APInt> values;
  std::vector<Plan> plans;  // by block; made when a run first comes to it
  std::vector<APInt> scratch;
  std::vector<APInt> edge_values;
  std::vector<uint32_t> first_edge;  // of each block in `covered`
  std::vector<uint8_t> covered;
  int64_t frame_size = 0;

  Environment* env = nullptr;
  std::span<APInt> slots;
  uint64_t stack_pointer = 0, frame_bottom = 0;
  uint64_t* steps = nullptr;
  uint64_t random = 0;
  uint32_t line = 0;
  std::vector<uint64_t> stack;  // what stack_allocate gave, innermost last
  Outcome outcome;
  bool dirty = false;  // the outcome is that of an earlier run
};

Interpreter::State::State(const Function& function) : f(function) {
  values.reserve(f.values.size());
  size_t most_operands = 0;
  for (const Instruction& inst : f.values) {
    values.emplace_back(inst.width, 0);
    most_operands = std::max<size_t>(most_operands, inst.operands.size());
    if (inst.op == Op::frame_address) frame_size = std::max(frame_size, -inst.offset);
  }
  for (const Block& block : f.blocks) {
    first_edge.push_back(covered.size());
    covered.resize(covered.size() + block.terminator.edges.size());
    most_operands = std::max<size_t>(most_operands, block.terminator.operands.size());
  }
  scratch.resize(most_operands);
  plans.resize(f.blocks.size());
  // Constants are computed once.
  for (size_t id = 0; id < f.values.size(); ++id)
    if (f.values[id].op == Op::constant) values[id] = f.constants[f.values[id].index];
}

bool Interpreter::State::fail(Ending ending, uint64_t address, bool write) {
  outcome.ending = ending;
  outcome.address = address;
  outcome.write = write;
  outcome.line = line;
  return false;
}

bool Interpreter::State::count(uint64_t n) {
  if (!steps) return true;
  if (*steps < n) {
    *steps = 0;
    return fail(Ending::step_limit);
  }
  *steps -= n;
  return true;
}

APInt Interpreter::State::leaf(const Instruction& inst) {
  switch (inst.op) {
    case Op::thread_pointer:
      return APInt(inst.width, env->thread_pointer());
    case Op::frame_address:
      return APInt(inst.width, stack_pointer + inst.offset);
    case Op::symbol_address: {
      const SymbolRef& symbol = f.symbols[inst.index];
      if (std::optional<uint64_t> address = env->symbol_address(symbol)) return APInt(inst.width, *address);
      fail(Ending::unsupported);
      outcome.detail = "no address for symbol '" + symbol.name + "'";
      return APInt(inst.width, 0);
    }
    default:
      return APInt(inst.width, 0);
  }
}

bool Interpreter::State::load(uint64_t address, uint32_t width, APInt& result) {
  const uint32_t bytes = width / 8;
  if (bytes > kMaxAccessBytes) return fail(Ending::unsupported);
  uint64_t words[kMaxAccessBytes / 8] = {};
  if (!env->read(address, {reinterpret_cast<uint8_t*>(words), bytes})) return fail(Ending::faulted, address);
  result = width <= 64 ? APInt(width, words[0]) : APInt(width, llvm::ArrayRef<uint64_t>(words, (bytes + 7) / 8));
  return true;
}

bool Interpreter::State::store(uint64_t address, const APInt& value) {
  const uint8_t* bytes = reinterpret_cast<const uint8_t*>(value.getRawData());
  if (!env->write(address, {bytes, value.getBitWidth() / 8})) return fail(Ending::faulted, address, true);
  return true;
}

bool Interpreter::State::copy_elements(const Instruction& inst) {
  const uint64_t to = word(inst.operands[0]), from = word(inst.operands[1]), elements = word(inst.operands[2]);
  uint8_t bytes[64];
  if (inst.index > sizeof bytes) return fail(Ending::unsupported);
  for (uint64_t i = 0; i < elements; ++i) {
    if (!count(1)) return false;
    const std::span<uint8_t> element(bytes, inst.index);
    if (!env->read(from + i * inst.index, element)) return fail(Ending::faulted, from + i * inst.index);
    if (!env->write(to + i * inst.index, element)) return fail(Ending::faulted, to + i * inst.index, true);
  }
  return true;
}

bool Interpreter::State::set_elements(const Instruction& inst) {
  const uint64_t to = word(inst.operands[0]), elements = word(inst.operands[2]);
  const APInt& value = values[inst.operands[1]];
  for (uint64_t i = 0; i < elements; ++i)
    if (!count(1) || !store(to + i * (value.getBitWidth() / 8), value)) return false;
  return true;
}

bool Interpreter::State::call(const Instruction& inst, ValueId id) {
  const CallTarget& target = f.calls[inst.index];
  const size_t skip = target.indirect ? 1 : 0;
  for (size_t i = 0; i < inst.operands.size(); ++i) scratch[i] = values[inst.operands[i]];
  const Call request{target,
                     skip ? scratch[0].getLimitedValue() : 0,
                     std::span<const APInt>(scratch).subspan(skip, inst.operands.size() - skip),
                     inst.width,
                     stack_top(),
                     false};
  outcome = env->call(request, slots);
  if (outcome.ending != Ending::returned) return false;
  if (inst.width != 0) values[id] = outcome.result.zextOrTrunc(inst.width);
  return true;
}

Step Interpreter::State::step_of(ValueId id) {
  const Instruction& inst = f.values[id];
  Step step;
  step.id = id;
  step.word.width = static_cast<uint8_t>(std::min(64u, inst.width));
  const auto wide = [&](ValueId o) { return f.width(o) > 64; };
  if (inst.width > 64 || inst.operands.size() > step.word.from.size() ||
      std::any_of(inst.operands.begin(), inst.operands.end(), wide))
    return step;
  step.word.to = word_in(values[id]);
  for (size_t i = 0; i < inst.operands.size(); ++i) {
    step.word.from[i] = word_in(values[inst.operands[i]]);
    step.word.widths[i] = static_cast<uint8_t>(f.width(inst.operands[i]));
  }
  step.word.function = &f, step.word.instruction = &inst;
  step.index = inst.index;
  step.word.body = word_step_body(f, inst);
  step.kind = step.word.body != nullptr ? Step::Kind::word
              : inst.op == Op::get_slot ? Step::Kind::get
              : inst.op == Op::set_slot ? Step::Kind::set
              : inst.op == Op::load     ? Step::Kind::load
              : inst.op == Op::store    ? Step::Kind::store
              : inst.op == Op::undef    ? Step::Kind::undef
                                        : Step::Kind::general;
  return step;
}

const Plan& Interpreter::State::plan_of(BlockId block) {
  Plan& plan = plans[block];
  if (plan.last != kNoBlock) return plan;
  plan.last = block;
  for (int jumps = 0;; ++jumps) {
    const Block& b = f.blocks[plan.last];
    for (const ValueId id : b.instructions)
      if (f.values[id].op != Op::constant) plan.steps.push_back(step_of(id));
    plan.count += b.instructions.size();
    plan.terminator = &b.terminator;
    if (b.terminator.op != Op::jump || jumps == kMostJumps) return plan;
    const BlockId next = b.terminator.edges[0].target;
    if (!f.blocks[next].parameters.empty()) return plan;
    Step edge;
    edge.kind = Step::Kind::edge;
    edge.index = first_edge[plan.last];
    plan.steps.push_back(edge);
    ++plan.count;
    plan.last = next;
  }
}

bool Interpreter::State::run(const Plan& plan) {
  if (!count(plan.count)) return false;
  for (const Step& step : plan.steps) {
    const WordStep& word = step.word;
    switch (step.kind) {
      case Step::Kind::word:
        if (!word() && !execute(step.id)) return false;
        break;
      case Step::Kind::get:
        if (slots[step.index].getBitWidth() != word.width)
          values[step.id] = slots[step.index];
        else
          *word.to = *slots[step.index].getRawData();
        break;
      case Step::Kind::set:
        if (slots[step.index].getBitWidth() != word.widths[0])
          slots[step.index] = values[word.instruction->operands[0]];
        else
          *word_in(slots[step.index]) = *word.from[0];
        break;
      case Step::Kind::load: {
        uint64_t bits = 0;
        if (!env->read(*word.from[0], {reinterpret_cast<uint8_t*>(&bits), word.width / size_t{8}})) {
          line = word.instruction->line;
          return fail(Ending::faulted, *word.from[0]);
        }
        *word.to = bits;
        break;
      }
      case Step::Kind::store:
        if (!env->write(*word.from[0], {reinterpret_cast<const uint8_t*>(word.from[1]), word.widths[1] / size_t{8}})) {
          line = word.instruction->line;
          return fail(Ending::faulted, *word.from[0], true);
        }
        break;
      case Step::Kind::undef:
        *word.to = next_random(random) & llvm::maskTrailingOnes<uint64_t>(word.width);
        break;
      case Step::Kind::edge:
        covered[step.index] = 1;
        break;
      case Step::Kind::general:
        if (!execute(step.id)) return false;
        break;
    }
  }
  return true;
}

bool Interpreter::State::execute(ValueId id) {
  const Instruction& inst = f.values[id];
  line = inst.line;
  switch (inst.op) {
    case Op::constant:
      return true;
    case Op::get_slot:
      values[id] = slots[inst.index];
      return true;
    case Op::set_slot:
      slots[inst.index] = values[inst.operands[0]];
      return true;
    case Op::undef: {
      llvm::SmallVector<uint64_t, 8> words((inst.width + 63) / 64);
      for (uint64_t& w : words) w = next_random(random);
      values[id] = APInt(inst.width, llvm::ArrayRef<uint64_t>(words.data(), words.size()));
      return true;
    }
    case Op::load:
      return load(word(inst.operands[0]), inst.width, values[id]);
    case Op::store:
      return store(word(inst.operands[0]), values[inst.operands[1]]);
    case Op::atomic_rmw:
      return load(word(inst.operands[0]), inst.width, values[id]) &&
             store(word(inst.operands[0]), modified(inst, values[id], values[inst.operands[1]]));
    case Op::atomic_cas: {
      if (!load(word(inst.operands[0]), inst.width, values[id])) return false;
      const bool equal = values[id] == values[inst.operands[1]];
      // Whether a failing compare-and-swap needs write permission differs between machines: as if it wrote.
      return store(word(inst.operands[0]), equal ? values[inst.operands[2]] : values[id]);
    }
    case Op::fence:
      return true;
    case Op::memory_copy:
      return copy_elements(inst);
    case Op::memory_set:
      return set_elements(inst);
    case Op::stack_allocate:
      stack.push_back((stack_top() - word(inst.operands[0])) & ~uint64_t{15});
      values[id] = APInt(inst.width, stack.back());
      return true;
    case Op::stack_release: {
      const uint64_t address = word(inst.operands[0]);
      while (!stack.empty() && stack.back() < address) stack.pop_back();
      if (!stack.empty() && stack.back() == address) stack.pop_back();
      return true;
    }
    case Op::call:
      return call(inst, id);
    case Op::identity:
    case Op::active_lanes:
    case Op::lane_read:
    case Op::lane_ballot:
    case Op::lane_match:
    case Op::lane_reduce:
    case Op::block_barrier:
      outcome.detail = "threads of kernels run together, not one by one";
      return fail(Ending::unsupported);
    case Op::trap_if:
      if (!values[inst.operands[0]].getBoolValue()) return true;
      outcome.trap = inst.trap;
      return fail(Ending::trapped);
    case Op::thread_pointer:
    case Op::frame_address:
    case Op::symbol_address:
      values[id] = leaf(inst);
      return outcome.ending == Ending::returned;
    default:
      break;
  }
  const size_t n = inst.operands.size();
  for (size_t i = 0; i < n; ++i) scratch[i] = values[inst.operands[i]];
  values[id] = evaluate_concrete(f, inst, std::span<const APInt>(scratch.data(), n));
  return true;
}

BlockId Interpreter::State::follow(BlockId block, size_t edge_index) {
  const Edge& edge = f.blocks[block].terminator.edges[edge_index];
  covered[first_edge[block] + edge_index] = 1;
  const std::vector<ValueId>& parameters = f.blocks[edge.target].parameters;
  if (parameters.empty()) return edge.target;
  // All arguments are read before any parameter is written: a loop may swap two of its values.
  if (edge_values.size() < parameters.size()) edge_values.resize(parameters.size());
  for (size_t i = 0; i < parameters.size(); ++i) edge_values[i] = values[edge.arguments[i]];
  for (size_t i = 0; i < parameters.size(); ++i) std::swap(values[parameters[i]], edge_values[i]);
  return edge.target;
}

BlockId Interpreter::State::finish(const Terminator& t) {
  for (size_t i = 0; i < t.operands.size(); ++i) scratch[i] = values[t.operands[i]];
  const std::span<const APInt> operands(scratch.data(), t.operands.size());
  switch (t.op) {
    case Op::ret:
      outcome.result = concatenated(operands);
      break;
    case Op::tail_call: {
      const CallTarget& target = f.calls[t.index];
      const size_t skip = target.indirect ? 1 : 0;
      outcome = env->call(
          {target, skip ? scratch[0].getLimitedValue() : 0, operands.subspan(skip), 0, stack_pointer, true}, slots);
      break;
    }
    case Op::trap:
      outcome.trap = t.trap;
      fail(Ending::trapped);
      break;
    default:
      fail(Ending::unreachable);
      break;
  }
  return kNoBlock;
}

BlockId Interpreter::State::leave(BlockId block) {
  const Terminator& t = f.blocks[block].terminator;
  line = t.line;
  if (!count(1)) return kNoBlock;
  switch (t.op) {
    case Op::jump:
      return follow(block, 0);
    case Op::branch:
      return follow(block, values[t.operands[0]].getBoolValue() ? 0 : 1);
    case Op::switch_:
    case Op::jump_indirect: {
      const bool indirect = t.op == Op::jump_indirect;
      const uint64_t address = word(t.operands[0]), value = indirect ? env->jump_case(address) : address;
      const size_t index = std::find(t.cases.begin(), t.cases.end(), value) - t.cases.begin();
      if (index < t.edges.size()) return follow(block, index);
      fail(Ending::bad_jump, address);
      return kNoBlock;
    }
    default:
      return finish(t);
  }
}

std::optional<uint32_t> Interpreter::State::run(const Start& start) {
  slots = start.slots;
  stack_pointer = start.stack_pointer;
  steps = start.steps;
  random = start.undef_seed;
  frame_bottom = (stack_pointer - frame_size) & ~uint64_t{15};
  stack.clear();
  if (std::exchange(dirty, false)) outcome = Outcome();
  const std::vector<ValueId>& parameters = f.blocks[0].parameters;
  for (size_t i = 0; i < parameters.size() && i < start.arguments.size(); ++i)
    values[parameters[i]] = start.arguments[i].zextOrTrunc(f.width(parameters[i]));
  for (BlockId block = 0; block != kNoBlock;) {
    const Plan& plan = plan_of(block);
    if (!run(plan)) break;
    const Terminator& t = *plan.terminator;
    if (t.op == Op::tail_call && !f.calls[t.index].indirect && t.operands.empty() && count(1)) return t.index;
    block = leave(plan.last);
  }
  dirty = true;
  return std::nullopt;
}

Interpreter::Interpreter(const Function& function) : state_(std::make_unique<State>(function)) {}
Interpreter::~Interpreter() = default;

Outcome Interpreter::run(Environment& environment, const Start& start) {
  if (const auto call = run_to_tail_call(environment, start)) {
    state_->dirty = true;
    return environment.call({state_->f.calls[*call], 0, {}, 0, start.stack_pointer, true}, start.slots);
  }
  return std::move(state_->outcome);
}

std::optional<uint32_t> Interpreter::run_to_tail_call(Environment& environment, const Start& start) {
  state_->env = &environment;
  return state_->run(start);
}

Outcome& Interpreter::outcome() {
  return state_->outcome;
}

const APInt& Interpreter::value(ValueId id) const {
  return state_->values[id];
}

bool Interpreter::taken(BlockId block, size_t edge) const {
  return state_->covered[state_->first_edge[block] + edge] != 0;
}
size_t Interpreter::edges() const {
  return state_->covered.size();
}
size_t Interpreter::edges_taken() const {
  return std::count(state_->covered.begin(), state_->covered.end(), uint8_t{1});
}

}  // namespace portolan::ir
