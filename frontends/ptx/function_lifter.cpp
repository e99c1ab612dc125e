#include "frontends/ptx/function_lifter.h"

#include <fmt/format.h>

#include "frontends/ptx/row.h"

namespace portolan::ptx {
namespace {

constexpr uint64_t kLargestSlotBytes = 4096;  // of a parameter passed to a device function
constexpr uint64_t kLargestFrame = uint64_t{1} << 24;

uint64_t aligned(uint64_t offset, uint64_t alignment) {
  return (offset + alignment - 1) / alignment * alignment;
}

}  // namespace

FunctionLifter::FunctionLifter(const Module* module, const SharedLayout* shared, size_t index, const Function& function,
                               const std::string& file)
    : module_(module), shared_(shared), index_(index), f_(function), file_(file) {
  out_.name = function.name;
  out_.is_kernel = function.is_kernel;
  out_.location = function.location;
  out_.code.name = function.name;
  std::copy(std::begin(function.block_size), std::end(function.block_size), out_.block_size);
  out_.block_size_required = function.block_size_required;
}

void FunctionLifter::refuse(uint32_t line, uint32_t column, std::string reason) {
  if (!refusal_) refusal_ = error_at({file_, line, column}, std::move(reason));
}

void FunctionLifter::add_slot(std::string name, uint32_t width) {
  out_.slots.push_back({std::move(name), width});
}

// .param variables outside memory: what a device function takes and gives, and what a call passes.
void FunctionLifter::variable_slot(uint32_t index) {
  const Variable& v = f_.variables[index];
  if (v.size == 0 || v.size > kLargestSlotBytes)
    return refuse(v.location.line, v.location.column, fmt::format("parameter '{}' is too large to be passed", v.name));
  variable_slots_[index] = static_cast<uint32_t>(out_.slots.size());
  add_slot(v.name, static_cast<uint32_t>(v.size * 8));
}

void FunctionLifter::make_slots() {
  add_slot("CC.CF", 1);
  for (const Register& r : f_.registers) add_slot(r.name, r.type.width());
  uint64_t offset = 0;
  if (f_.is_kernel)
    for (uint32_t index : f_.parameters) {
      const Variable& v = f_.variables[index];
      offset = aligned(offset, v.alignment);
      parameter_offsets_[index] = offset;
      out_.parameters.push_back({v.name, v.type, offset, v.size});
      offset += v.size;
    }
  for (uint32_t index = 0; index < f_.variables.size(); ++index)
    if (f_.variables[index].space == Space::param && !parameter_offsets_.contains(index)) variable_slot(index);
}

void FunctionLifter::make_frame() {
  uint64_t bytes = 0;
  for (uint32_t index = 0; index < f_.variables.size(); ++index) {
    const Variable& v = f_.variables[index];
    if (v.space != Space::local) continue;
    if (v.alignment > 64) return refuse(v.location.line, v.location.column, "this alignment is not supported here");
    bytes = aligned(bytes + v.size, v.alignment);
    if (bytes > kLargestFrame) return refuse(v.location.line, v.location.column, "the local variables are too large");
    frame_offsets_[index] = -static_cast<int64_t>(bytes);
  }
  out_.frame_bytes = aligned(bytes, 64);
}

void FunctionLifter::make_parameters(Builder& b) {
  if (f_.is_kernel) return;
  for (uint32_t r : f_.register_parameters) {
    const uint32_t slot = slot_of_register(r);
    b.set_slot(slot, out_.code.add_parameter(0, slot_width(slot)));
  }
  for (uint32_t v : f_.parameters)
    if (const std::optional<uint32_t> slot = slot_of_variable(v))
      b.set_slot(*slot, out_.code.add_parameter(0, slot_width(*slot)));
}

void FunctionLifter::make_labels() {
  for (const Statement& s : f_.statements)
    if (s.is_label && s.targets.empty() && !labels_.try_emplace(s.name, out_.code.add_block(s.name)).second)
      refuse(s.line, s.column, fmt::format("label '{}' stands twice", s.name));
}

Expected<LiftedFunction> FunctionLifter::run() {
  out_.code.add_block();
  make_slots();
  make_frame();
  Builder b(out_.code, 0);
  if (!refusal_) make_parameters(b);
  make_labels();
  for (const Statement& s : f_.statements) {
    if (refusal_) return *refusal_;
    statement(b, s);
  }
  if (!terminated_) leave(b);
  if (refusal_) return *refusal_;
  return std::move(out_);
}

void FunctionLifter::statement(Builder& b, const Statement& s) {
  b.set_line(s.line);
  if (s.is_label) {
    if (!s.targets.empty()) return;
    const ir::BlockId block = label(s.name);
    if (!terminated_) jump(b, block);
    b.set_block(block);
    terminated_ = false;
    return;
  }
  if (terminated_) {
    // Nothing reaches this.
    b.set_block(new_block());
    terminated_ = false;
  }
  if (!s.guard) return instruction(b, s);
  ValueId bit = b.get_slot(slot_of_register(*s.guard), 1);
  if (s.guard_negated) bit = b.bit_not(bit);
  const ir::BlockId body = new_block(), after = new_block();
  branch(b, bit, body, after);
  b.set_block(body);
  terminated_ = false;
  instruction(b, s);
  if (!terminated_) jump(b, after);
  b.set_block(after);
  terminated_ = false;
}

void FunctionLifter::instruction(Builder& b, const Statement& s) {
  const Row* row = find_row(s.name);
  if (!row) return refuse(s.line, s.column, fmt::format("instruction '{}' is not known", s.name));
  if (!row->lift)
    return refuse(
        s.line, s.column,
        fmt::format("instruction '{}' is not supported{}{}", s.name, row->note.empty() ? "" : ": ", row->note));
  Insn x(*this, s, b);
  out_.system_scope |= x.has("sys");
  row->lift(x);
  if (!refusal_ && !x.all_used()) x.refuse("too many operands");
}

std::optional<uint32_t> FunctionLifter::slot_of_variable(uint32_t index) const {
  const auto found = variable_slots_.find(index);
  return found == variable_slots_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<FunctionLifter::Place> FunctionLifter::place(Builder& b, const Operand& o) const {
  const Variable* v = nullptr;
  if (o.kind == Operand::local) {
    v = &f_.variables[o.index];
    if (const auto local = frame_offsets_.find(o.index); local != frame_offsets_.end()) {
      ir::Instruction frame;
      frame.op = Op::frame_address;
      frame.width = 64;
      frame.offset = local->second;
      return Place{Space::local, b.sub(b.emit(std::move(frame)), b.constant(64, kLocalWindow))};
    }
    if (const auto parameter = parameter_offsets_.find(o.index); parameter != parameter_offsets_.end())
      return Place{Space::param, b.constant(64, parameter->second)};
    if (v->space == Space::shared && shared_)
      return Place{Space::shared, b.constant(64, shared_->of_function[index_].at(o.index))};
    return std::nullopt;
  }
  if (o.kind != Operand::other || !module_) return std::nullopt;
  for (const Variable& candidate : module_->variables)
    if (candidate.name == o.name) v = &candidate;
  if (!v) return std::nullopt;
  if (v->space == Space::shared) return Place{Space::shared, b.constant(64, shared_->module_variables.at(v->name))};
  if (v->space != Space::global && v->space != Space::constant) return std::nullopt;
  return Place{v->space, b.symbol_address({v->name})};
}

ir::BlockId FunctionLifter::label(const std::string& name) {
  const auto found = labels_.find(name);
  return found == labels_.end() ? ir::kNoBlock : found->second;
}

const Statement* FunctionLifter::data_label(const std::string& name) const {
  for (const Statement& s : f_.statements)
    if (s.is_label && s.name == name && !s.targets.empty()) return &s;
  return nullptr;
}

void FunctionLifter::end(Builder& b, ir::Terminator terminator) {
  out_.code.blocks[b.block()].terminator = std::move(terminator);
  terminated_ = true;
}

void FunctionLifter::jump(Builder& b, ir::BlockId target) {
  ir::Terminator t;
  t.op = Op::jump;
  t.edges.push_back({target, {}});
  end(b, std::move(t));
}

void FunctionLifter::branch(Builder& b, ValueId bit, ir::BlockId yes, ir::BlockId no) {
  ir::Terminator t;
  t.op = Op::branch;
  t.operands = {bit};
  t.edges = {{yes, {}}, {no, {}}};
  end(b, std::move(t));
}

void FunctionLifter::leave(Builder& b) {
  ir::Terminator t;
  t.op = Op::ret;
  auto give = [&](uint32_t slot) { t.operands.push_back(b.get_slot(slot, slot_width(slot))); };
  for (uint32_t r : f_.register_results) give(slot_of_register(r));
  for (uint32_t v : f_.results)
    if (const std::optional<uint32_t> slot = slot_of_variable(v)) give(*slot);
  end(b, std::move(t));
}

}  // namespace portolan::ptx
