// One function on its way to IR: slots, blocks, variables. Lift functions of control flow and calls use it directly.
#pragma once

#include <optional>

#include "frontends/ptx/insn.h"
#include "frontends/ptx/lift.h"

namespace portolan::ptx {

class FunctionLifter {
 public:
  // `module` may be nullptr: a body of its own.
  FunctionLifter(const Module* module, const SharedLayout* shared, size_t index, const Function& function,
                 const std::string& file);
  Expected<LiftedFunction> run();

  // For Insn.
  const Function& source() const { return f_; }
  const Module* module() const { return module_; }
  void refuse(uint32_t line, uint32_t column, std::string reason);
  uint32_t slot_of_register(uint32_t index) const { return kFirstRegisterSlot + index; }
  std::optional<uint32_t> slot_of_variable(uint32_t index) const;
  uint32_t slot_width(uint32_t slot) const { return out_.slots[slot].width; }
  // The distance of a variable from the start of its space, or its generic address; nothing: there is no such thing.
  struct Place {
    Space space = Space::none;
    ValueId address = 0;  // in the space
  };
  std::optional<Place> place(Builder& b, const Operand& o) const;

  // For control flow. `here` is the builder's block; after these the rest of the block is not reached.
  ir::BlockId label(const std::string& name);  // kNoBlock: there is none
  void jump(Builder& b, ir::BlockId target);
  void branch(Builder& b, ValueId bit, ir::BlockId yes, ir::BlockId no);
  void end(Builder& b, ir::Terminator terminator);
  ir::BlockId new_block() { return out_.code.add_block(); }
  void reach(Builder& b, ir::BlockId block) { b.set_block(block), terminated_ = false; }  // goes on there
  void leave(Builder& b);  // ret, with the results of the function
  bool terminated() const { return terminated_; }
  const Statement* data_label(const std::string& name) const;

 private:
  void make_slots();
  void make_frame();
  void make_parameters(Builder& b);
  void make_labels();
  void statement(Builder& b, const Statement& s);
  void instruction(Builder& b, const Statement& s);
  void add_slot(std::string name, uint32_t width);
  void variable_slot(uint32_t index);

  const Module* module_;
  const SharedLayout* shared_;
  size_t index_;
  const Function& f_;
  std::string file_;
  LiftedFunction out_;
  std::unordered_map<uint32_t, uint32_t> variable_slots_;
  std::unordered_map<uint32_t, int64_t> frame_offsets_;
  std::unordered_map<uint32_t, uint64_t> parameter_offsets_;
  std::unordered_map<std::string, ir::BlockId> labels_;
  std::optional<Diagnostic> refusal_;
  bool terminated_ = false;
};

}  // namespace portolan::ptx
