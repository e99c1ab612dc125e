#include <fmt/format.h>

#include "emulate/engine.h"
#include "emulate/ir_engine.h"
#include "emulate/process_engine.h"
#include "emulate/unicorn_engine.h"

namespace portolan::emulate {
namespace {

Expected<std::unique_ptr<Engine>> make_native(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::x86_64) {
    Capabilities can;
    can.externals = can.access_kind = can.fp_status = can.x87 = can.upper_vectors = true;
    can.coverage = can.counts = true;  // by single-stepping; each round of a repeated string instruction counts
    return make_process_engine({"native", isa, {}, can});
  }
#endif
  return error_at({}, fmt::format("this machine does not run {} code natively", to_string(isa)));
}

std::unique_ptr<Engine> make_qemu(Isa isa) {
  static const std::vector<std::string> kCommands[] = {
      {"qemu-x86_64", "-cpu", "max", "@"},
      {"qemu-aarch64", "@"},
      {"qemu-riscv64", "-cpu", "rv64,v=true,vext_spec=v1.0,zbkb=true,zbkx=true,Zfh=true", "@"},
  };
  Capabilities can;
  can.externals = can.fp_status = true;
  can.x87 = can.upper_vectors = can.access_kind = isa == Isa::x86_64;
  return make_process_engine({"qemu", isa, kCommands[static_cast<size_t>(isa)], can});
}

}  // namespace

Expected<std::unique_ptr<Engine>> make_engine(std::string_view name, Isa isa) {
  if (name == "native") return make_native(isa);
  if (name == "qemu") return make_qemu(isa);
  if (name == "unicorn") return make_unicorn_engine(isa);
  if (name == "ir") return std::unique_ptr<Engine>(make_ir_engine(isa));
  return error_at({},
                  fmt::format("there is no engine '{}' for {}: use ir, native, unicorn or qemu", name, to_string(isa)));
}

}  // namespace portolan::emulate
