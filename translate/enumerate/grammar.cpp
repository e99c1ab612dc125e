#include "translate/enumerate/grammar.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>

#include "frontends/asm/decoder.h"
#include "frontends/asm/reader.h"
#include "frontends/lifters.h"
#include "ir/concrete_domain.h"
#include "ir/op_semantics.h"
#include "llvm/MC/MCCodeEmitter.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstrDesc.h"

namespace portolan::enumerate {
namespace {

// The registers that stand for result and operands while an instruction is printed; nothing else is called so.
constexpr unsigned kFirstRegister = 20, kMostOperands = 3;

struct Candidate {
  std::string text, opcode;
  unsigned operands = 0;
  bool tied = false;
};

// Register number `n` of the class, by its printed name's number.
std::optional<unsigned> register_of(const assembly::McTarget& target, unsigned register_class, unsigned n) {
  const llvm::MCRegisterClass& registers = target.registers().getRegClass(register_class);
  for (unsigned i = 0; i < registers.getNumRegs(); ++i) {
    const unsigned reg = registers.getRegister(i);
    const std::string_view name = target.register_name(reg);
    size_t letters = 0;
    while (letters < name.size() && std::isalpha(static_cast<unsigned char>(name[letters]))) ++letters;
    if (letters == 1 && name.substr(1) == std::to_string(n)) return reg;
  }
  return std::nullopt;
}

bool only_computes(const llvm::MCInstrDesc& d) {
  return !d.mayLoad() && !d.mayStore() && !d.isBranch() && !d.isCall() && !d.isReturn() && !d.isTerminator() &&
         !d.isBarrier() && !d.isPseudo() && d.getNumDefs() == 1 && d.implicit_defs().empty() &&
         d.implicit_uses().empty();
}

// Whether an instruction with these operands exists. LLVM's printer takes that for granted: on 13 bits that encode no
// bit mask it never returns.
class Encoder {
 public:
  explicit Encoder(const assembly::McTarget& target)
      : target_(target),
        context_(llvm::Triple(target.triple()), &target.asm_info(), &target.registers(), &target.subtarget()),
        emitter_(target.target().createMCCodeEmitter(target.instructions(), context_)),
        decoder_(target) {}
  bool exists(const llvm::MCInst& inst) {
    llvm::SmallVector<char, 16> encoded;
    llvm::SmallVector<llvm::MCFixup, 4> fixups;
    emitter_->encodeInstruction(inst, encoded, fixups, target_.subtarget());
    const std::vector<uint8_t> bytes(encoded.begin(), encoded.end());
    llvm::MCInst decoded;
    return decoder_.decode(bytes, decoded) == bytes.size() && decoded.getOpcode() == inst.getOpcode();
  }

 private:
  const assembly::McTarget& target_;
  llvm::MCContext context_;
  std::unique_ptr<llvm::MCCodeEmitter> emitter_;
  assembly::Decoder decoder_;
};

class Collector {
 public:
  Collector(Isa isa, const std::vector<int64_t>& immediates, const std::vector<std::string>& features)
      : target_(assembly::McTarget::get(isa)), encoder_(target_), immediates_(immediates), features_(features) {
    for (unsigned n = 0; n < target_.instructions().getNumOpcodes(); ++n) opcodes_.emplace(target_.opcode_name(n), n);
  }
  std::vector<Candidate> run();

 private:
  void add(unsigned opcode);
  void complete(llvm::MCInst inst, unsigned operand, unsigned registers, bool tied);

