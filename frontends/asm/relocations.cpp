#include "frontends/asm/relocations.h"

#include <algorithm>
#include <iterator>
#include <span>

#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Object/ELF.h"

namespace portolan::assembly {
namespace {

using namespace llvm::ELF;
using Kind = RelocationKind;
using Ref = Reference;

struct Row {
  uint32_t type;
  Kind kind;
};

constexpr Kind absolute(Ref reference, uint8_t size) {
  return {Kind::value, reference, false, size};
}
constexpr Kind relative(Ref reference, uint8_t size) {
  return {Kind::value, reference, true, size};
}
constexpr Kind field(Ref reference) {
  return {Kind::value, reference, false, 0};
}
constexpr Kind role(Kind::Role role, uint8_t size = 0, Ref reference = Ref::none) {
  return {role, reference, false, size};
}

constexpr Row kX86[] = {
    {R_X86_64_NONE, role(Kind::ignored)},
    {R_X86_64_64, absolute(Ref::address, 8)},
    {R_X86_64_32, absolute(Ref::address, 4)},
    {R_X86_64_32S, absolute(Ref::address, 4)},
    {R_X86_64_16, absolute(Ref::address, 2)},
    {R_X86_64_8, absolute(Ref::address, 1)},
    {R_X86_64_PC64, relative(Ref::address, 8)},
    {R_X86_64_PC32, relative(Ref::address, 4)},
    {R_X86_64_PLT32, relative(Ref::address, 4)},
    {R_X86_64_PC16, relative(Ref::address, 2)},
    {R_X86_64_PC8, relative(Ref::address, 1)},
    {R_X86_64_GOTPCREL, relative(Ref::got, 4)},
    {R_X86_64_GOTPCRELX, relative(Ref::got, 4)},
    {R_X86_64_REX_GOTPCRELX, relative(Ref::got, 4)},
    {R_X86_64_GOTTPOFF, relative(Ref::tls_got, 4)},
    {R_X86_64_TPOFF32, absolute(Ref::tls_offset, 4)},
    {R_X86_64_TLSGD, relative(Ref::tls_index, 4)},
    {R_X86_64_GOTPC32_TLSDESC, relative(Ref::tls_descriptor, 4)},
    {R_X86_64_TLSDESC_CALL, role(Kind::mark, 0, Ref::tls_descriptor)},
};

constexpr Row kAarch64[] = {
    {R_AARCH64_NONE, role(Kind::ignored)},
    {R_AARCH64_ABS64, absolute(Ref::address, 8)},
    {R_AARCH64_ABS32, absolute(Ref::address, 4)},
    {R_AARCH64_ABS16, absolute(Ref::address, 2)},
    {R_AARCH64_PREL64, relative(Ref::address, 8)},
    {R_AARCH64_PREL32, relative(Ref::address, 4)},
    {R_AARCH64_PREL16, relative(Ref::address, 2)},
    {R_AARCH64_LD_PREL_LO19, field(Ref::address)},
    {R_AARCH64_ADR_PREL_LO21, field(Ref::address)},
    {R_AARCH64_ADR_PREL_PG_HI21, field(Ref::address_high)},
    {R_AARCH64_ADR_PREL_PG_HI21_NC, field(Ref::address_high)},
    {R_AARCH64_ADD_ABS_LO12_NC, field(Ref::address_low)},
    {R_AARCH64_LDST8_ABS_LO12_NC, field(Ref::address_low)},
    {R_AARCH64_LDST16_ABS_LO12_NC, field(Ref::address_low)},
    {R_AARCH64_LDST32_ABS_LO12_NC, field(Ref::address_low)},
    {R_AARCH64_LDST64_ABS_LO12_NC, field(Ref::address_low)},
    {R_AARCH64_LDST128_ABS_LO12_NC, field(Ref::address_low)},
    {R_AARCH64_TSTBR14, field(Ref::address)},
    {R_AARCH64_CONDBR19, field(Ref::address)},
    {R_AARCH64_JUMP26, field(Ref::address)},
    {R_AARCH64_CALL26, field(Ref::address)},
    {R_AARCH64_ADR_GOT_PAGE, field(Ref::got_high)},
    {R_AARCH64_LD64_GOT_LO12_NC, field(Ref::got_low)},
    {R_AARCH64_TLSIE_ADR_GOTTPREL_PAGE21, field(Ref::tls_got_high)},
    {R_AARCH64_TLSIE_LD64_GOTTPREL_LO12_NC, field(Ref::tls_got_low)},
    {R_AARCH64_TLSLE_ADD_TPREL_HI12, field(Ref::tls_offset_high)},
    {R_AARCH64_TLSLE_ADD_TPREL_LO12, field(Ref::tls_offset_low)},
    {R_AARCH64_TLSLE_ADD_TPREL_LO12_NC, field(Ref::tls_offset_low)},
    {R_AARCH64_TLSLE_LDST8_TPREL_LO12, field(Ref::tls_offset_low)},
    {R_AARCH64_TLSLE_LDST8_TPREL_LO12_NC, field(Ref::tls_offset_low)},
    {R_AARCH64_TLSLE_LDST16_TPREL_LO12, field(Ref::tls_offset_low)},
    {R_AARCH64_TLSLE_LDST16_TPREL_LO12_NC, field(Ref::tls_offset_low)},
    {R_AARCH64_TLSLE_LDST32_TPREL_LO12, field(Ref::tls_offset_low)},
    {R_AARCH64_TLSLE_LDST32_TPREL_LO12_NC, field(Ref::tls_offset_low)},
    {R_AARCH64_TLSLE_LDST64_TPREL_LO12, field(Ref::tls_offset_low)},
    {R_AARCH64_TLSLE_LDST64_TPREL_LO12_NC, field(Ref::tls_offset_low)},
    {R_AARCH64_TLSDESC_ADR_PAGE21, field(Ref::tls_descriptor)},
    {R_AARCH64_TLSDESC_LD64_LO12, field(Ref::tls_descriptor)},
    {R_AARCH64_TLSDESC_ADD_LO12, field(Ref::tls_descriptor)},
    {R_AARCH64_TLSDESC_CALL, role(Kind::mark, 0, Ref::tls_descriptor)},
};

constexpr Row kRiscv[] = {
    {R_RISCV_NONE, role(Kind::ignored)},
    {R_RISCV_RELAX, role(Kind::ignored)},
    {R_RISCV_ALIGN, role(Kind::ignored)},
    {R_RISCV_64, absolute(Ref::address, 8)},
    {R_RISCV_32, absolute(Ref::address, 4)},
    {R_RISCV_32_PCREL, relative(Ref::address, 4)},
    {R_RISCV_PLT32, relative(Ref::address, 4)},
    {R_RISCV_BRANCH, field(Ref::address)},
    {R_RISCV_JAL, field(Ref::address)},
    {R_RISCV_RVC_BRANCH, field(Ref::address)},
    {R_RISCV_RVC_JUMP, field(Ref::address)},
    {R_RISCV_CALL, role(Kind::call_pair)},
    {R_RISCV_CALL_PLT, role(Kind::call_pair)},
    {R_RISCV_HI20, field(Ref::address_high)},
    {R_RISCV_PCREL_HI20, field(Ref::address_high)},
    {R_RISCV_LO12_I, field(Ref::address_low)},
    {R_RISCV_LO12_S, field(Ref::address_low)},
    {R_RISCV_GOT_HI20, field(Ref::got_high)},
    {R_RISCV_TLS_GOT_HI20, field(Ref::tls_got_high)},
    {R_RISCV_TLS_GD_HI20, field(Ref::tls_index)},
    {R_RISCV_TPREL_HI20, field(Ref::tls_offset_high)},
    {R_RISCV_TPREL_LO12_I, field(Ref::tls_offset_low)},
    {R_RISCV_TPREL_LO12_S, field(Ref::tls_offset_low)},
    {R_RISCV_TPREL_ADD, role(Kind::mark, 0, Ref::tls_offset_add)},
    {R_RISCV_PCREL_LO12_I, role(Kind::low_of_label)},
    {R_RISCV_PCREL_LO12_S, role(Kind::low_of_label)},
    {R_RISCV_ADD8, role(Kind::add, 1)},
    {R_RISCV_ADD16, role(Kind::add, 2)},
    {R_RISCV_ADD32, role(Kind::add, 4)},
    {R_RISCV_ADD64, role(Kind::add, 8)},
    {R_RISCV_SUB8, role(Kind::subtract, 1)},
    {R_RISCV_SUB16, role(Kind::subtract, 2)},
    {R_RISCV_SUB32, role(Kind::subtract, 4)},
    {R_RISCV_SUB64, role(Kind::subtract, 8)},
    {R_RISCV_SET8, role(Kind::set, 1)},
    {R_RISCV_SET16, role(Kind::set, 2)},
    {R_RISCV_SET32, role(Kind::set, 4)},
};

std::span<const Row> rows(Isa isa) {
  switch (isa) {
    case Isa::x86_64:
      return kX86;
    case Isa::aarch64:
      return kAarch64;
    case Isa::riscv64:
      break;
  }
  return kRiscv;
}

uint32_t machine(Isa isa) {
  switch (isa) {
    case Isa::x86_64:
      return EM_X86_64;
    case Isa::aarch64:
      return EM_AARCH64;
    case Isa::riscv64:
      break;
  }
  return EM_RISCV;
}

}  // namespace

RelocationKind relocation_kind(Isa isa, uint32_t type) {
  for (const Row& row : rows(isa))
    if (row.type == type) return row.kind;
  return {};
}

std::string relocation_name(Isa isa, uint32_t type) {
  return llvm::object::getELFRelocationTypeName(machine(isa), type).str();
}

}  // namespace portolan::assembly
