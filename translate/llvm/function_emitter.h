// Emits one function; emit.cpp makes one for each.
#pragma once

#include "llvm/IR/DIBuilder.h"
#include "translate/llvm/domain.h"
#include "translate/llvm/emit.h"
#include "translate/llvm/rule_call.h"
#include "translate/llvm/symbol_places.h"

namespace portolan::llvm_proposer {

// What all functions of a module share.
struct ModuleEmission {
  llvm::Module& module;
  const assembly::Unit& unit;
  const raise::RaisedUnit& raised;
  Isa target;
  llvm::DIBuilder* debug = nullptr;
  llvm::DIFile* file = nullptr;
  const RulePlans* rules = nullptr;
  std::map<std::string, llvm::Function*> bodies;  // of functions whose name is an entry for callers outside

  llvm::FunctionType* function_type(const raise::Signature& signature) const;
  void add_attributes(const raise::Signature& signature, llvm::AttributeList& attributes, bool is_call) const;
  llvm::Type* passed_type(const raise::Passed& passed) const;
  // The global or function that a name of the source stands for.
  llvm::GlobalValue* global(const std::string& name, bool thread_local_);
};

class FunctionEmitter {
 public:
  FunctionEmitter(ModuleEmission& module, const raise::RaisedFunction& raised, llvm::Function& llvm);
  void run();

 private:
  using Value = llvm::Value*;
  void prepare_blocks();
  void find_passed_on();
  void make_frame();
  void emit_block(ir::BlockId block);
  void emit(ir::ValueId v);
  void emit_match(const rules::Match& match);
  void emit_terminator(const ir::Terminator& t);
  void emit_switch(const ir::Terminator& t);
  void fill_phis();
  void emit_call(ir::ValueId v);
  Value emit_atomic(const ir::Instruction& i);
  void emit_memory_loop(const ir::Instruction& i);
  void emit_trap_if(const ir::Instruction& i);
  Value emit_address(const ir::Instruction& i);
  Value value(ir::ValueId v);
  Value joined(Value array);
  Value call_argument(ir::ValueId v, const raise::Passed& passed);
  Value frame_place(int64_t offset);
  // The address as a pointer, based on the frame or a symbol where the address is computed from one.
  Value pointer(ir::ValueId v, unsigned depth = 0);
  Value symbol_pointer(const ir::SymbolRef& ref);
  bool has_base(ir::ValueId v, unsigned depth) const;
  Value as(Value v, llvm::Type* type);
  llvm::Type* natural_type(ir::ValueId v) const;
  llvm::BasicBlock* trap_block(ir::TrapKind kind);
  llvm::BasicBlock* block_for_edge(const ir::Edge& edge) const { return blocks_[edge.target]; }

  ModuleEmission& m_;
  const raise::RaisedFunction& raised_;
  const ir::Function& f_;
  const rules::Plan* plan_ = nullptr;  // none: no rules here
  SymbolPlaces symbols_;
  llvm::Function& llvm_;
  llvm::IRBuilder<> b_;
  LlvmDomain domain_;
  std::vector<Value> values_;
  std::vector<unsigned> uses_;
  std::vector<ir::ValueId> first_user_;
  std::vector<uint8_t> passed_on_;  // values that nothing computes with: only calls and returns carry them
  std::vector<llvm::BasicBlock*> blocks_;
  std::vector<llvm::BasicBlock*> last_of_;  // where a block's terminator is: traps split blocks
  std::vector<std::vector<llvm::PHINode*>> phis_;
  std::map<ir::TrapKind, llvm::BasicBlock*> traps_;
  std::map<ir::ValueId, std::vector<Value>> results_;           // of calls with several
  std::map<const ir::Terminator*, llvm::BasicBlock*> detours_;  // of branches with both edges to one block
  llvm::AllocaInst* frame_ = nullptr;
  uint64_t frame_below_ = 0;  // bytes of the frame below its base
  Value stack_save_ = nullptr;
};

}  // namespace portolan::llvm_proposer
