// One kernel: SSA form, what its addresses mean, LLVM IR.
#pragma once

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include "translate/llvm/domain.h"
#include "translate/to_amdgcn/emit.h"

namespace portolan::to_amdgcn {

class KernelEmitter {
 public:
  KernelEmitter(llvm::Module& module, const ptx::LiftedFunction& kernel, uint64_t static_shared_bytes,
                const std::string& file, amdgcn::Processor processor);
  // The reason why it cannot be written; then the module has no trace of it.
  std::optional<Diagnostic> run();

 private:
  using Value = llvm::Value*;
  enum class Space : uint8_t { global, shared, parameter };
  struct Address {
    Space space = Space::global;
    ir::ValueId index = ir::kNoValue;  // none: only the offset
    uint64_t offset = 0;               // from the start of the space
  };

  void refuse(const ir::Instruction& i, std::string reason);
  void check();
  Address address(ir::ValueId v) const;
  std::optional<Space> window(ir::ValueId v) const;

  void emit_block(ir::BlockId block);
  Value emit(ir::ValueId v);
  Value memory(const ir::Instruction& i);
  Value atomic(const ir::Instruction& i);
  Value identity(ir::Identity which);
  Value lanes(const ir::Instruction& i);
  void barrier(const ir::Instruction& i);
  Value pointer(ir::ValueId v);
  Value value(ir::ValueId v);
  Value call(llvm::Intrinsic::ID id, llvm::ArrayRef<Value> arguments, llvm::ArrayRef<llvm::Type*> types = {});
  Value hidden(unsigned offset, unsigned bytes);
  Value lane_in_wave();
  void terminator(const ir::Terminator& t);
  void fill_phis();

  llvm::Module& module_;
  const ptx::LiftedFunction& kernel_;
  uint64_t shared_bytes_;
  std::string file_;
  amdgcn::Processor processor_;
  ir::Function f_;
  llvm::Function* llvm_ = nullptr;
  llvm::GlobalVariable* lds_ = nullptr;
  llvm::IRBuilder<> b_;
  llvm_proposer::LlvmDomain domain_;
  std::vector<Value> values_;
  std::vector<llvm::BasicBlock*> blocks_;
  std::vector<std::vector<llvm::PHINode*>> phis_;
  std::optional<Diagnostic> refusal_;
};

}  // namespace portolan::to_amdgcn
