#include "emulate/simt/steps.h"

#include "emulate/simt/block.h"
#include "ir/interpreter.h"

namespace portolan::simt {

using ir::Op;

const Micro* Steps::move_word(const Micro& m, Machine& machine) {
  machine.words[m.to] = machine.words[m.a];
  return &m + 1;
}

const Micro* Steps::skip(const Micro& m, Machine& machine) {
  return machine.words[m.a] != 0 ? &m + 1 : &m + m.low;
}

const Micro* Steps::begin(const Micro& m, Machine& machine) {
  Thread& thread = *machine.thread;
  if (machine.used >= kTurn) {
    thread.frame().micro = &m;
    return nullptr;
  }
  return machine.block->begin(thread, m.to, machine.used) ? &m + 1 : nullptr;
}

const Micro* Steps::jump(const Micro& m, Machine&) {
  return &m + static_cast<int32_t>(m.low);
}

const Micro* Steps::branch(const Micro& m, Machine& machine) {
  return machine.words[m.a] != 0 ? &m + 1 : &m + m.low;
}

const Micro* Steps::choose(const Micro& m, Machine& machine) {
  const uint64_t value = value_at(machine.words + m.a, m.from).getLimitedValue();
  const uint32_t* list = machine.thread->frame().compiled->lists.data() + m.b;
  uint32_t n = 0;
  while (n < m.low && (list[2 * n] | static_cast<uint64_t>(list[2 * n + 1]) << 32) != value) ++n;
  return &m + list[2 * m.low + n];
}

const Micro* Steps::stop(const Micro& m, Machine& machine) {
  Thread& thread = *machine.thread;
  const ir::Terminator& t = machine.function->blocks[m.to].terminator;
  if (t.op == Op::trap)
    machine.block->fail(thread, FindingKind::trapped, t.line, "the kernel stops itself");
  else
    machine.block->fail(thread, FindingKind::unsupported, t.line, "control went where the program says it never goes");
  return nullptr;
}

const Micro* Steps::give_back(const Micro& m, Machine& machine) {
  Thread& thread = *machine.thread;
  if (thread.frames.size() == 1) {
    thread.state = State::done;
    return nullptr;
  }
  const Frame done = std::move(thread.frames.back());
  thread.frames.pop_back();
  Frame& caller = thread.frame();
  const Micro& call = *caller.micro;
  if (call.inst->width != 0) {
    // Pieces, the first lowest; as many as the call takes.
    APInt value = value_at(caller.words.data() + call.to, call.inst->width);
    const ir::Terminator& t = machine.function->blocks[m.to].terminator;
    uint32_t low = 0;
    for (uint32_t n = 0; n < m.low; ++n) {
      const uint32_t width = machine.function->width(t.operands[n]);
      if (low + width > call.inst->width) break;
      value.insertBits(value_at(done.words.data() + done.compiled->lists[m.a + n], width), low);
      low += width;
    }
    put_value(caller.words.data() + call.to, value);
  }
  machine.words = caller.words.data();
  machine.function = caller.code->function;
  return &call + 1;
}

const Micro* Steps::leaf(const Micro& m, Machine& machine) {
  put_value(machine.words + m.to, machine.block->leaf(*machine.thread, *m.inst), machine.stride);
  return machine.block->ended_ ? nullptr : &m + 1;
}

const Micro* Steps::refuse(const Micro& m, Machine& machine) {
  machine.block->fail(*machine.thread, FindingKind::unsupported, m.inst->line,
                      "'" + std::string(ir::info(m.inst->op).name) + "' in a kernel");
  return nullptr;
}

const Micro* Steps::load(const Micro& m, Machine& machine) {
  const bool atomic = m.inst->ordering != ir::Ordering::none;
  uint64_t* const to = machine.words + m.to;
  const uint64_t address = machine.words[m.a];
  if (machine.stride == 1 || m.width <= 64)
    return machine.block->load(*machine.thread, *m.inst, address, m.width, to, atomic) ? &m + 1 : nullptr;
  uint64_t together[kMaxAccessBytes / 8];
  if (!machine.block->load(*machine.thread, *m.inst, address, m.width, together, atomic)) return nullptr;
  for (uint32_t n = 0; n < words_of(m.width); ++n) to[n * machine.stride] = together[n];
  return &m + 1;
}

const Micro* Steps::store(const Micro& m, Machine& machine) {
  const bool atomic = m.inst->ordering != ir::Ordering::none;
  const uint64_t* value = machine.words + m.b;
  uint64_t together[kMaxAccessBytes / 8];
  if (machine.stride != 1 && m.low > 64) {
    for (uint32_t n = 0; n < std::min(words_of(m.low), kMaxAccessBytes / 8); ++n)
      together[n] = value[n * machine.stride];
    value = together;
  }
  return machine.block->store(*machine.thread, *m.inst, machine.words[m.a], m.low, value, atomic) ? &m + 1 : nullptr;
}

const Micro* Steps::atomic(const Micro& m, Machine& machine) {
  const APInt operand = value_at(machine.words + m.b, m.width, machine.stride);
  const APInt other = value_at(machine.words + m.c, m.width, machine.stride);
  APInt old(m.width, 0);
  if (!machine.block->exchange(*machine.thread, *m.inst, machine.words[m.a], operand, other, old)) return nullptr;
  put_value(machine.words + m.to, old, machine.stride);
  return &m + 1;
}

const Micro* Steps::undefined(const Micro& m, Machine& machine) {
  put_value(machine.words + m.to, machine.block->undefined(*machine.thread, m.width), machine.stride);
  return &m + 1;
}

const Micro* Steps::identity(const Micro& m, Machine& machine) {
  put_value(machine.words + m.to, machine.block->identity(*machine.thread, m.inst->which), machine.stride);
  return &m + 1;
}

const Micro* Steps::fence(const Micro& m, Machine& machine) {
  const Thread& thread = *machine.thread;
  machine.block->warps_[thread.warp].fenced |= uint64_t{1} << thread.lane;
  return &m + 1;
}

const Micro* Steps::call(const Micro& m, Machine& machine) {
  Thread& thread = *machine.thread;
  Frame& frame = thread.frame();
  frame.micro = &m;
  std::vector<APInt> arguments;
  for (uint32_t n = 0; n < m.low; ++n)
    arguments.push_back(
        value_at(frame.words.data() + frame.compiled->lists[m.a + n], machine.function->width(m.inst->operands[n])));
  if (!machine.block->call(thread, *m.inst, arguments)) return nullptr;
  Frame& callee = thread.frame();
  machine.words = callee.words.data();
  machine.function = callee.code->function;
  return callee.micro;
}

const Micro* Steps::meet(const Micro& m, Machine& machine) {
  Thread& thread = *machine.thread;
  thread.state = State::waits;
  thread.waits_in = machine.function;
  thread.waits_for = m.inst;
  thread.frame().micro = &m + 1;
  return nullptr;
}

Handler Steps::of(Op op) {
  switch (op) {
    case Op::load:
      return load;
    case Op::store:
      return store;
    case Op::atomic_rmw:
    case Op::atomic_cas:
      return atomic;
    case Op::undef:
      return undefined;
    case Op::identity:
      return identity;
    case Op::fence:
      return fence;
    case Op::call:
      return call;
    case Op::active_lanes:
    case Op::lane_read:
    case Op::lane_ballot:
    case Op::lane_match:
    case Op::lane_reduce:
    case Op::block_barrier:
      return meet;
    default:
      return nullptr;
  }
}

bool Block::advance_compiled(Thread& thread) {
  Frame& frame = thread.frame();
  Machine machine;
  machine.words = frame.words.data();
  machine.function = frame.code->function;
  machine.block = this;
  machine.thread = &thread;
  for (const Micro* next = frame.micro; next != nullptr;) next = next->run(*next, machine);
  return !ended_;
}

}  // namespace portolan::simt