  const assembly::McTarget& target_;
  Encoder encoder_;
  const std::vector<int64_t>& immediates_;
  const std::vector<std::string>& features_;
  std::map<std::string, unsigned, std::less<>> opcodes_;
  std::vector<Candidate> found_;
};

// Whether a row's note names what not every processor of the target has. AArch64's other notes are of floating point
// and of NEON's polynomials, which Armv8.0 has.
bool is_extension(Isa isa, std::string_view note) {
  if (isa == Isa::riscv64) return note.starts_with("z");
  return isa == Isa::aarch64 && !note.empty() && note != "fp" && note != "polynomials";
}

std::vector<Candidate> Collector::run() {
  for (std::span<const assembly::Row> family : frontends::lifter(target_.isa()).rows().families())
    for (const assembly::Row& row : family) {
      if (!row.lift || !row.flags.empty()) continue;
      const bool extension = is_extension(target_.isa(), row.note);
      if (extension && std::find(features_.begin(), features_.end(), row.note) == features_.end()) continue;
      for (const std::string& name : assembly::expand_opcodes(row.opcodes))
        if (const auto opcode = opcodes_.find(name); opcode != opcodes_.end()) add(opcode->second);
    }
  return std::move(found_);
}

void Collector::add(unsigned opcode) {
  const llvm::MCInstrDesc& d = target_.instructions().get(opcode);
  if (!only_computes(d)) return;
  llvm::MCInst inst;
  inst.setOpcode(opcode);
  complete(inst, 0, 0, false);
}

// Gives the remaining operands values: registers in order, every immediate.
void Collector::complete(llvm::MCInst inst, unsigned operand, unsigned registers, bool tied) {
  const llvm::MCInstrDesc& d = target_.instructions().get(inst.getOpcode());
  if (operand == d.getNumOperands()) {
    if (registers < 2 || !encoder_.exists(inst)) return;
    std::string text = target_.print(inst);
    std::replace(text.begin(), text.end(), '\t', ' ');
    text.erase(0, text.find_first_not_of(' '));
    found_.push_back({std::move(text), std::string(target_.opcode_name(inst.getOpcode())), registers - 1, tied});
    return;
  }
  const llvm::MCOperandInfo& info = d.operands()[operand];
  const int to = d.getOperandConstraint(operand, llvm::MCOI::TIED_TO);
  if (to >= 0) {
    inst.addOperand(inst.getOperand(static_cast<unsigned>(to)));
    return complete(inst, operand + 1, registers + 1, true);
  }
  if (info.RegClass >= 0) {
    if (registers > kMostOperands) return;
    const auto reg = register_of(target_, static_cast<unsigned>(info.RegClass), kFirstRegister + registers);
    if (!reg) return;
    inst.addOperand(llvm::MCOperand::createReg(*reg));
    return complete(inst, operand + 1, registers + 1, tied);
  }
  for (const int64_t value : immediates_) {
    llvm::MCInst with = inst;
    with.addOperand(llvm::MCOperand::createImm(value));
    complete(with, operand + 1, registers, tied);
  }
}

// "v21.16b" to "%1:v.16b". Nothing: other registers, or none of the operands, are in the text.
std::optional<std::string> with_places(Isa isa, const std::string& text, std::vector<Bank>& banks) {
  static constexpr std::string_view kRiscv[] = {"s4", "s5", "s6", "s7"};  // x20…
  std::string out;
  const size_t blank = text.find(' ');
  if (blank == std::string::npos) return std::nullopt;
  out = text.substr(0, blank);
  for (size_t at = blank; at < text.size();) {
    size_t end = at;
    while (end < text.size() && std::isalnum(static_cast<unsigned char>(text[end]))) ++end;
    if (end == at) {
      out += text[at++];
      continue;
    }
    const std::string word = text.substr(at, end - at);
    at = end;
    unsigned number = UINT32_MAX;
    if (isa == Isa::riscv64) {
      for (unsigned n = 0; n <= kMostOperands; ++n)
        if (word == kRiscv[n]) number = n;
    } else if (word.size() == 3 && std::isalpha(static_cast<unsigned char>(word[0])) && word[1] == '2') {
      number = static_cast<unsigned>(word[2] - '0');
    }
    if (number > kMostOperands) {
      out += word;
      continue;
    }
    const char letter = isa == Isa::riscv64 ? 'x' : word[0];
    const bool general = letter == 'x' || letter == 'w';
    if (!general && std::string_view("vbhsdq").find(letter) == std::string_view::npos) return std::nullopt;
    if (banks.size() <= number) banks.resize(number + 1, Bank::vector);
    banks[number] = general ? Bank::general : Bank::vector;
    out += fmt::format("%{}:{}", number, letter);
  }
  return out;
}

bool take_meaning(Form& form, ir::Function function, const assembly::Machine& machine) {
  auto slot = [&](Bank bank, unsigned n) {
    return machine.slot(fmt::format("{}{}", bank == Bank::vector ? 'v' : 'x', kFirstRegister + n));
  };
  form.result_slot = slot(form.result, 0);
  for (size_t n = 0; n < form.operands.size(); ++n)
    form.slots.push_back(form.tied && n == 0 ? form.result_slot : slot(form.operands[n], static_cast<unsigned>(n + 1)));
  bool writes = false;
  for (ir::BlockId at = 0;;) {
    form.blocks.push_back(at);
    for (ir::ValueId v : function.blocks[at].instructions) {
      const ir::Instruction& i = function[v];
      if (i.op == ir::Op::get_slot) {
        if (std::find(form.slots.begin(), form.slots.end(), i.index) == form.slots.end() &&
            i.index != machine.return_address)
          return false;
      } else if (i.op == ir::Op::set_slot) {
        if (i.index != form.result_slot) return false;
        writes = true;
      } else if (info(i.op).effects != ir::Effects::Pure || i.op == ir::Op::symbol_address ||
                 (i.op >= ir::Op::fadd && i.op <= ir::Op::uint_to_f)) {
        return false;
      }
    }
    const ir::Terminator& end = function.blocks[at].terminator;
    if (end.op == ir::Op::ret) break;
    if (end.op != ir::Op::jump || form.blocks.size() > function.blocks.size()) return false;
    at = end.edges[0].target;
  }
  form.meaning = std::move(function);
  return writes;
}

}  // namespace

APInt Form::evaluate(const std::vector<const APInt*>& given) const {
  std::vector<std::optional<APInt>> values(meaning.values.size());
  std::optional<APInt> result;
  ir::ConcreteDomain domain;
  for (ir::BlockId block : blocks)
    for (ir::ValueId v : meaning.blocks[block].instructions) {
      const ir::Instruction& i = meaning[v];
      if (i.op == ir::Op::set_slot) {
        result = values[i.operands[0]];
      } else if (i.op == ir::Op::get_slot) {
        const auto at = std::find(slots.begin(), slots.end(), i.index);
        values[v] = at == slots.end() ? APInt(i.width, 0) : *given[static_cast<size_t>(at - slots.begin())];
      } else {
        llvm::SmallVector<APInt, 3> operands;
        for (ir::ValueId o : i.operands) operands.push_back(*values[o]);
        values[v] = ir::evaluate(domain, meaning, i, std::span<const APInt>(operands.data(), operands.size()));
      }
    }
  return *result;
}

std::vector<Form> make_grammar(Isa isa, const std::vector<int64_t>& immediates,
                               const std::vector<std::string>& features) {
  const std::vector<Candidate> candidates = Collector(isa, immediates, features).run();
  std::string text = ".text\n";
  for (size_t n = 0; n < candidates.size(); ++n)
    text += fmt::format(".type f{0},%function\nf{0}:\n{1}\nret\n.size f{0},.-f{0}\n", n, candidates[n].text);
  assembly::ReadOptions options;
  options.isa = isa;
  auto unit = assembly::read_unit(text, "the grammar", options);
  std::vector<Form> forms;
  if (!unit) return forms;
  const assembly::CodeIndex index(*unit);
  const assembly::Machine& machine = assembly::Machine::get(isa);
  std::map<std::string, bool> seen;
  for (size_t n = 0; n < candidates.size(); ++n) {
    const auto symbol = unit->symbol_by_name.find(fmt::format("f{}", n));
    std::vector<Bank> banks;
    const auto places = with_places(isa, candidates[n].text, banks);
    // A tied operand is named once, as the result.
    const size_t named = candidates[n].operands + 1 - (candidates[n].tied ? 1 : 0);
    if (symbol == unit->symbol_by_name.end() || !places || !seen.emplace(*places, true).second) continue;
    if (candidates[n].tied) {
      // Registers behind the tied one were numbered past it.
      if (banks.size() != named + 1) continue;
    } else if (banks.size() != named) {
      continue;
    }
    assembly::LiftResult lifted = assembly::lift_function(index, frontends::lifter(isa), symbol->second);
    if (!lifted.refusals.empty()) continue;
    Form form;
    form.text = *places;
    form.opcode = candidates[n].opcode;
    form.result = banks[0];
    form.tied = candidates[n].tied;
    // Operand n is register n; of tied ones the first is the result's, and register 1 is not named.
    for (size_t b = 1; b < banks.size(); ++b) form.operands.push_back(form.tied && b == 1 ? banks[0] : banks[b]);
    if (take_meaning(form, std::move(lifted.function), machine)) forms.push_back(std::move(form));
  }
  return forms;
}

}  // namespace portolan::enumerate
