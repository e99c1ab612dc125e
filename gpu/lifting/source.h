// What is lifted: kernels of a module, or functions of a processor that are run as kernels of one thread.
#pragma once

#include <span>

#include "frontends/ptx/source_lines.h"
#include "gpu/differential/prepare.h"

namespace portolan::lifting {

class Source {
 public:
  virtual ~Source() = default;
  virtual const simt::Program& program() const = 0;
  // Why the manifest is not for this code.
  virtual std::optional<std::string> misfit(const differential::Instance& instance) const = 0;
  virtual differential::Prepared prepare(const differential::Instance& instance, unsigned variant) const = 0;
  // Of the bytes of a number that is an argument; before the launch.
  virtual void mark_number(differential::Prepared& p, size_t argument, std::span<const simt::Mark> marks,
                           simt::Observer& observer) const = 0;
  // Of the source, which an instruction of this line came from; line 0: nothing is known.
  virtual SourceLocation place(uint32_t) const { return {}; }
};

class ModuleSource : public Source {
 public:
  // `lines`: of the source that was compiled; outlives this. Null: the module's lines are the source's.
  explicit ModuleSource(const simt::Module& module, const ptx::SourceLines* lines = nullptr)
      : module_(module), lines_(lines) {}
  const simt::Program& program() const override { return module_.program; }
  std::optional<std::string> misfit(const differential::Instance& instance) const override;
  differential::Prepared prepare(const differential::Instance& instance, unsigned variant) const override;
  void mark_number(differential::Prepared& p, size_t argument, std::span<const simt::Mark> marks,
                   simt::Observer& observer) const override;
  SourceLocation place(uint32_t line) const override;

 private:
  const simt::Module& module_;
  const ptx::SourceLines* lines_;
};

}  // namespace portolan::lifting
