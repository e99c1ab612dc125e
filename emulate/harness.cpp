#include "emulate/harness.h"

#include <fmt/format.h>

#include "emulate/assemble.h"

namespace portolan::emulate {
namespace {

// Common to the three texts: `interpret` takes 64-byte commands until one says resume; `read_exact` takes bytes from
// descriptor 0 through a buffer (`stream`: how many are left in it, where they begin), `write_all` sends through 1; a
// failure ends the process with a status that tells which.

constexpr const char* kX86 = R"(
.globl start, handler, after_system_call, trace
start:
  call interpret
  int3
handler:                            # rdi signal, rsi siginfo, rdx ucontext; rsp at the frame's return address
  cmpl $5, %edi                     # a single step (SIGTRAP, TRAP_TRACE) is only noted, while there is room
  jne 1f
  cmpl $2, 8(%rsi)
  jne 1f
  movq trace(%rip), %rcx
  cmpq trace+8(%rip), %rcx
  jae 1f
  movq 168(%rdx), %rax              # rip
  movq %rax, (%rcx)
  addq $8, %rcx
  movq %rcx, trace(%rip)
  addq $8, %rsp
  movl $15, %eax
  jmp do_system_call
1:
@SAVE@
  movq %rsp, %rbp                   # the frame; the report stands below it
  pushq %rbp
  pushq %rdx
  pushq %rsi
  pushq %rdi
  movq %rsp, %rsi
  movl $@TOP@, %edx
  subq %rsp, %rdx
  call write_all
  call interpret
@RESTORE@
  leaq @SKIP@(%rbp), %rsp
  movl $15, %eax                    # rt_sigreturn
  jmp do_system_call
interpret:
  leaq command(%rip), %rsi
  movl $64, %edx
  call read_exact
  movq command(%rip), %rax
  movq command+8(%rip), %rsi
  movq command+16(%rip), %rdx
  testq %rax, %rax
  je 9f
  cmpq $1, %rax
  je 1f
  cmpq $2, %rax
  je 2f
  cmpq $3, %rax
  je 3f
  call write_all
  jmp interpret
1: movq %rsi, %rax
  movq %rdx, %rdi
  movq command+24(%rip), %rsi
  movq command+32(%rip), %rdx
  movq command+40(%rip), %r10
  movq command+48(%rip), %r8
  movq command+56(%rip), %r9
  call do_system_call
  cmpq $-4096, %rax
  ja fail_system
  jmp interpret
2: call read_exact
  jmp interpret
3: movq %rsi, %rdi
  movq %rdx, %rcx
  movq command+24(%rip), %rax
  rep stosq
  jmp interpret
9: ret
read_exact:
1: movq stream(%rip), %rcx
  testq %rcx, %rcx
  jne 2f
  movq %rsi, %r12
  movq %rdx, %r13
  xorl %eax, %eax
  xorl %edi, %edi
  leaq buffer(%rip), %rsi
  movl $65536, %edx
  call do_system_call
  testq %rax, %rax
  jle fail_read
  movq %rax, stream(%rip)
  movq %rsi, stream+8(%rip)
  movq %r12, %rsi
  movq %r13, %rdx
  jmp 1b
2: cmpq %rdx, %rcx
  cmovaq %rdx, %rcx
  subq %rcx, stream(%rip)
  subq %rcx, %rdx
  movq %rsi, %rdi
  movq stream+8(%rip), %rsi
  rep movsb
  movq %rsi, stream+8(%rip)
  movq %rdi, %rsi
  testq %rdx, %rdx
  jne 1b
  ret
write_all:
1: movl $1, %eax
  movl $1, %edi
  call do_system_call
  testq %rax, %rax
  jle fail_read
  addq %rax, %rsi
  subq %rax, %rdx
  jne 1b
  ret
fail_read: movl $101, %edi
  jmp 1f
fail_system: movl $102, %edi
1: movl $231, %eax                  # exit_group
do_system_call:
  syscall
after_system_call:
  ret
.bss
.balign 64
command: .zero 64
stream: .zero 16
buffer: .zero 65536
trace: .zero 16                     # where the next step is noted, and where the room ends
)";

constexpr const char* kAarch64 = R"(
.globl start, handler, after_system_call
start:
  bl interpret
  brk #0
handler:                            // x0 signal, x1 siginfo, x2 ucontext, sp at the frame
  mov x19, sp
  stp x2, x19, [sp, #-16]!          // the report, below the frame
  stp x0, x1, [sp, #-16]!
  mov x1, sp
  ldr x2, =@TOP@
  sub x2, x2, x1
  bl write_all
  bl interpret
  mov sp, x19
  mov x8, #139                      // rt_sigreturn
  svc #0
interpret:
  mov x20, x30
  adrp x21, command
  add x21, x21, :lo12:command
5: mov x1, x21
  mov x2, #64
  bl read_exact
  ldp x9, x1, [x21]
  ldp x2, x3, [x21, #16]
  cbz x9, 9f
  cmp x9, #1
  b.eq 1f
  cmp x9, #2
  b.eq 2f
  cmp x9, #3
  b.eq 3f
  cmp x9, #5
  b.eq 4f
  bl write_all
  b 5b
1: mov x8, x1
  mov x0, x2
  mov x1, x3
  ldp x2, x3, [x21, #32]
  ldp x4, x5, [x21, #48]
  svc #0
  cmn x0, #4095
  b.hs fail_system
  b 5b
2: bl read_exact
  b 5b
3: dup v0.2d, x3
6: stp q0, q0, [x1], #32
  stp q0, q0, [x1], #32
  subs x2, x2, #8
  b.hi 6b
  b 5b
4: msr tpidr_el0, x1
  b 5b
9: ret x20
read_exact:
  adrp x10, stream
  add x10, x10, :lo12:stream
1: ldp x11, x12, [x10]
  cbnz x11, 2f
  mov x13, x1
  mov x14, x2
  mov x0, #0
  adrp x1, buffer
  add x1, x1, :lo12:buffer
  mov x12, x1
  mov x2, #65536
  mov x8, #63
  svc #0
  cmp x0, #0
  b.le fail_read
  stp x0, x12, [x10]
  mov x1, x13
  mov x2, x14
  b 1b
2: cmp x11, x2
  csel x13, x11, x2, ls
  sub x11, x11, x13
  sub x2, x2, x13
3: subs x14, x13, #32
  b.lo 4f
  ldp q0, q1, [x12], #32
  stp q0, q1, [x1], #32
  mov x13, x14
  b 3b
4: cbz x13, 5f
  ldrb w15, [x12], #1
  strb w15, [x1], #1
  sub x13, x13, #1
  b 4b
5: stp x11, x12, [x10]
  cbnz x2, 1b
  ret
write_all:
1: mov x0, #1
  mov x8, #64
  mov x10, x1
  svc #0
  cmp x0, #0
  b.le fail_read
  add x1, x10, x0
  subs x2, x2, x0
  b.ne 1b
  ret
fail_read: mov x0, #101
  b 1f
fail_system: mov x0, #102
1: mov x8, #94                      // exit_group
  svc #0
after_system_call:
  .ltorg
.bss
.balign 64
command: .zero 64
stream: .zero 16
buffer: .zero 65536
)";

constexpr const char* kRiscv64 = R"(
.globl start, handler, after_system_call
start:
  jal ra, interpret
  ebreak
handler:                            # a0 signal, a1 siginfo, a2 ucontext, sp at the frame
  mv s0, sp
  addi sp, sp, -32                  # the report, below the frame
  sd a0, 0(sp)
  sd a1, 8(sp)
  sd a2, 16(sp)
  sd s0, 24(sp)
  mv a1, sp
  li a2, @TOP@
  sub a2, a2, sp
  jal ra, write_all
  jal ra, interpret
  mv sp, s0
  li a7, 139                        # rt_sigreturn
  ecall
interpret:
  mv s1, ra
  lla s2, command
5: mv a1, s2
  li a2, 64
  jal ra, read_exact
  ld t0, 0(s2)
  ld a1, 8(s2)
  ld a2, 16(s2)
  ld a3, 24(s2)
  beqz t0, 9f
  li t1, 1
  beq t0, t1, 1f
  li t1, 2
  beq t0, t1, 2f
  li t1, 3
  beq t0, t1, 3f
  jal ra, write_all
  j 5b
1: mv a7, a1
  mv a0, a2
  mv a1, a3
  ld a2, 32(s2)
  ld a3, 40(s2)
  ld a4, 48(s2)
  ld a5, 56(s2)
  ecall
  li t0, -4096
  bgtu a0, t0, fail_system
  j 5b
2: jal ra, read_exact
  j 5b
3: sd a3, 0(a1)
  sd a3, 8(a1)
  sd a3, 16(a1)
  sd a3, 24(a1)
  sd a3, 32(a1)
  sd a3, 40(a1)
  sd a3, 48(a1)
  sd a3, 56(a1)
  addi a1, a1, 64
  addi a2, a2, -8
  bgtz a2, 3b
  j 5b
9: jr s1
read_exact:
  lla t0, stream
1: ld t1, 0(t0)
  ld t2, 8(t0)
  bnez t1, 2f
  mv t3, a1
  mv t4, a2
  li a0, 0
  lla a1, buffer
  mv t2, a1
  li a2, 65536
  li a7, 63
  ecall
  blez a0, fail_read
  sd a0, 0(t0)
  sd t2, 8(t0)
  mv a1, t3
  mv a2, t4
  j 1b
2: mv t3, t1
  bleu t1, a2, 3f
  mv t3, a2
3: sub t1, t1, t3
  sub a2, a2, t3
  li t5, 16
4: bltu t3, t5, 5f
  ld t4, 0(t2)
  ld t6, 8(t2)
  sd t4, 0(a1)
  sd t6, 8(a1)
  addi t2, t2, 16
  addi a1, a1, 16
  addi t3, t3, -16
  j 4b
5: beqz t3, 6f
  lb t4, 0(t2)
  sb t4, 0(a1)
  addi t2, t2, 1
  addi a1, a1, 1
  addi t3, t3, -1
  j 5b
6: sd t1, 0(t0)
  sd t2, 8(t0)
  bnez a2, 1b
  ret
write_all:
1: li a0, 1
  li a7, 64
  ecall
  blez a0, fail_read
  add a1, a1, a0
  sub a2, a2, a0
  bnez a2, 1b
  ret
fail_read: li a0, 101
  j 1f
fail_system: li a0, 102
1: li a7, 94                        # exit_group
  ecall
after_system_call:
.bss
.balign 64
command: .zero 64
stream: .zero 16
buffer: .zero 65536
)";

std::string replace(std::string text, const std::string& key, const std::string& value) {
  const size_t at = text.find(key);
  return at == std::string::npos ? text : text.replace(at, key.size(), value);
}

std::string harness_text(Isa isa, bool save_ymm) {
  static constexpr const char* kTexts[] = {kX86, kAarch64, kRiscv64};
  std::string text = replace(kTexts[static_cast<size_t>(isa)], "@TOP@", std::to_string(kSignalStackTop));
  std::string save, restore;
  for (int i = 0; save_ymm && i < 16; ++i) {
    if (i == 0) save = fmt::format("subq ${}, %rsp\n", kYmmBytes);
    save += fmt::format("vmovdqu %ymm{}, {}(%rsp)\n", i, i * 32);
    restore += fmt::format("vmovdqu {}(%rbp), %ymm{}\n", i * 32, i);
  }
  text = replace(replace(text, "@SAVE@", save), "@RESTORE@", restore);
  return replace(text, "@SKIP@", std::to_string(8 + (save_ymm ? kYmmBytes : 0)));
}

}  // namespace

const SystemCalls& system_calls(Isa isa) {
  static constexpr SystemCalls kX86Calls = {9, 11, 10, 17, 13, 131, 157, 317};
  static constexpr SystemCalls kGeneric = {222, 215, 226, 67, 134, 132, 167, 277};
  return isa == Isa::x86_64 ? kX86Calls : kGeneric;
}

Expected<Harness> build_harness(Isa isa, bool save_ymm) {
  Expected<Object> object = assemble(isa, harness_text(isa, save_ymm), {.name = "harness", .features = ""});
  if (!object) return object.error();
  LinkOptions options;
  options.base = kHarnessBase;
  Expected<Image> image = link_image(isa, {&*object, 1}, options);
  if (!image) return image.error();
  Harness harness;
  std::erase_if(image->segments, [](const Segment& segment) { return segment.address >= kHarnessEnd; });
  auto add_data = [&image](uint64_t address, uint64_t size) {
    image->segments.push_back({address, {}, size, true, false});
  };
  add_data(kSignalStackTop - kSignalStackSize, kSignalStackSize);
  add_data(kHarnessScratch, kPageSize);
  if (const uint64_t* trace = image->find_symbol("trace")) {
    harness.trace = *trace;
    add_data(kTraceBase, kTraceSize);
  }
  harness.start = *image->find_symbol("start");
  harness.handler = *image->find_symbol("handler");
  harness.after_system_call = *image->find_symbol("after_system_call");
  harness.image = std::move(*image);
  return harness;
}

}  // namespace portolan::emulate
