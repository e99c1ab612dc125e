#include "cli/port_loops.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/output.h"
#include "cli/ported_header.h"
#include "translate/loops/compile.h"
#include "translate/loops/test.h"

namespace portolan::cli {

using namespace accelerator;

namespace {

constexpr size_t kRounds = 2;

// The C type of an element as it lies in memory.
std::string stored_c_type(const State& state, const loops::PlacedTensor& tensor) {
  if (tensor.format && tensor.bytes == 4 && tensor.format->fraction_bits == 23) return "float";
  if (tensor.format && tensor.bytes == 8) return "double";
  return element_c_type(state);
}

std::string header_of(const Description& specification, const loops::Processor& processor, const loops::Code& code) {
  const std::string& name = specification.name;
  std::string members;
  for (const loops::PlacedTensor& t : code.tensors) {
    const State& state = specification.states[t.state];
    std::string extents;
    for (Number extent : state.extent) extents += fmt::format("[{}]", to_string(extent));
    members += fmt::format("  {}{}* {};  /* {}{}, row by row{} */\n", t.is_output ? "" : "const ",
                           stored_c_type(state, t), state.name, state.name, extents,
                           state.type.real && t.bytes == 2 ? ", the bits of " + state.type.real->name : "");
  }
  return fmt::format(
      "/* {0} for {1}: {2}\n   {3}. Tensors must not overlap; the workspace is aligned to 64 bytes. */\n"
      "#pragma once\n#include <stdint.h>\n\nenum {{ {0}_workspace = {4} }};\n\n"
      "struct {0}_tensors {{\n{5}  void* workspace;\n}};\n\nvoid {0}(const struct {0}_tensors* tensors);\n",
      name, processor.name, specification.text, processor.text, code.workspace, members);
}

nlohmann::json tensors_of(const Description& specification, const loops::Code& code) {
  nlohmann::json tensors = nlohmann::json::array();
  for (size_t n = 0; n < code.tensors.size(); ++n) {
    const loops::PlacedTensor& t = code.tensors[n];
    const State& state = specification.states[t.state];
    nlohmann::json extents = nlohmann::json::array();
    for (Number extent : state.extent) extents.push_back(static_cast<int64_t>(extent));
    tensors.push_back({{"name", state.name},
                       {"kind", t.is_output ? "output" : "input"},
                       {"pointer", n},
                       {"bits", 8 * t.bytes},
                       {"row_major", true},
                       {"extents", extents},
                       {"type", state.type_name.name},
                       {"stored", t.format ? t.format->name : state.type_name.name}});
  }
  return tensors;
}

}  // namespace

Exit port_to_processor(const LoopsPort& a, const Description& specification, const loops::Processor& processor,
                       nlohmann::json& entry) {
  const auto refuse = [&](const std::string& why, Exit status) {
    entry["reason"] = why;
    return status;
  };
  entry["processor"] = processor.name;
  const auto code = loops::compile(specification, processor);
  if (!code) return refuse(to_string(code.error()), Exit::fell_short);
  const auto tested = loops::test_code(specification, *code, a.seed, kRounds);
  if (!tested) return refuse(to_string(tested.error()), Exit::fell_short);
  const mapping::TestCounts& counts = tested->counts;
  entry["tests"] = {{"passed", counts.passed}, {"failed", counts.failed}, {"specification_undefined", counts.undefined},
                    {"inputs", counts.kinds},  {"engine", "qemu"},        {"seed", a.seed}};
  entry["arithmetic"] = code->arithmetic;
  if (counts.failed != 0) {
    entry["verdict"] = "refuted";
    return refuse(counts.first_failure, Exit::refuted);
  }
  if (counts.passed == 0)
    return refuse("the specification is undefined on all inputs that were tried", Exit::fell_short);
  entry["verdict"] = "tested";
  entry["code_bytes"] = tested->text_bytes;
  entry["vector_instructions"] = tested->vector_instructions;
  entry["workspace_bytes"] = code->workspace;
  entry["tensors"] = tensors_of(specification, *code);
  if (code->approximate)
    entry["assumptions"] = {"real-algebra: roundings are the processor's",
                            "exp is computed by a series of this project's"};
  const std::string object(tested->object.begin(), tested->object.end());
  const std::string all[] = {code->assembly, object, header_of(specification, processor, *code), entry.dump(2) + "\n"};
  for (size_t n = 0; n < std::size(all); ++n)
    if (const auto error = write_output(a.stem + kLoopEndings[n], all[n]))
      return refuse(to_string(*error), Exit::usage);
  return Exit::ok;
}

}  // namespace portolan::cli
