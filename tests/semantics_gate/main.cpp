// portolan_semantics_gate: every lifted opcode of an ISA against a processor or an emulator, on random operands and
// states. Fails when any case disagrees.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "frontends/aarch64/lifter.h"
#include "frontends/riscv64/lifter.h"
#include "frontends/x86_64/lifter.h"
#include "tests/semantics_gate/gate.h"

namespace portolan::gate {
namespace {

const assembly::Lifter& lifter_of(Isa isa) {
  switch (isa) {
    case Isa::x86_64:
      return x86_64::lifter();
    case Isa::aarch64:
      return aarch64::lifter();
    case Isa::riscv64:
      break;
  }
  return riscv64::lifter();
}

// Prints disagreements and what was not tested; false if there are disagreements.
bool report(const Options& options, const std::vector<OpcodeCount>& counts, bool verbose) {
  unsigned excused = 0, tested = 0, disagreeing = 0, untested = 0;
  unsigned long agree = 0, disagree = 0, misaligned = 0, lacking = 0;
  for (const OpcodeCount& c : counts) {
    agree += c.agree;
    disagree += c.disagree;
    excused += c.excused;
    if (c.excused > 0) fmt::print("excused {} {} cases: {}\n", c.opcode, c.excused, c.note);
    misaligned += c.misaligned;
    lacking += c.oracle_lacks;
    (c.agree + c.disagree > 0 ? tested : untested) += 1;
    disagreeing += c.disagree > 0;
    if (c.disagree > 0) fmt::print("DISAGREE {} {} of {}\n{}", c.opcode, c.disagree, c.agree + c.disagree, c.failure);
    if (c.agree + c.disagree == 0) {
      fmt::print("untested {}: {}\n", c.opcode, c.oracle_lacks ? "the oracle does not know it" : c.note);
    } else if (c.note.starts_with("row does not")) {
      fmt::print("UNDECLARED {}: {}\n", c.opcode, c.note);
    }
    if (verbose)
      fmt::print("{} agree {} disagree {} refused {} misaligned {} oracle lacks {} unjudged {} {}\n", c.opcode, c.agree,
                 c.disagree, c.refused, c.misaligned, c.oracle_lacks, c.unjudged, c.note);
  }
  fmt::print(
      "{} against {}: {} opcodes tested, {} disagree, {} untested; {} cases agree, {} disagree, {} excused, {} "
      "misaligned, {} unknown to the oracle; seed {}\n",
      to_string(options.isa), options.engine, tested, disagreeing, untested, agree, disagree, excused, misaligned,
      lacking, options.seed);
  return disagree == 0;
}

}  // namespace
}  // namespace portolan::gate

int main(int argc, char** argv) {
  using namespace portolan;
  CLI::App app("compares the lifted semantics of instructions with a processor or an emulator");
  gate::Options options;
  std::string isa = "x86-64";
  bool verbose = false;
  app.add_option("--isa", isa, "x86-64, aarch64 or riscv64");
  app.add_option("--engine", options.engine, "native, qemu or unicorn (default: native for x86-64, else qemu)");
  app.add_option("--seed", options.seed, "of the random cases");
  app.add_option("--cases", options.cases, "per opcode");
  app.add_option("--opcode", options.opcode, "only opcodes whose LLVM name contains this");
  app.add_option("--shown", options.shown, "disagreements printed per opcode");
  std::string sabotage;
  app.add_option("--break", sabotage, "OP=OP: replaces an op of the IR by another, which must be noticed");
  app.add_flag("--verbose", verbose, "one line per opcode");
  CLI11_PARSE(app, argc, argv);
  const std::optional<Isa> parsed = isa_from_string(isa);
  if (!parsed) {
    fmt::print(stderr, "unknown ISA '{}'\n", isa);
    return 3;
  }
  options.isa = *parsed;
  if (options.engine.empty()) options.engine = *parsed == Isa::x86_64 ? "native" : "qemu";
  if (!sabotage.empty()) {
    const size_t equals = sabotage.find('=');
    const auto from = ir::op_from_name(sabotage.substr(0, equals)), to = ir::op_from_name(sabotage.substr(equals + 1));
    if (!from || !to) {
      fmt::print(stderr, "no such ops: {}\n", sabotage);
      return 3;
    }
    options.sabotage = [from, to](ir::Function& function) {
      for (ir::Instruction& inst : function.values)
        if (inst.op == *from) inst.op = *to;
    };
  }
  auto counts = gate::run_gate(options, gate::lifter_of(options.isa));
  if (!counts) {
    fmt::print(stderr, "{}\n", to_string(counts.error()));
    return 2;
  }
  return gate::report(options, *counts, verbose) ? 0 : 1;
}
