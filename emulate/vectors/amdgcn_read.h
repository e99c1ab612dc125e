// A line of an AMDGCN vectors file: registers and memory before and after one instruction, or a launch of a kernel.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "frontends/amdgcn/processor.h"
#include "ir/diagnostic.h"

namespace portolan::vectors {

struct WaveState {
  std::optional<uint64_t> exec, vcc, pc;
  std::optional<uint32_t> scc, m0;
  std::map<uint32_t, uint32_t> scalar;
  std::map<uint32_t, std::vector<uint32_t>> vector;  // a value for each of the vector's lanes
  std::map<uint64_t, std::vector<uint8_t>> lds, memory;
};

struct WaveVector {
  amdgcn::Processor processor = amdgcn::Processor::gfx1100;
  std::string id, assembly, type;  // type: of a floating-point result, or empty
  std::vector<uint8_t> encoding;
  std::vector<uint32_t> lanes;
  WaveState in, out;
  std::vector<std::string> unchecked;
  bool approximate = false;
};

struct Buffer {
  uint64_t address = 0;
  std::vector<uint8_t> in;
  std::optional<std::vector<uint8_t>> out;  // none: unchanged
};

struct KernelVector {
  amdgcn::Processor processor = amdgcn::Processor::gfx1100;
  std::string id, kernel, object;
  uint64_t entry = 0, lds_bytes = 0;
  std::vector<uint8_t> descriptor, arguments;
  uint32_t grid[3] = {1, 1, 1}, block[3] = {1, 1, 1};
  std::vector<Buffer> buffers;
  bool approximate = false;
};

Expected<WaveVector> read_wave_vector(const nlohmann::json& line, const SourceLocation& location);
Expected<KernelVector> read_kernel_vector(const nlohmann::json& line, const SourceLocation& location);
std::optional<std::vector<uint8_t>> bytes_of(const nlohmann::json& text);

}  // namespace portolan::vectors
