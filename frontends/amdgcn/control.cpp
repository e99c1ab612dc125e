// Branches, barriers, the end of a wave. Waiting for counters changes nothing here, since every access is done at once:
// a wait that is missing is not found.
#include "frontends/amdgcn/code_lifter.h"
#include "frontends/amdgcn/row.h"

namespace portolan::amdgcn {
namespace {

int64_t words(Insn& x) {
  return static_cast<int16_t>(x.operand(0).value);
}

void jump(Insn& x) {
  x.lifter().go(x.b, words(x));
}

void jump_far(Insn& x) {
  x.operand(0);
  if (!x.lifter().go_far(x.b)) x.refuse("calls and jumps to addresses");
}

void branch(Insn& x) {
  ValueId bit;
  if (x.name().find("scc") != std::string_view::npos) {
    bit = x.name().ends_with('1') ? x.scc() : x.b.bit_not(x.scc());
  } else {
    ValueId mask;
    if (x.name().find("exec") != std::string_view::npos) {
      mask = x.exec(x.lanes());
    } else {
      mask = x.b.get_slot(kVccLow, 32);
      if (x.lanes() == 64) mask = x.b.concat(x.b.get_slot(kVccLow + 1, 32), mask);
    }
    const ValueId zero = x.b.is_zero(mask);
    bit = x.name().ends_with("nz") ? x.b.bit_not(zero) : zero;
  }
  x.lifter().branch(x.b, bit, words(x));
}

void end_wave(Insn& x) {
  x.lifter().finish(x.b);
}

void nothing(Insn& x) {
  for (const Modifier& m : x.text.modifiers) x.modifier(m.name);
}

void message(Insn& x) {
  if (x.operand(0).text != "sendmsg(MSG_DEALLOC_VGPRS)") x.refuse("messages other than the release of registers");
}

void barrier(Insn& x) {
  const ValueId zero = x.b.constant(32, 0);
  x.b.block_barrier(zero, zero, x.b.constant(1, 0));
}

// The address of the next instruction.
void program_counter(Insn& x) {
  x.write(0, x.b.constant(64, x.lifter().next_address()));
}

constexpr Row kRows[] = {
    {"s_branch", jump},
    {"s_cbranch_{scc0,scc1,vccz,vccnz,execz,execnz}", branch},
    {"s_endpgm", end_wave},
    {"s_{nop,sleep,clause,delay_alu,waitcnt,wait_idle,set_inst_prefetch_distance,inst_prefetch,setprio}", nothing},
    {"s_waitcnt_{depctr,vscnt,vmcnt,lgkmcnt,expcnt}", nothing},
    {"s_{icache_inv,dcache_inv,dcache_wb}", nothing},
    {"buffer_{gl0_inv,gl1_inv,inv,wbl2,wbinvl1,wbinvl1_vol}", nothing},
    {"s_sendmsg", message},
    {"s_barrier", barrier},
    {"s_getpc_b64", program_counter},
    {"s_setpc_b64", jump_far},
    {"s_swappc_b64", nullptr, "calls"},
    {"s_call_b64", nullptr, "calls"},
    {"s_{trap,sethalt,rfe_b64}", nullptr, "traps"},
};

}  // namespace

RowSpan control_rows() {
  return kRows;
}

}  // namespace portolan::amdgcn
