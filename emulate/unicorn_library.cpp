#include "emulate/unicorn_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

namespace portolan::emulate {
namespace {

struct Loaded {
  UnicornLibrary library;
  std::string problem;
};

Loaded load() {
  Loaded loaded;
  void* handle = dlopen("libunicorn.so.2", RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    loaded.problem = fmt::format("libunicorn.so.2 cannot be loaded: install libunicorn2 ({})", dlerror());
    return loaded;
  }
  auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(handle, name));
    if (function == nullptr) loaded.problem = fmt::format("libunicorn.so.2 lacks {}", name);
  };
  UnicornLibrary& library = loaded.library;
  find(library.version, "uc_version");
  find(library.open, "uc_open");
  find(library.close, "uc_close");
  find(library.strerror, "uc_strerror");
  find(library.ctl, "uc_ctl");
  find(library.mem_map_ptr, "uc_mem_map_ptr");
  find(library.mem_unmap, "uc_mem_unmap");
  find(library.reg_read, "uc_reg_read");
  find(library.reg_write, "uc_reg_write");
  find(library.reg_read_batch, "uc_reg_read_batch");
  find(library.reg_write_batch, "uc_reg_write_batch");
  find(library.hook_add, "uc_hook_add");
  find(library.emu_start, "uc_emu_start");
  find(library.emu_stop, "uc_emu_stop");
  find(library.context_alloc, "uc_context_alloc");
  find(library.context_save, "uc_context_save");
  find(library.context_restore, "uc_context_restore");
  find(library.context_free, "uc_context_free");
  return loaded;
}

}  // namespace

Expected<const UnicornLibrary*> UnicornLibrary::get() {
  static const Loaded loaded = load();
  if (!loaded.problem.empty()) return error_at({}, loaded.problem);
  return &loaded.library;
}

}  // namespace portolan::emulate
