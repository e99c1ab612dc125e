#include "emulate/process_engine.h"

#include <fmt/format.h>

#include <deque>

#include "emulate/external_step.h"
#include "emulate/harness_session.h"
#include "emulate/scan.h"
#include "emulate/trace.h"

namespace portolan::emulate {
namespace {

// How far ahead of the answers requests are sent.
constexpr size_t kMaxInFlight = 64;
constexpr size_t kMaxUnsent = 1 << 20;

// Memory of the stopped process. What is mapped is known here, so a bad address never reaches the harness.
class SessionMemory : public MemoryAccess {
 public:
  SessionMemory(HarnessSession& session, const Image& image, const MemoryPlan& plan)
      : session_(session), image_(image), plan_(plan) {}
  bool read(uint64_t address, std::span<uint8_t> bytes) override {
    if (bytes.empty()) return true;
    return mapped(address, bytes.size(), false) && session_.read(address, bytes) == Channel::Status::ready;
  }
  bool write(uint64_t address, std::span<const uint8_t> bytes) override {
    if (!mapped(address, bytes.size(), true)) return bytes.empty();
    session_.write(address, bytes);
    return true;
  }

 private:
  bool mapped(uint64_t address, uint64_t size, bool for_writing) const {
    auto within = [&](uint64_t start, uint64_t length) {
      return address >= start && address - start < length && size <= length - (address - start);
    };
    if (within(plan_.stack_address, plan_.stack_size)) return true;
    for (const PageRun& run : plan_.regions)
      if (within(run.address, run.contents.size())) return run.writable || !for_writing;
    for (const Segment& segment : image_.segments)
      if (within(segment.address, segment.memory_size)) return segment.writable || !for_writing;
    return false;
  }
  HarnessSession& session_;
  const Image& image_;
  const MemoryPlan& plan_;
};

class ProcessEngine : public Engine {
 public:
  explicit ProcessEngine(ProcessEngineSetup setup) : setup_(std::move(setup)) {}
  std::string_view name() const override { return setup_.name; }
  Isa isa() const override { return setup_.isa; }
  Capabilities capabilities() const override { return setup_.capabilities; }
  std::optional<std::string> refuses(const Image& image) override;
  Expected<std::vector<Outcome>> run_all(const Image& image, std::span<const Request> requests) override;

 private:
  bool native() const { return setup_.command.empty(); }
  // Nothing if a session for the image stands ready.
  std::optional<Diagnostic> load(const Image& image);
  std::optional<Diagnostic> restart();
  std::optional<Diagnostic> run_queue(std::span<const Request> requests, std::vector<Outcome>& outcomes);
  bool steps(const Request& request) const { return request.coverage && setup_.capabilities.coverage; }
  // Requests that talk with the harness in the middle cannot be sent ahead with others.
  bool needs_the_line(const Request& request) const {
    return steps(request) || (request.externals != nullptr && !image_.externals.empty());
  }
  bool goes_on(const Request& request, const MemoryPlan& plan, const SignalFrame& frame, Outcome& outcome);
  Channel::Status run_to_end(const Request& request, const MemoryPlan& plan, Outcome& outcome);
  Channel::Status step_to_end(const Request& request, const MemoryPlan& plan, Outcome& outcome);
  // Dead or timeout: the session is lost, and the outcome says why.
  Channel::Status finish(const Request& request, const MemoryPlan& plan, Outcome& outcome);

