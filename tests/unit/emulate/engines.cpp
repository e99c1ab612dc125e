#include "engines.h"

#include <fmt/format.h>

#include "emulate/assemble.h"
#include "emulate/subprocess.h"

namespace portolan::emulate {

std::vector<EngineCase> engine_cases() {
  std::vector<EngineCase> cases;
  for (const char* name : {"native", "unicorn", "qemu", "ir"})
    for (Isa isa : kIsas)
      if (make_engine(name, isa)) cases.push_back({name, isa});
  return cases;
}

std::string by_isa(Isa isa, const char* x86, const char* aarch64, const char* riscv64) {
  const char* const texts[] = {x86, aarch64, riscv64};
  return texts[static_cast<size_t>(isa)];
}

static Image link_one(Isa isa, const Expected<Object>& object) {
  EXPECT_TRUE(object) << (object ? "" : to_string(object.error()));
  if (!object) return {};
  Expected<Image> image = link_image(isa, {&*object, 1});
  EXPECT_TRUE(image) << (image ? "" : to_string(image.error()));
  return image ? std::move(*image) : Image{};
}

Image image_of_assembly(Isa isa, const std::string& text) {
  return link_one(isa, assemble(isa, text));
}

Image image_of_c(Isa isa, const std::string& source, const std::string& options) {
  Expected<TemporaryDirectory> directory = TemporaryDirectory::make();
  if (!directory) return {};
  const std::string in = directory->file("in.c"), out = directory->file("out.o");
  write_file(in, {reinterpret_cast<const uint8_t*>(source.data()), source.size()});
  const std::string compiler = by_isa(isa, "gcc", "aarch64-linux-gnu-gcc", "riscv64-linux-gnu-gcc");
  Expected<ProcessResult> result = run_process({compiler, options, "-w", "-ffp-contract=off", "-c", in, "-o", out});
  EXPECT_TRUE(result && result->status == 0) << (result ? result->messages : to_string(result.error()));
  return link_one(isa, read_file(out));
}

Request request_for(const Image& image, const std::string& function, std::vector<uint64_t> arguments) {
  Request request;
  const uint64_t* entry = image.find_symbol(function);
  EXPECT_NE(entry, nullptr) << function;
  request.entry = entry == nullptr ? 0 : *entry;
  request.state = initial_state(image.isa);
  for (size_t i = 0; i < arguments.size(); ++i) request.state.general[integer_arguments(image.isa)[i]] = arguments[i];
  return request;
}

uint64_t result_of(Isa isa, const Outcome& outcome) {
  return outcome.state.general[isa == Isa::riscv64 ? 10 : 0];
}

void EngineTest::SetUp() {
  Expected<std::unique_ptr<Engine>> engine = make_engine(GetParam().engine, isa());
  ASSERT_TRUE(engine) << to_string(engine.error());
  engine_ = std::move(*engine);
}

Outcome EngineTest::run(const Image& image, const Request& request) {
  Expected<Outcome> outcome = engine_->run(image, request);
  EXPECT_TRUE(outcome) << (outcome ? "" : to_string(outcome.error()));
  return outcome ? std::move(*outcome) : Outcome{};
}

std::string describe(const Outcome& outcome) {
  return fmt::format("ending {} trap {} access {} at {:#x}, pc {:#x}, {}", static_cast<int>(outcome.ending),
                     static_cast<int>(outcome.trap.kind), static_cast<int>(outcome.trap.access), outcome.trap.address,
                     outcome.state.pc, outcome.detail);
}

}  // namespace portolan::emulate
