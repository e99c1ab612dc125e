#include "frontends/x86_64/state.h"

#include <cctype>
#include <map>
#include <string>

namespace portolan::x86_64 {
namespace {

using assembly::Machine;
using assembly::McTarget;

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

// Names of each general register, widest first; the fifth is bits 8..15.
constexpr std::string_view kGeneral[][5] = {
    {"rax", "eax", "ax", "al", "ah"}, {"rbx", "ebx", "bx", "bl", "bh"}, {"rcx", "ecx", "cx", "cl", "ch"},
    {"rdx", "edx", "dx", "dl", "dh"}, {"rsi", "esi", "si", "sil", ""},  {"rdi", "edi", "di", "dil", ""},
    {"rbp", "ebp", "bp", "bpl", ""},  {"rsp", "esp", "sp", "spl", ""},
};
constexpr uint16_t kWidths[] = {64, 32, 16, 8, 8};

std::map<std::string, Place> places_by_name(const Machine& machine) {
  std::map<std::string, Place> result;
  auto general = [&](const std::string& name, Slot slot, unsigned column) {
    result[name] = {Place::Kind::general, static_cast<uint8_t>(column == 4 ? 8 : 0), kWidths[column], slot};
  };
  for (const auto& names : kGeneral)
    for (unsigned column = 0; column < 5; ++column)
      if (!names[column].empty()) general(std::string(names[column]), machine.slot(names[0]), column);
  for (unsigned i = 8; i < 16; ++i) {
    std::string name = "r" + std::to_string(i);
    const char* suffixes[] = {"", "d", "w", "b"};
    for (unsigned column = 0; column < 4; ++column) general(name + suffixes[column], machine.slot(name), column);
  }
  for (unsigned i = 0; i < 16; ++i) {
    std::string n = std::to_string(i);
    Slot low = machine.slot("xmm" + n), high = machine.slot("ymm" + n + "h");
    result["xmm" + n] = {Place::Kind::xmm, 0, 128, low, high};
    result["ymm" + n] = {Place::Kind::ymm, 0, 256, low, high};
  }
  return result;
}

State make_state() {
  const Machine& machine = Machine::get(Isa::x86_64);
  const llvm::MCRegisterInfo& registers = McTarget::get(Isa::x86_64).registers();
  State s{};
  auto slot = [&](const char* name) { return machine.slot(name); };
  s.rax = slot("rax"), s.rbx = slot("rbx"), s.rcx = slot("rcx"), s.rdx = slot("rdx");
  s.rsi = slot("rsi"), s.rdi = slot("rdi"), s.rsp = slot("rsp"), s.rbp = slot("rbp");
  s.cf = slot("cf"), s.pf = slot("pf"), s.af = slot("af"), s.zf = slot("zf");
  s.sf = slot("sf"), s.of = slot("of"), s.df = slot("df");
  s.xmm0 = slot("xmm0"), s.ymm0h = slot("ymm0h");
  std::map<std::string, Place> by_name = places_by_name(machine);
  s.places.resize(registers.getNumRegs());
  for (unsigned reg = 1; reg < registers.getNumRegs(); ++reg) {
    std::string name = lower(registers.getName(reg));
    if (auto it = by_name.find(name); it != by_name.end()) s.places[reg] = it->second;
    if (name == "rip") s.rip = reg;
    if (name == "eip") s.eip = reg;
    if (name == "fs") s.fs = reg;
    if (name == "gs") s.gs = reg;
  }
  return s;
}

}  // namespace

const State& State::get() {
  static const State state = make_state();
  return state;
}

}  // namespace portolan::x86_64
