#include "emulate/harness_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstring>

#include "emulate/sandbox.h"

namespace portolan::emulate {
namespace {

constexpr std::chrono::milliseconds kStartLimit{20000};
constexpr uint64_t kReadWrite = 3, kReadOnly = 1;             // PROT_*, the same on all three
constexpr uint64_t kPrivateFixedAnonymous = 2 | 0x10 | 0x20;  // MAP_*
constexpr uint64_t kArchSetFs = 0x1002;
constexpr uint64_t kTrapFlag = 0x100;  // x86-64 RFLAGS.TF

template <class T>
std::span<const uint8_t> bytes_of(const T& value) {
  return {reinterpret_cast<const uint8_t*>(&value), sizeof value};
}

}  // namespace

void HarnessSession::command(HarnessOp op, std::initializer_list<uint64_t> operands) {
  HarnessCommand words{static_cast<uint64_t>(op)};
  std::copy(operands.begin(), operands.end(), words.begin() + 1);
  channel_->send(bytes_of(words));
}

void HarnessSession::system(uint64_t number, std::initializer_list<uint64_t> arguments) {
  HarnessCommand words{static_cast<uint64_t>(HarnessOp::system), number};
  std::copy(arguments.begin(), arguments.end(), words.begin() + 2);
  channel_->send(bytes_of(words));
}

void HarnessSession::write(uint64_t address, std::span<const uint8_t> bytes) {
  if (bytes.empty()) return;
  command(HarnessOp::read, {address, bytes.size()});
  channel_->send(bytes);
}

void HarnessSession::map(uint64_t address, uint64_t size) {
  system(system_calls(image_.isa).mmap, {address, size, kReadWrite, kPrivateFixedAnonymous, UINT64_MAX, 0});
}

void HarnessSession::install_handlers() {
  const SystemCalls& calls = system_calls(image_.isa);
  const uint64_t stack[3] = {kSignalStackTop - kSignalStackSize, 0, kSignalStackSize};
  write(kHarnessScratch, bytes_of(stack));
  system(calls.sigaltstack, {kHarnessScratch, 0});
  // struct sigaction of the kernel: handler, flags, restorer (not on RISC-V), mask. All signals are blocked while the
  // harness handles one.
  constexpr uint64_t kFlags = SA_SIGINFO | SA_ONSTACK | 0x04000000 /* SA_RESTORER: x86-64 insists */;
  const bool riscv = image_.isa == Isa::riscv64;
  const uint64_t action[4] = {harness_.handler, riscv ? kFlags & ~uint64_t{0x04000000} : kFlags,
                              riscv ? UINT64_MAX : harness_.handler, UINT64_MAX};
  write(kHarnessScratch, bytes_of(action));
  for (uint64_t signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS})
    system(calls.sigaction, {signal, kHarnessScratch, 0, 8});
}

void HarnessSession::install_filter() {
  const SystemCalls& calls = system_calls(image_.isa);
  const std::vector<uint8_t> filter = harness_filter(harness_.after_system_call);
  const uint64_t program[2] = {filter.size() / 8, kHarnessScratch + 16};  // struct sock_fprog
  write(kHarnessScratch, bytes_of(program));
  write(kHarnessScratch + 16, filter);
  constexpr uint64_t kNoNewPrivileges = 38, kSetModeFilter = 1;
  system(calls.prctl, {kNoNewPrivileges, 1, 0, 0, 0});
  system(calls.seccomp, {kSetModeFilter, 0, kHarnessScratch});
}

Expected<std::unique_ptr<HarnessSession>> HarnessSession::start(const Harness& harness, const Image& image,
                                                                const std::vector<std::string>& command) {
  std::unique_ptr<HarnessSession> session(new HarnessSession(harness, image, command.empty()));
  std::vector<const Segment*> segments;
  for (const Segment& segment : image.segments) segments.push_back(&segment);
  for (const Segment& segment : harness.image.segments) segments.push_back(&segment);
  Executable executable = write_executable(image.isa, segments, harness.start);
  session->offsets_ = std::move(executable.offsets);
  const std::string program = command.empty() ? "the native process" : command[0];
  Expected<std::unique_ptr<Channel>> channel =
      Channel::start(command.empty() ? std::vector<std::string>{""} : command, executable.bytes);
  if (!channel) return channel.error();
  session->channel_ = std::move(*channel);
  session->install_handlers();
  if (session->native_) session->install_filter();
  session->command(HarnessOp::resume, {});
  const Channel::Status status = session->wait_stop(kStartLimit, session->template_);
  if (status == Channel::Status::dead)
    return error_at({}, fmt::format("{} {}", program, session->channel_->obituary()));
  if (status == Channel::Status::timeout) return error_at({}, fmt::format("{} does not answer", program));
  if (std::optional<std::string> problem = session->codec_.check(session->template_)) return error_at({}, *problem);
  return session;
}

// Leaves the pages of the run before mapped where the new ones are the same, which is the rule within a batch.
void HarnessSession::map_regions(const MemoryPlan& plan) {
  const SystemCalls& calls = system_calls(image_.isa);
  bool same = mapped_.size() == plan.regions.size();
  for (size_t i = 0; same && i < mapped_.size(); ++i) {
    const PageRun &old = mapped_[i], &run = plan.regions[i];
    same = old.address == run.address && old.contents.size() == run.contents.size() && old.writable == run.writable &&
           (run.writable || old.contents == run.contents);
  }
  if (!same) {
    for (const PageRun& run : mapped_) system(calls.munmap, {run.address, run.contents.size()});
    for (const PageRun& run : plan.regions) map(run.address, run.contents.size());
    mapped_ = plan.regions;
  }
  for (const PageRun& run : plan.regions) {
    if (run.writable || !same) write(run.address, run.contents);
    if (!run.writable && !same) system(calls.mprotect, {run.address, run.contents.size(), kReadOnly});
  }
}

