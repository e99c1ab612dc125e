// What a process that runs emulated code may ask of the kernel.
#pragma once

#include <cstdint>
#include <vector>

namespace portolan::emulate {

// A seccomp filter (struct sock_filter[] as bytes) for the x86-64 harness: a few system calls, made from the harness's
// one system-call instruction, with descriptors and addresses checked. Everything else raises SIGSYS.
std::vector<uint8_t> harness_filter(uint64_t after_system_call);

}  // namespace portolan::emulate
