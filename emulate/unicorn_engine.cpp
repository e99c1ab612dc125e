#include "emulate/unicorn_engine.h"

#include <fmt/format.h>

#include "emulate/scan.h"
#include "emulate/unicorn_machine.h"

namespace portolan::emulate {
namespace {

class UnicornEngine : public Engine {
 public:
  explicit UnicornEngine(Isa isa) : isa_(isa) {}
  std::string_view name() const override { return "unicorn"; }
  Isa isa() const override { return isa_; }
  Capabilities capabilities() const override {
    Capabilities can;
    can.externals = can.coverage = can.counts = can.access_kind = true;
    can.fp_status = isa_ == Isa::aarch64;
    // Unicorn 2.0.1 leaves zeros above single-precision results.
    can.nan_boxing = isa_ != Isa::riscv64;
    return can;
  }
  std::optional<std::string> refuses(const Image& image) override {
    if (image.isa != isa_) return fmt::format("the code is for {}", to_string(image.isa));
    if (isa_ == Isa::x86_64 && has_vex(image)) return "the code contains VEX or EVEX instructions";
    return std::nullopt;
  }
  Expected<std::vector<Outcome>> run_all(const Image& image, std::span<const Request> requests) override;

 private:
  Expected<Outcome> run_on(bool observe, const Request& request, const MemoryPlan& plan);

  Isa isa_;
  Image image_;
  std::unique_ptr<UnicornMachine> machines_[2];  // [observing]
};

Expected<Outcome> UnicornEngine::run_on(bool observe, const Request& request, const MemoryPlan& plan) {
  std::unique_ptr<UnicornMachine>& machine = machines_[observe ? 1 : 0];
  if (machine == nullptr) {
    Expected<std::unique_ptr<UnicornMachine>> made = UnicornMachine::make(image_, observe);
    if (!made) return made.error();
    machine = std::move(*made);
  }
  if (request.externals != nullptr) request.externals->start_request();
  return machine->run(request, plan);
}

Expected<std::vector<Outcome>> UnicornEngine::run_all(const Image& image, std::span<const Request> requests) {
  if (image.identity == 0 || image.identity != image_.identity) {
    if (std::optional<std::string> reason = refuses(image)) return error_at({}, "unicorn: " + *reason);
    machines_[0].reset(), machines_[1].reset();
    image_ = image;
  }
  std::vector<Outcome> outcomes;
  outcomes.reserve(requests.size());
  for (const Request& request : requests) {
    Expected<MemoryPlan> plan = plan_memory(image_, request);
    if (!plan) return plan.error();
    const bool observe = request.coverage || request.limits.instructions != 0;
    Expected<Outcome> outcome = run_on(observe, request, *plan);
    const bool ended_badly = outcome && (outcome->ending == Ending::trapped || outcome->ending == Ending::unsupported);
    if (ended_badly && !observe) outcome = run_on(true, request, *plan);  // to know where
    if (!outcome) return outcome.error();
    outcomes.push_back(std::move(*outcome));
  }
  return outcomes;
}

}  // namespace

Expected<std::unique_ptr<Engine>> make_unicorn_engine(Isa isa) {
  Expected<const UnicornLibrary*> library = UnicornLibrary::get();
  if (!library) return library.error();
  return std::unique_ptr<Engine>(std::make_unique<UnicornEngine>(isa));
}

}  // namespace portolan::emulate
