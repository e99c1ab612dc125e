#include "frontends/asm/machine.h"

#include <fmt/format.h>

namespace portolan::assembly {
namespace {

// Collects slots while a description is written down.
struct Describer {
  explicit Describer(Isa isa) { m.isa = isa; }
  Machine m;
  Slot add(std::string name, uint32_t width) {
    m.slots.push_back({std::move(name), width});
    return static_cast<Slot>(m.slots.size() - 1);
  }
  std::vector<Slot> named(std::initializer_list<std::string_view> names) const {
    std::vector<Slot> slots;
    for (std::string_view name : names) slots.push_back(m.slot(name));
    return slots;
  }
  std::vector<Slot> numbered(std::string_view prefix, unsigned first, unsigned last) const {
    std::vector<Slot> slots;
    for (unsigned n = first; n <= last; ++n) slots.push_back(m.slot(fmt::format("{}{}", prefix, n)));
    return slots;
  }
};

// System V ABI, AMD64 supplement, 3.2.
Machine describe_x86_64() {
  Describer d(Isa::x86_64);
  for (const char* name :
       {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"})
    d.add(name, 64);
  for (const char* flag : {"cf", "pf", "af", "zf", "sf", "of", "df"}) d.add(flag, 1);
  for (unsigned n = 0; n < 16; ++n) d.add(fmt::format("xmm{}", n), 128);
  for (unsigned n = 0; n < 16; ++n) d.add(fmt::format("ymm{}h", n), 128);
  Machine& m = d.m;
  m.stack_pointer = m.slot("rsp");
  m.frame_pointer = m.slot("rbp");
  m.vector_count = m.slot("rax");
  m.return_address_bytes = 8;
  m.integer_arguments = d.named({"rdi", "rsi", "rdx", "rcx", "r8", "r9"});
  m.float_arguments = d.numbered("xmm", 0, 7);
  m.private_integer_arguments = d.named({"r10", "r11"});
  m.integer_results = d.named({"rax", "rdx"});
  m.float_results = d.named({"xmm0", "xmm1"});
  m.callee_saved = d.named({"rbx", "rbp", "r12", "r13", "r14", "r15"});
  return m;
}

// Procedure Call Standard for the Arm 64-bit Architecture, 6.1.
Machine describe_aarch64() {
  Describer d(Isa::aarch64);
  for (unsigned n = 0; n < 31; ++n) d.add(fmt::format("x{}", n), 64);
  d.add("sp", 64);
  for (const char* flag : {"n", "z", "c", "v"}) d.add(flag, 1);
  for (unsigned n = 0; n < 32; ++n) d.add(fmt::format("v{}", n), 128);
  // What a load-exclusive saw, for the store-exclusive that follows.
  d.add("reserved_address", 64);
  d.add("reserved_value", 128);
  Machine& m = d.m;
  m.stack_pointer = m.slot("sp");
  m.return_address = m.slot("x30");
  m.frame_pointer = m.slot("x29");
  m.indirect_result = m.slot("x8");
  m.integer_arguments = d.numbered("x", 0, 7);
  m.float_arguments = d.numbered("v", 0, 7);
  m.integer_results = d.named({"x0", "x1"});
  m.float_results = d.numbered("v", 0, 3);
  m.callee_saved = d.numbered("x", 19, 29);
  m.callee_saved_low_half = d.numbered("v", 8, 15);
  return m;
}

// RISC-V ELF psABI, calling convention LP64D.
Machine describe_riscv64() {
  Describer d(Isa::riscv64);
  for (unsigned n = 1; n < 32; ++n) d.add(fmt::format("x{}", n), 64);
  for (unsigned n = 0; n < 32; ++n) d.add(fmt::format("f{}", n), 64);
  d.add("reserved_address", 64);
  d.add("reserved_value", 64);
  Machine& m = d.m;
  m.stack_pointer = m.slot("x2");
  m.return_address = m.slot("x1");
  m.frame_pointer = m.slot("x8");
  m.integer_arguments = d.numbered("x", 10, 17);
  m.float_arguments = d.numbered("f", 10, 17);
  for (unsigned first : {5u, 28u})
    for (Slot s : d.numbered("x", first, first == 5 ? 7 : 31)) m.private_integer_arguments.push_back(s);
  for (unsigned first : {0u, 28u})
    for (Slot s : d.numbered("f", first, first == 0 ? 7 : 31)) m.private_float_arguments.push_back(s);
  m.integer_results = d.numbered("x", 10, 11);
  m.float_results = d.numbered("f", 10, 11);
  m.callee_saved = d.named({"x8", "x9", "f8", "f9"});
  for (const char* prefix : {"x", "f"})
    for (Slot s : d.numbered(prefix, 18, 27)) m.callee_saved.push_back(s);
  return m;
}

}  // namespace

Slot Machine::slot(std::string_view name) const {
  for (Slot s = 0; s < slots.size(); ++s)
    if (slots[s].name == name) return s;
  return kNoSlot;
}

const Machine& Machine::get(Isa isa) {
  static const Machine kMachines[] = {describe_x86_64(), describe_aarch64(), describe_riscv64()};
  return kMachines[static_cast<unsigned>(isa)];
}

}  // namespace portolan::assembly
