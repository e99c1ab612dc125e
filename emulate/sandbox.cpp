#include "emulate/sandbox.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <cstddef>
#include <cstring>

#include "emulate/layout.h"

namespace portolan::emulate {
namespace {

// Emits tests that fall through when they hold, and return SECCOMP_RET_TRAP when they do not.
class Filter {
 public:
  void load(size_t offset) { emit(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(offset)); }
  void require_equal(uint32_t value) {
    program_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0));
    trap();
  }
  void require_range(uint32_t low, uint32_t end) {  // low <= A < end
    program_.push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, low, 1, 0));
    trap();
    program_.push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, end, 0, 1));
    trap();
  }
  // One system call with the tests that `body` adds; the number is in A before and after when it does not match.
  template <class Body>
  void on(uint32_t number, Body body) {
    const size_t at = program_.size();
    program_.push_back({});
    body();
    emit(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    program_[at] = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, static_cast<uint8_t>(program_.size() - at - 1));
  }
  void trap() { emit(BPF_RET | BPF_K, SECCOMP_RET_TRAP); }
  std::vector<uint8_t> bytes() const {
    std::vector<uint8_t> result(program_.size() * sizeof(sock_filter));
    std::memcpy(result.data(), program_.data(), result.size());
    return result;
  }

 private:
  void emit(int code, uint32_t value) { program_.push_back(BPF_STMT(static_cast<uint16_t>(code), value)); }
  std::vector<sock_filter> program_;
};

constexpr size_t argument(int index, bool high = false) {
  return offsetof(seccomp_data, args) + 8 * static_cast<size_t>(index) + (high ? 4 : 0);
}

}  // namespace

std::vector<uint8_t> harness_filter(uint64_t after_system_call) {
  Filter filter;
  auto require = [&filter](size_t offset, uint32_t value) {
    filter.load(offset);
    filter.require_equal(value);
  };
  // mmap, mprotect, munmap: below the arena's end, never executable.
  auto require_guest_pages = [&] {
    filter.load(argument(0, true));
    filter.require_range(0, static_cast<uint32_t>(kArenaEnd >> 32));
    filter.load(argument(2));
    filter.require_range(0, PROT_EXEC);
  };
  require(offsetof(seccomp_data, arch), AUDIT_ARCH_X86_64);
  require(offsetof(seccomp_data, instruction_pointer) + 4, static_cast<uint32_t>(after_system_call >> 32));
  require(offsetof(seccomp_data, instruction_pointer), static_cast<uint32_t>(after_system_call));
  filter.load(offsetof(seccomp_data, nr));
  filter.on(SYS_rt_sigreturn, [] {});
  filter.on(SYS_exit_group, [] {});
  filter.on(SYS_read, [&] { require(argument(0), 0); });
  filter.on(SYS_write, [&] { require(argument(0), 1); });
  filter.on(SYS_pread64, [&] { require(argument(0), 3); });
  filter.on(SYS_arch_prctl, [&] { require(argument(0), 0x1002); });  // ARCH_SET_FS
  for (const uint32_t number : {SYS_mmap, SYS_munmap, SYS_mprotect}) filter.on(number, require_guest_pages);
  filter.trap();
  return filter.bytes();
}

}  // namespace portolan::emulate
