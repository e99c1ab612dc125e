#include "emulate/simt/amdgcn_program.h"

#include "frontends/amdgcn/spaces.h"

namespace portolan::simt {

Program empty_amdgcn_program() {
  Program program;
  program.shared_window = amdgcn::kSharedWindow;
  program.local_window = amdgcn::kPrivateWindow;
  program.parameter_window = amdgcn::kArgumentWindow;
  return program;
}

void add_code(Program& program, const std::string& name, const amdgcn::LiftedCode& code) {
  Code made;
  made.function = &code.code;
  made.slot_widths = code.slots;
  made.arithmetic = code.arithmetic;
  made.frame_bytes = code.uses_scratch ? 1 : 0;  // scratch is addressed from the window's start
  program.functions.emplace(name, std::move(made));
}

void set_wave(Launch& launch, amdgcn::Processor processor) {
  launch.lane_width = amdgcn::lane_width(processor);
  launch.whole_warps = true;
}

void pad_arguments(std::vector<uint8_t>& arguments) {
  constexpr size_t kLargestPiece = 64;
  arguments.resize((arguments.size() + kLargestPiece - 1) / kLargestPiece * kLargestPiece);
}

void append_hidden_arguments(std::vector<uint8_t>& arguments, const Launch& launch, uint64_t total_bytes) {
  arguments.resize((arguments.size() + 7) / 8 * 8);
  auto put = [&](uint32_t v, unsigned bytes) {
    for (unsigned n = 0; n < bytes; ++n) arguments.push_back(static_cast<uint8_t>(v >> (8 * n)));
  };
  for (uint32_t v : {launch.grid.x, launch.grid.y, launch.grid.z}) put(v, 4);
  for (uint32_t v : {launch.block.x, launch.block.y, launch.block.z}) put(v, 2);
  for (int n = 0; n < 3; ++n) put(0, 2);  // remainders: every block is whole
  if (arguments.size() < total_bytes) arguments.resize(total_bytes);
}

}  // namespace portolan::simt