  ProcessEngineSetup setup_;
  std::optional<Harness> harness_;
  Image image_;  // the loaded one
  std::unique_ptr<HarnessSession> session_;
};

std::optional<std::string> ProcessEngine::refuses(const Image& image) {
  if (image.isa != setup_.isa) return fmt::format("the code is for {}", to_string(image.isa));
  for (const Segment& segment : image.segments)
    if (segment.address < kStubEnd && segment.address + segment.memory_size > kHarnessBase)
      return "the code wants addresses that are reserved";
  // Under QEMU they would reach the host's kernel.
  if (!native() && has_system_calls(image)) return "the code contains system calls";
  return std::nullopt;
}

std::optional<Diagnostic> ProcessEngine::restart() {
  session_.reset();
  Expected<std::unique_ptr<HarnessSession>> session = HarnessSession::start(*harness_, image_, setup_.command);
  if (!session) return session.error();
  session_ = std::move(*session);
  return std::nullopt;
}

std::optional<Diagnostic> ProcessEngine::load(const Image& image) {
  if (session_ != nullptr && image.identity != 0 && image.identity == image_.identity) return std::nullopt;
  session_.reset();
  if (std::optional<std::string> reason = refuses(image)) return error_at({}, fmt::format("{}: {}", name(), *reason));
  if (!harness_) {
    Expected<Harness> built = build_harness(setup_.isa, setup_.isa == Isa::x86_64 && !native());
    if (!built) return built.error();
    harness_ = std::move(*built);
  }
  image_ = image;
  return restart();
}

// How a run that stopped ended, unless it goes on. True: it does, from outcome.state.
bool ProcessEngine::goes_on(const Request& request, const MemoryPlan& plan, const SignalFrame& frame,
                            Outcome& outcome) {
  if (!is_stub(outcome.state.pc)) {
    outcome.ending = Ending::trapped;
    outcome.trap = session_->codec().trap(frame, outcome.state);
    return false;
  }
  if (outcome.state.pc == kReturnAddress) {
    outcome.ending = Ending::returned;
    return false;
  }
  SessionMemory memory(*session_, image_, plan);
  return step_external(image_, request, outcome.state, memory, outcome);
}

Channel::Status ProcessEngine::run_to_end(const Request& request, const MemoryPlan& plan, Outcome& outcome) {
  SignalFrame frame;
  const std::chrono::nanoseconds begun = session_->channel().processor_time();
  for (;;) {
    const Channel::Status status = session_->wait_stop(request.limits.time, frame);
    if (status != Channel::Status::ready) return status;
    // It may stop for ever: at a function from outside that it calls in an endless loop.
    if (session_->channel().processor_time() - begun > request.limits.time) return Channel::Status::timeout;
    outcome.state = session_->codec().unpack(frame);
    outcome.state.thread_pointer = plan.entry.thread_pointer;
    if (!goes_on(request, plan, frame, outcome)) return status;
    session_->resume(outcome.state);
  }
}

// Single-stepping takes a few hundred times as long; the time limit is for the program.
Channel::Status ProcessEngine::step_to_end(const Request& request, const MemoryPlan& plan, Outcome& outcome) {
  constexpr int kSlowdown = 100;
  Trace trace;
  SignalFrame frame;
  std::vector<uint64_t> steps;
  Channel::Status status = Channel::Status::ready;
  outcome.state = plan.entry;
  trace.start_at(outcome.state.pc);
  const std::chrono::nanoseconds begun = session_->channel().processor_time();
  for (;;) {
    const uint64_t limit = request.limits.instructions;
    // One more than may run, to see whether it would.
    session_->resume_stepping(outcome.state, limit == 0 ? HarnessSession::kMaxSteps : limit + 1 - trace.count());
    status = session_->wait_stop(request.limits.time * kSlowdown, frame);
    if (status == Channel::Status::ready) status = session_->read_steps(steps);
    if (status != Channel::Status::ready) return status;
    if (session_->channel().processor_time() - begun > request.limits.time * kSlowdown) return Channel::Status::timeout;
    trace.add(steps);
    outcome.state = session_->codec().unpack(frame);
    outcome.state.thread_pointer = plan.entry.thread_pointer;
    if (limit != 0 && trace.count() > limit) {
      outcome.ending = Ending::limit;
      break;
    }
    if (HarnessSession::is_step_stop(frame)) continue;
    if (!goes_on(request, plan, frame, outcome)) break;
    trace.start_at(outcome.state.pc);
  }
  trace.store(outcome);
  return status;
}

Channel::Status ProcessEngine::finish(const Request& request, const MemoryPlan& plan, Outcome& outcome) {
  const bool stepping = steps(request);
  Channel::Status status = stepping ? step_to_end(request, plan, outcome) : run_to_end(request, plan, outcome);
  if (status == Channel::Status::timeout) outcome.ending = Ending::limit;
  if (status == Channel::Status::dead)
    outcome.ending = Ending::unsupported, outcome.detail = "the process " + session_->channel().obituary();
  if (status != Channel::Status::ready) return status;
  if (needs_the_line(request)) session_->request_memory(plan);
  status = session_->wait_memory(request, plan, outcome);
  if (status != Channel::Status::ready)
    outcome.ending = Ending::unsupported, outcome.detail = "the process stopped answering";
  return status;
}

std::optional<Diagnostic> ProcessEngine::run_queue(std::span<const Request> requests, std::vector<Outcome>& outcomes) {
  std::deque<MemoryPlan> in_flight;
  size_t sent = outcomes.size();
  while (outcomes.size() < requests.size()) {
    while (sent < requests.size() && in_flight.size() < kMaxInFlight && session_->channel().unsent() < kMaxUnsent) {
      const Request& request = requests[sent];
      const bool alone = needs_the_line(request);
      if (alone && !in_flight.empty()) break;
      Expected<MemoryPlan> plan = plan_memory(image_, request);
      if (!plan) return plan.error();
      session_->begin(*plan, request);
      if (!steps(request)) session_->resume(plan->entry);
      if (!alone) session_->request_memory(*plan);
      in_flight.push_back(std::move(*plan));
      ++sent;
      if (alone) break;
    }
    const Request& request = requests[outcomes.size()];
    if (request.externals != nullptr) request.externals->start_request();
    const Channel::Status status = finish(request, in_flight.front(), outcomes.emplace_back());
    in_flight.pop_front();
    if (status == Channel::Status::ready) continue;
    if (std::optional<Diagnostic> failure = restart()) return failure;
    in_flight.clear();
    sent = outcomes.size();
  }
  return std::nullopt;
}

Expected<std::vector<Outcome>> ProcessEngine::run_all(const Image& image, std::span<const Request> requests) {
  if (std::optional<Diagnostic> failure = load(image)) return *failure;
  std::vector<Outcome> outcomes;
  outcomes.reserve(requests.size());
  if (std::optional<Diagnostic> failure = run_queue(requests, outcomes)) {
    session_.reset();
    return *failure;
  }
  return outcomes;
}

}  // namespace

std::unique_ptr<Engine> make_process_engine(ProcessEngineSetup setup) {
  return std::make_unique<ProcessEngine>(std::move(setup));
}

}  // namespace portolan::emulate