void HarnessSession::begin(const MemoryPlan& plan, const Request& request) {
  const SystemCalls& calls = system_calls(image_.isa);
  for (size_t i = 0; i < image_.segments.size(); ++i) {
    const Segment& segment = image_.segments[i];
    if (segment.writable) system(calls.pread, {3, segment.address, segment.memory_size, offsets_[i]});
  }
  for (const DataPatch& patch : request.data) write(patch.address, patch.bytes);
  map_regions(plan);
  if (stack_size_ != plan.stack_size) {
    if (stack_size_ != 0) system(calls.munmap, {kStackTop - stack_size_, stack_size_});
    map(plan.stack_address, plan.stack_size);
    stack_size_ = plan.stack_size;
  }
  command(HarnessOp::fill, {plan.stack_address, plan.stack_size / 8, uint64_t{request.fill} * 0x0101010101010101});
  write(plan.entry.general[stack_pointer_index(image_.isa)], plan.stack);
}

void HarnessSession::resume(const MachineState& state) {
  if (thread_pointer_ != state.thread_pointer && image_.isa != Isa::riscv64) {
    if (image_.isa == Isa::x86_64)
      system(158 /* arch_prctl */, {kArchSetFs, state.thread_pointer});
    else
      command(HarnessOp::thread, {state.thread_pointer});
    thread_pointer_ = state.thread_pointer;
  }
  codec_.pack(state, template_);
  write(template_.report.frame, template_.bytes);
  command(HarnessOp::resume, {});
}

void HarnessSession::resume_stepping(MachineState state, uint64_t steps) {
  const uint64_t room[2] = {kTraceBase, kTraceBase + 8 * std::min(steps, kMaxSteps)};
  write(harness_.trace, bytes_of(room));
  state.flags |= kTrapFlag;
  resume(state);
}

Channel::Status HarnessSession::read_steps(std::vector<uint64_t>& addresses) {
  uint64_t end = 0;
  const Channel::Status status = read(harness_.trace, {reinterpret_cast<uint8_t*>(&end), 8});
  addresses.clear();
  if (status != Channel::Status::ready || end <= kTraceBase || end > kTraceBase + kTraceSize) return status;
  addresses.resize((end - kTraceBase) / 8);
  return read(kTraceBase, {reinterpret_cast<uint8_t*>(addresses.data()), addresses.size() * 8});
}

bool HarnessSession::is_step_stop(const SignalFrame& frame) {
  int32_t code = 0;
  const uint64_t at = frame.report.info - frame.report.frame + 8;  // si_code
  if (frame.report.signal != SIGTRAP || at + 4 > frame.bytes.size()) return false;
  std::memcpy(&code, frame.bytes.data() + at, 4);
  return code == TRAP_TRACE;
}

void HarnessSession::request_memory(const MemoryPlan& plan) {
  for (const PageRun& run : plan.regions)
    if (run.writable) command(HarnessOp::write, {run.address, run.contents.size()});
  for (const Segment& segment : image_.segments)
    if (segment.writable) command(HarnessOp::write, {segment.address, segment.memory_size});
}

Channel::Status HarnessSession::wait_stop(Milliseconds limit, SignalFrame& frame) {
  Channel::Status status = channel_->wait(sizeof(HarnessReport), limit);
  if (status != Channel::Status::ready) return status;
  std::memcpy(&frame.report, channel_->peek(sizeof(HarnessReport)).data(), sizeof(HarnessReport));
  channel_->take(sizeof(HarnessReport));
  const uint64_t size = kSignalStackTop - frame.report.frame;
  if (size > kSignalStackSize || (!template_.bytes.empty() && frame.report.frame != template_.report.frame))
    return Channel::Status::dead;
  status = channel_->wait(size, kStartLimit);
  if (status != Channel::Status::ready) return status;
  const std::span<const uint8_t> bytes = channel_->peek(size);
  frame.bytes.assign(bytes.begin(), bytes.end());
  channel_->take(size);
  return status;
}

Channel::Status HarnessSession::wait_memory(const Request& request, const MemoryPlan& plan, Outcome& outcome) {
  size_t total = 0;
  for (const PageRun& run : plan.regions) total += run.writable ? run.contents.size() : 0;
  for (const Segment& segment : image_.segments) total += segment.writable ? segment.memory_size : 0;
  const Channel::Status status = channel_->wait(total, kStartLimit);
  if (status != Channel::Status::ready) return status;
  std::span<const uint8_t> rest = channel_->peek(total);
  auto next = [&rest](size_t size) {
    const std::span<const uint8_t> part = rest.first(size);
    rest = rest.subspan(size);
    return part;
  };
  std::vector<std::span<const uint8_t>> pages;
  for (const PageRun& run : plan.regions)
    pages.push_back(run.writable ? next(run.contents.size()) : std::span<const uint8_t>(run.contents));
  collect_regions(request, plan, pages, outcome);
  for (const Segment& segment : image_.segments)
    if (segment.writable) collect_changes(segment, next(segment.memory_size), outcome.changes);
  channel_->take(total);
  return status;
}

Channel::Status HarnessSession::read(uint64_t address, std::span<uint8_t> bytes) {
  command(HarnessOp::write, {address, bytes.size()});
  const Channel::Status status = channel_->wait(bytes.size(), kStartLimit);
  if (status != Channel::Status::ready) return status;
  std::memcpy(bytes.data(), channel_->peek(bytes.size()).data(), bytes.size());
  channel_->take(bytes.size());
  return status;
}

}  // namespace portolan::emulate
