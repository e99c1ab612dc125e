// libunicorn, loaded when the first engine of its kind is made: 19 MB that cost a process 5 ms to start with, and that
// most runs never need.
#pragma once

#include <unicorn/unicorn.h>

#include "ir/diagnostic.h"

namespace portolan::emulate {

// The functions used, under their names without "uc_".
struct UnicornLibrary {
  decltype(&uc_version) version = nullptr;
  decltype(&uc_open) open = nullptr;
  decltype(&uc_close) close = nullptr;
  decltype(&uc_strerror) strerror = nullptr;
  decltype(&uc_ctl) ctl = nullptr;
  decltype(&uc_mem_map_ptr) mem_map_ptr = nullptr;
  decltype(&uc_mem_unmap) mem_unmap = nullptr;
  decltype(&uc_reg_read) reg_read = nullptr;
  decltype(&uc_reg_write) reg_write = nullptr;
  decltype(&uc_reg_read_batch) reg_read_batch = nullptr;
  decltype(&uc_reg_write_batch) reg_write_batch = nullptr;
  decltype(&uc_hook_add) hook_add = nullptr;
  decltype(&uc_emu_start) emu_start = nullptr;
  decltype(&uc_emu_stop) emu_stop = nullptr;
  decltype(&uc_context_alloc) context_alloc = nullptr;
  decltype(&uc_context_save) context_save = nullptr;
  decltype(&uc_context_restore) context_restore = nullptr;
  decltype(&uc_context_free) context_free = nullptr;

  // Stays loaded until the process ends.
  static Expected<const UnicornLibrary*> get();
};

}  // namespace portolan::emulate
