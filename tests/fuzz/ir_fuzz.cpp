// The text form of the IR: never crashes; what is read prints and is read as the same again, runs, and simplifies to
// something well-formed.
#include <cstdlib>

#include "ir/interpreter.h"
#include "ir/parse.h"
#include "ir/ssa.h"

namespace portolan::ir {
namespace {

struct NoMemory : Environment {
  bool read(uint64_t, std::span<uint8_t>) override { return false; }
  bool write(uint64_t, std::span<const uint8_t>) override { return false; }
};

void use(const Function& f) {
  const std::string text = print(f);
  Expected<Function> again = parse_function(text, "printed");
  if (!again || print(*again) != text) std::abort();
  uint32_t widest = 0;
  for (const Instruction& i : f.values) {
    if (i.op == Op::get_slot || i.op == Op::set_slot) return;  // which slots there are is a machine's business
    widest = std::max(widest, i.width);
  }
  if (widest > 1024) return;  // takes long, finds nothing
  NoMemory world;
  uint64_t steps = 200;
  Start start;
  start.steps = &steps;
  Interpreter(f).run(world, start);
  simplify(f);
}

}  // namespace
}  // namespace portolan::ir

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace portolan;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  Expected<std::vector<ir::Function>> functions = ir::parse_functions(text, "input");
  if (!functions) return 0;
  for (const ir::Function& f : *functions) ir::use(f);
  return 0;
}
