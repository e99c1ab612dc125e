// Code on its way to IR: blocks at the targets of branches.
#pragma once

#include <map>

#include "frontends/amdgcn/disassembler.h"
#include "frontends/amdgcn/insn.h"
#include "frontends/amdgcn/lift.h"

namespace portolan::amdgcn {

class CodeLifter {
 public:
  CodeLifter(Processor processor, const Entry& entry, std::string name, std::string file, bool single);
  // `prologue` comes before the first instruction; it gives the reason where it cannot.
  using Prologue = std::function<std::optional<std::string>(Builder& b)>;
  Expected<LiftedCode> run(const Prologue& prologue = {});

  Processor processor() const { return processor_; }
  void refuse(const Instruction& text, std::string reason);

  // For control flow. After these nothing of the instruction follows.
  void go(Builder& b, int64_t words);                   // to the instruction so many words behind the next one
  bool go_far(Builder& b);                              // where the registers of a jump lead; false: that is not known
  void branch(Builder& b, ValueId bit, int64_t words);  // there if the bit is 1
  void finish(Builder& b);                              // the wave ends
  uint64_t next_address() const { return entry_.address + next_; }  // of the instruction behind this one
  void use_scratch() { out_.uses_scratch = true; }
  // The kernel is given a descriptor of its scratch memory (spaces.h).
  void give_scratch_buffer() { scratch_buffer_ = true; }
  bool has_scratch_buffer() const { return scratch_buffer_; }

  ir::BlockId new_block() { return out_.code.add_block(); }
  void end(Builder& b, Op op, std::initializer_list<ir::BlockId> targets, ValueId bit = ir::kNoValue);

 private:
  struct Line {
    unsigned size = 0;
    std::vector<Instruction> parts;
  };
  bool discover();
  struct Far {
    uint64_t begin = 0, target = 0;
  };
  std::optional<Far> far_jump(uint64_t at) const;
  void lift_line(Builder& b, const Line& line);
  ir::BlockId target(int64_t words);
  std::optional<uint64_t> offset_of(int64_t words) const;
  bool fail(uint64_t offset, std::string reason);

  Processor processor_;
  Entry entry_;
  std::string file_;
  bool single_;
  Disassembler disassembler_;
  LiftedCode out_;
  std::map<uint64_t, Line> lines_;  // by offset
  std::map<uint64_t, ir::BlockId> blocks_;
  std::map<uint64_t, Far> far_;  // by the offset of the jump
  uint64_t at_ = 0, next_ = 0;
  bool ended_ = false, scratch_buffer_ = false;
  std::optional<Diagnostic> refusal_;
};

}  // namespace portolan::amdgcn
