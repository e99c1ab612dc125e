// One harness process with one image loaded: sends it operations, receives its reports.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "emulate/channel.h"
#include "emulate/elf_writer.h"
#include "emulate/harness.h"
#include "emulate/memory_plan.h"
#include "emulate/signal_frame.h"

namespace portolan::emulate {

class HarnessSession {
 public:
  using Milliseconds = std::chrono::milliseconds;

  // `command` as in ProcessEngineSetup. The image must outlive the session.
  static Expected<std::unique_ptr<HarnessSession>> start(const Harness& harness, const Image& image,
                                                         const std::vector<std::string>& command);

  // Queues everything up to the entry of the emulated function, and not the entry.
  void begin(const MemoryPlan& plan, const Request& request);
  // Queues going on from a stop with these registers.
  void resume(const MachineState& state);
  // Queues the same, noting up to `steps` instructions (at most kMaxSteps), then stopping.
  void resume_stepping(MachineState state, uint64_t steps);
  static constexpr uint64_t kMaxSteps = kTraceSize / 8;
  // The notes since resume_stepping, after a stop.
  Channel::Status read_steps(std::vector<uint64_t>& addresses);
  static bool is_step_stop(const SignalFrame& frame);
  // Queues sending back the memory that a run may have changed.
  void request_memory(const MemoryPlan& plan);

  // Waits for the report of a stop.
  Channel::Status wait_stop(Milliseconds limit, SignalFrame& frame);
  // Waits for what request_memory asked for, and fills in the outcome.
  Channel::Status wait_memory(const Request& request, const MemoryPlan& plan, Outcome& outcome);

  Channel::Status read(uint64_t address, std::span<uint8_t> bytes);
  void write(uint64_t address, std::span<const uint8_t> bytes);

  const FrameCodec& codec() const { return codec_; }
  Channel& channel() { return *channel_; }

 private:
  HarnessSession(const Harness& harness, const Image& image, bool native)
      : harness_(harness), image_(image), native_(native), codec_(image.isa, image.isa == Isa::x86_64 && !native) {}
  void command(HarnessOp op, std::initializer_list<uint64_t> operands);
  void system(uint64_t number, std::initializer_list<uint64_t> arguments);
  void map(uint64_t address, uint64_t size);
  void install_handlers();
  void install_filter();
  void map_regions(const MemoryPlan& plan);

  const Harness& harness_;
  const Image& image_;
  bool native_;
  FrameCodec codec_;
  std::unique_ptr<Channel> channel_;
  std::vector<uint64_t> offsets_;  // of the image's segments in the executable
  SignalFrame template_;
  std::vector<PageRun> mapped_;  // contents only of read-only runs
  uint64_t stack_size_ = 0;
  uint64_t thread_pointer_ = 0;
};

}  // namespace portolan::emulate
