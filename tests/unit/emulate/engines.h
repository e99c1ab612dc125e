// What the engine tests share: every engine that exists for an ISA, and code for it in assembler or C.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "emulate/engine.h"

namespace portolan::emulate {

struct EngineCase {
  std::string engine;
  Isa isa;
};
inline std::string case_name(const testing::TestParamInfo<EngineCase>& info) {
  std::string name = info.param.engine + "_" + std::string(to_string(info.param.isa));
  std::erase(name, '-');
  return name;
}
std::vector<EngineCase> engine_cases();

// One of the texts, by ISA.
std::string by_isa(Isa isa, const char* x86, const char* aarch64, const char* riscv64);
Image image_of_assembly(Isa isa, const std::string& text);
// Compiles with the (cross) gcc of the ISA.
Image image_of_c(Isa isa, const std::string& source, const std::string& options = "-O2");
Request request_for(const Image& image, const std::string& function, std::vector<uint64_t> arguments = {});
uint64_t result_of(Isa isa, const Outcome& outcome);

class EngineTest : public testing::TestWithParam<EngineCase> {
 protected:
  void SetUp() override;
  Outcome run(const Image& image, const Request& request);
  Isa isa() const { return GetParam().isa; }
  std::unique_ptr<Engine> engine_;
};

std::string describe(const Outcome& outcome);

}  // namespace portolan::emulate
