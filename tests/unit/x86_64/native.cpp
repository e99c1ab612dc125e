#include "tests/unit/x86_64/native.h"

#include <sys/mman.h>

#include <csetjmp>
#include <csignal>
#include <cstring>

// portolan_native_enter(state, code): loads everything from the state, jumps to the code; the code ends in a jump to
// portolan_native_leave, which stores everything and returns to the caller.
asm(R"(
  .bss
  .p2align 3
portolan_native_slots: .skip 32      # state, caller's stack, code, scratch
  .text
  .globl portolan_native_enter
portolan_native_enter:
  push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15
  mov %rdi, portolan_native_slots(%rip)
  mov %rsp, portolan_native_slots+8(%rip)
  mov %rsi, portolan_native_slots+16(%rip)
  .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
  vmovdqu 160+32*\n(%rdi), %ymm\n
  .endr
  pushq 128(%rdi)
  popfq
  mov 0(%rdi), %rax;   mov 8(%rdi), %rcx;   mov 16(%rdi), %rdx;  mov 24(%rdi), %rbx
  mov 32(%rdi), %rsp;  mov 40(%rdi), %rbp;  mov 48(%rdi), %rsi
  mov 64(%rdi), %r8;   mov 72(%rdi), %r9;   mov 80(%rdi), %r10;  mov 88(%rdi), %r11
  mov 96(%rdi), %r12;  mov 104(%rdi), %r13; mov 112(%rdi), %r14; mov 120(%rdi), %r15
  mov 56(%rdi), %rdi
  jmp *portolan_native_slots+16(%rip)

  .globl portolan_native_leave
portolan_native_leave:
  mov %rdi, portolan_native_slots+24(%rip)
  mov portolan_native_slots(%rip), %rdi
  mov %rsp, 32(%rdi)
  mov portolan_native_slots+8(%rip), %rsp
  pushfq
  popq 128(%rdi)
  mov %rax, 0(%rdi);   mov %rcx, 8(%rdi);   mov %rdx, 16(%rdi);  mov %rbx, 24(%rdi)
  mov %rbp, 40(%rdi);  mov %rsi, 48(%rdi)
  mov %r8, 64(%rdi);   mov %r9, 72(%rdi);   mov %r10, 80(%rdi);  mov %r11, 88(%rdi)
  mov %r12, 96(%rdi);  mov %r13, 104(%rdi); mov %r14, 112(%rdi); mov %r15, 120(%rdi)
  mov portolan_native_slots+24(%rip), %rax
  mov %rax, 56(%rdi)
  .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
  vmovdqu %ymm\n, 160+32*\n(%rdi)
  .endr
  vzeroupper
  cld
  pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx
  ret
)");

extern "C" void portolan_native_enter(void* state, void* code);
extern "C" void portolan_native_leave();

namespace portolan::x86_64 {
namespace {

sigjmp_buf g_escape;  // signal handlers have no other way out

void on_signal(int signal) {
  siglongjmp(g_escape, signal);
}

void install_handlers() {
  static std::vector<uint8_t> stack(1 << 16);
  stack_t alternate{};
  alternate.ss_sp = stack.data();
  alternate.ss_size = stack.size();
  sigaltstack(&alternate, nullptr);
  struct sigaction action{};
  action.sa_handler = on_signal;
  action.sa_flags = SA_ONSTACK | SA_NODEFER;
  for (int signal : {SIGFPE, SIGSEGV, SIGILL, SIGBUS, SIGTRAP}) sigaction(signal, &action, nullptr);
}

uint8_t* code_page() {
  static uint8_t* page = [] {
    install_handlers();
    return static_cast<uint8_t*>(
        mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  }();
  return page;
}

}  // namespace

int run_native(std::span<const uint8_t> code, NativeState& state) {
  uint8_t* page = code_page();
  std::memcpy(page, code.data(), code.size());
  const uint8_t jump[] = {0xff, 0x25, 0, 0, 0, 0};  // jmp *0(%rip)
  std::memcpy(page + code.size(), jump, sizeof jump);
  auto target = reinterpret_cast<uint64_t>(&portolan_native_leave);
  std::memcpy(page + code.size() + sizeof jump, &target, sizeof target);
  if (int signal = sigsetjmp(g_escape, 1)) return signal;
  portolan_native_enter(&state, page);
  return 0;
}

}  // namespace portolan::x86_64
