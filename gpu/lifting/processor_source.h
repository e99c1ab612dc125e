// A function of x86-64, AArch64 or RISC-V as a kernel of one thread: arguments and stack by the calling convention, the
// unit's data in memory, and the functions of the C library that loops over numbers call.
#pragma once

#include <deque>
#include <memory>

#include "frontends/asm/lift.h"
#include "gpu/lifting/source.h"

namespace portolan::lifting {

class ProcessorSource : public Source {
 public:
  // The error: an instruction that is not understood, a function that is not here.
  static Expected<std::unique_ptr<ProcessorSource>> make(const assembly::CodeIndex& index,
                                                         const manifest::Kernel& kernel);

  const simt::Program& program() const override { return program_; }
  std::optional<std::string> misfit(const differential::Instance& instance) const override;
  differential::Prepared prepare(const differential::Instance& instance, unsigned variant) const override;
  void mark_number(differential::Prepared& p, size_t argument, std::span<const simt::Mark> marks,
                   simt::Observer& observer) const override;

 private:
  explicit ProcessorSource(Isa isa) : machine_(assembly::Machine::get(isa)) {}

  std::optional<Diagnostic> lift(const assembly::CodeIndex& index, const std::string& function);
  void place_data(const assembly::Unit& unit);
  void add(ir::Function function, const std::string& name);
  ir::Function entry(const manifest::Kernel& kernel) const;
  // Behind the machine's own: where the result goes.
  assembly::Slot result_address() const { return static_cast<assembly::Slot>(machine_.slots.size()); }

  const assembly::Machine& machine_;
  simt::Memory memory_;  // with the unit's data
  simt::Program program_;
  std::deque<ir::Function> functions_;
};

}  // namespace portolan::lifting
