#include "frontends/lifters.h"

#include "frontends/aarch64/lifter.h"
#include "frontends/riscv64/lifter.h"
#include "frontends/x86_64/lifter.h"

namespace portolan::frontends {

const assembly::Lifter& lifter(Isa isa) {
  switch (isa) {
    case Isa::x86_64:
      return x86_64::lifter();
    case Isa::aarch64:
      return aarch64::lifter();
    case Isa::riscv64:
      return riscv64::lifter();
  }
  return x86_64::lifter();
}

}  // namespace portolan::frontends
