// One Unicorn engine with one image loaded. Memory is mapped from buffers of our own, so that setting up and comparing
// are plain copies.
#pragma once

#include <set>

#include "emulate/guest_memory.h"
#include "emulate/unicorn_registers.h"
#include "emulate/watchdog.h"

namespace portolan::emulate {

class UnicornMachine {
 public:
  // `observe`: with hooks that collect coverage, count instructions and know which one trapped (without them Unicorn
  // reports the start of the block). Hooks change the translation and cost time, so the machine that only runs has
  // none.
  static Expected<std::unique_ptr<UnicornMachine>> make(const Image& image, bool observe);
  ~UnicornMachine();

  Outcome run(const Request& request, const MemoryPlan& plan);

 private:
  using Mapped = GuestMemory::Mapped;
  // Why emulation stopped, as the hooks saw it.
  struct Stop {
    bool memory = false, invalid = false, too_many = false, system_call = false;
    int interrupt = -1;
    uc_mem_type type = UC_MEM_READ;
    uint64_t address = 0;
  };

  UnicornMachine(const UnicornLibrary& library, const Image& image, bool observe);
  uc_err open();
  uc_err map(Mapped& mapped);
  uc_err add_hooks();
  void load(const Request& request, const MemoryPlan& plan);
  void map_regions(const MemoryPlan& plan);
  // Runs from state.pc until something happens.
  void execute(const Request& request, Outcome& outcome);
  void classify(uc_err error, Outcome& outcome);
  TrapKind exception_kind(uint64_t pc);
  void on_block(uint64_t address, uint32_t size);
  void on_instruction(uint64_t address);

  const UnicornLibrary& library_;
  const Image& image_;
  bool observe_;
  uc_engine* engine_ = nullptr;
  uc_context* fresh_ = nullptr;
  UnicornRegisters registers_;
  GuestMemory memory_;
  Stop stop_;
  Watchdog watchdog_;

  Block last_block_;
  std::set<Block> blocks_;
  std::set<Edge> edges_;
  uint64_t last_pc_ = 0, instructions_ = 0, instruction_limit_ = 0;
};

}  // namespace portolan::emulate
