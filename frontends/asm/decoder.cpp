#include "frontends/asm/decoder.h"

#include <map>
#include <string>

#include "frontends/asm/riscv_compressed.h"
#include "frontends/asm/x86_prefixes.h"
#include "frontends/x86_64/opcodes.h"
#include "llvm/MC/MCDisassembler/MCRelocationInfo.h"
#include "llvm/MC/MCDisassembler/MCSymbolizer.h"
#include "llvm/Support/raw_ostream.h"

namespace portolan::assembly {
namespace {

// LLVM asks its symbolizer about each immediate and displacement, which tells where they stand; nothing is replaced.
class FieldRecorder : public llvm::MCSymbolizer {
 public:
  FieldRecorder(llvm::MCContext& context, std::vector<Decoder::Field>& fields)
      : MCSymbolizer(context, std::make_unique<llvm::MCRelocationInfo>(context)), fields_(fields) {}

  bool tryAddingSymbolicOperand(llvm::MCInst& inst, llvm::raw_ostream&, int64_t, uint64_t, bool, uint64_t offset,
                                uint64_t size, uint64_t) override {
    fields_.push_back(
        {static_cast<uint8_t>(inst.getNumOperands()), static_cast<uint8_t>(offset), static_cast<uint8_t>(size)});
    return false;
  }
  void tryAddingPcLoadReferenceComment(llvm::raw_ostream&, int64_t, uint64_t) override {}

 private:
  std::vector<Decoder::Field>& fields_;
};

// The disassembler names an instruction after its encoding: ADD64rr_REV has the same operands as ADD64rr, JMP_4 as
// JMP_1.
std::vector<uint16_t> normal_opcodes(const McTarget& target) {
  const llvm::MCInstrInfo& instructions = target.instructions();
  std::map<std::string_view, unsigned> by_name;
  for (unsigned i = 0; i < instructions.getNumOpcodes(); ++i) by_name.emplace(target.opcode_name(i), i);
  std::vector<uint16_t> normal(instructions.getNumOpcodes());
  for (unsigned i = 0; i < normal.size(); ++i) {
    normal[i] = static_cast<uint16_t>(i);
    std::string_view name = target.opcode_name(i);
    if (!name.ends_with("_REV")) continue;
    auto found = by_name.find(name.substr(0, name.size() - 4));
    if (found != by_name.end() &&
        instructions.get(found->second).getNumOperands() == instructions.get(i).getNumOperands())
      normal[i] = static_cast<uint16_t>(found->second);
  }
  normal[x86_64::JMP_4] = x86_64::JMP_1;
  normal[x86_64::JCC_4] = x86_64::JCC_1;
  return normal;
}

}  // namespace

Decoder::Decoder(const McTarget& target) : target_(target) {
  std::string features = target.features();
  if (target.isa() == Isa::riscv64) features += ",+c";
  subtarget_.reset(target.target().createMCSubtargetInfo(target.triple(), "", features));
  context_ = std::make_unique<llvm::MCContext>(llvm::Triple(target.triple()), &target.asm_info(), &target.registers(),
                                               subtarget_.get());
  disassembler_.reset(target.target().createMCDisassembler(*subtarget_, *context_));
  if (target.isa() != Isa::x86_64) return;
  disassembler_->setSymbolizer(std::make_unique<FieldRecorder>(*context_, fields_));
  normal_ = normal_opcodes(target);
}

unsigned Decoder::decode(llvm::ArrayRef<uint8_t> bytes, llvm::MCInst& inst) {
  fields_.clear();
  uint64_t size = 0;
  // Soft failures are encodings that the architecture calls unpredictable.
  auto status = disassembler_->getInstruction(inst, size, bytes, 0, llvm::nulls());
  if (status != llvm::MCDisassembler::Success || size == 0 || size > bytes.size()) return 0;
  if (target_.isa() == Isa::riscv64 && !expand_compressed(inst)) return 0;
  if (target_.isa() == Isa::x86_64) {
    inst.setOpcode(normal_[inst.getOpcode()]);
    keep_operand_size(inst, bytes);
    if (std::optional<unsigned> flag = prefix_flag(inst.getOpcode())) return decode_behind_prefix(bytes, inst, *flag);
  }
  return static_cast<unsigned>(size);
}

unsigned Decoder::decode_behind_prefix(llvm::ArrayRef<uint8_t> bytes, llvm::MCInst& inst, unsigned flag) {
  constexpr size_t kLongest = 15;  // bytes of an instruction
  bytes = bytes.take_front(kLongest);
  inst = llvm::MCInst();
  unsigned size = decode(bytes.drop_front(1), inst);
  for (Field& field : fields_) ++field.offset;
  return size != 0 && add_prefixes(inst, flag) ? size + 1 : 0;
}

}  // namespace portolan::assembly
