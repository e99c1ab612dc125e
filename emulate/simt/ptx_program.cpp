#include "emulate/simt/ptx_program.h"

#include "frontends/ptx/spaces.h"

namespace portolan::simt {

Program empty_ptx_program() {
  Program program;
  program.shared_window = ptx::kSharedWindow;
  program.local_window = ptx::kLocalWindow;
  program.parameter_window = ptx::kParameterWindow;
  return program;
}

void add_function(Program& program, const ptx::LiftedFunction& function) {
  Code code;
  code.function = &function.code;
  for (const ptx::Slot& slot : function.slots) code.slot_widths.push_back(slot.width);
  code.frame_bytes = function.frame_bytes;
  program.functions.emplace(function.name, std::move(code));
}

Expected<Program> load(const ptx::Program& lifted, Memory& memory) {
  Program program = empty_ptx_program();
  for (const ptx::LiftedFunction& f : lifted.functions) add_function(program, f);
  for (const ptx::Variable& v : lifted.variables) {
    if (v.size == 0 || v.size > (uint64_t{1} << 30))
      return error_at(v.location, "variable '" + v.name + "' has no size that can be run");
    // Without an initial value a variable is zero (PTX ISA, 5.4.4).
    std::vector<uint8_t> bytes = v.bytes;
    bytes.resize(v.size);
    program.symbols[v.name] = memory.allocate(v.name, v.size, bytes, v.space != ptx::Space::constant);
  }
  for (const ptx::Variable& v : lifted.variables)
    for (const ptx::InitialValue& a : v.addresses) {
      const auto target = program.symbols.find(a.symbol);
      if (target == program.symbols.end())
        return error_at(v.location, "the address of '" + a.symbol + "' is not known here");
      const uint64_t address = target->second + static_cast<uint64_t>(a.addend);
      Allocation* allocation = memory.at(program.symbols[v.name]);
      for (unsigned n = 0; n < 8; ++n) allocation->bytes[a.offset + n] = static_cast<uint8_t>(address >> (8 * n));
    }
  return program;
}

}  // namespace portolan::simt
