// One kernel of PTX, without calls, as LLVM IR: SSA form, what its addresses mean, instructions.
#pragma once

#include <map>

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include "translate/llvm/domain.h"
#include "translate/to_amdgcn/emit.h"

namespace portolan::to_amdgcn {

// What the functions of a module have in common.
struct ModuleState {
  llvm::Module& module;
  const ptx::Program& program;
  std::string file;
  amdgcn::Processor processor;
  llvm::GlobalVariable *shared = nullptr, *dynamic_shared = nullptr, *barrier_count = nullptr;
  std::map<std::string, llvm::GlobalVariable*> variables;
};

class KernelEmitter {
 public:
  KernelEmitter(ModuleState& state, const ptx::LiftedFunction& function);
  // The reason why it cannot be written; then the module has no trace of it.
  std::optional<Diagnostic> run();

 private:
  using Value = llvm::Value*;
  // generic: which space only shows when it runs.
  enum class Space : uint8_t { global, generic, shared, local, parameter };
  struct Address {
    Space space = Space::global;
    llvm::SmallVector<ir::ValueId, 4> indices;  // to be added
    uint64_t offset = 0;                        // from the start of the space
  };
  struct Place {
    Space space = Space::global;
    uint64_t offset = 0;
  };

  void refuse(const ir::Instruction& i, std::string reason);
  void refuse_rounding(const ir::Instruction& i);

  // Addresses: addresses.cpp.
  std::optional<Place> place(ir::ValueId v) const;  // a constant within a window, or of the frame
  bool stands_for_address(ir::ValueId v, int depth) const;
  bool gather(ir::ValueId v, Address& a, int depth) const;
  Address address(ir::ValueId v) const;
  void look_for_generic(const ir::Instruction& i, ir::ValueId v);
  Value pointer(ir::ValueId v);
  Value base_of(Space space, uint64_t offset);
  Value flat(const Place& place);
  Value is_in_window(const ir::Instruction& i);
  bool asks_for_window(const ir::Instruction& i, uint64_t* window, ir::ValueId* address) const;

  void emit_block(ir::BlockId block);
  Value emit(ir::ValueId v);
  Value memory(const ir::Instruction& i);
  Value identity(ir::Identity which);
  Value variable(const ir::Instruction& i);
  Value call_function(const ir::Instruction& i);
  Value value(ir::ValueId v);
  Value call(llvm::Intrinsic::ID id, llvm::ArrayRef<Value> arguments, llvm::ArrayRef<llvm::Type*> types = {});
  Value hidden(unsigned offset, unsigned bytes);
  void terminator(const ir::Terminator& t);
  void fill_phis();
  void make_function();
  void make_ssa();
  void make_shared();

  // Lanes and barriers: lanes.cpp.
  Value lanes(const ir::Instruction& i);
  Value lane_in_wave();
  Value rank(Value members);
  Value all_lanes(Value bit);
  Value ballot(Value bit);
  Value read_lane(Value value, Value from);
  Value match(Value value, Value members);
  Value reduce(const ir::Instruction& i, Value value, Value members);
  Value barrier(const ir::Instruction& i);
  void plain_barrier();

  // Atomics: atomics.cpp.
  llvm::SyncScope::ID scope() const;
  Value atomic(const ir::Instruction& i);
  Value atomic_float(const ir::Instruction& i);
  Value modified_float(const ir::Instruction& i, Value old, Value operand);

  // Rounding other than to nearest: rounding.cpp. None: it cannot be done.
  std::optional<Value> rounded(const ir::Instruction& i);
  Value directed(const ir::Instruction& i, Value sum, Value error);

  ModuleState& state_;
  const ptx::LiftedFunction& kernel_;
  ir::Function f_;
  llvm::Function* llvm_ = nullptr;
  llvm::AllocaInst* frame_ = nullptr;
  bool generic_ = false;  // addresses of shared or local memory are numbers like others
  llvm::IRBuilder<> b_;
  llvm_proposer::LlvmDomain domain_;
  std::vector<Value> values_;
  std::vector<llvm::BasicBlock*> blocks_, ends_;
  std::vector<std::vector<llvm::PHINode*>> phis_;
  std::optional<Diagnostic> refusal_;
};

}  // namespace portolan::to_amdgcn
