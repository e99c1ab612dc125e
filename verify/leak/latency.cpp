#include "verify/leak/latency.h"

#include <algorithm>
#include <cctype>
#include <span>

#include "frontends/lifters.h"

namespace portolan::leak {
namespace {

using namespace std::string_view_literals;

// LLVM's opcode names: these followed by a digit (a width), so that ADD64rr is one and ADDPDrr none.
constexpr std::string_view kX86Integer[] = {
    "ADC",  "ADCX", "ADD",  "ADOX", "AND", "ANDN", "BSWAP", "BT",    "BTC",   "BTR",  "BTS",  "CMOV",
    "CMP",  "DEC",  "IMUL", "INC",  "LEA", "MOV",  "MOVSX", "MOVZX", "MUL",   "MULX", "NEG",  "NOT",
    "OR",   "POP",  "PUSH", "ROL",  "ROR", "RORX", "SAR",   "SARX",  "SBB",   "SHL",  "SHLX", "SHR",
    "SHRX", "SUB",  "TEST", "XCHG", "XOR", "CALL", "JMP",   "RET",   "ENTER", "LEAVE"};
// And these as they begin, with or without the V of AVX.
constexpr std::string_view kX86Vector[] = {
    "PADD",       "PSUB",       "PAND",        "POR",         "PXOR",   "PCMPEQ", "PCMPGT", "PSLL",    "PSRL",
    "PSRA",       "PSHUF",      "PUNPCK",      "PACK",        "PALIGN", "PMULLW", "PMULH",  "PMULUDQ", "PMULDQ",
    "PMADD",      "PMOVZX",     "PMOVSX",      "PINSR",       "PEXTR",  "PBLEND", "PCLMUL", "AES",     "MOVDQ",
    "MOVAP",      "MOVUP",      "MOVD",        "MOVQ",        "MOVSS",  "MOVSD",  "MOVHP",  "MOVLP",   "MOVHLPS",
    "MOVLHPS",    "MOV64to",    "MOVSDto",     "MOVPQI",      "MOVQI",  "MOVPDI", "MOVDI",  "MOV64",   "ANDPS",
    "ANDPD",      "ANDNP",      "ORPS",        "ORPD",        "XORPS",  "XORPD",  "UNPCK",  "SHUFP",   "PBROADCAST",
    "INSERTI128", "INSERTF128", "EXTRACTI128", "EXTRACTF128", "PERM2",  "PMOVMSK"};
// Whole names.
constexpr std::string_view kX86Names[] = {"CBW",    "CWD",    "CDQ",    "CQO",     "CWDE",       "CDQE",     "CLC",
                                          "STC",    "CMC",    "SETCCr", "SETCCm",  "JCC_1",      "JCC_4",    "JMP_1",
                                          "JMP_4",  "CLD",    "NOOP",   "ENDBR64", "VZEROUPPER", "VZEROALL", "PAUSE",
                                          "MFENCE", "LFENCE", "SFENCE", "TRAP"};

constexpr std::string_view kAArch64[] = {
    "abs",   "adc",    "adcs",  "add",    "addp",  "adds",   "addv",  "adr",     "aese",    "and",  "ands",   "asrv",
    "b",     "b.cond", "bfm",   "bic",    "bics",  "bif",    "bit",   "bl",      "blr",     "br",   "brk",    "bsl",
    "cbnz",  "cbz",    "ccmn",  "ccmp",   "cls",   "clz",    "cmeq",  "cmge",    "cmgt",    "cmhi", "cmhs",   "cmle",
    "cmlt",  "cmtst",  "cnt",   "csel",   "csinc", "csinv",  "csneg", "dmb",     "dup",     "eon",  "eor",    "eor3",
    "ext",   "extr",   "hint",  "ins",    "ld1",   "ld1r",   "ld2",   "ld3",     "ld4",     "ldar", "ldapur", "ldnp",
    "ldp",   "ldr",    "ldur",  "lslv",   "lsrv",  "madd",   "mla",   "mls",     "movi",    "movk", "movn",   "movz",
    "msub",  "mul",    "mvni",  "neg",    "not",   "orn",    "orr",   "paciasp", "pmul",    "rbit", "ret",    "rev",
    "rev16", "rev32",  "rev64", "rorv",   "sbc",   "sbcs",   "sbfm",  "sha1c",   "sha256h", "shl",  "shll",   "shrn",
    "sli",   "smaddl", "smov",  "smsubl", "smulh", "sri",    "sshl",  "sshll",   "sshr",    "ssra", "st1",    "st2",
    "st3",   "st4",    "stlr",  "stlur",  "stnp",  "stp",    "str",   "stur",    "sub",     "subs", "tbl",    "tbnz",
    "tbx",   "tbz",    "trn1",  "trn2",   "ubfm",  "umaddl", "umov",  "umsubl",  "umulh",   "ushl", "ushll",  "ushr",
    "usra",  "uzp1",   "uzp2",  "xtn",    "zip1",  "zip2"};

constexpr std::string_view kRiscv64[] = {
    "add",   "addi",  "addiw", "addw",  "and",    "andi",      "andn",      "auipc",  "beq",   "bge",       "bgeu",
    "blt",   "bltu",  "bne",   "brev8", "call",   "czero.eqz", "czero.nez", "ebreak", "fence", "fence.tso", "fld",
    "flw",   "fsd",   "fsw",   "jal",   "jalr",   "jump",      "lb",        "lbu",    "ld",    "lh",        "lhu",
    "lui",   "lw",    "lwu",   "mul",   "mulh",   "mulhsu",    "mulhu",     "mulw",   "or",    "ori",       "orn",
    "pack",  "packh", "packw", "rev8",  "rol",    "rolw",      "ror",       "rori",   "roriw", "rorw",      "sb",
    "sd",    "sh",    "sll",   "slli",  "slliw",  "sllw",      "slt",       "slti",   "sltiu", "sltu",      "sra",
    "srai",  "sraiw", "sraw",  "srl",   "srli",   "srliw",     "srlw",      "sub",    "subw",  "sw",        "tail",
    "unimp", "xnor",  "xor",   "xori",  "xperm4", "xperm8",    "zext.h"};

bool among(std::span<const std::string_view> list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

bool is_x86_constant(std::string_view name) {
  if (among(kX86Names, name)) return true;
  for (const std::string_view base : kX86Integer)
    if (name.starts_with(base) && name.size() > base.size() &&
        std::isdigit(static_cast<unsigned char>(name[base.size()])))
      return true;
  if (name.starts_with("V")) name.remove_prefix(1);
  return std::any_of(std::begin(kX86Vector), std::end(kX86Vector),
                     [&](std::string_view base) { return name.starts_with(base); });
}

}  // namespace

Latency latency_of(Isa isa, std::string_view opcode, std::string_view mnemonic) {
  const bool constant = isa == Isa::x86_64    ? is_x86_constant(opcode)
                        : isa == Isa::aarch64 ? among(kAArch64, mnemonic)
                                              : among(kRiscv64, mnemonic);
  if (constant) return Latency::constant;
  static constexpr std::string_view kVariable[] = {"div",  "idiv",  "divu", "divw", "divuw", "rem",  "remu",
                                                   "remw", "remuw", "sdiv", "udiv", "fdiv",  "fsqrt"};
  return among(kVariable, mnemonic) ? Latency::variable : Latency::unlisted;
}

std::string_view contract(Isa isa) {
  switch (isa) {
    case Isa::x86_64:
      return "instructions of Intel's list of data-operand-independent timing take the same time for all operands "
             "(DOITM set where the processor has it)";
    case Isa::aarch64:
      return "instructions that PSTATE.DIT covers take the same time for all operands (DIT set where FEAT_DIT exists)";
    default:
      return "instructions of Zkt, and loads and stores, take the same time for all data";
  }
}

std::map<uint32_t, LineLatency> line_latencies(const assembly::Unit& unit) {
  std::map<uint32_t, LineLatency> lines;
  const assembly::McTarget& target = assembly::McTarget::get(unit.isa);
  const assembly::RowTable& rows = frontends::lifter(unit.isa).rows();
  for (const assembly::Section& section : unit.sections) {
    if (!section.executable) continue;
    for (const assembly::Instruction& i : section.instructions) {
      const uint32_t line = unit.from_object ? static_cast<uint32_t>(i.offset) : i.line;
      const assembly::Row* row = rows.find(i.inst.getOpcode());
      const std::string mnemonic(row == nullptr ? "?" : row->mnemonic);
      Latency latency = latency_of(unit.isa, target.opcode_name(i.inst.getOpcode()), mnemonic);
      // How often a repeated instruction does its work is a count, whatever else it is.
      if ((i.inst.getFlags() & (assembly::kFlagRepeat | assembly::kFlagRepeatNotEqual)) != 0 && unit.isa == Isa::x86_64)
        latency = std::max(latency, Latency::unlisted);
      LineLatency& worst = lines[line];
      if (latency > worst.latency || worst.mnemonic.empty()) worst.latency = latency, worst.mnemonic = mnemonic;
      worst.prefetches |= mnemonic.starts_with("prefetch") || mnemonic == "prfm";
    }
  }
  return lines;
}

}  // namespace portolan::leak
